package graph

// Node is a node as a client sees it. Labels are in token order, properties
// in key-token order.
type Node struct {
	ID         NodeID
	Labels     []string
	Properties *Map
	Deleted    bool // deleted earlier in the same transaction
}

// Relationship is a relationship as a client sees it.
type Relationship struct {
	ID         RelID
	Start, End NodeID
	Type       string
	Properties *Map
	Deleted    bool // deleted earlier in the same transaction
}

// Path is an alternating sequence of nodes and relationships:
// Nodes[i] -Rels[i]- Nodes[i+1], len(Nodes) = len(Rels)+1. The elements are
// NODE and RELATIONSHIP values; a relationship may stand against its direction.
type Path struct {
	Nodes []Value
	Rels  []Value
}
