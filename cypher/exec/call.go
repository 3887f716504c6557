package exec

import (
	"strings"

	"graticule/cypher/ast"
	"graticule/cypher/fn"
	"graticule/graph"
)

// call compiles a function call, scalar or aggregate.
func (c *compiler) call(e *ast.Call) eval {
	name := strings.ToLower(e.Name.Value)
	if fn.Aggregates[name] {
		return c.aggregateCall(e, name)
	}
	if name == "exists" && len(e.Args) == 1 {
		if p, ok := e.Args[0].(*ast.PatternExpr); ok {
			return c.patternPredicate(p)
		}
	}
	switch {
	case name == "linenumber" && len(e.Args) == 0:
		return func(r *run, _ frame) (graph.Value, error) {
			if r.csvLine == 0 {
				return graph.Null, nil
			}
			return graph.Int(r.csvLine), nil
		}
	case name == "file" && len(e.Args) == 0:
		return func(r *run, _ frame) (graph.Value, error) {
			if r.csvFile == "" {
				return graph.Null, nil
			}
			return graph.String(strings.TrimPrefix(r.csvFile, "file://")), nil
		}
	}
	if name == "rand" || name == "randomuuid" {
		c.serial = true
	}
	f := c.functions[name]
	if f == nil {
		c.fail(e, "UnknownFunction", "Unknown function '%s'", e.Name.Value)
	}
	if len(e.Args) < f.Min || (f.Max >= 0 && len(e.Args) > max(f.Max, f.Max25)) {
		c.fail(e, "InvalidNumberOfArguments", "Insufficient or too many parameters for function '%s': %s", e.Name.Value, f.Signature)
	}
	args := c.exprs(e.Args)
	if name == "coalesce" { // what comes after the first value is not looked at
		return func(r *run, fr frame) (graph.Value, error) {
			for _, a := range args {
				if v, err := a(r, fr); err != nil || !v.IsNull() {
					return v, err
				}
			}
			return graph.Null, nil
		}
	}
	return func(r *run, fr frame) (graph.Value, error) {
		var small [4]graph.Value
		values := small[:0]
		for _, a := range args {
			v, err := a(r, fr)
			if err != nil {
				return graph.Null, err
			}
			if v.IsNull() && !f.TakesNull {
				return graph.Null, nil
			}
			values = append(values, v)
		}
		if err := r.making(values...); err != nil {
			return graph.Null, err
		}
		return r.context.Call(f, values)
	}
}

// making asks for the room that a value made of others may take: as much as they.
func (r *run) making(of ...graph.Value) error {
	n := int64(0)
	for _, v := range of {
		switch v.Kind() {
		case graph.KindString:
			n += int64(len(v.AsString()))
		case graph.KindList:
			n += int64(valueBytes * len(v.AsList()))
		}
	}
	return r.room(n)
}

const caseSlot = " case"
