package fn

import (
	"math"
	"slices"

	"graticule/graph"
	"graticule/status"
)

// collections are the functions coll.* of Cypher 25, which give null for a null list.
func collections() []Function {
	of := func(name string, minArgs, maxArgs int, f func(c *Context, l []graph.Value, rest []graph.Value) (graph.Value, error)) Function {
		return Function{Name: "coll." + name, Min: minArgs, Max: maxArgs, TakesNull: name == "insert", Eval: func(c *Context, a []graph.Value) (graph.Value, error) {
			if a[0].IsNull() || len(a) == 3 && a[1].IsNull() {
				return graph.Null, nil
			}
			if a[0].Kind() != graph.KindList {
				return graph.Null, invalidFor("coll."+name, a[0], "LIST<ANY>", "Expected %s to be a list", Inspect(a[0]))
			}
			return f(c, a[0].AsList(), a[1:])
		}}
	}
	extreme := func(sign int) func(*Context, []graph.Value, []graph.Value) (graph.Value, error) {
		return func(c *Context, l, _ []graph.Value) (graph.Value, error) {
			if len(l) == 0 {
				return graph.Null, nil
			}
			best := l[0]
			for _, v := range l {
				if c.Compare(v, best)*sign < 0 {
					best = v
				}
			}
			return best, nil
		}
	}
	at := func(name string, v graph.Value, last int) (int, error) {
		n := v.AsInt()
		switch {
		case v.Kind() != graph.KindInt:
			return 0, invalidFor("coll."+name, v, "INTEGER", "Expected an integer value but got: %s", Inspect(v), "index")
		case n < 0 || n > int64(last):
			return 0, outOfRange("coll."+name, "index", 0, int64(last), n)
		}
		return int(n), nil
	}
	return []Function{
		of("distinct", 1, 1, func(c *Context, l, _ []graph.Value) (graph.Value, error) {
			seen, out := map[string]bool{}, []graph.Value{}
			for _, v := range l {
				c.Work(16)
				if k := string(graph.AppendKey(nil, v)); !seen[k] {
					seen[k] = true
					out = append(out, v)
				}
			}
			return graph.List(out), nil
		}),
		of("flatten", 1, 2, func(c *Context, l, rest []graph.Value) (graph.Value, error) {
			depth := int64(1)
			if len(rest) > 0 {
				if depth = rest[0].AsInt(); rest[0].Kind() != graph.KindInt {
					return graph.Null, invalidFor("coll.flatten", rest[0], "INTEGER", "Expected an integer value but got: %s", Inspect(rest[0]), "depth")
				}
				if depth < 0 || depth > math.MaxInt32 {
					return graph.Null, outOfRange("coll.flatten", "depth", 0, math.MaxInt32, depth)
				}
			}
			return graph.List(flatten(c, []graph.Value{}, l, depth)), nil
		}),
		of("indexOf", 2, 2, func(c *Context, l, rest []graph.Value) (graph.Value, error) {
			return graph.Int(int64(slices.IndexFunc(l, func(v graph.Value) bool { return c.Equal(v, rest[0]).IsTrue() }))), nil
		}),
		of("insert", 3, 3, func(c *Context, l, rest []graph.Value) (graph.Value, error) {
			i, err := at("insert", rest[0], len(l))
			if err != nil {
				return graph.Null, err
			}
			return graph.List(c.append(append(c.clone(l[:i], len(l)-i+1), rest[1]), l[i:])), nil
		}),
		of("remove", 2, 2, func(c *Context, l, rest []graph.Value) (graph.Value, error) {
			if len(l) == 0 {
				text := "The argument `list` in the `coll.remove()` function must not be empty."
				return graph.Null, status.New(status.ArgumentError, "", "%s", text).
					With("22N38", status.Because("22N04", "Invalid input '[]' for list. Expected 'argument list must not be empty'.")).Explained("Invalid argument to the function coll.remove().")
			}
			i, err := at("remove", rest[0], len(l)-1)
			if err != nil {
				return graph.Null, err
			}
			return graph.List(c.append(c.clone(l[:i], len(l)-i-1), l[i+1:])), nil
		}),
		of("max", 1, 1, extreme(-1)), of("min", 1, 1, extreme(1)),
		of("sort", 1, 1, func(c *Context, l, _ []graph.Value) (graph.Value, error) {
			return graph.List(c.Sorted(l)), nil
		}),
		{Name: "cardinality", Min: 1, Max: 1, Eval: func(_ *Context, a []graph.Value) (graph.Value, error) {
			switch a[0].Kind() {
			case graph.KindList:
				return graph.Int(int64(len(a[0].AsList()))), nil
			case graph.KindMap:
				return graph.Int(int64(a[0].AsMap().Len())), nil
			case graph.KindPath:
				return graph.Int(int64(len(a[0].AsPath().Nodes) + len(a[0].AsPath().Rels))), nil
			}
			return graph.Null, invalidFor("cardinality", a[0], "MAP, LIST<ANY> or PATH", "Expected a Map, List or Path, got: %s", Inspect(a[0]))
		}},
	}
}

// invalidFor is the error of the newer functions of an argument of a wrong type;
// text says what was expected of shown, argument is its name where errors give it.
func invalidFor(name string, v graph.Value, want, text, shown string, argument ...string) error {
	what := ""
	if len(argument) > 0 {
		what = argument[0] + " value in "
	}
	e := status.As(NotOfType(v, want, "Invalid input for %sfunction '%s()': "+text, what, name, shown))
	return e.With("22N38", e.Cause).Explained("Invalid argument to the function " + name + "().")
}

func flatten(c *Context, dst, l []graph.Value, depth int64) []graph.Value {
	for _, v := range l {
		c.Work(1)
		if v.Kind() == graph.KindList && depth > 0 {
			dst = flatten(c, dst, v.AsList(), depth-1)
		} else {
			dst = append(dst, v)
		}
	}
	return dst
}
