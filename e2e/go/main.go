package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

const db, password = "neo4j", "password123"

var uris = func() (out []string) {
	port, err := strconv.Atoi(os.Getenv("E2E_BOLT_PORT"))
	if err != nil {
		port = 7687
	}
	for i := range 6 {
		out = append(out, fmt.Sprintf("localhost:%d", port+i))
	}
	return out
}()

type (
	driver = neo4j.DriverWithContext
	params = map[string]any
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	began := time.Now()
	login(ctx)
	d := open("neo4j://" + uris[0])
	defer d.Close(ctx)
	do(ctx, d, db, "MATCH (n:Tour) DETACH DELETE n", nil)
	for _, step := range []func(context.Context, driver){values, entities, transactions, failures, routing, bookmarks, counter, databases, big} {
		step(ctx, d)
	}
	near := open("neo4j://" + uris[4] + "?region=ap-south")
	defer near.Close(ctx)
	do(ctx, near, db, "CREATE (:Tour {from: 'ap-south'})", nil)
	fmt.Printf("tour: Go driver %s passed in %.1f s\n", neo4j.UserAgent[strings.Index(neo4j.UserAgent, "/")+1:], time.Since(began).Seconds())
}

// must ends the tour, naming the line that called, when err is not nil.
func must(err error) {
	if err != nil {
		fail(2, err)
	}
}

// want ends the tour when got is not what is wanted.
func want[T any](got, wanted T) {
	if !reflect.DeepEqual(got, wanted) {
		fail(2, fmt.Sprintf("got %v, want %v", got, wanted))
	}
}

// that ends the tour when ok is false.
func that(ok bool, args ...any) {
	if !ok {
		fail(2, fmt.Sprint(append([]any{"not so: "}, args...)...))
	}
}

func fail(skip int, what any) {
	_, file, line, _ := runtime.Caller(skip)
	fmt.Fprintf(os.Stderr, "%s:%d: %v\n", file, line, what)
	os.Exit(1)
}

func wantCode(code string, err error) {
	var e *neo4j.Neo4jError
	if !errors.As(err, &e) || e.Code != "Neo."+code {
		fail(2, fmt.Sprintf("got %v, want %s", err, code))
	}
}

func open(uri string) driver {
	d, err := neo4j.NewDriverWithContext(uri, neo4j.BasicAuth("neo4j", password, ""))
	must(err)
	return d
}

func query(ctx context.Context, d driver, database, text string, p params, more ...neo4j.ExecuteQueryConfigurationOption) (*neo4j.EagerResult, error) {
	return neo4j.ExecuteQuery(ctx, d, text, p, neo4j.EagerResultTransformer, append(more, neo4j.ExecuteQueryWithDatabase(database))...)
}

func do(ctx context.Context, d driver, database, text string, p params) []*neo4j.Record {
	r, err := query(ctx, d, database, text, p)
	if err != nil {
		fail(2, fmt.Sprintf("%s: %v", text, err))
	}
	return r.Records
}

func one(ctx context.Context, d driver, text string, p params) []any {
	rows := do(ctx, d, db, text, p)
	if len(rows) != 1 {
		fail(2, fmt.Sprintf("%s gave %d rows", text, len(rows)))
	}
	return rows[0].Values
}

func login(ctx context.Context) {
	for _, auth := range []neo4j.AuthToken{neo4j.BasicAuth("neo4j", "wrong", ""), neo4j.BasicAuth("nobody", password, ""), neo4j.NoAuth()} {
		d, err := neo4j.NewDriverWithContext("bolt://"+uris[0], auth)
		must(err)
		wantCode("ClientError.Security.Unauthorized", d.VerifyConnectivity(ctx))
		must(d.Close(ctx))
	}
	d := open("bolt://" + uris[0])
	defer d.Close(ctx)
	info, err := d.GetServerInfo(ctx)
	must(err)
	that(strings.HasPrefix(info.Agent(), "Neo4j/") && info.ProtocolVersion().Major >= 5, info)
	right, wrong := neo4j.BasicAuth("neo4j", password, ""), neo4j.BasicAuth("neo4j", "wrong", "")
	must(d.VerifyAuthentication(ctx, &right))
	that(d.VerifyAuthentication(ctx, &wrong) != nil)
}

func session(ctx context.Context, d driver, c neo4j.SessionConfig) neo4j.SessionWithContext {
	if c.DatabaseName == "" {
		c.DatabaseName = db
	}
	return d.NewSession(ctx, c)
}

