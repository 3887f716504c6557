package cypher

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"graticule/cypher/ast"
	"graticule/cypher/exec"
	"graticule/cypher/fn"
	"graticule/graph"
)

func typeName(v any) string { return fmt.Sprintf("%T", v) }

// show runs SHOW or TERMINATE: its rows are the source of a query made of its tail.
func (p *Prepared) show(ctx context.Context, cmd ast.Command, tail *ast.Tail, env Env) (*Cursor, error) {
	columns, rows, err := p.showRows(ctx, cmd, env)
	if err != nil {
		return nil, err
	}
	source := &exec.Procedure{Name: " show", Call: func(*exec.ProcedureContext, []graph.Value) ([][]graph.Value, error) { return rows, nil }}
	var shown []string
	for _, c := range columns {
		source.Outputs = append(source.Outputs, c.Name)
		if c.Default || tail.YieldStar {
			shown = append(shown, c.Name)
		}
	}
	at := cmd.At()
	name := func(s string) ast.Name { return ast.Name{Span: at, Value: s} }
	call := &ast.CallProcedure{Span: at, Name: name(" show"), HasArgs: true, HasYield: true, Yield: tail.Yield}
	if len(tail.Yield) == 0 {
		// WHERE without YIELD sees all columns; only the default ones are returned.
		for _, c := range columns {
			call.Yield = append(call.Yield, ast.YieldItem{Span: at, Column: name(c.Name)})
		}
	} else {
		shown = nil
		for _, y := range tail.Yield {
			n := y.Column.Value
			if y.Alias != nil {
				n = y.Alias.Value
			}
			shown = append(shown, n)
		}
	}
	with := &ast.With{Span: at, Projection: ast.Projection{Star: true, OrderBy: tail.OrderBy, Skip: tail.Skip, Limit: tail.Limit, Where: tail.Where}}
	ret := tail.Return
	if ret == nil {
		ret = &ast.Return{Span: at}
		for _, n := range shown {
			alias := name(n)
			ret.Items = append(ret.Items, ast.ReturnItem{Span: at, Expr: &ast.Variable{Span: at, Name: n}, Alias: &alias})
		}
	}
	single := &ast.SingleQuery{Span: at, Clauses: []ast.Clause{call, with, ret}}
	stmt := &ast.Statement{Span: at, Source: p.stmt.Source, Version: p.stmt.Version, Query: &ast.Query{Span: at, Parts: []*ast.SingleQuery{single}}}
	plan, err := exec.Compile(stmt, exec.Library{Functions: p.engine.lib.Functions, Procedures: exec.Procedures{" show": source}})
	if err != nil {
		return nil, err
	}
	res, err := plan.Start(ctx, env.Environment)
	if err != nil {
		return nil, err
	}
	return &Cursor{columns: plan.Columns, kind: ReadOnly, result: res}, nil
}

func (p *Prepared) showRows(ctx context.Context, cmd ast.Command, env Env) ([]ShowColumn, [][]graph.Value, error) {
	if s, ok := cmd.(*ast.Show); ok {
		switch s.Kind {
		case "INDEXES":
			columns, rows := showIndexes(env.Graph, s.Filter, p.stmt.Version)
			return columns, rows, nil
		case "CONSTRAINTS":
			columns, rows := showConstraints(env.Graph, s.Filter, p.stmt.Version)
			return columns, rows, nil
		case "GRAPH TYPE":
			columns, rows := showGraphType(env.Graph, s.As == "GRAPH")
			return columns, rows, nil
		case "FUNCTIONS":
			columns, rows := p.showFunctions(s.Filter)
			return columns, rows, nil
		case "PROCEDURES":
			columns, rows := p.engine.showProcedures()
			return columns, rows, nil
		}
	}
	return env.Commands.Show(ctx, cmd, env.Params)
}

// columns makes a column list: names before the bar are shown by default.
func columns(text string) []ShowColumn {
	shown, more, _ := strings.Cut(text, "|")
	var out []ShowColumn
	for _, n := range strings.Fields(shown) {
		out = append(out, ShowColumn{n, true})
	}
	for _, n := range strings.Fields(more) {
		out = append(out, ShowColumn{n, false})
	}
	return out
}

