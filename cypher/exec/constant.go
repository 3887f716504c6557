package exec

import (
	"context"

	"graticule/cypher/ast"
	"graticule/graph"
)

// Constant evaluates an expression that names no variable: of a command's options.
func Constant(e ast.Expr, source string, lib Library, params *graph.Map) (v graph.Value, err error) {
	defer func() {
		if x := recover(); x != nil {
			f, ok := x.(failure)
			if !ok {
				panic(x)
			}
			v, err = graph.Null, f.err
		}
	}()
	c := &compiler{source: source, functions: lib.Functions, procs: lib.Procedures, scope: newScope(), params: map[string]bool{}}
	x := c.expr(e)
	r := newRun(context.Background(), &Environment{Params: params})
	for name := range c.params {
		if _, ok := r.params.Get(name); !ok {
			return graph.Null, missingParameters([]string{name}, r.params.Keys())
		}
	}
	return x(r, make(frame, c.width+1))
}
