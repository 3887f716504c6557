package parser

import (
	"strings"

	"graticule/cypher/ast"
	"graticule/status"
)

// composes tells whether a SHOW or TERMINATE that was read is only the first
// clause of a query. In Cypher 5 only those about transactions may follow each other.
func (p *parser) composes(c ast.Command) bool {
	kind, _ := shownKind(c)
	p.composing = kind != "" && (p.isAnyWord("SHOW", "TERMINATE") || p.version >= 25 && (p.clauseAhead() || p.isAnyWord("UNION", "NEXT")))
	return p.composing
}

// shownKind gives what messages call a SHOW or TERMINATE, and what follows it; "" for other commands.
func shownKind(c ast.Command) (string, *ast.Tail) {
	switch c := c.(type) {
	case *ast.Show:
		return "SHOW " + c.Kind, &c.Tail
	case *ast.Terminate:
		return "TERMINATE TRANSACTIONS", &c.Tail
	}
	return "", nil
}

// showClause parses SHOW or TERMINATE within a query: it stands there as the call of a procedure.
func (p *parser) showClause() ast.Clause {
	start := p.peek()
	outer := p.composing
	p.composing = true
	cmd := p.command()
	p.composing = outer
	kind, t := shownKind(cmd)
	if k, ok := cmd.(*ast.Show); ok && p.version < 25 && k.Kind != "TRANSACTIONS" {
		p.fail(start, "Composing commands other than `SHOW TRANSACTIONS` and `TERMINATE TRANSACTIONS` is not available in this implementation of Cypher due to lack of support for composable commands.")
	}
	switch {
	case !t.HasYield:
		p.failUnder(start, status.New(status.SyntaxError, "22N93", "When combining `%s` with other show and/or terminate commands, `YIELD` is mandatory.", kind).Explained("A required YIELD clause is missing."))
	case t.YieldStar:
		p.failUnder(token{start: t.YieldAt}, status.New(status.SyntaxError, "22N94", "When combining `%s` with other show and/or terminate commands, `YIELD *` isn't permitted.", kind))
	}
	call := &ast.CallProcedure{Name: ast.Name{Span: cmd.At(), Value: ast.ShownName(len(p.shown))}, HasArgs: true, HasYield: true, Yield: t.Yield}
	switch c := cmd.(type) {
	case *ast.Show:
		call.Args = c.Names
	case *ast.Terminate:
		call.Args = c.Names
	}
	if t.OrderBy == nil && t.Skip == nil && t.Limit == nil {
		call.Where = t.Where
	} else {
		p.after = []ast.Clause{&ast.With{Span: cmd.At(), Projection: ast.Projection{Star: true, OrderBy: t.OrderBy, Skip: t.Skip, Limit: t.Limit, Where: t.Where}}}
	}
	p.shown = append(p.shown, cmd)
	call.Span = p.from(start.start)
	return call
}

func (p *parser) failUnder(t token, e *status.Error) {
	panic(failure{ast.Locate(e, p.src, t.start)})
}

// checkConclusion refuses a query that ends with SHOW or TERMINATE.
func (p *parser) checkConclusion(q *ast.Query) {
	if q == nil {
		return
	}
	p.checkConclusion(q.Next)
	for _, part := range q.Parts {
		p.checkConclusion(part.Braced)
		only := true
		for i, c := range part.Clauses {
			call, ok := c.(*ast.CallProcedure)
			shown := ok && strings.HasPrefix(call.Name.Value, " ")
			_, sorted := c.(*ast.With)
			only = only && (shown || sorted)
			switch {
			case !shown || i < len(part.Clauses)-1 && !(i == len(part.Clauses)-2 && part.Clauses[i+1].At() == call.Name.Span):
			case only && len(p.shown) > 1:
				p.failUnder(token{start: call.Yield[0].Start}, status.New(status.SyntaxError, "22N92", "When combining show and/or terminate commands, `RETURN` isn't optional."))
			default:
				at := strings.LastIndex(strings.ToUpper(p.src[:call.Yield[0].Start]), "YIELD")
				const text = "Query cannot conclude with YIELD (must be a RETURN clause, a FINISH clause, an update clause, a unit subquery call, or a procedure call with no YIELD)."
				p.failBecause(token{start: at}, "", status.Because("42N71", "A query must conclude with a MATCH, RETURN clause, FINISH clause, update clause, unit subquery call, or procedure call with no YIELD."), text)
			}
		}
	}
}
