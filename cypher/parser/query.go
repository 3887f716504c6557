package parser

import (
	"strings"

	"graticule/cypher/ast"
	"graticule/status"
)

var clauseWords = []string{"MATCH", "OPTIONAL", "WITH", "RETURN", "UNWIND", "CREATE", "INSERT", "MERGE", "SET", "REMOVE", "DELETE", "DETACH", "NODETACH", "FOREACH", "CALL", "LOAD", "FINISH", "ORDER", "SKIP", "OFFSET", "LIMIT", "USE"}

// clauseAhead tells whether a clause keyword begins here.
func (p *parser) clauseAhead() bool {
	return p.isAnyWord(clauseWords...) || (p.composing || p.version >= 25) && p.isAnyWord("SHOW", "TERMINATE") || p.version >= 25 && (p.isPunct("{") || p.isAnyWord("FOR", "LET", "FILTER", "WHEN"))
}

// query parses single queries joined by UNION, then NEXT.
func (p *parser) query() *ast.Query {
	p.enter()
	defer p.leave()
	start := p.peek().start
	q := &ast.Query{}
	for {
		q.Parts = append(q.Parts, p.singleQuery())
		union := p.peek()
		if !p.word("UNION") {
			break
		}
		if p.word("ALL") {
			q.Distinct = append(q.Distinct, false)
		} else {
			p.word("DISTINCT")
			q.Distinct = append(q.Distinct, true)
		}
		if q.Distinct[len(q.Distinct)-1] != q.Distinct[0] {
			p.failBecause(union, "InvalidClauseComposition", status.Because("42I40", "UNION and UNION ALL cannot be combined."), "Invalid combination of UNION and UNION ALL")
		}
	}
	if p.isWord("NEXT") && p.version >= 25 {
		p.advance()
		q.Next = p.query()
	}
	q.Span = p.from(start)
	return q
}

func (p *parser) singleQuery() *ast.SingleQuery {
	start := p.peek().start
	s := &ast.SingleQuery{}
	switch {
	case p.version >= 25 && p.punct("{"):
		s.Braced = p.query()
		p.need("}")
	case p.version >= 25 && p.usedBrace():
		use := p.clause()
		p.need("{")
		s.Braced = p.query()
		p.need("}")
		s.Braced.Parts[0].Clauses = append([]ast.Clause{use}, s.Braced.Parts[0].Clauses...)
	case p.version >= 25 && p.isWord("WHEN"):
		for p.isWord("WHEN") || p.isWord("ELSE") {
			bstart := p.peek().start
			var b ast.ConditionalBranch
			if p.take(); p.tokens[p.at-1].text[0]|0x20 == 'w' {
				b.Predicate = p.expr()
				p.needWord("THEN")
			}
			b.Query = p.singleQuery()
			b.Span = p.from(bstart)
			s.Conditional = append(s.Conditional, b)
			if b.Predicate == nil {
				break
			}
		}
	default:
		for p.clauseAhead() && !p.isAnyWord("WHEN", "ELSE") {
			s.Clauses = append(s.Clauses, p.clause())
			s.Clauses, p.after = append(s.Clauses, p.after...), nil
		}
		if len(s.Clauses) == 0 {
			p.unexpected("'CALL', 'CREATE', 'DELETE', 'MATCH', 'MERGE', 'RETURN', 'SET', 'UNWIND', 'WITH' or another clause")
		}
	}
	s.Span = p.from(start)
	return s
}

