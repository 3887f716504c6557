package difftest

import (
	"fmt"
	"regexp"
	"strings"
)

var writes = regexp.MustCompile(`\b(CREATE|MERGE|SET|REMOVE|DELETE|FOREACH)\b`)

var clauseWord = regexp.MustCompile(`\b(MATCH|CREATE|MERGE|SET|REMOVE|DELETE|FOREACH|CALL|UNWIND)\b`)

// lastWord gives the last keyword of a clause in text.
func lastWord(text string) string {
	all := clauseWord.FindAllString(text, -1)
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}

// mistakes are expressions with one mistake in them, each failing at every row
// or before any. %n is a node, %r a relationship.
var mistakes = []string{
	"nope", "nope.i", "%n.i + nope", "1 / 0", "1 % 0", "%n.uid / 0", "9223372036854775807 + 1", "9223372036854775807 + %n.uid + 1", "-9223372036854775808 - 1", "9223372036854775807 * 2", "9223372036854775808",
	"1 + true", "true + 1", "'a' - 1", "1 - 'a'", "[1] - 1", "{a: 1} + 1", "-'a'", "NOT 1", "NOT 'a'", "1 AND true", "'a' OR true", "%n + 1", "%n AND true", "%n.s AND true", "%n.uid AND true", "%n.uid OR false",
	"toUpper(1)", "toUpper(%n.uid)", "toLower(true)", "trim(1)", "size(1)", "size(%n.uid)", "size(%n)", "length(1)", "length('a')", "length(%n)", "abs('a')", "abs(%n)", "abs(true)", "sign('x')", "sqrt('a')", "ceil('a')",
	"round('a')", "round(1.5, 'a')", "round(1.5, -1)", "round(1.5, 1, 'SIDEWAYS')", "head(1)", "last('a')", "tail(%n.uid)", "reverse(1)", "range(1, 5, 0)", "range('a', 2)", "range(1)", "range(1.5, 2)", "nodes(%n)", "relationships(1)", "type(%n)", "labels(1)",
	"labels(%r)", "keys(1)", "properties(1)", "id(1)", "elementId(1)", "startNode(%n)", "startNode(1)", "type(1)", "substring('a', -1)", "substring('a')", "substring('a', 0, -1)", "left('a', -1)", "right('a', -1)", "left(1, 1)",
	"replace('a')", "replace('a', 1, 'b')", "split(1, 'a')", "split('a')", "nofunction(1)", "no.such.function(1)", "toInteger([])", "toInteger(%n)", "toFloat([])", "toBoolean(1.5)", "toBoolean([])", "toString([])", "toString({})",
	"toString(%n)", "date('nonsense')", "date('2020-13-01')", "date('2020-02-30')", "date({year: 2020, month: 13})", "date({month: 1})", "date({year: 'a'})", "date(1)", "datetime('x')", "datetime({epochSeconds: 'a'})", "time('25:00')",
	"time({hour: 24})", "localtime('x')", "localdatetime('2020-01-01T99:00')", "duration('x')", "duration('P1X')", "duration({days: 'a'})", "duration({nothing: 1})", "duration(1)", "date.truncate('nothing', date('2020-01-01'))", "date.truncate('hour', date('2020-01-01'))",
	"time.truncate('year', time('10:00Z'))", "datetime({year: 2020, timezone: 'No/Where'})", "date('2020-01-01') + 1", "date('2020-01-01') + date('2020-01-01')", "duration('P1D') * 'a'", "duration('P1D') / 0", "date('2020-01-01').nothing", "duration('P1D').nothing",
	"duration.between(1, 2)", "point({x: 1})", "point({x: 'a', y: 1})", "point({latitude: 100, longitude: 0})", "point({x: 1, y: 2, crs: 'nothing'})", "point(1)", "point.distance(1, 2)", "[1, 2]['a']", "[1, 2][1.5]", "[1, 2][true]", "{a: 1}[1]",
	"1[0]", "true[0]", "%n[1]", "%n.uid[0]", "%n.uid['a']", "%n.uid.a", "1.a", "(1).a", "'a'.b", "[1].a", "%n.s.x", "'abc'[0]", "count(count(*))", "sum('a')", "sum(%n.s)", "sum(true)", "avg('a')", "avg(%n)", "sum([1])", "percentileCont(1, 2)", "percentileCont(1, 'a')", "percentileDisc(%n.uid, -0.1)",
	"stDev('a')", "count()", "count(1, 2)", "collect()", "abs()", "abs(1, 2)", "coalesce()", "rand(1)", "reduce(a = 0, x IN 1 | a)", "reduce(a = 0, x IN [1] | a + y)", "[x IN 1 | x]", "[x IN %n | x]", "[x IN [1] WHERE y]", "[x IN [1] WHERE 1]", "any(x IN 1 WHERE true)",
	"any(x IN [1] WHERE 1)", "all(x IN ['a'] WHERE x % 2 = 0)", "none(x IN [true] WHERE x + 1)", "CASE WHEN 1 THEN 2 END", "CASE WHEN 'a' THEN 2 END", "CASE 1 WHEN 2 THEN nope END", "1 IN 2", "1 IN 'a'", "1 IN %n", "%n.uid IN %n.uid", "'a' =~ '['", "'a' =~ 1", "%n.s =~ '('", "1 STARTS WITH 'a'",
	"$nope", "$nope.a", "$nope + 1", "(%n)-->()", "(%n)--(nope)", "exists((nope)-->())", "[(%n)-->(x) | y]", "EXISTS { (%n)-->(x) WHERE y }", "EXISTS { MATCH (x) SET x.i = 1 }", "COUNT { (nope) RETURN 1 }", "COLLECT { MATCH (x) RETURN x, 1 }", "COLLECT { MATCH (x) }",
	"EXISTS { RETURN }", "%n:A:B", "1:A", "%n IS A", "%n:A|B:C", "%n:A&:B", "%n IS :: NOTHINGTYPE", "1 IS :: LIST", "1 IS :: INTEGER NOT", "'abc", "\"abc", "`abc", "1 +", "* 2", "(1", "1)", "[1", "{a: 1", "{a 1}", "{1: a}", "a.1", "1..2", "0x", "0xG", "01", "1e", "1e999", "1.5.5",
	"'\\u12'", "'\\x'", "$", "$1a", "CASE END", "CASE 1 END", "CASE WHEN true END", "NOT", "AND", "IN [1]", "1 IN", "1 = = 1", "1 <> <> 1", "1 == 1", "1 != 1", "1 >< 1", "true && false", "!true", "shortestPath((%n)-->())", "shortestPath((%n))", "shortestPath((%n)-[*]->(%n))",
	"allShortestPaths((%n)-[*]->())", "all(1)", "single()", "exists(1)", "exists(%n.i)", "isEmpty(1)", "isEmpty(%n)", "nullIf(1)", "valueType()", "toIntegerOrNull()", "cast(1)", "1 :: STRING", "date()..year", "datetime.fromepoch('a', 1)", "datetime.fromepoch(1)", "char_length(1)", "lower(1)", "normalize('a', NFX)",
	"normalize(1)", "trim(BOTH 'ab' FROM 'abc')", "trim(BOTH FROM 1)", "btrim(1)", "atan2(1)", "haversin('a')", "log('a')", "exp('a')", "1 ^ 'a'", "'a' ^ 2", "'a' * 2", "'a' / 2", "'a' % 2", "true * 2", "[1] * 2", "%n.s * 2", "%n.s - 1", "null.a.b.c / 0", "file()", "randomUUID(1)", "timestamp(1)", "graph.names(1)", "vector.similarity.cosine([1], [1, 2])",
	"vector.similarity.cosine('a', [1])", "vector.similarity.euclidean([], [])", "apoc.no.such(1)", "elementId(null, 1)", "allReduce(1)", "%r.i / 0", "type(%r, 1)", "%r:R:S", "%r + 1", "endNode(%r.uid)", "%n = %r AND 1", "toString(%r)", "max(1, 2)", "min()", "{a: 1, a: 2}.b.c / 0", "[..]", "[1..]", "[1, 2][..'a']", "[1, 2][0..1.5]", "'abc'[0..1]",
}

