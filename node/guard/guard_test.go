package guard

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"

	"graticule/catalog/privilege"
	"graticule/cypher/cyphertest"
	"graticule/cypher/exec"
	"graticule/internal/cases"
	"graticule/status"
)

// answered are the methods of exec.Graph that a Graph answers by what its user may do.
var answered = strings.Fields(`CreateNode CreateRel SetNodeProperty SetRelProperty AddLabel RemoveLabel DeleteNode DeleteRel EnsureLabel EnsureType EnsureKey CreateIndex DropIndex CreateConstraint DropConstraint ChangeGraphType
	LabelNames TypeNames SearchText SearchVector ScanNodes ScanLabel ScanRels SeekNodes SeekRels FindNodes NodesExist NodeLabels HasLabel NodeProperty NodeColumn IndexOrder RelProperty NodeProperties RelProperties RelEnds
	Expand ExpandInto Degree NodeCount RelCount`)

// passed are those that tell nothing about elements: names that the query itself
// uses, estimates for the planner, the schema, and what the transaction wrote itself.
var passed = strings.Fields(`Label Type Key LabelName TypeName KeyName KeyNames Indexes Constraints EstimateNodes EstimateRels EstimateDegree EstimatePerValue EstimateEntries EstimateShare SchemaVersion
	TextAnalyzers AwaitIndexes NodeDeleted RelDeleted WriteCount`)

func TestEveryMethodIsDecided(t *testing.T) {
	all := reflect.TypeFor[exec.Graph]()
	for i := range all.NumMethod() {
		name := all.Method(i).Name
		if slices.Contains(answered, name) == slices.Contains(passed, name) {
			t.Errorf("exec.Graph.%s: answer it in guard (and name it in answered), or say in passed that it tells nothing about elements", name)
		}
	}
}

// people is a small graph: Ann (Person) knows Bob (Person:Secret), who owns a car.
const people = `CREATE (a:Person {name: 'Ann', salary: 1})-[:KNOWS {since: 1}]->(b:Person:Secret {name: 'Bob', salary: 2})-[:OWNS]->(:Car {name: 'car'}) CREATE (a)-[:OWNS]->(:Car {name: 'bike'})`

// newWorld gives a database that holds people.
func newWorld(t *testing.T) *cyphertest.Database {
	d, err := cyphertest.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	if _, err := d.Run(t.Context(), people, nil); err != nil {
		t.Fatal(err)
	}
	return d
}

// run gives the rows of a statement, as text, with rights over the graph.
func run(d *cyphertest.Database, r *Rights, text string) ([]string, error) {
	d.Over = r.Over
	got, err := d.Run(context.Background(), text, nil)
	if err != nil {
		return nil, err
	}
	var rows []string
	for _, row := range got.Rows {
		var cells []string
		for _, v := range row {
			cells = append(cells, cases.Text(v))
		}
		rows = append(rows, strings.Join(cells, " "))
	}
	slices.Sort(rows)
	return rows, nil
}

func rights(ps ...privilege.Privilege) *Rights {
	s := privilege.NewSet(privilege.OfBuiltIn(privilege.Reader), ps)
	return NewRights(s.Graph("g", true), func(action string) bool { return s.Database(action, "g", true) }, "g", "user 'u' with roles [r]")
}

func deny(action, resource, segment string) privilege.Privilege {
	return privilege.Privilege{Deny: true, Action: action, Resource: resource, Graph: "*", Segment: segment}
}

func TestHiddenElementsAreNotThere(t *testing.T) {
	w := newWorld(t)
	r := rights(deny("traverse", "graph", "NODE(Secret)"), deny("read", "property(salary)", "NODE(Person)"), deny("read", "property(since)", "RELATIONSHIP(KNOWS)"))
	for query, want := range map[string]string{
		"MATCH (n) RETURN count(*)":                                          "3",
		"MATCH (n:Person) RETURN count(n)":                                   "1",
		"MATCH (n) RETURN n.name":                                            "'Ann'|'bike'|'car'",
		"MATCH (n:Person {salary: 1}) RETURN n.name":                         "",
		"MATCH (n:Person {name: 'Bob'}) RETURN n.name":                       "",
		"MATCH (n:Person) RETURN n.salary, keys(n)":                          "null ['name']",
		"MATCH ()-[r]->() RETURN count(r)":                                   "1",
		"MATCH ()-[r:KNOWS]->() RETURN count(r)":                             "0",
		"MATCH (:Person)-[r:OWNS]->() RETURN count(r)":                       "1",
		"MATCH (a:Person)-[*1..3]->(b) RETURN b.name":                        "'bike'",
		"MATCH (a:Person) RETURN COUNT { (a)--() }":                          "1",
		"MATCH (c:Car {name: 'car'}) RETURN EXISTS { (c)<--() }":             "false",
		"MATCH (a), (b) WHERE id(a) = 0 AND id(b) = 1 RETURN a.name, b.name": "",
		"CALL db.labels() YIELD label RETURN label":                          "'Car'|'Person'",
		"MATCH p = shortestPath((a:Person)-[*]->(c:Car)) RETURN length(p)":   "1",
	} {
		got, err := run(w, r, query)
		if err != nil || strings.Join(got, "|") != want {
			t.Errorf("%s: %q, %v; want %q", query, got, err, want)
		}
	}
	// An index must not stand in for nodes whose property is hidden.
	if _, err := run(w, nil, "CREATE INDEX FOR (n:Person) ON (n.salary)"); err != nil {
		t.Fatal(err)
	}
	if got, err := run(w, rights(deny("read", "property(salary)", "NODE(Secret)")), "MATCH (n:Person) RETURN n.name, n.salary ORDER BY n.salary"); err != nil || strings.Join(got, "|") != "'Ann' 1|'Bob' null" {
		t.Errorf("ordered by a property that is hidden of one: %q, %v", got, err)
	}
	// Types and their ends.
	r = rights(deny("traverse", "graph", "RELATIONSHIP(OWNS)"))
	for query, want := range map[string]string{
		"MATCH ()-[r]->() RETURN type(r), r.since":                         "'KNOWS' 1",
		"MATCH (n:Person) RETURN n.name, COUNT { (n)-[:OWNS]->() }":        "'Ann' 0|'Bob' 0",
		"CALL db.relationshipTypes() YIELD relationshipType AS t RETURN t": "'KNOWS'",
	} {
		got, err := run(w, r, query)
		if err != nil || strings.Join(got, "|") != want {
			t.Errorf("%s: %q, %v; want %q", query, got, err, want)
		}
	}
}

