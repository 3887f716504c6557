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
	if err := g.await(context.Background(), g.raft.AddNonvoter(raft.ServerID(server), raft.ServerAddress(server), 0, changePatience)); err != nil {
		return fmt.Errorf("add learner: %w", err)
	}
	return nil
}

// HandTo hands leadership to a member; only the leader can.
func (g *Group) HandTo(server string) error {
	if err := g.await(context.Background(), g.raft.LeadershipTransferToServer(raft.ServerID(server), raft.ServerAddress(server))); err != nil {
		return fmt.Errorf("hand leadership to %s: %w", server, err)
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
