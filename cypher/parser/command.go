package parser

import (
	"strings"

	"graticule/cypher/ast"
)

// command parses a statement that is no query; nil when a query begins here.
func (p *parser) command() ast.Command {
	t := p.peek()
	if t.kind != tokIdent {
		return nil
	}
	switch strings.ToUpper(t.text) {
	case "SHOW":
		return p.show()
	case "TERMINATE":
		p.advance()
		if p.oneOf("TRANSACTIONS", "TRANSACTION") == "" {
			p.unexpected("'TRANSACTIONS'")
		}
		c := &ast.Terminate{Names: p.exprList()}
		c.Tail = p.tail()
		c.Span = p.from(t.start)
		return c
	case "CREATE":
		return p.createCommand()
	case "DROP":
		return p.dropCommand()
	case "ALTER":
		return p.alterCommand()
	case "START", "STOP":
		return p.startStop()
	case "RENAME":
		return p.rename()
	case "ENABLE", "DEALLOCATE", "REALLOCATE", "DRYRUN":
		return p.serverCommand()
	case "GRANT", "DENY", "REVOKE":
		return p.grantCommand()
	}
	return nil
}

func (p *parser) exprList() []ast.Expr {
	var out []ast.Expr
	for {
		out = append(out, p.expr())
		if !p.punct(",") {
			return out
		}
	}
}

// text parses a name that may be a parameter; dots join names.
func (p *parser) text() ast.Text {
	t := p.peek()
	switch t.kind {
	case tokParam:
		p.advance()
		return ast.Text{Span: p.from(t.start), Parameter: t.text}
	case tokString:
		p.advance()
		return ast.Text{Span: p.from(t.start), Value: t.text}
	}
	n := p.dottedName()
	return ast.Text{Span: n.Span, Value: n.Value}
}

func (p *parser) ifNotExists() bool { return p.words("IF", "NOT", "EXISTS") }
func (p *parser) ifExists() bool    { return p.words("IF", "EXISTS") }

func (p *parser) options() ast.Expr {
	if !p.word("OPTIONS") {
		return nil
	}
	if p.peek().kind == tokParam {
		return p.primary()
	}
	return p.mapLiteral()
}

func (p *parser) show() ast.Command {
	start := p.take().start
	s := &ast.Show{}
	if p.version < 25 {
		p.removedShow()
	}
	if f := p.oneOf("ALL", "RANGE", "TEXT", "POINT", "FULLTEXT", "VECTOR", "LOOKUP", "POPULATED"); f != "" {
		s.Filter = f
	} else if p.words("BUILT", "IN") {
		s.Filter = "BUILT IN"
	} else if p.words("USER", "DEFINED") {
		s.Filter = "USER DEFINED"
	} else {
		s.Filter = p.constraintFilter()
	}
	switch {
	case p.words("DEFAULT", "DATABASE"):
		s.Kind = "DEFAULT DATABASE"
	case p.words("HOME", "DATABASE"):
		s.Kind = "HOME DATABASE"
	case p.oneOf("DATABASES", "DATABASE") != "":
		s.Kind = "DATABASES"
		if p.nameAhead() {
			t := p.text()
			s.Name = &t
		}
	case p.oneOf("SERVERS", "SERVER") != "":
		s.Kind = "SERVERS"
	case p.word("CURRENT"):
		p.showCurrent(s)
	case p.oneOf("USERS", "USER") != "":
		p.showUsers(s)
	case p.oneOf("ROLES", "ROLE") != "":
		p.showRoles(s)
	case p.oneOf("PRIVILEGES", "PRIVILEGE") != "":
		s.Kind = "PRIVILEGES"
	case p.words("SUPPORTED", "PRIVILEGES"), p.words("SUPPORTED", "PRIVILEGE"):
		s.Kind = "SUPPORTED PRIVILEGES"
	case p.oneOf("INDEXES", "INDEX") != "":
		s.Kind = "INDEXES"
	case p.oneOf("CONSTRAINTS", "CONSTRAINT") != "":
		s.Kind = "CONSTRAINTS"
	case p.oneOf("FUNCTIONS", "FUNCTION") != "":
		s.Kind = "FUNCTIONS"
		p.executable(s)
	case p.oneOf("PROCEDURES", "PROCEDURE") != "":
		s.Kind = "PROCEDURES"
		p.executable(s)
	case p.oneOf("SETTINGS", "SETTING") != "":
		s.Kind = "SETTINGS"
		s.Names = p.showNames()
	case p.oneOf("TRANSACTIONS", "TRANSACTION") != "":
		s.Kind = "TRANSACTIONS"
		s.Names = p.showNames()
	case p.oneOf("ALIASES", "ALIAS") != "":
		s.Kind = "ALIASES"
		if !p.isWord("FOR") {
			t := p.text()
			s.Name = &t
		}
		p.needWord("FOR")
		if p.oneOf("DATABASES", "DATABASE") == "" {
			p.unexpected("'DATABASE'")
		}
	default:
		p.unexpected("'ALIASES', 'CONSTRAINTS', 'DATABASES', 'FUNCTIONS', 'INDEXES', 'PRIVILEGES', 'PROCEDURES', 'ROLES', 'SERVERS', 'SETTINGS', 'TRANSACTIONS' or 'USERS'")
	}
	if s.Kind == "PRIVILEGES" && p.word("AS") {
		if p.word("REVOKE") {
			s.As = "REVOKE "
		}
		if p.oneOf("COMMANDS", "COMMAND") == "" {
			p.unexpected("'COMMANDS'")
		}
		s.As += "COMMANDS"
	}
	s.Tail = p.tail()
	s.Span = p.from(start)
	return s
}