func TestWritesAreRefused(t *testing.T) {
	w := newWorld(t)
	grant := func(action, resource, segment string) privilege.Privilege {
		return privilege.Privilege{Action: action, Resource: resource, Graph: "*", Segment: segment}
	}
	token := grant("token", "database", "database")
	for _, c := range []struct {
		r     *Rights
		query string
		want  string // of the error; "" when it is allowed
	}{
		{rights(), "CREATE (:Person)", "Create node with labels 'Person'"},
		{rights(), "MATCH (n:Car) SET n.name = 1", "Set property for property 'name'"},
		{rights(), "MATCH (n:Car) SET n:Person", "Set label for label 'Person'"},
		{rights(), "MATCH (n:Person) REMOVE n:Secret", "Remove label for label 'Secret'"},
		{rights(), "MATCH (n:Car) DETACH DELETE n", "Delete relationship with type 'OWNS'"},
		{rights(), "MATCH (a:Car) MERGE (a)-[:KNOWS]->(a)", "Create relationship with type 'KNOWS'"},
		{rights(), "CREATE INDEX FOR (n:Car) ON (n.name)", "Schema operation 'create_index'"},
		{rights(grant("write", "graph", "NODE(*)"), grant("write", "graph", "RELATIONSHIP(*)")), "CREATE (:Person {name: 'Cid'})-[:KNOWS]->(:Car)", ""},
		{rights(grant("write", "graph", "NODE(*)"), grant("write", "graph", "RELATIONSHIP(*)")), "CREATE (:Brand)", "Creating new node label"},
		{rights(grant("write", "graph", "NODE(*)"), grant("write", "graph", "RELATIONSHIP(*)")), "CREATE (:Person {brand: 1})", "Creating new property name"},
		{rights(grant("write", "graph", "NODE(*)"), token), "CREATE (:Brand {brand: 1})", ""},
		{rights(grant("create_element", "graph", "NODE(Car)")), "CREATE (:Car)", ""},
		{rights(grant("create_element", "graph", "NODE(Car)")), "CREATE (:Car:Person)", "Create node"},
		{rights(grant("create_element", "graph", "NODE(Car)")), "CREATE (:Car {name: 'x'})", "Set property for property 'name'"},
		{rights(grant("merge", "all_properties", "NODE(Car)")), "MERGE (:Car {name: 'x'})", ""},
		{rights(grant("set_property", "property(name)", "NODE(Car)")), "MATCH (n:Car) SET n.name = 'y'", ""},
		{rights(grant("set_property", "property(name)", "NODE(Car)")), "MATCH (n:Person) SET n.name = 'y'", "Set property for property 'name'"},
		{rights(grant("index", "database", "database")), "CREATE INDEX FOR (n:Car) ON (n.name)", ""},
		{rights(grant("drop_constraint", "database", "database")), "CYPHER 25 ALTER CURRENT GRAPH TYPE SET { (:Car => {name :: STRING}) }", "Schema operation 'create_constraint'"},
		{rights(grant("constraint", "database", "database")), "CYPHER 25 ALTER CURRENT GRAPH TYPE SET { (:Car => {brand :: STRING}) }", ""},
		{rights(grant("create_constraint", "database", "database")), "CYPHER 25 ALTER CURRENT GRAPH TYPE DROP { (:Car =>) }", "Schema operation 'drop_constraint'"},
		{nil, "CREATE (:Anything)", ""},
	} {
		_, err := run(w, c.r, c.query)
		switch e := status.As(err); {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.query, err)
		case c.want != "" && (e == nil || e.Code != status.Forbidden || !strings.HasPrefix(e.Message, c.want)):
			t.Errorf("%s: %v, want %s …", c.query, err, c.want)
		}
	}
}
