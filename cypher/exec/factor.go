package exec

import (
	"graticule/cypher/ast"
	"graticule/cypher/fn"
	"graticule/graph"
)

// factored takes the number literals of a product together, as Neo4j does before
// it plans: (x * 0.1) * 3 is x * 0.30000000000000004. A product that overflows stays.
func factored(e *ast.Binary) *ast.Binary {
	rest, factor, several := factors(e)
	if !several {
		return e
	}
	return &ast.Binary{Span: e.Span, Op: ast.OpMultiply, Left: rest, Right: &ast.Literal{Span: e.Span, Value: factor}}
}

// factors splits a product into an expression and the product of the number
// literals that stand around it; several tells that there is more than one.
func factors(e *ast.Binary) (rest ast.Expr, factor graph.Value, several bool) {
	if e.Op != ast.OpMultiply {
		return nil, graph.Null, false
	}
	other, lit := e.Left, numberLiteral(e.Right)
	if lit.IsNull() {
		other, lit = e.Right, numberLiteral(e.Left)
	}
	if lit.IsNull() || !numberLiteral(other).IsNull() {
		return nil, graph.Null, false
	}
	if inner, ok := other.(*ast.Binary); ok {
		if rest, factor, _ := factors(inner); rest != nil {
			if product, err := fn.Multiply(factor, lit); err == nil {
				return rest, product, true
			}
		}
	}
	return other, lit, false
}

// numberLiteral gives the value of a number literal, null of anything else.
func numberLiteral(e ast.Expr) graph.Value {
	if lit, ok := e.(*ast.Literal); ok && lit.Value.IsNumber() {
		return lit.Value
	}
	return graph.Null
}
