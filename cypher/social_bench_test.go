package cypher_test

import (
	"context"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"graticule/cypher/cyphertest"
	"graticule/graph"
	"graticule/internal/social"
)

// joined are patterns with cycles, or with two ends that meet, which mgbench has not.
var joined = []social.Template{
	{Name: "meet_in_four", Query: "MATCH (a:User {id: $id})-->(b)-->(c)<--(d)<--(e:User {id: $to}) RETURN count(*)"},
	{Name: "meet_in_five", Query: "MATCH (a:User {id: $id})-->(b)-->(c)-->(d)<--(e)<--(f:User {id: $to}) RETURN sum(d.age)"},
	{Name: "square", Query: "MATCH (a:User {id: $id})--(b)--(c)--(d)--(a) RETURN count(*)"},
	{Name: "triangles_by_age", Query: "MATCH (a:User)-->(b:User)-->(c:User), (a)-->(c) WHERE a.age = 20 RETURN count(*)"},
	{Name: "walks_into", Query: "MATCH (a:User {id: $id})-[*1..3]-(b:User {id: $to}) RETURN count(*)"},
	{Name: "shortest_three", Query: "MATCH p = SHORTEST 3 (a:User {id: $id})-[:FRIEND]->{1,4}(b:User {id: $to}) RETURN length(p)"},
	{Name: "quantified", Query: "UNWIND range(1, 5000) AS x WITH any(y IN range(1, 20) WHERE y = x % 30) AS a, all(y IN [1, 2, 3] WHERE y < x) AS b RETURN count(CASE WHEN a AND b THEN 1 END)"},
	{Name: "two_parts", Query: "MATCH (a:User {id: $id})-->(b), (c:User {id: $to})-->(d)-->(e) RETURN count(*), sum(b.age + e.age)"},
}

