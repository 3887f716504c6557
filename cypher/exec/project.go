package exec

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"graticule/cypher/ast"
	"graticule/cypher/fn"
	"graticule/graph"
	"graticule/status"
)

// projection is a compiled RETURN or WITH.
type projection struct {
	names    []string
	slots    []int
	values   []eval
	vectors  []vector // values for chunks; nil for those with aggregates
	keys     []int    // items without aggregates, by position
	aggs     []*aggregate
	groups   bool // aggregates, so rows are grouped
	distinct bool
	order    []sortKey
	skip     eval
	limit    eval
	where    eval
	visible  int         // how many of names are columns; the others are keys of GROUP BY
	decisive []int       // the slots that DISTINCT need compare
	before   *scope      // of the rows that come in
	sorted   *pattern    // right before, that may give the rows in order
	live     []int       // slots that may be read behind it
	inexact  atomic.Bool // its aggregates met values that are not to be aggregated in parts

	whereVector vector // where for chunks
	passes      []bool // items that are variables as they were
}

type sortKey struct {
	value      eval
	descending bool
	many       vector // value for chunks before they are projected; nil when not all of the projection is known not to fail
	item       int    // of the projection, that has the value; -1: none
}

// projection compiles p and makes its scope the current one.
func (c *compiler) projection(p *ast.Projection, n ast.Node, isWith bool) *projection {
	before := c.scope
	out := &projection{distinct: p.Distinct, before: before}
	after := newScope()
	type item struct {
		name string
		expr ast.Expr
		kind varKind
		slot int // of a variable passed on as it is, -1 otherwise
	}
	var items []item
	if p.Star {
		for _, name := range before.names() {
			if c.projects(p, name) { // the item takes the place of what * stands for
				continue
			}
			items = append(items, item{name: name, slot: before.slots[name], kind: before.kinds[name]})
		}
		if len(items) == 0 && len(p.Items) == 0 && !isWith {
			c.fail(n, "NoVariablesInScope", "RETURN * is not allowed when there are no variables in scope")
		}
	}
	for _, i := range p.Items {
		name := c.itemName(i)
		v, isVar := i.Expr.(*ast.Variable)
		if isWith && i.Alias == nil && !isVar {
			c.fail(i, "NoExpressionAlias", "Expression in WITH must be aliased (use AS)")
		}
		x := item{name: name, expr: i.Expr, slot: -1}
		if isVar {
			x.slot, x.kind = c.lookup(v), before.kinds[v.Name]
		}
		items = append(items, x)
	}
	out.visible = len(items)
	for n, e := range hiddenKeys(p, c.source) {
		items = append(items, item{name: " group " + strconv.Itoa(n), expr: e, slot: -1})
	}
	sure := true // no item can fail
	for at, i := range items {
		if slices.Contains(out.names, i.name) {
			c.fail(n, "ColumnNameConflict", "Multiple result columns with the same name are not supported")
		}
		var aggs []*aggregate
		c.aggs = &aggs
		slot := i.slot
		var value eval
		var many vector
		if i.slot < 0 {
			value = c.expr(i.expr)
			slot = c.slot()
			if len(aggs) == 0 {
				many = c.vector(i.expr, value)
			}
			sure = sure && c.sure(i.expr) != nil
		} else {
			from := i.slot
			many = variableVector(from)
			value = func(_ *run, f frame) (graph.Value, error) { return f[from], nil }
		}
		c.aggs = nil
		if len(aggs) == 0 {
			out.keys = append(out.keys, len(out.names))
		}
		out.aggs = append(out.aggs, aggs...)
		out.names, out.slots, out.values = append(out.names, i.name), append(out.slots, slot), append(out.values, value)
		out.vectors, out.passes = append(out.vectors, many), append(out.passes, i.slot >= 0)
		if at < out.visible {
			after.slots[i.name], after.kinds[i.name] = slot, i.kind
		}
	}
	out.decisive = c.decisive(p, out)
	after.keep(before)
	out.groups = len(out.aggs) > 0 || p.GroupBy != nil
	// ORDER BY sees the projected names, and the ones before unless rows were merged.
	sorting := after.clone()
	for name, slot := range before.slots {
		if _, ok := sorting.slots[name]; !ok {
			sorting.slots[name], sorting.kinds[name] = slot, before.kinds[name]
		}
	}
	c.scope = sorting
	saved := c.projected
	c.projected = map[string]int{}
	for _, i := range items {
		if _, isVar := i.expr.(*ast.Variable); i.expr == nil || isVar || strings.HasPrefix(i.name, " group ") {
			continue
		}
		names, same := map[string]bool{}, true
		freeVariables(i.expr, names)
		for n := range names {
			same = same && sorting.slots[n] == before.slots[n]
		}
		if same && !writtenOut(i.expr) {
			c.projected[i.expr.At().Text(c.source)] = after.slots[i.name]
		}
	}
	for _, o := range p.OrderBy {
		k := sortKey{value: c.sortValue(o, p, out), descending: o.Descending, item: c.sortedBy(o, p, out)}
		if sure && !out.groups {
			k.many = c.sortVector(o, p, out, before)
		}
		out.order = append(out.order, k)
	}
	c.scope = newScope()
	out.skip, out.limit = c.count(p.Skip), c.count(p.Limit)
	c.scope = after
	if p.Where != nil {
		c.scope = sorting
		if out.groups || out.distinct {
			c.scope = after
		}
		out.where = c.boolean(p.Where)
		out.whereVector = c.vector(p.Where, out.where)
		c.scope = after
	}
	c.projected = saved
	out.live = liveSlots(out, sorting, after)
	return out
}

