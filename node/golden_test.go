package node

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"
	"testing"

	"graticule/commit"
	"graticule/graph"
	"graticule/internal/golden"
	"graticule/internal/packstream"
	"graticule/replication"
	"graticule/status"
	"graticule/telemetry"
)

// TestGoldenMessages pins what servers say to each other: questions and answers on
// admin streams, the heads and answers of commit streams (docs/format/messages.md).
func TestGoldenMessages(t *testing.T) {
	encode := func(v any) []byte {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	params := graph.NewMap(1)
	params.Put("id", graph.Int(1))
	statement := graph.List([]graph.Value{graph.String("RETURN $id"), graph.MapOf(params), graph.String("token")})
	node := &graph.Node{ID: 1, Labels: []string{"A"}, Properties: params}
	counters := graph.NewMap(1)
	counters.Put("nodes-created", graph.Int(1))
	position := replication.Position{Incarnation: 1, Term: 2, Index: 3}
	traced := telemetry.Remote(context.Background(), [16]byte{1, 15: 2}, [8]byte{3, 7: 4})
	messages := []struct {
		name  string
		value any // nil where it is not JSON
		data  []byte
	}{
		{"question", &request{Op: "lead", Database: "d1", Servers: []string{"s1"}}, nil},
		{"question-run", &request{Op: "run", Database: "d1", Payload: betweenServers.Append(nil, statement)}, nil},
		{"answer", &reply{Value: json.RawMessage("true")}, nil},
		{"answer-error", &reply{Error: encodeError(commit.ErrNotLeader)}, nil},
		{"answer-run", &forwarded{
			Position: position, Type: "rw", Columns: []string{"n"},
			Rows:     betweenServers.Append(nil, graph.List([]graph.Value{graph.List([]graph.Value{graph.NodeOf(node)})})),
			Counters: betweenServers.AppendMap(nil, counters),
		}, nil},
		{"answer-run-failed", &forwarded{Failure: status.New(status.LeaderSwitch, "51N34", "no leader")}, nil},
		{"answer-run-conflict", &forwarded{Conflict: true}, nil},
		{"founding", &membership{Voters: []string{"s1", "s2"}}, nil},
		{"commit-head", nil, commitHeader(context.Background(), "d1")},
		{"commit-head-traced", nil, commitHeader(traced, "d1")},
		{"commit-answer", nil, append([]byte{0}, encode(commit.Applied{Position: position, Duplicate: true})...)},
		{"commit-refused", nil, (&Node{databases: map[string]*database{}}).commitFor(context.Background(), "d1", 1, nil)},
	}
	var all []golden.Bytes
	for _, m := range messages {
		if m.value != nil {
			m.data = encode(m.value)
		}
		all = append(all, golden.Bytes{Name: m.name, Data: m.data})
	}
	for i, g := range golden.Check(t, "messages.golden", all...) {
		switch m := messages[i]; {
		case m.value != nil:
			out := reflect.New(reflect.TypeOf(m.value).Elem()).Interface()
			if err := json.Unmarshal(g.Data, out); err != nil || !bytes.Equal(encode(out), g.Data) {
				t.Errorf("%s: read as %+v (%v)", m.name, out, err)
			}
			checkPayload(t, out, statement, node)
		case i == 8 || i == 9:
			ctx, database, err := decodeCommitHeader(context.Background(), g.Data)
			if err != nil || database != "d1" || !bytes.Equal(commitHeader(ctx, database), g.Data) {
				t.Errorf("%s: %q (%v)", m.name, database, err)
			}
		case g.Data[0] == 0:
			var a commit.Applied
			if err := json.Unmarshal(g.Data[1:], &a); err != nil || a.Position != position || !a.Duplicate {
				t.Errorf("%s: %+v (%v)", m.name, a, err)
			}
		default:
			if err := decodeError(string(g.Data[1:])); err != commit.ErrNotLeader {
				t.Errorf("%s: %v", m.name, err)
			}
		}
	}
}

// checkPayload reads the PackStream inside a message.
func checkPayload(t *testing.T, message any, statement graph.Value, node *graph.Node) {
	switch m := message.(type) {
	case *request:
		if m.Op != "run" {
			return
		}
		d := packstream.Decoder{B: m.Payload, UTC: true, Servers: true}
		if v := d.Value(); d.Err != nil || graph.Compare(v, statement) != 0 || !bytes.Equal(betweenServers.Append(nil, v), m.Payload) {
			t.Errorf("statement read as %v (%v)", v, d.Err)
		}
	case *forwarded:
		if m.Rows == nil {
			return
		}
		d := packstream.Decoder{B: m.Rows, UTC: true, Servers: true}
		v := d.Value()
		if d.Err != nil || !bytes.Equal(betweenServers.Append(nil, v), m.Rows) {
			t.Fatalf("rows read as %v (%v)", v, d.Err)
		}
		if got := v.AsList()[0].AsList()[0].AsNode(); got.ID != node.ID || !reflect.DeepEqual(got.Labels, node.Labels) {
			t.Errorf("node read as %+v", got)
		}
	}
}
