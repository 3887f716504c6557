package exec

import (
	"graticule/cypher/ast"
	"graticule/cypher/fn"
	"graticule/graph"
)

// vector computes an expression for all rows of a chunk. It must give what the
// expression gives row by row. One that fails may have computed more than the
// expression would, which another part of a condition keeps from being computed on
// that row, or computed it in another order: so its error tells nothing.
type vector func(r *run, c *chunk, out *graph.Column) error

// vector compiles e for chunks. row is e compiled for one row, which serves
// where e is not made of what is known here, and where that fails.
func (c *compiler) vector(e ast.Expr, row eval) vector {
	known := c.known(e)
	if known == nil {
		return rowByRow(row)
	}
	return func(r *run, c *chunk, out *graph.Column) error {
		if known(r, c, out) == nil {
			return nil
		}
		return rowByRow(row)(r, c, out)
	}
}

// sure compiles e for chunks if it never fails, whatever the data; nil if it may.
func (c *compiler) sure(e ast.Expr) vector {
	if ast.Any(e, mayFail) {
		return nil
	}
	return c.known(e)
}

func mayFail(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Call:
		return true
	case *ast.Binary:
		return arithmetic[e.Op]
	}
	return false
}

func rowByRow(row eval) vector {
	return func(r *run, c *chunk, out *graph.Column) error {
		out.Reset()
		var size made
		for i := range c.n {
			if err := r.alive(); err != nil {
				return err
			}
			v, err := row(r, c.row(i))
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

// made counts the bytes of the values that were made for a column.
type made int64

// chunkBytes bounds what the values made for one column may take: they are not
// counted otherwise, and a row alone needs one of them.
const chunkBytes = 4 << 20

// append adds a value. It fails with errByRow when the column has become too large.
func (m *made) append(out *graph.Column, v graph.Value) error {
	out.Append(v)
	switch k := v.Kind(); {
	case k < graph.KindString:
		return nil
	case k == graph.KindString:
		*m += made(len(v.AsString()))
	default:
		*m += made(payload(v))
	}
	if *m > chunkBytes {
		return errByRow
	}
	return nil
}

// known compiles variables, properties of entities, comparisons, arithmetic, tests
// for null, logic and functions over these. It gives nil for anything else.
func (c *compiler) known(e ast.Expr) vector {
	if len(c.projected) > 0 {
		if slot, ok := c.projected[e.At().Text(c.source)]; ok {
			return variableVector(slot)
		}
	}
	switch e := e.(type) {
	case *ast.Literal, *ast.Parameter:
		return constantVector(c.expr(e))
	case *ast.Variable:
		slot, ok := c.scope.slots[e.Name]
		if !ok {
			return nil
		}
		return variableVector(slot)
	case *ast.Property:
		return c.propertyVector(e)
	case *ast.IsNull:
		x := c.known(e.Operand)
		if x == nil {
			return nil
		}
		not := e.Not
		return func(r *run, c *chunk, out *graph.Column) error {
			a := column()
			defer putColumn(a)
			if err := x(r, c, a); err != nil {
				return err
			}
			out.Reset()
			out.Kind = graph.KindBool
			for i := range c.n {
				out.Bits = append(out.Bits, bit((a.KindAt(i) == graph.KindNull) != not))
			}
			return nil
		}
	case *ast.Comparison:
		return c.comparisonVector(e)
	case *ast.Unary:
		x := c.condition(e.Operand)
		if x == nil || e.Op != ast.OpNot {
			return nil
		}
		return func(r *run, c *chunk, out *graph.Column) error {
			a := column()
			defer putColumn(a)
			if err := x(r, c, a); err != nil {
				return err
			}
			out.Reset()
			for i := range c.n {
				out.Append(fn.Not(a.At(i)))
			}
			return nil
		}
	case *ast.Binary:
		switch e.Op {
		case ast.OpStartsWith, ast.OpEndsWith, ast.OpContains:
			return c.textVector(e)
		case ast.OpIn:
			return c.inVector(e)
		}
		if arithmetic[e.Op] {
			return c.arithmeticVector(e)
		}
		return c.logicVector(e)
	case *ast.Case:
		return c.caseVector(e)
	case *ast.Call:
		return c.callVector(e)
	}
	return nil
}

// condition compiles what gives a BOOLEAN or null whatever the data.
func (c *compiler) condition(e ast.Expr) vector {
	switch e := e.(type) {
	case *ast.IsNull, *ast.Comparison:
		return c.known(e)
	case *ast.Unary:
		if e.Op == ast.OpNot {
			return c.known(e)
		}
	case *ast.Binary:
		switch e.Op {
		case ast.OpAnd, ast.OpOr, ast.OpStartsWith, ast.OpEndsWith, ast.OpContains, ast.OpIn:
			return c.known(e)
		}
	}
	return nil
}

func constantVector(value eval) vector {
	return func(r *run, c *chunk, out *graph.Column) error {
		v, err := value(r, c.f)
		if err != nil {
			return err
		}
		out.Reset()
		out.Repeat(v, c.n)
		return nil
	}
}

func variableVector(slot int) vector {
	return func(_ *run, c *chunk, out *graph.Column) error {
		l := c.lane(slot)
		switch {
		case l == nil:
			out.Reset()
			out.Repeat(c.f[slot], c.n)
		case l.nodes != nil:
			graph.Fill(out, graph.KindNode, l.nodes)
		case l.values != nil:
			out.CopyFrom(l.values)
		default:
			graph.Fill(out, graph.KindRel, l.rels)
		}
		return nil
	}
}

// propertyVector compiles v.key. Of what is no entity it is computed once, where it may fail.
func (c *compiler) propertyVector(e *ast.Property) vector {
	v, ok := e.Subject.(*ast.Variable)
	if !ok {
		return nil
	}
	slot, ok := c.scope.slots[v.Name]
	if !ok || !isEntity(c.scope.kinds[v.Name]) {
		return nil
	}
	key := e.Key.Value
	return func(r *run, c *chunk, out *graph.Column) error {
		l := c.lane(slot)
		switch {
		case l == nil:
			v, err := r.property(c.f[slot], key)
			if err != nil {
				return err
			}
			out.Reset()
			out.Repeat(v, c.n)
			return nil
		case l.nodes != nil:
			return r.nodeColumn(l.nodes, key, out)
		case l.values != nil:
			out.Reset()
			for i := range c.n {
				v, err := r.property(l.values.At(i), key)
				if err != nil {
					return err
				}
				out.Append(v)
			}
			return nil
		}
		out.Reset()
		k, known := r.key(key)
		if !known {
			out.Repeat(graph.Null, c.n)
			return nil
		}
		var values [64]graph.Value
		for rels := l.rels; len(rels) > 0; {
			n := min(len(rels), len(values))
			if err := r.graph.RelProperty(rels[:n], k, values[:n]); err != nil {
				return err
			}
			for _, v := range values[:n] {
				out.Append(v)
			}
			rels = rels[n:]
		}
		return nil
	}
}

// operand is one side of an operator: the same value in all rows, or a column.
type operand struct {
	many  vector
	one   eval
	slots []int // what it reads
}

// operandOf compiles a side of an operator, ok=false where it is not known.
func (c *compiler) operandOf(e ast.Expr) (o operand, ok bool) {
	if o.many = c.known(e); o.many == nil {
		return o, false
	}
	o.one = c.expr(e)
	for s := range c.deps(e) {
		o.slots = append(o.slots, s)
	}
	if len(c.projected) > 0 {
		ast.Any(e, func(x ast.Expr) bool {
			if s, ok := c.projected[x.At().Text(c.source)]; ok {
				o.slots = append(o.slots, s)
			}
			return false
		})
	}
	return o, true
}

// comparisonVector compiles a comparison of two operands. One that is the same
// in all rows of a chunk is computed once.
func (c *compiler) comparisonVector(e *ast.Comparison) vector {
	if len(e.Ops) != 1 {
		return nil
	}
	op := e.Ops[0]
	left, ok := c.operandOf(e.Operands[0])
	right, known := c.operandOf(e.Operands[1])
	if !ok || !known {
		return nil
	}
	return func(r *run, c *chunk, out *graph.Column) error {
		for _, side := range []struct {
			same, varies *operand
			op           ast.Op
		}{{&left, &right, mirrored(op)}, {&right, &left, op}} {
			if c.varies(side.same.slots) {
				continue
			}
			v, err := side.same.one(r, c.f)
			if err != nil {
				return err
			}
			a := column()
			defer putColumn(a)
			if err := side.varies.many(r, c, a); err != nil {
				return err
			}
			return r.compareFixed(side.op, a, v, out)
		}
		a, b := column(), column()
		defer putColumn(a)
		defer putColumn(b)
		if err := left.many(r, c, a); err != nil {
			return err
		}
		if err := right.many(r, c, b); err != nil {
			return err
		}
		out.Reset()
		for i := range c.n {
			v, err := r.compare(op, a.At(i), b.At(i))
			if err != nil {
				return err
			}
			out.Append(v)
		}
		return nil
	}
}

// varies tells whether one of the slots differs between the rows.
func (c *chunk) varies(slots []int) bool {
	for _, s := range slots {
		if c.lane(s) != nil {
			return true
		}
	}
	return false
}

// mirrored gives the operator for operands the other way round.
func mirrored(op ast.Op) ast.Op {
	switch op {
	case ast.OpLess:
		return ast.OpGreater
	case ast.OpLessEqual:
		return ast.OpGreaterEqual
	case ast.OpGreater:
		return ast.OpLess
	case ast.OpGreaterEqual:
		return ast.OpLessEqual
	}
	return op
}

// compareFixed compares every value of a column with v.
func (r *run) compareFixed(op ast.Op, a *graph.Column, v graph.Value, out *graph.Column) error {
	out.Reset()
	if a.Boxed || a.Mixed || a.Kind != graph.KindInt || v.Kind() != graph.KindInt {
		for i := range a.Len() {
			x, err := r.compare(op, a.At(i), v)
			if err != nil {
				return err
			}
			out.Append(x)
		}
		return nil
	}
	out.Kind = graph.KindBool
	w := v.AsInt()
	switch op {
	case ast.OpEqual:
		for _, b := range a.Bits {
			out.Bits = append(out.Bits, bit(int64(b) == w))
		}
	case ast.OpNotEqual:
		for _, b := range a.Bits {
			out.Bits = append(out.Bits, bit(int64(b) != w))
		}
	case ast.OpLess:
		for _, b := range a.Bits {
			out.Bits = append(out.Bits, bit(int64(b) < w))
		}
	case ast.OpLessEqual:
		for _, b := range a.Bits {
			out.Bits = append(out.Bits, bit(int64(b) <= w))
		}
	case ast.OpGreater:
		for _, b := range a.Bits {
			out.Bits = append(out.Bits, bit(int64(b) > w))
		}
	default:
		for _, b := range a.Bits {
			out.Bits = append(out.Bits, bit(int64(b) >= w))
		}
	}
	return nil
}

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// textVector compiles STARTS WITH, ENDS WITH and CONTAINS.
func (c *compiler) textVector(e *ast.Binary) vector {
	left, right := c.known(e.Left), c.known(e.Right)
	if left == nil || right == nil {
		return nil
	}
	return pairwise(left, right, operations[e.Op])
}

// pairwise computes an operator of two vectors that never fails but when the
// statement is ended.
func pairwise(left, right vector, op operation) vector {
	return func(r *run, c *chunk, out *graph.Column) error {
		a, b := column(), column()
		defer putColumn(a)
		defer putColumn(b)
		if err := left(r, c, a); err != nil {
			return err
		}
		if err := right(r, c, b); err != nil {
			return err
		}
		out.Reset()
		_, err := r.context.Interruptible(func() (graph.Value, error) {
			for i := range c.n {
				v, err := op(&r.context, a.At(i), b.At(i))
				if err != nil {
					return graph.Null, err
				}
				out.Append(v)
			}
			return graph.Null, nil
		})
		return err
	}
}

// inVector compiles IN of a list that is written out.
func (c *compiler) inVector(e *ast.Binary) vector {
	left := c.known(e.Left)
	if _, ok := e.Right.(*ast.List); left == nil || !ok || !writtenOut(e.Right) {
		return nil
	}
	return pairwise(left, constantVector(c.expr(e.Right)), (*fn.Context).In)
}

// branchesMax is how many branches of a CASE are computed for all rows at once.
const branchesMax = 16

// caseVector compiles a CASE of conditions whose results never fail.
func (c *compiler) caseVector(e *ast.Case) vector {
	if e.Subject != nil {
		return nil
	}
	var whens, thens []vector
	if len(e.Whens) > branchesMax {
		return nil
	}
	for _, w := range e.Whens {
		if len(w.Conditions) != 1 {
			return nil
		}
		when, then := c.condition(w.Conditions[0]), c.known(w.Then)
		if when == nil || then == nil {
			return nil
		}
		whens, thens = append(whens, when), append(thens, then)
	}
	otherwise := constantVector(constant(graph.Null))
	if e.Else != nil {
		if otherwise = c.known(e.Else); otherwise == nil {
			return nil
		}
	}
	return func(r *run, c *chunk, out *graph.Column) error {
		chosen := make([]uint8, c.n) // one more than the branch; 0: none yet
		x := column()
		defer putColumn(x)
		for b, when := range whens {
			if err := when(r, c, x); err != nil {
				return err
			}
			for i := range chosen {
				if chosen[i] == 0 && x.At(i).IsTrue() {
					chosen[i] = uint8(b + 1)
				}
			}
		}
		results := make([]*graph.Column, 1+len(thens))
		for b, then := range append([]vector{otherwise}, thens...) {
			results[b] = column()
			defer putColumn(results[b])
			if err := then(r, c, results[b]); err != nil {
				return err
			}
		}
		out.Reset()
		for i, b := range chosen {
			out.Append(results[b].At(i))
		}
		return nil
	}
}

func (c *compiler) logicVector(e *ast.Binary) vector {
	if e.Op != ast.OpAnd && e.Op != ast.OpOr {
		return nil
	}
	left, right := c.condition(e.Left), c.condition(e.Right)
	if left == nil || right == nil {
		return nil
	}
	join := fn.And
	if e.Op == ast.OpOr {
		join = fn.Or
	}
	return func(r *run, c *chunk, out *graph.Column) error {
		a, b := column(), column()
		defer putColumn(a)
		defer putColumn(b)
		if err := left(r, c, a); err != nil {
			return err
		}
		if err := right(r, c, b); err != nil {
			return err
		}
		out.Reset()
		for i := range c.n {
			out.Append(join(a.At(i), b.At(i)))
		}
		return nil
	}
}
