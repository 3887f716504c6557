package exec

import (
	"context"

	"graticule/graph"
)

// Graph is what the runtime asks of one transaction on one database: reads see
// the transaction's snapshot and its own writes; writes stay in the
// transaction until it commits. It is the seam between the language and the
// store, and deliberately wide; graphstore.Tx implements it. All reads work on
// batches: never one call per row.
//
// A Graph belongs to one goroutine at a time. Errors come from the store
// (damage, a lock wait that ended, a closed transaction) and end the statement.
type Graph interface {
	Tokens
	Reader
	Writer
	Schema
	Searcher
	Estimator
}

// Estimator answers a planner's questions. Its answers do not count as read: a
// wrong one makes a plan slower, never its result wrong.
type Estimator interface {
	EstimateNodes(label graph.LabelID) int64
	EstimateRels(typ graph.TypeID) int64
	// EstimateDegree gives the mean number of relationships of nodes with a label.
	EstimateDegree(label graph.LabelID, dir graph.Direction, types []graph.TypeID) float64
	// EstimatePerValue gives the mean number of entities for one value of an index.
	EstimatePerValue(index graph.IndexID) float64
	// EstimateEntries gives how many entities a range index has in a range; ok=false
	// when it cannot tell.
	EstimateEntries(index graph.IndexID, q graph.RangeQuery) (n int64, ok bool)
	// EstimateShare gives the part of the nodes with a label (graph.AnyLabel: all)
	// whose property is in a range, from a sample; ok=false when there are none.
	EstimateShare(label graph.LabelID, key graph.KeyID, q graph.RangeQuery) (share float64, ok bool)
	// IndexOrder gives how many entities a range index holds, and whether its
	// order is that of ORDER BY.
	IndexOrder(index graph.IndexID) (entries int64, sorted bool)
	// SchemaVersion changes with every change of indexes and constraints.
	SchemaVersion() uint64
}

// Tokens turns names into tokens and back. Lookups never create; the Ensure
// methods create in the transaction and need a write transaction.
type Tokens interface {
	Label(name string) (graph.LabelID, bool)
	Type(name string) (graph.TypeID, bool)
	Key(name string) (graph.KeyID, bool)
	LabelName(graph.LabelID) string
	TypeName(graph.TypeID) string
	KeyName(graph.KeyID) string
	EnsureLabel(name string) (graph.LabelID, error)
	EnsureType(name string) (graph.TypeID, error)
	EnsureKey(name string) (graph.KeyID, error)
	// Labels, Types and Keys list the tokens in use by committed data or by this
	// transaction, by name.
	LabelNames() []string
	TypeNames() []string
	KeyNames() []string
}

