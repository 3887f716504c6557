package cypher_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"graticule/status"
)

const family = "CREATE (a:P {name: 'a', age: 3})-[:KNOWS {since: 1}]->(b:P {name: 'b'})-[:KNOWS]->(c:P:Q {name: 'c'}), (c)-[:LIKES]->(a), (b)-[:LIKES]->(d:R {name: 'd'})"

func TestApoc(t *testing.T) {
	for _, c := range []struct{ setup, query, want string }{
		{"", "CALL apoc.create.node(['A', 'B c'], {x: 1}) YIELD node RETURN labels(node), node.x", "[A, B c], 1"},
		{"", "CALL apoc.create.nodes(['A'], [{x: 1}, {x: 2}]) YIELD node RETURN node.x", "1; 2"},
		{family, "MATCH (a {name: 'a'}), (d:R) CALL apoc.create.relationship(a, 'SEES', {w: 2}, d) YIELD rel RETURN type(rel), rel.w, endNode(rel).name", "SEES, 2, d"},
		{family, "MATCH (n:P) CALL apoc.create.addLabels(n, ['X', 'Y']) YIELD node WITH node ORDER BY node.name RETURN collect(node.name), collect(size(labels(node)))", "[a, b, c], [3, 3, 4]"},
		{family, "MATCH (n:P) WITH collect(n) AS ns CALL apoc.create.removeLabels(ns, ['P']) YIELD node RETURN count(node)", "3"},
		{family, "MATCH (n:Q) CALL apoc.create.setLabels(n, ['Z']) YIELD node RETURN labels(node)", "[Z]"},
		{family, "MATCH (n:Q) CALL apoc.create.setProperty(n, 'k', 7) YIELD node RETURN node.k", "7"},
		{family, "MATCH (n:Q) CALL apoc.create.setProperties(n, ['k', 'l'], [7, 8]) YIELD node RETURN node.k + node.l", "15"},
		{family, "MATCH (n:Q) CALL apoc.create.removeProperties(n, ['name']) YIELD node RETURN properties(node)", "{}"},

		{family, "CALL apoc.merge.node(['P'], {name: 'a'}, {made: true}, {met: true}) YIELD node RETURN node.age, node.made, node.met", "3, null, true"},
		{family, "CALL apoc.merge.node(['P', 'N'], {name: 'new'}, {made: true}) YIELD node SET node.later = 1 RETURN node.made, node.later, labels(node)", "true, 1, [P, N]"},
		{family, "MATCH (a {name: 'a'}), (b {name: 'b'}) CALL apoc.merge.relationship(a, 'KNOWS', {since: 1}, {made: true}, b, {met: true}) YIELD rel RETURN rel.made, rel.met, COUNT { (a)-->(b) }", "null, true, 1"},
		{family, "MATCH (a {name: 'a'}), (b {name: 'b'}) CALL apoc.merge.relationship(a, 'KNOWS', {since: 2}, {made: true}, b) YIELD rel RETURN rel.made, COUNT { (a)-->(b) }", "true, 2"},

		{family, "CALL apoc.cypher.run('MATCH (n:P) WHERE n.name > $x RETURN n.name AS name ORDER BY name', {x: 'a'}) YIELD value RETURN value.name", "b; c"},
		{"", "CALL apoc.cypher.doIt('CREATE (n:D {x: $x}) RETURN n', {x: 1}) YIELD value RETURN value.n.x", "1"},
		{"", "CALL apoc.do.when(true, 'CREATE (n:W) RETURN 1 AS r', 'RETURN 2 AS r', {}) YIELD value RETURN value.r, COUNT { (:W) }", "1, 1"},
		{"", "CALL apoc.when(false, 'RETURN 1 AS r', 'RETURN $p AS r', {p: 5}) YIELD value RETURN value.r", "5"},
		{"", "CALL apoc.case([false, 'RETURN 1 AS r', true, 'RETURN 2 AS r'], 'RETURN 3 AS r') YIELD value RETURN value.r", "2"},
		{"", "CALL apoc.do.case([false, 'RETURN 1 AS r'], 'CREATE (:W) RETURN 3 AS r', {}) YIELD value RETURN value.r", "3"},
		{"", "CALL apoc.util.validate(false, 'no %d', [1]) RETURN 1", "1"},

		{"UNWIND range(1, 25) AS i CREATE (:N {i: i})", "CALL apoc.periodic.iterate('MATCH (n:N) RETURN n', 'SET n.j = n.i * 2', {batchSize: 10}) YIELD batches, total, committedOperations, failedOperations, updateStatistics RETURN batches, total, committedOperations, failedOperations, updateStatistics.propertiesSet", "3, 25, 25, 0, 25"},
		{"UNWIND range(1, 25) AS i CREATE (:N {i: i})", "CALL apoc.periodic.iterate('MATCH (n:N) RETURN n.i AS i ORDER BY i', 'CREATE (:M {i: 10 / (i - 12)})', {batchSize: 10, batchMode: 'BATCH'}) YIELD batches, failedBatches, failedOperations, errorMessages RETURN batches, failedBatches, failedOperations, errorMessages", "3, 1, 10, {/ by zero: 1}"},
		{"UNWIND range(1, 5) AS i CREATE (:N {i: i})", "CALL apoc.periodic.iterate('MATCH (n:N) RETURN n.i AS i', 'CREATE (:M {i: $i, k: $k})', {batchMode: 'SINGLE', params: {k: 3}}) YIELD committedOperations RETURN committedOperations", "5"},
		{"UNWIND range(1, 25) AS i CREATE (:N {i: i})", "CALL apoc.periodic.commit('MATCH (n:N) WITH n LIMIT $limit DETACH DELETE n RETURN count(*)', {limit: 10}) YIELD updates, executions, batches RETURN updates, executions, batches", "25, 3, 4"},

		{family, "MATCH (a {name: 'a'}) CALL apoc.path.subgraphAll(a, {relationshipFilter: 'KNOWS>'}) YIELD nodes, relationships RETURN [n IN nodes | n.name], [r IN relationships | type(r)]", "[a, b, c], [KNOWS, KNOWS, LIKES]"},
		{family, "MATCH (a {name: 'a'}) CALL apoc.path.subgraphNodes(a, {maxLevel: 1}) YIELD node RETURN node.name ORDER BY node.name", "a; b; c"},
		{family, "MATCH (a {name: 'a'}) CALL apoc.path.spanningTree(a, {relationshipFilter: 'KNOWS>|LIKES>', minLevel: 1}) YIELD path RETURN [n IN nodes(path) | n.name]", "[a, b]; [a, b, c]; [a, b, d]"},
		{family, "MATCH (a {name: 'a'}) CALL apoc.path.expandConfig(a, {relationshipFilter: 'KNOWS>', minLevel: 2, maxLevel: 3}) YIELD path RETURN length(path), [n IN nodes(path) | n.name]", "2, [a, b, c]"},
		{family, "MATCH (a {name: 'a'}) CALL apoc.path.expandConfig(a, {relationshipFilter: '<LIKES,<KNOWS', uniqueness: 'NODE_PATH', minLevel: 1}) YIELD path RETURN [n IN nodes(path) | n.name]", "[a, c]; [a, c, b]"},
		{family, "MATCH (a {name: 'a'}) CALL apoc.path.expandConfig(a, {labelFilter: '>R'}) YIELD path RETURN DISTINCT last(nodes(path)).name", "d"},
		{family, "MATCH (a {name: 'a'}) CALL apoc.path.expandConfig(a, {labelFilter: '-Q|/R', uniqueness: 'NODE_GLOBAL'}) YIELD path RETURN [n IN nodes(path) | n.name]", "[a, b, d]"},
		{family, "MATCH (a {name: 'a'}), (d:R) CALL apoc.path.expandConfig(a, {terminatorNodes: [d], limit: 1}) YIELD path RETURN [n IN nodes(path) | n.name]", "[a, b, d]"},

		{"CREATE (a:P {name: 'x', age: 1, k: [1]})-[:R {w: 1}]->(c:C), (b:Q {name: 'y', age: 2, k: [2], only: true})-[:R {w: 2}]->(c), (b)<-[:S]-(a)",
			"MATCH (a:P), (b:Q) CALL apoc.refactor.mergeNodes([a, b], {properties: {name: 'combine', age: 'discard', `k.*`: 'combine'}, mergeRels: true}) YIELD node RETURN node.name, node.age, node.k, node.only, labels(node), COUNT { (node)-[:R]->() }, COUNT { (node)-[:S]->(node) }", "[x, y], 1, [1, 2], true, [P, Q], 1, 1"},
		{"CREATE (:P {name: 'x'}), (:P {name: 'y'})", "MATCH (a:P) WITH collect(a) AS ps CALL apoc.refactor.mergeNodes(ps) YIELD node RETURN node.name, COUNT { (:P) }", "y, 1"},
		{family, "CALL apoc.refactor.rename.label('P', 'Person') YIELD committedOperations RETURN committedOperations, COUNT { (:Person) }", "3, 3"},
		{family, "MATCH ()-[r:LIKES]->(:R) CALL apoc.refactor.setType(r, 'LOVES') YIELD output RETURN type(output), startNode(output).name", "LOVES, b"},

		{family, "CALL apoc.meta.data() YIELD label, property, type, other, elementType, count RETURN label, property, type, other, elementType, count", "P, age, INTEGER, [], node, 0; P, name, STRING, [], node, 0; P, KNOWS, RELATIONSHIP, [P, Q], node, 2; P, LIKES, RELATIONSHIP, [P, R], node, 2; Q, name, STRING, [], node, 0; Q, LIKES, RELATIONSHIP, [P], node, 1; R, name, STRING, [], node, 0; KNOWS, since, INTEGER, [], relationship, 0; KNOWS, P, RELATIONSHIP, [P, Q], relationship, 2; LIKES, P, RELATIONSHIP, [P, R], relationship, 2; LIKES, Q, RELATIONSHIP, [P], relationship, 1"},
		{family, "CALL apoc.meta.schema() YIELD value RETURN keys(value), value.P.count, value.P.properties.age.type, value.KNOWS.type, value.P.relationships.KNOWS.labels", "[P, Q, R, KNOWS, LIKES], 3, INTEGER, relationship, [P, Q]"},
		{family, "CALL apoc.meta.graph() YIELD nodes, relationships RETURN [n IN nodes | labels(n)[0]], size(relationships)", "[P, Q, R], 5"},
		{family, "CALL apoc.meta.stats() YIELD nodeCount, relCount, labels, relTypesCount RETURN nodeCount, relCount, labels.P, relTypesCount.KNOWS", "4, 4, 3, 2"},
		{family, "CALL apoc.meta.nodeTypeProperties() YIELD nodeType, propertyName, propertyTypes, mandatory, propertyObservations, totalObservations RETURN nodeType, propertyName, propertyTypes, mandatory, propertyObservations, totalObservations", ":`P`, age, [Long], false, 1, 2; :`P`, name, [String], true, 2, 2; :`P`:`Q`, name, [String], true, 1, 1; :`R`, name, [String], true, 1, 1"},
		{family, "CALL apoc.meta.relTypeProperties() YIELD relType, sourceNodeLabels, targetNodeLabels, propertyName RETURN relType, sourceNodeLabels, targetNodeLabels, propertyName", ":`KNOWS`, [P], [P], since; :`KNOWS`, [P], [P, Q], null; :`LIKES`, [P, Q], [P], null; :`LIKES`, [P], [R], null"},

		{"CREATE INDEX kept FOR (n:A) ON (n.x)", "CALL apoc.schema.nodes() YIELD name, label, properties, type RETURN name, label, properties, type", ":A(x), A, [x], RANGE"},
		{"CREATE INDEX gone FOR (n:G) ON (n.x)", "CALL apoc.schema.assert({A: ['x', ['y', 'z']]}, {B: ['id']}) YIELD label, keys, unique, action RETURN label, keys, unique, action", "G, [x], false, DROPPED; A, [x], false, CREATED; A, [y, z], false, CREATED; B, [id], true, CREATED"},

		{"", "CALL apoc.load.json('[{\"a\": 1}, {\"a\": 2.5}]') YIELD value RETURN value.a", "1; 2.5"},
		{"", "CALL apoc.load.json('{\"items\": [{\"n\": \"x\"}, {\"n\": \"y\"}]}', '$.items[*].n') YIELD value RETURN value.result", "x; y"},
		{"", "CALL apoc.load.jsonArray('[1, true, null]') YIELD value RETURN value", "[1, true, null]"},
		{"", "CALL apoc.load.json('people.json') YIELD value RETURN value.name", "Ada"},

		{"", "RETURN apoc.version()", "5.26.0"},
		{"", "RETURN apoc.util.validatePredicate(false, 'x', [1])", "true"},
		{"", "RETURN apoc.meta.cypher.type(1), apoc.meta.cypher.type([1, 2]), apoc.meta.cypher.type(null)", "INTEGER, LIST OF INTEGER, NULL"},
		{family, "MATCH (n:R) RETURN apoc.convert.toJson({a: [1, n]}), apoc.convert.fromJsonMap('{\"a\": 1}').a, apoc.convert.fromJsonList('[1, 2]'), apoc.convert.toMap(n)", `{"a":[1,{"name":"d"}]}, 1, [1, 2], {name: d}`},
		{"", "RETURN apoc.text.join(['a', 'b'], '-'), apoc.text.replace('a1b22', '[0-9]+', '#'), apoc.text.split('a, b', ', *'), apoc.text.capitalize('neo')", "a-b, a#b#, [a, b], Neo"},
		{"", "RETURN apoc.util.md5(['a']), apoc.util.sha1(['a']), left(apoc.util.sha256(['a', 1]), 8)", "0cc175b9c0f1b6a831c399e269772661, 86f7e437faa5a7fce15d1ddcb9eaeaea377667b8, f55ff16f"},
		{"", "RETURN apoc.coll.toSet([1, 1, 2]), apoc.coll.contains([1, 2], 2), apoc.coll.union([1], [1, 2]), apoc.coll.intersection([1, 2], [2]), apoc.coll.subtract([1, 2], [2]), apoc.coll.sort([2, 1]), apoc.coll.flatten([1, [2, [3]]]), apoc.coll.flatten([1, [2, [3]]], true)", "[1, 2], true, [1, 2], [2], [1], [1, 2], [1, 2, [3]], [1, 2, 3]"},
		{"", "RETURN apoc.map.merge({a: 1}, {a: 2, b: 3}), apoc.map.fromPairs([['a', 1]]), apoc.map.removeKeys({a: 1, b: 2}, ['a'])", "{a: 2, b: 3}, {a: 1}, {b: 2}"},
		{"", "RETURN apoc.date.format(0), apoc.date.parse('1970-01-02', 'd', 'yyyy-MM-dd'), apoc.date.convertFormat('2020-02-29', 'yyyy-MM-dd', 'dd/MM/yyyy'), apoc.date.currentTimestamp() > 0", "1970-01-01 00:00:00, 1, 29/02/2020, true"},
	} {
		d := newDatabase(t)
		d.ImportDir = t.TempDir()
		if err := os.WriteFile(filepath.Join(d.ImportDir, "people.json"), []byte(`{"name": "Ada"}`), 0o600); err != nil {
			t.Fatal(err)
		}
		if c.setup != "" {
			if _, _, err := d.run(c.setup, nil); err != nil {
				t.Fatal(err)
			}
		}
		if got, _, err := d.run(c.query, nil); err != nil || got != c.want {
			t.Errorf("%s\n got %s, %v\nwant %s", c.query, got, err, c.want)
		}
	}
}