// decisive gives the slots whose values tell the rows of a DISTINCT apart: not
// those of properties of an entity that is a column itself.
func (c *compiler) decisive(p *ast.Projection, out *projection) []int {
	offset := out.visible - len(p.Items)
	entities := map[string]bool{}
	for _, i := range p.Items {
		if v, ok := i.Expr.(*ast.Variable); ok && isEntity(c.scope.kinds[v.Name]) {
			entities[v.Name] = true
		}
	}
	slots := slices.Clone(out.slots[:offset])
	for i, item := range p.Items {
		if x, ok := item.Expr.(*ast.Property); ok && !c.writes {
			if v, ok := x.Subject.(*ast.Variable); ok && entities[v.Name] {
				continue
			}
		}
		slots = append(slots, out.slots[offset+i])
	}
	return slots
}

// liveSlots gives the slots that may be read behind a projection: those of its
// scopes, and what it computes.
func liveSlots(p *projection, scopes ...*scope) []int {
	live := map[int]bool{}
	for _, s := range scopes {
		for _, slot := range s.slots {
			live[slot] = true
		}
	}
	for _, a := range p.aggs {
		live[a.slot] = true
	}
	for _, slot := range p.slots {
		live[slot] = true
	}
	return slices.Sorted(maps.Keys(live))
}

// itemName gives the column of an item: its alias, its variable or its text.
func (c *compiler) itemName(i ast.ReturnItem) string {
	if i.Alias != nil {
		return i.Alias.Value
	}
	if v, ok := i.Expr.(*ast.Variable); ok {
		return v.Name
	}
	return i.Span.Text(c.source)
}

// projects tells whether an item of p has a name.
func (c *compiler) projects(p *ast.Projection, name string) bool {
	return slices.ContainsFunc(p.Items, func(i ast.ReturnItem) bool { return c.itemName(i) == name })
}

// hiddenKeys gives the keys of GROUP BY that no item gives.
func hiddenKeys(p *ast.Projection, source string) (out []ast.Expr) {
	if p.GroupBy == nil {
		return nil
	}
	for _, k := range p.GroupBy.Keys {
		if !slices.ContainsFunc(p.Items, func(i ast.ReturnItem) bool {
			v, variable := k.(*ast.Variable)
			return i.Span.Text(source) == k.At().Text(source) || variable && i.Alias != nil && i.Alias.Value == v.Name
		}) {
			out = append(out, k)
		}
	}
	return out
}

// sortValue compiles one ORDER BY item; one that repeats a projected expression uses its value.
func (c *compiler) sortValue(o ast.SortItem, p *ast.Projection, out *projection) eval {
	if i := c.sortedItem(o, p, out); i >= 0 {
		slot := out.slots[i]
		return func(_ *run, f frame) (graph.Value, error) { return f[slot], nil }
	}
	var aggs []*aggregate
	if out.groups {
		c.aggs = &aggs
	}
	v := c.expr(o.Expr)
	c.aggs = nil
	out.aggs = append(out.aggs, aggs...)
	return v
}

