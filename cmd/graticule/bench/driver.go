package bench

import (
	"context"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

// driverRunner runs a statement through a session of the official driver.
type driverRunner struct {
	s    neo4j.SessionWithContext
	t    *target
	load *load
}

func newDriverRunner(s neo4j.SessionWithContext, t *target, l *load) *driverRunner {
	return &driverRunner{s, t, l}
}

func (r *driverRunner) run(ctx context.Context, values []int64) error {
	params := make(map[string]any, len(values))
	for i, v := range values {
		params[r.load.params[i]] = v
	}
	_, err := r.t.execute(ctx, r.s, r.load.text, params)
	return err
}

func (r *driverRunner) close(ctx context.Context) { r.s.Close(ctx) }