// removedShow fails for words that SHOW took in older versions.
func (p *parser) removedShow() {
	kind := strings.ToUpper(p.peekAt(1).text)
	switch {
	case p.isWord("BTREE"):
		p.fail(p.peek(), "Invalid index type b-tree, please omit the `BTREE` filter.")
	case p.isWord("EXISTS") && strings.HasPrefix(kind, "CONSTRAINT"):
		p.fail(p.peek(), "`SHOW CONSTRAINTS` no longer allows the `EXISTS` keyword, please use `EXIST` or `PROPERTY EXISTENCE` instead.")
	case p.isAnyWord("INDEX", "INDEXES", "CONSTRAINT", "CONSTRAINTS") && (kind == "BRIEF" || kind == "VERBOSE"):
		what := "INDEXES"
		if p.isAnyWord("CONSTRAINT", "CONSTRAINTS") {
			what = "CONSTRAINTS"
		}
		p.fail(p.peekAt(1), "`SHOW %s` no longer allows the `BRIEF` and `VERBOSE` keywords,\nplease omit `BRIEF` and use `YIELD *` instead of `VERBOSE`.", what)
	}
}

// constraintFilter reads the words that may stand before CONSTRAINTS.
func (p *parser) constraintFilter() string {
	var words []string
	for p.isAnyWord("NODE", "RELATIONSHIP", "REL", "PROPERTY", "UNIQUE", "UNIQUENESS", "KEY", "EXIST", "EXISTENCE", "TYPE") {
		words = append(words, strings.ToUpper(p.take().text))
	}
	return strings.Join(words, " ")
}

func (p *parser) executable(s *ast.Show) {
	if !p.word("EXECUTABLE") {
		return
	}
	s.Exec = true
	if p.word("BY") && !p.words("CURRENT", "USER") {
		t := p.text()
		s.User = &t
	}
}

func (p *parser) showNames() []ast.Expr {
	if k := p.peek().kind; k == tokString || k == tokParam || p.isPunct("[") {
		return p.exprList()
	}
	return nil
}

func (p *parser) nameAhead() bool {
	k := p.peek().kind
	return (k == tokIdent && !p.isAnyWord("YIELD", "WHERE", "RETURN")) || k == tokEscaped || k == tokParam || k == tokString
}

