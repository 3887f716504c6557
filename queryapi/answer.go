package queryapi

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"graticule/bolt"
	"graticule/graph"
	"graticule/internal/packstream"
	"graticule/status"
)

// writeTimeout is how long a client may take for what is sent to it at once.
const writeTimeout = 15 * time.Minute

// answer is the JSON object that answers a request, written as it comes.
type answer struct {
	w       http.ResponseWriter
	out     *bufio.Writer
	members int // written so far
}

// begun starts an answer; there is no other status after it.
func begun(w http.ResponseWriter, kind string) *answer {
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(http.StatusAccepted)
	a := &answer{w: w, out: bufio.NewWriterSize(w, 64<<10)}
	a.allow()
	a.out.WriteByte('{')
	return a
}

// allow gives what is written next its time. Errors of writing need no handling
// here: bufio keeps them, and the client has gone.
func (a *answer) allow() {
	_ = http.NewResponseController(a.w).SetWriteDeadline(time.Now().Add(writeTimeout))
}

func (a *answer) key(name string) {
	if a.members++; a.members > 1 {
		a.out.WriteByte(',')
	}
	fmt.Fprintf(a.out, "%q:", name)
}

func (a *answer) member(name string, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		b = []byte("null") // never: the values are texts and numbers
	}
	a.key(name)
	_, _ = a.out.Write(b)
}

func (a *answer) end() {
	a.out.WriteByte('}')
	_ = a.out.Flush()
}

// stream writes the rows of a result and what there is to tell of it. An error
// that came before the answer began is returned with no answer; one that came
// later is part of the answer.
func (q *request) stream(ctx context.Context, w http.ResponseWriter, result bolt.Result, failure func(error) *status.Error) (a *answer, sum bolt.Summary, err error) {
	defer func() { _ = result.Close(context.WithoutCancel(ctx)) }()
	q.encoder.ids = packstream.Options{Database: result.DatabaseID()}
	var rows []byte
	n := 0
	row := func(values []graph.Value) error {
		if n++; n > 1 {
			rows = append(rows, ',')
		}
		rows = append(rows, '[')
		for i, v := range values {
			if i > 0 {
				rows = append(rows, ',')
			}
			rows = q.encoder.value(rows, v)
		}
		rows = append(rows, ']')
		return nil
	}
	more, err := result.Fetch(ctx, firstRows, row)
	if err != nil {
		return nil, sum, err
	}
	kind := plain
	if q.encoder.typed {
		kind = typed
	}
	a = begun(w, kind)
	fields, _ := json.Marshal(result.Columns())
	a.key("data")
	fmt.Fprintf(a.out, `{"fields":%s,"values":[`, fields)
	for ; ; more, err = result.Fetch(ctx, firstRows, row) {
		a.allow()
		if _, gone := a.out.Write(rows); gone != nil {
			return a, sum, gone
		}
		if rows = rows[:0]; !more || err != nil {
			break
		}
	}
	a.out.WriteString("]}")
	if err != nil {
		a.member("errors", []any{errorOf(failure(err))})
		return a, sum, err
	}
	sum = result.Summary()
	if q.counters {
		a.member("counters", json.RawMessage(counters(sum.Counters)))
	}
	if len(sum.Notifications) > 0 {
		a.member("notifications", notifications(sum.Notifications))
	}
	if sum.Plan != nil {
		a.member("queryPlan", planOf(sum.Plan, false))
	}
	if sum.Profile != nil {
		a.member("profiledQueryPlan", planOf(sum.Profile, true))
	}
	return a, sum, nil
}

func notifications(all []status.Notification) []map[string]any {
	list := make([]map[string]any, len(all))
	for i, n := range all {
		list[i] = map[string]any{"code": n.Code, "title": n.Title, "description": n.Description, "severity": n.Severity, "category": n.Category}
		if n.Position.Line > 0 {
			list[i]["position"] = map[string]int{"offset": n.Position.Offset, "line": n.Position.Line, "column": n.Position.Column}
		}
	}
	return list
}

func planOf(p *bolt.PlanNode, profile bool) map[string]any {
	children := make([]any, len(p.Children))
	for i, c := range p.Children {
		children[i] = planOf(c, profile)
	}
	var e encoder
	arguments := json.RawMessage("{}")
	if p.Arguments != nil {
		arguments = e.mapping(nil, p.Arguments)
	}
	out := map[string]any{"operatorType": p.Operator, "arguments": arguments, "identifiers": append([]string{}, p.Identifiers...), "children": children}
	if profile {
		out["dbHits"], out["records"] = p.DBHits, p.Rows
		out["hasPageCacheStats"], out["pageCacheHits"], out["pageCacheMisses"], out["pageCacheHitRatio"], out["time"] = false, 0, 0, 0.0, 0
	}
	return out
}
