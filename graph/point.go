package graph

import "unsafe"

// Spatial reference identifiers of the four coordinate systems Cypher knows (EPSG and Neo4j numbers).
const (
	SRIDCartesian   = 7203
	SRIDCartesian3D = 9157
	SRIDWGS84       = 4326
	SRIDWGS843D     = 4979
)

// Point is a POINT: X, Y and, in a 3D system, Z; degrees for WGS-84
// (X longitude, Y latitude, Z height in metres).
type Point struct {
	SRID    int
	X, Y, Z float64
}

// Is3D tells whether Z counts.
func (p Point) Is3D() bool { return p.SRID == SRIDCartesian3D || p.SRID == SRIDWGS843D }

// IsGeographic tells whether the coordinates are WGS-84 degrees.
func (p Point) IsGeographic() bool { return p.SRID == SRIDWGS84 || p.SRID == SRIDWGS843D }

// PointOf makes a POINT.
func PointOf(p Point) Value { return Value{kind: KindPoint, p: unsafe.Pointer(&p)} }

// AsPoint gives the POINT.
func (v Value) AsPoint() Point { return *(*Point)(v.p) }
