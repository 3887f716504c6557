package cypher_test

import (
	"fmt"
	"strings"
	"testing"
)

// steps runs statements in order; the answers and messages were recorded from
// Neo4j 5.26, whose quantized vectors give scores a few millionths off.
func steps(t *testing.T, list []struct{ query, want string }) {
	t.Helper()
	d := newDatabase(t)
	for _, c := range list {
		got, _, err := d.run(c.query, nil)
		if err != nil {
			got = problem(err)
		}
		if got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.query, got, c.want)
		}
	}
}

func TestFulltextProcedures(t *testing.T) {
	const failed = "ClientError.Procedure.ProcedureCallFailed | Failed to invoke procedure `db.index.fulltext.query"
	steps(t, []struct{ query, want string }{
		{"CREATE FULLTEXT INDEX ft FOR (n:P|Q) ON EACH [n.name, n.title]", ""},
		{"CREATE INDEX idx1 FOR (n:P) ON (n.name)", ""},
		{"CREATE (:P {name: 'The quick brown fox jumps over the lazy dog', title: 'Fox'}), (:P {name: 'Quick foxes are quicker', title: 'lazy'}), (:Q {title: 'brown dogs, brown cats'}), (:P {name: ['brown list', 'quick list']}), (:Z {name: 'quick'}), (:Q {name: 17})", ""},
		{"CALL db.index.fulltext.queryNodes('ft', 'quick AND brown') YIELD node, score RETURN node.name, score > 0.2", "[brown list, quick list], true; The quick brown fox jumps over the lazy dog, true"},
		{"CALL db.index.fulltext.queryNodes('ft', 'brown', {skip: 1, limit: 1}) YIELD node RETURN node.title, labels(node)", "null, [P]"},
		{"CALL db.index.fulltext.queryNodes('ft', 'foxes', {analyzer: 'english'}) YIELD node RETURN node.title ORDER BY node.title", "Fox"},
		{"MATCH (n:P {title: 'Fox'}) SET n.name = 'slow snail' WITH n CALL db.index.fulltext.queryNodes('ft', 'snail') YIELD node RETURN node = n", "true"},
		{"CALL db.index.fulltext.queryNodes('ft', 'jumps') YIELD node RETURN node", ""},
		{"MATCH (n:P {title: 'Fox'}) REMOVE n:P", ""},
		{"CALL db.index.fulltext.queryNodes('ft', 'snail') YIELD node RETURN node", ""},
		{"CALL db.index.fulltext.queryNodes('ft', 'quick (') YIELD node RETURN node", failed + "Nodes`: Caused by: org.apache.lucene.queryparser.classic.ParseException: Encountered \"<EOF>\" at line 1, column 7."},
		{"CALL db.index.fulltext.queryNodes('nope', 'quick')", failed + "Nodes`: Caused by: java.lang.IllegalArgumentException: There is no such fulltext schema index: nope"},
		{"CALL db.index.fulltext.queryNodes('idx1', 'quick')", failed + "Nodes`: Caused by: java.lang.IllegalArgumentException: There is no such fulltext schema index: idx1"},
		{"CALL db.index.fulltext.queryRelationships('ft', 'quick')", failed + "Relationships`: Caused by: java.lang.IllegalArgumentException: The 'ft' index is an index on NODE, so it cannot be queried for relationships."},
		{"CALL db.index.fulltext.queryNodes('ft', 'quick', {limit: -1})", failed + "Nodes`: Caused by: java.lang.IllegalStateException: Limit argument cannot be negative: -1."},
		{"CREATE FULLTEXT INDEX rt FOR ()-[r:R]-() ON EACH [r.name] OPTIONS {indexConfig: {`fulltext.analyzer`: 'english'}}", ""},
		{"CREATE (:A)-[:R {name: 'Running foxes'}]->(:B)", ""},
		{"CALL db.index.fulltext.queryRelationships('rt', 'run') YIELD relationship RETURN relationship.name, type(relationship)", "Running foxes, R"},
		{"CREATE FULLTEXT INDEX no FOR (n:X) ON EACH [n.b] OPTIONS {indexConfig: {`fulltext.analyzer`: 'nope'}}", "DatabaseError.Statement.ExecutionFailed | No such full-text analyzer: 'nope'."},
		{"CALL db.index.fulltext.listAvailableAnalyzers() YIELD analyzer, stopwords WHERE analyzer = 'standard' RETURN size(stopwords)", "33"},
		{"CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()", ""},
		{"CALL db.awaitIndex('nope')", "ClientError.Schema.IndexNotFound | No such index 'nope'"},
		{"CALL db.awaitIndexes(5)", ""},
		{"CALL db.resampleIndex('ft')", ""},
	})
}

