package cypher

import (
	"sync"

	"graticule/cypher/bind"
	"graticule/cypher/parser"
	"graticule/graph"
	"graticule/status"
)

// checkedMax bounds the combinations of kinds that a statement remembers.
const checkedMax = 64

// checkedKinds are the errors of a statement by the kinds of its parameters, a byte
// each in the order of their names. The zero value is ready.
type checkedKinds struct {
	mu     sync.Mutex
	errors map[string]error
}

// checkParameters tells whether the statement is right for parameters of the
// kinds that are given, as Neo4j tells it before a statement runs. A combination
// of kinds is checked once. The error is a *status.Error.
func (p *Prepared) checkParameters(params *graph.Map) error {
	if len(p.bound.Parameters) == 0 {
		return nil
	}
	kinds := make([]byte, 0, 16)
	for _, name := range p.bound.Parameters {
		v, _ := params.Get(name)
		kind := byte(v.Kind())
		if bind.OfTexts(v) {
			kind |= 1 << 7
		}
		kinds = append(kinds, kind)
	}
	c := &p.checked
	c.mu.Lock()
	err, known := c.errors[string(kinds)]
	c.mu.Unlock()
	if known {
		return err
	}
	stmt, err := parser.Parse(p.stmt.Source, parser.Config{Version: p.stmt.Version}) // the binder and a run may not share one
	if err != nil {
		return err
	}
	rules, _ := p.engine.composed(stmt)
	rules.Parameters = params
	_, err = bind.Bind(stmt, rules)
	err = status.InVersion(stmt.Version, err)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.errors == nil || len(c.errors) >= checkedMax {
		c.errors = map[string]error{}
	}
	c.errors[string(kinds)] = err
	return err
}
