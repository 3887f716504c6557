package cypher

import (
	"fmt"
	"slices"
	"strings"

	"graticule/cypher/ast"
	"graticule/status"
)

// checkSchema finds what is wrong with a schema command whatever the graph holds.
func checkSchema(cmd ast.Command, source string, version int) (err error) {
	fail := func(at ast.Node, format string, args ...any) error {
		return ast.Locate(status.New(status.SyntaxError, "50N42", format, args...), source, at.At().Start)
	}
	variables := func(v ast.Name, props []ast.Property) error {
		for _, p := range props {
			if x, ok := p.Subject.(*ast.Variable); ok && x.Name != v.Value {
				return fail(p, "Variable `%s` not defined", x.Name)
			}
		}
		return nil
	}
	replace := func(at ast.Node, what, command string) error {
		e := status.New(status.SyntaxError, "", "Failed to create %s: `OR REPLACE` cannot be used together with this command.", what).
			With("42001", status.Because("42N14", "OR REPLACE cannot be used together with 'CREATE %s'.", command))
		return ast.Locate(e, source, at.At().Start)
	}
	switch c := cmd.(type) {
	case *ast.AlterGraphType:
		return checkGraphType(c, source)
	case *ast.CreateIndex:
		kind := strings.ToLower(c.Kind)
		switch {
		case c.OrReplace:
			return replace(c, "index", "INDEX")
		case (kind == "text" || kind == "point" || kind == "vector") && len(c.Properties) > 1:
			return fail(c.Properties[1], "Only single property %s indexes are supported", kind)
		}
		if err := checkLookup(c, source); err != nil {
			return err
		}
		if err := variables(c.Variable, c.Properties); err != nil {
			return err
		}
		return checkOptions(c, c.Options, indexTitle(c), source)
	case *ast.CreateConstraint:
		what := constraintTitle(c)
		if c.OrReplace {
			return replace(c, what, "CONSTRAINT")
		}
		if c.Of != "" && (c.Of == "NODE") == c.Relationship {
			other, list := "node", "relationship"
			if c.Relationship {
				other, list = list, other
			}
			of := c.Of
			if of == "REL" {
				of = "RELATIONSHIP"
			}
			form := "IS " + of + " " + c.Kind
			e := status.New(status.SyntaxError, "", "'%s' does not allow %s patterns", form, other).With("42001", status.Because("22N04", "Invalid input '%s pattern' for %s. Expected 'List(%s patterns)'.", other, form, list))
			return ast.Locate(e, source, strings.LastIndexByte(source[:c.Variable.Start], '('))
		}
		if err := variables(c.Variable, c.Properties); err != nil {
			return err
		}
		if len(c.Properties) > 1 && (c.Kind == "EXISTS" || c.Kind == "TYPE") {
			at := c.Properties[1]
			at.Start++
			return fail(at, "Constraint type '%s' does not allow multiple properties", map[string]string{"EXISTS": "IS NOT NULL", "TYPE": "IS TYPED"}[c.Kind])
		}
		if c.Type != nil {
			if problem := unsupportedType(*c.Type); problem != nil {
				e := status.New(status.SyntaxError, "", "Failed to create %s: Invalid property type `%s`.%s", what, typeText(*c.Type), *problem).
					With("50N11", status.Because("22N90", "property type unsupported in constraint. '%s' is not supported in property type constraints.", typeText(*c.Type)))
				if cause := typeProblem(*c.Type, *problem); cause != nil && version >= 25 {
					e.Cause = e.Cause.With("22N90", cause)
				}
				return ast.Locate(e, source, c.Type.Start)
			}
		}
		return checkOptions(c, c.Options, what, source)
	}
	return nil
}

// checkLookup checks the function of a token lookup index.
func checkLookup(c *ast.CreateIndex, source string) error {
	if c.Kind != "LOOKUP" {
		return nil
	}
	want := "labels"
	if c.Relationship {
		want = "type"
	}
	if c.Function.Value != want {
		e := status.New(status.SyntaxError, "", "Failed to create %s: Function '%s' is not allowed, valid function is '%s'.", indexTitle(c), c.Function.Value, want).
			With("42001", status.Because("22N04", "Invalid input '%s' for function name. Expected '%s'.", c.Function.Value, want))
		return ast.Locate(e, source, c.Start)
	}
	if c.Argument.Value != c.Variable.Value {
		return ast.Locate(status.New(status.SyntaxError, "50N42", "Variable `%s` not defined", c.Argument.Value), source, c.Argument.Start)
	}
	return nil
}

// indexTitle names the kind of index as messages do.
func indexTitle(c *ast.CreateIndex) string {
	on := "node"
	if c.Relationship {
		on = "relationship"
	}
	kind := strings.ToLower(c.Kind)
	if kind == "lookup" {
		return on + " lookup index"
	}
	if kind == "range" {
		return "range " + on + " property index"
	}
	return kind + " " + on + " index"
}

