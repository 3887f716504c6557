package graphstore

import (
	"context"
	"sync"

	"graticule/graph"
)

// How many ids a server leases at once.
const (
	leaseNodes = 4096
	leaseRels  = 4096
)

// LeasedIDs is an IDSource fed by leases. Its mutex guards the blocks; one
// caller at a time refills while the others wait for it.
type LeasedIDs struct {
	refill func(ctx context.Context, nodes, rels uint32) (Lease, error)

	mu    sync.Mutex
	nodes []block
	rels  []block
}

type block struct{ next, end uint64 }

// NewLeasedIDs makes a source whose blocks come from refill, which replicates a
// KindLease entry and gives its result.
func NewLeasedIDs(refill func(ctx context.Context, nodes, rels uint32) (Lease, error)) *LeasedIDs {
	return &LeasedIDs{refill: refill}
}

// NodeID gives a node id nobody else has.
func (l *LeasedIDs) NodeID(ctx context.Context) (graph.NodeID, error) {
	id, err := l.take(ctx, &l.nodes)
	return graph.NodeID(id), err
}

// RelID gives a relationship id nobody else has.
func (l *LeasedIDs) RelID(ctx context.Context) (graph.RelID, error) {
	id, err := l.take(ctx, &l.rels)
	return graph.RelID(id), err
}

func (l *LeasedIDs) take(ctx context.Context, from *[]block) (uint64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(*from) == 0 {
		lease, err := l.refill(ctx, leaseNodes, leaseRels)
		if err != nil {
			return 0, err
		}
		l.nodes = append(l.nodes, block{uint64(lease.FirstNode), uint64(lease.FirstNode) + lease.Nodes})
		l.rels = append(l.rels, block{uint64(lease.FirstRel), uint64(lease.FirstRel) + lease.Rels})
	}
	b := &(*from)[0]
	id := b.next
	if b.next++; b.next == b.end {
		*from = (*from)[1:]
	}
	return id, nil
}