// runner is a session or a transaction, brought to one shape.
type runner func(text string, p params) (neo4j.ResultWithContext, error)

func in(ctx context.Context, s neo4j.SessionWithContext) runner {
	return func(text string, p params) (neo4j.ResultWithContext, error) { return s.Run(ctx, text, p) }
}

func within(ctx context.Context, tx interface {
	Run(context.Context, string, map[string]any) (neo4j.ResultWithContext, error)
}) runner {
	return func(text string, p params) (neo4j.ResultWithContext, error) { return tx.Run(ctx, text, p) }
}

func (r runner) count(ctx context.Context, mark any) int64 {
	n, err := r.single(ctx, "MATCH (n:Tour) WHERE n.mark = $mark RETURN count(n)", params{"mark": mark})
	must(err)
	return n.(int64)
}

func (r runner) single(ctx context.Context, text string, p params) (any, error) {
	result, err := r(text, p)
	if err != nil {
		return nil, err
	}
	rec, err := result.Single(ctx)
	if err != nil {
		return nil, err
	}
	return rec.Values[0], nil
}

func (r runner) consume(ctx context.Context, text string) (neo4j.ResultSummary, error) {
	result, err := r(text, nil)
	if err != nil {
		return nil, err
	}
	return result.Consume(ctx)
}

func transactions(ctx context.Context, d driver) {
	s := session(ctx, d, neo4j.SessionConfig{})
	defer s.Close(ctx)
	sum, err := in(ctx, s).consume(ctx, "CREATE (:Tour {mark: 'auto'})")
	must(err)
	c := sum.Counters()
	want([]int{c.NodesCreated(), c.PropertiesSet(), c.LabelsAdded()}, []int{1, 1, 1})
	that(c.ContainsUpdates() && sum.StatementType() == neo4j.StatementTypeWriteOnly && sum.Database().Name() == db)
	tx, err := s.BeginTransaction(ctx, neo4j.WithTxMetadata(params{"app": "tour"}), neo4j.WithTxTimeout(30*time.Second))
	must(err)
	meta, err := within(ctx, tx).single(ctx, "CALL tx.getMetaData()", nil)
	must(err)
	want(meta, any(map[string]any{"app": "tour"}))
	_, err = within(ctx, tx).consume(ctx, "CREATE (:Tour {mark: 'undone'})")
	must(err)
	want(within(ctx, tx).count(ctx, "undone"), 1)
	must(tx.Rollback(ctx))
	want(in(ctx, s).count(ctx, "undone"), 0)
	tx, err = s.BeginTransaction(ctx)
	must(err)
	_, err = tx.Run(ctx, "CREATE (:Tour {mark: 'kept'})", nil)
	must(err)
	must(tx.Commit(ctx))
	want(in(ctx, s).count(ctx, "kept"), 1)
	tx, err = s.BeginTransaction(ctx) // two results open at a time, pulled in turns
	must(err)
	left, err := tx.Run(ctx, "UNWIND range(1, 3000) AS x RETURN x", nil)
	must(err)
	right, err := tx.Run(ctx, "UNWIND range(1, 3000) AS x RETURN -x AS x", nil)
	must(err)
	for i := range int64(3000) {
		that(left.Next(ctx) && right.Next(ctx))
		want([]any{left.Record().Values[0], right.Record().Values[0]}, []any{i + 1, -i - 1})
	}
	must(tx.Commit(ctx))
	tries := 0
	done, err := s.ExecuteWrite(ctx, func(tx neo4j.ManagedTransaction) (any, error) {
		if _, err := within(ctx, tx).consume(ctx, "CREATE (:Tour {mark: 'managed'})"); err != nil {
			return nil, err
		}
		if tries++; tries == 1 {
			return nil, &neo4j.Neo4jError{Code: "Neo.TransientError.Transaction.DeadlockDetected", Msg: "retry me"}
		}
		return "done", nil
	})
	must(err)
	want([]any{done, tries, in(ctx, s).count(ctx, "managed")}, []any{"done", 2, int64(1)})
	asked := errors.New("as asked")
	_, err = s.ExecuteWrite(ctx, func(tx neo4j.ManagedTransaction) (any, error) {
		_, err := within(ctx, tx).consume(ctx, "CREATE (:Tour {mark: 'given up'})")
		return nil, errors.Join(err, asked)
	})
	that(errors.Is(err, asked), err)
	n, err := s.ExecuteRead(ctx, func(tx neo4j.ManagedTransaction) (any, error) { return within(ctx, tx).count(ctx, "given up"), nil })
	must(err)
	want(n, any(int64(0)))
}

