package tck

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"graticule/cypher/cyphertest"
	"graticule/cypher/exec"
	"graticule/graph"
	"graticule/status"
)

// TestEngine plays every scenario on the engine alone.
func TestEngine(t *testing.T) {
	scenarios, deviations, err := Find(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	if scenarios == nil {
		t.Skip(Absent)
	}
	passed, failed := 0, map[string]int{}
	for _, s := range scenarios {
		if only := os.Getenv("TCK_ONLY"); only != "" && !strings.Contains(s.File+" "+s.Name, only) {
			continue
		}
		err := playOnEngine(s)
		if deviations[s.File+" "+s.Name] {
			if err == nil {
				t.Errorf("%s: %s: passes, though Neo4j deviates and we follow it", s.File, s.Name)
			}
			continue
		}
		if err == nil {
			passed++
			continue
		}
		failed[filepath.Dir(s.File)]++
		t.Errorf("%s: %s\n%v", s.File, s.Name, err)
	}
	t.Logf("%d scenarios passed; failed: %v", passed, failed)
}

func playOnEngine(s *Scenario) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	procedures := exec.Procedures{}
	for _, p := range s.Procedures {
		procedures[strings.ToLower(p.Name)] = asProcedure(p)
	}
	db, err := cyphertest.New(procedures)
	if err != nil {
		return err
	}
	defer db.Close()
	return s.Run(context.Background(), engineDatabase{db})
}

// engineDatabase is the engine as a Database of the kit.
type engineDatabase struct{ db *cyphertest.Database }

func (e engineDatabase) Run(ctx context.Context, query string, parameters map[string]any) (*Result, error) {
	params := graph.NewMap(len(parameters))
	for k, v := range parameters {
		params.Put(k, cyphertest.Value(v))
	}
	r, err := e.db.Run(ctx, query, params)
	if err != nil {
		if f := status.As(err); f != nil {
			return nil, &Failure{Code: f.Code, Detail: f.Detail, Message: f.Message}
		}
		return nil, err
	}
	out := &Result{Columns: r.Columns}
	for _, row := range r.Rows {
		values := make([]any, len(row))
		for i, v := range row {
			values[i] = FromGraph(v)
		}
		out.Rows = append(out.Rows, values)
	}
	return out, nil
}

func asProcedure(p Procedure) *exec.Procedure {
	out := &exec.Procedure{Name: p.Name, Signature: p.Name, Mode: "READ"}
	for _, f := range p.Inputs {
		out.Inputs = append(out.Inputs, f.Name)
		out.InputTypes = append(out.InputTypes, strings.TrimSuffix(f.Type, "?"))
	}
	for _, f := range p.Outputs {
		out.Outputs = append(out.Outputs, f.Name)
	}
	out.Call = func(_ *exec.ProcedureContext, args []graph.Value) ([][]graph.Value, error) {
		var rows [][]graph.Value
		for _, row := range p.Rows {
			same := true
			for i, a := range args {
				want := cyphertest.Value(row[i])
				same = same && (graph.Equal(a, want).IsTrue() || a.IsNull() && want.IsNull())
			}
			if same {
				var outs []graph.Value
				for _, v := range row[len(p.Inputs):] {
					outs = append(outs, cyphertest.Value(v))
				}
				rows = append(rows, outs)
			}
		}
		return rows, nil
	}
	return out
}
