package cypher

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"graticule/cypher/exec"
	"graticule/graph"
)

func showIndexes(g exec.Graph, filter string, version int) ([]ShowColumn, [][]graph.Value) {
	owners := map[string]graph.Constraint{}
	for _, c := range g.Constraints() {
		owners[c.Name] = c
	}
	indexes := g.Indexes()
	slices.SortFunc(indexes, func(a, b graph.Index) int { return cmp.Compare(a.Name, b.Name) })
	var rows [][]graph.Value
	for _, d := range indexes {
		if filter != "" && filter != "ALL" && filter != string(d.Type) {
			continue
		}
		state := "ONLINE"
		switch {
		case d.Failure != "":
			state = "FAILED"
		case !d.Online:
			state = "POPULATING"
		}
		options, provider := d.Options, graph.String(indexProviders[d.Type][0])
		if v, ok := options.Get("indexProvider"); ok {
			if provider = v; version >= 25 {
				config, _ := options.Get("indexConfig")
				options = graph.NewMap(1)
				options.Put("indexConfig", config)
			}
		} else {
			options = plainOptions(provider, version)
		}
		create := createIndexText(d)
		if d.Constraint != "" {
			create = createConstraintText(owners[d.Constraint])
		}
		rows = append(rows, []graph.Value{
			graph.Int(int64(d.ID)), graph.String(d.Name), graph.String(state), graph.Float(d.Populated), graph.String(string(d.Type)), entityType(d.Relationship),
			stringsOrNull(d.Labels), stringsOrNull(d.Properties), provider, textOrNull(d.Constraint), d.LastRead, d.ReadCount,
			d.TrackedSince, graph.MapOf(options), graph.String(d.Failure), graph.String(create),
		})
	}
	return columns("id name state populationPercent type entityType labelsOrTypes properties indexProvider owningConstraint lastRead readCount | trackedSince options failureMessage createStatement"), rows
}

// plainOptions are the options of an index that was given none. Cypher 25 has no provider in them.
func plainOptions(provider graph.Value, version int) *graph.Map {
	m := graph.NewMap(2)
	m.Put("indexConfig", graph.MapOf(&graph.Map{}))
	if version < 25 {
		m.Put("indexProvider", provider)
	}
	return m
}

// schemaPattern gives the pattern of a CREATE statement and the variable in it.
func schemaPattern(relationship bool, tokens []string) (pattern, variable string) {
	names := "`" + strings.Join(quoteNames(tokens), "`|`") + "`"
	if relationship {
		return "()-[r:" + names + "]-()", "r"
	}
	return "(n:" + names + ")", "n"
}

func quoteNames(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = strings.ReplaceAll(n, "`", "``")
	}
	return out
}

func propertyTexts(variable string, props []string) string {
	parts := quoteNames(props)
	for i, p := range parts {
		parts[i] = variable + ".`" + p + "`"
	}
	return strings.Join(parts, ", ")
}

func createIndexText(d graph.Index) string {
	name := quoteNames([]string{d.Name})[0]
	if d.Type == graph.IndexLookup {
		if d.Relationship {
			return "CREATE LOOKUP INDEX `" + name + "` FOR ()-[r]-() ON EACH type(r)"
		}
		return "CREATE LOOKUP INDEX `" + name + "` FOR (n) ON EACH labels(n)"
	}
	pattern, variable := schemaPattern(d.Relationship, d.Labels)
	on := "ON (" + propertyTexts(variable, d.Properties) + ")"
	if d.Type == graph.IndexFulltext {
		on = "ON EACH [" + propertyTexts(variable, d.Properties) + "]"
	}
	return fmt.Sprintf("CREATE %s INDEX `%s` FOR %s %s%s", d.Type, name, pattern, on, optionsText(d.Options))
}

