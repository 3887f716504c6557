package bind

import (
	"cmp"
	"slices"
	"strings"

	"graticule/cypher/ast"
	"graticule/cypher/notice"
	"graticule/status"
)

// MentionKind says what a name in a statement is the name of.
type MentionKind uint8

// What a statement mentions.
const (
	Label MentionKind = iota
	Type
	Key
)

// Mention is a name that a reading statement takes for granted. A client is
// told when the graph does not know it.
type Mention struct {
	Kind     MentionKind
	Name     string
	Position status.Position
}

// HintedIndex is an index that a statement asks for by USING.
type HintedIndex struct {
	Kind, Variable, Label string
	Relationship          bool
	Properties            []string
}

// Dynamic is a property computed at run time of something that has a label or type.
type Dynamic struct {
	Label        string
	Relationship bool
}

// notes is what Bind finds to tell the client of a statement that is right.
type notes struct {
	list     []status.Notification
	mentions []Mention
	hinted   []HintedIndex
	dynamic  []Dynamic
	hidden   map[string]bool // names outside the subquery at hand that it does not import
	referred bool            // the clause at hand was told not to refer to what it creates
}

func (b *binder) position(offset int) status.Position { return ast.PositionOf(b.source, offset) }

func (b *binder) note(n status.Notification) { b.notes.list = append(b.notes.list, n) }

func (b *binder) mention(kind MentionKind, name string, offset int) {
	b.notes.mentions = append(b.notes.mentions, Mention{kind, name, b.position(offset)})
}

// sortMentions puts the mentions of one pattern into the order clients get them.
func sortMentions(m []Mention) {
	order := map[MentionKind]int{Type: 0, Key: 1, Label: 2}
	slices.SortStableFunc(m, func(a, b Mention) int { return cmp.Compare(order[a.Kind], order[b.Kind]) })
}

// mentionKeys mentions the keys of a map of properties.
func (b *binder) mentionKeys(e ast.Expr) {
	if m, ok := e.(*ast.Map); ok {
		for _, k := range m.Keys {
			b.mention(Key, k.Value, k.Start)
		}
	}
}

// mentionLabels mentions the names of a label expression on what is of type t.
func (b *binder) mentionLabels(l ast.LabelExpr, kind MentionKind) {
	switch l := l.(type) {
	case *ast.LabelName:
		b.mention(kind, l.Name, l.Start)
	case *ast.LabelNot:
		b.mentionLabels(l.Operand, kind)
	case *ast.LabelAnd:
		for _, o := range l.Operands {
			b.mentionLabels(o, kind)
		}
	case *ast.LabelOr:
		for _, o := range l.Operands {
			b.mentionLabels(o, kind)
		}
	}
}

// noteMatch tells of what may be unwanted in the patterns of a MATCH.
func (b *binder) noteMatch(m *ast.Match) {
	if !m.Repeatable {
		b.noteDisconnected(m)
	}
	relationships := map[string]*ast.RelPattern{}
	told := map[string]bool{}
	for _, p := range m.Pattern.Parts {
		b.noteShortest(p, m.Where)
		for _, el := range p.Elements {
			r, ok := el.(*ast.RelPattern)
			if !ok {
				continue
			}
			b.noteTypes(r)
			if r.Variable == nil {
				continue
			}
			name := r.Variable.Value
			first := relationships[name]
			if first == nil {
				relationships[name] = r
			} else if !told[name] && !m.Repeatable {
				told[name] = true
				b.note(notice.RepeatedRelationship(name, b.patternText(m), r.Length != nil, b.position(first.Variable.Start)))
			}
		}
	}
}

// component is the nodes of the parts of a pattern that hang together.
type component struct {
	names []string // of nodes
	rels  []string // of relationships, which connect parts in Cypher 25
	count int      // nodes, those without a name included
	part  int      // index of the first part
}

