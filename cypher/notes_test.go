package cypher_test

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"graticule/graph"
	"graticule/status"
)

// hint is a notification as Neo4j 5.26 gave it.
type hint struct {
	GQL, Status, Code, Title, Description, Severity, Category string
	Position                                                  []int // offset, line, column
}

// recorded reads the lines of a file of answers recorded from Neo4j.
func recorded(t *testing.T, name string, line func(text []byte)) {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line(lines.Bytes())
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}

// The statements run one after the other: some create what later ones find.
func TestNotificationsAreThoseOfNeo4j(t *testing.T) {
	d := newDatabase(t)
	if _, _, err := d.run("CREATE (:A1 {x:1})-[:RR {x:1}]->(:B1 {x:2}), (:A1 {x:'a', y: 3})-[:SS]->(:B1)", nil); err != nil {
		t.Fatal(err)
	}
	params := graph.NewMap(1)
	params.Put("p", graph.String("x"))
	told := 0
	recorded(t, "notifications.jsonl", func(text []byte) {
		var want struct {
			Query         string
			Notifications []hint
		}
		if err := json.Unmarshal(text, &want); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		r, err := d.Run(context.Background(), want.Query, params)
		if err != nil {
			t.Errorf("%s: %v", want.Query, err)
			return
		}
		var got []hint
		for _, n := range (status.NotificationFilter{}).Select(r.Notifications) {
			h := hint{GQL: n.GQLStatus, Status: n.StatusDescription, Code: n.Code, Title: n.Title, Description: n.Description, Severity: n.Severity, Category: n.Category}
			if n.Position.Line > 0 {
				h.Position = []int{n.Position.Offset, n.Position.Line, n.Position.Column}
			}
			got = append(got, h)
		}
		told += len(got)
		if len(got) != len(want.Notifications) || len(got) > 0 && !reflect.DeepEqual(got, want.Notifications) {
			t.Errorf("%s\n got %+v\nwant %+v", want.Query, got, want.Notifications)
		}
	})
	if told < 100 {
		t.Errorf("only %d notifications were compared", told)
	}
}

// A statement in the cache tells of names as they are when it runs.
func TestNotificationsFollowTheGraph(t *testing.T) {
	d := newDatabase(t)
	ask := func() string {
		r, err := d.Run(context.Background(), "MATCH (n:Late {key: 1}) RETURN n", nil)
		if err != nil {
			t.Fatal(err)
		}
		var codes []string
		for _, n := range r.Notifications {
			codes = append(codes, n.GQLStatus)
		}
		return strings.Join(codes, " ")
	}
	if got := ask(); got != "01N52 01N50" {
		t.Errorf("before the label exists: %q", got)
	}
	if _, _, err := d.run("CREATE (:Late {key: 2})", nil); err != nil {
		t.Fatal(err)
	}
	if got := ask(); got != "" {
		t.Errorf("once it exists: %q", got)
	}
}

// Tools draw plans by these keys.
func TestPlansHaveTheKeysOfDrivers(t *testing.T) {
	d := newDatabase(t)
	for query, keys := range map[string]string{
		"EXPLAIN MATCH (n) RETURN n LIMIT 1": "Details EstimatedRows Id",
		"PROFILE MATCH (n) RETURN n LIMIT 1": "Details EstimatedRows Id Rows DbHits",
	} {
		r, err := d.Run(context.Background(), query, nil)
		if err != nil {
			t.Fatal(err)
		}
		root := r.Plan
		if v, _ := root.Arguments.Get("planner-impl"); root.Operator != "ProduceResults@neo4j" || v.AsString() != "IDP" || len(root.Variables) != 1 {
			t.Errorf("%s: root %+v", query, root)
		}
		child := root.Children[0]
		if got := strings.Join(child.Arguments.Keys(), " "); got != keys {
			t.Errorf("%s: %s, want %s", query, got, keys)
		}
		if id, _ := child.Arguments.Get("Id"); id.AsInt() != 1 {
			t.Errorf("%s: the second operator has the id %d", query, id.AsInt())
		}
	}
}
