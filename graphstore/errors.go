package graphstore

import (
	"errors"
	"fmt"

	"graticule/graph"
)

var (
	// ErrConflict means that something the transaction read was changed by a commit newer than its base.
	ErrConflict = errors.New("the transaction read data that a newer commit changed")
	// ErrBaseTooOld means that the base lies before what the leader's window remembers.
	ErrBaseTooOld = errors.New("the transaction began before what the leader remembers of recent writes")
	// ErrStaleTerm means that the entry was validated in an older term than it was logged in.
	ErrStaleTerm = errors.New("the entry was validated in an older term")
	// ErrLockTimeout means that a writer waited too long for another.
	ErrLockTimeout = errors.New("waited too long for another transaction's write")
	// ErrDeadlock means that waiting would have closed a cycle of waiting writers.
	ErrDeadlock = errors.New("transactions wait for each other in a cycle")
	// ErrReadOnly means that a read transaction tried to write.
	ErrReadOnly = errors.New("the transaction only reads")
	// ErrSchemaAfterData and ErrDataAfterSchema mean that a transaction wanted to change both.
	ErrSchemaAfterData = errors.New("the transaction has changed data and cannot change the schema")
	ErrDataAfterSchema = errors.New("the transaction has changed the schema and cannot change data")
	// ErrDeletedEntity means a write to an entity that this transaction deleted.
	ErrDeletedEntity = errors.New("the entity was deleted in this transaction")
	// ErrBadChangeset means bytes that are not a changeset of a known version.
	ErrBadChangeset = errors.New("bytes are not a changeset of a known version")
	// ErrTooLarge means that a transaction changes more than one entry of the log may hold.
	ErrTooLarge = errors.New("the transaction changes more than one entry of the log may hold")
	// ErrDamaged means records that cannot be read back.
	ErrDamaged = errors.New("the store holds a record that cannot be read")
	// ErrNotAVector means a vector that the similarity of an index cannot compare.
	ErrNotAVector = errors.New("the vector must only contain finite values, and for cosine similarity not only zeros")
	// ErrNotStorable means a value that cannot be a property.
	ErrNotStorable = errors.New("the value cannot be stored as a property")
)

// TokenNameError means a name that no label, type or property can have.
type TokenNameError struct{ Name string }

// Error tells the name.
func (e *TokenNameError) Error() string {
	return fmt.Sprintf("'%s' is not a valid token name. Token names cannot be empty or contain any null-bytes.", e.Name)
}

// MissingNodeError means a relationship to a node that is not there.
type MissingNodeError struct{ Node graph.NodeID }

func (e *MissingNodeError) Error() string { return fmt.Sprintf("node %d does not exist", e.Node) }

// StillConnectedError means that a deleted node still has relationships at commit.
type StillConnectedError struct {
	Node    graph.NodeID
	Created bool // by the same transaction
}

func (e *StillConnectedError) Error() string {
	return fmt.Sprintf("cannot delete node<%d>, because it still has relationships", e.Node)
}

// ConstraintError means that data would violate a constraint.
type ConstraintError struct {
	Constraint graph.Constraint
	Entity     uint64 // id of the entity that violates it
	Existing   uint64 // id of the entity that has the value already
	Duplicate  bool   // another entity has the values: Existing
	Values     []graph.Value
	Creating   bool // existing data violates a constraint that is being created
}

func (e *ConstraintError) Error() string {
	return fmt.Sprintf("entity %d violates constraint %s", e.Entity, e.Constraint.Name)
}

// UnknownAnalyzerError means an analyzer of full-text indexes that there is not.
type UnknownAnalyzerError struct{ Name string }

func (e *UnknownAnalyzerError) Error() string {
	return fmt.Sprintf("no such full-text analyzer: %q", e.Name)
}

// SchemaError means that an index or constraint cannot be created or dropped.
type SchemaError struct {
	Reason      SchemaReason
	Name        string // of the one asked for
	Existing    string // of the one in the way
	Description string // of the one in the way
	Schema      string // what the one asked for is on
	Constraint  bool   // asked for a constraint
}

// SchemaReason says why a schema change was refused.
type SchemaReason int

// The reasons.
const (
	SameNameIndex SchemaReason = iota + 1
	SameNameConstraint
	EquivalentExists // the same schema rule is there
	IndexInTheWay    // an index on the same schema
	ConstraintInTheWay
	NotFound
	OwnedByConstraint
	RepeatedProperty
	Conflicting // with a constraint of another kind on the same schema
	DependsOnGraphType
	OtherDependence // the one in the way depends on the graph type and the one asked for does not, or the reverse
)

func (e *SchemaError) Error() string {
	return fmt.Sprintf("schema change of %q refused (reason %d, existing %q)", e.Name, e.Reason, e.Existing)
}
