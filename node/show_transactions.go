package node

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"graticule/graph"
)

// statement is what a transaction runs, or ran last.
type statement struct {
	id     uint64
	text   string
	params *graph.Map
	began  time.Time
	ended  atomic.Int64 // Unix nanoseconds; 0 while it runs
}

// username is who the transaction runs as.
func (t *tx) username() string {
	if actor := t.actor(); actor != "" || t.s.user == nil {
		return actor
	}
	return t.s.user.Name
}

func duration(d time.Duration) graph.Value {
	return graph.DurationOf(graph.Duration{Seconds: int64(d / time.Second), Nanos: int32(d % time.Second)})
}

// timeText is how SHOW TRANSACTIONS and procedures write times.
func timeText(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// transactions gives those open on this server that the user may see. What is not
// counted here is null.
func (c *commander) transactions(wanted []string) [][]graph.Value {
	s := graph.String
	var rows [][]graph.Value
	for _, id := range c.t.n.txs.names() {
		x := c.t.n.txs.get(id)
		if x == nil || len(wanted) > 0 && !slices.Contains(wanted, id) || !c.sees(x, "show_transaction") {
			continue
		}
		state := "Running"
		if context.Cause(x.ctx) != nil {
			state = "Terminated"
		}
		metadata := graph.MapOf(x.cfg.Metadata)
		queryID, text, params, queryBegan, queryElapsed, queryState := "", "", graph.MapOf(nil), "", graph.Null, ""
		if q := x.current.Load(); q != nil {
			queryID, text, queryBegan, queryElapsed, queryState = fmt.Sprintf("query-%d", q.id), q.text, timeText(q.began), duration(time.Since(q.began)), "running"
			if q.params != nil {
				params = graph.MapOf(q.params)
			}
			if ended := q.ended.Load(); ended != 0 {
				queryElapsed = duration(time.Unix(0, ended).Sub(q.began))
			}
		}
		rows = append(rows, []graph.Value{
			s(x.def.Name), s(id), s(queryID), s(""), s(x.s.info.ID), s(x.s.info.Client), s(x.username()), metadata, s(text), params, s("cost"), s("slotted"), graph.List(nil), s(timeText(x.began)), s(queryBegan),
			s("bolt"), s(x.s.info.Server), s(state), s(queryState), s(""), graph.MapOf(nil), graph.Null, graph.Null, duration(time.Since(x.began)), graph.Null, graph.Null, graph.Null, queryElapsed,
			graph.Null, graph.Null, graph.Null, graph.Null, graph.Null, graph.Null, graph.Null, graph.Null, graph.Null, graph.Null, s(""),
		})
	}
	return rows
}
