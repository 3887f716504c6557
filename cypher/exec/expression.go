package exec

import (
	"errors"
	"slices"
	"strings"

	"graticule/cypher/ast"
	"graticule/cypher/fn"
	"graticule/graph"
	"graticule/graph/temporal"
	"graticule/status"
)

// frame is one row: a value for each slot.
type frame []graph.Value

// eval computes an expression on a row.
type eval func(r *run, f frame) (graph.Value, error)

func constant(v graph.Value) eval { return func(*run, frame) (graph.Value, error) { return v, nil } }

// expr compiles an expression.
func (c *compiler) expr(e ast.Expr) eval {
	if len(c.projected) > 0 {
		if slot, ok := c.projected[e.At().Text(c.source)]; ok {
			return func(_ *run, f frame) (graph.Value, error) { return f[slot], nil }
		}
	}
	switch e := e.(type) {
	case *ast.Literal:
		return constant(e.Value)
	case *ast.Parameter:
		c.params[e.Name] = true
		name := e.Name
		return func(r *run, _ frame) (graph.Value, error) { v, _ := r.params.Get(name); return v, nil }
	case *ast.Variable:
		s := c.lookup(e)
		return func(_ *run, f frame) (graph.Value, error) { return f[s], nil }
	case *ast.CaseOperand:
		s := c.scope.slots[caseSlot]
		return func(_ *run, f frame) (graph.Value, error) { return f[s], nil }
	case *ast.Property:
		return c.property(e)
	case *ast.Index:
		subject, index := c.expr(e.Subject), c.expr(e.Index)
		return func(r *run, f frame) (graph.Value, error) {
			s, err := subject(r, f)
			if err != nil {
				return graph.Null, err
			}
			i, err := index(r, f)
			if err != nil {
				return graph.Null, err
			}
			if k := s.Kind(); i.Kind() == graph.KindString && (k == graph.KindNode || k == graph.KindRel || k == graph.KindPoint || k >= graph.KindDate && k <= graph.KindDuration) {
				return r.property(s, i.AsString())
			}
			return fn.Index(s, i)
		}
	case *ast.Slice:
		return c.slice(e)
	case *ast.Unary:
		return c.unary(e)
	case *ast.Binary:
		return c.binary(e)
	case *ast.Comparison:
		return c.comparison(e)
	case *ast.IsNull:
		x, not := c.expr(e.Operand), e.Not
		_, property := e.Operand.(*ast.Property)
		return func(r *run, f frame) (graph.Value, error) {
			v, err := x(r, f)
			if s, ok := errors.AsType[*status.Error](err); property && ok && s.Detail == deletedAccess {
				return graph.Bool(!not), nil // what is deleted has no properties
			}
			return graph.Bool(v.IsNull() != not), err
		}
	case *ast.IsNormalized:
		x, form, not := c.expr(e.Operand), e.Form, e.Not
		return func(r *run, f frame) (graph.Value, error) {
			v, err := x(r, f)
			if err != nil || v.Kind() != graph.KindString {
				return graph.Null, err
			}
			return graph.Bool(fn.Form(form).IsNormalString(v.AsString()) != not), nil
		}
	case *ast.TypePredicate:
		x, t, not := c.expr(e.Operand), e.Type, e.Not
		return func(r *run, f frame) (graph.Value, error) {
			v, err := x(r, f)
			if err != nil {
				return graph.Null, err
			}
			return r.context.Interruptible(func() (graph.Value, error) { return graph.Bool(isType(&r.context, v, t) != not), nil })
		}
	case *ast.LabelPredicate:
		x, test, not := c.expr(e.Operand), c.labelTest(e.Labels), e.Not
		return func(r *run, f frame) (graph.Value, error) {
			v, err := x(r, f)
			if err != nil || v.IsNull() {
				return graph.Null, err
			}
			ok, err := test(r, f, v)
			return graph.Bool(ok != not), err
		}
	case *ast.Call:
		return c.call(e)
	case *ast.List:
		items := c.exprs(e.Items)
		return folded(e, func(r *run, f frame) (graph.Value, error) {
			out := make([]graph.Value, len(items))
			for i, x := range items {
				v, err := x(r, f)
				if err != nil {
					return graph.Null, err
				}
				out[i] = v
			}
			return graph.List(out), nil
		})
	case *ast.Map:
		values := c.exprs(e.Values)
		return folded(e, func(r *run, f frame) (graph.Value, error) {
			m := graph.NewMap(len(values))
			for i, x := range values {
				v, err := x(r, f)
				if err != nil {
					return graph.Null, err
				}
				m.Put(e.Keys[i].Value, v)
			}
			return graph.MapOf(m), nil
		})
	case *ast.MapProjection:
		return c.mapProjection(e)
	case *ast.Case:
		return c.caseExpr(e)
	case *ast.ListComprehension:
		return c.listComprehension(e)
	case *ast.Quantifier:
		return c.quantifier(e)
	case *ast.Reduce:
		return c.reduce(e)
	case *ast.PatternExpr:
		return c.patternPredicate(e)
	case *ast.PatternComprehension:
		return c.patternComprehension(e)
	case *ast.Subquery:
		return c.subqueryExpr(e)
	}
	c.fail(e, "UnexpectedSyntax", "This expression is not supported here")
	return nil
}

