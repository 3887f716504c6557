package difftest

import (
	"fmt"
	"strings"
)

// Statement is a statement with what is known of its answer.
type Statement struct {
	Text   string
	Params []string // as "name: literal"
	Writes bool
	Wrong  string // what is wrong on purpose; "" for a legal one

	Keys []int // the columns that ORDER BY sorts by
	Bags []int // columns with lists in no determined order
	// Loose is set when one of several equal values stands for all, such as 1 for 1.0.
	Loose bool
	// Inexact is set when rounding may differ.
	Inexact bool
	// Unsure is set when rows may differ, as after a mutation of the text.
	Unsure bool

	digits int // of floats that are compared where rounding may differ, 9 for 0
}

// Literal gives the parameters as a map of literals.
func (s *Statement) Literal() string { return "{" + strings.Join(s.Params, ", ") + "}" }

// gen makes one statement.
type gen struct {
	random
	st     *Statement
	names  int
	nested int // how much deeper subqueries may nest
	budget int // relationships that patterns may still have
	// dynamic is set where labels may be computed: in MATCH, not in conditions.
	dynamic bool
}

func newGen(r random) *gen {
	return &gen{random: r, st: &Statement{}, nested: 2, budget: 8}
}

// param makes a parameter of a literal and gives its name as it is written.
func (g *gen) param(text string) string {
	name := fmt.Sprintf("p%d", len(g.st.Params)+1)
	g.st.Params = append(g.st.Params, name+": "+text)
	return "$" + name
}

// name gives one that is not in use.
func (g *gen) name(prefix string) string {
	g.names++
	return fmt.Sprintf("%s%d", prefix, g.names)
}
