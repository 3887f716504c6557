package graph

// IndexID identifies an index within one database.
type IndexID uint32

// IndexType is the kind of an index, by the name SHOW INDEXES prints.
type IndexType string

// The kinds of indexes.
const (
	IndexRange    IndexType = "RANGE"
	IndexText     IndexType = "TEXT"
	IndexPoint    IndexType = "POINT"
	IndexFulltext IndexType = "FULLTEXT"
	IndexLookup   IndexType = "LOOKUP"
	IndexVector   IndexType = "VECTOR"
)

// Index describes an index. Labels holds label names of a node index, type
// names of a relationship index; empty for a LOOKUP index.
type Index struct {
	ID           IndexID
	Name         string
	Type         IndexType
	Relationship bool // on relationships rather than nodes
	Labels       []string
	Properties   []string
	Constraint   string // name of the constraint that owns it, or ""
	Options      *Map   // as given by OPTIONS, nil if none
	Online       bool   // populated on this copy
	Populated    float64
	Failure      string
	LastRead     Value // ZONED DATETIME of the last use on this copy, null if none
	ReadCount    Value // uses on this copy since TrackedSince
	TrackedSince Value
}

// ConstraintType is the kind of a constraint, by the name SHOW CONSTRAINTS prints in Cypher 5.
type ConstraintType string

// The kinds of constraints.
const (
	ConstraintUnique     ConstraintType = "UNIQUENESS"
	ConstraintRelUnique  ConstraintType = "RELATIONSHIP_UNIQUENESS"
	ConstraintNodeExists ConstraintType = "NODE_PROPERTY_EXISTENCE"
	ConstraintRelExists  ConstraintType = "RELATIONSHIP_PROPERTY_EXISTENCE"
	ConstraintNodeType   ConstraintType = "NODE_PROPERTY_TYPE"
	ConstraintRelType    ConstraintType = "RELATIONSHIP_PROPERTY_TYPE"
	ConstraintNodeKey    ConstraintType = "NODE_KEY"
	ConstraintRelKey     ConstraintType = "RELATIONSHIP_KEY"
	ConstraintNodeLabel  ConstraintType = "NODE_LABEL_EXISTENCE"
	ConstraintRelSource  ConstraintType = "RELATIONSHIP_SOURCE_LABEL"
	ConstraintRelTarget  ConstraintType = "RELATIONSHIP_TARGET_LABEL"
)

// Constraint describes a constraint.
type Constraint struct {
	ID           uint32
	Name         string
	Type         ConstraintType
	Relationship bool
	Label        string // label, or relationship type
	Properties   []string
	OwnedIndex   string // name of the index that backs it, or ""
	PropertyType string // type text of a property type constraint, or ""
	// EnforcedLabel is the label that a node, or an end of a relationship, must
	// have under the three kinds of label constraints; "" for all others.
	EnforcedLabel string
	// Dependent constraints make up an element type of the graph type: they come and go with it.
	Dependent bool
	Options   *Map
}

// RangeQuery selects a part of a RANGE index in the index's own value order.
// For a composite index, Equal fixes a prefix of the properties and the bounds
// apply to the next one. A Null bound is open; an index holds no nulls.
type RangeQuery struct {
	Equal             []Value
	Low, High         Value
	LowIncl, HighIncl bool
	Prefix            string // with HasPrefix: strings that start so
	HasPrefix         bool
	Infix             string // with HasInfix, of a TEXT index: strings that hold it
	HasInfix          bool
	Box               *Box // of a POINT index
	Descending        bool
}

// Below narrows q to values less than v, or as much.
func (q *RangeQuery) Below(v Value, incl bool) {
	if q.High.IsNull() || Less(v, q.High, false).IsTrue() {
		q.High, q.HighIncl = v, incl
	}
}

// Above narrows q to values greater than v, or as much.
func (q *RangeQuery) Above(v Value, incl bool) {
	if q.Low.IsNull() || Less(q.Low, v, false).IsTrue() {
		q.Low, q.LowIncl = v, incl
	}
}

// Narrowest gives q with one kind of condition, the one that finds least.
func (q RangeQuery) Narrowest() RangeQuery {
	switch {
	case q.Equal != nil:
		return RangeQuery{Equal: q.Equal}
	case q.HasPrefix:
		return RangeQuery{Prefix: q.Prefix, HasPrefix: true}
	}
	return q
}

// Box is what lies between two points of one coordinate system, in every
// coordinate. Geographic boxes do not cross the antimeridian.
type Box struct{ Low, High Point }

// Hit is an entity that a full-text or vector index found, with its score.
type Hit struct {
	ID    uint64 // of a node or relationship, as the index is on
	Score float64
}

// TextSearch narrows the search of a full-text index.
type TextSearch struct {
	Analyzer string // for the words of the query; "" means the index's own
	Skip     int
	Limit    int // < 0: all
}

// TextAnalyzer describes an analyzer of full-text indexes.
type TextAnalyzer struct {
	Name, Description string
	Stopwords         []string
}
