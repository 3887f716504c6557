package fn

import (
	"math"

	"graticule/graph"
)

// earthRadius is the sphere's radius in metres that distances on WGS-84 use.
const earthRadius = 6378140.0

func spatial() []Function {
	return []Function{
		{Name: "point", Category: "Spatial", Signature: "point(input :: MAP) :: POINT", Description: "Returns a point.", Min: 1, Max: 1, Eval: point},
		{Name: "point.distance", Category: "Spatial", Signature: "point.distance(from :: POINT, to :: POINT) :: FLOAT", Description: "Returns the distance between two points.", Min: 2, Max: 2, Eval: func(_ *Context, a []graph.Value) (graph.Value, error) {
			if a[0].Kind() != graph.KindPoint || a[1].Kind() != graph.KindPoint || a[0].AsPoint().SRID != a[1].AsPoint().SRID {
				return graph.Null, nil
			}
			return graph.Float(distance(a[0].AsPoint(), a[1].AsPoint())), nil
		}},
		{Name: "point.withinBBox", Category: "Spatial", Signature: "point.withinBBox(point :: POINT, lowerLeft :: POINT, upperRight :: POINT) :: BOOLEAN", Description: "Returns whether a point lies in a box.", Min: 3, Max: 3, Eval: func(_ *Context, a []graph.Value) (graph.Value, error) {
			p, lo, hi := a[0].AsPoint(), a[1].AsPoint(), a[2].AsPoint()
			if p.SRID != lo.SRID || p.SRID != hi.SRID {
				return graph.Null, nil
			}
			x := p.X >= lo.X && p.X <= hi.X
			if p.IsGeographic() && lo.X > hi.X {
				x = p.X >= lo.X || p.X <= hi.X
			}
			return graph.Bool(x && p.Y >= lo.Y && p.Y <= hi.Y && (!p.Is3D() || p.Z >= lo.Z && p.Z <= hi.Z)), nil
		}},
	}
}

func distance(a, b graph.Point) float64 {
	if !a.IsGeographic() {
		return math.Sqrt((a.X-b.X)*(a.X-b.X) + (a.Y-b.Y)*(a.Y-b.Y) + (a.Z-b.Z)*(a.Z-b.Z))
	}
	rad := math.Pi / 180
	la, lb := a.Y*rad, b.Y*rad
	s, t := math.Sin((lb-la)/2), math.Sin((b.X-a.X)*rad/2)
	d := 2 * (earthRadius + (a.Z+b.Z)/2) * math.Asin(math.Sqrt(s*s+math.Cos(la)*math.Cos(lb)*t*t))
	return math.Hypot(d, a.Z-b.Z)
}

func point(_ *Context, a []graph.Value) (graph.Value, error) {
	if a[0].Kind() != graph.KindMap {
		return graph.Null, TypeError("point() expects a MAP, got %v", a[0].Kind())
	}
	m := a[0].AsMap()
	for i := range m.Len() {
		if _, v := m.At(i); v.IsNull() {
			return graph.Null, nil
		}
	}
	number := func(names ...string) (float64, bool) {
		for _, n := range names {
			if v, ok := m.Get(n); ok && v.IsNumber() {
				return v.Number(), true
			}
		}
		return 0, false
	}
	var p graph.Point
	_, geo := number("longitude")
	var okX, okY, has3D bool
	p.X, okX = number("x", "longitude")
	p.Y, okY = number("y", "latitude")
	p.Z, has3D = number("z", "height")
	if !okX || !okY {
		return graph.Null, argumentError("InvalidArgumentValue", "a point needs x and y, or longitude and latitude")
	}
	if crs, ok := m.Get("crs"); ok && crs.Kind() == graph.KindString {
		id, known := map[string]int{"cartesian": graph.SRIDCartesian, "cartesian-3d": graph.SRIDCartesian3D, "wgs-84": graph.SRIDWGS84, "wgs-84-3d": graph.SRIDWGS843D}[lower(crs.AsString())]
		if !known {
			return graph.Null, argumentError("InvalidArgumentValue", "unknown coordinate reference system %q", crs.AsString())
		}
		geo = id == graph.SRIDWGS84 || id == graph.SRIDWGS843D
	} else if srid, ok := m.Get("srid"); ok {
		geo = srid.AsInt() == graph.SRIDWGS84 || srid.AsInt() == graph.SRIDWGS843D
	}
	switch {
	case geo && has3D:
		p.SRID = graph.SRIDWGS843D
	case geo:
		p.SRID = graph.SRIDWGS84
	case has3D:
		p.SRID = graph.SRIDCartesian3D
	default:
		p.SRID = graph.SRIDCartesian
	}
	if geo && (p.Y < -90 || p.Y > 90) {
		return graph.Null, argumentError("InvalidArgumentValue", "latitude %v is out of range", p.Y)
	}
	if geo {
		p.X = math.Mod(math.Mod(p.X+180, 360)+360, 360) - 180
	}
	return graph.PointOf(p), nil
}

// PointComponent gives a named part of a point.
func PointComponent(p graph.Point, name string) graph.Value {
	switch name {
	case "x", "longitude":
		return graph.Float(p.X)
	case "y", "latitude":
		return graph.Float(p.Y)
	case "z", "height":
		if p.Is3D() {
			return graph.Float(p.Z)
		}
	case "srid":
		return graph.Int(int64(p.SRID))
	case "crs":
		return graph.String(map[int]string{graph.SRIDCartesian: "cartesian", graph.SRIDCartesian3D: "cartesian-3d", graph.SRIDWGS84: "wgs-84", graph.SRIDWGS843D: "wgs-84-3d"}[p.SRID])
	}
	return graph.Null
}
