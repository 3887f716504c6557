package bind

import (
	"strings"

	"graticule/cypher/ast"
	"graticule/status"
)

// labelledItem is an item of SET or REMOVE; the labels are nil when it is about anything else.
type labelledItem struct {
	variable *ast.Variable
	labels   ast.LabelExpr
}

// checkIs refuses SET and REMOVE that write IS at one item and several labels,
// parted by colons, at another.
func (b *binder) checkIs(cl ast.Clause, word string, items []labelledItem) {
	is, several := false, false
	var better []string
	for _, i := range items {
		if i.labels == nil || i.variable == nil {
			continue
		}
		between := ast.Span{Start: i.variable.At().End, End: i.labels.At().Start}.Text(b.source)
		is = is || !strings.Contains(between, ":")
		labels := []ast.LabelExpr{i.labels}
		if and, ok := i.labels.(*ast.LabelAnd); ok {
			several, labels = true, and.Operands
		}
		for _, l := range labels {
			better = append(better, i.variable.Name+" IS "+l.At().Text(b.source))
		}
	}
	if is && several {
		e := "It is not supported to use the `IS` keyword together with multiple labels in `" + word + "`. Rewrite the expression as `" + strings.Join(better, ", ") + "`."
		b.failBecause(cl, "", status.Because("42I29", "The IS keyword cannot be used together with multiple labels in '%s'.", word), "%s", e)
	}
}
