package exec

import (
	"math"

	"graticule/cypher/ast"
	"graticule/cypher/fn"
	"graticule/graph"
)

func (c *compiler) mapProjection(e *ast.MapProjection) eval {
	subject := c.expr(e.Subject)
	type item struct {
		key   string
		value eval
		all   bool
	}
	var items []item
	for _, i := range e.Items {
		switch {
		case i.AllProperties:
			items = append(items, item{all: true})
		case i.Property != nil:
			items = append(items, item{key: i.Property.Value, value: c.property(&ast.Property{Span: i.Span, Subject: e.Subject, Key: *i.Property})})
		case i.Variable != nil:
			items = append(items, item{key: i.Variable.Name, value: c.expr(i.Variable)})
		default:
			items = append(items, item{key: i.Key.Value, value: c.expr(i.Value)})
		}
	}
	return func(r *run, f frame) (graph.Value, error) {
		s, err := subject(r, f)
		if err != nil || s.IsNull() {
			return graph.Null, err
		}
		m := graph.NewMap(len(items))
		for _, i := range items {
			if i.all {
				props, err := r.context.Properties(s)
				if err != nil {
					return graph.Null, err
				}
				for k := range props.Len() {
					key, v := props.At(k)
					if _, given := m.Get(key); !given { // what is named wins over .*
						m.Put(key, v)
					}
				}
				continue
			}
			v, err := i.value(r, f)
			if err != nil {
				return graph.Null, err
			}
			m.Put(i.key, v)
		}
		return graph.MapOf(m), nil
	}
}

// elements are those of a list, or those that range() gives, which are not made
// as a list to be walked once.
type elements struct {
	list       []graph.Value
	from, step int64 // of range()
	n          int64
	known      bool // it is not null
}

// at gives the i-th element.
func (e *elements) at(i int64) graph.Value {
	if e.list != nil {
		return e.list[i]
	}
	return graph.Int(e.from + i*e.step)
}

// elements compiles a list expression whose elements are taken one by one.
func (c *compiler) elementsOf(e ast.Expr) func(r *run, f frame) (elements, error) {
	value := c.expr(e) // checks names and argument counts
	if call, ok := e.(*ast.Call); ok && lowerName(call) == "range" {
		args := c.exprs(call.Args)
		return func(r *run, f frame) (elements, error) {
			var values [3]graph.Value
			for i, a := range args {
				var err error
				if values[i], err = a(r, f); err != nil {
					return elements{}, err
				}
			}
			from, step, n, err := fn.Range(values[:len(args)])
			return elements{from: from, step: step, n: int64(min(n, math.MaxInt64)), known: true}, err
		}
	}
	return func(r *run, f frame) (elements, error) {
		v, err := value(r, f)
		if err != nil || v.IsNull() {
			return elements{}, err
		}
		list := fn.ListOf(v)
		return elements{list: list, n: int64(len(list)), known: true}, nil
	}
}

func (c *compiler) listComprehension(e *ast.ListComprehension) (out eval) {
	items := c.elementsOf(e.List)
	c.inner(func() {
		slot := c.bind(e.Variable.Value, anyVar)
		var where, project eval
		if e.Where != nil {
			where = c.boolean(e.Where)
		}
		if e.Projection != nil {
			project = c.expr(e.Projection)
		}
		out = func(r *run, f frame) (graph.Value, error) {
			l, err := items(r, f)
			if err != nil || !l.known {
				return graph.Null, err
			}
			if err := r.room(int64(len(l.list)) * valueBytes); err != nil {
				return graph.Null, err
			}
			result := building{r: r, items: make([]graph.Value, 0, len(l.list))}
			for i := range l.n {
				v := l.at(i)
				if err := r.alive(); err != nil {
					return graph.Null, err
				}
				f[slot] = v
				if where != nil {
					w, err := where(r, f)
					if err != nil {
						return graph.Null, err
					}
					if !w.IsTrue() {
						continue
					}
				}
				if project != nil {
					if v, err = project(r, f); err != nil {
						return graph.Null, err
					}
				}
				if err := result.add(v); err != nil {
					return graph.Null, err
				}
			}
			return result.list(), nil
		}
	})
	return out
}

func (c *compiler) quantifier(e *ast.Quantifier) (out eval) {
	items := c.elementsOf(e.List)
	c.inner(func() {
		slot := c.bind(e.Variable.Value, anyVar)
		test := func(_ *run, f frame) (graph.Value, error) { return truth(f[slot]) }
		if e.Predicate != nil {
			test = c.boolean(e.Predicate)
		}
		all, single := e.Kind == "all", e.Kind == "single"
		decided := e.Kind == "any" // what it is as soon as more than most elements pass, or for all one does not
		most := int64(0)
		if single {
			most = 1
		}
		out = func(r *run, f frame) (graph.Value, error) {
			l, err := items(r, f)
			if err != nil || !l.known {
				return graph.Null, err
			}
			yes, no, unknown := int64(0), int64(0), int64(0)
			for i := range l.n {
				if err := r.alive(); err != nil {
					return graph.Null, err
				}
				f[slot] = l.at(i)
				p, err := test(r, f)
				switch {
				case err != nil:
					return graph.Null, err
				case p.IsTrue():
					yes++
				case p.IsNull():
					unknown++
				default:
					no++
				}
				switch { // what follows is not looked at
				case all && no > 0, !all && yes > most:
					return graph.Bool(decided), nil
				}
			}
			switch {
			case unknown > 0:
				return graph.Null, nil
			case single:
				return graph.Bool(yes == 1), nil
			}
			return graph.Bool(!decided), nil
		}
	})
	return out
}

// allReduce tells whether test holds after each step; null when it is not known.
func allReduce(acc, slot int, init eval, items func(r *run, f frame) (elements, error), step, test eval) eval {
	return func(r *run, f frame) (graph.Value, error) {
		v, err := init(r, f)
		if err != nil {
			return graph.Null, err
		}
		l, err := items(r, f)
		if err != nil || !l.known {
			return graph.Null, err
		}
		out := graph.True
		for i := range l.n {
			x := l.at(i)
			if err := r.alive(); err != nil {
				return graph.Null, err
			}
			f[acc], f[slot] = v, x
			if v, err = step(r, f); err != nil {
				return graph.Null, err
			}
			f[acc] = v
			t, err := test(r, f)
			switch {
			case err != nil:
				return graph.Null, err
			case t.IsNull():
				out = graph.Null
			case !t.IsTrue():
				return graph.False, nil
			}
		}
		return out, nil
	}
}

func (c *compiler) reduce(e *ast.Reduce) (out eval) {
	init, items := c.expr(e.Init), c.elementsOf(e.List)
	c.inner(func() {
		acc, slot := c.bind(e.Accumulator.Value, anyVar), c.bind(e.Variable.Value, anyVar)
		step := c.expr(e.Expression)
		if e.AllPredicate != nil {
			out = allReduce(acc, slot, init, items, step, c.boolean(e.AllPredicate))
			return
		}
		out = func(r *run, f frame) (graph.Value, error) {
			l, err := items(r, f)
			if err != nil || !l.known {
				return graph.Null, err
			}
			v, err := init(r, f)
			if err != nil {
				return graph.Null, err
			}
			for i := range l.n {
				x := l.at(i)
				if err := r.alive(); err != nil {
					return graph.Null, err
				}
				f[acc], f[slot] = v, x
				if v, err = step(r, f); err != nil {
					return graph.Null, err
				}
			}
			return v, nil
		}
	})
	return out
}
