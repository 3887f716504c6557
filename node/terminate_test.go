package node_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"graticule/internal/boltclient"
	"graticule/internal/endless"
)

// goesOnMax is how long a statement may go on after its client, or somebody else,
// has ended it, on a machine busy with other work; the aim is 100 ms.
const goesOnMax = 2 * time.Second

// everyRow has more rows than a client waits for.
const everyRow = "UNWIND range(1, 1000000000) AS x RETURN x"

// everyWay are statements that are ended in each way there is: some of each kind of
// work, one whose rows the client reads as they come, and one that waits for a lock.
var everyWay = map[string]string{
	"sort":      "UNWIND range(1, 4000000) AS x WITH x ORDER BY toString(x * 7919 % 1000003) RETURN count(x)",
	"walk":      "MATCH (a:D {i: 0})-[*]->(b) WHERE b.i + a.i < 0 RETURN count(*)",
	"groups":    "UNWIND range(1, 100000000) AS x RETURN x % 1000003 AS k, count(*) AS n",
	"function":  "WITH reduce(s = 'ab', i IN range(1, 22) | s + s) AS s RETURN size([i IN range(1, 10000) WHERE size(replace(s, 'a', 'b')) < 0])",
	"rows":      everyRow,
	"large row": "MATCH (a:D), (b:D), (c:D), (d:D) WITH collect(d) AS l RETURN l",
	"writes":    "UNWIND range(1, 100000000) AS x CREATE (:N {x: x})",
	"lock":      "MATCH (l:Locked) SET l.x = 2",
}

// The ways to end a statement.
const (
	byTerminate  = "TERMINATE"
	byReset      = "RESET"
	byDisconnect = "disconnect"
	byTimeout    = "timeout"
)

// TestStatementsEndInTime ends statements that run on a server: some in each way
// there is, and the engine's whole list by TERMINATE.
func TestStatementsEndInTime(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs each statement for a while")
	}
	c := startCluster(t, "eu")
	d := c.driver("bolt", c.members[0])
	for _, query := range endless.Graph {
		c.run(d, query, nil)
	}
	c.run(d, "CREATE (:Locked)", nil)
	var all []string
	var times []time.Duration
	ends := func(name, query, way string) {
		t.Run(name+" "+way, func(t *testing.T) {
			late := c.ends(t, d, query, way)
			if late > goesOnMax {
				t.Errorf("it went on for %v", late)
			}
			all, times = append(all, fmt.Sprintf("%8.1f ms %s by %s", float64(late)/1e6, name, way)), append(times, late)
		})
	}
	for name, query := range endless.Statements(t, c.imports) {
		ends(name, query, byTerminate)
	}

	defer c.locks(d)()
	// It holds the lane of the database, so that what comes after it waits in line.
	waits := c.starts(boltclient.Access{}, "MATCH (l:Locked) SET l.x = 0")
	c.awaits(d, waits)
	defer func() {
		waits.conn.Close()
		<-waits.outcome
	}()
	for name, query := range everyWay {
		for _, way := range []string{byTerminate, byReset, byDisconnect, byTimeout} {
			ends(name, query, way)
		}
	}
	if len(times) == 0 {
		return
	}
	slices.Sort(times)
	slices.Sort(all)
	slices.Reverse(all)
	t.Logf("the longest:\n%s", strings.Join(all[:min(12, len(all))], "\n"))
	t.Logf("%d statements; p50 %v, p100 %v", len(times), times[len(times)/2], times[len(times)-1])
}

// ends runs a statement, ends it in one of the ways and gives how long it went on.
func (c *cluster) ends(t *testing.T, d neo4j.DriverWithContext, query, way string) time.Duration {
	access := boltclient.Access{}
	if way == byTimeout {
		access.Timeout = 400 * time.Millisecond
	}
	s := c.starts(access, query)
	defer s.conn.Close()
	if way != byTimeout {
		c.awaits(d, s)
	}
	ended, want := time.Now(), ""
	switch way {
	case byTerminate:
		want = "Neo.ClientError.Transaction.Terminated"
		c.run(d, "TERMINATE TRANSACTIONS $id", map[string]any{"id": s.id})
	case byReset:
		want = boltclient.ErrReset.Error()
		if err := s.conn.Reset(); err != nil {
			t.Fatal(err)
		}
	case byDisconnect:
		s.conn.Close()
		for len(c.shown(d, query)) > 0 {
		}
	case byTimeout:
		ended, want = s.began.Add(access.Timeout), "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration"
	}
	err := <-s.outcome
	if want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
		t.Errorf("it ended with %v, want %s", err, want)
	}
	return time.Since(ended)
}

