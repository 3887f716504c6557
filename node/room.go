package node

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"graticule/internal/room"
	"graticule/replication/consensus"
)

// openRoom watches the free space of the disk that holds the data folder.
func (n *Node) openRoom(group *errgroup.Group, work context.Context) (func(), error) {
	if err := os.MkdirAll(n.cfg.DataDir, 0o700); err != nil {
		return nil, fmt.Errorf("make data folder: %w", err)
	}
	var err error
	n.room, err = room.Open(room.Config{Dir: n.cfg.DataDir, Low: n.cfg.Disk.Low, Reserve: n.cfg.Disk.Reserve, Logger: n.log, Changed: func(error) {
		select {
		case n.roomed <- struct{}{}:
		default: // one is waiting
		}
	}})
	if err != nil {
		return nil, err
	}
	group.Go(func() error { n.room.Run(work); return nil })
	group.Go(func() error { n.makeWay(work); return nil })
	return nil, nil
}

const (
	// wayInterval is how often a leader without room looks for a member that has.
	wayInterval = time.Second
	// fullPatience is how long a commit that the leader has no room for waits for
	// another leader.
	fullPatience = 3 * time.Second
)

// makeWay hands leadership of every group to members that have room, while this
// server has none.
func (n *Node) makeWay(ctx context.Context) {
	for {
		var again <-chan time.Time
		if n.room.Err() != nil {
			again = time.After(wayInterval)
			for name, g := range n.groups() {
				n.makeWayIn(ctx, name, g)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-n.roomed:
		case <-again:
		}
	}
}

// groups gives this server's member of each raft group by the database's name.
func (n *Node) groups() map[string]*consensus.Group {
	n.mu.Lock()
	defer n.mu.Unlock()
	out := map[string]*consensus.Group{}
	for _, d := range n.databases {
		if d.group != nil {
			out[d.def.Name] = d.group
		}
	}
	if g := n.system.Load(); g != nil {
		out[systemGroup] = g
	}
	return out
}

func (n *Node) makeWayIn(ctx context.Context, database string, g *consensus.Group) {
	if !g.IsLeader() {
		return
	}
	for _, id := range g.Members() {
		if id == n.id {
			continue
		}
		var has bool
		if err := n.call(ctx, id, request{Op: "room"}, &has); err != nil || !has {
			continue
		}
		err := g.StepDownTo(id)
		if err == nil {
			n.log.Warn("leadership was handed over: the disk of this server is nearly full", "database", database, "to", id)
			return
		}
		n.log.Debug("hand leadership over", "database", database, "to", id, "error", err)
	}
}

// fullForGood tells whether err means that the leader has no room, and that no
// other is to be waited for by one who has looked for a leader since began.
func (d *database) fullForGood(err error, began time.Time) bool {
	return errors.Is(err, room.ErrFull) && (len(d.def.Voters) == 1 || time.Since(began) > fullPatience)
}

// follow waits until a copy on this server has applied an index. While the disk has
// no room the copy cannot, and follow gives an error that wraps room.ErrFull.
func (n *Node) follow(ctx context.Context, copy waiter, index uint64) error {
	if copy.Applied().Index >= index {
		return nil
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	having := n.room.Having()
	defer context.AfterFunc(having, func() { cancel(context.Cause(having)) })()
	return copy.WaitApplied(ctx, index)
}