// noteDisconnected tells of parts of a pattern that share no node.
func (b *binder) noteDisconnected(m *ast.Match) {
	var all []*component
	for i, p := range m.Pattern.Parts {
		if p.Shortest != "" {
			continue
		}
		c := &component{part: i}
		b.collectNodes(p, c)
		for _, name := range slices.Concat(c.names, c.rels) {
			at := slices.IndexFunc(all, func(o *component) bool {
				return o != c && (slices.Contains(o.names, name) || slices.Contains(o.rels, name))
			})
			if at < 0 {
				continue
			}
			other := all[at]
			if slices.Contains(all, c) {
				all = slices.Delete(all, slices.Index(all, c), slices.Index(all, c)+1)
			}
			for _, n := range c.names {
				if !slices.Contains(other.names, n) {
					other.names = append(other.names, n)
					other.count++
				}
			}
			other.rels = append(other.rels, c.rels...)
			c = other
		}
		if !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	if len(all) < 2 {
		return
	}
	text := b.patternText(m)
	for _, c := range all[1:] {
		b.note(notice.CartesianProduct(text, c.names, c.count, b.position(m.Start)))
	}
}

func (b *binder) collectNodes(p *ast.PathPattern, c *component) {
	for _, el := range p.Elements {
		switch el := el.(type) {
		case *ast.NodePattern:
			switch {
			case el.Variable == nil:
				c.count++
			case !slices.Contains(c.names, el.Variable.Value):
				c.names = append(c.names, el.Variable.Value)
				c.count++
			}
		case *ast.RelPattern:
			if el.Variable != nil && b.version >= 25 {
				c.rels = append(c.rels, el.Variable.Value)
			}
		case *ast.QuantifiedPath:
			b.collectNodes(el.Path, c)
		}
	}
}

// patternText gives the patterns of a MATCH with one space where messages have one.
func (b *binder) patternText(m *ast.Match) string {
	parts := make([]string, len(m.Pattern.Parts))
	for i, p := range m.Pattern.Parts {
		parts[i] = pretty(p.Text(b.source))
	}
	return strings.Join(parts, ", ")
}

// pretty gives a pattern's text with its spaces as Neo4j writes them.
func pretty(text string) string {
	var out strings.Builder
	quote, braces := byte(0), 0
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"' || c == '`':
			quote = c
		case c == ' ' || c == '\n' || c == '\t' || c == '\r':
			if next := strings.TrimLeft(text[i:], " \n\t\r"); braces > 0 && !strings.HasPrefix(next, ",") && !strings.HasPrefix(next, ":") && !strings.HasPrefix(next, "}") && !ends(out.String(), "{ ") {
				out.WriteByte(' ')
			}
			for i+1 < len(text) && strings.IndexByte(" \n\t\r", text[i+1]) >= 0 {
				i++
			}
			if rest := text[i+1:]; braces == 0 && (strings.HasPrefix(rest, "WHERE") || ends(out.String(), "E=") || strings.HasPrefix(rest, "=")) {
				out.WriteByte(' ')
			}
			continue
		case c == '{':
			if s := out.String(); braces == 0 && !ends(s, " ([") {
				out.WriteByte(' ')
			}
			braces++
		case c == '}':
			braces--
		case (c == ':' || c == ',') && braces > 0:
			out.WriteString(string(c) + " ")
			continue
		}
		out.WriteByte(c)
	}
	return out.String()
}

func ends(s, with string) bool { return s != "" && strings.IndexByte(with, s[len(s)-1]) >= 0 }

// noteShortest tells of a shortestPath of any length, and of one that cannot be found by its ends alone.
func (b *binder) noteShortest(p *ast.PathPattern, where ast.Expr) {
	if p.Shortest == "" || len(p.Elements) < 3 {
		return
	}
	r, ok := p.Elements[1].(*ast.RelPattern)
	if !ok || r.Length == nil {
		return
	}
	text := pretty(b.source[p.Elements[0].At().Start:p.Elements[2].At().End])
	at := b.position(p.Elements[0].At().Start)
	if r.Length.Max < 0 && !b.depends(where, p) {
		b.note(notice.UnboundedShortestPath(text, at))
	}
	if b.depends(where, p) {
		b.note(notice.ExhaustiveShortestPath(where.At().Text(b.source), b.position(max(0, strings.LastIndex(b.source[:p.Elements[0].At().Start], p.Shortest)))))
	}
}