// A statement whose client does not read its rows ends, too. The client finds the rows
// that were on their way, whole, and then the error.
func TestAStatementEndsThoughNobodyReads(t *testing.T) {
	c := startCluster(t, "eu")
	d := c.driver("bolt", c.members[0])
	conn := c.dial()
	defer conn.Close()
	statement, err := boltclient.NewStatement(boltclient.Access{}, everyRow)
	if err == nil {
		err = conn.Send(statement)
	}
	if err != nil {
		t.Fatal(err)
	}
	var id any
	for id == nil {
		for _, row := range c.shown(d, everyRow) {
			if row[1].(int64) > 200 {
				id = row[0]
			}
		}
	}
	began := time.Now()
	c.run(d, "TERMINATE TRANSACTIONS $id", map[string]any{"id": id})
	for len(c.shown(d, everyRow)) > 0 {
	}
	if late := time.Since(began); late > goesOnMax {
		t.Errorf("it went on for %v", late)
	}
	if rows, err := conn.Receive(); rows == 0 || err == nil || !strings.Contains(err.Error(), "Transaction.Terminated") {
		t.Errorf("then the client reads %d rows and %v", rows, err)
	}
}

// Statements that wait together for a lock each end when they are ended, and the
// others go on.
func TestAnEndedStatementLeavesItsBatch(t *testing.T) {
	c := startCluster(t, "eu")
	d := c.driver("bolt", c.members[0])
	c.run(d, "CREATE (:Locked)", nil)
	unlock := c.locks(d)
	var waiting []*started
	for i := range 6 {
		waiting = append(waiting, c.starts(boltclient.Access{}, fmt.Sprintf("MATCH (l:Locked) SET l.x%d = 1", i)))
		c.awaits(d, waiting[i])
	}
	for _, at := range []int{0, 3, 2, 1} { // the first held the lane alone, the others run as one batch since
		began := time.Now()
		c.run(d, "TERMINATE TRANSACTIONS $id", map[string]any{"id": waiting[at].id})
		err := <-waiting[at].outcome
		if late := time.Since(began); late > goesOnMax || err == nil || !strings.Contains(err.Error(), "Transaction.Terminated") {
			t.Errorf("statement %d ended after %v with %v", at, late, err)
		}
	}
	unlock()
	for _, at := range []int{4, 5} {
		if err := <-waiting[at].outcome; err != nil {
			t.Errorf("statement %d, which nobody ended: %v", at, err)
		}
	}
	if row := c.run(d, "MATCH (l:Locked) RETURN properties(l)", nil)[0][0].(map[string]any); len(row) != 2 || row["x4"] != int64(1) || row["x5"] != int64(1) {
		t.Errorf("the node has %v, want x4 and x5", row)
	}
	for _, s := range waiting {
		s.conn.Close()
	}
}

// locks has a transaction lock the node of label Locked until unlock is called.
func (c *cluster) locks(d neo4j.DriverWithContext) (unlock func()) {
	c.t.Helper()
	holder := d.NewSession(c.t.Context(), neo4j.SessionConfig{})
	held, err := holder.BeginTransaction(c.t.Context())
	if err == nil {
		_, err = held.Run(c.t.Context(), "MATCH (l:Locked) SET l.held = true", nil)
	}
	if err != nil {
		c.t.Fatal(err)
	}
	return func() {
		if err := held.Rollback(context.Background()); err != nil {
			c.t.Error(err)
		}
		holder.Close(context.Background())
	}
}

// started is a statement that runs on a connection of its own.
type started struct {
	conn    *boltclient.Conn
	query   string
	id      string // of its transaction, known once awaited
	began   time.Time
	outcome chan error
}

// dial connects to the first server as its user.
func (c *cluster) dial() *boltclient.Conn {
	c.t.Helper()
	conn, err := boltclient.Dial(c.t.Context(), c.members[0].cfg.Bolt.Listen, boltclient.Login{User: "neo4j", Password: testPassword})
	if err != nil {
		c.t.Fatal(err)
	}
	return conn
}

// starts runs a statement.
func (c *cluster) starts(a boltclient.Access, query string) *started {
	c.t.Helper()
	statement, err := boltclient.NewStatement(a, query)
	if err != nil {
		c.t.Fatal(err)
	}
	s := &started{conn: c.dial(), query: query, began: time.Now(), outcome: make(chan error, 1)}
	go func() {
		_, err := s.conn.Do(statement)
		s.outcome <- err
	}()
	return s
}

// awaits waits until the server has had a statement for a while, and learns its id.
func (c *cluster) awaits(d neo4j.DriverWithContext, s *started) {
	c.t.Helper()
	for {
		select {
		case err := <-s.outcome:
			c.t.Fatalf("%s came to an end by itself: %v", s.query, err)
		default:
		}
		for _, row := range c.shown(d, s.query) {
			if s.id = row[0].(string); row[1].(int64) > 200 {
				return
			}
		}
	}
}

// shown gives the transactions that run a statement, with their milliseconds.
func (c *cluster) shown(d neo4j.DriverWithContext, query string) [][]any {
	c.t.Helper()
	return c.run(d, "SHOW TRANSACTIONS YIELD transactionId, currentQuery, elapsedTime WHERE currentQuery = $query RETURN transactionId, elapsedTime.milliseconds", map[string]any{"query": query})
}
