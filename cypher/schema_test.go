package cypher_test

import (
	"strings"
	"testing"

	"graticule/graph"
	"graticule/graphstore"
	"graticule/status"
)

// problem gives the code and message of an error as a client gets them.
func problem(err error) string {
	e := status.As(err)
	if e == nil {
		if e = graphstore.Status(err); e == nil {
			return err.Error()
		}
	}
	text, _, _ := strings.Cut(e.Message, " (line ") // places have tests of their own
	return strings.TrimPrefix(e.Code, "Neo.") + " | " + text
}

// The messages were recorded from Neo4j 5.26; those of constraints its Community
// edition lacks are put together from its message formats.
func TestSchemaMessages(t *testing.T) {
	d := newDatabase(t)
	for _, c := range []struct{ query, want string }{
		{"CREATE INDEX i1 FOR (n:P) ON (n.name)", ""},
		{"CREATE INDEX i2 FOR (n:P) ON (n.name)", "ClientError.Schema.IndexAlreadyExists | There already exists an index (:P {name})."},
		{"CREATE INDEX i1 FOR (n:P) ON (n.name)", "ClientError.Schema.EquivalentSchemaRuleAlreadyExists | An equivalent index already exists, 'Index( id=3, name='i1', type='RANGE', schema=(:P {name}), indexProvider='range-1.0' )'."},
		{"CREATE INDEX i1 FOR (n:Q) ON (n.name)", "ClientError.Schema.IndexWithNameAlreadyExists | There already exists an index called 'i1'."},
		{"CREATE INDEX i1 IF NOT EXISTS FOR (n:Q) ON (n.name)", ""},
		{"CREATE TEXT INDEX tx FOR (n:P) ON (n.name)", ""},
		{"CREATE TEXT INDEX tx2 FOR (n:P) ON (n.z, n.y)", "ClientError.Statement.SyntaxError | Only single property text indexes are supported"},
		{"CREATE LOOKUP INDEX lk FOR (n) ON EACH labels(n)", "ClientError.Schema.IndexAlreadyExists | There already exists an index (:<any-labels>)."},
		{"CREATE CONSTRAINT FOR (n:P) REQUIRE n.name IS UNIQUE", "ClientError.Schema.IndexAlreadyExists | There already exists an index (:P {name}). A constraint cannot be created until the index has been dropped."},
		{"CREATE CONSTRAINT uq FOR (n:U) REQUIRE n.name IS UNIQUE", ""},
		{"CREATE CONSTRAINT uq FOR (n:U) REQUIRE n.name IS UNIQUE", "ClientError.Schema.EquivalentSchemaRuleAlreadyExists | An equivalent constraint already exists, 'Constraint( id=6, name='uq', type='UNIQUENESS', schema=(:U {name}), ownedIndex=5 )'."},
		{"CREATE CONSTRAINT uq2 FOR (n:U) REQUIRE n.name IS UNIQUE", "ClientError.Schema.ConstraintAlreadyExists | Constraint already exists: Constraint( id=6, name='uq', type='UNIQUENESS', schema=(:U {name}), ownedIndex=5 )"},
		{"CREATE CONSTRAINT uq FOR (n:V) REQUIRE n.name IS UNIQUE", "ClientError.Schema.ConstraintWithNameAlreadyExists | There already exists a constraint called 'uq'."},
		{"CREATE CONSTRAINT i1 FOR (n:V) REQUIRE n.name IS UNIQUE", "ClientError.Schema.IndexWithNameAlreadyExists | There already exists an index called 'i1'."},
		{"CREATE CONSTRAINT i1 IF NOT EXISTS FOR (n:V) REQUIRE n.name IS UNIQUE", "ClientError.Schema.IndexWithNameAlreadyExists | There already exists an index called 'i1'."},
		{"CREATE INDEX uq FOR (n:V) ON (n.name)", "ClientError.Schema.ConstraintWithNameAlreadyExists | There already exists a constraint called 'uq'."},
		{"CREATE INDEX ui FOR (n:U) ON (n.name)", "ClientError.Schema.ConstraintAlreadyExists | There is a uniqueness constraint on (:U {name}), so an index is already created that matches this."},
		{"CREATE CONSTRAINT uu FOR (n:U) REQUIRE (n.a, n.a) IS UNIQUE", "ClientError.Schema.RepeatedPropertyInCompositeSchema | Constraint on (:U {a, a}) includes a property more than once."},
		{"DROP INDEX uq", "DatabaseError.Schema.IndexDropFailed | Unable to drop index: Index belongs to constraint: `uq`"},
		{"DROP INDEX nope", "DatabaseError.Schema.IndexDropFailed | Unable to drop index called `nope`. There is no such index."},
		{"DROP INDEX nope IF EXISTS", ""},
		{"DROP CONSTRAINT i1", "DatabaseError.Schema.ConstraintDropFailed | Unable to drop constraint `i1`: No such constraint i1."},
		{"CREATE CONSTRAINT ru FOR ()-[r:R]-() REQUIRE (r.a, r.b) IS UNIQUE", ""},
		{"CREATE (:U {name: 'x'}), (:D {a: 1, b: 'q'}), (:D {a: 1, b: 'q'}), (:E)", ""},
		{"CREATE (:U {name: 'x'})", "ClientError.Schema.ConstraintValidationFailed | Node(0) already exists with label `U` and property `name` = 'x'"},
		{"CREATE (:W)-[:R {a: 1, b: 2}]->(:W)", ""},
		{"CREATE (:W)-[:R {a: 1, b: 2}]->(:W)", "ClientError.Schema.ConstraintValidationFailed | Relationship(0) already exists with type `R` and properties `a` = 1, `b` = 2"},
		{"CREATE CONSTRAINT dd FOR (n:D) REQUIRE (n.a, n.b) IS UNIQUE", "DatabaseError.Schema.ConstraintCreationFailed | Unable to create Constraint( name='dd', type='UNIQUENESS', schema=(:D {a, b}) ):\nBoth Node(1) and Node(2) have the label `D` and properties `a` = 1, `b` = 'q'. Note that only the first found violation is shown."},
		{"CREATE CONSTRAINT ex FOR (n:E) REQUIRE n.name IS NOT NULL", "DatabaseError.Schema.ConstraintCreationFailed | Unable to create Constraint( type='NODE PROPERTY EXISTENCE', schema=(:E {name}) ):\nNode(3) with label `E` must have the property `name`. Note that only the first found violation is shown."},
		{"CREATE CONSTRAINT ty FOR (n:D) REQUIRE n.b IS :: FLOAT | INTEGER", "DatabaseError.Schema.ConstraintCreationFailed | Unable to create Constraint( name='ty', type='NODE PROPERTY TYPE', schema=(:D {b}), propertyType=INTEGER | FLOAT ):\nNode(1) property `b` is of type `STRING`. Note that only the first found violation is shown."},
		{"CREATE CONSTRAINT ty FOR (n:D) REQUIRE n.b IS :: STRING", ""},
		{"CREATE CONSTRAINT ty2 FOR (n:D) REQUIRE n.b IS :: INTEGER", "ClientError.Schema.ConstraintAlreadyExists | Conflicting constraint already exists: Constraint( id=9, name='ty', type='NODE PROPERTY TYPE', schema=(:D {b}), propertyType=STRING )"},
		{"CREATE (:D {b: [1, 2]})", "ClientError.Schema.ConstraintValidationFailed | Node(9) with label `D` required the property `b` to be of type `STRING`, but was of type `LIST<INTEGER NOT NULL>`."},
		{"CREATE CONSTRAINT nk FOR (n:K) REQUIRE (n.a, n.b) IS NODE KEY", ""},
		{"CREATE (:K {a: 1})", "ClientError.Schema.ConstraintValidationFailed | Node(10) with label `K` must have the properties (`a`, `b`)"},
		{"CREATE (:K {a: 1, b: 2})", ""},
		{"CREATE (:K {a: 1, b: 2})", "ClientError.Schema.ConstraintValidationFailed | Node(11) already exists with label `K` and properties `a` = 1, `b` = 2"},
		{"MATCH (n:K) REMOVE n.b", "ClientError.Schema.ConstraintValidationFailed | Node(11) with label `K` must have the properties (`a`, `b`)"},
		{"CREATE CONSTRAINT rk FOR ()-[r:S]-() REQUIRE r.a IS RELATIONSHIP KEY", ""},
		{"CREATE (:W)-[:S]->(:W)", "ClientError.Schema.ConstraintValidationFailed | Relationship(2) with type `S` must have the property `a`"},
		{"CREATE CONSTRAINT re FOR ()-[r:T]-() REQUIRE r.a IS NOT NULL", ""},
		{"CREATE (:W)-[:T]->(:W)", "ClientError.Schema.ConstraintValidationFailed | Relationship(3) with type `T` must have the property `a`"},
		{"CREATE CONSTRAINT x FOR (n:X) REQUIRE (n.z, n.a) IS NOT NULL", "ClientError.Statement.SyntaxError | Constraint type 'IS NOT NULL' does not allow multiple properties"},
		{"CREATE CONSTRAINT x FOR (n:X) REQUIRE n.z IS :: MAP", "ClientError.Statement.SyntaxError | Failed to create node property type constraint: Invalid property type `MAP`."},
		{"CREATE CONSTRAINT x FOR (n:X) REQUIRE n.z IS :: LIST<STRING>", "ClientError.Statement.SyntaxError | Failed to create node property type constraint: Invalid property type `LIST<STRING>`. Lists cannot have nullable inner types."},
		{"CREATE CONSTRAINT x FOR (n:X) REQUIRE m.z IS UNIQUE", "ClientError.Statement.SyntaxError | Variable `m` not defined"},
		{"CREATE OR REPLACE INDEX x FOR (n:X) ON (n.a)", "ClientError.Statement.SyntaxError | Failed to create index: `OR REPLACE` cannot be used together with this command."},
		{"CREATE INDEX x FOR (n:X) ON (n.a) OPTIONS {indexProvider: 'text-2.0'}", "ClientError.General.InvalidArguments | Could not create range node property index with specified index provider 'text-2.0'.\nTo create text index, please use 'CREATE TEXT INDEX ...'.\nThe available index providers for the given type: ['range-1.0']."},
		{"CREATE INDEX x FOR (n:X) ON (n.a) OPTIONS {indexConfig: {`spatial.cartesian.min`: [-100.0, -100.0]}}", "ClientError.General.InvalidArguments | Could not create range node property index with specified index config '{spatial.cartesian.min: [-100.0, -100.0]}', contains spatial config settings options.\nTo create point index, please use 'CREATE POINT INDEX ...'."},
		{"CREATE FULLTEXT INDEX x FOR (n:X) ON EACH [n.b] OPTIONS {indexConfig: {a: 1}}", "ClientError.General.InvalidArguments | Could not create fulltext index with specified index config '{a: 1}'. Expected a map from String to Strings and Booleans."},
		{"CREATE FULLTEXT INDEX x FOR (n:X) ON EACH [n.b] OPTIONS {nope: {}}", "ClientError.Statement.SyntaxError | Failed to create fulltext node index: Invalid option provided, valid options are `indexProvider` and `indexConfig`."},
		{"CREATE VECTOR INDEX x FOR (n:X) ON (n.b) OPTIONS {indexConfig: {`vector.dimensions`: 0}}", "DatabaseError.Statement.ExecutionFailed | 'vector.dimensions' must be between 1 and 4096 inclusively"},
		{"CREATE VECTOR INDEX x FOR (n:X) ON (n.b) OPTIONS {indexConfig: {`vector.dimensions`: 3, `foo`: 'foo'}}", "ClientError.General.InvalidArguments | Could not create vector index with specified index config '{vector.dimensions: 3, foo: \"foo\"}'. 'foo' is an unrecognized setting. Supported: [vector.dimensions, vector.hnsw.ef_construction, vector.hnsw.m, vector.quantization.enabled, vector.similarity_function]"},
		{"CREATE POINT INDEX x FOR (n:X) ON (n.b) OPTIONS {indexConfig: {`spatial.cartesian.min`: [-100.0]}}", "DatabaseError.Statement.ExecutionFailed | Invalid spatial index settings."},
	} {
		_, _, err := d.run(c.query, nil)
		got := ""
		if err != nil {
			got = problem(err)
		}
		if got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.query, got, c.want)
		}
	}
}