func (c *compiler) exprs(es []ast.Expr) []eval {
	out := make([]eval, len(es))
	for i, e := range es {
		out[i] = c.expr(e)
	}
	return out
}

func (c *compiler) property(e *ast.Property) eval {
	key := e.Key.Value
	if lit, ok := e.Subject.(*ast.Literal); ok && !lit.Value.IsNull() {
		c.fail(e, "InvalidArgumentType", "Type mismatch: expected Map, Node, Relationship, Point, Duration, Date, Time, LocalTime, LocalDateTime or DateTime but was %v", lit.Value.Kind())
	}
	subject, i := c.expr(e.Subject), c.keys
	c.keys++
	return func(r *run, f frame) (graph.Value, error) {
		s, err := subject(r, f)
		if err != nil {
			return graph.Null, err
		}
		if s.Kind() == graph.KindNode {
			k, ok := r.keyAt(i, key)
			return r.nodeProperty(s.NodeID(), k, ok)
		}
		return r.property(s, key)
	}
}

// nodeProperty reads a property of a node; known=false when no entity has such a key.
func (r *run) nodeProperty(id graph.NodeID, key graph.KeyID, known bool) (graph.Value, error) {
	if r.graph.NodeDeleted(id) {
		return graph.Null, deletedError("node", uint64(id))
	}
	if !known {
		return graph.Null, nil
	}
	r.nodeArg[0] = id
	err := r.graph.NodeProperty(r.nodeArg[:], key, r.valueArg[:])
	return r.valueArg[0], err
}

// property reads subject.key.
func (r *run) property(s graph.Value, key string) (graph.Value, error) {
	switch s.Kind() {
	case graph.KindNull:
		return graph.Null, nil
	case graph.KindNode:
		k, ok := r.key(key)
		return r.nodeProperty(s.NodeID(), k, ok)
	case graph.KindRel:
		k, ok := r.key(key)
		if r.graph.RelDeleted(s.RelID()) {
			return graph.Null, deletedError("relationship", uint64(s.RelID()))
		}
		if !ok {
			return graph.Null, nil
		}
		r.relArg[0] = s.RelID()
		err := r.graph.RelProperty(r.relArg[:], k, r.valueArg[:])
		return r.valueArg[0], err
	case graph.KindMap:
		v, _ := s.AsMap().Get(key)
		return v, nil
	case graph.KindPoint:
		return fn.PointComponent(s.AsPoint(), key)
	}
	if v, ok := temporal.Component(s, key); ok {
		return v, nil
	}
	if s.Kind() >= graph.KindDate && s.Kind() <= graph.KindDuration {
		return graph.Null, fn.NoField(s, key)
	}
	return graph.Null, fn.NotOfType(s, "MAP", "Type mismatch: expected a map but was %s", fn.Inspect(s))
}

