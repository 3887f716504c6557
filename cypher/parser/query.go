package parser

import (
	"strings"

	"graticule/cypher/ast"
)

var clauseWords = []string{"MATCH", "OPTIONAL", "WITH", "RETURN", "UNWIND", "FOR", "CREATE", "INSERT", "MERGE", "SET", "REMOVE", "DELETE", "DETACH", "NODETACH", "FOREACH", "CALL", "LOAD", "FINISH", "ORDER", "SKIP", "OFFSET", "LIMIT", "LET", "FILTER", "USE", "WHEN"}

// clauseAhead tells whether a clause keyword begins here.
func (p *parser) clauseAhead() bool { return p.isPunct("{") || p.isAnyWord(clauseWords...) }

// query parses single queries joined by UNION, then NEXT.
func (p *parser) query() *ast.Query {
	p.enter()
	defer p.leave()
	start := p.peek().start
	q := &ast.Query{}
	for {
		q.Parts = append(q.Parts, p.singleQuery())
		if !p.word("UNION") {
			break
		}
		if p.word("ALL") {
			q.Distinct = append(q.Distinct, false)
		} else {
			p.word("DISTINCT")
			q.Distinct = append(q.Distinct, true)
		}
	}
	for i := 1; i < len(q.Distinct); i++ {
		if q.Distinct[i] != q.Distinct[0] {
			p.failDetail(p.peek(), "InvalidClauseComposition", "Invalid combination of UNION and UNION ALL")
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
		c := &ast.Create{Pattern: p.pattern(), Insert: strings.EqualFold(t.text, "INSERT")}
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
	case "USE":
		p.advance()
		p.word("GRAPH")
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
	if p.isWord("DISTINCT") && !p.punctAt(1, ",") {
		p.advance()
		pr.Distinct = true
	}
	if p.punct("*") {
		pr.Star = true
		if p.punct(",") {
			pr.Items = p.returnItems()
		}
	} else {
		pr.Items = p.returnItems()
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
	m := &ast.Match{Optional: optional}
	switch {
	case p.words("REPEATABLE", "ELEMENTS"), p.words("REPEATABLE", "ELEMENT", "BINDINGS"), p.words("REPEATABLE", "ELEMENT"):
		m.Repeatable = true
	case p.words("DIFFERENT", "RELATIONSHIPS"), p.words("DIFFERENT", "RELATIONSHIP", "BINDINGS"), p.words("DIFFERENT", "RELATIONSHIP"):
	}
	m.Pattern = p.pattern()
	for p.isWord("USING") {
		m.Hints = append(m.Hints, p.hint())
	}
	if p.word("WHERE") {
		m.Where = p.expr()
	}
	m.Span = p.from(start)
	return m
}

func (p *parser) hint() ast.Hint {
	start := p.take().start
	var h ast.Hint
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
	m := &ast.Merge{Path: p.pathPattern()}
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
	for !p.isPunct(")") {
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

func (p *parser) inTransactions() *ast.InTransactions {
	start := p.take().start
	t := &ast.InTransactions{}
	if !p.isAnyWord("TRANSACTIONS", "TRANSACTION") {
		if !p.isWord("CONCURRENT") {
			t.Concurrency = p.primary()
		}
		p.needWord("CONCURRENT")
		t.Concurrent = true
	}
	if p.oneOf("TRANSACTIONS", "TRANSACTION") == "" {
		p.unexpected("'TRANSACTIONS'")
	}
	for {
		switch {
		case p.word("OF"):
			t.Rows = p.primary()
			if p.oneOf("ROWS", "ROW") == "" {
				p.unexpected("'ROWS'")
			}
		case p.words("ON", "ERROR"):
			if t.OnError = p.oneOf("FAIL", "CONTINUE", "BREAK"); t.OnError == "" {
				p.unexpected("'FAIL', 'CONTINUE' or 'BREAK'")
			}
		case p.words("REPORT", "STATUS"):
			p.needWord("AS")
			n := p.name()
			t.Status = &n
		default:
			t.Span = p.from(start)
			return t
		}
	}
}

func (p *parser) loadCSV() ast.Clause {
	start := p.take().start
	p.needWord("CSV")
	l := &ast.LoadCSV{Headers: p.words("WITH", "HEADERS")}
	p.needWord("FROM")
	l.URL = p.expr()
	p.needWord("AS")
	l.Variable = p.variable()
	if p.word("FIELDTERMINATOR") {
		l.FieldTerminator = p.expr()
	}
	l.Span = p.from(start)
	return l
}
