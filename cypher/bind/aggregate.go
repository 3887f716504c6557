package bind

import (
	"slices"
	"strings"

	"graticule/cypher/ast"
	"graticule/status"
)

// aggregate checks a call of an aggregating function.
func (b *binder) aggregate(e *ast.Call, name string, s *scope, c context) typ {
	switch {
	case c.inside:
		b.misplaced(e, "NestedAggregation", "Can't use aggregate functions inside of aggregate functions.")
	case !c.aggregate:
		b.misplaced(e, "InvalidAggregation", "Invalid use of aggregating function "+name+"(...) in this context")
	}
	arg := anyType
	sig := signatures[name]
	if !e.Star {
		b.arity(e, name)
	}
	for i, a := range e.Args {
		t := b.expr(a, s, context{inside: true})
		b.argument(e, i, t, sig)
		if lit, ok := a.(*ast.Literal); ok && i == 1 && lit.Value.IsNumber() && (lit.Value.Number() < 0 || lit.Value.Number() > 1) {
			text := a.At().Text(b.source)
			b.failBecause(a, "NumberOutOfRange", status.Because("42N31", "Expected 'percentile range' to be FLOAT in the range 0.0 to 1.0 but found %s.", text),
				"Invalid input '%s' is not a valid argument, must be a number in the range 0.0 to 1.0", text)
		}
		if i == 0 {
			arg = t
		}
	}
	if strings.HasPrefix(name, "percentile") && len(e.Args) == 2 {
		b.percentile(e.Args[1])
	}
	switch name {
	case "count":
		return typ{kinds: isInt}
	case "collect":
		return listOf(arg)
	case "min", "max":
		return arg
	}
	if sig.gives == 0 {
		return anyType
	}
	return typ{kinds: sig.gives}
}

// percentile refuses a literal that is no percentile.
func (b *binder) percentile(e ast.Expr) {
	lit, ok := e.(*ast.Literal)
	negative := false
	if u, is := e.(*ast.Unary); is && u.Op == ast.OpSubtract {
		lit, ok = u.Operand.(*ast.Literal)
		negative = true
	}
	if !ok || !lit.Value.IsNumber() && !lit.Value.IsNull() {
		return
	}
	if p := lit.Value.Number(); !lit.Value.IsNull() && p >= 0 && p <= 1 && (!negative || p == 0) {
		return
	}
	text := strings.ToUpper(e.At().Text(b.source))
	if strings.EqualFold(text, "nan") {
		text = "NaN"
	}
	b.failBecause(e, "NumberOutOfRange", status.Because("42N31", "Expected 'percentile range' to be FLOAT in the range 0.0 to 1.0 but found %s.", text),
		"Invalid input '%s' is not a valid argument, must be a number in the range 0.0 to 1.0", text)
}

// aggregates tells whether e holds an aggregating function.
func (b *binder) aggregates(e ast.Expr) bool {
	return ast.Any(e, func(x ast.Expr) bool {
		call, ok := x.(*ast.Call)
		return ok && b.cfg.Aggregate(strings.ToLower(call.Name.Value))
	})
}

// text gives the source of an expression without spaces, and with functions in small
// letters, by which expressions are compared.
func (b *binder) text(e ast.Expr) string {
	at := e.At()
	text := []byte(at.Text(b.source))
	ast.Any(e, func(x ast.Expr) bool {
		if call, ok := x.(*ast.Call); ok {
			name := call.Name.At()
			copy(text[name.Start-at.Start:], strings.ToLower(name.Text(b.source)))
		}
		return false
	})
	return strings.Join(strings.Fields(string(text)), "")
}

// grouping is the keys by which a projection groups, by their text.
type grouping struct {
	keys  map[string]ast.Expr
	whole bool // any of them may stand beside an aggregate, as GROUP BY allows
}

func (b *binder) grouping(p *ast.Projection) grouping {
	g := grouping{keys: map[string]ast.Expr{}}
	for _, i := range p.Items {
		if !b.aggregates(i.Expr) {
			g.keys[b.text(i.Expr)] = i.Expr
		}
	}
	return g
}

// simple tells whether a key can be used beside an aggregate: a variable, or a
// property of one.
func simple(e ast.Expr) bool {
	if p, ok := e.(*ast.Property); ok {
		return simple(p.Subject)
	}
	switch e.(type) {
	case *ast.Variable, *ast.Literal, *ast.Parameter:
		return true
	}
	return false
}

// ungrouped are the expressions beside aggregates that are no grouping keys.
type ungrouped struct {
	first ast.Node
	texts []string
}

func (u *ungrouped) add(at ast.Node, text string) {
	if u.first == nil {
		u.first = at
	}
	if !slices.Contains(u.texts, text) {
		u.texts = append(u.texts, text)
	}
}