func TestVectorProcedures(t *testing.T) {
	const failed = "ClientError.Procedure.ProcedureCallFailed | Failed to invoke procedure `db.index.vector.query"
	steps(t, []struct{ query, want string }{
		{"CREATE VECTOR INDEX vec FOR (n:P) ON (n.emb) OPTIONS {indexConfig: {`vector.dimensions`: 3, `vector.similarity_function`: 'cosine'}}", ""},
		{"UNWIND range(1, 3) AS i CREATE (:P {i: i})", ""},
		{"MATCH (n:P) CALL db.create.setNodeVectorProperty(n, 'emb', [1, 2, 3]) RETURN count(*)", "3"},
		{"MATCH (n:P) RETURN DISTINCT n.emb", "[1.0, 2.0, 3.0]"},
		{"MATCH (n:P {i: 2}) SET n.emb = [3, 2, 1]", ""},
		{"MATCH (n:P {i: 3}) SET n.emb = [0.5, 2]", ""},
		{"CALL db.index.vector.queryNodes('vec', 5, [1, 2, 3]) YIELD node, score RETURN node.i, round(score, 4)", "1, 1.0; 2, 0.8571"},
		{"CALL db.index.vector.queryNodes('vec', 2, [1, 2])", failed + "Nodes`: Caused by: java.lang.IllegalArgumentException: Index query vector has 2 dimensions, but indexed vectors have 3."},
		{"CALL db.index.vector.queryNodes('vec', 0, [1, 2, 3])", failed + "Nodes`: Caused by: java.lang.IllegalArgumentException: 'numberOfNearestNeighbours' must be positive"},
		{"CALL db.index.vector.queryNodes('vec', 2, null)", failed + "Nodes`: Caused by: java.lang.NullPointerException: 'query' must not be null"},
		{"CALL db.index.vector.queryNodes('nope', 2, [1, 2, 3])", failed + "Nodes`: Caused by: java.lang.IllegalArgumentException: There is no such vector schema index: nope"},
		{"CREATE (:P)-[:V {emb: [1.0, 0.0]}]->(:P)-[:V {emb: [0.0, 1.0]}]->(:P)", ""},
		{"CREATE VECTOR INDEX rv FOR ()-[r:V]-() ON (r.emb) OPTIONS {indexConfig: {`vector.similarity_function`: 'euclidean'}}", ""},
		{"CALL db.index.vector.queryRelationships('rv', 2, [1, 0]) YIELD relationship, score RETURN relationship.emb, round(score, 3)", "[1.0, 0.0], 1.0; [0.0, 1.0], 0.333"},
		{"MATCH ()-[r:V]->() CALL db.create.setRelationshipVectorProperty(r, 'emb', [1, 1]) RETURN count(r)", "2"},
		{"CALL db.index.vector.queryRelationships('rv', 2, [1, 1]) YIELD score RETURN score", "1.0; 1.0"},
		{"CALL db.index.vector.createNodeIndex('vv', 'VV', 'emb', 3, 'cosine')", ""},
		{"SHOW VECTOR INDEXES YIELD name, indexProvider", "rv, vector-2.0; vec, vector-2.0; vv, vector-1.0"},
		{"RETURN vector.similarity.cosine([1,0],[1,1]), vector.similarity.euclidean([1,0],[0,1]), vector.similarity.cosine(null,[1,1])", "0.8535534143447876, 0.3333333432674408, null"},
		{"RETURN vector.similarity.cosine([1,0],[1,1,2])", "ClientError.Statement.ArgumentError | Invalid input for 'vector.similarity.cosine()': The supplied vectors do not have the same number of dimensions."},
		{"RETURN vector.similarity.cosine([0,0],[1,1])", "ClientError.Statement.ArgumentError | Invalid input for 'vector.similarity.cosine()': Argument a is not a valid vector for this similarity function."},
		{"RETURN vector.similarity.euclidean([],[])", "ClientError.Statement.ArgumentError | Invalid input for 'vector.similarity.euclidean()': Argument a is not a valid vector for this similarity function."},
	})
}

// TestVectorsComeAndGo compares a vector index, part of which has been linked in
// the background, with the similarity function.
func TestVectorsComeAndGo(t *testing.T) {
	d := newDatabase(t)
	must := func(query string) string {
		t.Helper()
		got, _, err := d.run(query, nil)
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		return got
	}
	must("CREATE VECTOR INDEX vec FOR (n:P) ON (n.v) OPTIONS {indexConfig: {`vector.dimensions`: 3, `vector.similarity_function`: 'euclidean'}}")
	must("CREATE FULLTEXT INDEX ft FOR (n:P) ON EACH [n.t]")
	for round := range 12 {
		must(fmt.Sprintf("UNWIND range(1, 100) AS i CREATE (:P {i: i, t: 'word' + toString(i), v: [i * 1.0, (i * 37 %% 101) * 1.0, %d.0]})", round))
		must(fmt.Sprintf("MATCH (n:P) WHERE n.i %% 12 = %d SET n.v = [n.i * 1.0, 0.0, n.i * 0.5]", round))
		must(fmt.Sprintf("MATCH (n:P) WHERE n.i = %d DELETE n", 3*round))
		want := must("MATCH (n:P) WITH vector.similarity.euclidean(n.v, [50.0, 20.0, 5.0]) AS s ORDER BY s DESC LIMIT 5 RETURN round(s, 5)")
		got := must("CALL db.index.vector.queryNodes('vec', 5, [50.0, 20.0, 5.0]) YIELD score RETURN round(score, 5)")
		if got != want {
			t.Errorf("round %d: %s, want %s", round, got, want)
		}
		if got, want := must("CALL db.index.fulltext.queryNodes('ft', 'word7*') YIELD node RETURN count(*)"), must("MATCH (n:P) WHERE n.t STARTS WITH 'word7' RETURN count(*)"); got != want {
			t.Errorf("round %d: %s texts, want %s", round, got, want)
		}
	}
	// Indexes made over the data there is are filled in the background.
	must("CREATE VECTOR INDEX later FOR (n:P) ON (n.v2) OPTIONS {indexConfig: {`vector.dimensions`: 3}}")
	must("CREATE FULLTEXT INDEX later2 FOR (n:P) ON EACH [n.t, n.u]")
	if got := must("CALL db.index.fulltext.queryNodes('later2', 'word71') YIELD node RETURN count(*)"); got != "12" {
		t.Errorf("the new index finds %s", got)
	}
	must("CALL db.awaitIndexes()")
	if got := must("SHOW INDEXES YIELD name, state, populationPercent WHERE name STARTS WITH 'later'"); got != strings.ReplaceAll("later, ONLINE, 100.0; later2, ONLINE, 100.0", "'", "") {
		t.Error(got)
	}
}
