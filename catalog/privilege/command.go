package privilege

import (
	"fmt"
	"slices"
	"strings"
)

// Phrase gives the words of an action in GRANT and REVOKE.
func Phrase(action string) string {
	if p, ok := phrases[action]; ok {
		return p
	}
	return strings.ToUpper(strings.ReplaceAll(action, "_", " "))
}

// phrases are those that are not just the words of the action.
var phrases = map[string]string{
	"create_element": "CREATE", "delete_element": "DELETE", "graph_actions": "ALL GRAPH PRIVILEGES", "database_actions": "ALL DATABASE PRIVILEGES", "dbms_actions": "ALL DBMS PRIVILEGES",
	"start_database": "START", "stop_database": "STOP", "index": "INDEX MANAGEMENT", "constraint": "CONSTRAINT MANAGEMENT", "token": "NAME MANAGEMENT",
	"create_label": "CREATE NEW NODE LABEL", "create_reltype": "CREATE NEW RELATIONSHIP TYPE", "create_propertykey": "CREATE NEW PROPERTY NAME", "execute_admin": "EXECUTE ADMIN PROCEDURES",
	"set_passwords": "SET PASSWORDS", "show_server": "SHOW SERVERS", "execute": "EXECUTE", "execute_boosted": "EXECUTE BOOSTED",
}

// elementActions are those on the elements of graphs, databaseActions those on databases; all others are on the DBMS.
var (
	elementActions  = []string{"traverse", "read", "match", "merge", "create_element", "delete_element", "set_label", "remove_label", "set_property", "write", "graph_actions"}
	databaseActions = []string{"access", "start_database", "stop_database", "create_index", "drop_index", "show_index", "index", "create_constraint", "drop_constraint", "show_constraint", "constraint",
		"create_label", "create_reltype", "create_propertykey", "token", "show_transaction", "terminate_transaction", "transaction_management", "database_actions"}
)

// inside gives what stands in the parentheses of a resource or segment.
func inside(s string) string {
	_, rest, _ := strings.Cut(s, "(")
	return strings.TrimSuffix(rest, ")")
}

// Command gives the command that grants (denies) the privilege to a role, or revokes it.
func (p *Privilege) Command(role string, revoke bool) string {
	var b strings.Builder
	verb, to := "GRANT", "TO"
	if p.Deny {
		verb = "DENY"
	}
	if revoke {
		verb, to = "REVOKE "+verb, "FROM"
	}
	b.WriteString(verb)
	if p.Immutable {
		b.WriteString(" IMMUTABLE")
	}
	b.WriteString(" " + Phrase(p.Action))
	kind, name := "", ""
	if strings.HasSuffix(p.Segment, ")") {
		kind, name = p.Segment[:strings.Index(p.Segment, "(")], inside(p.Segment)
	}
	switch {
	case strings.HasPrefix(p.Resource, "property("):
		fmt.Fprintf(&b, " {%s}", quoted(inside(p.Resource)))
	case p.Resource == "all_properties":
		b.WriteString(" {*}")
	case strings.HasPrefix(p.Resource, "label("):
		b.WriteString(" " + quoted(inside(p.Resource)))
	case p.Resource == "all_labels":
		b.WriteString(" *")
	}
	switch kind {
	case "USER":
		fmt.Fprintf(&b, " (%s)", quoted(name))
	case "PROCEDURE", "FUNCTION", "SETTING":
		if kind != "SETTING" {
			b.WriteString(" " + kind)
		}
		b.WriteString(" " + name)
	}
	b.WriteString(" ON ")
	graph := quoted(p.Graph)
	switch {
	case p.Action == "load" && p.Resource == "all_data":
		b.WriteString("ALL DATA")
	case p.Action == "load":
		fmt.Fprintf(&b, "CIDR '%s'", inside(p.Resource))
	case slices.Contains(elementActions, p.Action) && p.Graph == HomeGraph:
		b.WriteString("HOME GRAPH")
	case slices.Contains(elementActions, p.Action):
		b.WriteString("GRAPH " + graph)
	case slices.Contains(databaseActions, p.Action) && p.Graph == HomeGraph:
		b.WriteString("HOME DATABASE")
	case slices.Contains(databaseActions, p.Action):
		b.WriteString("DATABASE " + graph)
	default:
		b.WriteString("DBMS")
	}
	if (kind == "NODE" || kind == "RELATIONSHIP") && p.Action != "set_label" && p.Action != "remove_label" {
		fmt.Fprintf(&b, " %s %s", kind, quoted(name))
	}
	if !strings.HasPrefix(role, "$") {
		role = "`" + strings.ReplaceAll(role, "`", "``") + "`"
	}
	fmt.Fprintf(&b, " %s %s", to, role)
	return b.String()
}

func quoted(name string) string {
	if name == "*" {
		return name
	}
	return "`" + strings.ReplaceAll(name, "`", "``") + "`"
}

// Support is one line of SHOW SUPPORTED PRIVILEGES.
type Support struct {
	Action, Qualifier, Target string
	Scope                     []string
	Description               string
}

// Supported lists what can be granted, by action.
func Supported() []Support {
	var out []Support
	for action := range actions() {
		s := Support{Action: action, Target: "dbms"}
		switch {
		case slices.Contains(elementActions, action):
			s.Target, s.Scope = "graph", []string{"elements"}
			switch action {
			case "read", "match", "merge", "set_property":
				s.Qualifier = "properties"
			case "set_label", "remove_label":
				s.Qualifier, s.Scope = "labels", nil
			}
		case slices.Contains(databaseActions, action):
			s.Target = "database"
			if strings.Contains(action, "transaction") {
				s.Scope = []string{"users"}
			}
		case action == "load":
			s.Target, s.Scope = "dbms", []string{"all_data", "cidr"}
		case action == "impersonate":
			s.Scope = []string{"users"}
		case strings.HasPrefix(action, "execute") && action != "execute_admin":
			s.Scope = []string{"procedures", "functions"}
		case action == "show_setting":
			s.Scope = []string{"settings"}
		}
		s.Description = "allows " + strings.ToLower(Phrase(action))
		if of := parts[action]; of != nil {
			s.Description = "stands for " + strings.ReplaceAll(strings.Join(of, ", "), "_", " ")
		}
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b Support) int { return strings.Compare(a.Action, b.Action) })
	return out
}

// actions gives all that Known knows.
func actions() map[string]bool {
	all := map[string]bool{"load": true, "start_database": true, "stop_database": true}
	for a, ps := range parts {
		all[a] = true
		for _, p := range ps {
			all[p] = true
		}
	}
	return all
}
