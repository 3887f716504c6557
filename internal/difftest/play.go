package difftest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"graticule/graph"
	"graticule/internal/cases"
)

// The sizes of a round, and what a statement may take before it is left out.
const (
	graphsPerRound = 4
	probesPerGraph = 16
	readsPerRound  = 60
	writesPerRound = 16
	wrongShare     = 15 // in 100
	patienceOurs   = 2 * time.Second
	patienceNeo    = 15 * time.Second
	rowsMax        = 3000
)

// Config says what is played.
type Config struct {
	// Neo gives a client of a real Neo4j; each goroutine takes one.
	Neo func() cases.Database
	// Engine is what is compared with it; safe for concurrent reads.
	Engine cases.Database
	Seed   uint64
	// Cypher25 has every statement read as Cypher 25.
	Cypher25 bool
	// Statements is how many are to be compared, by whole rounds.
	Statements int
	// Workers is how many reads are played at once.
	Workers int
	// StatusesToo reports where nothing but the GQLSTATUS of an error differs.
	StatusesToo bool
	// Shrink is how many differences are made small.
	Shrink int
	// Report is told of each difference.
	Report func(*Difference)
	// Progress is told after each round.
	Progress func(*Totals)
	// Refused is told of each legal statement that both refuse, on wish.
	Refused func(s *Statement, why *cases.Failure)
	// Literals evaluates parameters.
	Literals cases.Params
}

// Totals count what was played.
type Totals struct {
	Rounds, Reads, Writes, Wrong   int // compared
	Failed                         int // of those, that both refused
	Differences, Explained         int
	Statuses                       int // errors of one code whose GQLSTATUS differs; no Differences
	LeftOut                        int // too slow or with too many rows
	ByRule                         map[string]int
	ReadsRefused, WritesThatChange int
}

// Statements is how many were compared.
func (t *Totals) Statements() int { return t.Reads + t.Writes + t.Wrong }

// player plays rounds; mu guards the totals.
type player struct {
	Config
	neo    []cases.Database
	mu     sync.Mutex
	totals Totals
	loaded *Graph          // what a read that is made small finds on both sides
	shrunk map[string]bool // differences made small already, by class and text
}

// Play compares until enough statements are. It ends with an error when a side
// cannot be reached; what differs is reported.
func Play(ctx context.Context, c Config) (*Totals, error) {
	p := &player{Config: c, shrunk: map[string]bool{}}
	p.totals.ByRule = map[string]int{}
	for range max(c.Workers, 1) {
		p.neo = append(p.neo, c.Neo())
	}
	for round := uint64(0); p.totals.Statements() < c.Statements; round++ {
		if err := p.round(ctx, c.Seed+round); err != nil {
			return &p.totals, fmt.Errorf("round of seed %d: %w", c.Seed+round, err)
		}
		p.totals.Rounds++
		if c.Progress != nil {
			c.Progress(&p.totals)
		}
	}
	return &p.totals, nil
}

// round plays the statements of a seed on several graphs: that a text comes more
// than once spares Neo4j most of its planning.
func (p *player) round(ctx context.Context, seed uint64) error {
	reads, writes := statements(seed)
	for i := range graphsPerRound {
		g := newGraph(newRandom(seed, graphStream+uint64(i)))
		if err := p.load(ctx, g, nil); err != nil {
			return err
		}
		probes := make([]*Statement, probesPerGraph) // the graph does not matter to them
		for j := range probes {
			probes[j] = NewProbe(newRandom(seed, probeStream+uint64(i*probesPerGraph+j)))
		}
		differs, err := p.reads(ctx, seed, g, append(probes, reads...))
		if err != nil {
			return err
		}
		if differs {
			if err := p.load(ctx, g, nil); err != nil {
				return err
			}
		}
		if err := p.writes(ctx, seed, g, writes); err != nil {
			return err
		}
	}
	return nil
}

// The first streams of random numbers for graphs and for probes.
const (
	graphStream = 1 << 20
	probeStream = 1 << 21
)

// statements gives those of a round.
func statements(seed uint64) (reads, writes []*Statement) {
	for i := range readsPerRound + writesPerRound {
		r := newRandom(seed, uint64(i))
		switch wrong := r.chance(wrongShare); {
		case i < readsPerRound && wrong:
			reads = append(reads, NewWrong(r))
		case i < readsPerRound:
			reads = append(reads, NewRead(r))
		case wrong:
			writes = append(writes, NewWrongWrite(r))
		default:
			writes = append(writes, NewWrite(r))
		}
	}
	return reads, writes
}

