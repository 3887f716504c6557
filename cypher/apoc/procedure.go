package apoc

import (
	"fmt"
	"strings"

	"graticule/cypher/exec"
	"graticule/graph"
)

// failure is an error as clients of APOC know it: with a class of Java.
type failure struct{ class, text string }

func (e *failure) Error() string     { return e.text }
func (e *failure) ClassName() string { return e.class }

func failed(format string, args ...any) error {
	return &failure{"java.lang.RuntimeException", fmt.Sprintf(format, args...)}
}

func illegal(format string, args ...any) error {
	return &failure{"java.lang.IllegalArgumentException", fmt.Sprintf(format, args...)}
}

// call is one call of a procedure: the context and its arguments by name.
type call struct {
	*exec.ProcedureContext
	args map[string]graph.Value
}

func (c *call) arg(name string) graph.Value { return c.args[name] }

// text gives a STRING argument, "" when it is null.
func (c *call) text(name string) string {
	if v := c.args[name]; v.Kind() == graph.KindString {
		return v.AsString()
	}
	return ""
}

// mapping gives a MAP argument, an empty one when it is null. A node or
// relationship stands for its properties nowhere here.
func (c *call) mapping(name string) *graph.Map {
	if v := c.args[name]; v.Kind() == graph.KindMap && v.AsMap() != nil {
		return v.AsMap()
	}
	return &graph.Map{}
}

// names gives a LIST<STRING> argument.
func (c *call) names(name string) []string { return texts(c.args[name]) }

func texts(v graph.Value) []string {
	var out []string
	switch v.Kind() {
	case graph.KindString:
		out = append(out, v.AsString())
	case graph.KindList:
		for _, x := range v.AsList() {
			if x.Kind() == graph.KindString {
				out = append(out, x.AsString())
			}
		}
	}
	return out
}

// option gives an entry of a config map, null when there is none.
func option(m *graph.Map, names ...string) graph.Value {
	for _, name := range names {
		if v, ok := m.Get(name); ok {
			return v
		}
	}
	return graph.Null
}

func number(m *graph.Map, name string, otherwise int64) int64 {
	switch v := option(m, name); v.Kind() {
	case graph.KindInt:
		return v.AsInt()
	case graph.KindFloat:
		return int64(v.AsFloat())
	}
	return otherwise
}

func truth(m *graph.Map, name string, otherwise bool) bool {
	if v := option(m, name); v.Kind() == graph.KindBool {
		return v.IsTrue()
	}
	return otherwise
}

// params makes the parameters of a statement from pairs of name and value.
func params(pairs ...any) *graph.Map {
	m := graph.NewMap(len(pairs) / 2)
	for i := 0; i < len(pairs); i += 2 {
		m.Put(pairs[i].(string), pairs[i+1].(graph.Value))
	}
	return m
}

// quote gives a name as it may stand in a statement.
func quote(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }

// labels gives :`A`:`B`.
func labels(names []string) string {
	var b strings.Builder
	for _, n := range names {
		b.WriteString(":" + quote(n))
	}
	return b.String()
}

// procedure makes a procedure from its signature, such as
// "apoc.x(a :: STRING, b = {} :: MAP) :: (value :: ANY)". Arguments left out
// are null to body.
func procedure(mode, signature, description string, body func(c *call) ([][]graph.Value, error)) *exec.Procedure {
	p := exec.Declare(mode, signature, description, nil)
	p.Call = func(pc *exec.ProcedureContext, args []graph.Value) ([][]graph.Value, error) {
		c := &call{ProcedureContext: pc, args: make(map[string]graph.Value, len(args))}
		for i, a := range args {
			c.args[p.Inputs[i]] = a
		}
		return body(c)
	}
	return p
}

// statement makes a body that runs what build gives and hands its rows on.
func statement(build func(c *call) (string, *graph.Map, error)) func(c *call) ([][]graph.Value, error) {
	return func(c *call) ([][]graph.Value, error) {
		text, p, err := build(c)
		if err != nil || text == "" {
			return nil, err
		}
		rows, err := c.Query(text, p)
		if err != nil {
			return nil, err
		}
		return rows.Values, nil
	}
}

// Procedures gives the procedures of the package.
func Procedures() []*exec.Procedure {
	var out []*exec.Procedure
	for _, group := range [][]*exec.Procedure{creating(), merging(), running(), periodic(), paths(), refactoring(), meta(), schema(), loading()} {
		out = append(out, group...)
	}
	return out
}