// frames hold a mistake. %e is the expression, %n and %r as in mistakes.
var frames = []string{
	"MATCH (%n)-[%r]->(b) RETURN %e AS x", "MATCH (%n)-[%r]->(b) RETURN %e AS x", "MATCH (%n)-[%r]->(b) WITH %e AS x RETURN x", "MATCH (%n)-[%r]->(b) WHERE %e RETURN count(*) AS x", "MATCH (%n)-[%r]->(b) RETURN count(%e) AS x",
	"MATCH (%n)-[%r]->(b) RETURN %n.uid AS u ORDER BY %e", "MATCH (%n)-[%r]->(b) UNWIND %e AS x RETURN x", "MATCH (%n)-[%r]->(b) RETURN {a: %e} AS x", "MATCH (%n)-[%r]->(b) RETURN [1, %e] AS x", "MATCH (%n)-[%r]->(b) RETURN [y IN [1, 2] | %e] AS x",
	"MATCH (%n)-[%r]->(b) RETURN CASE WHEN true THEN %e ELSE 1 END AS x", "MATCH (%n)-[%r]->(b {i: %e}) RETURN b.uid AS x", "MATCH (%n)-[%r]->(b) RETURN COUNT { (b)-->(c) WHERE %e } AS x", "MATCH (%n)-[%r]->(b) CALL (%n, %r, b) { RETURN %e AS x } RETURN x",
	"MATCH (%n)-[%r]->(b) RETURN b.uid AS u SKIP %e", "MATCH (%n)-[%r]->(b) RETURN count(*) AS u LIMIT %e", "MATCH (%n)-[%r]->(b) OPTIONAL MATCH (b)-->(c) WHERE %e RETURN count(*) AS x", "MATCH (%n)-[%r]->(b) RETURN DISTINCT %e AS x",
}

