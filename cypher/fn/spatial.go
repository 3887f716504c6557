package fn

import (
	"fmt"
	"math"
	"strings"

	"graticule/graph"
	"graticule/status"
)

// earthRadius is the sphere's radius in metres that distances on WGS-84 use.
const earthRadius = 6378140.0

func spatial() []Function {
	return []Function{
		{Name: "point", Min: 1, Max: 1, Eval: point},
		{Name: "point.distance", Min: 2, Max: 2, Eval: func(_ *Context, a []graph.Value) (graph.Value, error) {
			if a[0].Kind() != graph.KindPoint || a[1].Kind() != graph.KindPoint || a[0].AsPoint().SRID != a[1].AsPoint().SRID {
				return graph.Null, nil
			}
			return graph.Float(distance(a[0].AsPoint(), a[1].AsPoint())), nil
		}},
		{Name: "point.withinBBox", Min: 3, Max: 3, Eval: withinBox},
	}
}

func withinBox(_ *Context, a []graph.Value) (graph.Value, error) {
	for _, v := range a {
		if v.Kind() != graph.KindPoint {
			return graph.Null, nil
		}
	}
	p, lo, hi := a[0].AsPoint(), a[1].AsPoint(), a[2].AsPoint()
	if p.SRID != lo.SRID || p.SRID != hi.SRID {
		return graph.Null, nil
	}
	x := p.X >= lo.X && p.X <= hi.X
	if p.IsGeographic() && lo.X > hi.X {
		x = p.X >= lo.X || p.X <= hi.X
	}
	return graph.Bool(x && p.Y >= lo.Y && p.Y <= hi.Y && (!p.Is3D() || p.Z >= lo.Z && p.Z <= hi.Z)), nil
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

// crsNames are the coordinate reference systems by their number.
var crsNames = map[int]string{graph.SRIDCartesian: "cartesian", graph.SRIDCartesian3D: "cartesian-3d", graph.SRIDWGS84: "wgs-84", graph.SRIDWGS843D: "wgs-84-3d"}

func spatialError(gql, explanation, format string, args ...any) error {
	return status.New(status.ArgumentError, "", format, args...).With("22000", status.Because(gql, "%s", explanation))
}

// point is point({...}).
func point(c *Context, a []graph.Value) (graph.Value, error) {
	m := (*graph.Map)(nil)
	switch a[0].Kind() {
	case graph.KindMap:
		m = a[0].AsMap()
	case graph.KindNode, graph.KindRel:
		var err error
		if m, err = c.Properties(a[0]); err != nil {
			return graph.Null, err
		}
	default:
		return graph.Null, TypeError("Invalid input for function 'point()': Expected a map but got %s", Inspect(a[0]))
	}
	for i := range m.Len() {
		if _, v := m.At(i); v.IsNull() {
			return graph.Null, nil
		}
	}
	for _, k := range []string{"x", "y", "z", "longitude", "latitude", "height", "crs", "srid"} {
		v, ok := m.Get(k)
		text := k == "crs"
		if ok && (text && v.Kind() != graph.KindString || !text && !v.IsNumber()) {
			want := "FLOAT or INTEGER"
			if text {
				want = "STRING"
			}
			return graph.Null, status.New(status.ArgumentError, "", "Cannot assign %s to field %s", Inspect(v), strings.ReplaceAll(fmt.Sprint(Literal(v)), `"`, "'")).
				With("22G03", status.Because("22N27", "Invalid input '%s' for $context. Expected to be %s.", k, want))
		}
	}
	number := func(name string) (float64, bool) {
		v, ok := m.Get(name)
		return v.Number(), ok
	}
	var p graph.Point
	x, hasX := number("x")
	y, hasY := number("y")
	lon, hasLon := number("longitude")
	lat, hasLat := number("latitude")
	z, has3D := number("z")
	geo := false
	switch {
	case hasX && hasY:
		p.X, p.Y = x, y
	case hasLon && hasLat:
		p.X, p.Y, geo = lon, lat, true
		if h, ok := number("height"); ok && !has3D {
			z, has3D = h, true
		}
	default:
		return graph.Null, spatialError("22N19", "A POINT must contain either 'x' and 'y', or 'latitude' and 'longitude'.", "A point must contain either 'x' and 'y' or 'latitude' and 'longitude'")
	}
	p.Z = z
	id, err := crsOf(m, geo)
	if err != nil {
		return graph.Null, err
	}
	dimensions := 2
	if has3D {
		dimensions = 3
	}
	switch {
	case id != 0:
		p.SRID = id
	case geo && has3D:
		p.SRID = graph.SRIDWGS843D
	case geo:
		p.SRID = graph.SRIDWGS84
	case has3D:
		p.SRID = graph.SRIDCartesian3D
	default:
		p.SRID = graph.SRIDCartesian
	}
	if p.Is3D() != has3D {
		want := 5 - dimensions
		return graph.Null, spatialError("22N20", fmt.Sprintf("Cannot create POINT with %dD coordinate reference system (CRS) and %d coordinates. Use the equivalent %dD coordinate reference system instead.", want, dimensions, dimensions),
			"Cannot create point with %dD coordinate reference system and %d coordinates. Please consider using equivalent %dD coordinate reference system", want, dimensions, dimensions)
	}
	return checkPoint(p)
}

// crsOf gives the number of the system that crs or srid names, 0 when neither does.
func crsOf(m *graph.Map, geo bool) (int, error) {
	crs, named := m.Get("crs")
	srid, numbered := m.Get("srid")
	id := 0
	switch {
	case named && numbered:
		return 0, spatialError("22N22", "Cannot specify both coordinate reference system (CRS) and spatial reference identifier (SRID).", "Cannot specify both CRS and SRID")
	case named:
		for n, name := range crsNames {
			if name == lower(crs.AsString()) {
				id = n
			}
		}
		if id == 0 {
			return 0, argumentError("InvalidArgumentValue", "Unknown coordinate reference system: %s", crs.AsString())
		}
	case numbered:
		n, _ := coerceInt(srid)
		if crsNames[int(n)] == "" {
			return 0, argumentError("InvalidArgumentValue", "Unknown coordinate reference system: code=%d", n)
		}
		id = int(n)
	}
	if geo && id != 0 && !(graph.Point{SRID: id}).IsGeographic() {
		return 0, argumentError("InvalidArgumentValue", "Geographic points does not support coordinate reference system: %s.This is set either in the csv header or the actual data column", crsNames[id])
	}
	return id, nil
}

// checkPoint checks coordinates; a longitude past 180 degrees goes around.
func checkPoint(p graph.Point) (graph.Value, error) {
	text := func() string {
		shown := FloatText(p.X) + ", " + FloatText(p.Y)
		if p.Is3D() {
			shown += ", " + FloatText(p.Z)
		}
		return "[" + shown + "]"
	}
	if !finite(p.X) || !finite(p.Y) || p.Is3D() && !finite(p.Z) {
		return graph.Null, spatialError("22N24", "Cannot construct a point from "+text()+".", "Cannot create a point with non-finite coordinate values: %s", text())
	}
	if p.IsGeographic() {
		if p.Y < -90 || p.Y > 90 {
			return graph.Null, spatialError("22N23", "Cannot create WGS84 POINT with invalid coordinate: "+text()+". The valid range for the latitude coordinate is [-90, 90].",
				"Cannot create WGS84 point with invalid coordinate: %s. Valid range for Y coordinate is [-90, 90].", text())
		}
		if p.X < -180 || p.X > 180 {
			p.X = math.Mod(math.Mod(p.X+180, 360)+360, 360) - 180
		}
	}
	return graph.PointOf(p), nil
}

func finite(x float64) bool { return x-x == 0 }

// PointComponent gives a named part of a point.
func PointComponent(p graph.Point, name string) (graph.Value, error) {
	switch name {
	case "x":
		return graph.Float(p.X), nil
	case "y":
		return graph.Float(p.Y), nil
	case "z":
		if p.Is3D() {
			return graph.Float(p.Z), nil
		}
		return graph.Null, argumentError("", "Field: %s is not available on point: %s", name, pointText(p))
	case "longitude", "latitude", "height":
		if !p.IsGeographic() {
			return graph.Null, argumentError("", "Field: %s is not available on cartesian point: %s", name, pointText(p))
		}
		switch {
		case name == "longitude":
			return graph.Float(p.X), nil
		case name == "latitude":
			return graph.Float(p.Y), nil
		case p.Is3D():
			return graph.Float(p.Z), nil
		}
		return graph.Null, argumentError("", "Field: %s is not available on point: %s", name, pointText(p))
	case "srid":
		return graph.Int(int64(p.SRID)), nil
	case "crs":
		return graph.String(crsNames[p.SRID]), nil
	}
	e := status.New(status.ArgumentError, "50N42", "No such field: %s", name)
	e.In25 = func() *status.Error {
		return e.With("22N11", status.Because("22N04", "Invalid input '%s' for coordinate. Expected 'x', 'y', 'z', 'longitude', 'latitude', 'height', 'crs' or 'srid'.", name)).
			Explained("Invalid argument: cannot process '" + name + "'.")
	}
	return graph.Null, e
}