// sortedItem gives the place of the item of a projection that has the text of a key of
// ORDER BY, -1 when none has.
func (c *compiler) sortedItem(o ast.SortItem, p *ast.Projection, out *projection) int {
	text := o.Expr.At().Text(c.source)
	i := slices.IndexFunc(p.Items, func(item ast.ReturnItem) bool { return item.Span.Text(c.source) == text })
	if i < 0 {
		return -1
	}
	return out.visible - len(p.Items) + i
}

// sortedBy is sortedItem, or the place of the item that a key of ORDER BY names by its alias.
func (c *compiler) sortedBy(o ast.SortItem, p *ast.Projection, out *projection) int {
	if v, ok := o.Expr.(*ast.Variable); ok {
		return slices.Index(out.names, v.Name)
	}
	return c.sortedItem(o, p, out)
}

// sortVector compiles a key of ORDER BY for chunks that are not projected yet: an
// item of the projection, or what the rows before tell. nil when it is none of these,
// or may fail.
func (c *compiler) sortVector(o ast.SortItem, p *ast.Projection, out *projection, before *scope) vector {
	if i := c.sortedItem(o, p, out); i >= 0 {
		return out.vectors[i]
	}
	for slot := range c.deps(o.Expr) {
		i := slices.Index(out.slots, slot)
		if _, alias := o.Expr.(*ast.Variable); alias && i >= 0 {
			return out.vectors[i]
		}
		if i >= 0 && before.slots[out.names[i]] != slot {
			return nil // what the projection computes
		}
	}
	if len(c.projected) > 0 {
		return nil
	}
	return c.sure(o.Expr)
}

// count compiles SKIP or LIMIT: a constant that is an INTEGER, not negative.
func (c *compiler) count(e ast.Expr) eval {
	if e == nil {
		return nil
	}
	names := map[string]bool{}
	freeVariables(e, names)
	if len(names) > 0 {
		c.fail(e, "NonConstantExpression", "It is not allowed to refer to variables in SKIP or LIMIT, so that the value can be statically calculated")
	}
	if lit, ok := e.(*ast.Literal); ok {
		switch {
		case lit.Value.Kind() != graph.KindInt:
			c.fail(e, "InvalidArgumentType", "Invalid input. '%s' is not a valid value. Must be a non-negative integer.", fn.ToText(lit.Value))
		case lit.Value.AsInt() < 0:
			c.fail(e, "NegativeIntegerArgument", "Invalid input. '%d' is not a valid value. Must be a non-negative integer.", lit.Value.AsInt())
		}
	}
	return c.expr(e)
}

// count evaluates e, which must give a number of rows; what names the place.
func (r *run) count(what string, e eval, f frame) (int64, error) {
	v, err := e(r, f)
	if err != nil {
		return 0, err
	}
	if v.Kind() != graph.KindInt || v.AsInt() < 0 {
		x := status.New(status.ArgumentError, "", "%s: Invalid input. '%s' is not a valid value. Must be a non-negative integer.", what, fn.ToText(v))
		x = x.With("22003", status.Because("22N03", "Expected 'value' to be of type INTEGER and in the range 0 to 9223372036854775807 but found %s.", fn.ToText(v))).Explained("The numeric value $value is outside the required range.")
		if x.Detail = "InvalidArgumentType"; v.Kind() == graph.KindInt {
			x.Detail = "NegativeIntegerArgument"
		}
		return 0, x
	}
	return v.AsInt(), nil
}

// stages builds the operators of the projection, last first. lazy tells that
// nothing upstream writes, so that LIMIT may stop it.
func (p *projection) stages(r *run, next sink, enough *errEnough, lazy bool) sink {
	if p.where != nil {
		next = &filterSink{r: r, test: p.where, vector: p.whereVector, next: next}
	}
	if p.skip != nil || p.limit != nil {
		next = &limitSink{r: r, skip: p.skip, limit: p.limit, next: next, enough: enough, lazy: lazy}
	}
	if len(p.order) > 0 && !p.arrivesSorted(r) {
		next = &sortSink{r: r, keys: p.order, limit: p.limit, skip: p.skip, live: p.live, next: next, enough: enough}
	}
	if p.distinct {
		next = &distinctSink{slots: p.decisive, live: p.live, seen: dedup{r: r}, next: next, enough: enough}
	}
	if p.groups {
		return newGroupSink(r, p, next, enough)
	}
	return &projectSink{r: r, p: p, next: next, scratch: make([]graph.Value, len(p.values))}
}

