package exec

import (
	"graticule/cypher/ast"
	"graticule/cypher/fn"
	"graticule/graph"
)

// unwind makes a row of each element of a list.
func (c *compiler) unwind(u *ast.Unwind) stage {
	list, elements := c.each(u.List), c.elementsOf(u.List)
	if _, ok := c.scope.slots[u.Variable.Value]; ok {
		c.fail(u.Variable, "VariableAlreadyBound", "Variable `%s` already declared", u.Variable.Value)
	}
	slot := c.bind(u.Variable.Value, anyVar)
	return func(r *run, next sink, _ *errEnough) sink {
		if to, ok := next.(chunkSink); ok && !r.writes && r.profile == nil {
			return &unwindSink{r: r, elements: elements, slot: slot, next: to}
		}
		return &flatSink{r: r, next: next, f: func(r *run, f frame, emit func() error) error {
			return list(r, f, func(v graph.Value) error {
				f[slot] = v
				if err := r.alive(); err != nil { // nothing else may look while all rows are filtered out
					return err
				}
				return emit()
			})
		}}
	}
}

// unwindSink hands the elements of lists on in chunks.
type unwindSink struct {
	r        *run
	elements func(r *run, f frame) (elements, error)
	slot     int
	next     chunkSink
	lane     [1]lane
	chunk    chunk
}

func (s *unwindSink) push(f frame) error {
	l, err := s.elements(s.r, f)
	if err != nil {
		return err
	}
	if l.n < chunkWorthwhile {
		for i := range l.n {
			f[s.slot] = l.at(i)
			if err := s.next.push(f); err != nil {
				return err
			}
		}
		return s.r.alive()
	}
	return l.chunks(s.r, func(_ int64, values *graph.Column) error {
		s.lane[0] = lane{slot: s.slot, values: values}
		s.chunk = chunk{f: f, n: values.Len(), lanes: s.lane[:]}
		return s.next.pushChunk(&s.chunk)
	})
}

func (s *unwindSink) done() error { return s.next.done() }

// each compiles a list expression to a function that gives its elements one
// by one. A call of range() is never made as a list, however long it is.
func (c *compiler) each(e ast.Expr) func(r *run, f frame, emit func(graph.Value) error) error {
	value := c.expr(e) // checks names and argument counts
	if call, ok := e.(*ast.Call); ok && lowerName(call) == "range" {
		args := c.exprs(call.Args)
		return func(r *run, f frame, emit func(graph.Value) error) error {
			var values [3]graph.Value
			for i, a := range args {
				var err error
				if values[i], err = a(r, f); err != nil {
					return err
				}
			}
			from, step, n, err := fn.Range(values[:len(args)])
			for i := uint64(0); err == nil && i < n; i++ {
				err = emit(graph.Int(from + int64(i)*step))
			}
			return err
		}
	}
	return func(r *run, f frame, emit func(graph.Value) error) error {
		v, err := value(r, f)
		if err != nil || v.IsNull() {
			return err
		}
		if v.Kind() != graph.KindList {
			return emit(v)
		}
		for _, x := range v.AsList() {
			if err := emit(x); err != nil {
				return err
			}
		}
		return nil
	}
}
