package cypher

import (
	"context"
	"maps"
	"slices"

	"graticule/cypher/ast"
	"graticule/cypher/bind"
	"graticule/cypher/exec"
	"graticule/graph"
	"graticule/status"
)

// composed gives the rules and the library of a query with SHOW or TERMINATE in
// it: each of them is a procedure of its own.
func (e *Engine) composed(stmt *ast.Statement) (bind.Config, exec.Library) {
	rules, lib := e.rules(), e.lib
	if len(stmt.Shown) == 0 {
		return rules, lib
	}
	lib.Procedures = maps.Clone(lib.Procedures)
	for i, cmd := range stmt.Shown {
		p := &exec.Procedure{Name: ast.ShownName(i)}
		var names []ast.Expr
		var yield []ast.YieldItem
		switch c := cmd.(type) {
		case *ast.Show:
			names, yield = c.Names, c.Yield
		case *ast.Terminate:
			names, yield = c.Names, c.Yield
		}
		p.Inputs = make([]string, len(names))
		for _, y := range yield {
			if !slices.Contains(p.Outputs, y.Column.Value) {
				p.Outputs = append(p.Outputs, y.Column.Value)
			}
		}
		p.Call = func(c *exec.ProcedureContext, args []graph.Value) ([][]graph.Value, error) {
			return showWithin(c, stmt, named(cmd, args), yield, p.Outputs)
		}
		lib.Procedures[p.Name] = p
	}
	outputs := rules.Outputs
	rules.Outputs = func(name string) []string {
		if p := lib.Procedures[name]; p != nil {
			return p.Outputs
		}
		return outputs(name)
	}
	return rules, lib
}

// named gives the command with the values of the names or ids that it is about.
func named(cmd ast.Command, values []graph.Value) ast.Command {
	var names []ast.Expr
	for _, v := range values {
		names = append(names, &ast.Literal{Value: v})
	}
	switch c := cmd.(type) {
	case *ast.Show:
		d := *c
		d.Names = names
		return &d
	case *ast.Terminate:
		d := *c
		d.Names = names
		return &d
	}
	return cmd
}

// showWithin gives the columns wanted of a command within a query.
func showWithin(c *exec.ProcedureContext, stmt *ast.Statement, cmd ast.Command, yield []ast.YieldItem, wanted []string) ([][]graph.Value, error) {
	columns, rows, err := c.Show(cmd)
	if err != nil {
		return nil, err
	}
	at := make([]int, len(wanted))
	for i, name := range wanted {
		if at[i] = slices.Index(columns, name); at[i] < 0 {
			y := yield[slices.IndexFunc(yield, func(y ast.YieldItem) bool { return y.Column.Value == name })]
			return nil, unknownColumn(y, columns, stmt)
		}
	}
	out := make([][]graph.Value, len(rows))
	for i, row := range rows {
		for _, j := range at {
			out[i] = append(out[i], row[j])
		}
	}
	return out, nil
}

// unknownColumn is the error of YIELD for a column that a command has not. The
// commands about users and, in Cypher 5, databases tell it as any query would.
func unknownColumn(y ast.YieldItem, columns []string, stmt *ast.Statement) error {
	show, ok := stmt.Command.(*ast.Show)
	if ok && (aboutUsers[show.Kind] || stmt.Version < 25 && aboutDatabases[show.Kind]) {
		return ast.Locate(status.New(status.SyntaxError, "50N42", "Variable `%s` not defined", y.Column.Value), stmt.Source, y.Column.Start)
	}
	if stmt.Version >= 25 {
		columns = slices.Sorted(slices.Values(columns))
	}
	e := status.New(status.SyntaxError, "", "Trying to YIELD non-existing column: `%s`", y.Column.Value).
		With("42001", status.Because("22N04", "Invalid input '%s' for column name. Expected %s.", y.Column.Value, status.Listed(columns, "'", "'", "or")))
	return ast.Locate(e, stmt.Source, y.Column.Start)
}

// The kinds of SHOW that Neo4j runs as administration commands.
var (
	aboutUsers     = map[string]bool{"USERS": true, "CURRENT USER": true, "ROLES": true, "PRIVILEGES": true}
	aboutDatabases = map[string]bool{"DATABASES": true, "DEFAULT DATABASE": true, "HOME DATABASE": true, "SERVERS": true, "ALIASES": true}
)

// shows gives what Environment.Show needs of env.
func (p *Prepared) shows(env Env) func(context.Context, ast.Command) ([]string, [][]graph.Value, error) {
	return func(ctx context.Context, cmd ast.Command) ([]string, [][]graph.Value, error) {
		columns, rows, err := p.showRows(ctx, cmd, env)
		names := make([]string, len(columns))
		for i, c := range columns {
			names[i] = c.Name
		}
		return names, rows, err
	}
}

// Shown gives the SHOW and TERMINATE commands of a query.
func (p *Prepared) Shown() []ast.Command { return p.stmt.Shown }
