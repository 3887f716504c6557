package privilege

import (
	"slices"
	"strings"
)

// Privilege is one line of SHOW PRIVILEGES, without the role that has it.
type Privilege struct {
	Deny      bool   `json:"deny,omitempty"`
	Action    string `json:"action"`
	Resource  string `json:"resource"` // what of it: "database", "graph", "all_properties", "property(name)", "label(A)" …
	Graph     string `json:"graph"`    // "*", "HOME", or the name of a database, in lower case
	Segment   string `json:"segment"`  // "database", "NODE(A)", "RELATIONSHIP(*)", "USER(*)", "PROCEDURE(db.*)" …
	Immutable bool   `json:"immutable,omitempty"`
}

// AllGraphs and HomeGraph are the graphs of a privilege that name none.
const (
	AllGraphs = "*"
	HomeGraph = "HOME"
)

// Names of the built-in roles.
const (
	Public    = "PUBLIC"
	Reader    = "reader"
	Editor    = "editor"
	Publisher = "publisher"
	Architect = "architect"
	Admin     = "admin"
)

// BuiltIn lists the built-in roles in the order of growing power.
func BuiltIn() []string { return []string{Public, Reader, Editor, Publisher, Architect, Admin} }

// OfBuiltIn gives the privileges that a built-in role starts with.
func OfBuiltIn(role string) []Privilege {
	on := func(action, resource, graph string, segments ...string) []Privilege {
		var out []Privilege
		for _, s := range segments {
			out = append(out, Privilege{Action: action, Resource: resource, Graph: graph, Segment: s})
		}
		return out
	}
	access := on("access", "database", AllGraphs, "database")
	match := on("match", "all_properties", AllGraphs, "NODE(*)", "RELATIONSHIP(*)")
	write := on("write", "graph", AllGraphs, "NODE(*)", "RELATIONSHIP(*)")
	token := on("token", "database", AllGraphs, "database")
	schema := slices.Concat(on("index", "database", AllGraphs, "database"), on("constraint", "database", AllGraphs, "database"))
	switch role {
	case Public:
		return slices.Concat(on("access", "database", HomeGraph, "database"), on("execute", "database", AllGraphs, "FUNCTION(*)", "PROCEDURE(*)"), on("load", "all_data", AllGraphs, "database"))
	case Reader:
		return slices.Concat(access, match, on("show_constraint", "database", AllGraphs, "database"), on("show_index", "database", AllGraphs, "database"))
	case Editor:
		return slices.Concat(access, match, write, on("show_constraint", "database", AllGraphs, "database"), on("show_index", "database", AllGraphs, "database"))
	case Publisher:
		return slices.Concat(access, match, write, token, on("show_constraint", "database", AllGraphs, "database"), on("show_index", "database", AllGraphs, "database"))
	case Architect:
		return slices.Concat(access, match, write, token, schema)
	case Admin:
		return slices.Concat(access, match, write, token, schema, on("start_database", "database", AllGraphs, "database"), on("stop_database", "database", AllGraphs, "database"),
			on("transaction_management", "database", AllGraphs, "USER(*)"), on("dbms_actions", "database", AllGraphs, "database"))
	}
	return nil
}

// parts says which actions a compound action stands for.
var parts = map[string][]string{
	"match":         {"traverse", "read"},
	"write":         {"create_element", "delete_element", "set_label", "remove_label", "set_property"},
	"merge":         {"match", "create_element", "set_property"},
	"graph_actions": {"match", "write", "merge"},

	"index":                  {"create_index", "drop_index", "show_index"},
	"constraint":             {"create_constraint", "drop_constraint", "show_constraint"},
	"token":                  {"create_label", "create_reltype", "create_propertykey"},
	"transaction_management": {"show_transaction", "terminate_transaction"},
	"database_actions":       {"access", "index", "constraint", "token"},

	"dbms_actions": {"role_management", "user_management", "database_management", "alias_management", "composite_database_management", "privilege_management", "server_management",
		"show_setting", "impersonate", "execute", "execute_admin", "execute_boosted"},
	"role_management":               {"create_role", "drop_role", "rename_role", "assign_role", "remove_role", "show_role"},
	"user_management":               {"create_user", "drop_user", "rename_user", "alter_user", "show_user"},
	"alter_user":                    {"set_passwords", "set_user_status", "set_user_home_database", "set_auth"},
	"database_management":           {"create_database", "drop_database", "alter_database", "composite_database_management"},
	"composite_database_management": {"create_composite_database", "drop_composite_database"},
	"alter_database":                {"set_database_access", "set_database_default_language"},
	"alias_management":              {"create_alias", "drop_alias", "alter_alias", "show_alias"},
	"privilege_management":          {"show_privilege", "assign_privilege", "remove_privilege"},
	"server_management":             {"show_server"},
}

