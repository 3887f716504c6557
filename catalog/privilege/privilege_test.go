package privilege

import "testing"

func TestBuiltInRoles(t *testing.T) {
	for _, c := range []struct {
		role                                          string
		reads, writes, names, index, users, otherHome bool
	}{
		{Public, false, false, false, false, false, false},
		{Reader, true, false, false, false, false, true},
		{Editor, true, true, false, false, false, true},
		{Publisher, true, true, true, false, false, true},
		{Architect, true, true, true, true, false, true},
		{Admin, true, true, true, true, true, true},
	} {
		s := NewSet(OfBuiltIn(Public), OfBuiltIn(c.role))
		g := s.Graph("neo4j", true)
		got := []bool{g.All("traverse", "read") && g.Read(Node, "p", "A"), g.All("create_element", "delete_element", "set_label", "remove_label", "set_property") && g.Create(Node, "A", "B"),
			g.Name("create_label"), s.Database("create_index", "neo4j", true), s.DBMS("create_user"), s.Database("access", "other", false)}
		want := []bool{c.reads, c.writes, c.names, c.index, c.users, c.otherHome}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s: answer %d is %v", c.role, i, got[i])
			}
		}
		if !s.Database("access", "neo4j", true) || !s.On("execute", "PROCEDURE", "db.labels") {
			t.Errorf("%s may not enter the home database or call procedures", c.role)
		}
	}
}

func TestDenyTakesAway(t *testing.T) {
	s := NewSet(OfBuiltIn(Editor), []Privilege{
		{Deny: true, Action: "read", Resource: "property(salary)", Graph: "neo4j", Segment: "NODE(Person)"},
		{Deny: true, Action: "traverse", Resource: "graph", Graph: AllGraphs, Segment: "NODE(Secret)"},
		{Deny: true, Action: "set_label", Resource: "label(Boss)", Graph: AllGraphs, Segment: "NODE(*)"},
		{Deny: true, Action: "match", Resource: "property(pin)", Graph: AllGraphs, Segment: "NODE(*)"},
		{Deny: true, Action: "create_element", Resource: "graph", Graph: AllGraphs, Segment: "RELATIONSHIP(OWNS)"},
	})
	g := s.Graph("Neo4j", false)
	for name, c := range map[string][2]bool{
		"salary of a person":           {g.Read(Node, "salary", "Person"), false},
		"name of a person":             {g.Read(Node, "name", "Person"), true},
		"salary of another":            {g.Read(Node, "salary", "Robot"), true},
		"salary in another graph":      {s.Graph("other", false).Read(Node, "salary", "Person"), true},
		"seeing a secret":              {g.Traverse(Node, "Person", "Secret"), false},
		"seeing a person":              {g.Traverse(Node, "Person"), true}, // a property denied hides no element
		"reading all":                  {g.All("traverse", "read"), false},
		"labelling":                    {g.Label("set_label", "Boss"), false},
		"taking the label":             {g.Label("remove_label", "Boss"), true},
		"making a relationship":        {g.Create(Relationship, "OWNS"), false},
		"making another":               {g.Create(Relationship, "KNOWS"), true},
		"deleting nodes":               {g.Delete(Node, "Secret"), true},
		"everything without privilege": {Everything().Create(Node), true},
	} {
		if c[0] != c[1] {
			t.Errorf("%s: %v", name, c[0])
		}
	}
}

func TestGrantsByLabel(t *testing.T) {
	g := NewSet([]Privilege{{Action: "create_element", Resource: "graph", Graph: AllGraphs, Segment: "NODE(A)"}, {Action: "match", Resource: "all_properties", Graph: AllGraphs, Segment: "NODE(A)"}}).Graph("g", false)
	if g.Create(Node, "A", "B") || !g.Create(Node, "A") || g.Create(Node) {
		t.Error("each label of a new node has to be granted")
	}
	if !g.Traverse(Node, "B", "A") || g.Traverse(Node, "B") || g.Traverse(Relationship, "A") {
		t.Error("a node is seen by any label granted")
	}
}

func TestNamesOfUsersProceduresAndSettings(t *testing.T) {
	s := NewSet([]Privilege{
		{Action: "execute", Resource: "database", Graph: AllGraphs, Segment: "PROCEDURE(db.*.query?odes)"},
		{Action: "impersonate", Resource: "database", Graph: AllGraphs, Segment: "USER(ann)"},
		{Action: "show_transaction", Resource: "database", Graph: "g", Segment: "USER(*)"},
	})
	for name, c := range map[string][2]bool{
		"a procedure that fits":  {s.On("execute", "PROCEDURE", "db.index.fulltext.queryNodes"), true},
		"one that does not":      {s.On("execute", "PROCEDURE", "db.labels"), false},
		"a function":             {s.On("execute", "FUNCTION", "db.x.queryNodes"), false},
		"being ann":              {s.On("impersonate", "USER", "ann"), true},
		"being bob":              {s.On("impersonate", "USER", "bob"), false},
		"transactions":           {s.Transactions("show_transaction", "g", "bob", false), true},
		"transactions elsewhere": {s.Transactions("show_transaction", "h", "bob", false), false},
		"ending them":            {s.Transactions("terminate_transaction", "g", "bob", false), false},
		"nobody's set":           {(*Set)(nil).DBMS("create_user"), true},
	} {
		if c[0] != c[1] {
			t.Errorf("%s: %v", name, c[0])
		}
	}
}

func TestCommandsOfPrivileges(t *testing.T) {
	for want, p := range map[string]Privilege{
		"GRANT MATCH {*} ON GRAPH * NODE * TO `r`":              {Action: "match", Resource: "all_properties", Graph: "*", Segment: "NODE(*)"},
		"DENY READ {`p`} ON HOME GRAPH NODE `A` TO `r`":         {Deny: true, Action: "read", Resource: "property(p)", Graph: "HOME", Segment: "NODE(A)"},
		"GRANT SET LABEL `A` ON GRAPH `g` TO `r`":               {Action: "set_label", Resource: "label(A)", Graph: "g", Segment: "NODE(*)"},
		"GRANT IMMUTABLE ACCESS ON HOME DATABASE TO `r`":        {Action: "access", Resource: "database", Graph: "HOME", Segment: "database", Immutable: true},
		"GRANT EXECUTE PROCEDURE db.* ON DBMS TO `r`":           {Action: "execute", Resource: "database", Graph: "*", Segment: "PROCEDURE(db.*)"},
		"GRANT TRANSACTION MANAGEMENT (*) ON DATABASE * TO `r`": {Action: "transaction_management", Resource: "database", Graph: "*", Segment: "USER(*)"},
		"GRANT LOAD ON ALL DATA TO `r`":                         {Action: "load", Resource: "all_data", Graph: "*", Segment: "database"},
		"GRANT ALL DBMS PRIVILEGES ON DBMS TO `r`":              {Action: "dbms_actions", Resource: "database", Graph: "*", Segment: "database"},
	} {
		if got := p.Command("r", false); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for _, s := range Supported() {
		if s.Action == "" || s.Target == "" || s.Description == "" {
			t.Errorf("%+v", s)
		}
	}
}