func (p *parser) clause() ast.Clause {
	t := p.peek()
	switch strings.ToUpper(t.text) {
	case "MATCH":
		return p.match(false)
	case "OPTIONAL":
		p.advance()
		if p.isWord("CALL") {
			return p.call(t.start, true)
		}
		return p.match(true)
	case "WITH":
		p.advance()
		w := &ast.With{Projection: p.projection()}
		if p.word("WHERE") {
			w.Where = p.expr()
		}
		w.Span = p.from(t.start)
		return w
	case "RETURN":
		p.advance()
		r := &ast.Return{Projection: p.projection()}
		if p.version >= 25 && (p.isWords("ORDER", "BY") || p.isAnyWord("SKIP", "OFFSET", "LIMIT")) {
			const text = "`ORDER BY`, `SKIP` and `LIMIT` can only be used in this order in `RETURN`."
			p.failBecause(t, "", status.Because("42I63", text), "42I63: "+text)
		}
		r.Span = p.from(t.start)
		return r
	case "UNWIND":
		p.advance()
		u := &ast.Unwind{List: p.expr()}
		p.needWord("AS")
		u.Variable = p.variable()
		u.Span = p.from(t.start)
		return u
	case "FOR":
		p.advance()
		u := &ast.Unwind{Variable: p.variable()}
		p.needWord("IN")
		u.List = p.expr()
		u.Span = p.from(t.start)
		return u
	case "CREATE", "INSERT":
		p.advance()
		if p.isWords("OR", "REPLACE") || p.isWord("UNIQUE") { // of commands that are not there
			for p.isName() {
				p.advance()
			}
			p.unexpected("a command")
		}
		c := &ast.Create{Insert: strings.EqualFold(t.text, "INSERT")}
		p.inserting = c.Insert
		c.Pattern = p.pattern()
		p.inserting = false
		c.Span = p.from(t.start)
		return c
	case "MERGE":
		return p.merge()
	case "SET":
		p.advance()
		s := &ast.Set{Items: p.setItems()}
		s.Span = p.from(t.start)
		return s
	case "REMOVE":
		return p.remove()
	case "DELETE", "DETACH", "NODETACH":
		return p.delete()
	case "FOREACH":
		return p.foreach()
	case "CALL":
		return p.call(t.start, false)
	case "LOAD":
		return p.loadCSV()
	case "FINISH":
		p.advance()
		return &ast.Finish{Span: p.from(t.start)}
	case "ORDER", "SKIP", "OFFSET", "LIMIT":
		c := &ast.OrderByClause{}
		at := p.at
		if c.OrderBy, c.Skip, c.Limit = p.orderSkipLimit(); p.at == at {
			p.advance() // ORDER alone
			p.unexpected("'BY'")
		}
		c.Span = p.from(t.start)
		return c
	case "LET":
		p.advance()
		l := &ast.Let{}
		for {
			name := p.variable()
			p.need("=")
			e := p.expr()
			l.Items = append(l.Items, ast.ReturnItem{Span: e.At(), Expr: e, Alias: &name})
			if !p.punct(",") {
				break
			}
		}
		l.Span = p.from(t.start)
		return l
	case "FILTER":
		p.advance()
		p.word("WHERE")
		f := &ast.Filter{Where: p.expr()}
		f.Span = p.from(t.start)
		return f
	case "SHOW", "TERMINATE":
		return p.showClause()
	case "USE":
		p.advance()
		if !p.punctAt(1, ".") {
			p.word("GRAPH")
		}
		u := &ast.Use{Graph: p.nameOrCallDotted()}
		u.Span = p.from(t.start)
		return u
	}
	p.unexpected("a clause")
	return nil
}

// nameOrCallDotted parses the target of USE: a dotted name or a call.
func (p *parser) nameOrCallDotted() ast.Expr {
	start := p.at
	name := p.dottedName()
	if p.isPunct("(") {
		p.at = start
		return p.nameOrCall()
	}
	return &ast.Variable{Span: name.Span, Name: name.Value}
}

func (p *parser) projection() ast.Projection {
	var pr ast.Projection
	switch {
	case p.isWord("DISTINCT") && !p.punctAt(1, ","):
		p.advance()
		pr.Distinct = true
	case p.version >= 25 && p.isWord("ALL") && (p.peekAt(1).kind != tokPunct || p.punctAt(1, "*") || p.punctAt(1, "{") || p.punctAt(1, "[") || p.punctAt(1, "(") && !p.quantifierAhead()) && !p.isWordAt(1, "AS") && p.peekAt(1).kind != tokEOF:
		p.advance()
	}
	if p.punct("*") {
		pr.Star = true
		if p.punct(",") {
			pr.Items = p.returnItems()
		}
	} else {
		pr.Items = p.returnItems()
	}
	if p.version >= 25 && p.isWords("GROUP", "BY") {
		pr.GroupBy = p.groupBy()
	}
	pr.OrderBy, pr.Skip, pr.Limit = p.orderSkipLimit()
	return pr
}

func (p *parser) returnItems() []ast.ReturnItem {
	var out []ast.ReturnItem
	for {
		start := p.peek().start
		item := ast.ReturnItem{Expr: p.expr()}
		item.Span = p.from(start)
		if p.word("AS") {
			n := p.name()
			item.Alias = &n
		} else if m, ok := item.Expr.(*ast.MapProjection); ok { // named as what it is made of
			item.Alias = &ast.Name{Span: m.Subject.Span, Value: m.Subject.Name}
		}
		out = append(out, item)
		if !p.punct(",") {
			return out
		}
	}
}