type projectSink struct {
	r       *run
	p       *projection
	next    sink
	scratch []graph.Value
	columns []*graph.Column // of a chunk
	marked  []bool
	lanes   []lane
	chunk   chunk // of what is projected
}

func (s *projectSink) push(f frame) error {
	for i, v := range s.p.values {
		x, err := v(s.r, f)
		if err != nil {
			return err
		}
		s.scratch[i] = x
	}
	for i, slot := range s.p.slots {
		f[slot] = s.scratch[i]
	}
	return s.next.push(f)
}

func (s *projectSink) done() error {
	for _, c := range s.columns {
		putColumn(c)
	}
	s.columns = nil
	return s.next.done()
}

type filterSink struct {
	r      *run
	test   eval
	vector vector // test for chunks
	sift   take
	next   sink
}

func (s *filterSink) push(f frame) error {
	v, err := s.test(s.r, f)
	if err != nil || !v.IsTrue() {
		return err
	}
	return s.next.push(f)
}

func (s *filterSink) done() error { return s.next.done() }

type limitSink struct {
	r           *run
	skip, limit eval
	next        sink
	enough      *errEnough
	lazy        bool
	begun       bool
	toSkip      int64
	left        int64 // < 0: no limit
}

func (s *limitSink) begin(f frame) (err error) {
	s.begun, s.left = true, -1
	if s.skip != nil {
		if s.toSkip, err = s.r.count("SKIP", s.skip, f); err != nil {
			return err
		}
	}
	if s.limit != nil {
		s.left, err = s.r.count("LIMIT", s.limit, f)
	}
	return err
}

func (s *limitSink) push(f frame) error {
	if !s.begun {
		if err := s.begin(f); err != nil {
			return err
		}
	}
	if s.toSkip > 0 {
		s.toSkip--
		return nil
	}
	if s.left == 0 {
		if s.lazy {
			return s.enough
		}
		return nil
	}
	if s.left > 0 {
		s.left--
	}
	if err := s.next.push(f); err != nil {
		return err
	}
	if s.left == 0 && s.lazy {
		return s.enough
	}
	return nil
}

func (s *limitSink) done() error {
	if !s.begun { // wrong values fail even without rows
		if err := s.begin(make(frame, 1)); err != nil {
			return err
		}
	}
	return s.next.done()
}

// inform tells the pattern of the MATCH right before a projection what the
// projection needs of it.
func (c *compiler) inform(p *pattern, optional bool, proj *ast.Projection, out *projection) {
	if p == nil || proj.Star || p.repeatable || proj.GroupBy != nil {
		return
	}
	own := p.ownSlots()
	names := map[string]bool{}
	counting, distinct := len(out.aggs) > 0, out.distinct && len(out.aggs) == 0
	if len(out.aggs) > 0 {
		distinct = true
		for _, a := range out.aggs {
			distinct = distinct && (a.distinct || a.name == "min" || a.name == "max")
		}
	}
	// count(v) of an entity that the pattern always finds is count(*).
	counted := map[*ast.Call]bool{}
	for _, a := range out.aggs {
		switch {
		case a.star:
		case a.name == "count" && !a.distinct && !optional && a.variable != nil && own[out.before.slots[a.variable.Name]] && isEntity(out.before.kinds[a.variable.Name]):
			counted[a.call] = true
		default:
			counting = false
		}
	}
	if len(out.names) == 1 && out.names[0] == countedRow {
		counting = true
	}
	if counting {
		for _, a := range out.aggs {
			a.star = true
		}
	}
	var read func(e ast.Expr)
	read = func(e ast.Expr) {
		if call, ok := e.(*ast.Call); ok && counting && counted[call] {
			return
		}
		switch e.(type) {
		case nil:
		case *ast.Call, *ast.Binary, *ast.Property, *ast.Unary, *ast.Comparison, *ast.Map, *ast.List:
			ast.Children(e, read)
		default:
			freeVariables(e, names)
		}
	}
	for _, i := range proj.Items {
		read(i.Expr)
	}
	for _, o := range proj.OrderBy {
		read(o.Expr)
	}
	read(proj.Where)
	p.needed = map[int]bool{}
	for n := range names {
		if slot, ok := out.before.slots[n]; ok {
			p.needed[slot] = true
		}
	}
	p.distinct, p.counting = distinct, counting
}

// countedRow is the name of the column of a subquery whose rows are only counted.
const countedRow = " row"

func isEntity(k varKind) bool { return k == nodeVar || k == relVar }