func TestApocFailures(t *testing.T) {
	for query, want := range map[string][2]string{
		"CALL apoc.util.validate(true, 'not %s but %d', ['x', 2])":                                            {status.ProcedureCallFailed, "Failed to invoke procedure `apoc.util.validate`: Caused by: java.lang.RuntimeException: not x but 2"},
		"RETURN apoc.util.validatePredicate(true, 'no', [])":                                                  {status.ProcedureCallFailed, "Failed to invoke function `apoc.util.validatePredicate`: Caused by: java.lang.RuntimeException: no"},
		"CALL apoc.cypher.run('CREATE (n) RETURN n', {})":                                                     {status.AccessMode, "Writing in read access mode"},
		"CALL apoc.cypher.run('RETURN x', {})":                                                                {status.SyntaxError, "Variable `x` not defined"},
		"CALL apoc.cypher.run('CALL apoc.cypher.run($s, {s: $s})', {s: 'CALL apoc.cypher.run($s, {s: $s})'})": {"", "nested deeper"},
		"CALL apoc.load.json('../secret.json')":                                                               {status.ExternalResourceFailed, "Cannot load from URL"},
		"CALL apoc.create.relationship(null, '', {}, null)":                                                   {status.ProcedureCallFailed, "relationship type"},
	} {
		d := newDatabase(t)
		d.ImportDir = t.TempDir()
		_, _, err := d.run(query, nil)
		code := ""
		if e := status.As(err); e != nil {
			code = e.Code
		}
		if err == nil || code != want[0] || !strings.Contains(err.Error(), want[1]) {
			t.Errorf("%s: %s %v, want %v", query, code, err, want)
		}
	}
}