func (p *parser) orderSkipLimit() (order []ast.SortItem, skip, limit ast.Expr) {
	if p.words("ORDER", "BY") {
		for {
			start := p.peek().start
			s := ast.SortItem{Expr: p.expr()}
			if p.oneOf("DESCENDING", "DESC") != "" {
				s.Descending = true
			} else {
				p.oneOf("ASCENDING", "ASC")
			}
			s.Span = p.from(start)
			order = append(order, s)
			if !p.punct(",") {
				break
			}
		}
	}
	if p.oneOf("SKIP", "OFFSET") != "" {
		skip = p.expr()
	}
	if p.word("LIMIT") {
		limit = p.expr()
	}
	return order, skip, limit
}

func (p *parser) match(optional bool) ast.Clause {
	start := p.peek().start
	if optional {
		start = p.tokens[p.at-1].start
	}
	p.needWord("MATCH")
	m := &ast.Match{Optional: optional, Repeatable: p.matchMode()}
	m.Pattern = p.pattern()
	for p.isWord("USING") {
		m.Hints = append(m.Hints, p.hint())
	}
	if p.word("WHERE") {
		m.Where = p.expr()
	}
	if p.version >= 25 && p.isWord("SEARCH") {
		m.Search = p.search()
		if m.Where == nil && p.word("WHERE") {
			m.Where = p.expr()
		}
	}
	m.Span = p.from(start)
	return m
}

func (p *parser) hint() ast.Hint {
	start := p.take().start
	var h ast.Hint
	if p.version >= 25 && p.isWord("EXPAND") {
		e := status.New(status.SyntaxError, "51N26", "`USING EXPAND` is not available in this implementation of Cypher due to lack of support for Expand hints.")
		panic(failure{ast.Locate(e.Explained("`USING EXPAND` is not available. This implementation of Cypher does not support Expand hints."), p.src, start)})
	}
	switch {
	case p.words("JOIN", "ON"):
		h.Kind = "JOIN"
		h.Variables = append(h.Variables, p.variable())
		for p.punct(",") {
			h.Variables = append(h.Variables, p.variable())
		}
	case p.word("SCAN"):
		h.Kind = "SCAN"
		h.Variables = []ast.Name{p.variable()}
		p.need(":")
		h.Label = p.name().Value
	default:
		kind := p.oneOf("RANGE", "TEXT", "POINT")
		p.needWord("INDEX")
		h.Kind = strings.TrimSpace(kind + " INDEX")
		h.Seek = p.word("SEEK")
		h.Variables = []ast.Name{p.variable()}
		p.need(":")
		h.Label = p.name().Value
		p.need("(")
		for {
			h.Properties = append(h.Properties, p.name().Value)
			if !p.punct(",") {
				break
			}
		}
		p.need(")")
	}
	h.Span = p.from(start)
	return h
}

func (p *parser) merge() ast.Clause {
	start := p.take().start
	if p.version >= 25 && p.isAnyWord("WALK", "TRAIL", "ACYCLIC") {
		mode := strings.ToUpper(p.peek().text)
		p.failBecause(p.peek(), "UnexpectedSyntax", status.Because("42I04", "'%s' cannot be used in a MERGE clause.", mode), "Explicit path modes such as `%s` cannot be used in a MERGE clause, but only in a MATCH clause.", mode)
	}
	m := &ast.Merge{Path: p.pathPattern()}
	if sel := m.Path.Selector; sel != nil {
		p.failAt(m.Path.Span, "UnexpectedSyntax", "Path selectors such as `%s` cannot be used in a MERGE clause, but only in a MATCH clause.", selectorText(sel))
	}
	for {
		switch {
		case p.words("ON", "CREATE"):
			p.needWord("SET")
			m.OnCreate = append(m.OnCreate, p.setItems()...)
			continue
		case p.words("ON", "MATCH"):
			p.needWord("SET")
			m.OnMatch = append(m.OnMatch, p.setItems()...)
			continue
		}
		m.Span = p.from(start)
		return m
	}
}

func (p *parser) setItems() []ast.SetItem {
	var out []ast.SetItem
	for {
		out = append(out, p.setItem())
		if !p.punct(",") {
			return out
		}
	}
}