// expressions are statements without a graph, whose time goes into expressions,
// sorting and grouping.
var expressions = []social.Template{
	{Name: "dates", Query: "UNWIND range(1, 10000) AS x RETURN max(date('2024-01-01') + duration({days: x}))"},
	{Name: "texts", Query: "UNWIND range(1, 10000) AS x RETURN count(DISTINCT substring(replace(toUpper('item' + x), 'I', 'J'), 0, 5))"},
	{Name: "parts", Query: "UNWIND range(1, 10000) AS x WITH split('a,b,c,' + x, ',') AS parts RETURN sum(size(parts))"},
	{Name: "points", Query: "UNWIND range(1, 5000) AS x RETURN sum(point.distance(point({longitude: x % 180, latitude: 50}), point({longitude: 1, latitude: 2})))"},
	{Name: "sorted_numbers", Query: "UNWIND range(1, 100000) AS x WITH x ORDER BY x % 317, x RETURN collect(x)[..10]"},
	{Name: "reduced", Query: "RETURN reduce(s = 0, x IN range(1, 100000) | s + x)"},
	{Name: "comprehended", Query: "RETURN size([x IN range(1, 100000) WHERE x % 3 = 0 | x * x])"},
	{Name: "any_of", Query: "RETURN any(x IN range(1, 100000) WHERE x = -1)"},
	{Name: "all_of", Query: "RETURN all(x IN range(1, 100000) WHERE x > 0 AND x % 100001 <> 0)"},
	{Name: "range_sum", Query: "UNWIND range(1, 100000) AS x RETURN sum(x * 2 + 1)"},
	{Name: "range_groups", Query: "UNWIND range(1, 100000) AS x WITH x % 10 AS k, x WHERE x > 10 RETURN k, count(*), avg(x)"},
	{Name: "range_top", Query: "UNWIND range(1, 100000) AS x RETURN x, x % 1000 AS y ORDER BY y DESC, x LIMIT 10"},
	{Name: "range_sorted", Query: "UNWIND range(1, 100000) AS x WITH x ORDER BY x % 1000 DESC RETURN count(x)"},
	{Name: "list_any", Query: "UNWIND range(1, 2000) AS x WITH [i IN range(1, 20) | i * x] AS l RETURN count(CASE WHEN any(y IN l WHERE y > 30000) THEN 1 END), count(CASE WHEN all(y IN l WHERE y > 100) THEN 1 END)"},
	{Name: "floats", Query: "UNWIND range(1, 20000) AS x RETURN sqrt(x) AS r, sin(x) AS s ORDER BY s LIMIT 5"},
	{Name: "years_of_dates", Query: "UNWIND range(1, 20000) AS x WITH date({year: 2000, month: 1, day: 1}) + duration({days: x}) AS d RETURN d.year AS y, count(*) ORDER BY y"},
	{Name: "replaced", Query: "UNWIND range(1, 20000) AS x RETURN sum(size(replace('hello world ' + x, 'o', '00')))"},
	{Name: "split_sizes", Query: "UNWIND range(1, 20000) AS x WITH split('a,b,c,d,' + x, ',') AS l RETURN sum(size(l))"},
	{Name: "numbers_in_texts", Query: "UNWIND range(1, 20000) AS x WITH toString(x) AS s RETURN sum(toInteger(s)), max(size(s))"},
	{Name: "distinct_texts", Query: "UNWIND range(1, 20000) AS x RETURN count(DISTINCT toString(x) + 'a')"},
	{Name: "reduced_short", Query: "UNWIND range(1, 2000) AS x RETURN sum(reduce(a = 0, i IN range(1, 20) | a + i * x))"},
	{Name: "parsed_numbers", Query: "UNWIND range(1, 20000) AS x RETURN sum(toInteger('1' + x)), sum(toFloat(x + '.5'))"},
	{Name: "between_dates", Query: "UNWIND range(1, 20000) AS x RETURN sum(duration.between(date('2020-01-01'), date('2020-01-01') + duration({days: x})).months)"},
	{Name: "trimmed", Query: "UNWIND range(1, 20000) AS x RETURN sum(size(trim('  abc ' + x + ' '))), sum(size(left('abcdef' + x, 4))), sum(size(reverse('abc' + x)))"},
	{Name: "substrings", Query: "UNWIND range(1, 20000) AS x WITH substring('abcdefghijklmnop', x % 10, 3) AS s RETURN s, count(*) ORDER BY s"},
	{Name: "lowered", Query: "UNWIND range(1, 20000) AS x WITH toLower('ABC' + x) AS s WHERE s CONTAINS '99' OR s ENDS WITH '7' RETURN count(*)"},
	{Name: "rounded", Query: "UNWIND range(1, 20000) AS x RETURN max(round(x / 3.0, 2)), sum(floor(x / 7.0)), sum(sign(x - 100)), sum(abs(x - 10000))"},
	{Name: "dates_of_parts", Query: "UNWIND range(1, 20000) AS x WITH date({year: 1900 + x % 100, month: 1 + x % 12, day: 1}) AS d RETURN d.year AS y, count(*) ORDER BY y"},
	{Name: "flat_points", Query: "UNWIND range(1, 20000) AS x WITH point({x: x, y: x % 100}) AS p RETURN max(point.distance(p, point({x: 0, y: 0})))"},
}