func (p *parser) tail() ast.Tail {
	var t ast.Tail
	t.YieldAt = p.peek().start
	switch {
	case p.word("YIELD"):
		t.HasYield = true
		if p.punct("*") {
			t.YieldStar = true
		} else {
			t.Yield = p.yieldItems()
		}
		t.OrderBy, t.Skip, t.Limit = p.orderSkipLimit()
		if p.word("WHERE") {
			t.Where = p.expr()
		}
		if p.isWord("RETURN") && !p.composing {
			t.Return = p.clause().(*ast.Return)
		}
	case p.word("WHERE"):
		t.Where = p.expr()
	}
	return t
}

func (p *parser) createCommand() ast.Command {
	mark := p.at
	start := p.take().start
	replace := p.words("OR", "REPLACE")
	composite := p.word("COMPOSITE")
	switch {
	case p.word("DATABASE"):
		return p.createDatabase(start, replace, composite)
	case p.isWord("ALIAS"):
		p.advance()
		a := &ast.CreateAlias{OrReplace: replace, Name: p.text(), IfNotExists: p.ifNotExists()}
		p.needWord("FOR")
		p.needWord("DATABASE")
		a.Target = p.text()
		if a.Remote = p.word("AT"); a.Remote {
			p.remoteAlias()
		}
		if p.word("PROPERTIES") {
			a.Properties = p.properties()
		}
		a.Span = p.from(start)
		return a
	case p.word("USER"):
		u := &ast.CreateUser{OrReplace: replace, Name: p.text(), IfNotExists: p.ifNotExists()}
		p.userChange(&u.UserChange)
		u.Span = p.from(start)
		return u
	case p.isWord("ROLE") && !p.punctAt(1, "="), p.isWords("IMMUTABLE", "ROLE"):
		return p.createRole(start, replace)
	case p.word("CONSTRAINT"):
		return p.createConstraint(start, replace)
	}
	if p.isWord("BTREE") {
		p.fail(p.peek(), "Invalid index type b-tree, use range, point or text index instead.")
	}
	kind := p.oneOf("RANGE", "TEXT", "POINT", "FULLTEXT", "VECTOR", "LOOKUP")
	if p.word("INDEX") {
		if kind == "" {
			kind = "RANGE"
		}
		return p.createIndex(start, kind, replace)
	}
	p.at = mark
	return nil
}

func (p *parser) createDatabase(start int, replace, composite bool) ast.Command {
	d := &ast.CreateDatabase{OrReplace: replace, Composite: composite, Name: p.text(), IfNotExists: p.ifNotExists()}
	for {
		switch {
		case p.isWord("SET") && p.isWordAt(1, "DEFAULT"), p.isWord("DEFAULT"):
			d.Language = p.language()
		case p.isWord("TOPOLOGY") || p.isWords("SET", "TOPOLOGY"):
			d.Topology = p.topology()
		case p.isWord("OPTIONS"):
			d.Options = p.options()
		default:
			d.Wait = p.wait()
			d.Span = p.from(start)
			return d
		}
	}
}

func (p *parser) language() int {
	p.word("SET")
	p.needWord("DEFAULT")
	p.needWord("LANGUAGE")
	p.needWord("CYPHER")
	t := p.take()
	if t.text != "5" && t.text != "25" {
		p.fail(t, "Invalid input '%s': expected 5 or 25", t.text)
	}
	return int(p.integer(t))
}

func (p *parser) topology() *ast.Topology {
	p.word("SET")
	start := p.take().start
	t := &ast.Topology{}
	for p.peek().kind == tokInt || p.peek().kind == tokParam {
		n := p.primary()
		switch {
		case p.oneOf("PRIMARIES", "PRIMARY") != "" && t.Primaries == nil:
			t.Primaries = n
		case p.oneOf("SECONDARIES", "SECONDARY") != "" && t.Secondaries == nil:
			t.Secondaries = n
		default:
			p.unexpected("'PRIMARIES' or 'SECONDARIES'")
		}
	}
	if t.Primaries == nil {
		p.unexpected("a number of PRIMARIES")
	}
	t.Span = p.from(start)
	return t
}

