package plan

import "graticule/graph"

// Query is a pattern to solve. Its elements are numbered: node i is element i,
// relationship j is element len(Nodes)+j.
type Query struct {
	Nodes      []Node
	Rels       []Rel
	Predicates []Predicate

	// Tables says that rows may be kept in tables: nothing that the pattern reads
	// changes meanwhile.
	Tables bool
	// Joins says that all rows are wanted, so that one side of a join may be
	// solved as a whole before the first row comes.
	Joins bool
	// Intersects says that the neighbours of several nodes may be intersected.
	Intersects bool
}

// Node is a node of a pattern.
type Node struct {
	Bound      bool     // solved before the pattern
	Must       []string // labels that any match has
	AnyOf      []string // labels of which any match has one; nil when not known
	Conditions []Condition
	Hint       *Hint // nil: none
}

// Rel is a relationship of a pattern, or a path that is solved as one.
type Rel struct {
	From, To   int
	Direction  graph.Direction
	Types      []string // nil: any
	Variable   bool     // of variable length, from Min to Max (-1: any) steps
	Min, Max   int64
	Conditions []Condition
	Kind       RelKind
	// Counted tells that of an expansion from From (0), or from To (1), only the
	// number of rows matters, if it is the last step.
	Counted [2]bool
	// Read tells that the relationship itself is read later: a scan of all, in
	// their own order, finds its type and its properties beside it.
	Read bool
}

// RelKind tells how a relationship can be solved.
type RelKind uint8

// A Free relationship can be found from nothing, from one end or from both. Of a
// Bound one the value is known: it gives its ends, or checks them. BoundList is a
// list of relationships that is known, Repeated a path that goes on from From,
// and Between one that is searched when both ends are solved.
const (
	Free RelKind = iota
	Bound
	BoundList
	Repeated
	Between
)

// Condition is a condition on a property of an element that an index may answer.
type Condition struct {
	Kind  Kind
	Key   string
	Deps  []int        // elements of the pattern that the value needs
	Value *graph.Value // when it is known now; else nil
	Fixed bool         // the same for all rows
}

// Predicate is a condition that is checked as soon as its elements are solved.
type Predicate struct {
	Deps        []int
	Selectivity float64 // the share of rows that pass; 1 for what a Condition says too
	Equates     []Side  // of an equality: the properties it compares
}

// Side is a property of a node.
type Side struct {
	Node int
	Key  string
}

// Kind is how a condition compares.
type Kind uint8

// The kinds of conditions. Within is: no farther than a distance from a point;
// Box is: between two points.
const (
	Equal Kind = iota
	In
	Less
	LessEqual
	Greater
	GreaterEqual
	Prefix
	Suffix
	Infix
	Exists
	Within
	Box
)

// The keys of conditions on id(n) and elementId(n); no property is called so.
const (
	KeyID        = "\x00id"
	KeyElementID = "\x00elementId"
)

// Serves tells whether an index of one property can answer a condition.
func Serves(t graph.IndexType, k Kind) bool {
	switch t {
	case graph.IndexRange:
		switch k {
		case Equal, Prefix, Less, LessEqual, Greater, GreaterEqual, Exists:
			return true
		}
	case graph.IndexText:
		return k == Prefix || k == Infix || k == Suffix
	case graph.IndexPoint:
		return k == Within || k == Box
	}
	return false
}

// Selectivity gives the share of entities that meet a condition, without statistics.
func (k Kind) Selectivity() float64 {
	switch k {
	case Equal, Prefix, Suffix, Infix, Within, Box:
		return 0.1
	case In:
		return 0.2
	case Exists:
		return 0.9
	}
	return 0.4
}

// Statistics tells how large things are. All its answers are estimates.
type Statistics interface {
	Nodes(label string) float64 // "": all
	Rels(typ string) float64    // "": all
	// Degree gives the mean number of relationships of the nodes with a label.
	Degree(label string, dir graph.Direction, types []string) float64
	Indexes() []graph.Index
	// PerValue gives the mean number of entities for one value of an index.
	PerValue(index graph.IndexID) float64
	// Entries gives how many entities an index has in a range; ok=false when it
	// cannot tell.
	Entries(index graph.IndexID, q graph.RangeQuery) (n float64, ok bool)
	// Share gives the part of the nodes with a label ("": all) whose property is in
	// a range, from a sample; ok=false when there is none.
	Share(label, key string, q graph.RangeQuery) (share float64, ok bool)
}