// optionsText gives the OPTIONS of a CREATE statement, nothing when there is no configuration.
func optionsText(m *graph.Map) string {
	v, _ := m.Get("indexConfig")
	if v.Kind() != graph.KindMap || v.AsMap().Len() == 0 {
		return ""
	}
	keys := slices.Clone(v.AsMap().Keys())
	slices.Sort(keys)
	for i, k := range keys {
		e, _ := v.AsMap().Get(k)
		text := prettyValue(e)
		if e.Kind() == graph.KindString {
			text = "'" + e.AsString() + "'"
		}
		keys[i] = "`" + k + "`: " + text
	}
	return " OPTIONS {indexConfig: {" + strings.Join(keys, ",") + "}}"
}

// showConstraints lists the constraints as the version of the language has them.
func showConstraints(g exec.Graph, filter string, version int) ([]ShowColumn, [][]graph.Value) {
	constraints := g.Constraints()
	slices.SortFunc(constraints, func(a, b graph.Constraint) int { return cmp.Compare(a.Name, b.Name) })
	var rows [][]graph.Value
	for _, d := range constraints {
		if !constraintWanted(d, strings.Fields(filter)) {
			continue
		}
		kind, options, create := string(d.Type), graph.Null, graph.Null
		if d.OwnedIndex != "" {
			options = graph.MapOf(plainOptions(graph.String(indexProviders[graph.IndexRange][0]), version))
		}
		if !d.Dependent {
			create = graph.String(createConstraintText(d))
		}
		row := []graph.Value{graph.Int(int64(d.ID)), graph.String(d.Name), graph.Null, entityType(d.Relationship), graph.Strings([]string{d.Label}), stringsOrNull(d.Properties)}
		if version >= 25 {
			if before, ok := strings.CutSuffix(kind, "UNIQUENESS"); ok {
				kind = cmp.Or(before, "NODE_") + "PROPERTY_UNIQUENESS"
			}
			row = append(row, textOrNull(d.EnforcedLabel), graph.String(classification(d)))
		}
		row[2] = graph.String(kind)
		rows = append(rows, append(row, textOrNull(d.OwnedIndex), textOrNull(d.PropertyType), options, create))
	}
	if version < 25 {
		return columns("id name type entityType labelsOrTypes properties ownedIndex propertyType | options createStatement"), rows
	}
	shown := columns("id name type entityType labelsOrTypes properties enforcedLabel classification ownedIndex propertyType | options createStatement")
	shown[7].Default = false
	return shown, rows
}

// classification tells how a constraint belongs to the graph type.
func classification(d graph.Constraint) string {
	switch d.Type {
	case graph.ConstraintUnique, graph.ConstraintRelUnique, graph.ConstraintNodeKey, graph.ConstraintRelKey:
		return "undesignated"
	}
	if d.Dependent {
		return "dependent"
	}
	return "independent"
}

// constraintWanted tells whether the words before CONSTRAINTS let a constraint through.
func constraintWanted(d graph.Constraint, words []string) bool {
	kind := string(d.Type)
	return !slices.ContainsFunc(words, func(w string) bool {
		switch w {
		case "ALL", "CONSTRAINTS":
			return false
		case "PROPERTY":
			return d.EnforcedLabel != ""
		case "NODE":
			return d.Relationship
		case "REL", "RELATIONSHIP":
			return !d.Relationship
		case "EXIST", "EXISTENCE":
			return !strings.HasSuffix(kind, "EXISTENCE")
		case "UNIQUE", "UNIQUENESS":
			return !strings.HasSuffix(kind, "UNIQUENESS")
		}
		return !strings.HasSuffix(kind, w)
	})
}

func createConstraintText(d graph.Constraint) string {
	pattern, variable := schemaPattern(d.Relationship, []string{d.Label})
	var what string
	switch d.Type {
	case graph.ConstraintNodeKey:
		what = "IS NODE KEY"
	case graph.ConstraintRelKey:
		what = "IS RELATIONSHIP KEY"
	case graph.ConstraintNodeExists, graph.ConstraintRelExists:
		what = "IS NOT NULL"
	case graph.ConstraintNodeType, graph.ConstraintRelType:
		what = "IS :: " + d.PropertyType
	default:
		what = "IS UNIQUE"
	}
	return fmt.Sprintf("CREATE CONSTRAINT `%s` FOR %s REQUIRE (%s) %s", quoteNames([]string{d.Name})[0], pattern, propertyTexts(variable, d.Properties), what)
}