// wholes are statements with one mistake.
var wholes = []string{
	"MATCH (n) RETURN m", "MATCH (n)", "MATCH (n) WITH n", "RETURN", "RETURN *", "MATCH () RETURN *", "MATCH (n) RETURN n AS a, n AS a", "MATCH (n) WITH n.i RETURN 1 AS x", "MATCH (n) WITH n AS a, n AS a RETURN a", "MATCH (n), (n)-[n]->() RETURN n", "MATCH (n)-[r]->()-[r]->() RETURN r",
	"MATCH p = (n)-->() MATCH p = (n) RETURN p", "MATCH (n) MATCH ()-[n]->() RETURN n", "MATCH p = (p) RETURN p", "WITH 1 AS n MATCH (n) RETURN n", "WITH 1 AS r MATCH ()-[r]->() RETURN r", "WITH [1] AS r MATCH ()-[r*]->() RETURN r", "MATCH (n) RETURN n.i, count(*) + n.f", "MATCH (n) RETURN n.i + count(*)",
	"MATCH (n) RETURN n.i + n.f, n.i + n.f + count(*)", "MATCH (n) WITH n.i + count(*) AS x RETURN x", "MATCH (n) WHERE count(*) > 1 RETURN n", "MATCH (n) RETURN [x IN [1] | count(*)]", "UNWIND count(1) AS x RETURN x", "MATCH (n) RETURN n ORDER BY count(*)", "MATCH (n) RETURN DISTINCT n.i AS i ORDER BY n.f",
	"MATCH (n) RETURN count(*) AS c ORDER BY n.i", "MATCH (n) WITH DISTINCT n.i AS i ORDER BY n.f RETURN i", "RETURN 1 AS a LIMIT -1", "RETURN 1 AS a SKIP -1", "RETURN 1 AS a LIMIT 1.5", "RETURN 1 AS a LIMIT 'a'", "RETURN 1 AS a LIMIT null", "RETURN 1 AS a LIMIT $nope", "MATCH (n) RETURN n LIMIT n.i", "MATCH (n) RETURN n SKIP n.i",
	"RETURN 1 AS a LIMIT count(*)", "RETURN 1 AS a UNION RETURN 2 AS b", "RETURN 1 AS a UNION RETURN 2 AS a UNION ALL RETURN 3 AS a", "RETURN 1 AS a UNION MATCH (n)", "RETURN 1 AS a, 2 AS b UNION RETURN 1 AS a", "CALL { RETURN 1 }", "CALL { RETURN 1 AS x } RETURN y", "WITH 1 AS x CALL { RETURN x AS y } RETURN y", "WITH 1 AS x CALL { RETURN 1 AS x } RETURN x",
	"WITH 1 AS x CALL (x) { RETURN 1 AS x } RETURN x", "WITH 1 AS x CALL (y) { RETURN 1 AS z } RETURN z", "WITH 1 AS x CALL (x, x) { RETURN 1 AS z } RETURN z", "CALL no.such.procedure()", "CALL db.labels(1)", "CALL db.labels() YIELD nope RETURN nope", "CALL db.labels() YIELD label AS a, label AS a RETURN a", "MATCH (n) CALL db.labels() RETURN n", "CALL db.labels YIELD label",
	"MATCH (n)-[r*]->(m) RETURN r.i", "MATCH (n)-[*2..1]->() RETURN count(*) AS c", "MATCH (n)-[*-1]->() RETURN n", "MATCH (n)-[r:R..]->() RETURN n", "MATCH (n)-[:R:S]->() RETURN n", "MATCH (n)-[r:R|:S]->() RETURN count(*) AS c", "MATCH (n)->(m) RETURN n", "MATCH (n)-(m) RETURN n", "MATCH n RETURN n", "MATCH (n RETURN n", "MATCH (n)) RETURN n", "MATCH (n {i: }) RETURN n", "MATCH (n {i}) RETURN n",
	"MATCH (n $p) RETURN n", "MATCH (n:) RETURN n", "MATCH (n:A:) RETURN n", "MATCH (n WHERE) RETURN n", "MATCH (n:A|) RETURN n", "MATCH (n) WHERE RETURN n", "MATCH (n) WHERE (n) RETURN n", "MATCH (n) WHERE n RETURN n", "MATCH (n) WHERE n.i = RETURN n", "MATCH (n) WHERE 1 RETURN n", "MATCH (n) WHERE 'a' RETURN n", "MATCH (n) WHERE n.uid RETURN n.uid AS u",
	"MATCH ((a)-[r]->(b)){2} RETURN a.i", "MATCH (x)((a)-[r]->(b)){2,1}(y) RETURN x", "MATCH (x)((a)-[r*]->(b)){2}(y) RETURN x", "MATCH (x)((a)){2}(y) RETURN x", "MATCH (x)((x)-->(b)){2}(y) RETURN x", "MATCH (x)((a)-->(b) WHERE x.i = 1){2}(y) RETURN count(*) AS c", "MATCH (x)((a)-->(b)){2}(y)-[*]->(z) RETURN x", "MATCH (x)-[r]->{2}(y) RETURN r.i", "MATCH (x)(((a)-->(b)){2}){2}(y) RETURN x", "MATCH (x)((a)-->(b)){0}(y) RETURN x",
	"MATCH (x)((a)-->(b)){,0}(y) RETURN x", "MATCH (a) MATCH (x)((a)-->(b)){1}(y) RETURN x", "MATCH SHORTEST (a)-->+(b) RETURN a", "MATCH SHORTEST 0 (a)-->+(b) RETURN a", "MATCH SHORTEST -1 (a)-->+(b) RETURN a", "MATCH ANY SHORTEST (a)-->+(b), (c) RETURN a", "MATCH ANY SHORTEST (a)-[*]->(b) RETURN a", "MATCH p = shortestPath((a)-->(b)-->(c)) RETURN p", "MATCH p = shortestPath((a)) RETURN p",
	"MATCH p = shortestPath((a)-[*2..3]->(b)) RETURN p", "MATCH (a), (b) MATCH p = shortestPath((a)-[*0..]->(b)) RETURN count(*) AS c", "MATCH (a) MATCH p = shortestPath((a)-[*]->(a)) RETURN p", "UNWIND [1] RETURN 1 AS x", "UNWIND [1] AS x, [2] AS y RETURN x", "UNWIND 1 AS x UNWIND 2 AS x RETURN x", "WITH 1 RETURN 1 AS x", "WITH * RETURN 1 AS x", "WITH 1 AS a WHERE b RETURN a", "WITH 1 AS a, a + 1 AS b RETURN b",
	"MATCH (n) OPTIONAL RETURN n", "OPTIONAL MATCH (n) WHERE m.i = 1 RETURN n", "MATCH (n) RETURN n MATCH (m) RETURN m", "RETURN 1 AS x RETURN 2 AS y", "MATCH (n) RETURN n.i AS x WHERE x > 1", "RETURN 1 AS x ORDER BY", "RETURN 1 AS x ORDER x", "RETURN 1 AS x LIMIT", "RETURN 1 AS x SKIP", "RETURN 1 AS x LIMIT 1 SKIP 1", "RETURN 1 AS", "RETURN 1 AS 2", "RETURN 1 AS 'a'", "RETURN 1,", "RETURN , 1", "RETURN DISTINCT", "RETURN 1 x", "FOO", "", " ", ";",
	"MATCH (n) USING INDEX n:A(i) RETURN n", "MATCH (n:A) USING INDEX n:A(zzz) WHERE n.zzz = 1 RETURN n", "MATCH (n:A) USING SCAN n:B RETURN count(*) AS c", "MATCH (n) USING JOIN ON n RETURN count(*) AS c", "LOAD CSV FROM 1 AS x RETURN x", "LOAD CSV FROM 'nothing' AS x RETURN x", "USE nowhere RETURN 1 AS x", "EXPLAIN", "PROFILE RETURN", "CYPHER 7 RETURN 1 AS x", "CYPHER nothing=1 RETURN 1 AS x",
	"MATCH (n) FINISH RETURN 1 AS x", "FINISH", "MATCH (n) DELETE", "MATCH (n) SET", "MATCH (n) REMOVE n", "MATCH (n) SET n", "MATCH (n) SET n.i", "MATCH (n) SET n.i =", "MATCH (n) SET 1 = 2", "CREATE", "CREATE n", "MERGE", "FOREACH (x IN [1] | RETURN 1)", "FOREACH (x IN [1] | MATCH (n))", "FOREACH (x | CREATE ())", "RETURN 1 AS x; RETURN 2 AS y", "MATCH (n) RETURN n:A:B|C", "MATCH (n:A:B|C) RETURN n", "MATCH (n IS A:B) RETURN n",
	"MATCH ()-[r:A&:B]-() RETURN r", "MATCH (n) WITH n ORDER BY m RETURN n", "MATCH (n) WITH n LIMIT m RETURN n", "SHOW", "SHOW NOTHING", "CREATE INDEX", "DROP INDEX nothing", "CREATE INDEX FOR (n:A) ON n.i", "CREATE CONSTRAINT FOR (n:A) REQUIRE n.i", "DROP CONSTRAINT nothing", "CALL () { MATCH (n) }  RETURN 1 AS x", "CALL (*, x) { RETURN 1 AS y } RETURN y", "WITH 1 AS x CALL (x AS y) { RETURN y AS z } RETURN z",
	"MATCH (a)-[r:!R&]->() RETURN r", "MATCH (a)-[r:%%]->() RETURN r", "MATCH (a)<-[r]>(b) RETURN r", "MATCH (a)--[r]--(b) RETURN r", "MATCH (a)-[r {i: r.i}]->(b) RETURN r.uid AS u", "MATCH (a {i: a.i}) RETURN a.uid AS u", "MATCH (a {i: b.i}), (b) RETURN a.uid AS u, b.uid AS v", "MATCH (a WHERE b.i = 1)-->(b) RETURN a.uid AS u, b.uid AS v",
}

