package bind

import (
	"fmt"
	"slices"
	"strings"

	"graticule/cypher/ast"
	"graticule/status"
)

// checkHints checks that the labels and properties that hints of a MATCH name
// are asked for by its pattern or its WHERE.
func (b *binder) checkHints(m *ast.Match) {
	for _, h := range m.Hints {
		if h.Kind == "JOIN" && len(m.Pattern.Parts) == 1 && len(m.Pattern.Parts[0].Elements) == 1 {
			e := status.New(status.SyntaxError, "", "Cannot use join hint for single node pattern.").With("42N76", nil).Explained("The hint(s) USING JOIN ON " + h.Variables[0].Value + " cannot be fulfilled.")
			b.failWith(h, "", e)
		}
		if h.Kind == "JOIN" || len(h.Variables) == 0 {
			continue
		}
		v := h.Variables[0].Value
		labels, properties, node := asked(m, v)
		if !node {
			continue
		}
		kind, using := "index", "USING "+h.Kind
		if h.Kind == "SCAN" {
			kind = "label scan"
		}
		if h.Seek {
			using += " SEEK"
		}
		using += " " + v + ":" + h.Label
		if h.Kind != "SCAN" {
			using += "(" + strings.Join(h.Properties, ", ") + ")"
		}
		begin := fmt.Sprintf("Cannot use %s hint `%s` in this context: Must use ", kind, using)
		const where = "in the pattern or in supported predicates in `WHERE` (either directly or as part of a top-level `AND` or `OR`), but "
		text := ""
		missing := slices.IndexFunc(h.Properties, func(p string) bool { return !slices.Contains(properties, p) })
		switch {
		case !slices.Contains(labels, h.Label):
			text = fmt.Sprintf("label `%s`, that the hint is referring to, on the node `%s` either %s%s. Predicates must include the label literal `%s`. That is, the function `labels()` is not compatible with indexes. Note that label `%s` must be specified on a non-optional node.",
				h.Label, v, where, found(labels, "no label was found", "only the label %s was found", "only the labels %s were found"), h.Label, h.Label)
		case missing >= 0:
			p := h.Properties[missing]
			text = fmt.Sprintf("the property `%s`, that the hint is referring to, on the node `%s` either %s%s. Supported predicates are: equality comparison, inequality (range) comparison, `STARTS WITH`, `IN` condition or checking property existence. The comparison cannot be performed between two property values. Note that the property `%s` must be specified on a non-optional node.",
				p, v, where, found(properties, "none was found", "only %s was found", "only %s were found"), p)
		default:
			continue
		}
		e := status.New(status.SyntaxError, "", "%s", begin+text).With("42N76", status.Because("42N77", "The hint %s cannot be fulfilled. The query does not contain a compatible predicate for NODE on `%s`.", using, v))
		b.failWith(h, "", e.Explained("The hint(s) "+using+" cannot be fulfilled."))
	}
}

// found lists names as messages do.
func found(names []string, none, one, more string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = "`" + n + "`"
	}
	switch len(names) {
	case 0:
		return none
	case 1:
		return fmt.Sprintf(one, quoted[0])
	}
	return fmt.Sprintf(more, strings.Join(quoted, ", "))
}

// asked gives the labels and property keys that a MATCH asks of a node; ok tells
// that the variable is a node of its pattern.
func asked(m *ast.Match, variable string) (labels, properties []string, ok bool) {
	add := func(all *[]string, name string) {
		if !slices.Contains(*all, name) {
			*all = append(*all, name)
		}
	}
	var collect func(l ast.LabelExpr)
	collect = func(l ast.LabelExpr) {
		switch l := l.(type) {
		case *ast.LabelName:
			add(&labels, l.Name)
		case *ast.LabelAnd:
			for _, o := range l.Operands {
				collect(o)
			}
		case *ast.LabelOr:
			for _, o := range l.Operands {
				collect(o)
			}
		}
	}
	read := func(e ast.Expr) {
		ast.Any(e, func(x ast.Expr) bool {
			switch x := x.(type) {
			case *ast.Property:
				if v, is := x.Subject.(*ast.Variable); is && v.Name == variable {
					add(&properties, x.Key.Value)
				}
			case *ast.LabelPredicate:
				if v, is := x.Operand.(*ast.Variable); is && v.Name == variable {
					collect(x.Labels)
				}
			}
			return false
		})
	}
	for _, part := range m.Pattern.Parts {
		for _, el := range part.Elements {
			n, node := el.(*ast.NodePattern)
			if !node || n.Variable == nil || n.Variable.Value != variable {
				continue
			}
			ok = true
			collect(n.Labels)
			if p, literal := n.Properties.(*ast.Map); literal {
				for _, k := range p.Keys {
					add(&properties, k.Value)
				}
			}
			read(n.Where)
		}
	}
	read(m.Where)
	return labels, properties, ok
}
