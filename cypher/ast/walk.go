package ast

// Children calls visit for each expression directly below e. Patterns and
// subqueries below e are not entered; Pattern and Query of such an e are the
// caller's to look at.
func Children(e Expr, visit func(Expr)) {
	one := func(x Expr) {
		if x != nil {
			visit(x)
		}
	}
	switch e := e.(type) {
	case *Property:
		one(e.Subject)
	case *Index:
		one(e.Subject)
		one(e.Index)
	case *Slice:
		one(e.Subject)
		one(e.From)
		one(e.To)
	case *Unary:
		one(e.Operand)
	case *Binary:
		one(e.Left)
		one(e.Right)
	case *Comparison:
		for _, x := range e.Operands {
			one(x)
		}
	case *IsNull:
		one(e.Operand)
	case *IsNormalized:
		one(e.Operand)
	case *TypePredicate:
		one(e.Operand)
	case *LabelPredicate:
		one(e.Operand)
	case *Call:
		for _, x := range e.Args {
			one(x)
		}
	case *List:
		for _, x := range e.Items {
			one(x)
		}
	case *Map:
		for _, x := range e.Values {
			one(x)
		}
	case *MapProjection:
		one(e.Subject)
		for _, i := range e.Items {
			if i.Variable != nil {
				one(i.Variable)
			}
			one(i.Value)
		}
	case *Case:
		one(e.Subject)
		for _, w := range e.Whens {
			for _, c := range w.Conditions {
				one(c)
			}
			one(w.Then)
		}
		one(e.Else)
	case *ListComprehension:
		one(e.List)
		one(e.Where)
		one(e.Projection)
	case *PatternComprehension:
		one(e.Where)
		one(e.Projection)
	case *Quantifier:
		one(e.List)
		one(e.Predicate)
	case *Reduce:
		one(e.Init)
		one(e.List)
		one(e.Expression)
		one(e.AllPredicate)
	}
}

// Any tells whether test holds for e or an expression below it.
func Any(e Expr, test func(Expr) bool) bool {
	if e == nil {
		return false
	}
	if test(e) {
		return true
	}
	found := false
	Children(e, func(x Expr) { found = found || Any(x, test) })
	return found
}
