package bind

import (
	"fmt"
	"strings"
	"unicode"

	"graticule/cypher/ast"
	"graticule/status"
)

// checkOrder checks which clauses stand side by side. Cypher 5 wants a WITH
// between an update and what reads again; Cypher 25 does not.
func (b *binder) checkOrder(clauses []ast.Clause) {
	for i, cl := range clauses {
		if _, finish := cl.(*ast.Finish); finish && i < len(clauses)-1 {
			b.fail(cl, "InvalidClauseComposition", "FINISH can only be used at the end of the query.")
		}
	}
	if call, ok := clauses[len(clauses)-1].(*ast.CallSubquery); ok && returns(call.Query) {
		b.checkReturned(call)
		b.failConclusion(call)
	}
	if b.version >= 25 {
		return
	}
	for i := 1; i < len(clauses); i++ {
		if updates(clauses[i-1]) && reads(clauses[i]) {
			before, after := b.keyword(clauses[i-1]), b.keyword(clauses[i])
			b.failBecause(clauses[i], "InvalidClauseComposition", status.Because("42N24", "A WITH clause is required between '%s' and '%s'.", before, after), "WITH is required between %s and %s", before, after)
		}
	}
}

func updates(cl ast.Clause) bool {
	switch cl.(type) {
	case *ast.Create, *ast.Merge, *ast.Set, *ast.Remove, *ast.Delete, *ast.Foreach:
		return true
	}
	return false
}

func reads(cl ast.Clause) bool {
	switch cl.(type) {
	case *ast.Match, *ast.Unwind, *ast.CallProcedure, *ast.CallSubquery, *ast.LoadCSV:
		return true
	}
	return false
}

// keyword gives the word a clause begins with.
func (b *binder) keyword(cl ast.Clause) string {
	text := cl.At().Text(b.source)
	if end := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) }); end > 0 {
		text = text[:end]
	}
	return strings.ToUpper(text)
}

// returns tells whether a query has columns.
func returns(q *ast.Query) bool {
	if q.Next != nil {
		return returns(q.Next)
	}
	part := q.Parts[0]
	switch {
	case part.Braced != nil:
		return returns(part.Braced)
	case part.Conditional != nil:
		return returns(&ast.Query{Parts: []*ast.SingleQuery{part.Conditional[0].Query}})
	}
	_, ok := part.Clauses[len(part.Clauses)-1].(*ast.Return)
	return ok
}

// failConclusion fails because a query ends with cl.
func (b *binder) failConclusion(cl ast.Node) {
	b.failBecause(cl, "InvalidClauseComposition", status.Because("42N71", "A query must conclude with a RETURN clause, a FINISH clause, an update clause, a unit subquery call, or a procedure call without a YIELD clause."),
		"Query cannot conclude with %s (must be a RETURN clause, a FINISH clause, an update clause, a unit subquery call, or a procedure call with no YIELD).", strings.ToUpper(strings.Fields(cl.At().Text(b.source))[0]))
}

// checkUse checks where USE stands.
func (b *binder) checkUse(clauses []ast.Clause) {
	for i, cl := range clauses {
		if _, use := cl.(*ast.Use); !use || i == 0 {
			continue
		}
		if w, ok := clauses[0].(*ast.With); ok && i == 1 && b.inCall > 0 && !w.Star {
			continue
		}
		b.fail(cl, "InvalidClauseComposition", "USE clause must be either the first clause in a (sub-)query or preceded by an importing WITH clause in a sub-query.")
	}
}

// checkBatches checks where CALL { … } IN TRANSACTIONS stands.
func (b *binder) checkBatches(clauses []ast.Clause) {
	wrote := false
	for _, cl := range clauses {
		call, ok := cl.(*ast.CallSubquery)
		if !ok || call.Transactions == nil {
			wrote = wrote || updates(cl)
			continue
		}
		switch {
		case b.inBatch > 0:
			b.fail(cl, "", "Nested CALL { ... } IN TRANSACTIONS is not supported")
		case b.inCall > 0:
			b.fail(cl, "", "CALL { ... } IN TRANSACTIONS nested in a regular CALL is not supported")
		case b.inUnion:
			b.fail(cl, "", "CALL { ... } IN TRANSACTIONS in a UNION is not supported")
		case wrote:
			b.failBecause(cl, "", status.Because("42I25", "'CALL { ... } IN TRANSACTIONS' is not supported after a write clause."), "CALL { ... } IN TRANSACTIONS after a write clause is not supported")
		}
	}
}

// checkReturned checks that a CALL subquery names what it returns.
func (b *binder) checkReturned(cl *ast.CallSubquery) {
	what := "CALL { RETURN ... }"
	if b.version >= 25 && cl.Scoped {
		what = "CALL () { RETURN ... }"
	}
	b.requireNames(cl.Query, what)
}

// requireNames checks that a query names what it returns.
func (b *binder) requireNames(q *ast.Query, what string) {
	for _, part := range q.Parts {
		if len(part.Clauses) == 0 {
			continue
		}
		r, ok := part.Clauses[len(part.Clauses)-1].(*ast.Return)
		if !ok {
			continue
		}
		for _, i := range r.Items {
			if _, variable := i.Expr.(*ast.Variable); !variable && i.Alias == nil {
				b.failBecause(i, "NoExpressionAlias", status.Because("42N21", "Expression in %s must be aliased (use AS).", what), "Expression in %s must be aliased (use AS)", what)
			}
		}
	}
}

// checkShadow checks that a projected name does not hide a name of the enclosing query.
// The error stands at clause, or at the name when that is nil.
func (b *binder) checkShadow(clause ast.Node, i ast.ReturnItem, name string, s *scope) {
	if _, outer := s.outer[name]; !outer {
		return
	}
	if v, ok := i.Expr.(*ast.Variable); ok && v.Name == name {
		return
	}
	at := ast.Node(i)
	if i.Alias != nil {
		at = i.Alias
	}
	if clause != nil {
		at = clause
	}
	b.failShadow(at, name, s)
}

// failShadow fails because name hides one of the enclosing query.
func (b *binder) failShadow(at ast.Node, name string, s *scope) {
	if s.imported && b.version < 25 {
		b.fail(at, "VariableAlreadyBound", "The variable `%s` is shadowing an imported variable with the same name and needs to be renamed", name)
	}
	text := fmt.Sprintf("The variable `%s` is shadowing a variable with the same name from the outer scope and needs to be renamed", name)
	b.failBecause(at, "VariableAlreadyBound", status.Because("42N07", "%s.", text), "%s", text)
}