// NewWrong makes a statement that reads with a mistake.
func NewWrong(r random) *Statement {
	switch {
	case r.chance(50):
		return wrongExpression(r)
	case r.chance(45):
		text := one(r, wholes...)
		return &Statement{Text: text, Wrong: "statement"}
	}
	return mutated(r)
}

func wrongExpression(r random) *Statement {
	e := one(r, mistakes...)
	text := strings.ReplaceAll(one(r, frames...), "%e", e)
	text = strings.NewReplacer("%n", "a", "%r", "r").Replace(text)
	s := &Statement{Text: text, Wrong: "expression " + e, Loose: true}
	if strings.Contains(e, "count") || strings.Contains(text, "ORDER BY") || strings.Contains(text, "SKIP") || strings.Contains(text, "LIMIT") {
		s.Unsure = true
	}
	return s
}

// mutated makes a legal statement and loses, doubles or swaps some of its words.
func mutated(r random) *Statement {
	s := NewRead(r)
	words := token.FindAllString(s.Text, -1)
	for range r.between(1, 2) {
		if len(words) < 3 {
			break
		}
		at := r.IntN(len(words) - 1)
		switch r.IntN(4) {
		case 0, 1:
			words = append(words[:at:at], words[at+1:]...)
		case 2:
			words = append(words[:at:at], append([]string{words[at]}, words[at:]...)...)
		case 3:
			words[at], words[at+1] = words[at+1], words[at]
		}
	}
	s.Text, s.Wrong, s.Unsure = write(words), "words", true
	return s
}

