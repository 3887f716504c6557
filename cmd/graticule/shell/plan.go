package shell

import (
	"bufio"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/db"
)

// detailsMax is the width at which an operator's details are broken.
const detailsMax = 100

// operator is one operator of EXPLAIN or PROFILE.
type operator struct {
	name         string
	args         map[string]any
	dbHits, rows int64
	children     []*operator
}

// planOf gives the plan of a summary, nil when it has none.
func planOf(s neo4j.ResultSummary) (root *operator, profiled bool) {
	if p := s.Profile(); p != nil {
		return profiledOperator(p), true
	}
	if p := s.Plan(); p != nil {
		return plannedOperator(p), false
	}
	return nil, false
}

func plannedOperator(p neo4j.Plan) *operator {
	if whole := wholePlan(p); whole != nil {
		return operatorOf(*whole)
	}
	o := &operator{name: p.Operator(), args: p.Arguments()}
	for _, c := range p.Children() {
		o.children = append(o.children, plannedOperator(c))
	}
	return o
}

func operatorOf(p db.Plan) *operator {
	o := &operator{name: p.Operator, args: p.Arguments}
	for _, c := range p.Children {
		o.children = append(o.children, operatorOf(c))
	}
	return o
}

// wholePlan takes the plan out of the driver's wrapper, whose Children repeats
// the last child where there are several (5.28.4: it keeps the address of a
// loop variable). It gives nil if the wrapper is not the one known.
func wholePlan(p neo4j.Plan) *db.Plan {
	v := reflect.ValueOf(p)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct || v.Elem().NumField() != 1 {
		return nil
	}
	if f := v.Elem().Field(0); f.Type() == reflect.TypeFor[*db.Plan]() {
		return (*db.Plan)(f.UnsafePointer())
	}
	return nil
}

func profiledOperator(p neo4j.ProfiledPlan) *operator {
	o := &operator{name: p.Operator(), args: p.Arguments(), dbHits: p.DbHits(), rows: p.Records()}
	for _, c := range p.Children() {
		o.children = append(o.children, profiledOperator(c))
	}
	return o
}

func (o *operator) totalHits() int64 {
	n := o.dbHits
	for _, c := range o.children {
		n += c.totalHits()
	}
	return n
}

// fact is one thing told of a plan as a whole.
type fact struct {
	name  string
	value any
}

var statementKinds = map[neo4j.StatementType]string{
	neo4j.StatementTypeReadOnly: "READ_ONLY", neo4j.StatementTypeReadWrite: "READ_WRITE",
	neo4j.StatementTypeWriteOnly: "WRITE_ONLY", neo4j.StatementTypeSchemaWrite: "SCHEMA_WRITE",
}

func planFacts(s neo4j.ResultSummary) []fact {
	root, profiled := planOf(s)
	if root == nil {
		return nil
	}
	kind := "EXPLAIN"
	if profiled {
		kind = "PROFILE"
	}
	facts := []fact{{"Plan", kind}, {"Statement", statementKinds[s.StatementType()]}}
	for _, name := range []string{"Version", "Planner", "Runtime"} {
		if v, ok := root.args[strings.ToLower(name)]; ok {
			facts = append(facts, fact{name, v})
		}
	}
	elapsed := max(0, s.ResultAvailableAfter()) + max(0, s.ResultConsumedAfter())
	facts = append(facts, fact{"Time", elapsed.Milliseconds()})
	if profiled {
		facts = append(facts, fact{"DbHits", root.totalHits()}, fact{"Rows", root.rows})
		if v, ok := root.args["GlobalMemory"]; ok {
			facts = append(facts, fact{"Memory (Bytes)", v})
		}
	}
	return facts
}

// writePlan writes the facts of a plan and its tree; nothing without a plan.
func writePlan(w *bufio.Writer, s neo4j.ResultSummary) {
	facts := planFacts(s)
	if facts == nil {
		return
	}
	t := &table{w: w, sample: 1, wrap: true}
	var values []any
	for _, f := range facts {
		t.columns, values = append(t.columns, f.name), append(values, f.value)
	}
	_ = t.row(values) // the writer keeps its error
	_ = t.end()
	root, profiled := planOf(s)
	w.WriteString("\n\n")
	writeTree(w, root, profiled)
	w.WriteByte('\n')
}

// planColumn is one column beside the operators; it is left out when no
// operator has a text for it.
type planColumn struct {
	title  string
	number bool
	text   func(o *operator) string
}

