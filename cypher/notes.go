package cypher

import (
	"slices"
	"strings"

	"graticule/cypher/ast"
	"graticule/cypher/bind"
	"graticule/cypher/exec"
	"graticule/cypher/notice"
	"graticule/graph"
	"graticule/status"
)

// notes gives the notifications of a query on g: those found when it was
// compiled, and those about names and indexes that g does not have.
func (p *Prepared) notes(g exec.Graph) []status.Notification {
	b := p.bound
	out := b.Notes[:len(b.Notes):len(b.Notes)]
	for _, m := range b.Mentions {
		known := true
		switch m.Kind {
		case bind.Label:
			_, known = g.Label(m.Name)
		case bind.Type:
			_, known = g.Type(m.Name)
		case bind.Key:
			_, known = g.Key(m.Name)
		}
		if known {
			continue
		}
		switch m.Kind {
		case bind.Label:
			out = append(out, notice.UnknownLabel(m.Name, m.Position))
		case bind.Type:
			out = append(out, notice.UnknownType(m.Name, m.Position))
		case bind.Key:
			out = append(out, notice.UnknownKey(m.Name, m.Position))
		}
	}
	if len(b.Hinted) == 0 && len(b.Dynamic) == 0 {
		return out
	}
	indexes := g.Indexes()
	for _, h := range b.Hinted {
		kind, _ := strings.CutSuffix(h.Kind, "INDEX")
		kind = strings.TrimSpace(kind)
		if !slices.ContainsFunc(indexes, func(x graph.Index) bool {
			return (kind == "" || kind == string(x.Type)) && x.Relationship == h.Relationship && slices.Equal(x.Labels, []string{h.Label}) && slices.Equal(x.Properties, h.Properties)
		}) {
			out = append(out, notice.MissingIndex(h.Kind, h.Variable, h.Label, h.Relationship, h.Properties))
		}
	}
	for _, d := range b.Dynamic {
		if slices.ContainsFunc(indexes, func(x graph.Index) bool {
			return x.Relationship == d.Relationship && len(x.Properties) > 0 && slices.Contains(x.Labels, d.Label)
		}) {
			out = append(out, notice.DynamicProperty(d.Label, d.Relationship))
		}
	}
	return out
}

// Notifications gives those of a query that depend on its text alone.
func (p *Prepared) Notifications() []status.Notification {
	if p.bound == nil {
		return nil
	}
	return p.bound.Notes
}

// missing tells of the parameters that an explained query would need.
func (p *Prepared) missing(params *graph.Map) []status.Notification {
	var names []string
	for _, name := range p.bound.Parameters {
		if _, ok := params.Get(name); !ok {
			names = append(names, name)
		}
	}
	if names == nil {
		return nil
	}
	return []status.Notification{notice.MissingParameters(names)}
}

// commandText gives a schema command as messages about it have it. existing
// leaves out CREATE and IF NOT EXISTS.
func commandText(cmd ast.Command, name string, existing bool) string {
	create, unless := "CREATE ", "IF NOT EXISTS "
	if existing {
		create, unless = "", ""
	}
	if name != "" {
		name += " "
	}
	switch cmd := cmd.(type) {
	case *ast.CreateIndex:
		on := "(e)"
		if cmd.Relationship {
			on = "()-[e]-()"
		}
		if len(cmd.Labels) > 0 {
			on = entityText(cmd.Relationship, strings.Join(cmd.Labels, "|"))
		}
		var what string
		switch cmd.Kind {
		case "LOOKUP":
			what = "EACH labels(e)"
			if cmd.Relationship {
				what = "EACH type(e)"
			}
		case "FULLTEXT":
			what = "EACH [" + propertiesText(cmd.Properties) + "]"
		default:
			what = "(" + propertiesText(cmd.Properties) + ")"
		}
		return create + cmd.Kind + " INDEX " + name + unless + "FOR " + on + " ON " + what
	case *ast.CreateConstraint:
		is := map[string]string{"UNIQUE": "IS UNIQUE", "KEY": "IS NODE KEY", "EXISTS": "IS NOT NULL", "TYPE": "IS :: "}[cmd.Kind]
		if cmd.Kind == "KEY" && cmd.Relationship {
			is = "IS RELATIONSHIP KEY"
		}
		if cmd.Type != nil {
			is += typeText(*cmd.Type)
		}
		return create + "CONSTRAINT " + name + unless + "FOR " + entityText(cmd.Relationship, cmd.Label) + " REQUIRE (" + propertiesText(cmd.Properties) + ") " + is
	case *ast.DropIndex:
		return "DROP INDEX " + name + "IF EXISTS"
	case *ast.DropConstraint:
		return "DROP CONSTRAINT " + name + "IF EXISTS"
	}
	return ""
}

func entityText(relationship bool, labels string) string {
	if relationship {
		return "()-[e:" + labels + "]-()"
	}
	return "(e:" + labels + ")"
}

func propertiesText(all []ast.Property) string {
	names := make([]string, len(all))
	for i, p := range all {
		names[i] = "e." + p.Key.Value
	}
	return strings.Join(names, ", ")
}
