package fn

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"graticule/graph"
	"graticule/graph/temporal"
)

// ToText gives a value's text as toString gives it for scalars and as messages
// show it for the rest.
func ToText(v graph.Value) string {
	switch v.Kind() {
	case graph.KindNull:
		return "null"
	case graph.KindBool:
		return strconv.FormatBool(v.AsBool())
	case graph.KindInt:
		return strconv.FormatInt(v.AsInt(), 10)
	case graph.KindFloat:
		return FloatText(v.AsFloat())
	case graph.KindString:
		return v.AsString()
	case graph.KindList:
		parts := make([]string, len(v.AsList()))
		for i, e := range v.AsList() {
			parts[i] = ToText(e)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case graph.KindMap:
		m := v.AsMap()
		parts := make([]string, m.Len())
		for i := range parts {
			k, e := m.At(i)
			parts[i] = k + ": " + ToText(e)
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case graph.KindNode:
		return fmt.Sprintf("(%d)", v.NodeID())
	case graph.KindRel:
		return fmt.Sprintf("[%d]", v.RelID())
	case graph.KindPoint:
		return pointText(v.AsPoint())
	case graph.KindVector:
		return fmt.Sprintf("vector(%s, %d, %v)", ToText(graph.List(v.Coordinates())), len(v.Coordinates()), v.Coordinate())
	case graph.KindUUID:
		return v.UUIDText()
	}
	return temporal.Format(v)
}

// FloatText prints a FLOAT as Java does: always with a dot, exponents as E.
func FloatText(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	}
	if a := math.Abs(f); a != 0 && (a < 1e-3 || a >= 1e7) {
		s := strconv.FormatFloat(f, 'E', -1, 64)
		mantissa, exp, _ := strings.Cut(s, "E")
		if !strings.Contains(mantissa, ".") {
			mantissa += ".0"
		}
		exp = strings.TrimPrefix(exp, "+")
		neg := strings.HasPrefix(exp, "-")
		exp = strings.TrimLeft(strings.TrimPrefix(exp, "-"), "0")
		if neg {
			exp = "-" + exp
		}
		return mantissa + "E" + exp
	}
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

func pointText(p graph.Point) string {
	names := map[int]string{graph.SRIDCartesian: "cartesian", graph.SRIDCartesian3D: "cartesian-3d", graph.SRIDWGS84: "wgs-84", graph.SRIDWGS843D: "wgs-84-3d"}
	if p.Is3D() {
		return fmt.Sprintf("point({x: %s, y: %s, z: %s, crs: '%s'})", FloatText(p.X), FloatText(p.Y), FloatText(p.Z), names[p.SRID])
	}
	return fmt.Sprintf("point({x: %s, y: %s, crs: '%s'})", FloatText(p.X), FloatText(p.Y), names[p.SRID])
}
