package node

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"graticule/catalog"
	"graticule/commit"
	"graticule/graphstore"
	"graticule/internal/room"
	"graticule/replication/consensus"
	"graticule/replication/stream"
	"graticule/transport"
)

var (
	errNoAnswer = errors.New("no server answered")
	// errNotAsked is an errNoAnswer where the question was surely not received.
	errNotAsked = fmt.Errorf("%w: it could not be reached", errNoAnswer)
)

const (
	callTimeout = 5 * time.Second
	callMax     = 16 << 20 // bytes of a question or an answer
	commitMax   = 1 << 30  // bytes of a commit: a whole entry and its footprint
)

// request is one question between servers, as JSON on an Admin stream.
type request struct {
	Op       string   `json:"op"`
	Database string   `json:"database,omitempty"`
	Servers  []string `json:"servers,omitempty"`
	Payload  []byte   `json:"payload,omitempty"`
}

type reply struct {
	Error string          `json:"error,omitempty"` // a name of wireErrors, or a text
	Value json.RawMessage `json:"value,omitempty"`
}

// wireErrors are the errors that keep their identity between servers. An error that
// is several of them arrives as the first: the door's own come before those of the
// group behind it, which the sender of a commit does not know.
var wireErrors = []error{
	commit.ErrNotLeader, commit.ErrFenced, commit.ErrOutcomeUnknown, consensus.ErrNotLeader, consensus.ErrOutcomeUnknown, graphstore.ErrConflict, graphstore.ErrBaseTooOld,
	graphstore.ErrStaleTerm, room.ErrFull, catalog.ErrDatabaseExists, catalog.ErrDatabaseNotFound, catalog.ErrUserExists, catalog.ErrUserNotFound, catalog.ErrServerNotFound,
	catalog.ErrServerDropped, catalog.ErrChanged,
}

func encodeError(err error) string {
	for _, e := range wireErrors {
		if errors.Is(err, e) {
			return e.Error()
		}
	}
	return err.Error()
}

func decodeError(text string) error {
	for _, e := range wireErrors {
		if e.Error() == text {
			return e
		}
	}
	return errors.New(text)
}

