package apoc

import (
	"context"
	"errors"
	"strings"
	"time"

	"graticule/cypher/exec"
	"graticule/graph"
	"graticule/status"
)

// defaultBatch is how many rows one transaction of apoc.periodic.iterate takes.
const defaultBatch = 10_000

// periodic are apoc.periodic.*: they commit transactions of their own.
func periodic() []*exec.Procedure {
	iterate := procedure("WRITE", "apoc.periodic.iterate(cypherIterate :: STRING, cypherAction :: STRING, config :: MAP) :: (batches :: INTEGER, total :: INTEGER, timeTaken :: INTEGER, committedOperations :: INTEGER, failedOperations :: INTEGER, failedBatches :: INTEGER, retries :: INTEGER, errorMessages :: MAP, batch :: MAP, operations :: MAP, wasTerminated :: BOOLEAN, failedParams :: MAP, updateStatistics :: MAP)",
		"Runs the second statement for each item returned by the first statement. This procedure returns the number of batches and the total number of processed rows.", iterate)
	commit := procedure("WRITE", "apoc.periodic.commit(statement :: STRING, params = {} :: MAP) :: (updates :: INTEGER, executions :: INTEGER, runtime :: INTEGER, batches :: INTEGER, failedBatches :: INTEGER, batchErrors :: MAP, failedCommits :: INTEGER, commitErrors :: MAP, wasTerminated :: BOOLEAN)",
		"Runs the given statement in separate batched transactions.", commitLoop)
	iterate.Batches, commit.Batches = true, true
	return []*exec.Procedure{iterate, commit}
}

// batches counts what happened to the batches of one call.
type batches struct {
	total, committed, failed int64
	errors                   map[string]int64
	updates                  exec.Counters
}

func (b *batches) fail(err error, operations int64) {
	b.failed += operations
	message := err.Error()
	if e := status.As(err); e != nil {
		message = e.Message
	}
	b.errors[message]++
}

func counted(m map[string]int64) graph.Value {
	out := graph.NewMap(len(m))
	for k, n := range m {
		out.Put(k, graph.Int(n))
	}
	return graph.MapOf(out)
}

// iterate runs the first statement, then the second for its rows, in batches.
// With batchMode BATCH, which is the default, one statement takes the whole
// batch by UNWIND $_batch; with SINGLE it runs once for each row.
func iterate(c *call) ([][]graph.Value, error) {
	config := c.mapping("config")
	size := number(config, "batchSize", defaultBatch)
	if size < 1 {
		return nil, illegal("batchSize parameter must be > 0")
	}
	began := time.Now()
	rows, err := c.Query(c.text("cypherIterate"), mapOr(option(config, "params")))
	if err != nil {
		return nil, err
	}
	mode := strings.ToUpper(texts0(option(config, "batchMode"), "BATCH"))
	action := c.text("cypherAction")
	if mode == "BATCH" {
		action = unwound(action, rows.Columns)
	}
	b := &batches{errors: map[string]int64{}}
	retries, retried := number(config, "retries", 0), int64(0)
	var done, bad int64
	failedParams := &graph.Map{}
	for at := 0; at < len(rows.Values); at += int(size) {
		if err := c.Context.Err(); err != nil {
			return nil, context.Cause(c.Context)
		}
		part := rows.Values[at:min(at+int(size), len(rows.Values))]
		n := int64(len(part))
		for try := int64(0); ; try++ {
			if err = c.batch(action, mode, rows.Columns, part, mapOr(option(config, "params")), b); err == nil || try >= retries {
				break
			}
			retried++
		}
		done++
		b.total += n
		if err == nil {
			b.committed += n
			continue
		}
		if errors.Is(err, context.Canceled) {
			return nil, err
		}
		bad++
		b.fail(err, n)
	}
	batch := params("total", graph.Int(done), "failed", graph.Int(bad), "committed", graph.Int(done-bad), "errors", counted(b.errors))
	operations := params("total", graph.Int(b.total), "failed", graph.Int(b.failed), "committed", graph.Int(b.committed), "errors", counted(b.errors))
	u := b.updates
	updates := params("nodesCreated", graph.Int(u.NodesCreated), "nodesDeleted", graph.Int(u.NodesDeleted), "relationshipsCreated", graph.Int(u.RelsCreated), "relationshipsDeleted", graph.Int(u.RelsDeleted),
		"propertiesSet", graph.Int(u.PropertiesSet), "labelsAdded", graph.Int(u.LabelsAdded), "labelsRemoved", graph.Int(u.LabelsRemoved))
	return [][]graph.Value{{graph.Int(done), graph.Int(b.total), graph.Int(int64(time.Since(began).Seconds())), graph.Int(b.committed), graph.Int(b.failed), graph.Int(bad), graph.Int(retried), counted(b.errors),
		graph.MapOf(batch), graph.MapOf(operations), graph.False, graph.MapOf(failedParams), graph.MapOf(updates)}}, nil
}

