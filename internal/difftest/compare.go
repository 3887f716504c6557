package difftest

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"graticule/graph"
	"graticule/internal/cases"
)

// statusClass begins the class of errors of one code with another GQLSTATUS.
const statusClass = "gqlstatus: "

// shown is how many rows of each side a Difference shows.
const shown = 12

// Compare tells how the answer of the engine differs from that of Neo4j: the
// class is "" when it does not.
func Compare(s *Statement, neo, ours *cases.Answer) (class, detail string) {
	switch {
	case neo.Failure != nil && ours.Failure != nil:
		return compareFailures(neo.Failure, ours.Failure)
	case ours.Failure != nil:
		return "only we fail: " + ours.Failure.Code + " " + ours.Failure.GQL, ours.Failure.Message
	case neo.Failure != nil:
		return "only Neo4j fails: " + neo.Failure.Code + " " + neo.Failure.GQL, neo.Failure.Message
	case !slices.Equal(neo.Columns, ours.Columns):
		return "columns", fmt.Sprintf("Neo4j %q\nours  %q", neo.Columns, ours.Columns)
	}
	if s.Unsure {
		return "", ""
	}
	if class, detail = compareRows(s, neo, ours); class != "" {
		return class, detail
	}
	if n, o := strings.Join(neo.Counters, ", "), strings.Join(ours.Counters, ", "); n != o {
		return "counters", "Neo4j " + n + "\nours  " + o
	}
	return "", ""
}

func compareFailures(neo, ours *cases.Failure) (class, detail string) {
	detail = "Neo4j " + neo.Message + "\nours  " + ours.Message
	switch {
	case neo.Code != ours.Code:
		return "code: " + neo.Code + " " + neo.GQL + ", ours " + ours.Code + " " + ours.GQL, detail
	case neo.GQL != ours.GQL:
		return statusClass + neo.Code + " " + neo.GQL + ", ours " + ours.GQL, detail
	}
	return "", ""
}

func compareRows(s *Statement, neo, ours *cases.Answer) (class, detail string) {
	n, o := texts(s, neo.Rows), texts(s, ours.Rows)
	nk, ok := keys(s, neo.Rows), keys(s, ours.Rows)
	slices.Sort(n)
	slices.Sort(o)
	if s.Inexact && s.digits == 0 && !slices.Equal(n, o) { // rounding may fall on either side
		coarse := *s
		coarse.digits = 7
		return compareRows(&coarse, neo, ours)
	}
	switch {
	case !slices.Equal(n, o):
		return "rows", fmt.Sprintf("%d rows from Neo4j, %d of ours; only Neo4j's\n%sonly ours\n%s", len(n), len(o), without(n, o), without(o, n))
	case !slices.Equal(nk, ok):
		return "order", fmt.Sprintf("Neo4j %v\nours  %v", nk, ok)
	}
	return "", ""
}

// without lists what of the sorted a is not in the sorted b.
func without(a, b []string) string {
	var out strings.Builder
	n := 0
	for i, j := 0, 0; i < len(a); {
		switch {
		case j == len(b) || a[i] < b[j]:
			if n++; n <= shown {
				out.WriteString("  " + a[i] + "\n")
			}
			i++
		case a[i] > b[j]:
			j++
		default:
			i++
			j++
		}
	}
	return out.String()
}

func texts(s *Statement, rows [][]graph.Value) []string {
	out := make([]string, len(rows))
	for i, row := range rows {
		cells := make([]string, len(row))
		for c, v := range row {
			cells[c] = text(s, v, slices.Contains(s.Bags, c))
		}
		out[i] = strings.Join(cells, " | ")
	}
	return out
}

// keys gives what ORDER BY sorted by, in the order of the rows.
func keys(s *Statement, rows [][]graph.Value) []string {
	if len(s.Keys) == 0 {
		return nil
	}
	out := make([]string, len(rows))
	for i, row := range rows {
		var cells []string
		for _, c := range s.Keys {
			if c < len(row) {
				cells = append(cells, text(s, row[c], false))
			}
		}
		out[i] = strings.Join(cells, " | ")
	}
	return out
}

func text(s *Statement, v graph.Value, bag bool) string {
	if bag && v.Kind() == graph.KindList {
		items := make([]string, len(v.AsList()))
		for i, e := range v.AsList() {
			items[i] = text(s, e, false)
		}
		slices.Sort(items)
		return "bag" + fmt.Sprint(items)
	}
	return cases.Text(level(s, v))
}

// level takes away what is not determined of numbers.
func level(s *Statement, v graph.Value) graph.Value {
	switch v.Kind() {
	case graph.KindFloat:
		f := v.AsFloat()
		if s.Inexact && !math.IsNaN(f) && !math.IsInf(f, 0) {
			f, _ = strconv.ParseFloat(strconv.FormatFloat(f, 'g', cmp.Or(s.digits, 9), 64), 64)
			if math.Abs(f) < 1e-9 {
				f = 0
			}
		}
		if (s.Loose || s.Inexact) && f == 0 {
			f = 0 // of two zeros
		}
		if s.Loose && f == math.Trunc(f) && math.Abs(f) < 1<<60 {
			return graph.Int(int64(f))
		}
		return graph.Float(f)
	case graph.KindList:
		out := make([]graph.Value, len(v.AsList()))
		for i, e := range v.AsList() {
			out[i] = level(s, e)
		}
		return graph.List(out)
	case graph.KindMap:
		return graph.MapOf(levelMap(s, v.AsMap()))
	case graph.KindNode:
		n := *v.AsNode()
		n.Properties = levelMap(s, n.Properties)
		return graph.NodeOf(&n)
	case graph.KindRel:
		r := *v.AsRel()
		r.Properties = levelMap(s, r.Properties)
		return graph.RelOf(&r)
	case graph.KindPath:
		p := &graph.Path{}
		for _, n := range v.AsPath().Nodes {
			p.Nodes = append(p.Nodes, level(s, n))
		}
		for _, r := range v.AsPath().Rels {
			p.Rels = append(p.Rels, level(s, r))
		}
		return graph.PathOf(p)
	}
	return v
}

func levelMap(s *Statement, m *graph.Map) *graph.Map {
	out := graph.NewMap(m.Len())
	for i := range m.Len() {
		k, v := m.At(i)
		out.Put(k, level(s, v))
	}
	return out
}
