package graph

// NodeCursor gives node ids a batch at a time.
type NodeCursor interface {
	// Next fills buf and gives how many ids it wrote; 0 means the end.
	Next(buf []NodeID) (int, error)
	Close() error
}

// RelCursor gives relationship ids a batch at a time, with their ends.
type RelCursor interface {
	// Next fills ids and ends (equal lengths) and gives how many it wrote; 0 means the end.
	Next(ids []RelID, ends []RelEnds) (int, error)
	Close() error
}

// ExpandRequest asks for the relationships of a batch of nodes.
type ExpandRequest struct {
	Sources   []NodeID
	Direction Direction
	Types     []TypeID // any of these; empty means every type
	Limit     int      // stop after about this many relationships; 0 means no limit

	// Continuation, kept by the store between calls: how many sources are done,
	// and how far into the next one. Zero at first.
	Source int
	Offset int
}

// Done tells whether every source has been answered.
func (r *ExpandRequest) Done() bool { return r.Source >= len(r.Sources) }
