package graphstore

import (
	"encoding/binary"
	"fmt"

	"graticule/graph"
	"graticule/replication"
)

// Changeset layout (docs/format/changeset.md): version(1), the number of
// tokens of each kind known at the base, then operations until the end. Token
// ids at or above those numbers are the changeset's own: opToken introduces
// them in order, and Apply maps them to the ids of the log's order.
const changesetVersion = 2

type opcode byte

const (
	opToken opcode = iota + 1
	opCreateNode
	opCreateRel
	opNodeProp
	opRelProp
	opAddLabel
	opRemoveLabel
	opDeleteNode
	opDeleteRel
	opCreateIndex
	opDropIndex
	opCreateConstraint
	opDropConstraint
	opCreateDependent // since version 2
)

// opNames maps opcodes to the names docs/format/changeset.md uses.
var opNames = map[opcode]string{
	opToken: "token", opCreateNode: "create-node", opCreateRel: "create-rel", opNodeProp: "node-prop", opRelProp: "rel-prop",
	opAddLabel: "add-label", opRemoveLabel: "remove-label", opDeleteNode: "delete-node", opDeleteRel: "delete-rel",
	opCreateIndex: "create-index", opDropIndex: "drop-index", opCreateConstraint: "create-constraint", opDropConstraint: "drop-constraint",
	opCreateDependent: "create-dependent",
}

// CommitID names one commit of one server: Origin is the server's UUID, and
// Sequence grows by one with each commit it sends.
type CommitID struct {
	Origin   [16]byte
	Sequence uint64
}

// A Commit is a transaction ready for the leader: who sent it, what it was
// based on, hashes of what it read and wrote, and what it does.
type Commit struct {
	ID        CommitID
	Token     string // the client's idempotency token, or ""
	Base      replication.Position
	Reads     []uint64
	Writes    []uint64
	Changeset []byte
}

// Payload is what goes into the log: the ids and the changeset, without the footprint.
func (c *Commit) Payload() []byte {
	dst := make([]byte, 0, len(c.Changeset)+32+len(c.Token))
	dst = append(dst, c.ID.Origin[:]...)
	dst = binary.AppendUvarint(dst, c.ID.Sequence)
	dst = appendBytes(dst, c.Token)
	return append(dst, c.Changeset...)
}

// Append encodes the whole commit after dst, for the way to the leader.
func (c *Commit) Append(dst []byte) []byte {
	for _, u := range []uint64{c.Base.Incarnation, c.Base.Term, c.Base.Index} {
		dst = binary.AppendUvarint(dst, u)
	}
	dst = appendHashes(dst, c.Reads)
	dst = appendHashes(dst, c.Writes)
	return append(dst, c.Payload()...)
}

// DecodeCommit decodes what Append encoded; the changeset shares b.
func DecodeCommit(b []byte) (*Commit, error) {
	r := reader{b: b}
	c := &Commit{Base: replication.Position{Incarnation: r.uvarint(), Term: r.uvarint(), Index: r.uvarint()}}
	c.Reads, c.Writes = r.hashes(), r.hashes()
	c.payload(&r)
	return c, r.err
}

func (c *Commit) payload(r *reader) {
	copy(c.ID.Origin[:], r.take(16))
	c.ID.Sequence = r.uvarint()
	c.Token = r.string()
	c.Changeset = r.b
}

// recorder appends operations to a changeset as a transaction makes them.
type recorder struct {
	b    []byte
	base [tokenKinds]uint32 // tokens known at the base
}

func newRecorder(s *state) recorder {
	var r recorder
	r.b = append(r.b, 1) // the first version that has all operations used so far
	for k := range s.tokens {
		r.base[k] = uint32(len(s.tokens[k].names))
		r.b = binary.AppendUvarint(r.b, uint64(r.base[k]))
	}
	return r
}

func (r *recorder) op(o opcode, args ...uint64) {
	r.b = append(r.b, byte(o))
	for _, a := range args {
		r.b = binary.AppendUvarint(r.b, a)
	}
}

// constraint records the creation of a constraint.
func (r *recorder) constraint(d graph.Constraint) {
	if !d.Dependent {
		r.op(opCreateConstraint)
		r.b = appendConstraint(r.b, d)
		return
	}
	r.b[0] = 2
	r.op(opCreateDependent)
	r.b = appendBytes(appendConstraint(r.b, d), d.EnforcedLabel)
}

func (r *recorder) value(v graph.Value) error {
	b, err := appendValue(r.b, v)
	if err == nil {
		r.b = b
	}
	return err
}