func constraintTitle(c *ast.CreateConstraint) string {
	on := "node"
	if c.Relationship {
		on = "relationship"
	}
	switch c.Kind {
	case "UNIQUE":
		if c.Relationship {
			return "relationship uniqueness constraint"
		}
		return "uniqueness constraint"
	case "KEY":
		return on + " key constraint"
	case "EXISTS":
		return on + " property existence constraint"
	}
	return on + " property type constraint"
}

// checkOptions refuses OPTIONS with other keys than an index has.
func checkOptions(at ast.Node, options ast.Expr, what, source string) error {
	m, ok := options.(*ast.Map)
	if !ok {
		return nil
	}
	for _, k := range m.Keys {
		if k.Value != "indexProvider" && k.Value != "indexConfig" {
			e := status.New(status.SyntaxError, "", "Failed to create %s: Invalid option provided, valid options are `indexProvider` and `indexConfig`.", what).
				With("42001", status.Because("22N04", "Invalid input '%s' for 'OPTIONS'. Expected 'indexProvider' or 'indexConfig'.", k.Value))
			return ast.Locate(e, source, at.At().Start)
		}
	}
	return nil
}

// constrainable are the types a property type constraint may name, in their order.
var constrainable = []string{"BOOLEAN", "STRING", "INTEGER", "FLOAT", "DATE", "LOCAL TIME", "ZONED TIME", "LOCAL DATETIME", "ZONED DATETIME", "DURATION", "POINT", "UUID"}

// vectorMax bounds the dimensions of vectors that a constraint names.
const (
	vectorMax        = 4096
	vectorIncomplete = " Property type constraints for vectors need to define both coordinate type and dimension."
	vectorTooLong    = " The dimension of property type constraints for vectors needs to be between 1 and 4096."
)

// typeProblem gives the GQL cause that a problem of a type has in Cypher 25, nil for none.
func typeProblem(t ast.Type, problem string) *status.Error {
	switch inner, list := strings.CutPrefix(problem, " Lists cannot have "); {
	case list:
		inner = strings.TrimSuffix(strings.Replace(inner, "nullable inner types.", "a nullable type as an inner type.", 1), ".")
		return status.Because("22NB9", "Lists cannot have %s in this context.", inner)
	case problem == vectorIncomplete:
		return status.Because("22NBA", "Property type constraints for vectors need to define both coordinate type and dimension.")
	case problem == vectorTooLong:
		return status.Because("42N31", "Expected 'dimension' to be INTEGER in the range 1 to %d but found %d.", vectorMax, t.Dimension)
	}
	return nil
}

// unsupportedType gives what more to say of a type that no constraint can name, nil when one can.
func unsupportedType(t ast.Type) *string {
	none := ""
	for _, u := range t.Union {
		if p := unsupportedType(u); p != nil {
			return p
		}
	}
	switch {
	case len(t.Union) > 0:
		return nil
	case t.NotNull:
		return &none
	case t.Name == "VECTOR" && (t.Element == nil || t.Dimension == 0):
		why := vectorIncomplete
		return &why
	case t.Name == "VECTOR" && t.Dimension > vectorMax:
		why := vectorTooLong
		return &why
	case t.Name == "VECTOR":
		return nil
	case t.Element == nil:
		if slices.Contains(constrainable, t.Name) {
			return nil
		}
		return &none
	case !t.Element.NotNull && len(t.Element.Union) == 0:
		why := " Lists cannot have nullable inner types."
		return &why
	case len(t.Element.Union) > 0:
		why := " Lists cannot have a union of types as an inner type."
		return &why
	}
	inner := *t.Element
	inner.NotNull = false
	if inner.Name == "VECTOR" {
		why := " Lists cannot have a vector as an inner type."
		return &why
	}
	if inner.Element != nil {
		why := " Lists cannot have lists as an inner type."
		return &why
	}
	return unsupportedType(inner)
}

// constraintType gives the text of a property type constraint's type: the
// alternatives of a union each once and in order.
func constraintType(t ast.Type) string {
	if len(t.Union) == 0 {
		return typeText(t)
	}
	rank := func(s string) string {
		list := 0
		if element, ok := strings.CutPrefix(s, "LIST<"); ok {
			list, s = 2, strings.TrimSuffix(element, " NOT NULL>")
		} else if element, ok := strings.CutPrefix(s, "VECTOR<"); ok {
			list, s = 1, strings.TrimRight(element[:strings.IndexByte(element, ' ')], "0123456789")
		}
		return fmt.Sprintf("%d%02d", list, slices.Index(constrainable, s))
	}
	var parts []string
	for _, u := range t.Union {
		parts = append(parts, typeText(u))
	}
	slices.SortFunc(parts, func(a, b string) int { return strings.Compare(rank(a), rank(b)) })
	return strings.Join(slices.Compact(parts), " | ")
}
