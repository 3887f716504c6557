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
		return coalesceVector(args)
	}
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
			v, err := r.called(f, r.args[base:], known)
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

// coalesceVector takes the first value of each row.
func coalesceVector(args []operand) vector {
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
		for row := range c.n {
			v := graph.Null
			for _, x := range columns {
				if v = x.At(row * stride(x.Len())); !v.IsNull() {
					break
				}
			}
			out.Append(v)
		}
		return nil
	}
}
