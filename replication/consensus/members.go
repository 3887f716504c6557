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
	if err := g.await(context.Background(), g.raft.AddNonvoter(raft.ServerID(server), raft.ServerAddress(server), g.raft.GetConfiguration().Index(), changePatience)); err != nil {
		return fmt.Errorf("add learner: %w", err)
	}
	return nil
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

// AddMember makes a server a voter; only the leader can. Like every change of the
// members it names those it starts from, so that one made meanwhile refuses it.
func (g *Group) AddMember(server string) error {
	if err := g.await(context.Background(), g.raft.AddVoter(raft.ServerID(server), raft.ServerAddress(server), g.raft.GetConfiguration().Index(), changePatience)); err != nil {
		return fmt.Errorf("add member: %w", err)
	}
	return nil
}

// RemoveMember takes a server out of the group; only the leader can.
func (g *Group) RemoveMember(server string) error {
	if err := g.await(context.Background(), g.raft.RemoveServer(raft.ServerID(server), g.raft.GetConfiguration().Index(), changePatience)); err != nil {
		return fmt.Errorf("remove member: %w", err)
	}
	return nil
}
