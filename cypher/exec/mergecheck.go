package exec

import "graticule/cypher/ast"

// mergeCheck is a property of MERGE, which must not be null.
type mergeCheck struct {
	value           eval
	key, what, text string // of the message
}

// mergeChecks gives the properties of a path that p was compiled from.
func (c *compiler) mergeChecks(path *ast.PathPattern, p *pattern) []mergeCheck {
	var out []mergeCheck
	add := func(props []propEquals, what, before, after string) {
		for _, e := range props {
			out = append(out, mergeCheck{value: e.value, key: e.key, what: what, text: before + "{" + e.key + ": null}" + after})
		}
	}
	name := func(n *ast.Name) string {
		if n == nil {
			return ""
		}
		return n.Value
	}
	nodes, rels := 0, 0
	for i, el := range path.Elements {
		switch el := el.(type) {
		case *ast.NodePattern:
			if nodes < len(p.nodes) {
				add(p.nodes[nodes].props, "node", "("+labelsText(el.Labels)+" ", ")")
				nodes++
			}
		case *ast.RelPattern:
			if rels < len(p.rels) && i > 0 && i+1 < len(path.Elements) {
				from, _ := path.Elements[i-1].(*ast.NodePattern)
				to, _ := path.Elements[i+1].(*ast.NodePattern)
				if from != nil && to != nil {
					add(p.rels[rels].props, "relationship", "("+name(from.Variable)+")-["+labelsText(el.Types)+" ", "]->("+name(to.Variable)+")")
				}
				rels++
			}
		}
	}
	return out
}

func labelsText(l ast.LabelExpr) string {
	switch l := l.(type) {
	case *ast.LabelName:
		return ":" + l.Name
	case *ast.LabelAnd:
		s := ""
		for _, o := range l.Operands {
			s += labelsText(o)
		}
		return s
	}
	return ""
}

// relationshipName gives the name of the first relationship of a path as messages have it.
func relationshipName(path *ast.PathPattern) string {
	for _, el := range path.Elements {
		if r, ok := el.(*ast.RelPattern); ok && r.Variable != nil {
			return r.Variable.Value
		}
	}
	return "  UNNAMED0"
}