func argument(name string) func(*operator) string {
	return func(o *operator) string {
		switch v := o.args[name].(type) {
		case nil:
			return ""
		case string:
			return v
		case float64:
			return strconv.FormatInt(int64(math.Round(v)), 10)
		default:
			return formatValue(v)
		}
	}
}

func planColumns(profiled bool) []planColumn {
	columns := []planColumn{
		{"Details", false, argument("Details")},
		{"Estimated Rows", true, argument("EstimatedRows")},
	}
	if profiled {
		columns = append(columns,
			planColumn{"Rows", true, func(o *operator) string { return strconv.FormatInt(o.rows, 10) }},
			planColumn{"DB Hits", true, func(o *operator) string { return strconv.FormatInt(o.dbHits, 10) }},
			planColumn{"Memory (Bytes)", true, argument("Memory")},
			planColumn{"Page Cache Hits/Misses", true, func(o *operator) string {
				hits, misses := argument("PageCacheHits")(o), argument("PageCacheMisses")(o)
				if hits == "" && misses == "" {
					return ""
				}
				return hits + "/" + misses
			}})
	}
	return append(columns, planColumn{"Ordered by", false, argument("Order")}, planColumn{"Other", false, argument("Id")})
}

// treeLine is one operator with what is drawn before and after it.
type treeLine struct {
	tree  string // of its first line
	below string // of its other lines, and of the line that parts it from the next operator
	fork  bool   // the next operator begins a branch
	o     *operator
}

// lines lists the operators from the root down: of two inputs the second is
// drawn first, one step to the right.
func (o *operator) lines(depth int, out []treeLine) []treeLine {
	indent := strings.Repeat("| ", depth)
	out = append(out, treeLine{tree: indent + "+" + o.name, below: indent + "|", fork: len(o.children) > 1, o: o})
	for i := len(o.children) - 1; i >= 1; i-- {
		out = o.children[i].lines(depth+1, out)
		out[len(out)-1].below, out[len(out)-1].fork = indent+"|", i > 1
	}
	if len(o.children) > 0 {
		out = o.children[0].lines(depth, out)
	}
	return out
}

func writeTree(w *bufio.Writer, root *operator, profiled bool) {
	lines := root.lines(0, nil)
	columns := slices.DeleteFunc(planColumns(profiled), func(c planColumn) bool {
		return !slices.ContainsFunc(lines, func(l treeLine) bool { return c.text(l.o) != "" })
	})
	widths := []int{len("Operator")}
	for _, l := range lines {
		widths[0] = max(widths[0], utf8.RuneCountInString(l.tree))
	}
	for _, c := range columns {
		width := utf8.RuneCountInString(c.title)
		for _, l := range lines {
			for _, s := range fit(c.text(l.o), detailsMax, true) {
				width = max(width, utf8.RuneCountInString(s))
			}
		}
		widths = append(widths, width)
	}
	rule := func(first string) {
		w.WriteString(first)
		for _, width := range widths[1:] {
			w.WriteString("+" + strings.Repeat("-", width+2))
		}
		w.WriteString("+\n")
	}
	border := "+" + strings.Repeat("-", widths[0]+2)
	rule(border)
	w.WriteString("| " + padded("Operator", widths[0], false))
	for i, c := range columns {
		w.WriteString(" | " + padded(c.title, widths[i+1], false))
	}
	w.WriteString(" |\n")
	rule(border)
	for n, l := range lines {
		writeOperator(w, l, columns, widths)
		if n < len(lines)-1 {
			part := l.below
			if l.fork {
				part += "\\"
			}
			rule("| " + padded(part, widths[0], false) + " ")
		}
	}
	rule(border)
}

func writeOperator(w *bufio.Writer, l treeLine, columns []planColumn, widths []int) {
	cells := make([][]string, len(columns))
	height := 1
	for i, c := range columns {
		cells[i] = fit(c.text(l.o), detailsMax, true)
		height = max(height, len(cells[i]))
	}
	for n := range height {
		tree := l.tree
		if n > 0 {
			tree = l.below
			if len(l.o.children) == 0 && !strings.Contains(tree, " ") {
				tree = "" // nothing hangs below it
			}
		}
		w.WriteString("| " + padded(tree, widths[0], false))
		for i, c := range columns {
			text := ""
			if n < len(cells[i]) {
				text = cells[i][n]
			}
			w.WriteString(" | " + padded(text, widths[i+1], c.number))
		}
		w.WriteString(" |\n")
	}
}

func padded(s string, width int, right bool) string {
	pad := strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s)))
	if right {
		return pad + s
	}
	return s + pad
}
