package cypher

import (
	"context"
	"strings"

	"graticule/cypher/ast"
	"graticule/cypher/exec"
	"graticule/graph"
	"graticule/status"
)

// administers tells whether a command is one of those that run on the system database from everywhere.
func administers(c ast.Command) bool {
	switch c := c.(type) {
	case *ast.Show:
		switch c.Kind {
		case "INDEXES", "CONSTRAINTS", "GRAPH TYPE", "FUNCTIONS", "PROCEDURES", "SETTINGS", "TRANSACTIONS":
			return false
		}
		return true
	case *ast.Terminate:
		return false
	}
	return commandKind(c) == Admin
}

// commandUses gives the graph that USE names before a command, none without USE.
func commandUses(stmt *ast.Statement) ([]string, error) {
	if stmt.Use == nil {
		return nil, nil
	}
	v, named := stmt.Use.Graph.(*ast.Variable)
	_, shows := stmt.Command.(*ast.Show)
	switch {
	case !named:
		text := strings.ReplaceAll(stmt.Use.Graph.At().Text(stmt.Source), "'", "\"")
		e := status.New(status.SyntaxError, "50N42", "Dynamic graph lookup not allowed here. This feature is only available on composite databases.\nAttempted to access graph %s", text)
		return nil, ast.Locate(e, stmt.Source, stmt.Use.Start)
	case !administers(stmt.Command):
		return []string{v.Name}, nil
	case stmt.Version < 25:
		e := status.New(status.SyntaxError, "50N42", "The `USE` clause is not required for Administration Commands. Retry your query omitting the `USE` clause and it will be routed automatically.")
		return nil, ast.Locate(e, stmt.Source, stmt.Command.At().Start)
	case !shows:
		e := status.New(status.SyntaxError, "42N79", "The `USE` clause is not required for administration commands. Retry your query without the `USE` clause, and it will be routed automatically.")
		return nil, ast.Locate(e, stmt.Source, stmt.Command.At().Start)
	}
	return nil, nil
}

// operators names the operators that a command plans, from the root down.
func (p *Prepared) operators() []string {
	switch c := p.stmt.Command.(type) {
	case *ast.CreateIndex:
		if c.IfNotExists {
			return []string{"CreateIndex", "DoNothingIfExists(INDEX)"}
		}
		return []string{"CreateIndex"}
	case *ast.CreateConstraint:
		if c.IfNotExists {
			return []string{"CreateConstraint", "DoNothingIfExists(CONSTRAINT)"}
		}
		return []string{"CreateConstraint"}
	case *ast.DropIndex:
		return []string{"DropIndex"}
	case *ast.DropConstraint:
		return []string{"DropConstraint"}
	case *ast.AlterGraphType:
		return []string{"AlterCurrentGraphType"}
	case *ast.Terminate:
		return []string{"ProduceResults", "TerminateTransactions"}
	case *ast.Show:
		kinds := map[string]string{"INDEXES": "Indexes", "CONSTRAINTS": "Constraints", "GRAPH TYPE": "CurrentGraphType", "FUNCTIONS": "Functions", "PROCEDURES": "Procedures", "SETTINGS": "Settings", "TRANSACTIONS": "Transactions"}
		if kind := kinds[c.Kind]; kind != "" {
			return []string{"ProduceResults", "Show" + kind}
		}
	}
	return []string{"AdministrationCommand"}
}

// commandPlan describes what a command does, in the form of describe. What SHOW
// does with its rows is in steps.
func (p *Prepared) commandPlan(columns []string, steps *exec.Operator) *PlanNode {
	names := p.operators()
	leaf := &exec.Operator{Name: names[len(names)-1]}
	root := leaf
	switch {
	case steps != nil:
		root = steps
		at := root
		for len(at.Children) > 0 && len(at.Children[0].Children) > 0 {
			at = at.Children[0]
		}
		at.Children = []*exec.Operator{leaf}
	case len(names) > 1:
		root = &exec.Operator{Name: names[0], Children: []*exec.Operator{leaf}}
	}
	id := int64(0)
	n := planNode(root, p.stmt.Profile, &id)
	if leaf.Name == "AdministrationCommand" {
		n.Operator = leaf.Name + "@system"
	}
	n.Arguments.Put("version", graph.String(versionText(p.stmt.Version)))
	n.Variables = columns
	return n
}

// explainCommand tells of a command without running it.
func (p *Prepared) explainCommand(ctx context.Context, env Env) (*Cursor, error) {
	c := &Cursor{kind: p.kind}
	var tail *ast.Tail
	switch cmd := p.stmt.Command.(type) {
	case *ast.Show:
		tail = &cmd.Tail
	case *ast.Terminate:
		tail = &cmd.Tail
	default:
		c.plan = p.commandPlan(nil, nil)
		return c, nil
	}
	plan, err := p.showPlan(p.stmt.Command, tail, p.showColumns(p.stmt.Command, env), func() ([][]graph.Value, error) { return nil, nil })
	if err != nil {
		return nil, err
	}
	var steps *exec.Operator
	if !administers(p.stmt.Command) && (tail.Return != nil || tail.Where != nil || tail.OrderBy != nil || tail.Skip != nil || tail.Limit != nil) {
		steps = plan.Explain(ctx, env.Environment)
	}
	c.columns, c.plan = plan.Columns, p.commandPlan(plan.Columns, steps)
	return c, nil
}
