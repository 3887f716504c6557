package exec

import (
	"math"

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
	of := f.Eval
	if name == "coalesce" {
		of = firstKnown
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
		if f.Float != nil && bitsOf(columns[0]) != nil {
			ofNumbers(f.Float, columns[0], c.n, out)
			return nil
		}
		base := len(r.args)
		defer func() {
			clear(r.args[base:])
			r.args = r.args[:base]
		}()
		_, err := r.context.Interruptible(func() (graph.Value, error) {
			return graph.Null, r.overRows(columns, c.n, of, f.TakesNull, out)
		})
		return err
	}
}

// firstKnown gives the first value that is not null.
func firstKnown(_ *fn.Context, values []graph.Value) (graph.Value, error) {
	for _, v := range values {
		if !v.IsNull() {
			return v, nil
		}
	}
	return graph.Null, nil
}

// overRows adds to out what f gives of the values of each row. A column of one value
// has it in all rows.
func (r *run) overRows(columns []*graph.Column, rows int, f func(*fn.Context, []graph.Value) (graph.Value, error), takesNull bool, out *graph.Column) error {
	base := len(r.args)
	var size made
	for row := range rows {
		if err := r.alive(); err != nil {
			return err
		}
		r.args = r.args[:base]
		known, large := true, false
		for _, x := range columns {
			v := x.At(row * stride(x.Len()))
			known, large = known && !v.IsNull(), large || v.Kind() >= graph.KindString
			r.args = append(r.args, v)
		}
		v := graph.Null
		if known || takesNull {
			values := r.args[base:]
			var err error
			if large {
				err = r.making(values...)
			}
			if err == nil {
				v, err = f(&r.context, values)
			}
			if err != nil {
				return err
			}
		}
		if err := size.append(out, v); err != nil {
			return err
		}
	}
	return nil
}

// ofNumbers sets out to what f gives of numbers.
func ofNumbers(f func(float64) float64, x *graph.Column, rows int, out *graph.Column) {
	out.Kind = graph.KindFloat
	out.Bits = grown(out.Bits, rows)
	step, integer := stride(x.Len()), x.Kind == graph.KindInt
	for i := range out.Bits {
		out.Bits[i] = math.Float64bits(f(number(x.Bits[i*step], integer)))
	}
}