// call asks another server and decodes its answer into out.
func (n *Node) call(ctx context.Context, server string, req request, out any) error {
	m, ok := n.members.Topology().Member(server)
	if !ok {
		return fmt.Errorf("%w: server %s is not known", errNoAnswer, server)
	}
	b, err := json.Marshal(req)
	if err != nil {
		return fmt.Errorf("encode call: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	answer, err := n.ask(ctx, m.Cluster, server, transport.Admin, nil, b)
	if err != nil {
		return err
	}
	var r reply
	if err := json.Unmarshal(answer, &r); err != nil {
		return fmt.Errorf("%w: %v", errNoAnswer, err)
	}
	if r.Error != "" {
		return decodeError(r.Error)
	}
	return json.Unmarshal(r.Value, out)
}

// ask sends one message on a stream of its own and reads the answer, for which it
// waits until ctx ends.
func (n *Node) ask(ctx context.Context, addr, server string, kind transport.Kind, header, body []byte) ([]byte, error) {
	dial, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	c, err := n.network.Dial(dial, addr, server, kind, header)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", errNotAsked, err)
	}
	defer c.Close()
	stop := context.AfterFunc(ctx, c.Reset)
	defer stop()
	if _, err := c.Write(body); err != nil {
		return nil, fmt.Errorf("%w: %v", errNoAnswer, err)
	}
	if err := c.CloseWrite(); err != nil {
		return nil, fmt.Errorf("%w: %v", errNoAnswer, err)
	}
	answer, err := io.ReadAll(io.LimitReader(c, callMax+1))
	if err == nil && len(answer) > callMax {
		err = fmt.Errorf("the answer is longer than %d MiB", callMax>>20)
	}
	if err != nil || len(answer) == 0 {
		return nil, fmt.Errorf("%w: %v", errNoAnswer, err)
	}
	return answer, nil
}

func (n *Node) serveCall(ctx context.Context, _ []byte, c transport.Conn) {
	defer c.Close()
	stop := context.AfterFunc(ctx, c.Reset)
	defer stop()
	b, err := io.ReadAll(io.LimitReader(c, callMax))
	if err != nil {
		return
	}
	var req request
	var r reply
	if err := json.Unmarshal(b, &req); err != nil {
		r.Error = "the question cannot be read"
	} else if v, err := n.answer(ctx, req); err != nil {
		r.Error = encodeError(err)
	} else if r.Value, err = json.Marshal(v); err != nil {
		r.Error = err.Error()
	}
	if out, err := json.Marshal(r); err == nil {
		_, _ = c.Write(out)
	}
}

func (n *Node) answer(ctx context.Context, req request) (any, error) {
	switch req.Op {
	case "found":
		return n.acceptFounding(req.Servers), nil
	case "votes":
		return n.system.Load() != nil, nil
	case "change":
		g := n.system.Load()
		if g == nil || !g.IsLeader() {
			return nil, consensus.ErrNotLeader
		}
		return n.proposeHere(ctx, g, req.Payload)
	case "status":
		return n.localStatus(), nil
	case "leader":
		if req.Database == systemGroup {
			if g := n.system.Load(); g != nil {
				id, _ := g.Leader()
				return id, nil
			}
			return "", nil
		}
		if d := n.open(req.Database); d != nil && d.group != nil {
			id, _ := d.group.Leader()
			return id, nil
		}
		return "", nil
	case "lead": // the asker has begun to lead
		if d := n.open(req.Database); d != nil && len(req.Servers) == 1 {
			d.learnLeader(req.Servers[0], true)
		}
		return true, nil
	case "members":
		if d := n.open(req.Database); d != nil && d.leadsHere() {
			return d.group.Members(), nil
		}
		return nil, consensus.ErrNotLeader
	case "join-system":
		return true, n.joinSystem()
	case "leads":
		d := n.open(req.Database)
		return d != nil && d.leadsHere(), nil
	case "lease":
		if d := n.open(req.Database); d != nil {
			return d.leaseHere(ctx)
		}
		return nil, consensus.ErrNotLeader
	case "room":
		return n.room.Err() == nil, nil
	case "run":
		return n.runFor(ctx, req)
	case "term":
		if d := n.open(req.Database); d != nil && d.group != nil {
			return d.group.Term(), nil
		}
		return nil, consensus.ErrNotLeader
	case "trace":
		return n.traces.Traces().Trace(string(req.Payload)), nil
	case "resolve":
		if d := n.open(req.Database); d != nil && d.door != nil {
			id, err := graphstore.DecodeCommitID(req.Payload)
			if err != nil {
				return nil, err
			}
			return d.door.Resolve(id)
		}
		return nil, commit.ErrNotLeader
	}
	return nil, fmt.Errorf("unknown question %q", req.Op)
}

// groupNetwork dials the members of one raft group.
type groupNetwork struct {
	n     *Node
	group string
}

// Dial opens a raft connection to a server.
func (g groupNetwork) Dial(ctx context.Context, server string) (net.Conn, error) {
	m, ok := g.n.members.Topology().Member(server)
	if !ok {
		return nil, fmt.Errorf("%w: server %s is not known", errNoAnswer, server)
	}
	return g.n.network.Dial(ctx, m.Cluster, server, transport.Raft, []byte(g.group))
}

func (n *Node) serveRaft(_ context.Context, header []byte, c transport.Conn) {
	name := string(header)
	if name == systemGroup {
		if g := n.system.Load(); g != nil {
			g.ServeConn(c)
			return
		}
	} else if d := n.open(name); d != nil && d.group != nil {
		d.group.ServeConn(c)
		return
	}
	c.Reset()
	c.Close()
}

func (n *Node) serveFeed(ctx context.Context, header []byte, c transport.Conn) {
	defer c.Close()
	stop := context.AfterFunc(ctx, c.Reset)
	defer stop()
	var g *consensus.Group
	if name := string(header); name == systemGroup {
		g = n.system.Load()
	} else if d := n.open(name); d != nil {
		g = d.group
	}
	if g == nil {
		c.Reset()
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go endSilentFeed(ctx, g, c.Reset)
	progress := &stream.Progress{}
	defer n.feeds.add(feed{database: string(header), subscriber: c.Peer(), progress: progress})()
	if err := stream.Serve(ctx, c, g, n.cfg.DataDir, progress, n.shipped(string(header), c.Peer())); err != nil {
		n.log.Debug("a feed ended", "database", string(header), "subscriber", c.Peer(), "error", err)
	}
}

// serveCommit is the leader's door for changesets of other servers.
func (n *Node) serveCommit(ctx context.Context, header []byte, c transport.Conn) {
	defer c.Close()
	stop := context.AfterFunc(ctx, c.Reset)
	defer stop()
	ctx, database, err := decodeCommitHeader(ctx, header)
	if err != nil {
		return
	}
	term := n.leadingTerm(database)
	b, err := io.ReadAll(io.LimitReader(c, commitMax+1))
	if err != nil || len(b) > commitMax { // a commit that is cut must not look like a whole one
		c.Reset()
		return
	}
	_, _ = c.Write(n.commitFor(ctx, database, term, b))
}

// leadingTerm gives the term in which this server leads a database, 0 when it does not.
func (n *Node) leadingTerm(database string) uint64 {
	if d := n.open(database); d != nil && d.group != nil {
		if term, ready := d.group.LeaderReady(); ready {
			return term
		}
	}
	return 0
}

// commitFor carries out a commit of another server that began to arrive in a term.
// In a later one its sender may have been told that it never came to be: a leader
// that was frozen, deposed and elected again finds such commits in its buffers.
func (n *Node) commitFor(ctx context.Context, database string, term uint64, b []byte) []byte {
	fail := func(err error) []byte { return append([]byte{1}, encodeError(err)...) }
	d := n.open(database)
	if d == nil || d.door == nil || term == 0 || term != n.leadingTerm(database) {
		return fail(commit.ErrNotLeader)
	}
	req, err := graphstore.DecodeCommit(b)
	if err != nil {
		return fail(err)
	}
	applied, err := d.door.Commit(ctx, req)
	if err != nil {
		return fail(err)
	}
	out, err := json.Marshal(applied)
	if err != nil {
		return fail(err)
	}
	return append([]byte{0}, out...)
}

// commitAt sends a commit to the leader.
func (n *Node) commitAt(ctx context.Context, leader, database string, c *graphstore.Commit) (commit.Applied, error) {
	var out commit.Applied
	m, ok := n.members.Topology().Member(leader)
	if !ok {
		return out, commit.ErrNotLeader
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	answer, err := n.ask(ctx, m.Cluster, leader, transport.Commit, commitHeader(ctx, database), c.Append(nil))
	if err != nil {
		return out, errors.Join(commit.ErrOutcomeUnknown, err)
	}
	if answer[0] != 0 {
		return out, decodeError(string(answer[1:]))
	}
	return out, json.NewDecoder(bytes.NewReader(answer[1:])).Decode(&out)
}
