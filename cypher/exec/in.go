package exec

import (
	"graticule/cypher/ast"
	"graticule/graph"
)

// lookupPays is the length from which on a list that is the same in all rows is
// looked up in rather than walked.
const lookupPays = 8

// in compiles x IN list. A list that no row changes (written out, a parameter, a
// range of these) is made once for a run, into a table.
func (c *compiler) in(e *ast.Binary, left, walked eval) eval {
	if !sameInAllRows(e.Right) {
		return walked
	}
	list, id := c.expr(e.Right), c.tables
	c.tables++
	return func(r *run, f frame) (graph.Value, error) {
		t, err := r.table(id, list, f)
		if err != nil {
			return graph.Null, err
		}
		if t == nil {
			return walked(r, f)
		}
		v, err := left(r, f)
		if err != nil {
			return graph.Null, err
		}
		return t.in(r, v)
	}
}

func sameInAllRows(e ast.Expr) bool {
	if call, ok := e.(*ast.Call); ok && lowerName(call) == "range" {
		for _, a := range call.Args {
			if !sameInAllRows(a) {
				return false
			}
		}
		return true
	}
	_, parameter := e.(*ast.Parameter)
	return parameter || writtenOut(e)
}

// valueTable is a list as tables of its integers and texts.
type valueTable struct {
	ints  map[int64]struct{}
	texts map[string]struct{}
	rest  []graph.Value // elements that are neither, nor null
	null  bool
	list  graph.Value
}

// table gives the table of a list; nil when the list is short, or is none.
func (r *run) table(id int, list eval, f frame) (*valueTable, error) {
	for len(r.tables) <= id {
		r.tables = append(r.tables, nil)
	}
	if r.tables[id] != nil {
		return r.tables[id].orNone(), nil
	}
	v, err := list(r, f)
	if err != nil {
		return nil, err
	}
	t := &valueTable{}
	if v.Kind() == graph.KindList && len(v.AsList()) >= lookupPays {
		if err := t.fill(r, v); err != nil {
			return nil, err
		}
	}
	r.tables[id] = t
	return t.orNone(), nil
}

func (t *valueTable) orNone() *valueTable {
	if t.list.IsNull() {
		return nil
	}
	return t
}

func (t *valueTable) fill(r *run, v graph.Value) error {
	t.ints, t.texts, t.list = map[int64]struct{}{}, map[string]struct{}{}, v
	for _, x := range v.AsList() {
		if err := r.grow(entryBytes); err != nil {
			return err
		}
		switch x.Kind() {
		case graph.KindNull:
			t.null = true
		case graph.KindInt:
			t.ints[x.AsInt()] = struct{}{}
		case graph.KindString:
			t.texts[x.AsString()] = struct{}{}
		default:
			t.rest = append(t.rest, x)
		}
	}
	return nil
}

// in is v IN the list.
func (t *valueTable) in(r *run, v graph.Value) (graph.Value, error) {
	found := false
	switch v.Kind() {
	case graph.KindInt:
		_, found = t.ints[v.AsInt()]
	case graph.KindString:
		_, found = t.texts[v.AsString()]
	default:
		return r.context.Interruptible(func() (graph.Value, error) { return r.context.In(v, t.list) })
	}
	if found {
		return graph.True, nil
	}
	answer := graph.False
	if len(t.rest) > 0 {
		var err error
		answer, err = r.context.Interruptible(func() (graph.Value, error) { return r.context.In(v, graph.List(t.rest)) })
		if err != nil {
			return graph.Null, err
		}
	}
	if t.null && !answer.IsTrue() {
		return graph.Null, nil
	}
	return answer, nil
}
