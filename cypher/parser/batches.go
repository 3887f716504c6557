package parser

import (
	"graticule/cypher/ast"
	"graticule/status"
)

// inTransactions parses IN [n CONCURRENT] TRANSACTIONS and what follows.
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
			t.Rows = p.expr()
			if p.oneOf("ROWS", "ROW") == "" {
				p.unexpected("'ROWS'")
			}
		case p.words("ON", "ERROR"):
			p.onError(t)
		case p.version >= 25 && p.isWord("DISJOINT"):
			p.disjoint(t)
		case p.isWords("REPORT", "STATUS"):
			t.Report = ast.Span{Start: p.peek().start, End: p.peek().end}
			p.words("REPORT", "STATUS")
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

// onError parses what follows ON ERROR.
func (p *parser) onError(t *ast.InTransactions) {
	if p.version >= 25 && p.word("RETRY") {
		t.Retry = true
		if p.word("FOR") {
			t.RetryFor = p.expr()
			if p.oneOf("SECONDS", "SECOND", "SEC") == "" {
				p.unexpected("'SECONDS'")
			}
		}
		if !p.word("THEN") {
			return
		}
	}
	if t.OnError = p.oneOf("FAIL", "CONTINUE", "BREAK"); t.OnError == "" {
		p.unexpected("'FAIL', 'CONTINUE' or 'BREAK'")
	}
}

// disjoint parses DISJOINT BY (e, …).
func (p *parser) disjoint(t *ast.InTransactions) {
	at := p.take()
	p.needWord("BY")
	p.need("(")
	for {
		t.Disjoint = append(t.Disjoint, p.expr())
		if !p.punct(",") {
			break
		}
	}
	p.need(")")
	if !t.Concurrent {
		p.failBecause(at, "", status.Because("42N7A", "'DISJOINT BY' can only be used in 'CALL { ... } IN CONCURRENT TRANSACTIONS'."), "DISJOINT BY can only be used in CALL { ... } IN CONCURRENT TRANSACTIONS")
	}
}
