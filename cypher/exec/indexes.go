package exec

import (
	"fmt"
	"math"
	"strings"

	"graticule/cypher/plan"
	"graticule/graph"
)

// indexUse is what the conditions of WHERE ask of an index of one property. The
// index may answer with more; WHERE checks again.
type indexUse struct {
	index  graph.Index
	bounds []seek
	name   string // of the operator, without what it is on
	how    string // for plans
}

// useIndex tells what x can do for an entity with the conditions.
func useIndex(x graph.Index, seeks []seek, ready func(map[int]bool) bool) (u indexUse, ok bool) {
	var bounds []seek
	for _, s := range seeks {
		if s.key == x.Properties[0] && plan.Serves(x.Type, s.kind) && ready(s.deps) {
			bounds = append(bounds, s)
		}
	}
	return indexUseOf(x, bounds), len(bounds) > 0
}

// newIndexUse is what the planner chose to do with an index.
func newIndexUse(chosen plan.Access, seeks []seek) indexUse {
	var bounds []seek
	for _, k := range chosen.Conditions {
		bounds = append(bounds, seeks[k])
	}
	return indexUseOf(chosen.Index, bounds)
}

func indexUseOf(x graph.Index, bounds []seek) indexUse {
	u := indexUse{index: x, bounds: bounds, name: "IndexSeekByRange"}
	for _, s := range bounds {
		switch s.kind {
		case seekEqual:
			u.name, u.how = "IndexSeek", "="
		case seekPrefix:
			u.how = "STARTS WITH"
		case seekInfix:
			u.name, u.how = "IndexContainsScan", "CONTAINS"
		case seekSuffix:
			u.name, u.how = "IndexEndsWithScan", "ENDS WITH"
		case seekWithin:
			u.how = "point.distance"
		case seekBox:
			u.how = "point.withinBBox"
		}
	}
	if len(bounds) == 1 && bounds[0].kind == seekExists {
		u.name = "IndexScan"
	}
	return u
}

// query computes what to ask for a row; ok=false when nothing can match.
func (u *indexUse) query(r *run, f frame) (q graph.RangeQuery, ok bool, err error) {
	for _, b := range u.bounds {
		if b.kind == seekExists {
			continue
		}
		v, err := b.value(r, f)
		if err != nil || v.IsNull() {
			return q, false, err
		}
		switch b.kind {
		case seekEqual:
			q.Equal = []graph.Value{v}
		case seekPrefix, seekInfix, seekSuffix:
			if v.Kind() != graph.KindString {
				return q, false, nil
			}
			if b.kind == seekPrefix {
				q.Prefix, q.HasPrefix = v.AsString(), true
			} else if !q.HasInfix || len(v.AsString()) > len(q.Infix) {
				q.Infix, q.HasInfix = v.AsString(), true
			}
		case seekWithin, seekBox:
			more, err := b.more(r, f)
			if err != nil {
				return q, false, err
			}
			box := boxOf(b.kind, v, more)
			if box == nil {
				return q, false, nil
			}
			q.Box = box
		case seekLess, seekLessEqual:
			q.Below(v, b.kind == seekLessEqual)
		default:
			q.Above(v, b.kind == seekGreaterEqual)
		}
	}
	return q.Narrowest(), true, nil
}

// earthRadius is the one that point.distance uses, in metres.
const earthRadius = 6378140.0

// boxOf gives a box that holds every point within more of v, or between v and
// more; nil when there is none.
func boxOf(kind seekKind, v, more graph.Value) *graph.Box {
	if v.Kind() != graph.KindPoint {
		return nil
	}
	low, high := v.AsPoint(), v.AsPoint()
	if kind == seekBox {
		if more.Kind() != graph.KindPoint || more.AsPoint().SRID != low.SRID {
			return nil
		}
		if high = more.AsPoint(); low.IsGeographic() && low.X > high.X { // across the antimeridian
			low.X, high.X = -180, 180
		}
		return &graph.Box{Low: low, High: high}
	}
	if !more.IsNumber() || !(more.Number() >= 0) {
		return nil
	}
	d := more.Number()
	if !low.IsGeographic() {
		low.X, low.Y, low.Z = low.X-d, low.Y-d, low.Z-d
		high.X, high.Y, high.Z = high.X+d, high.Y+d, high.Z+d
		return &graph.Box{Low: low, High: high}
	}
	radius := earthRadius
	if low.Is3D() { // the distance is taken at the mean height, which is at least this
		low.Z, high.Z = low.Z-d, high.Z+d
		radius += low.Z
	}
	angle := math.Pi
	if radius > 0 {
		angle = math.Min(d/radius*(1+1e-9)+1e-12, math.Pi)
	}
	degrees := angle * 180 / math.Pi
	low.Y, high.Y = low.Y-degrees, high.Y+degrees
	if low.Y <= -90 || high.Y >= 90 { // a pole is within
		low.X, high.X = -180, 180
		return &graph.Box{Low: low, High: high}
	}
	// J. P. Snyder, "Map Projections", 1987: the widest meridians of a small circle.
	wide := math.Asin(math.Min(1, math.Sin(angle)/math.Cos(v.AsPoint().Y*math.Pi/180))) * 180 / math.Pi
	if low.X, high.X = low.X-wide, high.X+wide; low.X < -180 || high.X > 180 {
		low.X, high.X = -180, 180
	}
	return &graph.Box{Low: low, High: high}
}

func indexDetails(title string, x graph.Index, how string) string {
	kind := string(x.Type) + " INDEX"
	if x.Constraint != "" {
		kind = "UNIQUE"
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s(%s) WHERE %s %s", kind, title, strings.Join(x.Properties, ", "), strings.Join(x.Properties, ", "), how))
}

// relIndex is what the planner chose to find x with; nil for a scan.
func (pl *planner) relIndex(x *patternRel, chosen plan.Access) *indexUse {
	if chosen.Kind != plan.IndexSeek && chosen.Kind != plan.IndexRange {
		return nil
	}
	u := newIndexUse(chosen, x.conditions())
	if u.name == "IndexSeek" && chosen.Index.Constraint != "" {
		u.name = "UniqueIndexSeek"
	}
	return &u
}

// operatorOf names the operator of an index on relationships.
func (u *indexUse) operatorOf(x *patternRel) string {
	name := "Relationship" + u.name
	if rest, unique := strings.CutPrefix(u.name, "Unique"); unique {
		name = "UniqueRelationship" + rest
	}
	if x.direction == graph.Both {
		return "Undirected" + name
	}
	return "Directed" + name
}
