package replication

import "fmt"

// Position is a place in the history of one database: the incarnation of the
// database (a new one after restore or recreation), the raft term and the raft
// log index. It is the only clock copies share.
type Position struct {
	Incarnation uint64
	Term        uint64
	Index       uint64
}

// Before tells whether p lies before q in the same incarnation. Index alone
// orders committed entries; Term is carried so that a copy can prove which
// entry it holds.
func (p Position) Before(q Position) bool { return p.Index < q.Index }

func (p Position) String() string {
	return fmt.Sprintf("%d/%d/%d", p.Incarnation, p.Term, p.Index)
}