// deletedAccess is the detail of reading what the transaction has deleted.
const deletedAccess = "DeletedEntityAccess"

func deletedError(what string, id uint64) error {
	e := status.New(status.EntityNotFound, "50N42", "%s with id %d has been deleted in this transaction", strings.ToUpper(what[:1])+what[1:], id)
	e.Detail = deletedAccess
	return e
}

func (c *compiler) slice(e *ast.Slice) eval {
	subject := c.expr(e.Subject)
	from, to := constant(graph.Null), constant(graph.Null)
	if e.From != nil {
		from = c.expr(e.From)
	}
	if e.To != nil {
		to = c.expr(e.To)
	}
	return func(r *run, f frame) (graph.Value, error) {
		s, err := subject(r, f)
		if err != nil {
			return graph.Null, err
		}
		a, err := from(r, f)
		if err != nil {
			return graph.Null, err
		}
		b, err := to(r, f)
		if err != nil {
			return graph.Null, err
		}
		return fn.Slice(s, a, b, e.From == nil, e.To == nil)
	}
}

func (c *compiler) unary(e *ast.Unary) eval {
	x := c.expr(e.Operand)
	switch e.Op {
	case ast.OpNot:
		return func(r *run, f frame) (graph.Value, error) {
			v, err := x(r, f)
			if err != nil {
				return graph.Null, err
			}
			v, err = truth(v)
			return fn.Not(v), err
		}
	case ast.OpNegate:
		return func(r *run, f frame) (graph.Value, error) {
			v, err := x(r, f)
			if err != nil {
				return graph.Null, err
			}
			return fn.Negate(v)
		}
	}
	return x
}

// truth gives what a value counts for as a predicate: lists are true unless they
// are empty, and maps are.
func truth(v graph.Value) (graph.Value, error) {
	switch v.Kind() {
	case graph.KindBool, graph.KindNull:
		return v, nil
	case graph.KindList:
		return graph.Bool(len(v.AsList()) > 0), nil
	case graph.KindMap:
		return graph.True, nil
	}
	return graph.Null, fn.NotOfType(v, "BOOLEAN", "Don't know how to treat that as a predicate: %s", fn.Inspect(v))
}

// untrue tells whether no run can take a literal for a predicate.
func untrue(lit *ast.Literal) bool {
	_, err := truth(lit.Value)
	return err != nil
}

var operations = map[ast.Op]operation{
	ast.OpSubtract: of(fn.Subtract), ast.OpMultiply: of(fn.Multiply), ast.OpDivide: (*fn.Context).Divide, ast.OpModulo: of(fn.Modulo), ast.OpPower: of(fn.Power),
	ast.OpAdd: (*fn.Context).Add, ast.OpConcat: (*fn.Context).Concat, ast.OpIn: (*fn.Context).In,
	ast.OpContains:   func(c *fn.Context, a, b graph.Value) (graph.Value, error) { return fn.Text(a, b, c.Contains), nil },
	ast.OpStartsWith: of(func(a, b graph.Value) (graph.Value, error) { return fn.Text(a, b, fn.StartsWith), nil }),
	ast.OpEndsWith:   of(func(a, b graph.Value) (graph.Value, error) { return fn.Text(a, b, fn.EndsWith), nil }),
}

// operation computes an operator of two values.
type operation func(c *fn.Context, a, b graph.Value) (graph.Value, error)

func of(f func(a, b graph.Value) (graph.Value, error)) operation {
	return func(_ *fn.Context, a, b graph.Value) (graph.Value, error) { return f(a, b) }
}

// large tells whether v may take long to be looked through.
func large(v graph.Value) bool {
	switch v.Kind() {
	case graph.KindString:
		return len(v.AsString()) >= roomAsked
	case graph.KindList, graph.KindMap:
		return true
	}
	return false
}

// calculated tells whether e is written out, or calculated of what is.
func calculated(e ast.Expr) bool {
	if b, ok := e.(*ast.Binary); ok {
		return calculated(b.Left) && calculated(b.Right)
	}
	return writtenOut(e)
}