func (p *parser) setItem() ast.SetItem {
	start := p.peek().start
	var s ast.SetItem
	target := p.postfix(p.primary(), start)
	switch t := target.(type) {
	case *ast.Property:
		s.Property = t
		p.need("=")
		s.Value = p.expr()
	case *ast.Index:
		s.Dynamic = t
		p.need("=")
		s.Value = p.expr()
	case *ast.Variable:
		s.Variable = t
		switch {
		case p.punct("+="):
			s.Add = true
			s.Value = p.expr()
		case p.punct("="):
			s.Value = p.expr()
		case p.isPunct(":") || p.isWord("IS"):
			s.Labels = p.optionalLabels()
			p.plainLabels()
		default:
			p.unexpected("'=', '+=', ':' or a property")
		}
	default:
		p.fail(p.tokens[p.at-1], "Invalid input: expected a property, a variable or labels to set")
	}
	s.Span = p.from(start)
	return s
}

func (p *parser) remove() ast.Clause {
	start := p.take().start
	r := &ast.Remove{}
	for {
		istart := p.peek().start
		var item ast.RemoveItem
		switch t := p.postfix(p.primary(), istart).(type) {
		case *ast.Property:
			item.Property = t
		case *ast.Index:
			item.Dynamic = t
		case *ast.Variable:
			item.Variable = t
			if item.Labels = p.optionalLabels(); item.Labels == nil {
				p.unexpected("'.' or ':'")
			}
			p.plainLabels()
		default:
			p.unexpected("a property or labels to remove")
		}
		item.Span = p.from(istart)
		r.Items = append(r.Items, item)
		if !p.punct(",") {
			r.Span = p.from(start)
			return r
		}
	}
}

func (p *parser) delete() ast.Clause {
	start := p.peek().start
	d := &ast.Delete{Detach: p.word("DETACH")}
	p.word("NODETACH")
	p.needWord("DELETE")
	for {
		d.Exprs = append(d.Exprs, p.expr())
		if !p.punct(",") {
			d.Span = p.from(start)
			return d
		}
	}
}

func (p *parser) foreach() ast.Clause {
	p.enter()
	defer p.leave()
	start := p.take().start
	p.need("(")
	f := &ast.Foreach{Variable: p.variable()}
	p.needWord("IN")
	p.noBar++
	f.List = p.expr()
	p.noBar--
	p.need("|")
	for len(f.Clauses) == 0 || !p.isPunct(")") {
		if p.isPunct(")") || !p.clauseAhead() {
			p.unexpected("'CREATE', 'DELETE', 'FOREACH', 'MERGE', 'REMOVE' or 'SET'")
		}
		f.Clauses = append(f.Clauses, p.clause())
	}
	p.need(")")
	f.Span = p.from(start)
	return f
}

func (p *parser) call(start int, optional bool) ast.Clause {
	p.needWord("CALL")
	if p.isPunct("{") || p.isPunct("(") {
		return p.callSubquery(start, optional)
	}
	c := &ast.CallProcedure{Optional: optional, Name: p.dottedName()}
	if p.punct("(") {
		c.HasArgs = true
		for !p.isPunct(")") {
			c.Args = append(c.Args, p.expr())
			if !p.punct(",") {
				break
			}
		}
		p.need(")")
	}
	if p.word("YIELD") {
		c.HasYield = true
		switch {
		case p.punct("*"):
			c.YieldStar = true
		case p.punct("-"):
		default:
			c.Yield = p.yieldItems()
		}
		if p.word("WHERE") {
			c.Where = p.expr()
		}
	}
	c.Span = p.from(start)
	return c
}

func (p *parser) yieldItems() []ast.YieldItem {
	var out []ast.YieldItem
	for {
		start := p.peek().start
		item := ast.YieldItem{Column: p.name()}
		if p.word("AS") {
			n := p.name()
			item.Alias = &n
		}
		item.Span = p.from(start)
		out = append(out, item)
		if !p.punct(",") {
			return out
		}
	}
}

func (p *parser) callSubquery(start int, optional bool) ast.Clause {
	p.enter()
	defer p.leave()
	c := &ast.CallSubquery{Optional: optional}
	if p.punct("(") {
		c.Scoped = true
		if p.punct("*") {
			c.ImportAll = true
		} else if !p.isPunct(")") {
			for {
				n := p.name()
				c.Imports = append(c.Imports, ast.Variable{Span: n.Span, Name: n.Value})
				if !p.punct(",") {
					break
				}
			}
		}
		p.need(")")
	}
	p.need("{")
	c.Query = p.query()
	p.need("}")
	if p.isWord("IN") {
		c.Transactions = p.inTransactions()
	}
	c.Span = p.from(start)
	return c
}