// NewWrongWrite makes a statement that writes with a mistake.
func NewWrongWrite(r random) *Statement {
	e := one(r, mistakes...)
	text := strings.ReplaceAll(one(r, wrongWrites...), "%e", e)
	text = strings.NewReplacer("%n", "a", "%r", "r").Replace(text)
	if r.chance(40) {
		text, e = one(r, wholeWrites...), ""
	}
	return &Statement{Text: text, Wrong: fmt.Sprintf("write %s", e), Writes: true, Loose: true}
}

// wrongWrites hold a mistake, as frames do.
var wrongWrites = []string{
	"MATCH (%n)-[%r]->(b) SET %r.i = %e", "MATCH (%n)-[%r]->(b) SET %r += {i: %e}", "MATCH (%n)-[%r]->(b) CREATE (:A {i: %e})", "MATCH (%n)-[%r]->(b) MERGE (:A {i: %e})", "MATCH (%n)-[%r]->(b) MERGE (b)-[:R {i: %e}]->(b)", "MATCH (%n)-[%r]->(b) DELETE %e",
	"MATCH (%n)-[%r]->(b) FOREACH (x IN %e | SET b.i = 1)", "MATCH (%n)-[%r]->(b) FOREACH (x IN [1] | SET %r.i = %e)", "MATCH (%n)-[%r]->(b) CREATE (:D) WITH %n, %r RETURN %e AS x", "MATCH (%n)-[%r]->(b) SET %r = %e", "MATCH (%n)-[%r]->(b) WITH * ORDER BY %r.uid MERGE (m:D {i: 77}) ON CREATE SET m.f = %e",
}

