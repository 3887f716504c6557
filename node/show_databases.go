package node

import (
	"context"
	"slices"
	"strings"
	"time"

	"graticule/catalog"
	"graticule/cypher/ast"
	"graticule/graph"
	"graticule/graph/temporal"
	"graticule/internal/packstream"
	"graticule/status"
)

func instant(nanos int64) graph.Value {
	if nanos == 0 {
		return graph.Null
	}
	return temporal.FromTime(time.Unix(0, nanos).UTC())
}

func textOrNull(s string) graph.Value {
	if s == "" {
		return graph.Null
	}
	return graph.String(s)
}

// databases gives a row for each copy of each database that the user may enter,
// or of the one that the command is about.
func (c *commander) databases(ctx context.Context, cmd *ast.Show, params *graph.Map) [][]graph.Value {
	n, g := c.t.n, c.t.grants
	state, _ := n.catalog.State()
	var system []string
	for _, srv := range state.Roster() {
		system = append(system, srv.ID)
	}
	all := append(state.Sorted(), &catalog.Database{ID: systemGroup, Name: "system", Voters: system, Primaries: len(system)})
	standard, home := state.Find(state.Default), state.Find(c.homeName())
	all = slices.DeleteFunc(all, func(d *catalog.Database) bool {
		switch {
		case cmd.Kind == "DEFAULT DATABASE":
			return d != standard
		case cmd.Kind == "HOME DATABASE":
			return d != home
		case cmd.Name != nil:
			if who := name(*cmd.Name, params); !strings.EqualFold(d.Name, who) && (state.Find(who) == nil || d != state.Find(who)) {
				return true
			}
		}
		return g.enter(d) != nil
	})
	st := n.statuses(ctx)
	var rows [][]graph.Value
	for _, d := range all {
		for _, row := range c.copies(state, d, st) {
			row := append(row[:12:12], append([]graph.Value{graph.Bool(d == standard), graph.Bool(d == home)}, row[12:]...)...)
			if cmd.Kind != "DATABASES" {
				row = slices.Delete(row, 12, 14)
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// homeName gives the name of the user's home database.
func (c *commander) homeName() string {
	if u := c.t.grants.user; u != nil && u.Home != "" {
		return u.Home
	}
	state, _ := c.t.n.catalog.State()
	return state.Default
}

// copies gives the rows of one database without the columns default and home:
// its copies where they belong, and those that are about to leave.
func (c *commander) copies(state *catalog.State, d *catalog.Database, st map[string]map[string]copyStatus) [][]graph.Value {
	holders := d.Holders()
	for _, srv := range state.Roster() {
		if _, there := st[srv.ID][d.ID]; there && !slices.Contains(holders, srv.ID) {
			holders = append(holders, srv.ID)
		}
	}
	var newest uint64
	online := map[string]int64{}
	for _, h := range holders {
		cs := st[h][d.ID]
		newest = max(newest, cs.Applied)
		if cs.Status == "online" {
			online[d.Role(h)]++
		}
	}
	var rows [][]graph.Value
	for _, h := range holders {
		cs, known := st[h][d.ID]
		requested, current, message, role := "online", cs.Status, "", graph.String(d.Role(h))
		address := graph.Null
		if srv := state.Servers[h]; srv != nil {
			address = graph.String(srv.Bolt)
		}
		switch {
		case d.Offline:
			requested, current, role = "offline", "offline", graph.String("unknown")
		case !known && st[h] == nil:
			current, message, address, role = "unknown", "Server is unavailable", graph.Null, graph.String("unknown")
		case !known:
			current, role = "starting", graph.String("unknown")
		case d.Role(h) == "":
			role = graph.String("unknown")
		}
		access, kind := "read-write", "standard"
		if d.ReadOnly {
			access = "read-only"
		}
		if d.ID == systemGroup {
			kind = "system"
		}
		store, last, lag := graph.Null, graph.Null, graph.Null
		if known && !d.Offline {
			store, last, lag = graph.String("graticule-1"), graph.Int(int64(cs.Applied)), graph.Int(int64(cs.Applied)-int64(newest))
		}
		language := "CYPHER 5"
		if d.Language == 25 {
			language = "CYPHER 25"
		}
		rows = append(rows, []graph.Value{
			graph.String(d.Name), graph.String(kind), graph.Strings(state.AliasesOf(d.Name)), graph.String(access), graph.String(d.ID), graph.String(h), address, role, graph.Bool(cs.Leader), graph.String(requested), graph.String(current), graph.String(message),
			graph.Int(online["primary"]), graph.Int(online["secondary"]), graph.Int(int64(d.Primaries)), graph.Int(int64(d.Secondaries)),
			instant(d.Created), instant(d.Started), instant(d.Stopped), store, last, lag, graph.List(nil), graph.String(language), graph.MapOf(nil),
		})
	}
	return rows
}

func (c *commander) aliases(cmd *ast.Show, params *graph.Map) ([][]graph.Value, error) {
	state, _ := c.t.n.catalog.State()
	var rows [][]graph.Value
	for _, a := range state.Aliases {
		if cmd.Name != nil && !strings.EqualFold(a.Name, name(*cmd.Name, params)) {
			continue
		}
		properties := graph.MapOf(graph.NewMap(0))
		if len(a.Properties) > 0 {
			d := packstream.Decoder{B: a.Properties, UTC: true, Servers: true}
			if properties = d.Value(); d.Err != nil {
				return nil, status.New(status.UnknownError, "50N42", "The properties of alias '%s' cannot be read.", a.Name)
			}
		}
		rows = append(rows, []graph.Value{graph.String(a.Name), graph.Null, graph.String(a.Target), graph.String("local"), graph.Null, graph.Null, graph.Null, graph.Null, properties})
	}
	sortByFirst(rows)
	return rows, nil
}

// sortByFirst orders rows by the text in their first column.
func sortByFirst(rows [][]graph.Value) {
	slices.SortStableFunc(rows, func(a, b []graph.Value) int { return strings.Compare(a[0].AsString(), b[0].AsString()) })
}

func (c *commander) servers(ctx context.Context) [][]graph.Value {
	n := c.t.n
	state, _ := n.catalog.State()
	st := n.statuses(ctx)
	var rows [][]graph.Value
	for _, srv := range state.Roster() {
		health := "Available"
		if st[srv.ID] == nil {
			health = "Unavailable"
		}
		var hosting, requested []string
		for _, d := range state.Sorted() {
			if d.Role(srv.ID) != "" && !d.Offline {
				requested = append(requested, d.Name)
			}
			if _, ok := st[srv.ID][d.ID]; ok {
				hosting = append(hosting, d.Name)
			}
		}
		hosting, requested = append(hosting, "system"), append(requested, "system")
		rows = append(rows, []graph.Value{
			graph.String(srv.ID), graph.String(srv.Name), graph.String(srv.Bolt), graph.String(srv.HTTP), graph.Null, graph.String(srv.State), graph.String(health), graph.Strings(hosting),
			graph.Strings(requested), graph.Strings(srv.Tags), graph.Strings(srv.Allowed), graph.Strings(srv.Denied), graph.String(srv.Mode), graph.String(Neo4jVersion), graph.String(srv.Region), graph.String(srv.Zone),
		})
	}
	return rows
}

func (c *commander) settings(wanted []string) [][]graph.Value {
	g := c.t.grants
	var rows [][]graph.Value
	for _, s := range c.t.n.cfg.Settings {
		if len(wanted) > 0 && !slices.Contains(wanted, s.Name) || g.set != nil && !g.set.On("show_setting", "SETTING", s.Name) {
			continue
		}
		rows = append(rows, []graph.Value{graph.String(s.Name), graph.String(s.Value), graph.False, graph.String(s.Default), graph.String(s.Description), graph.String(s.Value), graph.Bool(s.Explicit), graph.String(""), graph.False})
	}
	sortByFirst(rows)
	return rows
}
