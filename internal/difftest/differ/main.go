package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"sort"
	"strings"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"graticule/internal/cases"
	"graticule/internal/cases/overbolt"
	"graticule/internal/difftest"
)

func main() {
	seed := flag.Uint64("seed", 1, "of the first round; each further round has the next one")
	statements := flag.Int("statements", 2000, "how many to compare at least")
	workers := flag.Int("workers", 3, "reads played at once")
	shrink := flag.Int("shrink", 20, "how many differences to make small")
	all := flag.Bool("all", false, "print each difference, not one of a kind")
	statuses := flag.Bool("gqlstatus", false, "report errors that differ in their GQLSTATUS alone")
	refused := flag.Bool("refused", false, "print legal statements that both refuse")
	ask := flag.String("ask", "", "play this statement, or several parted by semicolons and line ends, and print both answers")
	cypher25 := flag.Bool("cypher25", false, "have statements read as Cypher 25; ORACLE is a Neo4j that has it")
	params := flag.String("params", "", "parameters of -ask, as a map of literals")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	c := difftest.Config{Seed: *seed, Statements: *statements, Workers: *workers, Shrink: *shrink, StatusesToo: *statuses, Cypher25: *cypher25}
	if *refused {
		c.Refused = func(s *difftest.Statement, why *cases.Failure) {
			fmt.Printf("refused %s %s %s\n  %s\n", why.Code, why.GQL, why.Message, s.Text)
		}
	}
	good, err := play(ctx, c, *all, *ask, *params)
	if err != nil {
		fmt.Fprintln(os.Stderr, "differ:", err)
	}
	if err != nil || !good {
		os.Exit(1)
	}
}

// client connects to a server.
func client(ctx context.Context, address, user, password string) (neo4j.DriverWithContext, error) {
	auth := neo4j.NoAuth()
	if user != "" {
		auth = neo4j.BasicAuth(user, password, "")
	}
	d, err := neo4j.NewDriverWithContext(address, auth)
	if err != nil {
		return nil, err
	}
	if err := d.VerifyConnectivity(ctx); err != nil {
		return nil, fmt.Errorf("reach %s: %w", address, err)
	}
	return d, nil
}

// play runs all rounds, or the statements to ask, and tells whether nothing differed.
func play(ctx context.Context, c difftest.Config, all bool, ask, params string) (bool, error) {
	address := os.Getenv("ORACLE")
	if address == "" {
		return false, errors.New("give the address of a Neo4j in ORACLE, such as bolt://127.0.0.1:7687")
	}
	oracle, err := client(ctx, address, "", "")
	if err != nil {
		return false, err
	}
	defer oracle.Close(ctx)
	c.Neo = func() cases.Database { return &overbolt.Database{Writer: oracle, Reader: oracle} }
	parameters := &difftest.Literals{}
	defer parameters.Close()
	c.Literals = parameters.Map
	if ours := os.Getenv("GRATICULE"); ours != "" {
		d, err := client(ctx, ours, "neo4j", os.Getenv("GRATICULE_PASSWORD"))
		if err != nil {
			return false, err
		}
		defer d.Close(ctx)
		c.Engine = &difftest.Shared{New: func() cases.Database { return &overbolt.Database{Writer: d, Reader: d} }}
	} else {
		engine := &cases.Engine{}
		defer engine.Close()
		c.Engine = engine
	}
	if ask != "" {
		text, err := difftest.Ask(ctx, c, regexp.MustCompile(`;\s*(?:\n|$)`).Split(strings.TrimRight(ask, "; \n"), -1), params)
		fmt.Print(text)
		return true, err
	}
	groups := map[string]int{}
	c.Report = func(d *difftest.Difference) {
		s := d.Signature()
		if groups[s]++; groups[s] == 1 || all {
			fmt.Println(d)
		}
	}
	from, last := time.Now(), time.Now()
	c.Progress = func(t *difftest.Totals) {
		if time.Since(last) > 20*time.Second {
			last = time.Now()
			fmt.Fprintf(os.Stderr, "%d statements, %d differences, %.0f/s\n", t.Statements(), t.Differences, float64(t.Statements())/time.Since(from).Seconds())
		}
	}
	t, failed := difftest.Play(ctx, c)
	signatures := make([]string, 0, len(groups))
	for s := range groups {
		signatures = append(signatures, s)
	}
	sort.Slice(signatures, func(i, j int) bool { return groups[signatures[i]] > groups[signatures[j]] })
	for _, s := range signatures {
		fmt.Printf("%6d %s\n", groups[s], s)
	}
	fmt.Printf("seed %d: %d rounds, %d statements compared (%d reads, %d that write, of which %d changed the graph, %d wrong on purpose; both refused %d), %d left out, %.0f/s\n",
		c.Seed, t.Rounds, t.Statements(), t.Reads, t.Writes, t.WritesThatChange, t.Wrong, t.Failed, t.LeftOut, float64(t.Statements())/time.Since(from).Seconds())
	fmt.Printf("differences: %d unexplained, %d explained %v; %d of GQLSTATUS alone; legal reads that both refused: %d\n", t.Differences, t.Explained, t.ByRule, t.Statuses, t.ReadsRefused)
	return t.Differences == 0, failed
}
