package exec

import (
	"graticule/cypher/ast"
	"graticule/graph"
)

// unwind makes a row of each element of a list.
func (c *compiler) unwind(u *ast.Unwind) stage {
	elements := c.elementsOf(u.List)
	if _, ok := c.scope.slots[u.Variable.Value]; ok {
		c.fail(u.Variable, "VariableAlreadyBound", "Variable `%s` already declared", u.Variable.Value)
	}
	slot := c.bind(u.Variable.Value, anyVar)
	return func(r *run, next sink, _ *errEnough) sink {
		s := &unwindSink{r: r, elements: elements, slot: slot, next: next}
		if to, ok := next.(chunkSink); ok && !r.writes && r.profile == nil {
			s.many = to
		}
		return s
	}
}

// unwindSink hands the elements of lists on, those of long ones in chunks.
type unwindSink struct {
	r        *run
	elements func(r *run, f frame) (elements, error)
	slot     int
	next     sink
	many     chunkSink // next, where it takes chunks; nil where it does not
	lane     [1]lane
	chunk    chunk
}

func (s *unwindSink) push(f frame) error {
	l, err := s.elements(s.r, f)
	if err != nil {
		return err
	}
	if s.many == nil || l.n < chunkWorthwhile {
		for i := range l.n {
			f[s.slot] = l.at(i)
			if err := s.r.alive(); err != nil { // nothing else may look while all rows are filtered out
				return err
			}
			if err := s.next.push(f); err != nil {
				return err
			}
		}
		return nil
	}
	return l.chunks(s.r, func(_ int64, values *graph.Column) error {
		s.lane[0] = lane{slot: s.slot, values: values}
		s.chunk = chunk{f: f, n: values.Len(), lanes: s.lane[:]}
		return s.many.pushChunk(&s.chunk)
	})
}

func (s *unwindSink) done() error { return s.next.done() }