// batch runs the action for some rows in one transaction.
func (c *call) batch(action, mode string, columns []string, rows [][]graph.Value, given *graph.Map, b *batches) error {
	tx, err := c.Begin()
	if err != nil {
		return err
	}
	var updates exec.Counters
	run := func(p *graph.Map) error {
		got, err := c.QueryIn(tx, action, p)
		if err == nil {
			updates.Add(&got.Counters)
		}
		return err
	}
	if mode == "BATCH" || mode == "BATCH_SINGLE" {
		list := make([]graph.Value, len(rows))
		for i, row := range rows {
			list[i] = graph.MapOf(rowMap(columns, row, &graph.Map{}))
		}
		p := with(given, "_batch", graph.List(list))
		p.Put("_count", graph.Int(int64(len(rows))))
		err = run(p)
	} else {
		for i, row := range rows {
			p := rowMap(columns, row, with(given, "_count", graph.Int(int64(i))))
			if err = run(p); err != nil {
				break
			}
		}
	}
	if err != nil {
		tx.Rollback()
		return err
	}
	if err := tx.Commit(c.Context); err != nil {
		return err
	}
	b.updates.Add(&updates)
	return nil
}

// unwound puts an UNWIND of the batch before a statement, with the columns as variables.
func unwound(action string, columns []string) string {
	names := make([]string, len(columns))
	for i, name := range columns {
		names[i] = "_batch." + quote(name) + " AS " + quote(name)
	}
	if len(names) == 0 {
		return "UNWIND $_batch AS _batch " + action
	}
	return "UNWIND $_batch AS _batch WITH " + strings.Join(names, ", ") + " " + action
}

// with gives a copy of m with one more entry.
func with(m *graph.Map, key string, v graph.Value) *graph.Map {
	out := graph.NewMap(m.Len() + 1)
	for i := range m.Len() {
		k, x := m.At(i)
		out.Put(k, x)
	}
	out.Put(key, v)
	return out
}

func rowMap(columns []string, row []graph.Value, into *graph.Map) *graph.Map {
	for i, v := range row {
		into.Put(columns[i], v)
	}
	return into
}

func mapOr(v graph.Value) *graph.Map {
	if v.Kind() == graph.KindMap && v.AsMap() != nil {
		return v.AsMap()
	}
	return &graph.Map{}
}

func texts0(v graph.Value, otherwise string) string {
	if v.Kind() == graph.KindString {
		return v.AsString()
	}
	return otherwise
}

// commitLoop runs a statement again and again, each time in a transaction of
// its own, until it returns 0.
func commitLoop(c *call) ([][]graph.Value, error) {
	text := c.text("statement")
	if !strings.Contains(strings.ToLower(text), "limit") {
		return nil, illegal("the statement sent to apoc.periodic.commit must contain a `limit`")
	}
	began := time.Now()
	b := &batches{errors: map[string]int64{}}
	commits := map[string]int64{}
	var updates, executions, runs, failedCommits int64
	for {
		if err := c.Context.Err(); err != nil {
			return nil, context.Cause(c.Context)
		}
		runs++
		tx, err := c.Begin()
		if err != nil {
			return nil, err
		}
		got, err := c.QueryIn(tx, text, c.mapping("params"))
		if err != nil {
			tx.Rollback()
			b.fail(err, 1)
			break
		}
		if err := tx.Commit(c.Context); err != nil {
			failedCommits++
			commits[err.Error()]++
			break
		}
		n := int64(0)
		if len(got.Values) > 0 && len(got.Values[0]) > 0 && got.Values[0][0].Kind() == graph.KindInt {
			n = got.Values[0][0].AsInt()
		}
		if n == 0 {
			break
		}
		updates += n
		executions++
	}
	return [][]graph.Value{{graph.Int(updates), graph.Int(executions), graph.Int(int64(time.Since(began).Seconds())), graph.Int(runs), graph.Int(b.failed), counted(b.errors), graph.Int(failedCommits), counted(commits), graph.False}}, nil
}
