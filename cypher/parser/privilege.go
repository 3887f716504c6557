package parser

import (
	"strings"

	"graticule/cypher/ast"
)

// scope is what a privilege is on.
type scope int

const (
	onDBMS scope = iota
	onDatabase
	onGraph
	onLoad
)

// takes is what stands between the words of a privilege and ON.
type takes int

const (
	takesNothing    takes = iota
	takesProperties       // {p, q} or {*}
	takesLabels           // A, B or *
	takesUsers            // (u, v) or (*), which may be left out
	takesGlobs            // db.*, apoc.?
)

// phrase is one spelling of a privilege. A word with bars has several spellings;
// one in brackets may be left out.
type phrase struct {
	words  string
	action string
	scope  scope
	takes  takes
}

// phrases lists the privileges; of those that fit, the one with the most words counts.
var phrases = []phrase{
	{"TRAVERSE", "traverse", onGraph, takesNothing},
	{"READ", "read", onGraph, takesProperties},
	{"MATCH", "match", onGraph, takesProperties},
	{"MERGE", "merge", onGraph, takesProperties},
	{"CREATE", "create_element", onGraph, takesNothing},
	{"DELETE", "delete_element", onGraph, takesNothing},
	{"SET LABEL|LABELS", "set_label", onGraph, takesLabels},
	{"REMOVE LABEL|LABELS", "remove_label", onGraph, takesLabels},
	{"SET PROPERTY", "set_property", onGraph, takesProperties},
	{"SET PROPERTIES", "set_property", onGraph, takesProperties},
	{"WRITE", "write", onGraph, takesNothing},
	{"ALL [GRAPH] [PRIVILEGES]", "graph_actions", onGraph, takesNothing},

	{"ACCESS", "access", onDatabase, takesNothing},
	{"START", "start_database", onDatabase, takesNothing},
	{"STOP", "stop_database", onDatabase, takesNothing},
	{"CREATE INDEX|INDEXES", "create_index", onDatabase, takesNothing},
	{"DROP INDEX|INDEXES", "drop_index", onDatabase, takesNothing},
	{"SHOW INDEX|INDEXES", "show_index", onDatabase, takesNothing},
	{"INDEX|INDEXES [MANAGEMENT]", "index", onDatabase, takesNothing},
	{"CREATE CONSTRAINT|CONSTRAINTS", "create_constraint", onDatabase, takesNothing},
	{"DROP CONSTRAINT|CONSTRAINTS", "drop_constraint", onDatabase, takesNothing},
	{"SHOW CONSTRAINT|CONSTRAINTS", "show_constraint", onDatabase, takesNothing},
	{"CONSTRAINT|CONSTRAINTS [MANAGEMENT]", "constraint", onDatabase, takesNothing},
	{"CREATE NEW [NODE] LABEL|LABELS", "create_label", onDatabase, takesNothing},
	{"CREATE NEW [RELATIONSHIP] TYPE|TYPES", "create_reltype", onDatabase, takesNothing},
	{"CREATE NEW [PROPERTY] NAME|NAMES", "create_propertykey", onDatabase, takesNothing},
	{"NAME [MANAGEMENT]", "token", onDatabase, takesNothing},
	{"SHOW TRANSACTION|TRANSACTIONS", "show_transaction", onDatabase, takesUsers},
	{"TERMINATE TRANSACTION|TRANSACTIONS", "terminate_transaction", onDatabase, takesUsers},
	{"TRANSACTION [MANAGEMENT]", "transaction_management", onDatabase, takesUsers},
	{"ALL [DATABASE] [PRIVILEGES]", "database_actions", onDatabase, takesNothing},

	{"ROLE MANAGEMENT", "role_management", onDBMS, takesNothing},
	{"CREATE ROLE", "create_role", onDBMS, takesNothing},
	{"DROP ROLE", "drop_role", onDBMS, takesNothing},
	{"RENAME ROLE", "rename_role", onDBMS, takesNothing},
	{"ASSIGN ROLE", "assign_role", onDBMS, takesNothing},
	{"REMOVE ROLE", "remove_role", onDBMS, takesNothing},
	{"SHOW ROLE", "show_role", onDBMS, takesNothing},
	{"USER MANAGEMENT", "user_management", onDBMS, takesNothing},
	{"CREATE USER", "create_user", onDBMS, takesNothing},
	{"DROP USER", "drop_user", onDBMS, takesNothing},
	{"RENAME USER", "rename_user", onDBMS, takesNothing},
	{"ALTER USER", "alter_user", onDBMS, takesNothing},
	{"SHOW USER", "show_user", onDBMS, takesNothing},
	{"SET PASSWORD|PASSWORDS", "set_passwords", onDBMS, takesNothing},
	{"SET USER STATUS", "set_user_status", onDBMS, takesNothing},
	{"SET USER HOME DATABASE", "set_user_home_database", onDBMS, takesNothing},
	{"SET AUTH", "set_auth", onDBMS, takesNothing},
	{"DATABASE MANAGEMENT", "database_management", onDBMS, takesNothing},
	{"CREATE DATABASE", "create_database", onDBMS, takesNothing},
	{"DROP DATABASE", "drop_database", onDBMS, takesNothing},
	{"ALTER DATABASE", "alter_database", onDBMS, takesNothing},
	{"SET DATABASE ACCESS", "set_database_access", onDBMS, takesNothing},
	{"SET DATABASE DEFAULT LANGUAGE", "set_database_default_language", onDBMS, takesNothing},
	{"COMPOSITE DATABASE MANAGEMENT", "composite_database_management", onDBMS, takesNothing},
	{"CREATE COMPOSITE DATABASE", "create_composite_database", onDBMS, takesNothing},
	{"DROP COMPOSITE DATABASE", "drop_composite_database", onDBMS, takesNothing},
	{"ALIAS MANAGEMENT", "alias_management", onDBMS, takesNothing},
	{"CREATE ALIAS", "create_alias", onDBMS, takesNothing},
	{"DROP ALIAS", "drop_alias", onDBMS, takesNothing},
	{"ALTER ALIAS", "alter_alias", onDBMS, takesNothing},
	{"SHOW ALIAS", "show_alias", onDBMS, takesNothing},
	{"PRIVILEGE MANAGEMENT", "privilege_management", onDBMS, takesNothing},
	{"SHOW PRIVILEGE", "show_privilege", onDBMS, takesNothing},
	{"ASSIGN PRIVILEGE", "assign_privilege", onDBMS, takesNothing},
	{"REMOVE PRIVILEGE", "remove_privilege", onDBMS, takesNothing},
	{"SERVER MANAGEMENT", "server_management", onDBMS, takesNothing},
	{"SHOW SERVER|SERVERS", "show_server", onDBMS, takesNothing},
	{"SHOW SETTING|SETTINGS", "show_setting", onDBMS, takesGlobs},
	{"IMPERSONATE", "impersonate", onDBMS, takesUsers},
	{"EXECUTE PROCEDURE|PROCEDURES", "execute", onDBMS, takesGlobs},
	{"EXECUTE BOOSTED PROCEDURE|PROCEDURES", "execute_boosted", onDBMS, takesGlobs},
	{"EXECUTE [USER] [DEFINED] FUNCTION|FUNCTIONS", "execute", onDBMS, takesGlobs},
	{"EXECUTE BOOSTED [USER] [DEFINED] FUNCTION|FUNCTIONS", "execute_boosted", onDBMS, takesGlobs},
	{"EXECUTE ADMIN|ADMINISTRATOR PROCEDURES", "execute_admin", onDBMS, takesNothing},
	{"ALL [DBMS] [PRIVILEGES]", "dbms_actions", onDBMS, takesNothing},

	{"LOAD", "load", onLoad, takesNothing},
}