// quotient divides what is written out: a FLOAT by 0 is infinite, as Neo4j computes
// it before the run, and an error as it computes it in the run.
func quotient(c *fn.Context, a, b graph.Value) (graph.Value, error) {
	if a.Kind() == graph.KindFloat && b.IsNumber() {
		b = graph.Float(b.Number())
	}
	return c.Divide(a, b)
}

// operate computes an operator of two values of any size.
func (r *run) operate(op ast.Op, f operation, a, b graph.Value) (graph.Value, error) {
	if a.Kind() == graph.KindInt && b.Kind() == graph.KindInt {
		if v, ok := ofInts(op, a.AsInt(), b.AsInt()); ok {
			return graph.Int(v), nil
		}
		return f(&r.context, a, b)
	}
	if !large(a) && !large(b) {
		return f(&r.context, a, b)
	}
	if op == ast.OpAdd || op == ast.OpConcat {
		if err := r.making(a, b); err != nil {
			return graph.Null, err
		}
	}
	return r.context.Interruptible(func() (graph.Value, error) { return f(&r.context, a, b) })
}

// ofInts computes the common operators of integers; ok=false where it does not fit,
// and for the others.
func ofInts(op ast.Op, a, b int64) (v int64, ok bool) {
	switch op {
	case ast.OpAdd:
		v = a + b
		return v, (a^v)&(b^v) >= 0
	case ast.OpSubtract:
		v = a - b
		return v, (a^b)&(a^v) >= 0
	case ast.OpMultiply:
		const half = 1 << 31
		return a * b, -half < a && a < half && -half < b && b < half
	case ast.OpModulo:
		if b > 0 {
			return a % b, true
		}
	}
	return 0, false
}

func (c *compiler) binary(e *ast.Binary) eval {
	e = factored(e)
	for _, side := range []ast.Expr{e.Left, e.Right} {
		if lit, ok := side.(*ast.Literal); ok && e.Op <= ast.OpAnd && untrue(lit) {
			c.fail(side, "InvalidArgumentType", "Type mismatch: expected Boolean but was %v", lit.Value.Kind())
		}
	}
	first, second := c.term(e.Left), c.term(e.Right)
	left, right := first.value, second.value
	both := func(f2 operation) eval {
		return func(r *run, f frame) (graph.Value, error) {
			a, err := first.of(r, f)
			if err != nil {
				return graph.Null, err
			}
			b, err := second.of(r, f)
			if err != nil {
				return graph.Null, err
			}
			return r.operate(e.Op, f2, a, b)
		}
	}
	logic := func(f2 func(a, b graph.Value) graph.Value, short graph.Value) eval {
		return func(r *run, f frame) (graph.Value, error) {
			a, err := left(r, f)
			if err != nil {
				return graph.Null, err
			}
			if a, err = truth(a); err != nil {
				return graph.Null, err
			}
			if a.Kind() == graph.KindBool && a == short {
				return short, nil
			}
			b, err := right(r, f)
			if err != nil {
				return graph.Null, err
			}
			b, err = truth(b)
			return f2(a, b), err
		}
	}
	switch e.Op {
	case ast.OpAnd:
		return logic(fn.And, graph.False)
	case ast.OpOr:
		return logic(fn.Or, graph.True)
	case ast.OpXor:
		return logic(fn.Xor, graph.Null)
	case ast.OpRegex:
		var last string
		var compiled *fn.Regex
		if lit, ok := e.Right.(*ast.Literal); ok && lit.Value.Kind() == graph.KindString {
			last = lit.Value.AsString()
			compiled, _ = fn.CompileMatch(last)
		}
		return func(r *run, f frame) (graph.Value, error) {
			a, err := left(r, f)
			if err != nil {
				return graph.Null, err
			}
			b, err := right(r, f)
			if err != nil || a.Kind() != graph.KindString || b.IsNull() {
				return graph.Null, err
			}
			if b.Kind() != graph.KindString {
				return graph.Null, fn.NotAPattern(b)
			}
			re := compiled
			if re == nil || b.AsString() != last {
				if re, err = fn.CompileMatch(b.AsString()); err != nil {
					return graph.Null, fn.InvalidRegex(b, err)
				}
			}
			ok, err := re.MatchesUntil(a.AsString(), r.done)
			if err == nil {
				err = r.check()
			}
			return graph.Bool(ok), err
		}
	}
	if e.Op == ast.OpIn {
		return c.in(e, left, both(operations[e.Op]))
	}
	if e.Op == ast.OpDivide && calculated(e) {
		return both(quotient)
	}
	return both(operations[e.Op])
}