// wholeWrites are statements that write with one mistake.
var wholeWrites = []string{
	"MATCH (n) CREATE (n)", "MATCH (n) CREATE (n:A)", "MATCH (n) CREATE (n {i: 1})", "CREATE (a)-[r]->(b)", "CREATE (a)--(b)", "CREATE (a)-[:R|S]->(b)", "CREATE (a)-[:R*2]->(b)", "CREATE (a:A|B)", "CREATE (a:!A)", "CREATE (a:A&B) RETURN count(*) AS c", "CREATE (a WHERE a.i = 1)", "CREATE (a {i: a.i})", "CREATE (a {i: b.i}), (b)",
	"CREATE (a)-[a:R]->(b)", "CREATE ()-[r:R]->(), ()-[r:R]->()", "MATCH ()-[r]->() CREATE ()-[r:R]->()", "MATCH (n) CREATE p = (n), p = (n)", "CREATE (a {i: {b: 1}})", "CREATE (a {i: [1, 'a']})", "CREATE (a {i: [1, null]})", "CREATE (a {i: [[1]]})", "CREATE (a {i: $nope})", "CREATE (a $nope)", "MATCH (n) SET n.i = {a: 1}", "MATCH (n) SET n.i = [n]", "MATCH (n) SET n.i = n",
	"MATCH (n) SET n = 1", "MATCH (n) SET n = 'a'", "MATCH (n) SET n += [1]", "MATCH (n) SET m.i = 1", "MATCH (n) SET 1.i = 1", "MATCH (n) SET n:A|B", "MATCH ()-[r]->() SET r:A", "MATCH ()-[r]->() REMOVE r:A", "MATCH (n) REMOVE m.i", "MATCH (n) DELETE n.i", "MATCH (n) DELETE 1", "MATCH (n) DELETE n:A", "MATCH (n) DELETE m", "MATCH (n)-->() DELETE n", "MATCH (n)-->(m) DELETE m",
	"MATCH (n) DETACH DELETE n RETURN n.i AS i", "MATCH (n) DETACH DELETE n RETURN labels(n) AS l", "MATCH (n) DETACH DELETE n SET n.i = 1", "MATCH (n) DETACH DELETE n SET n:A", "MATCH (n) DETACH DELETE n CREATE (n)-[:R]->()", "MATCH ()-[r]->() DELETE r RETURN r.i AS i", "MATCH ()-[r]->() DELETE r RETURN type(r) AS t", "MATCH ()-[r]->() DELETE r SET r.i = 1", "MATCH (n) DETACH DELETE n RETURN keys(n) AS k", "MATCH (n) DETACH DELETE n RETURN properties(n) AS p", "MATCH (n) DETACH DELETE n MERGE (n)-[:R]->(:A)",
	"MATCH (n) DETACH DELETE n RETURN count(n) AS c", "MATCH (n) DETACH DELETE n REMOVE n.i", "MATCH (n) DETACH DELETE n DETACH DELETE n", "MERGE (n)-[:R|S]->(m)", "MERGE (n {i: null})", "MERGE (n:A {i: null})", "MATCH (n) MERGE (n)-[:R {i: null}]->(n)", "MATCH (n) MERGE (n)", "MATCH (n) MERGE (n:A)", "MERGE (n)-[r]->(m)", "MERGE (n) ON CREATE", "MERGE (n) ON CREATE SET m.i = 1", "MERGE (n:A)-[:R*1..2]->(m)", "MERGE (a {i: a.i})", "MERGE (n:A $p)", "MERGE (n:A WHERE n.i = 1)",
	"MERGE (n:A|B)", "CREATE (n) RETURN m", "CREATE (n) MATCH (m) RETURN m", "MATCH (n) SET n.i = 1 MATCH (m) RETURN count(*) AS c", "OPTIONAL MATCH (n:Nothing) CREATE (n)-[:R]->()", "OPTIONAL MATCH (n:Nothing) SET n.i = 1", "OPTIONAL MATCH (n:Nothing) SET n:A", "OPTIONAL MATCH (n:Nothing) DELETE n", "OPTIONAL MATCH (n:Nothing) MERGE (n)-[:R]->(:A)", "OPTIONAL MATCH (n:Nothing) REMOVE n.i",
	"CREATE (:A:A) RETURN 1 AS x", "CREATE (:``)", "CREATE ()-[:``]->()", "MATCH (n) SET n.`` = 1", "CREATE (:$(1))", "CREATE (:$(null))", "CREATE (:$([]))", "CREATE ()-[:$(null)]->()", "CREATE ()-[:$(['R', 'S'])]->()", "MATCH (n) SET n:$(1)", "MATCH (n) SET n[1] = 2", "MATCH (n) SET n[null] = 2", "MATCH (n) REMOVE n[1]", "UNWIND [1] AS x CALL (x) { CREATE (:A {i: x / 0}) } IN TRANSACTIONS OF 1 ROW", "CALL { CREATE (:A) } IN TRANSACTIONS OF 0 ROWS",
	"CALL { CREATE (:A) } IN TRANSACTIONS OF -1 ROWS", "FOREACH (n IN [1] | CREATE (n))", "FOREACH (n IN [1] | SET n.i = 1)", "MATCH (n) FOREACH (n IN [1] | CREATE ())", "FOREACH (x IN [1] | CREATE (y)) RETURN y", "RETURN EXISTS { CREATE (n) } AS x", "MATCH (n) WHERE EXISTS { MERGE (m) } RETURN n", "CREATE (n) RETURN COUNT { CREATE (m) } AS c",
}