// matchPhrase counts the tokens of a phrase that follows, 0 if it does not.
func (p *parser) matchPhrase(words string) int {
	n := 0
	for w := range strings.FieldsSeq(words) {
		optional := strings.HasPrefix(w, "[")
		if p.isAnyWordAt(n, strings.Split(strings.Trim(w, "[]"), "|")...) {
			n++
		} else if !optional {
			return 0
		}
	}
	return n
}

// grantCommand parses GRANT, DENY and REVOKE, of roles and of privileges.
func (p *parser) grantCommand() ast.Command {
	start := p.peek().start
	verb := p.oneOf("GRANT", "DENY", "REVOKE")
	g := &ast.GrantPrivilege{Verb: verb}
	if verb == "REVOKE" {
		immutable := p.word("IMMUTABLE")
		g.Of = p.oneOf("GRANT", "DENY")
		g.Immutable = p.word("IMMUTABLE") || immutable
	} else {
		g.Immutable = p.word("IMMUTABLE")
	}
	if verb != "DENY" && p.isAnyWord("ROLE", "ROLES") && !p.isWordAt(1, "MANAGEMENT") {
		p.advance()
		r := &ast.GrantRoles{Revoke: verb == "REVOKE", Roles: p.texts()}
		p.direction(verb)
		r.Users = p.texts()
		r.Span = p.from(start)
		return r
	}
	mark := p.at
	var failed any
	for _, f := range p.fitting() { // ALL, CREATE and others stand for several
		p.at = mark
		if failed = p.tryPrivilege(f, g); failed == nil {
			break
		}
	}
	if failed != nil {
		panic(failed)
	}
	p.direction(verb)
	g.Roles = p.texts()
	g.Span = p.from(start)
	return g
}

// direction takes TO, or FROM after REVOKE.
func (p *parser) direction(verb string) {
	if verb == "REVOKE" {
		p.needWord("FROM")
		return
	}
	p.needWord("TO")
}