// replaySafely is replay that makes an error of a panic. Bytes and state are the
// same on every copy, so all of them skip the changeset alike; without this, one
// bad entry would end every server that applies it.
func (s *state) replaySafely(changeset []byte) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: replay ended in %v", ErrBadChangeset, p)
		}
	}()
	return s.replay(changeset)
}

// replay applies a changeset to s. An error leaves s unusable, so the caller
// replays on a fork.
func (s *state) replay(changeset []byte) error {
	r := reader{b: changeset}
	switch v := r.byte(); {
	case v == 0:
		return ErrBadChangeset
	case v > changesetVersion:
		return fmt.Errorf("changeset of version %d: %w", v, replication.ErrNewer)
	}
	var base [tokenKinds]uint32
	for k := range base {
		base[k] = uint32(r.uvarint())
		if int(base[k]) > len(s.tokens[k].names) {
			return ErrBadChangeset
		}
	}
	var own [tokenKinds][]uint32
	token := func(k tokenKind) uint32 {
		id := uint32(r.uvarint())
		if id < base[k] {
			return id
		}
		if i := id - base[k]; int(i) < len(own[k]) {
			return own[k][i]
		}
		r.fail()
		return 0
	}
	for len(r.b) > 0 && r.err == nil {
		switch opcode(r.byte()) {
		case opToken:
			k := tokenKind(r.byte())
			name := r.string()
			if k >= tokenKinds {
				return ErrBadChangeset
			}
			own[k] = append(own[k], s.ensureToken(k, name))
		case opCreateNode:
			id := graph.NodeID(r.uvarint())
			labels := make([]graph.LabelID, 0, r.count())
			for range cap(labels) {
				labels = append(labels, graph.LabelID(token(labelToken)))
			}
			if r.err != nil {
				break
			}
			if uint64(id) >= s.nextNode {
				return fmt.Errorf("%w: node %d was never leased", ErrBadChangeset, id)
			}
			s.createNode(id, labels)
		case opCreateRel:
			id := graph.RelID(r.uvarint())
			t := graph.TypeID(token(typeToken))
			start, end := graph.NodeID(r.uvarint()), graph.NodeID(r.uvarint())
			if r.err != nil {
				break
			}
			if uint64(id) >= s.nextRel {
				return fmt.Errorf("%w: relationship %d was never leased", ErrBadChangeset, id)
			}
			if s.nodes.get(uint64(start)) == nil || s.nodes.get(uint64(end)) == nil {
				return fmt.Errorf("%w: relationship %d has no nodes", ErrBadChangeset, id)
			}
			s.createRel(id, t, start, end)
		case opNodeProp:
			id := graph.NodeID(r.uvarint())
			key := graph.KeyID(token(keyToken))
			if v := r.value(0); r.err == nil {
				s.setNodeProp(id, key, v)
			}
		case opRelProp:
			id := graph.RelID(r.uvarint())
			key := graph.KeyID(token(keyToken))
			if v := r.value(0); r.err == nil {
				s.setRelProp(id, key, v)
			}
		case opAddLabel:
			id := graph.NodeID(r.uvarint())
			s.setLabel(id, graph.LabelID(token(labelToken)), true)
		case opRemoveLabel:
			id := graph.NodeID(r.uvarint())
			s.setLabel(id, graph.LabelID(token(labelToken)), false)
		case opDeleteNode:
			s.deleteNode(graph.NodeID(r.uvarint()))
		case opDeleteRel:
			s.deleteRel(graph.RelID(r.uvarint()))
		case opCreateIndex:
			if d := r.index(); r.err == nil {
				s.addIndex(d)
			}
		case opDropIndex:
			s.dropIndex(r.string())
		case opCreateConstraint:
			if d := r.constraint(); r.err == nil {
				s.addConstraint(d)
			}
		case opCreateDependent:
			d := r.constraint()
			d.Dependent, d.EnforcedLabel = true, r.string()
			if r.err == nil {
				s.addConstraint(d)
			}
		case opDropConstraint:
			s.dropConstraint(r.string())
		default:
			return ErrBadChangeset
		}
	}
	return r.err
}

// op1 appends one more argument of the operation begun last.
func (r *recorder) op1(a uint64) { r.b = binary.AppendUvarint(r.b, a) }

// Append encodes the id after dst.
func (id CommitID) Append(dst []byte) []byte {
	return binary.AppendUvarint(append(dst, id.Origin[:]...), id.Sequence)
}

// DecodeCommitID decodes what Append encoded.
func DecodeCommitID(b []byte) (CommitID, error) {
	r := reader{b: b}
	var id CommitID
	copy(id.Origin[:], r.take(16))
	id.Sequence = r.uvarint()
	return id, r.err
}