func failures(ctx context.Context, d driver) {
	run := func(database, text string) error { _, err := query(ctx, d, database, text, nil); return err }
	for _, x := range [][2]string{
		{"RETURN x", "ClientError.Statement.SyntaxError"}, {"FOO", "ClientError.Statement.SyntaxError"}, {"RETURN 1/0", "ClientError.Statement.ArithmeticError"},
		{"RETURN $p", "ClientError.Statement.ParameterMissing"}, {"UNWIND [1, true] AS x RETURN 1 + x", "ClientError.Statement.TypeError"},
		{"CALL no.such.procedure()", "ClientError.Procedure.ProcedureNotFound"}, {"RETURN no.such.function()", "ClientError.Statement.SyntaxError"},
		{"CREATE (n:Tour {v: {a: 1}})", "ClientError.Statement.TypeError"}, {"RETURN date('2024-02-30')", "ClientError.Statement.SyntaxError"},
		{"RETURN date({year: 2024, month: 2, day: 30})", "ClientError.Statement.ArgumentError"},
	} {
		wantCode(x[1], run(db, x[0]))
	}
	wantCode("ClientError.Database.DatabaseNotFound", run("nosuchdb", "RETURN 1"))
	bad := session(ctx, d, neo4j.SessionConfig{Bookmarks: neo4j.BookmarksFromRawValues("nonsense")})
	_, err := in(ctx, bad).consume(ctx, "RETURN 1")
	wantCode("ClientError.Transaction.InvalidBookmark", err)
	direct := open("bolt://" + uris[0])
	defer direct.Close(ctx)
	_, err = in(ctx, session(ctx, direct, neo4j.SessionConfig{AccessMode: neo4j.AccessModeRead})).consume(ctx, "CREATE (:Tour)")
	wantCode("ClientError.Statement.AccessMode", err)
	s := session(ctx, d, neo4j.SessionConfig{})
	defer s.Close(ctx)
	slow, err := s.Run(ctx, "UNWIND range(1, 100000000) AS x WITH x WHERE x < 0 RETURN count(x)", nil, neo4j.WithTxTimeout(200*time.Millisecond))
	if err == nil {
		_, err = slow.Consume(ctx)
	}
	wantCode("ClientError.Transaction.TransactionTimedOutClientConfiguration", err)
	must(run(db, "CREATE CONSTRAINT tour_unique IF NOT EXISTS FOR (n:TourOnly) REQUIRE n.id IS UNIQUE"))
	must(run(db, "MERGE (n:TourOnly:Tour {id: 1})"))
	wantCode("ClientError.Schema.ConstraintValidationFailed", run(db, "CREATE (:TourOnly:Tour {id: 1})"))
	must(run(db, "DROP CONSTRAINT tour_unique"))
	tx, err := s.BeginTransaction(ctx) // a failed transaction is over, its session is not
	must(err)
	_, err = within(ctx, tx).consume(ctx, "CREATE (:Tour {mark: 'failed'})")
	must(err)
	_, err = within(ctx, tx).consume(ctx, "RETURN 1/0")
	wantCode("ClientError.Statement.ArithmeticError", err)
	must(tx.Close(ctx))
	want(in(ctx, s).count(ctx, "failed"), 0)
}

func routing(ctx context.Context, d driver) {
	s := session(ctx, d, neo4j.SessionConfig{})
	defer s.Close(ctx)
	addresses := func(execute func(context.Context, neo4j.ManagedTransactionWork, ...func(*neo4j.TransactionConfig)) (any, error)) map[string]bool {
		seen := map[string]bool{}
		for range 20 {
			a, err := execute(ctx, func(tx neo4j.ManagedTransaction) (any, error) {
				sum, err := within(ctx, tx).consume(ctx, "RETURN 1")
				if err != nil {
					return nil, err
				}
				return sum.Server().Address(), nil
			})
			must(err)
			seen[a.(string)] = true
			that(slices.Contains(uris, a.(string)), a)
		}
		return seen
	}
	want(len(addresses(s.ExecuteWrite)), 1)
	addresses(s.ExecuteRead)
	row := one(ctx, d, "CALL dbms.routing.getRoutingTable({}, 'neo4j') YIELD ttl, servers", nil)
	that(row[0].(int64) > 0)
	table := map[any][]any{}
	for _, s := range row[1].([]any) {
		table[s.(map[string]any)["role"]] = s.(map[string]any)["addresses"].([]any)
	}
	want([]int{len(table["WRITE"]), len(table["ROUTE"])}, []int{1, 3}) // a router in each region
	that(len(table["READ"]) > 0)
	shown := do(ctx, d, "system", "SHOW DATABASES YIELD name, role, writer, address, currentStatus WHERE name = 'neo4j'", nil)
	writers := 0
	for _, r := range shown {
		if m := r.AsMap(); m["writer"] == true {
			writers++
		}
		want(r.AsMap()["currentStatus"], any("online"))
	}
	want([]int{len(shown), writers}, []int{6, 1})
	anyServer := open("neo4j://" + uris[5]) // any server routes
	defer anyServer.Close(ctx)
	do(ctx, anyServer, db, "CREATE (:Tour {from: 'secondary'})", nil)
}

