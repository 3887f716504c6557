package plan

import (
	"fmt"
	"strings"
)

// Op is a step that solves elements, on the rows of the steps it stands on.
type Op struct {
	Kind   OpKind
	Input  *Op // nil for the first
	Build  *Op // of a Join, the side that is put into a table
	Node   int // of Argument, Leaf and Intersect
	Rel    int // of what solves one relationship
	Access Access
	// HaveFrom and HaveTo tell which ends of Rel were solved before.
	HaveFrom, HaveTo bool
	Legs             []int // of an Intersect, the relationships that meet in Node
	On               []int // of a Join, the nodes that both sides have
	Found            float64
	Rows             float64 // expected, when all conditions have been checked; Found: before
	Cost             float64 // of it and all it stands on
}

// OpKind is what a step does.
type OpKind uint8

// Argument checks a node that was solved before the pattern, Leaf finds one from
// nothing. Solve solves one relationship in the state given by HaveFrom and
// HaveTo. Intersect finds a node that several solved nodes relate to. Join puts
// two solved parts together.
const (
	Argument OpKind = iota
	Leaf
	Solve
	Intersect
	Join
)

// Steps gives the steps on the way to o, first to last.
func (o *Op) Steps() []*Op {
	n := 0
	for at := o; at != nil; at = at.Input {
		n++
	}
	out := make([]*Op, n)
	for at := o; at != nil; at = at.Input {
		n--
		out[n] = at
	}
	return out
}

// String gives the tree in one line, for tests and logs.
func (o *Op) String() string {
	var parts []string
	for _, at := range o.Steps() {
		switch at.Kind {
		case Argument:
			parts = append(parts, fmt.Sprintf("argument n%d", at.Node))
		case Leaf:
			parts = append(parts, fmt.Sprintf("leaf n%d", at.Node))
		case Solve:
			name := "scan"
			switch {
			case at.HaveFrom && at.HaveTo:
				name = "into"
			case at.HaveFrom || at.HaveTo:
				name = "expand"
			}
			parts = append(parts, fmt.Sprintf("%s r%d", name, at.Rel))
		case Intersect:
			parts = append(parts, fmt.Sprintf("intersect n%d by r%v", at.Node, at.Legs))
		case Join:
			parts = append(parts, fmt.Sprintf("join on n%v (%s)", at.On, at.Build))
		}
	}
	return strings.Join(parts, ", ")
}
