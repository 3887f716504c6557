package ast

import "graticule/graph"

// Pattern is the comma-separated parts of a MATCH, CREATE or MERGE.
type Pattern struct {
	Span
	Parts []*PathPattern
}

// PathPattern is one path: node, relationship, node, …, with an optional path
// variable, selector and shortestPath wrapper. Elements alternate between
// *NodePattern (or *QuantifiedPath) and *RelPattern; a QuantifiedPath stands
// between node patterns without a RelPattern.
type PathPattern struct {
	Span
	Variable *Name
	Selector *Selector
	Mode     string // "", "WALK", "TRAIL" or "ACYCLIC"
	ModeAt   Span   // of the mode
	Shortest string // "", "shortestPath" or "allShortestPaths"
	// ShortestAt is the offset of that word.
	ShortestAt int
	Elements   []PatternElement
	Where      Expr // of a parenthesised path; nil otherwise
}

// Selector chooses among the paths between each pair of ends.
type Selector struct {
	Span
	Kind   string // "ANY", "ALL", "SHORTEST", "ANY SHORTEST", "ALL SHORTEST", "SHORTEST GROUPS"
	Count  Expr   // nil means 1
	Groups bool
}

// PatternElement is a *NodePattern, *RelPattern or *QuantifiedPath.
type PatternElement interface {
	Node
	patternElement()
}

// NodePattern is (v:Labels {…} WHERE …).
type NodePattern struct {
	Span
	Variable   *Name
	Labels     LabelExpr // nil when none
	Properties Expr      // *Map or *Parameter; nil when none
	Where      Expr
}

// RelPattern is -[v:TYPES *1..2 {…} WHERE …]->.
type RelPattern struct {
	Span
	Variable   *Name
	Types      LabelExpr
	Direction  graph.Direction // Both for -- and <-->
	Length     *Range          // *m..n; nil when absent
	Quantifier *Range          // {m,n}, + or * after the arrow
	Properties Expr
	Where      Expr
}

// QuantifiedPath is ((a)-[r]->(b) WHERE …){m,n}.
type QuantifiedPath struct {
	Span
	Path       *PathPattern
	Quantifier Range
}

// Range is a number of repetitions; Max < 0 means no upper bound.
type Range struct {
	Span
	Min, Max int64
	HasMin   bool // the text gives a minimum
}

func (*NodePattern) patternElement()    {}
func (*RelPattern) patternElement()     {}
func (*QuantifiedPath) patternElement() {}

// LabelExpr is a label or relationship type expression.
type LabelExpr interface {
	Node
	labelExpr()
}

type (
	// LabelName is one label or type.
	LabelName struct {
		Span
		Name string
	}
	// LabelDynamic is $(expr), $all(expr) or $any(expr).
	LabelDynamic struct {
		Span
		Expr Expr
		Any  bool
	}
	// LabelAny is %.
	LabelAny struct{ Span }
	// LabelNot is !e.
	LabelNot struct {
		Span
		Operand LabelExpr
	}
	// LabelAnd is a&b or :a:b.
	LabelAnd struct {
		Span
		Operands []LabelExpr
		Colons   bool // written with colons
	}
	// LabelOr is a|b.
	LabelOr struct {
		Span
		Operands []LabelExpr
		Colons   []int // offsets of bars that a colon follows, as in a|:b
	}
)

func (*LabelName) labelExpr()    {}
func (*LabelDynamic) labelExpr() {}
func (*LabelAny) labelExpr()     {}
func (*LabelNot) labelExpr()     {}
func (*LabelAnd) labelExpr()     {}
func (*LabelOr) labelExpr()      {}