// covers tells whether an action is another or has it among its parts.
func covers(have, want string) bool {
	if have == want {
		return true
	}
	for _, p := range parts[have] {
		if covers(p, want) {
			return true
		}
	}
	return false
}

// Set is what somebody may do: the privileges of all their roles. A nil Set
// allows everything.
type Set struct{ privileges []Privilege }

// NewSet makes a set.
func NewSet(lists ...[]Privilege) *Set { return &Set{slices.Concat(lists...)} }

// on tells whether a privilege is about a graph.
func (p *Privilege) on(graph string, home bool) bool {
	return p.Graph == AllGraphs || p.Graph == HomeGraph && home || strings.EqualFold(p.Graph, graph)
}

// decide gives whether matching privileges allow: one grants, and none denies.
func (s *Set) decide(match func(*Privilege) bool) bool {
	if s == nil {
		return true
	}
	granted := false
	for i := range s.privileges {
		p := &s.privileges[i]
		if !match(p) {
			continue
		}
		if p.Deny {
			return false
		}
		granted = true
	}
	return granted
}

// Database tells whether an action on a database is allowed: access, indexes,
// constraints, tokens, starting and stopping. home: it is the user's home database.
func (s *Set) Database(action, database string, home bool) bool {
	return s.decide(func(p *Privilege) bool { return covers(p.Action, action) && p.on(database, home) })
}

// DBMS tells whether an action on the whole system is allowed.
func (s *Set) DBMS(action string) bool {
	return s.decide(func(p *Privilege) bool { return covers(p.Action, action) && p.Graph == AllGraphs })
}

// Load tells whether files and URLs may be loaded: grants on single networks allow
// nothing here.
func (s *Set) Load() bool {
	return s.decide(func(p *Privilege) bool { return p.Action == "load" && p.Resource == "all_data" })
}

// On tells whether an action of the whole system is allowed on one user, procedure,
// function or setting: kind is "USER", "PROCEDURE", "FUNCTION" or "SETTING".
func (s *Set) On(action, kind, name string) bool {
	return s.decide(func(p *Privilege) bool {
		return covers(p.Action, action) && named(p.Segment, kind, name)
	})
}

// Transactions tells whether an action on another user's transactions in a database is allowed.
func (s *Set) Transactions(action, database, user string, home bool) bool {
	return s.decide(func(p *Privilege) bool {
		return covers(p.Action, action) && p.on(database, home) && named(p.Segment, "USER", user)
	})
}

// named tells whether a segment is kind(pattern) with a pattern that matches the
// name, or one that names nothing, as that of ALL DBMS PRIVILEGES.
func named(segment, kind, name string) bool {
	if segment == "database" {
		return true
	}
	pattern, ok := strings.CutPrefix(segment, kind+"(")
	if !ok {
		return false
	}
	return glob(strings.TrimSuffix(pattern, ")"), name)
}

// glob matches * and ? in a pattern, in any case.
func glob(pattern, name string) bool {
	pattern, name = strings.ToLower(pattern), strings.ToLower(name)
	for pattern != "" {
		switch {
		case pattern[0] == '*':
			for i := 0; i <= len(name); i++ {
				if glob(pattern[1:], name[i:]) {
					return true
				}
			}
			return false
		case name == "" || pattern[0] != '?' && pattern[0] != name[0]:
			return false
		}
		pattern, name = pattern[1:], name[1:]
	}
	return name == ""
}