func isType(c *fn.Context, v graph.Value, t ast.Type) bool {
	if len(t.Union) > 0 {
		for _, u := range t.Union {
			if isType(c, v, u) {
				return true
			}
		}
		return false
	}
	if v.IsNull() {
		return !t.NotNull && t.Name != "NOTHING"
	}
	switch t.Name {
	case "ANY":
		return true
	case "NOTHING", "NULL":
		return false
	case "PROPERTY VALUE":
		return graph.Storable(v)
	case "VECTOR":
		return v.Kind() == graph.KindVector && (t.Dimension == 0 || t.Dimension == int64(len(v.Coordinates()))) && (t.Element == nil || t.Element.Name == v.Coordinate().TypeName())
	case "LIST":
		if v.Kind() != graph.KindList {
			return false
		}
		if t.Element == nil || isAny(*t.Element) {
			return true
		}
		for _, e := range v.AsList() {
			if c.Work(1); !isType(c, e, *t.Element) {
				return false
			}
		}
		return true
	}
	return v.Kind().String() == t.Name
}

// isAny reports whether t is ANY or a union with it. As the type of elements
// it takes nulls too, even as ANY NOT NULL: Neo4j looks into no such list.
func isAny(t ast.Type) bool {
	return t.Name == "ANY" || slices.ContainsFunc(t.Union, isAny)
}

// tested tells whether a condition of WHEN is one of the subject itself; what
// stands for the subject of a CASE within it does not count.
func tested(cond ast.Expr) bool {
	switch cond.(type) {
	case *ast.CaseOperand:
		return true
	case *ast.Case:
		return false
	}
	found := false
	ast.Children(cond, func(e ast.Expr) { found = found || tested(e) })
	return found
}

func (c *compiler) caseExpr(e *ast.Case) eval {
	var subject eval
	slot := -1
	if e.Subject != nil {
		subject = c.expr(e.Subject)
	}
	type when struct {
		conditions []eval
		predicate  []bool
		then       eval
	}
	var whens []when
	saved, had := c.scope.slots[caseSlot]
	if subject != nil {
		slot = c.slot()
		c.scope.slots[caseSlot] = slot
	}
	for _, w := range e.Whens {
		x := when{then: c.expr(w.Then)}
		for _, cond := range w.Conditions {
			predicate, compile := subject == nil || tested(cond), c.expr
			if predicate {
				compile = c.boolean
			}
			x.conditions, x.predicate = append(x.conditions, compile(cond)), append(x.predicate, predicate)
		}
		whens = append(whens, x)
	}
	otherwise := constant(graph.Null)
	if e.Else != nil {
		otherwise = c.expr(e.Else)
	}
	if delete(c.scope.slots, caseSlot); had {
		c.scope.slots[caseSlot] = saved
	}
	return func(r *run, f frame) (graph.Value, error) {
		if subject != nil {
			v, err := subject(r, f)
			if err != nil {
				return graph.Null, err
			}
			f[slot] = v
		}
		for _, w := range whens {
			for i, cond := range w.conditions {
				v, err := cond(r, f)
				if err != nil {
					return graph.Null, err
				}
				if !w.predicate[i] {
					v = graph.Equal(f[slot], v)
				}
				if v.IsTrue() {
					return w.then(r, f)
				}
			}
		}
		return otherwise(r, f)
	}
}
