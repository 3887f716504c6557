package node_test

import (
	"strings"
	"testing"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

// TestStatementsOfTools sends what common tools send on connect and in normal
// use. The columns are those of Neo4j 5.26, with defaultLanguage of 2025, and so is
// whether there are rows: but these servers have no settings and no Java beans.
func TestStatementsOfTools(t *testing.T) {
	c := startCluster(t, "eu")
	d := c.driver("bolt", c.members[0])
	for _, query := range []string{
		"CREATE (:Person {name: 'Keanu'})-[:ACTED_IN]->(:Movie {title: 'The Matrix'})", "CREATE FULLTEXT INDEX titles FOR (m:Movie) ON EACH [m.title]",
		"CREATE VECTOR INDEX movies FOR (m:Movie) ON (m.embedding) OPTIONS {indexConfig: {`vector.dimensions`: 2, `vector.similarity_function`: 'cosine'}}", "CALL db.awaitIndexes(60)",
	} {
		c.run(d, query, nil)
	}
	for _, x := range []struct {
		tool, database, query, columns string
		rows                           bool
	}{
		{"cypher-shell", "neo4j", "CALL db.ping()", "success", true},
		{"cypher-shell", "neo4j", "CALL dbms.components()", "name, versions, edition", true},
		{"cypher-shell", "neo4j", "CALL dbms.components() YIELD versions, edition", "versions, edition", true},
		{"cypher-shell", "neo4j", "CALL dbms.clientConfig() YIELD name, value", "name, value", true},
		{"cypher-shell", "system", "SHOW DATABASES YIELD name AS Name, currentStatus AS Status WHERE Name = 'neo4j'", "Name, Status", true},
		{"cypher-shell", "system", "SHOW DATABASES WHERE name = 'neo4j'", "name, type, aliases, access, address, role, writer, requestedStatus, currentStatus, statusMessage, default, home, constituents", true},
		{"cypher-shell", "neo4j", "CALL dbms.queryJmx('org.neo4j:*') YIELD name, description, attributes", "name, description, attributes", false},
		{"Browser", "neo4j", "CALL db.labels() YIELD label RETURN {name: 'labels', data: COLLECT(label)[..1000]} AS result UNION ALL CALL db.relationshipTypes() YIELD relationshipType RETURN {name: 'relationshipTypes', data: COLLECT(relationshipType)[..1000]} AS result UNION ALL CALL db.propertyKeys() YIELD propertyKey RETURN {name: 'propertyKeys', data: COLLECT(propertyKey)[..1000]} AS result", "result", true},
		{"Browser", "neo4j", "MATCH () RETURN {name: 'nodes', data: count(*)} AS result UNION ALL MATCH ()-[]->() RETURN {name: 'relationships', data: count(*)} AS result", "result", true},
		{"Browser", "neo4j", "CALL dbms.listConfig('dbms.security') YIELD name, value", "name, value", false},
		{"Browser", "system", "SHOW DATABASES", "name, type, aliases, access, address, role, writer, requestedStatus, currentStatus, statusMessage, default, home, constituents", true},
		{"Browser", "neo4j", "SHOW PROCEDURES YIELD name, description, signature", "name, description, signature", true},
		{"Browser", "neo4j", "SHOW FUNCTIONS YIELD name, description, signature", "name, description, signature", true},
		{"Browser", "neo4j", "SHOW INDEXES", "id, name, state, populationPercent, type, entityType, labelsOrTypes, properties, indexProvider, owningConstraint, lastRead, readCount", true},
		{"Browser", "neo4j", "SHOW CONSTRAINTS", "id, name, type, entityType, labelsOrTypes, properties, ownedIndex, propertyType", false},
		{"Browser", "neo4j", "CALL db.schema.visualization()", "nodes, relationships", true},
		{"Browser", "system", "SHOW USERS", "user, roles, passwordChangeRequired, suspended, home", true},
		{"Browser", "neo4j", "EXPLAIN MATCH (n:Missing) RETURN n", "n", false},
		{"Query", "system", "SHOW DATABASES YIELD *", "name, type, aliases, access, databaseID, serverID, address, role, writer, requestedStatus, currentStatus, statusMessage, default, home, currentPrimariesCount, currentSecondariesCount, requestedPrimariesCount, requestedSecondariesCount, creationTime, lastStartTime, lastStopTime, store, lastCommittedTxn, replicationLag, constituents, defaultLanguage, options", true},
		{"Query", "system", "SHOW PROCEDURES EXECUTABLE BY CURRENT USER YIELD *", "name, description, mode, worksOnSystem, signature, argumentDescription, returnDescription, admin, rolesExecution, rolesBoostedExecution, isDeprecated, deprecatedBy, option", true},
		{"Query", "system", "SHOW FUNCTIONS EXECUTABLE BY CURRENT USER YIELD *", "name, category, description, signature, isBuiltIn, argumentDescription, returnDescription, aggregating, rolesExecution, rolesBoostedExecution, isDeprecated, deprecatedBy", true},
		{"Query", "neo4j", "CALL db.schema.visualization() YIELD *", "nodes, relationships", true},
		{"Query", "neo4j", "CYPHER 5 RETURN 1 AS one", "one", true},
		{"neo4j-graphql", "neo4j", "CALL dbms.components() YIELD versions, edition UNWIND versions AS version RETURN version, edition", "version, edition", true},
		{"neo4j-graphql", "neo4j", "SHOW INDEXES YIELD name, type, entityType, labelsOrTypes, properties, options WHERE type = 'VECTOR'", "name, type, entityType, labelsOrTypes, properties, options", true},
		{"neo4j-graphql", "neo4j", "SHOW UNIQUE CONSTRAINTS YIELD labelsOrTypes, properties", "labelsOrTypes, properties", false},
		{"neo4j-graphql", "neo4j", "MATCH (this:Movie) CALL (this) { MATCH (this)<-[:ACTED_IN]-(a:Person) RETURN collect(a { .name }) AS actors } RETURN this { .title, actors: actors } AS this", "this", true},
		{"Neo4j OGM", "neo4j", "SHOW INDEXES YIELD *", "id, name, state, populationPercent, type, entityType, labelsOrTypes, properties, indexProvider, owningConstraint, lastRead, readCount, trackedSince, options, failureMessage, createStatement", true},
		{"Neo4j OGM", "neo4j", "SHOW CONSTRAINTS YIELD *", "id, name, type, entityType, labelsOrTypes, properties, ownedIndex, propertyType, options, createStatement", false},
		{"Neo4j OGM", "neo4j", "MATCH (n:Person) WHERE id(n) >= 0 RETURN id(n) AS id, n", "id, n", true},
		{"Spring Data", "neo4j", "MATCH (n:Person) RETURN elementId(n) AS id, n { .*, __labels__: labels(n), films: [(n)-[r:ACTED_IN]->(m) | m { .title }] } AS person", "id, person", true},
		{"Spring Data", "neo4j", "UNWIND [{name: 'Ada'}] AS row MERGE (n:Person {name: row.name}) ON CREATE SET n.created = true RETURN elementId(n) AS id", "id", true},
		{"LangChain", "neo4j", "SHOW INDEXES YIELD name, type, entityType, labelsOrTypes, properties, state WHERE type IN ['VECTOR', 'FULLTEXT']", "name, type, entityType, labelsOrTypes, properties, state", true},
		{"LangChain", "neo4j", "MATCH (n:Movie) CALL db.create.setNodeVectorProperty(n, 'embedding', [0.1, 0.2]) RETURN count(*) AS n", "n", true},
		{"LangChain", "neo4j", "UNWIND [{x: 1}] AS row CALL (row) { MERGE (:Chunk {x: row.x}) } IN TRANSACTIONS OF 1000 ROWS", "", false},
		{"LangChain", "neo4j", "CALL db.index.vector.queryNodes('movies', 1, [0.1, 0.2]) YIELD node, score", "node, score", true},
		{"LangChain", "neo4j", "CALL db.index.fulltext.queryNodes('titles', 'Matrix') YIELD node, score", "node, score", true},
		{"Spark connector", "neo4j", "CALL dbms.components() YIELD name, versions, edition", "name, versions, edition", true},
		{"Spark connector", "neo4j", "CALL db.info()", "id, name, creationDate", true},
		{"Spark connector", "system", "SHOW DATABASES YIELD name, access, role WHERE name = 'neo4j'", "name, access, role", true},
		{"NeoDash", "neo4j", "CALL db.schema.nodeTypeProperties()", "nodeType, nodeLabels, propertyName, propertyTypes, mandatory", true},
		{"NeoDash", "neo4j", "CALL db.schema.relTypeProperties()", "relType, propertyName, propertyTypes, mandatory", true},
	} {
		s := d.NewSession(t.Context(), neo4j.SessionConfig{DatabaseName: x.database})
		r, err := s.Run(t.Context(), x.query, nil)
		if err != nil {
			t.Errorf("%s: %s: %v", x.tool, x.query, err)
			continue
		}
		columns, _ := r.Keys()
		rows, err := r.Collect(t.Context())
		s.Close(t.Context())
		if got := strings.Join(columns, ", "); err != nil || got != x.columns || len(rows) > 0 != x.rows {
			t.Errorf("%s: %s\n got %s (%d rows) %v\nwant %s (rows: %v)", x.tool, x.query, got, len(rows), err, x.columns, x.rows)
		}
	}
}
