package cypher_test

import (
	"context"
	"encoding/json"
	"reflect"
	"testing"

	"graticule/status"
)

// mistake is an error as Neo4j 5.26 gave it.
type mistake struct {
	GQL, Description, Message, Classification, Code string
	Position                                        []int // offset, line, column
	Cause                                           *mistake
}

func mistakeOf(e *status.Error, cause bool) *mistake {
	if e == nil {
		return nil
	}
	class, at := e.Diagnosis()
	m := &mistake{GQL: e.GQLStatus, Description: e.Description(), Message: e.Message, Classification: class, Code: e.Code, Cause: mistakeOf(e.Cause, true)}
	if cause {
		m.Code = "" // only the whole has one
	}
	if at.Line > 0 {
		m.Position = []int{at.Offset, at.Line, at.Column}
	}
	return m
}

func TestErrorsAreThoseOfNeo4j(t *testing.T) {
	d := newDatabase(t)
	if _, _, err := d.run("CREATE (:A1 {x:1})-[:RR {x:1}]->(:B1 {x:2})", nil); err != nil {
		t.Fatal(err)
	}
	n := 0
	recorded(t, "errors.jsonl", func(text []byte) {
		var want struct {
			Query string
			Error *mistake
		}
		if err := json.Unmarshal(text, &want); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		_, err := d.Run(context.Background(), want.Query, nil)
		n++
		if got := mistakeOf(status.As(err), false); !reflect.DeepEqual(got, want.Error) {
			g, _ := json.Marshal(got)
			w, _ := json.Marshal(want.Error)
			t.Errorf("%s\n got %s\nwant %s", want.Query, g, w)
		}
	})
	if n < 300 {
		t.Errorf("only %d errors were compared", n)
	}
}
