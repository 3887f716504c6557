package difftest

import (
	"context"
	"fmt"
	"regexp"
	"strings"
)

// Difference is one statement that two databases answered differently.
type Difference struct {
	Class, Detail string
	Statement     *Statement
	Seed          uint64 // of the round
	Graph         *Graph
	Before        []*Statement // played on the graph first
	Small         bool         // made small
}

// String tells how to see the difference.
func (d *Difference) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (seed %d)\n", d.Class, d.Seed)
	for _, text := range d.Graph.Load() {
		fmt.Fprintf(&b, "graph  %s;\n", text)
	}
	for _, s := range d.Before {
		fmt.Fprintf(&b, "before %s;\n", s.Text)
		if len(s.Params) > 0 {
			fmt.Fprintf(&b, "       %s\n", s.Literal())
		}
	}
	if d.Statement.Wrong != "" {
		fmt.Fprintf(&b, "wrong  %s\n", d.Statement.Wrong)
	}
	fmt.Fprintf(&b, "query  %s;\n", d.Statement.Text)
	if len(d.Statement.Params) > 0 {
		fmt.Fprintf(&b, "params %s\n", d.Statement.Literal())
	}
	b.WriteString(strings.TrimRight(d.Detail, "\n") + "\n")
	return b.String()
}

var (
	plainWord = regexp.MustCompile(`\b[a-z]+[0-9]+\b|\b[a-z]{1,3}\b`)
	plainText = regexp.MustCompile(`'[^']*'`)
	digits    = regexp.MustCompile(`\d+(\.\d+)?`)
)

// Signature is the same for differences of one kind.
func (d *Difference) Signature() string {
	if !d.Small {
		return d.Class
	}
	text := plainText.ReplaceAllString(d.Statement.Text, "'…'")
	text = plainWord.ReplaceAllString(text, "x")
	return d.Class + " | " + digits.ReplaceAllString(text, "0")
}

// report makes a difference small and hands it out.
func (p *player) report(ctx context.Context, d *Difference, seed uint64, g *Graph, before []*Statement, s *Statement) error {
	d.Seed, d.Graph, d.Before, d.Statement = seed, g, before, s
	if text := d.Class + s.Text; p.Shrink > 0 && !p.shrunk[text] {
		p.Shrink--
		p.shrunk[text] = true
		if err := p.shrink(ctx, d); err != nil {
			return err
		}
	}
	if p.Report != nil {
		p.Report(d)
	}
	return nil
}

// again plays d as it stands and tells whether it still differs in the same way.
// The graph is loaded unless it stands there already.
func (p *player) again(ctx context.Context, d *Difference) (bool, error) {
	if p.loaded != d.Graph || len(d.Before) > 0 {
		p.loaded = nil
		if err := p.load(ctx, d.Graph, d.Before); err != nil {
			return false, nil // a graph or a statement before that no longer holds
		}
		p.loaded = d.Graph
	}
	if d.Statement.Writes || len(d.Before) > 0 {
		p.loaded = nil
	}
	saved := p.totals
	got, err := p.compare(ctx, p.neo[0], d.Statement)
	p.totals = saved
	if err != nil || got == nil {
		return false, nil
	}
	if got.Class != d.Class {
		return false, nil
	}
	d.Detail = got.Detail
	return true, ctx.Err()
}