// Reader reads the graph. Ids of missing or deleted entities give the zero
// answer (false, null, empty), never an error.
type Reader interface {
	ScanNodes() graph.NodeCursor                                      // every node, ascending id
	ScanLabel(label graph.LabelID) graph.NodeCursor                   // ascending id
	ScanRels(typ graph.TypeID) graph.RelCursor                        // graph.AnyType for all; ascending id
	SeekNodes(idx graph.IndexID, q graph.RangeQuery) graph.NodeCursor // in value order
	SeekRels(idx graph.IndexID, q graph.RangeQuery) graph.RelCursor
	// FindNodes gives the nodes that have all labels and whose properties equal
	// the values, by index where there is one, else by scan. It registers a
	// predicate read of exactly this condition, so that MERGE on different values
	// does not conflict and on the same value does. Appends to out.
	FindNodes(labels []graph.LabelID, keys []graph.KeyID, values []graph.Value, out []graph.NodeID) ([]graph.NodeID, error)

	NodesExist(ids []graph.NodeID, out []bool) error
	NodeLabels(ids []graph.NodeID, out *graph.LabelSets) error
	HasLabel(ids []graph.NodeID, label graph.LabelID, out []bool) error
	NodeProperty(ids []graph.NodeID, key graph.KeyID, out []graph.Value) error
	RelProperty(ids []graph.RelID, key graph.KeyID, out []graph.Value) error
	// NodeColumn is NodeProperty for many nodes at once, best in ascending order.
	NodeColumn(ids []graph.NodeID, key graph.KeyID, out *graph.Column) error
	// NodeProperties and RelProperties append all properties of one entity, ascending key.
	NodeProperties(id graph.NodeID, out []graph.Property) ([]graph.Property, error)
	RelProperties(id graph.RelID, out []graph.Property) ([]graph.Property, error)
	// RelEnds gives the type of a relationship that the transaction has deleted, too.
	RelEnds(ids []graph.RelID, out []graph.RelEnds) error

	// Expand fills out with the relationships of req.Sources from req's
	// continuation on, and moves the continuation. Within a source the order is
	// stable for a snapshot. A source cut by Limit goes on in the next call, whose
	// first row continues it.
	Expand(req *graph.ExpandRequest, out *graph.Adjacency) error
	// ExpandInto gives, for each pair, the relationships between from[i] and to[i].
	ExpandInto(from, to []graph.NodeID, dir graph.Direction, types []graph.TypeID, out *graph.Adjacency) error
	Degree(ids []graph.NodeID, dir graph.Direction, types []graph.TypeID, out []int64) error

	// NodeCount counts nodes with the label (graph.AnyLabel: all), RelCount
	// relationships of the type between such ends, from kept statistics plus this
	// transaction's writes. RelCount knows at most one of start and end; with both
	// set it gives the smaller single-ended count as an estimate and exact=false.
	NodeCount(label graph.LabelID) int64
	RelCount(start graph.LabelID, typ graph.TypeID, end graph.LabelID) (n int64, exact bool)
}

// Writer changes the graph within the transaction. Write methods may wait for
// another open transaction on this server that has written the same entity.
type Writer interface {
	CreateNode(labels []graph.LabelID) (graph.NodeID, error)
	CreateRel(typ graph.TypeID, start, end graph.NodeID) (graph.RelID, error)
	// SetNodeProperty and SetRelProperty set one property; null removes it. The
	// bool tells whether anything was stored or removed.
	SetNodeProperty(id graph.NodeID, key graph.KeyID, v graph.Value) (bool, error)
	SetRelProperty(id graph.RelID, key graph.KeyID, v graph.Value) (bool, error)
	AddLabel(id graph.NodeID, label graph.LabelID) (bool, error)
	RemoveLabel(id graph.NodeID, label graph.LabelID) (bool, error)
	// DeleteNode deletes a node; relationships still attached when the
	// transaction commits make the commit fail. The bool tells whether it was there.
	DeleteNode(id graph.NodeID) (bool, error)
	DeleteRel(id graph.RelID) (bool, error)
	// Deleted tells whether this transaction deleted the entity.
	NodeDeleted(id graph.NodeID) bool
	RelDeleted(id graph.RelID) bool
	// WriteCount grows with each write of this transaction; the runtime uses it
	// to know whether anything changed.
	WriteCount() uint64
}

// Searcher asks full-text and vector indexes. A search waits a while for an
// index that is not online yet.
type Searcher interface {
	SearchText(ctx context.Context, idx graph.IndexID, query string, o graph.TextSearch) ([]graph.Hit, error)
	SearchVector(ctx context.Context, idx graph.IndexID, query []float32, k int) ([]graph.Hit, error)
	TextAnalyzers() ([]graph.TextAnalyzer, error)
	// AwaitIndexes waits until the named indexes are online on this copy; all without names.
	AwaitIndexes(ctx context.Context, names ...string) error
}

// Schema reads and changes indexes and constraints.
type Schema interface {
	Indexes() []graph.Index
	Constraints() []graph.Constraint
	// CreateIndex and CreateConstraint fail with an error of the store if an
	// equal one or one of the same name is there. An empty Name gets a generated one.
	CreateIndex(graph.Index) (graph.Index, error)
	DropIndex(name string) error
	CreateConstraint(graph.Constraint) (graph.Constraint, error)
	DropConstraint(name string) error
	// ChangeGraphType drops constraints by name, then creates others, all or
	// none: the only way for those that depend on the graph type.
	ChangeGraphType(drop []string, create []graph.Constraint) error
}
