package exec

import (
	"slices"
	"strings"
	"sync/atomic"
	"time"

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
	value := func(r *run, fr frame) (graph.Value, error) { return r.apply(f, args, fr) }
	if steady(name, e.Args) {
		return computedOnce(value)
	}
	return value
}

// apply calls a function. Its arguments lie on the run's stack, for a slice of
// their own would escape with each call.
func (r *run) apply(f *fn.Function, args []eval, fr frame) (graph.Value, error) {
	base := len(r.args)
	defer func() {
		clear(r.args[base:])
		r.args = r.args[:base]
	}()
	known := true // a null does not spare the arguments behind it: they may fail
	for _, a := range args {
		v, err := a(r, fr)
		if err != nil {
			return graph.Null, err
		}
		known = known && !v.IsNull()
		r.args = append(r.args, v)
	}
	if !known && !f.TakesNull {
		return graph.Null, nil
	}
	values := r.args[base:]
	if err := r.making(values...); err != nil {
		return graph.Null, err
	}
	return r.context.Call(f, values)
}

// steady tells whether a call gives the same value each time that it is computed
// in one time zone: that of a time, a duration or a point that is written out.
func steady(name string, args []ast.Expr) bool {
	switch name {
	case "date", "time", "localtime", "datetime", "localdatetime":
		if len(args) != 1 {
			return false
		}
		switch a := args[0].(type) {
		case *ast.Literal:
			return a.Value.Kind() == graph.KindString
		case *ast.Map: // of components, none of which is taken from the clock
			has := func(name string) bool {
				return slices.ContainsFunc(a.Keys, func(k ast.Name) bool { return k.Value == name })
			}
			return writtenOut(a) && (has("year") || has("epochSeconds") || has("epochMillis") || has("hour") && !has("timezone"))
		}
	case "duration", "point":
		return len(args) == 1 && writtenOut(args[0])
	}
	return false
}

// writtenOut tells whether e is a literal, or a list or map of them.
func writtenOut(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Literal:
		return true
	case *ast.Unary:
		return e.Op != ast.OpNot && writtenOut(e.Operand)
	case *ast.Map:
		return !slices.ContainsFunc(e.Values, func(v ast.Expr) bool { return !writtenOut(v) })
	case *ast.List:
		return !slices.ContainsFunc(e.Items, func(v ast.Expr) bool { return !writtenOut(v) })
	}
	return false
}

// folded gives the value of e as a constant where e is written out, value otherwise.
func folded(e ast.Expr, value eval) eval {
	if writtenOut(e) {
		if v, err := value(nil, nil); err == nil {
			return constant(v)
		}
	}
	return value
}

// computedOnce computes a steady value when it is asked for first. An error is
// given each time anew.
func computedOnce(value eval) eval {
	type result struct {
		zone *time.Location
		v    graph.Value
	}
	var known atomic.Pointer[result]
	return func(r *run, f frame) (graph.Value, error) {
		if k := known.Load(); k != nil && k.zone == r.context.Zone {
			return k.v, nil
		}
		v, err := value(r, f)
		if err == nil {
			known.Store(&result{r.context.Zone, v})
		}
		return v, err
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