// depends tells whether a predicate is about the whole of a path, beyond what holds for each of its elements.
func (b *binder) depends(where ast.Expr, p *ast.PathPattern) bool {
	if where == nil || p.Variable == nil {
		return false
	}
	if q, ok := where.(*ast.Quantifier); ok && (q.Kind == "all" || q.Kind == "none") {
		return false
	}
	if op, ok := where.(*ast.Binary); ok && op.Op == ast.OpAnd {
		return b.depends(op.Left, p) || b.depends(op.Right, p)
	}
	return ast.Any(where, func(e ast.Expr) bool { v, ok := e.(*ast.Variable); return ok && v.Name == p.Variable.Value })
}

// noteTypes tells of the old way to write alternative types, and of types no relationship can have.
func (b *binder) noteTypes(r *ast.RelPattern) {
	if r.Types == nil {
		return
	}
	text := r.Types.At().Text(b.source)
	if or, ok := r.Types.(*ast.LabelOr); ok && strings.Contains(strings.Join(strings.Fields(text), ""), "|:") {
		last := or.Operands[len(or.Operands)-1].At().Start
		bar := strings.LastIndexByte(b.source[:last], '|')
		names := make([]string, len(or.Operands))
		for i, o := range or.Operands {
			names[i] = o.At().Text(b.source)
		}
		b.note(notice.DeprecatedFor("The semantics of using colon in the separation of alternative relationship types will change in a future version. (Please use ':"+strings.Join(names, "|")+"' instead)",
			"':"+strings.Join(names, "|:")+"'", "':"+strings.Join(names, "|")+"'", b.position(bar)))
	}
	if !satisfiable(r.Types) {
		at := r.Types.At().Start
		if and, ok := r.Types.(*ast.LabelAnd); ok {
			at = b.behind(and.Operands[0])
		}
		b.note(notice.UnsatisfiableType(text, b.position(at)))
	}
}

// behind gives the offset of what follows a part of a label expression.
func (b *binder) behind(l ast.LabelExpr) int {
	at := l.At().End
	for at < len(b.source) && b.source[at] == ' ' {
		at++
	}
	return at
}

// satisfiable tells whether some relationship, which has exactly one type, can fit l.
func satisfiable(l ast.LabelExpr) bool {
	names := map[string]bool{"\x00another": true}
	static := true
	var collect func(ast.LabelExpr)
	collect = func(l ast.LabelExpr) {
		switch l := l.(type) {
		case *ast.LabelName:
			names[l.Name] = true
		case *ast.LabelNot:
			collect(l.Operand)
		case *ast.LabelAnd:
			for _, o := range l.Operands {
				collect(o)
			}
		case *ast.LabelOr:
			for _, o := range l.Operands {
				collect(o)
			}
		case *ast.LabelDynamic:
			static = false
		}
	}
	collect(l)
	for name := range names {
		if !static || fitsType(l, name) {
			return true
		}
	}
	return false
}

func fitsType(l ast.LabelExpr, name string) bool {
	switch l := l.(type) {
	case *ast.LabelName:
		return l.Name == name
	case *ast.LabelNot:
		return !fitsType(l.Operand, name)
	case *ast.LabelAnd:
		return !slices.ContainsFunc(l.Operands, func(o ast.LabelExpr) bool { return !fitsType(o, name) })
	case *ast.LabelOr:
		return slices.ContainsFunc(l.Operands, func(o ast.LabelExpr) bool { return fitsType(o, name) })
	}
	return true
}

// noteShadow tells of a name that hides one of the query around the subquery at hand.
func (b *binder) noteShadow(name ast.Name) {
	if b.notes.hidden[name.Value] {
		delete(b.notes.hidden, name.Value)
		with, by := "importing WITH clause", "'WITH `"+name.Value+"`' in the subquery"
		if b.version >= 25 {
			with, by = "a variable scope clause", "'CALL (`"+name.Value+"`)'"
		}
		b.note(notice.Shadowing(name.Value, with, by, b.position(name.Start)))
	}
}

