package cypher_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"graticule/cypher"
	"graticule/cypher/cyphertest"
	"graticule/cypher/exec"
	"graticule/graphstore"
	"graticule/internal/cases"
	"graticule/status"
)

// prepareMax is how long any statement may take to be compiled or refused while
// fuzzing, on a machine busy with other work; one that takes longer is a hang.
const prepareMax = 5 * time.Second

// compiling takes statements through lexer, parser, binder, compiler and planner,
// on a small graph with indexes.
type compiling struct {
	engine *cypher.Engine
	env    exec.Environment
}

func newCompiling(t testing.TB) *compiling {
	db, err := cyphertest.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{
		"CREATE INDEX FOR (n:A) ON (n.x)", "CREATE CONSTRAINT FOR (n:B) REQUIRE n.id IS UNIQUE", "CREATE TEXT INDEX FOR (n:C) ON (n.name)",
		"UNWIND range(1, 20) AS i CREATE (a:A {x: i})-[:R {w: i}]->(b:B {id: i})-[:S]->(c:C {name: toString(i)}) CREATE (c)-[:T]->(a)",
	} {
		if _, err := db.Run(context.Background(), q, nil); err != nil {
			t.Fatal(err)
		}
	}
	tx, err := db.Store.Begin(context.Background(), graphstore.TxConfig{})
	if err != nil {
		t.Fatal(err)
	}
	return &compiling{engine: cypher.New(nil), env: exec.Environment{Graph: tx, Database: "neo4j"}}
}

// run compiles q in both languages and tells in how many it is a statement. An
// error that is no status is given back.
func (c *compiling) run(q string) (accepted int, err error) {
	for _, version := range []int{5, 25} {
		p, err := c.engine.Prepare(q, version)
		if err != nil {
			if status.As(err) == nil {
				return accepted, fmt.Errorf("%w is no status", err)
			}
			continue
		}
		accepted++
		if p.Command() == nil {
			p.Describe(context.Background(), c.env)
		}
	}
	return accepted, nil
}

// caseQueries gives the queries of the cases of the language, and slowOnce.
func caseQueries(t testing.TB) []string {
	files, err := cases.Find("testdata/cases")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, file := range files {
		for _, c := range file.Cases {
			for _, s := range c.Steps {
				if len(s.Query) < 1000 {
					out = append(out, s.Query)
				}
			}
		}
	}
	return append(out, slowOnce...)
}

// FuzzPrepare checks that any text is compiled or refused with a status; that
// none stops the process, and that none takes long.
func FuzzPrepare(f *testing.F) {
	for _, q := range caseQueries(f) {
		f.Add(q)
	}
	c := newCompiling(f)
	f.Fuzz(func(t *testing.T, q string) {
		hang := time.AfterFunc(10*prepareMax, func() { panic(fmt.Sprintf("hang: %q", q)) })
		defer hang.Stop()
		began := time.Now()
		if _, err := c.run(q); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took > prepareMax {
			t.Fatalf("took %v", took)
		}
	})
}

var (
	mutations    = flag.Int("mutations", 20_000, "statements that TestMutatedStatements compiles")
	mutationSeed = flag.Uint64("mutation-seed", 0, "its seed; 0: a new one")
)

// TestMutatedStatements does what FuzzPrepare does with statements made by
// changing tokens of the cases, which pass the parser far more often than changed
// bytes do; those that compile are changed further.
func TestMutatedStatements(t *testing.T) {
	seed := *mutationSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("seed %d", seed)
	m := newMutator(seed, caseQueries(t))
	c := newCompiling(t)
	var at atomic.Pointer[string] // what is being compiled, for the watchdog
	var done atomic.Int64
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		last := int64(-1)
		for {
			select {
			case <-stop:
				return
			case <-time.After(20 * prepareMax):
			}
			if n := done.Load(); n == last {
				panic(fmt.Sprintf("seed %d: hang: %q", seed, *at.Load()))
			} else {
				last = n
			}
		}
	}()
	accepted, slowest, slow := 0, time.Duration(0), ""
	began := time.Now()
	for i := range *mutations {
		q := m.next()
		at.Store(&q)
		before := time.Now()
		n, err := c.run(q)
		if err != nil {
			t.Fatalf("%q: %v", q, err)
		}
		took := time.Since(before)
		for range 3 { // others use the machine as well
			if took < time.Second {
				break
			}
			before = time.Now()
			_, _ = c.run(q)
			took = min(took, time.Since(before))
		}
		if took > slowest {
			slowest, slow = took, q
		}
		if took > prepareMax {
			t.Errorf("%q took %v", q, took)
		}
		if n > 0 {
			accepted++
			m.keep(q)
		}
		if done.Add(1)%250_000 == 0 {
			t.Logf("%d compiled after %v", i+1, time.Since(began).Round(time.Second))
		}
	}
	t.Logf("%d statements in %v: %d accepted, the others refused with a status; slowest %v: %.200q", *mutations, time.Since(began).Round(time.Second), accepted, slowest, slow)
}

// slowOnce are texts that took longer than their length allows.
var slowOnce = []string{
	"RETURN " + strings.Repeat("(", 200) + "1" + strings.Repeat(")", 200),
	"RETURN " + strings.Repeat("[", 200) + "1" + strings.Repeat("]", 200),
	"RETURN " + strings.Repeat("[x IN ", 50) + "1" + strings.Repeat("]", 50),
	"RETURN " + strings.Repeat("{a: ", 100) + "1" + strings.Repeat("}", 100),
	"RETURN " + strings.Repeat("NOT ", 300) + "true",
	"RETURN " + strings.Repeat("CASE WHEN ", 60) + "1" + strings.Repeat(" THEN 1 END", 60),
	"MATCH " + strings.Repeat("(a)-[]->", 60) + "() RETURN 1",
	"MATCH " + strings.Repeat("(", 40) + "(a)" + strings.Repeat("){1,2}", 40) + " RETURN 1",
	"RETURN EXISTS { " + strings.Repeat("MATCH () WHERE EXISTS { ", 40) + "MATCH ()" + strings.Repeat(" }", 41),
	strings.Repeat("CALL { ", 60) + "RETURN 1 AS x" + strings.Repeat(" } RETURN 1 AS x", 60),
	"RETURN [" + strings.Repeat("(a)-[]->", 30) + "() | 1]",
	"MATCH (a:" + strings.Repeat("(", 60) + "A" + strings.Repeat("|B)", 60) + ") RETURN a",
	"MATCH " + strings.Repeat("(),", 100) + "() RETURN 1",
}

// TestTextsAreCompiledInTime compiles long and deep texts, whose time must not
// grow faster than about the square of their length.
func TestTextsAreCompiledInTime(t *testing.T) {
	engine := cypher.New(nil)
	for _, q := range slowOnce {
		began := time.Now()
		_, err := engine.Prepare(q, 5)
		if took := time.Since(began); took > time.Second {
			t.Errorf("%.60s…: %v (%v)", q, took, err)
		}
	}
}