// reads plays statements that read, several at once, and tells whether one differs.
func (p *player) reads(ctx context.Context, seed uint64, g *Graph, statements []*Statement) (bool, error) {
	found := make([]*Difference, len(statements))
	group, gctx := errgroup.WithContext(ctx)
	for w, neo := range p.neo {
		group.Go(func() error {
			for i := w; i < len(statements); i += len(p.neo) {
				d, err := p.compare(gctx, neo, statements[i])
				if err != nil && !errors.Is(err, errLeftOut) {
					return err
				}
				found[i] = d
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return false, err
	}
	differs := false
	for i, d := range found {
		if d != nil {
			if err := p.report(ctx, d, seed, g, nil, statements[i]); err != nil {
				return false, err
			}
			differs = true
		}
	}
	return differs, nil
}

// writes plays statements that write, one after another on the graph they leave.
func (p *player) writes(ctx context.Context, seed uint64, g *Graph, statements []*Statement) error {
	var before []*Statement
	for _, s := range statements {
		d, err := p.compare(ctx, p.neo[0], s)
		if err == nil && d != nil {
			err = p.report(ctx, d, seed, g, before, s)
		}
		if err != nil && !errors.Is(err, errLeftOut) && !errors.Is(err, errApart) {
			return err
		}
		if err != nil || d != nil { // the two graphs may have come apart
			before = nil
			if err := p.load(ctx, g, nil); err != nil {
				return err
			}
			continue
		}
		before = append(before[:len(before):len(before)], s)
	}
	return nil
}

// endOthers ends what still runs at Neo4j of statements that were left out: it may
// hold locks for ever.
const endOthers = "SHOW TRANSACTIONS YIELD transactionId AS id, currentQuery AS q WHERE NOT q STARTS WITH 'SHOW TRANSACTIONS' TERMINATE TRANSACTIONS id YIELD message RETURN count(*) AS ended"

// load empties both sides, makes the graph and plays what came before.
func (p *player) load(ctx context.Context, g *Graph, before []*Statement) error {
	entities, err := p.params(g.data())
	if err != nil {
		return err
	}
	if _, err := p.neo[0].Run(ctx, endOthers, nil, false); err != nil {
		return err
	}
	for i, db := range []cases.Database{p.neo[0], p.Engine} {
		if err := db.Reset(ctx, nil); err != nil {
			return fmt.Errorf("empty %s: %w", side(i), err)
		}
		texts := append(append([]string{nameAll, forgetAll}, g.Schema...), loadNodes, loadRels)
		if len(g.Schema) > 0 {
			texts = append(texts, "CALL db.awaitIndexes(60)")
		}
		for _, text := range texts {
			a, err := db.Run(ctx, text, entities, false)
			if err != nil {
				return err
			}
			if a.Failure != nil {
				return fmt.Errorf("load the graph into %s by %s: %s %s", side(i), text, a.Failure.Code, a.Failure.Message)
			}
		}
		for _, s := range before {
			params, err := p.params(s)
			if err != nil {
				return err
			}
			if _, err := db.Run(ctx, s.Text, params, false); err != nil {
				return err
			}
		}
	}
	return nil
}

func side(i int) string { return []string{"Neo4j", "the engine"}[i] }

// snapshot gives the whole graph.
const snapshot = "MATCH (n) OPTIONAL MATCH (n)-[r]->(m) RETURN n, r, m"

func (p *player) params(s *Statement) (*graph.Map, error) {
	if len(s.Params) == 0 {
		return nil, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.Literals(s.Literal())
}

// keepPlan makes Neo4j use the plan that it has made for another graph.
const keepPlan = "CYPHER replan=skip "

// errLeftOut ends a statement that took too long or gave too much.
var errLeftOut = errors.New("left out")

// errApart ends a statement that writes and differs as a rule allows.
var errApart = errors.New("the graphs have come apart")

// compare plays s on both sides and gives the difference, nil for none.
func (p *player) compare(ctx context.Context, neo cases.Database, s *Statement) (*Difference, error) {
	theirs, ours, err := p.both(ctx, neo, s)
	if err != nil {
		return nil, err
	}
	class, detail := Compare(s, theirs, ours)
	if class == "" && s.Writes {
		state := &Statement{Text: snapshot, Loose: s.Loose, Inexact: true} // statements before may have stored what was rounded
		a, err := neo.Run(ctx, keepPlan+snapshot, nil, false)
		if err != nil {
			return nil, err
		}
		b, err := p.Engine.Run(ctx, snapshot, nil, false)
		if err != nil {
			return nil, err
		}
		if class, detail = Compare(state, a, b); class != "" {
			class = "graph after: " + class
		}
	}
	var allowed *rule
	if class != "" && !strings.HasPrefix(class, statusClass) {
		if allowed, err = p.allowed(ctx, neo, s, class, theirs, ours); err != nil {
			return nil, err
		}
	}
	p.count(func(t *Totals) {
		switch {
		case s.Wrong != "":
			t.Wrong++
		case s.Writes:
			t.Writes++
			if len(theirs.Counters) > 0 {
				t.WritesThatChange++
			}
		default:
			t.Reads++
			if theirs.Failure != nil {
				t.ReadsRefused++
			}
		}
		if theirs.Failure != nil && ours.Failure != nil {
			t.Failed++
			if s.Wrong == "" && p.Refused != nil {
				p.Refused(s, theirs.Failure)
			}
		}
		if strings.HasPrefix(class, statusClass) {
			t.Statuses++
		} else if allowed != nil {
			t.Explained++
			t.ByRule[allowed.name]++
		} else if class != "" {
			t.Differences++
		}
	})
	if allowed != nil && s.Writes {
		return nil, errApart
	}
	if class == "" || allowed != nil || strings.HasPrefix(class, statusClass) && !p.StatusesToo {
		return nil, nil
	}
	return &Difference{Class: class, Detail: detail, Statement: s}, nil
}

// allowed gives the rule that allows a difference, nil for none: one that looks at
// the text alone must hold for what it says, and for nothing else that differs.
func (p *player) allowed(ctx context.Context, neo cases.Database, s *Statement, class string, theirs, ours *cases.Answer) (*rule, error) {
	for range rules { // what one rule leaves, another may be about
		r := explain(s, class, theirs, ours)
		if r == nil {
			return nil, nil
		}
		rest := r.reduced(s)
		if rest == nil {
			return r, nil
		}
		var err error
		if theirs, ours, err = p.both(ctx, neo, rest); errors.Is(err, errLeftOut) {
			return r, nil
		} else if err != nil {
			return nil, err
		}
		if class, _ = Compare(rest, theirs, ours); class == "" || strings.HasPrefix(class, statusClass) {
			return r, nil
		}
		s = rest
	}
	return nil, nil
}

// both plays s on both sides; errLeftOut where one takes too long or gives too much.
func (p *player) both(ctx context.Context, neo cases.Database, s *Statement) (theirs, ours *cases.Answer, err error) {
	params, err := p.params(s)
	if err != nil {
		return nil, nil, fmt.Errorf("parameters of %s: %w", s.Text, err)
	}
	language, options := "", keepPlan
	if p.Cypher25 {
		language, options = "CYPHER 25 ", "CYPHER 25 replan=skip "
	}
	asked := *s
	asked.Text = language + s.Text
	ours, err = run(ctx, p.Engine, patienceOurs, &asked, params)
	if err != nil {
		return nil, nil, err
	}
	if ours != nil && len(ours.Rows) <= rowsMax {
		if s.Wrong == "" {
			asked.Text = options + s.Text
		}
		if theirs, err = run(ctx, neo, patienceNeo, &asked, params); err != nil {
			return nil, nil, err
		}
	}
	if theirs == nil {
		p.count(func(t *Totals) { t.LeftOut++ })
		return nil, nil, errLeftOut
	}
	return theirs, ours, nil
}

func (p *player) count(change func(*Totals)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(&p.totals)
}

// run plays s; nil without an error is an answer that took too long.
func run(ctx context.Context, db cases.Database, patience time.Duration, s *Statement, params *graph.Map) (a *cases.Answer, err error) {
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	defer func() {
		if r := recover(); r != nil {
			a, err = &cases.Answer{Failure: &cases.Failure{Code: "panic", Message: fmt.Sprint(r)}}, nil
		}
	}()
	a, err = db.Run(limited, s.Text, params, false)
	if limited.Err() != nil && ctx.Err() == nil {
		return nil, nil
	}
	return a, err
}