// computed are such statements on the graph.
var computed = []social.Template{
	{Name: "types", Query: "MATCH ()-[r]->() RETURN type(r), count(*)"},
	{Name: "friends_of_one_age", Query: "MATCH (a:User)-[r:FRIEND]->(b:User) WHERE a.age = b.age RETURN count(r)"},
	{Name: "genders", Query: "MATCH (a:User)-->(b:User) RETURN a.gender, b.gender, count(*)"},
	{Name: "labels", Query: "MATCH (n) RETURN labels(n), count(*)"},
	{Name: "cases", Query: "MATCH (n:User) RETURN CASE WHEN n.age < 18 THEN 'child' WHEN n.age < 65 THEN 'adult' ELSE 'old' END AS g, count(*)"},
	{Name: "keys_as_group", Query: "MATCH (a:User) RETURN keys(a) AS k, count(*)"},
	{Name: "friend_and_age", Query: "MATCH (a:User) WHERE (a)-->(:User {age: 50}) AND a.age = 50 RETURN count(a)"},
	{Name: "call_for_each", Query: "MATCH (a:User) CALL (a) { WITH a WHERE a.age > 70 RETURN 1 AS x UNION ALL WITH a WHERE a.age < 5 RETURN 2 AS x } RETURN x, count(*) ORDER BY x"},
	{Name: "join_of_ranges", Query: "MATCH (a:User), (b:User) WHERE a.id < 100 AND b.id < 100 AND a.age = b.age RETURN count(*)"},
	{Name: "join_behind_with", Query: "MATCH (a:User) WHERE a.id < 300 WITH a MATCH (b:User) WHERE b.age = a.age RETURN count(*)"},
	{Name: "short_lists", Query: "MATCH (n:User) RETURN sum(size([x IN [1, 2, 3] WHERE x < n.age | x + 1]))"},
	{Name: "ages_computed", Query: "MATCH (n:User) WHERE n.age * 2 + 1 > 60 RETURN sum(n.age / 3), avg(n.age * 1.5)"},
	{Name: "without_friends", Query: "MATCH (n:User) WHERE NOT (n)-->() RETURN count(n)"},
	{Name: "friend_of_age", Query: "MATCH (n:User) WHERE EXISTS { (n)-->(:User {age: 20}) } RETURN count(n)"},
	{Name: "flags", Query: "MATCH (n:User) SET n.flag = true RETURN count(n)"},
	{Name: "no_flags", Query: "MATCH (n:User) REMOVE n.missing"},
	{Name: "friends_in_common", Query: "MATCH (a:User {age: 20})-->(b)<--(c:User {age: 20}) WHERE a.id < c.id RETURN count(*)"},
	{Name: "pairs_by_age", Query: "MATCH (a:User), (b:User) WHERE a.id < 200 AND b.id < 200 AND a.age = b.age AND a.id < b.id RETURN count(*)"},
}

// BenchmarkTemplates runs each query template of mgbench on the engine alone.
// SOCIAL=medium takes the graph of 100,000 users and 1,768,515 relationships.
func BenchmarkTemplates(b *testing.B) {
	network := social.Small
	if os.Getenv("SOCIAL") == "medium" {
		network = social.Medium
	}
	d, err := cyphertest.New(nil)
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	begin := time.Now()
	rows, err := network.Load(func(query string, rows []any) error {
		params := graph.NewMap(1)
		params.Put("rows", cyphertest.Value(rows))
		_, err := d.Run(context.Background(), query, params)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("loaded %d rows, %.0f a second", rows, float64(rows)/time.Since(begin).Seconds())
	runTemplates(b, d, network, slices.Concat(social.Templates, joined, computed))
}

// BenchmarkExpressions runs expressions on the engine alone.
func BenchmarkExpressions(b *testing.B) {
	d, err := cyphertest.New(nil)
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	runTemplates(b, d, social.Small, expressions)
}

// TestStatementsOfTheBench runs what docs/benchmarks.md measures beside Neo4j once.
func TestStatementsOfTheBench(t *testing.T) {
	text, err := os.ReadFile("../bench/statements.cypher")
	if err != nil {
		t.Fatal(err)
	}
	d := newDatabase(t)
	network := social.Network{Users: 300, Friendships: 1500, Seed: 1}
	params := graph.NewMap(3)
	params.Put("id", graph.Int(7))
	params.Put("to", graph.Int(70))
	run := func(query string) {
		if _, err := d.Run(context.Background(), query, params); err != nil {
			t.Errorf("%s: %v", query, err)
		}
	}
	if _, err := network.Load(func(query string, rows []any) error {
		params.Put("rows", cyphertest.Value(rows))
		run(query)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	statements := strings.Split(strings.TrimSpace(string(text)), ";\n")
	for _, query := range statements {
		run(strings.TrimSuffix(query, ";"))
	}
	if len(statements) < 165 {
		t.Errorf("%d statements", len(statements))
	}
}

func runTemplates(b *testing.B, d *cyphertest.Database, network social.Network, list []social.Template) {
	for _, t := range list {
		b.Run(t.Name, func(b *testing.B) {
			r := rand.New(rand.NewPCG(7, 7))
			n := 0
			for b.Loop() {
				params := graph.NewMap(2)
				params.Put("id", graph.Int(int64(r.IntN(network.Users))))
				params.Put("to", graph.Int(int64(r.IntN(network.Users))))
				res, err := d.Run(context.Background(), t.Query, params)
				if err != nil {
					b.Fatal(err)
				}
				n += len(res.Rows)
			}
			b.ReportMetric(float64(n)/float64(b.N), "rows/op")
		})
	}
}
