package fn

import (
	"regexp"

	"graticule/graph"
)

// indexOf is string.indexOf: where a text begins in another, counted in characters, -1 when nowhere.
func indexOf(c *Context, a []graph.Value) (graph.Value, error) {
	for _, v := range a {
		if v.Kind() != graph.KindString {
			return graph.Null, textWanted("string.indexOf", v)
		}
	}
	at := c.find(a[0].AsString(), a[1].AsString())
	if at > 0 {
		at = c.runes(a[0].AsString()[:at])
	}
	return graph.Int(int64(at)), nil
}

// join is string.join; nulls in the list are passed over.
func join(c *Context, a []graph.Value) (graph.Value, error) {
	if a[1].Kind() != graph.KindString {
		return graph.Null, textWanted("string.join", a[1])
	}
	if a[0].Kind() != graph.KindList {
		return graph.Null, expectedInput("string.join", "List", a[0])
	}
	var parts []string
	for _, v := range a[0].AsList() {
		c.Work(1)
		if v.IsNull() {
			continue
		}
		if v.Kind() != graph.KindString {
			return graph.Null, textWanted("string.join", v)
		}
		parts = append(parts, v.AsString())
	}
	return graph.String(c.Join(parts, a[1].AsString())), nil
}

var groupReference = regexp.MustCompile(`\\.|\$\{(\w+)\}|\$(\d)`)

// regexReplace is string.regexReplace: the replacement may name groups as $1 and ${name}.
func regexReplace(c *Context, a []graph.Value) (graph.Value, error) {
	for _, v := range a {
		if v.Kind() != graph.KindString {
			return graph.Null, textWanted("string.regexReplace", v)
		}
	}
	re, err := CompileRegex(a[1].AsString())
	if err != nil {
		return graph.Null, InvalidRegex(a[1], err)
	}
	s, replacement := a[0].AsString(), a[2].AsString()
	return c.Aside(len(s), func() (graph.Value, error) {
		out, err := re.Replace(s, replacement)
		return graph.String(out), err
	})
}
