package cypher

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"

	"graticule/cypher/apoc"
	"graticule/cypher/ast"
	"graticule/cypher/bind"
	"graticule/cypher/exec"
	"graticule/cypher/fn"
	"graticule/cypher/parser"
	"graticule/graph"
	"graticule/status"
)

// planCacheMax bounds the plans an Engine keeps; when it is full it starts anew.
const planCacheMax = 1000

// Engine prepares statements. It is safe for concurrent use; its mutex guards
// the cache alone.
type Engine struct {
	lib   exec.Library
	mu    sync.Mutex
	plans map[string]*Prepared
}

// New makes an engine with the built-in functions and procedures, and more of
// the latter by lower-case name.
func New(more exec.Procedures) *Engine {
	e := &Engine{lib: exec.Library{Functions: fn.Builtins(), Procedures: builtinProcedures()}, plans: map[string]*Prepared{}}
	for _, f := range apoc.Functions() {
		e.lib.Functions[lowerASCII(f.Name)] = f
	}
	e.lib.Prepare = e.nested
	for name, p := range more {
		e.lib.Procedures[name] = p
	}
	return e
}

// nested compiles a statement that a procedure runs.
func (e *Engine) nested(text string) (*exec.Plan, error) {
	p, err := e.Prepare(text, 5)
	if err != nil {
		return nil, err
	}
	if p.plan == nil {
		return nil, status.New(status.UnsupportedOperation, "50N42", "Procedures run queries only, not commands: %s", text)
	}
	return p.plan, nil
}

// Kind says what a statement does.
type Kind string

// The kinds, by the letters of a result summary. Admin has no letter of its own in Bolt: it is "s" or "r".
const (
	ReadOnly  Kind = "r"
	ReadWrite Kind = "rw"
	WriteOnly Kind = "w"
	Schema    Kind = "s"
	Admin     Kind = "admin"
)

// ShowColumn is one column of a SHOW command; Default ones are shown without YIELD.
type ShowColumn struct {
	Name    string
	Default bool
}

// Commander executes the commands that are about the server rather than the graph.
type Commander interface {
	Show(ctx context.Context, cmd ast.Command, params *graph.Map) ([]ShowColumn, [][]graph.Value, error)
	Admin(ctx context.Context, cmd ast.Command, params *graph.Map) (columns []string, rows [][]graph.Value, systemUpdates int64, err error)
	// Columns gives the columns of a SHOW command without running it.
	Columns(cmd ast.Command) []ShowColumn
}

// Prepared is a statement ready to run any number of times.
type Prepared struct {
	engine *Engine
	stmt   *ast.Statement
	plan   *exec.Plan // of a query
	kind   Kind
	bound  *bind.Bound // of a query
	uses   []string    // graphs that USE names

	checked checkedKinds
}

// Prepare parses and compiles text, or finds it in the cache.
func (e *Engine) Prepare(text string, version int) (*Prepared, error) {
	key := text
	if version == 25 {
		key = "25\x00" + text
	}
	e.mu.Lock()
	p := e.plans[key]
	e.mu.Unlock()
	if p != nil {
		return p, nil
	}
	stmt, err := parser.Parse(text, parser.Config{Version: version})
	if err != nil {
		return nil, err
	}
	p = &Prepared{engine: e, stmt: stmt}
	switch {
	case stmt.Query != nil:
		rules, lib := e.composed(stmt)
		p.bound, err = bind.Bind(stmt, rules)
		if err == nil {
			p.uses = p.bound.Uses
			p.plan, err = exec.Compile(stmt, lib)
		}
		if err != nil {
			return nil, status.InVersion(stmt.Version, err)
		}
		switch {
		case p.plan.Writes && len(p.plan.Columns) > 0:
			p.kind = ReadWrite
		case p.plan.Writes:
			p.kind = WriteOnly
		default:
			p.kind = ReadOnly
		}
	default:
		if p.uses, err = commandUses(stmt); err == nil {
			err = checkSchema(stmt.Command, text, stmt.Version)
		}
		if err != nil {
			return nil, status.InVersion(stmt.Version, err)
		}
		p.kind = commandKind(stmt.Command)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.plans) >= planCacheMax {
		e.plans = map[string]*Prepared{}
	}
	e.plans[key] = p
	return p, nil
}

// Clear forgets the plans that are kept, and tells how many there were.
func (e *Engine) Clear() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	n := len(e.plans)
	e.plans = map[string]*Prepared{}
	return n
}

