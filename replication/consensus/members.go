package consensus

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/raft"
)

// changePatience is how long a change of the members waits for its place in the queue.
const changePatience = 10 * time.Second

// Voters gives the ids of the members that vote; Members those of all.
func (g *Group) Voters() []string {
	var out []string
	for _, s := range g.raft.GetConfiguration().Configuration().Servers {
		if s.Suffrage == raft.Voter {
			out = append(out, string(s.ID))
		}
	}
	return out
}

// AddLearner makes a server a member that is sent everything but does not vote:
// while it catches up, no commit waits for it. Only the leader can.
func (g *Group) AddLearner(server string) error {
	return g.change("add learner", func(basis uint64) raft.Future {
		return g.raft.AddNonvoter(raft.ServerID(server), raft.ServerAddress(server), basis, changePatience)
	})
}

// Holds tells whether the log store has anything of a group.
func (l *LogDB) Holds(group string) bool {
	g, err := l.group(group)
	if err != nil {
		return true // better to look at it than to throw it away
	}
	last, err := g.LastIndex()
	_, voted := g.GetUint64([]byte("CurrentTerm"))
	return err != nil || last > 0 || voted == nil
}

// Members gives the ids of all members, with and without a vote.
func (g *Group) Members() []string {
	var out []string
	for _, s := range g.raft.GetConfiguration().Configuration().Servers {
		out = append(out, string(s.ID))
	}
	return out
}

// change makes one change of the members, which names those it starts from, so that
// one made meanwhile refuses it.
func (g *Group) change(what string, make func(basis uint64) raft.Future) error {
	basis, err := g.membersIndex()
	if err == nil {
		err = g.await(context.Background(), make(basis))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// membersIndex gives the index of the entry that made the members what they are.
// The library's own future says 0, with which it would check nothing.
func (g *Group) membersIndex() (uint64, error) {
	last, err := g.log.LastIndex()
	if err != nil {
		return 0, err
	}
	entry, err := g.log.configuration(last)
	if err != nil {
		return 0, err
	}
	snapshots, err := g.snapshots.List()
	if err != nil {
		return 0, fmt.Errorf("list snapshots: %w", err)
	}
	index := uint64(0)
	if entry != nil {
		index = entry.Index
	}
	if len(snapshots) > 0 { // one that another member sent brings its members along
		index = max(index, snapshots[0].ConfigurationIndex)
	}
	return index, nil
}

// AddMember makes a server a voter; only the leader can.
func (g *Group) AddMember(server string) error {
	return g.change("add member", func(basis uint64) raft.Future {
		return g.raft.AddVoter(raft.ServerID(server), raft.ServerAddress(server), basis, changePatience)
	})
}

// RemoveMember takes a server out of the group; only the leader can.
func (g *Group) RemoveMember(server string) error {
	return g.change("remove member", func(basis uint64) raft.Future {
		return g.raft.RemoveServer(raft.ServerID(server), basis, changePatience)
	})
}
