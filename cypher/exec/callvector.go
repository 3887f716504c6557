package exec

import (
	"graticule/cypher/ast"
	"graticule/cypher/fn"
	"graticule/graph"
)

// callVector compiles a call of a function whose arguments are known.
func (c *compiler) callVector(e *ast.Call) vector {
	name := lowerName(e)
	f := c.functions[name]
	switch {
	case f == nil, fn.Aggregates[name], len(e.Args) == 0, len(e.Args) < f.Min, f.Max >= 0 && len(e.Args) > f.Max:
		return nil
	case name == "rand" || name == "randomuuid" || steady(name, e.Args):
		return nil
	}
	var args []operand
	for _, a := range e.Args {
		o, ok := c.operandOf(a)
		if !ok {
			return nil
		}
		args = append(args, o)
	}
	if name == "coalesce" {
		return overRows(args, firstKnown)
	}
	return overRows(args, func(r *run, values []graph.Value, known bool) (graph.Value, error) { return r.called(f, values, known) })
}

// firstKnown gives the first value that is not null.
func firstKnown(_ *run, values []graph.Value, _ bool) (graph.Value, error) {
	for _, v := range values {
		if !v.IsNull() {
			return v, nil
		}
	}
	return graph.Null, nil
}

// overRows computes the arguments for all rows of a chunk, and of those of each row
// what f gives; known tells whether none of them is null.
func overRows(args []operand, f func(r *run, values []graph.Value, known bool) (graph.Value, error)) vector {
	return func(r *run, c *chunk, out *graph.Column) error {
		columns := make([]*graph.Column, len(args))
		for i := range args {
			columns[i] = column()
			defer putColumn(columns[i])
			if err := args[i].fill(r, c, columns[i]); err != nil {
				return err
			}
		}
		out.Reset()
		base := len(r.args)
		defer func() {
			clear(r.args[base:])
			r.args = r.args[:base]
		}()
		var size made
		for row := range c.n {
			if err := r.alive(); err != nil {
				return err
			}
			r.args = r.args[:base]
			known := true
			for _, x := range columns {
				v := x.At(row * stride(x.Len()))
				known = known && !v.IsNull()
				r.args = append(r.args, v)
			}
			v, err := f(r, r.args[base:], known)
			if err != nil {
				return err
			}
			if err := size.append(out, v); err != nil {
				return err
			}
		}
		return nil
	}
}