// rules tells the binder what the library holds.
func (e *Engine) rules() bind.Config {
	return bind.Config{
		Aggregate: func(name string) bool { return fn.Aggregates[name] },
		Function: func(name string) (bind.Function, bool) {
			if fn.Aggregates[name] {
				return aggregateOf(name), true
			}
			f := e.lib.Functions[name]
			if f == nil {
				return bind.Function{}, false
			}
			return bind.Function{Name: f.Name, Signature: f.Signature, Description: f.Description, Min: f.Min, Max: f.Max, Since: f.Since, Signature25: f.Signature25, Max25: f.Max25}, true
		},
		Signature: func(procedure string) string {
			if p := e.lib.Procedures[lowerASCII(procedure)]; p != nil {
				return p.Signature
			}
			return ""
		},
		Outputs: func(procedure string) []string {
			if p := e.lib.Procedures[lowerASCII(procedure)]; p != nil {
				return p.Outputs
			}
			return nil
		},
	}
}

// aggregateOf gives the arity of an aggregating function.
func aggregateOf(name string) bind.Function {
	f := bind.Function{Name: name}
	for _, version := range []int{25, 5} {
		for _, e := range fn.Catalog(version) {
			if strings.EqualFold(e.Name, name) {
				f.Name, f.Signature, f.Min, f.Max = e.Name, e.Signature, len(e.Arguments), len(e.Arguments)
				f.Since = version
			}
		}
	}
	return f
}

func commandKind(c ast.Command) Kind {
	switch c.(type) {
	case *ast.CreateIndex, *ast.DropIndex, *ast.CreateConstraint, *ast.DropConstraint, *ast.AlterGraphType:
		return Schema
	case *ast.Show, *ast.Terminate:
		return ReadOnly
	}
	return Admin
}

// Graphs gives the graphs that the query names with USE.
func (p *Prepared) Graphs() []string { return p.uses }

// Source gives the text of the statement.
func (p *Prepared) Source() string { return p.stmt.Source }

// Kind says what the statement does.
func (p *Prepared) Kind() Kind { return p.kind }

// Writes tells whether the statement needs a write transaction.
func (p *Prepared) Writes() bool {
	return p.kind == ReadWrite || p.kind == WriteOnly || p.kind == Schema
}

// Batches tells whether the statement commits batches of its own (CALL … IN
// TRANSACTIONS), so that it cannot run in a transaction of the client.
func (p *Prepared) Batches() bool { return p.plan != nil && p.plan.Batches && !p.stmt.Explain }

// Explain tells whether the statement is only to be explained.
func (p *Prepared) Explain() bool { return p.stmt.Explain }

// Profiled tells whether the statement asks for its profile.
func (p *Prepared) Profiled() bool { return p.stmt.Profile }

// Command gives the command, nil for a query.
func (p *Prepared) Command() ast.Command { return p.stmt.Command }

// Env is what Execute needs.
type Env struct {
	exec.Environment
	Commands Commander
	ReadOnly bool // writes are refused
	// Named tells whether a name is another one of the database; may be nil.
	Named func(name string) bool
}

// Execute begins to run the statement.
func (p *Prepared) Execute(ctx context.Context, env Env) (*Cursor, error) {
	if p.Writes() && env.ReadOnly && !p.stmt.Explain {
		what := "Writing"
		if p.kind == Schema {
			what = "Schema operations"
		}
		return nil, status.New(status.AccessMode, "42N02", "%s in read access mode not allowed. Attempted write to %s", what, cmp.Or(env.Database, "the database"))
	}
	switch {
	case p.stmt.Explain && p.plan != nil:
		return &Cursor{columns: p.plan.Columns, kind: p.kind, plan: p.describe(p.plan.Explain(ctx, env.Environment), false), notes: append(p.notes(env.Graph), p.missing(env.Params)...)}, nil
	case p.plan != nil:
		if err := p.checkUse(env.Database, env.Named); err != nil {
			return nil, status.InVersion(p.stmt.Version, err)
		}
		if err := p.checkParameters(env.Params); err != nil {
			return nil, err
		}
		if len(p.stmt.Shown) > 0 {
			env.Environment.Show = p.shows(env)
		}
		res, err := p.plan.Start(ctx, env.Environment)
		if err != nil {
			return nil, err
		}
		c := &Cursor{columns: p.plan.Columns, kind: p.kind, result: res, notes: p.notes(env.Graph)}
		if p.stmt.Profile {
			res.Profiled()
			c.prepared = p
		}
		return c, nil
	}
	if err := p.checkUse(env.Database, env.Named); err != nil {
		return nil, status.InVersion(p.stmt.Version, err)
	}
	if p.stmt.Explain {
		return p.explainCommand(ctx, env)
	}
	if p.kind == Schema {
		counters, notes, err := p.runSchema(env.Graph, p.stmt.Command, env.Params)
		if err != nil {
			return nil, status.InVersion(p.stmt.Version, err)
		}
		c := &Cursor{kind: p.kind, counters: *counters, notes: notes}
		if p.stmt.Profile {
			c.profile = p.commandPlan(nil, nil)
		}
		return c, nil
	}
	switch cmd := p.stmt.Command.(type) {
	case *ast.Show:
		return p.show(ctx, cmd, &cmd.Tail, env)
	case *ast.Terminate:
		return p.show(ctx, cmd, &cmd.Tail, env)
	}
	columns, rows, updates, err := env.Commands.Admin(ctx, p.stmt.Command, env.Params)
	if err != nil {
		return nil, err
	}
	return &Cursor{columns: columns, kind: Schema, rows: rows, counters: exec.Counters{SystemUpdates: updates}}, nil
}

