package difftest

import (
	"context"
	"fmt"
	"sync"

	"graticule/graph"
	"graticule/internal/cases"
)

// Literals evaluates parameters on one engine kept for that. It is not safe for
// concurrent use.
type Literals struct {
	engine cases.Engine
	ready  bool
}

// Close gives back what the engine holds.
func (l *Literals) Close() error { return l.engine.Close() }

// Map evaluates a map of literals.
func (l *Literals) Map(text string) (*graph.Map, error) {
	ctx := context.Background()
	if !l.ready {
		if err := l.engine.Reset(ctx, nil); err != nil {
			return nil, err
		}
		l.ready = true
	}
	a, err := l.engine.Run(ctx, "RETURN "+text, nil, false)
	if err != nil {
		return nil, err
	}
	if a.Failure != nil {
		return nil, fmt.Errorf("%s: %s", text, a.Failure.Message)
	}
	return a.Rows[0][0].AsMap(), nil
}

// Shared lets several goroutines use a server by giving each a Database of its own.
type Shared struct {
	New  func() cases.Database
	mu   sync.Mutex
	free []cases.Database // guarded by mu
}

func (s *Shared) take() cases.Database {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.free); n > 0 {
		db := s.free[n-1]
		s.free = s.free[:n-1]
		return db
	}
	return s.New()
}

func (s *Shared) give(db cases.Database) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free = append(s.free, db)
}

// Reset empties the graph.
func (s *Shared) Reset(ctx context.Context, files []cases.Import) error {
	db := s.take()
	defer s.give(db)
	return db.Reset(ctx, files)
}

// Run runs one statement.
func (s *Shared) Run(ctx context.Context, text string, params *graph.Map, explicit bool) (*cases.Answer, error) {
	db := s.take()
	defer s.give(db)
	return db.Run(ctx, text, params, explicit)
}