// fitting gives the phrases that follow, those with the most words.
func (p *parser) fitting() []phrase {
	var out []phrase
	most := 0
	for _, f := range phrases {
		n := p.matchPhrase(f.words)
		if n > most {
			out, most = nil, n
		}
		if n == most && n > 0 {
			out = append(out, f)
		}
	}
	if out == nil {
		p.unexpected("a privilege, 'ROLE' or 'ROLES'")
	}
	return out
}

// tryPrivilege parses a privilege; its failure is given back for another phrase to be tried.
func (p *parser) tryPrivilege(f phrase, g *ast.GrantPrivilege) (failed any) {
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(failure); !ok {
				panic(r)
			}
			failed = r
		}
	}()
	for range p.matchPhrase(f.words) {
		p.advance()
	}
	p.privilege(f, g)
	return nil
}

func (p *parser) privilege(f phrase, g *ast.GrantPrivilege) {
	g.Action, g.Resources, g.Segments, g.Graphs, g.AllGraphs, g.HomeGraph = f.action, []string{"database"}, []string{"database"}, nil, f.scope != onDatabase && f.scope != onGraph, false
	if f.scope == onGraph {
		g.Resources = []string{"graph"}
	}
	switch f.takes {
	case takesProperties:
		p.need("{")
		g.Resources = each("property", p.starOrNames(), "all_properties")
		p.need("}")
	case takesLabels:
		g.Resources = each("label", p.starOrNames(), "all_labels")
	case takesUsers:
		names := []string{"*"}
		if p.punct("(") {
			names = p.starOrNames()
			p.need(")")
		}
		g.Segments = each("USER", names, "")
	case takesGlobs:
		kind := "SETTING"
		for _, k := range []string{"PROCEDURE", "FUNCTION"} {
			if strings.Contains(f.words, k) {
				kind = k
			}
		}
		g.Segments = each(kind, p.globs(), "")
	}
	p.needWord("ON")
	switch f.scope {
	case onDBMS:
		p.needWord("DBMS")
	case onLoad:
		p.loadScope(g)
	case onDatabase:
		p.graphs(g, "DATABASE", "DATABASES")
	case onGraph:
		p.graphs(g, "GRAPH", "GRAPHS")
		p.segments(f, g)
	}
}

// each puts the names into what SHOW PRIVILEGES shows; all is the word for *.
func each(kind string, names []string, all string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		if out[i] = kind + "(" + n + ")"; n == "*" && all != "" {
			out[i] = all
		}
	}
	return out
}

func (p *parser) starOrNames() []string {
	if p.punct("*") {
		return []string{"*"}
	}
	var out []string
	for {
		out = append(out, p.text().Value)
		if !p.punct(",") {
			return out
		}
	}
}

// globs parses patterns of names, such as db.*, apoc.??? and *.
func (p *parser) globs() []string {
	var out []string
	for {
		from := p.peek().start
		end := from
		for p.peek().kind != tokEOF && (!p.isPunct(",") && p.peek().start == end || end == from && !p.isWord("ON")) {
			end = p.take().end
		}
		if end == from {
			p.unexpected("a name that may hold * and ?")
		}
		out = append(out, strings.ReplaceAll(p.src[from:end], "`", ""))
		if !p.punct(",") {
			return out
		}
	}
}

func (p *parser) loadScope(g *ast.GrantPrivilege) {
	if p.words("ALL", "DATA") {
		g.Resources = []string{"all_data"}
		return
	}
	p.needWord("CIDR")
	g.Resources = []string{"cidr(" + p.text().Value + ")"}
}

func (p *parser) graphs(g *ast.GrantPrivilege, word, plural string) {
	if p.words("HOME", word) {
		g.HomeGraph = true
		return
	}
	if p.oneOf(word, plural) == "" {
		p.unexpected("'" + word + "' or 'HOME " + word + "'")
	}
	if p.punct("*") {
		g.AllGraphs = true
		return
	}
	g.Graphs = p.texts()
}

// segments parses which elements of a graph the privilege is on.
func (p *parser) segments(f phrase, g *ast.GrantPrivilege) {
	g.Segments = []string{"NODE(*)", "RELATIONSHIP(*)"}
	switch {
	case f.takes == takesLabels:
		g.Segments = []string{"NODE(*)"}
	case p.oneOf("ELEMENTS", "ELEMENT") != "":
		names := p.starOrNames()
		g.Segments = append(each("NODE", names, ""), each("RELATIONSHIP", names, "")...)
	case p.oneOf("NODES", "NODE") != "":
		g.Segments = each("NODE", p.starOrNames(), "")
	case p.oneOf("RELATIONSHIPS", "RELATIONSHIP") != "":
		g.Segments = each("RELATIONSHIP", p.starOrNames(), "")
	case p.isWord("FOR"):
		p.fail(p.peek(), "Privileges on elements with given property values (FOR …) are not available; grant them on labels and types.")
	}
	if p.punct("(") { // an empty or starred list may follow the names
		p.punct("*")
		p.need(")")
	}
}