// checkUse tells whether all graphs that the query names are the one it runs on.
func (p *Prepared) checkUse(database string, named func(string) bool) error {
	for _, name := range p.uses {
		switch {
		case database == "" || strings.EqualFold(name, database) || named != nil && named(name):
		case strings.EqualFold(name, "system"):
			return status.New(status.SemanticError, "", "Not a recognised system command or procedure. This Cypher command can only be executed in a user database: %s", p.stmt.Source).
				With("42001", status.Because("42N17", "'%s' is not allowed on the system database.", p.stmt.Source))
		default:
			return status.New(status.DatabaseNotFound, "50N42", "Graph not found: %s", name)
		}
	}
	return nil
}

// Cursor streams the rows of one execution: of a query, or rows at hand.
type Cursor struct {
	columns  []string
	kind     Kind
	result   *exec.Result
	rows     [][]graph.Value
	counters exec.Counters
	plan     *PlanNode
	prepared *Prepared // of a profiled statement
	profile  *PlanNode // of a profiled command
	sent     int64
	notes    []status.Notification
}

// PlanNode is one operator of an explained plan.
type PlanNode struct {
	Operator  string
	Arguments *graph.Map
	Variables []string
	Children  []*PlanNode
	Rows      int64
	Hits      int64
}

// Columns gives the column names.
func (c *Cursor) Columns() []string { return c.columns }

// Kind gives the kind of the statement.
func (c *Cursor) Kind() Kind { return c.kind }

// Fetch calls emit for at most limit rows (limit < 0: all) and tells whether
// there may be more. A row is valid only during the call.
func (c *Cursor) Fetch(limit int64, emit func(row []graph.Value) error) (bool, error) {
	if c.result != nil {
		more, err := c.result.Fetch(limit, emit)
		c.sent = c.result.Rows
		return more, err
	}
	for n := int64(0); (limit < 0 || n < limit) && len(c.rows) > 0; n++ {
		row := c.rows[0]
		c.rows = c.rows[1:]
		c.sent++
		if err := emit(row); err != nil {
			return false, err
		}
	}
	return len(c.rows) > 0, nil
}

// Counters gives what changed.
func (c *Cursor) Counters() *exec.Counters {
	if c.result != nil {
		return c.result.Counters()
	}
	return &c.counters
}

// Notifications gives the hints to the client. The caller must not change them.
func (c *Cursor) Notifications() []status.Notification { return c.notes }

// Plan gives the plan of EXPLAIN, nil otherwise; Profile that of PROFILE.
func (c *Cursor) Plan() *PlanNode { return c.plan }

// Profile gives the plan of PROFILE, nil otherwise.
func (c *Cursor) Profile() *PlanNode {
	if c.prepared == nil {
		return c.profile
	}
	return c.prepared.describe(c.result.Profile(), true)
}

// Sent gives the number of rows handed out.
func (c *Cursor) Sent() int64 { return c.sent }

// Close ends the execution.
func (c *Cursor) Close() {
	if c.result != nil {
		c.result.Close()
	}
}

// describe puts a plan into the form that drivers show.
func (p *Prepared) describe(o *exec.Operator, profiled bool) *PlanNode {
	id := int64(0)
	root := planNode(o, profiled, &id)
	for _, arg := range [][2]string{{"planner", "COST"}, {"planner-impl", "IDP"}, {"planner-version", "5.26"}, {"runtime", "SLOTTED"}, {"runtime-impl", "SLOTTED"}, {"runtime-version", "5.26"}, {"version", versionText(p.stmt.Version)}} {
		root.Arguments.Put(arg[0], graph.String(arg[1]))
	}
	root.Variables = p.plan.Columns
	return root
}

func versionText(version int) string { return fmt.Sprint(version) }

// planNode numbers operators from the root on. A profile also tells in the
// arguments, where tools look, what was counted.
func planNode(o *exec.Operator, profiled bool, id *int64) *PlanNode {
	n := &PlanNode{Operator: o.Name + "@neo4j", Arguments: graph.NewMap(6), Rows: o.Rows, Hits: o.Hits}
	n.Arguments.Put("Details", graph.String(o.Details))
	n.Arguments.Put("EstimatedRows", graph.Float(o.Estimated))
	n.Arguments.Put("Id", graph.Int(*id))
	*id++
	if profiled {
		n.Arguments.Put("Rows", graph.Int(o.Rows))
		n.Arguments.Put("DbHits", graph.Int(o.Hits))
	}
	for _, c := range o.Children {
		n.Children = append(n.Children, planNode(c, profiled, id))
	}
	return n
}
