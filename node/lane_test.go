package node_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

// Clients of all servers that write one node are served, though a follower's
// commits are always older than the leader's.
func TestContendedStatementsOfFollowersCommit(t *testing.T) {
	c := startCluster(t, "north", "south", "west", "north")
	leaderOf(c)
	c.run(c.driver("neo4j", c.members[0]), "CREATE (:Counter {n: 0})", nil)
	const clients, each = 6, 10
	var wg sync.WaitGroup
	for _, m := range c.members {
		d := c.driver("bolt", m)
		eventually(t, 30*time.Second, m.cfg.Name+" has the counter", func() bool { // these clients share no bookmarks
			return len(c.run(d, "MATCH (c:Counter) RETURN c", nil, neo4j.ExecuteQueryWithReadersRouting())) == 1
		})
		for range clients {
			wg.Go(func() {
				for range each {
					records, summary, err := c.autoCommit(d, "MATCH (c:Counter) SET c.n = c.n + 1 RETURN c, c.n AS n")
					if err != nil {
						t.Error(err)
						continue
					}
					if n := records[0].Values[0].(neo4j.Node); n.Props["n"] != records[0].Values[1] || n.Labels[0] != "Counter" || summary.Counters().PropertiesSet() != 1 {
						t.Errorf("a row of an odd shape: %v, %v", records[0].Values, summary.Counters())
					}
				}
			})
		}
	}
	wg.Wait()
	for _, m := range c.members {
		eventually(t, 10*time.Second, m.cfg.Name+" has the sum", func() bool {
			return c.run(c.driver("bolt", m), "MATCH (c:Counter) RETURN c.n", nil, neo4j.ExecuteQueryWithReadersRouting())[0][0] == int64(clients*each*len(c.members))
		})
	}
}

// Clients that all write one node are all served, each once; statements among
// them that fail have no effect on the others.
func TestContendedStatementsAllCommitOnce(t *testing.T) {
	for name, regions := range map[string][]string{"one server": {"north"}, "three primaries": {"north", "south", "west"}} {
		t.Run(name, func(t *testing.T) {
			c := startCluster(t, regions...)
			leaderOf(c)
			d := c.driver("neo4j", c.members[0])
			c.run(d, "CREATE CONSTRAINT FOR (x:Taken) REQUIRE x.id IS UNIQUE", nil)
			c.run(d, "CREATE (:Counter {n: 0}), (:Taken {id: 1})", nil)
			const clients, each = 32, 15
			var wg sync.WaitGroup
			for i := range clients {
				wg.Go(func() {
					for k := range each {
						query, wrong := "MATCH (c:Counter) SET c.n = c.n + 1 RETURN c.n AS n", ""
						switch {
						case i%8 == 3 && k%5 == 1:
							query, wrong = "MATCH (c:Counter) SET c.n = c.n + 1 RETURN 1 / (c.n - c.n)", "Neo.ClientError.Statement.ArithmeticError"
						case i%8 == 5 && k%5 == 1:
							query, wrong = "MATCH (c:Counter) SET c.n = c.n + 1 CREATE (:Taken {id: 1})", "Neo.ClientError.Schema.ConstraintValidationFailed"
						}
						_, _, err := c.autoCommit(d, query)
						if wrong == "" && err != nil || wrong != "" && (err == nil || !strings.Contains(err.Error(), wrong)) {
							t.Errorf("%s: %v", query, err)
						}
					}
				})
			}
			wg.Wait()
			const fail = clients / 8 * 2 * each / 5
			if got := c.run(d, "MATCH (c:Counter) RETURN c.n", nil)[0][0]; got != int64(clients*each-fail) {
				t.Errorf("the counter stands at %v, want %d", got, clients*each-fail)
			}
		})
	}
}