func (p *parser) wait() ast.Wait {
	if p.word("NOWAIT") {
		return ast.Wait{}
	}
	if !p.word("WAIT") {
		return ast.Wait{}
	}
	w := ast.Wait{Wait: true}
	if p.peek().kind == tokInt {
		w.Seconds = p.integer(p.take())
		p.oneOf("SECONDS", "SECOND", "SEC")
	}
	return w
}

func (p *parser) dropCommand() ast.Command {
	start := p.take().start
	switch {
	case p.word("INDEX"):
		d := &ast.DropIndex{Name: p.text(), IfExists: p.ifExists()}
		d.Span = p.from(start)
		return d
	case p.word("CONSTRAINT"):
		d := &ast.DropConstraint{Name: p.text(), IfExists: p.ifExists()}
		d.Span = p.from(start)
		return d
	case p.words("COMPOSITE", "DATABASE"), p.word("DATABASE"):
		d := &ast.DropDatabase{Composite: p.isWordAt(-2, "COMPOSITE"), Name: p.text(), IfExists: p.ifExists()}
		p.word("RESTRICT")
		if d.Cascade = p.word("CASCADE"); d.Cascade && p.oneOf("ALIASES", "ALIAS") == "" {
			p.unexpected("'ALIASES'")
		}
		if v := p.oneOf("DUMP", "DESTROY"); v != "" {
			d.Dump = v == "DUMP"
			p.word("DATA")
		}
		d.Wait = p.wait()
		d.Span = p.from(start)
		return d
	case p.word("ALIAS"):
		a := &ast.DropAlias{Name: p.text(), IfExists: p.ifExists()}
		p.needWord("FOR")
		p.needWord("DATABASE")
		a.Span = p.from(start)
		return a
	case p.word("USER"):
		u := &ast.DropUser{Name: p.text(), IfExists: p.ifExists()}
		u.Span = p.from(start)
		return u
	case p.word("ROLE"):
		r := &ast.DropRole{Name: p.text(), IfExists: p.ifExists()}
		r.Span = p.from(start)
		return r
	case p.word("SERVER"):
		s := &ast.DropServer{Name: p.text()}
		s.Span = p.from(start)
		return s
	}
	p.unexpected("'ALIAS', 'CONSTRAINT', 'DATABASE', 'INDEX', 'ROLE', 'SERVER' or 'USER'")
	return nil
}

func (p *parser) alterCommand() ast.Command {
	start := p.take().start
	switch {
	case p.isWord("CURRENT") && p.isWordAt(1, "GRAPH") && p.version >= 25:
		p.advance()
		return p.alterGraphType(start)
	case p.isWord("CURRENT") && !p.isWordAt(1, "USER"):
		p.advance()
		if p.version < 25 {
			p.unexpected("'USER SET PASSWORD FROM'")
		}
		p.unexpected("'USER SET PASSWORD FROM' or 'GRAPH TYPE'")
	case p.words("CURRENT", "USER"):
		p.needWord("SET")
		p.needWord("PASSWORD")
		p.needWord("FROM")
		c := &ast.SetOwnPassword{From: p.primary()}
		p.needWord("TO")
		c.To = p.primary()
		c.Span = p.from(start)
		return c
	case p.word("USER"):
		u := &ast.AlterUser{Name: p.text(), IfExists: p.ifExists()}
		p.userChange(&u.UserChange)
		u.Span = p.from(start)
		return u
	case p.word("SERVER"):
		s := &ast.AlterServer{Name: p.text()}
		p.needWord("SET")
		s.Options = p.options()
		s.Span = p.from(start)
		return s
	case p.word("ALIAS"):
		a := &ast.AlterAlias{Name: p.text(), IfExists: p.ifExists()}
		p.needWord("SET")
		p.needWord("DATABASE")
		if p.word("TARGET") {
			t := p.text()
			a.Target = &t
			if a.Remote = p.word("AT"); a.Remote {
				p.remoteAlias()
			}
		}
		if p.isAnyWord("USER", "PASSWORD", "DRIVER") {
			a.Remote = true
			p.remoteCredentials()
		}
		if p.word("PROPERTIES") {
			a.Properties = p.properties()
		}
		if a.Target == nil && a.Properties == nil && !a.Remote {
			p.unexpected("'TARGET', 'USER', 'PASSWORD', 'DRIVER' or 'PROPERTIES'")
		}
		a.Span = p.from(start)
		return a
	case p.word("DATABASE"):
		return p.alterDatabase(start)
	}
	p.unexpected("'ALIAS', 'CURRENT USER', 'DATABASE', 'SERVER' or 'USER'")
	return nil
}

