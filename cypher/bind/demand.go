package bind

import (
	"graticule/cypher/ast"
	"graticule/graph"
	"graticule/status"
)

// Demand is a place where a parameter must have a value of some kind.
type Demand struct {
	Name     string
	Position status.Position
	Start    int // offset in the source
	what     string
	want     typ
	source   string
}

// Check tells whether v may stand there. The error is a *status.Error.
func (d Demand) Check(v graph.Value) error {
	t := typeOf(v)
	if v.IsNull() || t.fits(d.want) || v.IsNumber() && d.want.kinds&isNumber != 0 {
		return nil
	}
	e := status.New(status.SyntaxError, "", "Type mismatch for parameter '%s': expected %v but was %v", d.Name, d.want, t)
	e.Detail = "InvalidArgumentType"
	return ast.Locate(e.With("22G03", status.Because("22N27", "Invalid input '%v' for %s parameter: %s. Expected to be %v.", t, d.what, d.Name, d.want)), d.source, d.Start)
}
