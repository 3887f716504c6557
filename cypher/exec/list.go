package exec

import (
	"errors"
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

// chunkWorthwhile is how many elements are worth to be computed at once.
const chunkWorthwhile = 32

// chunks hands the elements out in columns, the first of them small: who takes them
// may not want more. from is the place of a column's first.
func (e *elements) chunks(r *run, take func(from int64, values *graph.Column) error) error {
	values := column()
	defer putColumn(values)
	size := int64(chunkRows / 16)
	for from := int64(0); from < e.n; {
		if err := r.check(); err != nil {
			return err
		}
		n := min(size, e.n-from)
		values.Reset()
		if e.list == nil {
			values.Kind = graph.KindInt
			for i := from; i < from+n; i++ {
				values.Bits = append(values.Bits, uint64(e.from+i*e.step))
			}
		} else {
			for _, v := range e.list[from : from+n] {
				values.Append(v)
			}
		}
		if err := take(from, values); err != nil {
			return err
		}
		from += n
		size = min(2*size, chunkRows)
	}
	return nil
}

// elementsOf compiles a list expression whose elements are taken one by one.
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
		one := func(r *run, f frame, v graph.Value, result *building) error {
			if err := r.alive(); err != nil {
				return err
			}
			f[slot] = v
			if where != nil {
				if w, err := where(r, f); err != nil || !w.IsTrue() {
					return err
				}
			}
			if project != nil {
				var err error
				if v, err = project(r, f); err != nil {
					return err
				}
			}
			return result.add(v)
		}
		many := c.comprehended(e, slot)
		out = func(r *run, f frame) (graph.Value, error) {
			l, err := items(r, f)
			if err != nil || !l.known {
				return graph.Null, err
			}
			if err := r.room(int64(len(l.list)) * valueBytes); err != nil {
				return graph.Null, err
			}
			likely := len(l.list)
			if where == nil {
				likely = max(likely, int(min(l.n, chunkRows)))
			}
			result := building{r: r, items: make([]graph.Value, 0, likely)}
			if many != nil && l.n >= chunkWorthwhile {
				err := l.chunks(r, func(from int64, values *graph.Column) error {
					n := int64(values.Len())
					if many(r, f, values) != nil { // to be told by the element that comes first
						for i := from; i < from+n; i++ {
							if err := one(r, f, l.at(i), &result); err != nil {
								return err
							}
						}
						return nil
					}
					for i := range values.Len() {
						if err := result.add(values.At(i)); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					return graph.Null, err
				}
				return result.list(), nil
			}
			for i := range l.n {
				if err := one(r, f, l.at(i), &result); err != nil {
					return graph.Null, err
				}
			}
			return result.list(), nil
		}
	})
	return out
}

// comprehended compiles what a comprehension makes of many elements at once; nil
// where it is not known how.
func (c *compiler) comprehended(e *ast.ListComprehension, slot int) func(r *run, f frame, values *graph.Column) error {
	var where, project vector
	if e.Where != nil {
		if where = c.condition(e.Where); where == nil {
			return nil
		}
	}
	if e.Projection != nil {
		if project = c.known(e.Projection); project == nil {
			return nil
		}
	}
	if where == nil && project == nil {
		return nil
	}
	return func(r *run, f frame, values *graph.Column) error {
		x := column()
		defer putColumn(x)
		lanes := [1]lane{{slot: slot, values: values}}
		ch := chunk{f: f, n: values.Len(), lanes: lanes[:]}
		if where != nil {
			if err := where(r, &ch, x); err != nil {
				return err
			}
			marked := make([]bool, ch.n)
			for i := range marked {
				marked[i] = x.At(i).IsTrue()
			}
			ch.keep(marked)
		}
		if project == nil || ch.n == 0 {
			return nil
		}
		if err := project(r, &ch, x); err != nil {
			return err
		}
		values.CopyFrom(x)
		return nil
	}
}

// verdict counts what any, all, none or single asks of elements.
type verdict struct {
	kind             string
	yes, no, unknown int64
}

// add counts an element; enough tells that what follows does not matter.
func (v *verdict) add(p graph.Value) (enough bool) {
	switch {
	case p.IsTrue():
		v.yes++
	case p.IsNull():
		v.unknown++
	default:
		v.no++
	}
	switch v.kind {
	case "all":
		return v.no > 0
	case "single":
		return v.yes > 1
	}
	return v.yes > 0
}

// value gives what holds of the elements that were looked at, which are all of them
// or enough.
func (v *verdict) value(enough bool) graph.Value {
	switch {
	case enough:
		return graph.Bool(v.kind == "any")
	case v.unknown > 0:
		return graph.Null
	case v.kind == "single":
		return graph.Bool(v.yes == 1)
	}
	return graph.Bool(v.kind != "any")
}

// errDecided ends a walk through elements when the rest does not matter.
var errDecided = errors.New("decided")

func (c *compiler) quantifier(e *ast.Quantifier) (out eval) {
	items := c.elementsOf(e.List)
	c.inner(func() {
		slot := c.bind(e.Variable.Value, anyVar)
		test := func(_ *run, f frame) (graph.Value, error) { return truth(f[slot]) }
		var many vector
		if e.Predicate != nil {
			test, many = c.boolean(e.Predicate), c.condition(e.Predicate)
		}
		one := func(r *run, f frame, element graph.Value, v *verdict) (enough bool, err error) {
			if err := r.alive(); err != nil {
				return false, err
			}
			f[slot] = element
			p, err := test(r, f)
			return err == nil && v.add(p), err
		}
		out = func(r *run, f frame) (graph.Value, error) {
			l, err := items(r, f)
			if err != nil || !l.known {
				return graph.Null, err
			}
			v, enough := verdict{kind: e.Kind}, false
			if many != nil && l.n >= chunkWorthwhile {
				enough, err = v.addChunks(r, f, slot, &l, many, one)
				return v.value(enough), err
			}
			for i := int64(0); i < l.n && !enough; i++ {
				if enough, err = one(r, f, l.at(i), &v); err != nil {
					return graph.Null, err
				}
			}
			return v.value(enough), nil
		}
	})
	return out
}

// addChunks counts the elements for which test holds, many at once; one counts a
// single one.
func (v *verdict) addChunks(r *run, f frame, slot int, l *elements, test vector, one func(*run, frame, graph.Value, *verdict) (bool, error)) (enough bool, err error) {
	x := column()
	defer putColumn(x)
	err = l.chunks(r, func(_ int64, values *graph.Column) (err error) {
		lanes := [1]lane{{slot: slot, values: values}}
		ch := chunk{f: f, n: values.Len(), lanes: lanes[:]}
		byRow := test(r, &ch, x) != nil // to be told by the element that comes first
		for i := range ch.n {
			if !byRow {
				enough = v.add(x.At(i))
			} else if enough, err = one(r, f, values.At(i), v); err != nil {
				return err
			}
			if enough {
				return errDecided
			}
		}
		return nil
	})
	if enough {
		err = nil
	}
	return enough, err
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