func (p *parser) alterDatabase(start int) ast.Command {
	d := &ast.AlterDatabase{Name: p.text(), IfExists: p.ifExists()}
	for {
		switch {
		case p.isWords("SET", "TOPOLOGY"):
			d.Topology = p.topology()
		case p.words("SET", "ACCESS"):
			p.needWord("READ")
			d.Access = "READ " + p.oneOf("ONLY", "WRITE")
			if d.Access == "READ " {
				p.unexpected("'ONLY' or 'WRITE'")
			}
		case p.isWords("SET", "DEFAULT"):
			d.Language = p.language()
		case p.words("SET", "OPTION"):
			key := p.name().Value
			d.Options = append(d.Options, ast.DatabaseOption{Key: key, Value: p.primary()})
		case p.words("REMOVE", "OPTION"):
			d.Options = append(d.Options, ast.DatabaseOption{Key: p.name().Value})
		default:
			if d.Topology == nil && d.Access == "" && d.Language == 0 && d.Options == nil {
				p.unexpected("'SET' or 'REMOVE OPTION'")
			}
			d.Wait = p.wait()
			d.Span = p.from(start)
			return d
		}
	}
}

func (p *parser) startStop() ast.Command {
	t := p.take()
	p.needWord("DATABASE")
	name := p.text()
	w := p.wait()
	if strings.EqualFold(t.text, "START") {
		return &ast.StartDatabase{Span: p.from(t.start), Name: name, Wait: w}
	}
	return &ast.StopDatabase{Span: p.from(t.start), Name: name, Wait: w}
}

func (p *parser) rename() ast.Command {
	start := p.take().start
	switch {
	case p.word("USER"):
		r := &ast.RenameUser{Name: p.text(), IfExists: p.ifExists()}
		p.needWord("TO")
		r.To = p.text()
		r.Span = p.from(start)
		return r
	case p.word("ROLE"):
		r := &ast.RenameRole{Name: p.text(), IfExists: p.ifExists()}
		p.needWord("TO")
		r.To = p.text()
		r.Span = p.from(start)
		return r
	case p.word("SERVER"):
		r := &ast.RenameServer{Name: p.text()}
		p.needWord("TO")
		r.To = p.text()
		r.Span = p.from(start)
		return r
	}
	p.unexpected("'ROLE', 'SERVER' or 'USER'")
	return nil
}

func (p *parser) serverCommand() ast.Command {
	start := p.peek().start
	dry := p.word("DRYRUN")
	switch {
	case p.words("ENABLE", "SERVER"):
		s := &ast.EnableServer{Name: p.text()}
		s.Options = p.options()
		s.Span = p.from(start)
		return s
	case p.word("DEALLOCATE"):
		p.oneOf("DATABASES", "DATABASE")
		p.needWord("FROM")
		p.oneOf("SERVERS", "SERVER")
		d := &ast.Deallocate{DryRun: dry}
		for {
			d.Servers = append(d.Servers, p.text())
			if !p.punct(",") {
				break
			}
		}
		d.Span = p.from(start)
		return d
	case p.word("REALLOCATE"):
		p.oneOf("DATABASES", "DATABASE")
		return &ast.Reallocate{Span: p.from(start), DryRun: dry}
	}
	p.unexpected("'ENABLE SERVER', 'DEALLOCATE' or 'REALLOCATE'")
	return nil
}
