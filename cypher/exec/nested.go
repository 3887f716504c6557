package exec

import (
	"fmt"
	"io"

	"graticule/graph"
	"graticule/status"
)

// Rows are what a statement of a procedure gave.
type Rows struct {
	Columns  []string
	Values   [][]graph.Value // entities by reference
	Counters Counters
}

// nestedMax is how deep procedures may run statements that call procedures.
const nestedMax = 20

// Query runs a statement in the transaction of the call. Its changes count as
// those of the calling statement, which must be one that writes.
func (c *ProcedureContext) Query(text string, params *graph.Map) (*Rows, error) {
	rows, err := c.nested(c.run.env, c.run.graph, c.run.writes, text, params)
	if err == nil {
		c.run.counters.Add(&rows.Counters)
	}
	return rows, err
}

// Begin starts a transaction beside that of the call, for QueryIn.
func (c *ProcedureContext) Begin() (InnerTransaction, error) {
	if c.run.env.Host == nil {
		return nil, status.New(status.TransactionStartFailed, "50N42", "Transactions of their own cannot be started here. Call the procedure outside a transaction.")
	}
	return c.run.env.Host.Begin(c.Context)
}

// QueryIn runs a statement in a transaction of Begin.
func (c *ProcedureContext) QueryIn(tx InnerTransaction, text string, params *graph.Map) (*Rows, error) {
	env := *c.run.env
	env.Account = &Account{Pool: c.run.account.Pool, Limit: c.run.account.Limit} // what it writes ends with tx
	defer env.Account.Close()
	return c.nested(&env, tx.Graph(), true, text, params)
}

// Open opens a file of the import folder, or an address, as LOAD CSV does.
func (c *ProcedureContext) Open(address string) (io.ReadCloser, error) {
	return openCSV(c.Context, c.run.env.Imports, address)
}

func (c *ProcedureContext) nested(env *Environment, g Graph, writes bool, text string, params *graph.Map) (*Rows, error) {
	if c.run.depth >= nestedMax {
		return nil, fmt.Errorf("procedures that run statements are nested deeper than %d", nestedMax)
	}
	plan, err := c.prepare(text)
	if err != nil {
		return nil, err
	}
	if plan.Writes && !writes {
		return nil, status.New(status.AccessMode, "42N02", "Writing in read access mode not allowed. Use the procedure's writing twin.")
	}
	inner := *env
	inner.Graph, inner.Params = g, params
	if inner.Params == nil {
		inner.Params = &graph.Map{}
	}
	res, err := plan.Start(c.Context, inner)
	if err != nil {
		return nil, err
	}
	defer res.Close()
	res.run.depth, res.run.writes = c.run.depth+1, writes
	rows := &Rows{Columns: plan.Columns}
	_, err = res.Fetch(-1, func(row []graph.Value) error {
		out := make([]graph.Value, len(row))
		for i, v := range row {
			out[i] = reference(v)
		}
		rows.Values = append(rows.Values, out)
		return c.run.grow(frameSize(out, nil))
	})
	rows.Counters = *res.Counters()
	return rows, err
}

// reference gives a value with its entities by reference, so that later
// changes of them are seen.
func reference(v graph.Value) graph.Value {
	switch v.Kind() {
	case graph.KindNode:
		return graph.NodeRef(v.NodeID())
	case graph.KindRel:
		return graph.RelRef(v.RelID())
	case graph.KindList:
		out := make([]graph.Value, len(v.AsList()))
		for i, x := range v.AsList() {
			out[i] = reference(x)
		}
		return graph.List(out)
	case graph.KindMap:
		out := graph.NewMap(v.AsMap().Len())
		for i := range v.AsMap().Len() {
			k, x := v.AsMap().At(i)
			out.Put(k, reference(x))
		}
		return graph.MapOf(out)
	case graph.KindPath:
		p := v.AsPath()
		out := &graph.Path{}
		for _, n := range p.Nodes {
			out.Nodes = append(out.Nodes, reference(n))
		}
		for _, r := range p.Rels {
			out.Rels = append(out.Rels, reference(r))
		}
		return graph.PathOf(out)
	}
	return v
}