func stringsOrNull(ss []string) graph.Value {
	if len(ss) == 0 {
		return graph.Null
	}
	return graph.Strings(ss)
}

func textOrNull(s string) graph.Value {
	if s == "" {
		return graph.Null
	}
	return graph.String(s)
}

func entityType(relationship bool) graph.Value {
	if relationship {
		return graph.String("RELATIONSHIP")
	}
	return graph.String("NODE")
}

// showFunctions lists the functions of the statement's version, and those of APOC.
func (p *Prepared) showFunctions(filter string) ([]ShowColumn, [][]graph.Value) {
	rows := [][]graph.Value{}
	builtIn := map[string]bool{}
	for _, f := range fn.Catalog(p.stmt.Version) {
		builtIn[lowerASCII(f.Name)] = true
		var arguments []graph.Value
		for _, a := range f.Arguments {
			m := graph.NewMap(5)
			m.Put("isDeprecated", graph.Bool(a.IsDeprecated))
			if a.Default != "" {
				m.Put("default", graph.String(a.Default))
			}
			m.Put("description", graph.String(a.Description))
			m.Put("name", graph.String(a.Name))
			m.Put("type", graph.String(a.Type))
			arguments = append(arguments, graph.MapOf(m))
		}
		rows = append(rows, []graph.Value{graph.String(f.Name), graph.String(f.Category), graph.String(f.Description), graph.String(f.Signature), graph.True, graph.List(arguments),
			graph.String(f.Returns), graph.Bool(f.Aggregating), graph.Null, graph.Null, graph.Bool(f.IsDeprecated), textOrNull(f.DeprecatedBy)})
	}
	for name, f := range p.engine.lib.Functions {
		if !builtIn[name] && strings.HasPrefix(name, "apoc.") {
			rows = append(rows, []graph.Value{graph.String(f.Name), graph.String(f.Category), graph.String(f.Description), graph.String(f.Signature), graph.False, graph.List(nil), graph.String(""), graph.False, graph.Null, graph.Null, graph.False, graph.Null})
		}
	}
	switch filter {
	case "BUILT IN":
		rows = slices.DeleteFunc(rows, func(r []graph.Value) bool { return !r[4].IsTrue() })
	case "USER DEFINED":
		rows = slices.DeleteFunc(rows, func(r []graph.Value) bool { return r[4].IsTrue() })
	}
	sortRows(rows)
	return columns("name category description | signature isBuiltIn argumentDescription returnDescription aggregating rolesExecution rolesBoostedExecution isDeprecated deprecatedBy"), rows
}

func (e *Engine) showProcedures() ([]ShowColumn, [][]graph.Value) {
	var rows [][]graph.Value
	for _, p := range e.lib.Procedures {
		if p.Hidden {
			continue
		}
		inputs, outputs := p.Parameters()
		rows = append(rows, []graph.Value{graph.String(p.Name), graph.String(p.Description), graph.String(p.Mode), graph.Bool(p.System), graph.String(p.Signature), described(inputs), described(outputs), graph.Bool(p.Admin), graph.Null, graph.Null, graph.False, graph.Null, deprecated(false)})
	}
	sortRows(rows)
	return columns("name description mode worksOnSystem | signature argumentDescription returnDescription admin rolesExecution rolesBoostedExecution isDeprecated deprecatedBy option"), rows
}

func deprecated(yes bool) graph.Value {
	m := graph.NewMap(1)
	m.Put("deprecated", graph.Bool(yes))
	return graph.MapOf(m)
}

// described tells of the inputs or outputs of a procedure.
func described(ps []exec.Parameter) graph.Value {
	var out []graph.Value
	for _, p := range ps {
		m := graph.NewMap(4)
		m.Put("isDeprecated", graph.False)
		if p.Default != "" {
			m.Put("default", graph.String("DefaultParameterValue{value="+p.Default+", type="+p.Type+"}"))
		}
		m.Put("description", graph.String(p.Name+" :: "+p.Type))
		m.Put("name", graph.String(p.Name))
		m.Put("type", graph.String(p.Type))
		out = append(out, graph.MapOf(m))
	}
	return graph.List(out)
}

func sortRows(rows [][]graph.Value) {
	slices.SortFunc(rows, func(a, b []graph.Value) int { return strings.Compare(a[0].AsString(), b[0].AsString()) })
}
