package bind

import (
	"strings"

	"graticule/cypher/ast"
	"graticule/status"
)

// checkOrder checks which clauses stand side by side. Cypher 5 wants a WITH
// between an update and what reads again; Cypher 25 does not.
func (b *binder) checkOrder(clauses []ast.Clause) {
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
	words := strings.Fields(cl.At().Text(b.source))
	return strings.ToUpper(words[0])
}

// checkReturned checks that a CALL subquery names what it returns.
func (b *binder) checkReturned(q *ast.Query) {
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
				b.failBecause(i, "NoExpressionAlias", status.Because("42N21", "Expression in CALL { RETURN ... } must be aliased (use AS)."), "Expression in CALL { RETURN ... } must be aliased (use AS)")
			}
		}
	}
}

// checkShadow checks that a projected name does not hide a name of the enclosing query.
func (b *binder) checkShadow(i ast.ReturnItem, name string, s *scope) {
	if _, outer := s.outer[name]; !outer {
		return
	}
	if v, ok := i.Expr.(*ast.Variable); ok && v.Name == name {
		return
	}
	b.fail(i, "VariableAlreadyBound", "The variable `%s` is shadowing a variable with the same name from the outer scope and needs to be renamed", name)
}