func TestShowSchema(t *testing.T) {
	d := newDatabase(t)
	dimensions := graph.NewMap(1)
	dimensions.Put("d", graph.Int(3))
	for _, q := range []string{
		"CREATE FULLTEXT INDEX ft FOR (n:P|Q) ON EACH [n.name, n.title]", "CREATE VECTOR INDEX vec FOR ()-[r:R]-() ON (r.emb) OPTIONS {indexConfig: {`vector.dimensions`: $d}}",
		"CREATE CONSTRAINT uq FOR (n:U) REQUIRE n.name IS UNIQUE", "CREATE CONSTRAINT ty FOR ()-[r:R]-() REQUIRE r.w IS :: LIST<FLOAT NOT NULL> | STRING",
	} {
		if _, _, err := d.run(q, dimensions); err != nil {
			t.Fatal(q, err)
		}
	}
	for query, want := range map[string]string{
		"SHOW INDEXES YIELD name, type, entityType, labelsOrTypes, properties, indexProvider, owningConstraint WHERE type <> 'LOOKUP'": "ft, FULLTEXT, NODE, [P, Q], [name, title], fulltext-1.0, null; uq, RANGE, NODE, [U], [name], range-1.0, uq; vec, VECTOR, RELATIONSHIP, [R], [emb], vector-2.0, null",
		"SHOW INDEXES YIELD name, createStatement": "ft, CREATE FULLTEXT INDEX `ft` FOR (n:`P`|`Q`) ON EACH [n.`name`, n.`title`] OPTIONS {indexConfig: {`fulltext.analyzer`: 'standard-no-stop-words',`fulltext.eventually_consistent`: false}}; " +
			"index_343aff4e, CREATE LOOKUP INDEX `index_343aff4e` FOR (n) ON EACH labels(n); index_f7700477, CREATE LOOKUP INDEX `index_f7700477` FOR ()-[r]-() ON EACH type(r); uq, CREATE CONSTRAINT `uq` FOR (n:`U`) REQUIRE (n.`name`) IS UNIQUE; " +
			"vec, CREATE VECTOR INDEX `vec` FOR ()-[r:`R`]-() ON (r.`emb`) OPTIONS {indexConfig: {`vector.dimensions`: 3,`vector.hnsw.ef_construction`: 100,`vector.hnsw.m`: 16,`vector.quantization.enabled`: true,`vector.similarity_function`: 'COSINE'}}",
		"SHOW CONSTRAINTS":                            "7, ty, RELATIONSHIP_PROPERTY_TYPE, RELATIONSHIP, [R], [w], null, STRING | LIST<FLOAT NOT NULL>; 6, uq, UNIQUENESS, NODE, [U], [name], uq, null",
		"SHOW CONSTRAINTS YIELD createStatement":      "CREATE CONSTRAINT `ty` FOR ()-[r:`R`]-() REQUIRE (r.`w`) IS :: STRING | LIST<FLOAT NOT NULL>; CREATE CONSTRAINT `uq` FOR (n:`U`) REQUIRE (n.`name`) IS UNIQUE",
		"SHOW FULLTEXT INDEXES YIELD options":         "{indexConfig: {fulltext.analyzer: standard-no-stop-words, fulltext.eventually_consistent: false}, indexProvider: fulltext-1.0}",
		"SHOW RANGE INDEXES YIELD options, state":     "{indexConfig: {}, indexProvider: range-1.0}, ONLINE",
		"SHOW INDEX YIELD name WHERE name = 'vec'":    "vec",
		"SHOW UNIQUE CONSTRAINTS YIELD name":          "uq",
		"SHOW REL PROPERTY TYPE CONSTRAINTS YIELD id": "7",
	} {
		if got, _, err := d.run(query, nil); err != nil || got != want {
			t.Errorf("%s\n got %s (%v)\nwant %s", query, got, err, want)
		}
	}
}