func bookmarks(ctx context.Context, d driver) {
	var direct []driver
	for _, u := range uris {
		x := open("bolt://" + u)
		defer x.Close(ctx)
		direct = append(direct, x)
	}
	for i := range 60 {
		w := session(ctx, d, neo4j.SessionConfig{})
		_, err := w.ExecuteWrite(ctx, func(tx neo4j.ManagedTransaction) (any, error) {
			return tx.Run(ctx, "CREATE (:Tour {mark: $i})", params{"i": i})
		})
		must(err)
		r := session(ctx, direct[i%len(direct)], neo4j.SessionConfig{Bookmarks: w.LastBookmarks(), AccessMode: neo4j.AccessModeRead})
		want(in(ctx, r).count(ctx, i), 1)
		must(errors.Join(w.Close(ctx), r.Close(ctx)))
	}
}

func counter(ctx context.Context, d driver) {
	const writers, each = 8, 5
	do(ctx, d, db, "CREATE (:Tour {name: 'counter', v: 0})", nil)
	done := make(chan error, writers)
	for range writers {
		go func() {
			s := session(ctx, d, neo4j.SessionConfig{})
			defer s.Close(ctx)
			for range each {
				if _, err := in(ctx, s).consume(ctx, "MATCH (n:Tour {name: 'counter'}) SET n.v = n.v + 1"); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range writers {
		must(<-done)
	}
	want(one(ctx, d, "MATCH (n:Tour {name: 'counter'}) RETURN n.v", nil)[0], any(int64(writers*each)))
}

func databases(ctx context.Context, d driver) {
	name := fmt.Sprintf("tour%d", time.Now().UnixNano())
	do(ctx, d, "system", "CREATE DATABASE "+name+" TOPOLOGY 3 PRIMARIES 1 SECONDARY WAIT", nil)
	do(ctx, d, name, "CREATE (:Tour {here: 1})", nil)
	r, err := query(ctx, d, name, "MATCH (n:Tour) RETURN count(n) AS c", nil, neo4j.ExecuteQueryWithReadersRouting())
	must(err)
	want(r.Records[0].Values[0], any(int64(1)))
	_, err = query(ctx, d, "system", "CREATE DATABASE "+name, nil)
	wantCode("ClientError.Database.ExistingDatabaseFound", err)
	do(ctx, d, "system", "DROP DATABASE "+name+" WAIT", nil)
	_, err = query(ctx, d, name, "RETURN 1", nil)
	wantCode("ClientError.Database.DatabaseNotFound", err)
}

func big(ctx context.Context, d driver) {
	s := session(ctx, d, neo4j.SessionConfig{FetchSize: 500})
	defer s.Close(ctx)
	result, err := s.Run(ctx, "UNWIND range(1, 200000) AS x RETURN x, 'some text of a row' AS t", nil)
	must(err)
	sum := int64(0)
	for result.Next(ctx) {
		sum += result.Record().Values[0].(int64)
	}
	must(result.Err())
	want(sum, 200000*200001/2)
	for _, rows := range []int64{1, 1000} { // far more rows than any memory holds: the server makes what is pulled
		result, err := s.Run(ctx, "UNWIND range(1, 4000000000000) AS x RETURN x", nil)
		must(err)
		for i := range rows {
			that(result.Next(ctx), result.Err())
			want(result.Record().Values[0], any(i+1))
		}
		_, err = result.Consume(ctx) // discards the rest
		must(err)
	}
	wide := one(ctx, d, "RETURN range(1, 500000) AS l, $t AS t", params{"t": strings.Repeat("y", 5_000_000)})
	want([]int{len(wide[0].([]any)), len(wide[1].(string))}, []int{500_000, 5_000_000})
	x, err := in(ctx, s).single(ctx, "RETURN 1", nil)
	must(err)
	want(x, any(int64(1)))
}
