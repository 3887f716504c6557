package cypher

import (
	"context"

	"graticule/cypher/exec"
)

// Describe plans a query for the graph of env without running it, as EXPLAIN does.
func (p *Prepared) Describe(ctx context.Context, env exec.Environment) {
	p.describe(p.plan.Explain(ctx, env), false)
	p.notes(env.Graph)
}