// importedTwice gives the names that CALL { } imports as the advice to name them
// lists them: in Cypher 5 once for each part of a UNION, and * for WITH *.
func (b *binder) importedTwice(cl *ast.CallSubquery, once []string) (names []string) {
	for _, part := range cl.Query.Parts {
		w := importingWith(part.Clauses)
		switch {
		case w == nil:
		case w.Star:
			return []string{"*"}
		default:
			for _, i := range w.Items {
				names = append(names, i.Expr.(*ast.Variable).Name)
			}
		}
	}
	if b.version >= 25 {
		return once
	}
	return names
}

// noteCall tells of the old way to write CALL { } and of an OPTIONAL that does nothing.
func (b *binder) noteCall(cl *ast.CallSubquery, imported []string, returns bool) {
	if !cl.Scoped {
		names := strings.Join(b.importedTwice(cl, imported), ", ")
		text := "CALL subquery without a variable scope clause is deprecated. Use CALL (" + names + ") { ... }"
		description := text
		if b.version < 25 {
			description = strings.Replace(text, "is deprecated", "is now deprecated", 1)
		}
		b.note(notice.Deprecated(description, text, b.position(cl.Start)))
	}
	if cl.Optional && !returns {
		b.note(notice.RedundantOptional(b.position(cl.Start)))
	}
}

// noteAmbiguous tells, in Cypher 25, of an ORDER BY that repeats an item whose
// alias is a variable that the item reads.
func (b *binder) noteAmbiguous(p *ast.Projection) {
	if b.version < 25 {
		return
	}
	for _, o := range p.OrderBy {
		for _, i := range p.Items {
			if i.Alias == nil || b.text(i.Expr) != b.text(o.Expr) {
				continue
			}
			_, plain := i.Expr.(*ast.Variable)
			if plain || !ast.Any(i.Expr, func(e ast.Expr) bool { v, ok := e.(*ast.Variable); return ok && v.Name == i.Alias.Value }) {
				continue
			}
			old := "The subclause expression `" + o.Expr.At().Text(b.source) + "` contains an ambiguous reference to variable `" + i.Alias.Value + "` and"
			const by = "referencing the projection item expression by an alias or using the `GROUP BY` clause"
			b.note(notice.DeprecatedFor(old+" is deprecated. It is replaced by "+by+".", old, by, b.position(b.place(o.Expr))))
		}
	}
}

// procedures that have been replaced.
var replaced = map[string]string{
	"db.create.setvectorproperty": "db.create.setNodeVectorProperty", "db.index.vector.createnodeindex": "CREATE VECTOR INDEX",
	"dbms.cluster.routing.getroutingtable": "dbms.routing.getRoutingTable", "apoc.create.uuid": "Neo4j's randomUUID() function",
}

func (b *binder) noteProcedure(cl *ast.CallProcedure) {
	if by := replaced[strings.ToLower(cl.Name.Value)]; by != "" {
		b.note(notice.DeprecatedFor("The query used a deprecated procedure. ('"+cl.Name.Value+"' has been replaced by '"+by+"')", cl.Name.Value, by, b.position(cl.Start)))
	}
}

// noteSet tells of a node or relationship that stands for its properties.
func (b *binder) noteSet(i ast.SetItem, t typ) {
	v, ok := i.Value.(*ast.Variable)
	if !ok || i.Variable == nil || i.Labels != nil || !t.only(isEntity) {
		return
	}
	op := " = "
	if i.Add {
		op = " += "
	}
	b.note(notice.DeprecatedFor("The use of nodes or relationships for setting properties is deprecated and will be removed in a future version. Please use properties() instead.",
		"'SET "+i.Variable.Name+op+v.Name+"'", "'SET "+i.Variable.Name+op+"properties("+v.Name+")'", b.position(v.Start)))
}

