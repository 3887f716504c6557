package fn

import (
	"fmt"
	"math"
	"strings"

	"graticule/graph"
	"graticule/status"
)

// Literal gives a value as it would stand in a statement.
func Literal(v graph.Value) string {
	switch v.Kind() {
	case graph.KindString:
		return "'" + v.AsString() + "'"
	case graph.KindNull:
		return "NO_VALUE"
	case graph.KindMap, graph.KindList:
		return Inspect(v)
	case graph.KindPoint:
		return geoJSON(v.AsPoint())
	}
	return ToText(v)
}

// geoJSON gives a point as messages about its type show it.
func geoJSON(p graph.Point) string {
	at := FloatText(p.X) + ", " + FloatText(p.Y)
	if p.Is3D() {
		at += ", " + FloatText(p.Z)
	}
	where := "sr-org"
	if p.IsGeographic() {
		where = "epsg"
	}
	return fmt.Sprintf(`{geometry: {type: "Point", coordinates: [%s], crs: {type: link, properties: {href: "https://spatialreference.org/ref/%s/%d/", code: %d}}}}`, at, where, p.SRID, p.SRID)
}

// Inspect gives a value as messages show it, with its kind: Long(1), String("a").
func Inspect(v graph.Value) string {
	switch v.Kind() {
	case graph.KindNull:
		return "NO_VALUE"
	case graph.KindBool:
		return fmt.Sprintf("Boolean('%v')", v.IsTrue())
	case graph.KindInt:
		return fmt.Sprintf("Long(%d)", v.AsInt())
	case graph.KindFloat:
		if f := v.AsFloat(); math.IsNaN(f) || math.IsInf(f, 0) {
			return "Double(" + FloatText(f) + ")"
		}
		return fmt.Sprintf("Double(%e)", v.AsFloat())
	case graph.KindString:
		return "String(\"" + v.AsString() + "\")"
	case graph.KindList:
		items := make([]string, len(v.AsList()))
		for i, x := range v.AsList() {
			items[i] = Inspect(x)
		}
		return "List{" + strings.Join(items, ", ") + "}"
	case graph.KindMap:
		items := make([]string, v.AsMap().Len())
		for i := range items {
			k, x := v.AsMap().At(i)
			items[i] = k + " -> " + Inspect(x)
		}
		return "Map{" + strings.Join(items, ", ") + "}"
	}
	if v.Kind() == graph.KindPath {
		p := v.AsPath()
		var b strings.Builder
		for i, n := range p.Nodes {
			fmt.Fprintf(&b, "(%d)", n.NodeID())
			if i >= len(p.Rels) {
				break
			}
			fmt.Fprintf(&b, "-[%d]-", p.Rels[i].RelID())
		}
		return "Path{" + b.String() + "}"
	}
	return ToText(v)
}

// javaName gives the name that messages about operators have for a value's kind.
func javaName(v graph.Value) string {
	switch v.Kind() {
	case graph.KindNull:
		return "NO_VALUE"
	case graph.KindDate:
		return "Date"
	case graph.KindTime:
		return "Time"
	case graph.KindLocalTime:
		return "LocalTime"
	case graph.KindLocalDateTime:
		return "LocalDateTime"
	case graph.KindDateTime:
		return "DateTime"
	case graph.KindDuration:
		return "Duration"
	case graph.KindPoint:
		return "Point"
	case graph.KindBool:
		return "Boolean"
	case graph.KindInt:
		return "Long"
	case graph.KindFloat:
		return "Double"
	case graph.KindString:
		return "String"
	case graph.KindList:
		return "List"
	case graph.KindMap:
		return "Map"
	}
	return v.Kind().String()
}

// KindWord gives the name that messages about operators have for a value's kind.
func KindWord(v graph.Value) string { return javaName(v) }

// NotOfType makes the error of a value of another type than it has to be.
func NotOfType(v graph.Value, want, format string, args ...any) error {
	e := status.New(status.TypeError, "", format, args...).With("22G03", status.Because("22N01", "Expected the value %s to be of type %s, but was of type %s.", Literal(v), want, TypeText(v)))
	e.Detail = "InvalidArgumentType"
	return e
}

// notAnIndex is the error of a list indexed by something else than an integer.
func notAnIndex(list, i graph.Value) error {
	if i.Kind() == graph.KindFloat {
		return NotOfType(i, "INTEGER", "Cannot access a list using an non-integer number index, got %s", Inspect(i))
	}
	return NotOfType(i, "INTEGER or FLOAT", "Cannot access a list '%s' using a non-number index, got %s: Expected %s to be a number", Inspect(list), Inspect(i), Inspect(i))
}