// checkGrouped notes what e reads outside aggregates that is no grouping key.
// local holds names bound within e.
func (b *binder) checkGrouped(e ast.Expr, g grouping, s *scope, local map[string]bool, u *ungrouped) {
	if key, ok := g.keys[b.text(e)]; ok && (g.whole || simple(key)) {
		return
	}
	switch e := e.(type) {
	case *ast.Property:
		if v, ok := e.Subject.(*ast.Variable); ok && !local[v.Name] && b.version < 25 {
			if _, grouped := g.keys[v.Name]; !grouped {
				u.add(e.Subject, e.At().Text(b.source))
			}
			return
		}
	case *ast.Variable:
		if _, outer := s.outer[e.Name]; !outer && !local[e.Name] {
			u.add(e, e.Name)
		}
	case *ast.Call:
		if b.cfg.Aggregate(strings.ToLower(e.Name.Value)) {
			return
		}
	case *ast.MapProjection:
		b.checkProjected(e, g, local, u)
	case *ast.ListComprehension:
		local = with(local, e.Variable.Value)
	case *ast.Quantifier:
		local = with(local, e.Variable.Value)
	case *ast.Reduce:
		local = with(local, e.Variable.Value, e.Accumulator.Value)
	case *ast.PatternExpr:
		if b.version < 25 {
			b.checkReads(e, g, s, local, u)
		}
		return
	case *ast.PatternComprehension, *ast.Subquery:
		b.checkReads(e, g, s, local, u)
		return
	}
	ast.Children(e, func(x ast.Expr) { b.checkGrouped(x, g, s, local, u) })
}

// checkProjected notes the properties that a map projection reads beside an aggregate.
func (b *binder) checkProjected(e *ast.MapProjection, g grouping, local map[string]bool, u *ungrouped) {
	v := e.Subject
	if _, grouped := g.keys[v.Name]; grouped || local[v.Name] {
		return
	}
	u.add(v, v.Name)
	for _, i := range e.Items {
		if text := ""; i.Property != nil && b.version < 25 {
			if text = v.Name + "." + i.Property.Value; g.keys[text] == nil {
				u.add(v, text)
			}
		}
	}
}

// checkReads notes what a subquery, or a pattern, reads of the row beside an aggregate.
func (b *binder) checkReads(e ast.Expr, g grouping, s *scope, local map[string]bool, u *ungrouped) {
	for _, read := range b.reads[e] {
		_, outer := s.outer[read.name]
		outer = outer && (b.version >= 25 || !s.imported) // Cypher 5 takes what CALL imports for a part of the row here
		_, grouped := g.keys[read.name]
		_, whole := g.keys[read.text]
		if !outer && !grouped && !local[read.name] && !(whole && b.version < 25) {
			if b.version >= 25 {
				read.text = read.name
			}
			u.add(read.at, read.text)
		}
	}
}

// fail fails if there is any of them.
func (u *ungrouped) fail(b *binder) {
	if u.first == nil {
		return
	}
	cause := status.Because("42I18", "The aggregation column contains implicit grouping expressions referenced by the variables `%s`. Implicit grouping expressions are variables not explicitly declared as grouping keys.", strings.Join(u.texts, "`, `"))
	b.failBecause(ast.Span{Start: u.first.At().Start, End: u.first.At().End}, "AmbiguousAggregationExpression", cause,
		"Aggregation column contains implicit grouping expressions. For example, in 'RETURN n.a, n.a + n.b + count(*)' the aggregation expression 'n.a + n.b + count(*)' includes the implicit grouping key 'n.b'. It may be possible to rewrite the query by extracting these grouping/aggregation expressions into a preceding WITH clause. Illegal expression(s): %s", strings.Join(u.texts, ", "))
}

// read is a variable of the row that a subquery or a pattern reads, as text
// shows it: with the property that is read of it.
type read struct {
	name, text string
	at         ast.Node
}

// reader notes the reads of the subquery or pattern at hand.
type reader struct {
	row   *scope
	reads []read
}

// reading calls check, and keeps what it reads of the row s as the reads of e.
func (b *binder) reading(e ast.Expr, s *scope, check func()) {
	outer := b.reader
	b.reader = &reader{row: s.clone()}
	check()
	if b.reads == nil {
		b.reads = map[ast.Expr][]read{}
	}
	b.reads[e] = b.reader.reads
	if outer != nil {
		for _, r := range b.reader.reads {
			outer.add(r)
		}
	}
	b.reader = outer
}

func (r *reader) add(x read) {
	if _, ok := r.row.lookup(x.name); ok {
		r.reads = append(r.reads, x)
	}
}

// readName notes that a name is read.
func (b *binder) readName(name string, at ast.Node) {
	if b.reader != nil {
		b.reader.add(read{name, name, at})
	}
}

// readProperty notes that what was just read is only asked for a property.
func (b *binder) readProperty(e *ast.Property) {
	v, ok := e.Subject.(*ast.Variable)
	if !ok || b.reader == nil {
		return
	}
	if n := len(b.reader.reads); n > 0 && b.reader.reads[n-1].at == ast.Node(v) {
		b.reader.reads[n-1].text = e.At().Text(b.source)
	}
}

func with(names map[string]bool, more ...string) map[string]bool {
	out := map[string]bool{}
	for n := range names {
		out[n] = true
	}
	for _, n := range more {
		out[n] = true
	}
	return out
}

// misplaced fails because of an aggregate where none may stand, which Cypher 25 shows.
func (b *binder) misplaced(e *ast.Call, detail, message string) {
	err := status.New(status.SyntaxError, "50N42", "%s", message)
	err.In25 = func() *status.Error {
		return err.With("42001", status.Because("42I24", "Aggregate expression '%s' is not allowed in this context.", e.At().Text(b.source)))
	}
	b.failWith(e, detail, err)
}