// noteReference tells of a property taken from something that the same clause creates.
func (b *binder) noteReference(properties ast.Expr, created map[string]bool, merge bool) {
	if properties == nil || b.notes.referred {
		return
	}
	ast.Any(properties, func(e ast.Expr) bool {
		v, ok := e.(*ast.Variable)
		if !ok || !created[v.Name] || b.notes.referred {
			return false
		}
		b.notes.referred = true
		verb, clause := "Creating", "CREATE"
		if merge {
			verb, clause = "Merging", "MERGE"
		}
		text := verb + " an entity (" + v.Name + ") and referencing that entity in a property definition in the same " + clause + " is deprecated."
		b.note(notice.Deprecated(text, text, b.position(v.Start)))
		return true
	})
}

// noteEnvelope tells of the options and names of a statement.
func (b *binder) noteEnvelope(s *ast.Statement) {
	switch runtime := s.Options["runtime"]; runtime {
	case "parallel", "pipelined":
		b.note(notice.UnsupportedRuntime(runtime, "slotted"))
	case "interpreted":
		b.note(notice.DeprecatedFor("The query used a deprecated runtime option. ('runtime=interpreted' is deprecated, please use 'runtime=slotted' instead)", "runtime=interpreted", "runtime=slotted", status.Position{}))
	}
	if _, ok := s.Options["connectcomponentsplanner"]; ok {
		b.note(notice.DeprecatedForNothing("The Cypher query option `connectComponentsPlanner` is deprecated and will be removed without a replacement. The product's default behavior of using a cost-based IDP search algorithm when combining sub-plans will be kept. For more information, see Cypher Manual -> Cypher planner.",
			"connectComponentsPlanner", b.position(max(0, strings.Index(strings.ToLower(s.Source), "connectcomponentsplanner")))))
	}
	if b.version >= 25 {
		return
	}
	for _, n := range s.Dollars {
		text := "The character with the Unicode representation `\\u0024` is deprecated for unescaped identifiers and will not be supported in the future. To continue using it, escape the identifier by adding backticks around the identifier `" + n.Value + "`."
		b.note(notice.Deprecated(text, text, b.position(n.Start)))
	}
}

// noteCreated tells of properties that refer to what the same clause creates.
func (b *binder) noteCreated(parts []*ast.PathPattern, s *scope, merge bool) {
	b.notes.referred = false
	created := map[string]bool{}
	add := func(v *ast.Name) {
		if v == nil {
			return
		}
		if _, bound := s.lookup(v.Value); !bound {
			created[v.Value] = true
		}
	}
	for _, p := range parts {
		for _, el := range p.Elements {
			switch el := el.(type) {
			case *ast.NodePattern:
				b.noteReference(el.Properties, created, merge)
				add(el.Variable)
			case *ast.RelPattern:
				b.noteReference(el.Properties, created, merge)
				add(el.Variable)
			}
		}
	}
}

// noteDynamic tells of properties computed at run time of what a MATCH finds by label or type.
func (b *binder) noteDynamic(m *ast.Match) {
	if m.Where == nil {
		return
	}
	labels := map[string]Dynamic{}
	for _, p := range m.Pattern.Parts {
		for _, el := range p.Elements {
			switch el := el.(type) {
			case *ast.NodePattern:
				if l, ok := el.Labels.(*ast.LabelName); ok && el.Variable != nil {
					labels[el.Variable.Value] = Dynamic{Label: l.Name}
				}
			case *ast.RelPattern:
				if l, ok := el.Types.(*ast.LabelName); ok && el.Variable != nil && el.Length == nil {
					labels[el.Variable.Value] = Dynamic{Label: l.Name, Relationship: true}
				}
			}
		}
	}
	ast.Any(m.Where, func(e ast.Expr) bool {
		if i, ok := e.(*ast.Index); ok {
			v, variable := i.Subject.(*ast.Variable)
			if _, literal := i.Index.(*ast.Literal); variable && !literal && labels[v.Name].Label != "" && !slices.Contains(b.notes.dynamic, labels[v.Name]) {
				b.notes.dynamic = append(b.notes.dynamic, labels[v.Name])
			}
		}
		return false
	})
}
