package graphstore

import (
	"errors"
	"strings"
	"testing"

	"graticule/graph"
	"graticule/internal/mutate"
)

// TestDamagedCommits decodes damaged commits and replays what is still read.
func TestDamagedCommits(t *testing.T) {
	var seeds [][]byte
	for _, fill := range []func(r *recorder){
		func(r *recorder) { r.op(opCreateNode, 1, 1); r.op1(0); r.op(opCreateRel, 1, 0, 1, 1) },
		func(r *recorder) {
			r.op(opCreateNode, 1, 0)
			for _, v := range []graph.Value{graph.Int(1), graph.String("text"), graph.List([]graph.Value{graph.Float(1)}), graph.PointOf(graph.Point{SRID: 7203})} {
				r.op(opNodeProp, 1, 0)
				_ = r.value(v)
			}
			r.op(opAddLabel, 1, 0)
			r.op(opDeleteNode, 1)
		},
	} {
		r := newRecorder(newState())
		fill(&r)
		seeds = append(seeds, (&Commit{Reads: []uint64{1, 2}, Writes: []uint64{3}, Token: "token", Changeset: r.b}).Append(nil))
	}
	mutate.Run(t, seeds, func(b []byte) error {
		if c, err := DecodeCommit(b); err == nil {
			_ = leasedState().replay(c.Changeset)
		}
		_ = leasedState().replay(b)
		return nil
	})
}

// leasedState is an empty state whose next commits may make some entities.
func leasedState() *state {
	s := newState()
	s.nextNode, s.nextRel = 1<<16, 1<<16
	return s
}

// An id that was never leased, which only a faulty server sends, is refused: a
// state takes memory by its largest id.
func TestIDsThatWereNotLeased(t *testing.T) {
	for _, fill := range []func(r *recorder){
		func(r *recorder) { r.op(opCreateNode, 1<<60, 0) },
		func(r *recorder) {
			r.op(opCreateNode, 1, 0)
			r.op(opToken, uint64(typeToken))
			r.b = appendBytes(r.b, "R")
			r.op(opCreateRel, 1<<60, 0, 1, 1)
		},
	} {
		r := newRecorder(newState())
		fill(&r)
		if err := leasedState().replay(r.b); !errors.Is(err, ErrBadChangeset) || !strings.Contains(err.Error(), "never leased") {
			t.Errorf("%v", err)
		}
	}
}
