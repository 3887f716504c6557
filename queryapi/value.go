package queryapi

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"graticule/cypher/fn"
	"graticule/graph"
	"graticule/graph/temporal"
	"graticule/internal/packstream"
)

// encoder writes values as JSON.
type encoder struct {
	typed bool
	ids   packstream.Options // makes element ids
}

var typeNames = map[graph.Kind]string{
	graph.KindNull: "Null", graph.KindBool: "Boolean", graph.KindInt: "Integer", graph.KindFloat: "Float", graph.KindString: "String", graph.KindBytes: "Base64",
	graph.KindList: "List", graph.KindMap: "Map", graph.KindNode: "Node", graph.KindRel: "Relationship", graph.KindPath: "Path", graph.KindDate: "Date",
	graph.KindTime: "Time", graph.KindLocalTime: "LocalTime", graph.KindDateTime: "OffsetDateTime", graph.KindLocalDateTime: "LocalDateTime",
	graph.KindDuration: "Duration", graph.KindPoint: "Point",
}

func (e *encoder) value(dst []byte, v graph.Value) []byte {
	if !e.typed {
		return e.plain(dst, v)
	}
	name := typeNames[v.Kind()]
	if v.Kind() == graph.KindDateTime && v.Zone().Name != "" {
		name = "ZonedDateTime"
	}
	dst = append(append(append(dst, `{"$type":"`...), name...), `","_value":`...)
	switch v.Kind() {
	case graph.KindInt, graph.KindFloat: // as text: JSON's numbers are not precise everywhere
		dst = quoted(dst, fn.ToText(v))
	default:
		dst = e.plain(dst, v)
	}
	return append(dst, '}')
}

func (e *encoder) plain(dst []byte, v graph.Value) []byte {
	switch v.Kind() {
	case graph.KindNull:
		return append(dst, "null"...)
	case graph.KindBool:
		return strconv.AppendBool(dst, v.AsBool())
	case graph.KindInt:
		return strconv.AppendInt(dst, v.AsInt(), 10)
	case graph.KindFloat:
		if f := v.AsFloat(); math.IsNaN(f) || math.IsInf(f, 0) {
			return quoted(dst, fn.ToText(v))
		}
		return append(dst, fn.ToText(v)...)
	case graph.KindBytes:
		return quoted(dst, base64.StdEncoding.EncodeToString(v.AsBytes()))
	case graph.KindList:
		dst = append(dst, '[')
		for i, x := range v.AsList() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = e.value(dst, x)
		}
		return append(dst, ']')
	case graph.KindMap:
		return e.mapping(dst, v.AsMap())
	case graph.KindNode:
		n := v.AsNode()
		if n == nil {
			n = &graph.Node{ID: v.NodeID()}
		}
		dst = quoted(e.key(dst, '{', "elementId"), e.elementID("4", uint64(n.ID)))
		labels, _ := json.Marshal(append([]string{}, n.Labels...))
		dst = append(e.key(dst, ',', "labels"), labels...)
		return append(e.mapping(e.key(dst, ',', "properties"), n.Properties), '}')
	case graph.KindRel:
		r := v.AsRel()
		if r == nil {
			r = &graph.Relationship{ID: v.RelID()}
		}
		dst = quoted(e.key(dst, '{', "elementId"), e.elementID("5", uint64(r.ID)))
		dst = quoted(e.key(dst, ',', "startNodeElementId"), e.elementID("4", uint64(r.Start)))
		dst = quoted(e.key(dst, ',', "endNodeElementId"), e.elementID("4", uint64(r.End)))
		dst = quoted(e.key(dst, ',', "type"), r.Type)
		return append(e.mapping(e.key(dst, ',', "properties"), r.Properties), '}')
	case graph.KindPath:
		p := v.AsPath()
		dst = append(dst, '[')
		for i, n := range p.Nodes {
			if i > 0 {
				dst = append(e.value(append(dst, ','), p.Rels[i-1]), ',')
			}
			dst = e.value(dst, n)
		}
		return append(dst, ']')
	case graph.KindPoint:
		p := v.AsPoint()
		at := func(f float64) string { return fn.ToText(graph.Float(f)) }
		if p.Is3D() {
			return quoted(dst, fmt.Sprintf("SRID=%d;POINT Z (%s %s %s)", p.SRID, at(p.X), at(p.Y), at(p.Z)))
		}
		return quoted(dst, fmt.Sprintf("SRID=%d;POINT (%s %s)", p.SRID, at(p.X), at(p.Y)))
	case graph.KindDateTime:
		text := fn.ToText(v)
		if !e.typed { // the plain form gives the offset alone
			text, _, _ = strings.Cut(text, "[")
		}
		return quoted(dst, text)
	}
	return quoted(dst, fn.ToText(v))
}

// typedKeys are the names of the fields of entities in the typed form.
var typedKeys = map[string]string{
	"elementId": "_element_id", "labels": "_labels", "properties": "_properties", "type": "_type",
	"startNodeElementId": "_start_node_element_id", "endNodeElementId": "_end_node_element_id",
}

func (e *encoder) key(dst []byte, before byte, name string) []byte {
	if e.typed {
		name = typedKeys[name]
	}
	return append(quoted(append(dst, before), name), ':')
}

func (e *encoder) mapping(dst []byte, m *graph.Map) []byte {
	dst = append(dst, '{')
	for i := range m.Len() {
		k, v := m.At(i)
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = e.value(append(quoted(dst, k), ':'), v)
	}
	return append(dst, '}')
}

func (e *encoder) elementID(prefix string, id uint64) string {
	return prefix + ":" + e.ids.Database + ":" + strconv.FormatUint(id, 10)
}

func quoted(dst []byte, s string) []byte {
	b, _ := json.Marshal(s)
	return append(dst, b...)
}

// counters writes the statistics of an update under the API's names.
func counters(m *graph.Map) []byte {
	out := map[string]any{"containsUpdates": false, "containsSystemUpdates": false}
	for _, name := range []string{"nodes-created", "nodes-deleted", "properties-set", "relationships-created", "relationships-deleted", "labels-added", "labels-removed",
		"indexes-added", "indexes-removed", "constraints-added", "constraints-removed", "system-updates"} {
		n := int64(0)
		if m != nil {
			if v, ok := m.Get(name); ok {
				n = v.AsInt()
			}
		}
		if n > 0 {
			out[map[bool]string{false: "containsUpdates", true: "containsSystemUpdates"}[name == "system-updates"]] = true
		}
		words := strings.Split(name, "-")
		out[words[0]+strings.ToUpper(words[1][:1])+words[1][1:]] = n
	}
	b, _ := json.Marshal(out)
	return b
}

// decodeMap reads a JSON object as a map of values; nil for none. Numbers without
// a fraction or an exponent are INTEGERs.
func decodeMap(b json.RawMessage, typed bool) (*graph.Map, error) {
	if len(b) == 0 || string(b) == "null" {
		return nil, nil
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, errors.New("want a JSON object")
	}
	out, err := decodeObject(m, typed)
	if err != nil {
		return nil, err
	}
	return out.AsMap(), nil
}

// decode reads a value, which in the typed form is an object of its type and content.
func decode(v any, typed bool) (graph.Value, error) {
	if typed {
		m, ok := v.(map[string]any)
		name, named := m["$type"].(string)
		content, given := m["_value"]
		if !ok || !named || !given || len(m) != 2 {
			return graph.Null, errors.New(`a typed value is an object of "$type" and "_value"`)
		}
		return decodeTyped(name, content)
	}
	switch v := v.(type) {
	case nil:
		return graph.Null, nil
	case bool:
		return graph.Bool(v), nil
	case string:
		return graph.String(v), nil
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return graph.Int(i), nil
		} else if !strings.ContainsAny(v.String(), ".eE") {
			return graph.Null, fmt.Errorf("%s is beyond the integers of 64 bits", v)
		}
		f, err := v.Float64()
		return graph.Float(f), err
	case []any:
		return decodeList(v, false)
	case map[string]any:
		return decodeObject(v, false)
	}
	return graph.Null, fmt.Errorf("a value of type %T", v)
}

func decodeList(v []any, typed bool) (graph.Value, error) {
	out := make([]graph.Value, len(v))
	for i, x := range v {
		var err error
		if out[i], err = decode(x, typed); err != nil {
			return graph.Null, err
		}
	}
	return graph.List(out), nil
}

func decodeObject(v map[string]any, typed bool) (graph.Value, error) {
	out := graph.NewMap(len(v))
	for k, x := range v {
		value, err := decode(x, typed)
		if err != nil {
			return graph.Null, fmt.Errorf("%s: %w", k, err)
		}
		out.Put(k, value)
	}
	return graph.MapOf(out), nil
}

// decodeTyped reads {"$type": name, "_value": v}.
func decodeTyped(name string, v any) (graph.Value, error) {
	switch x := v.(type) {
	case nil:
		if name == "Null" {
			return graph.Null, nil
		}
	case bool:
		if name == "Boolean" {
			return graph.Bool(x), nil
		}
	case []any:
		if name == "List" {
			return decodeList(x, true)
		}
	case map[string]any:
		if name == "Map" {
			return decodeObject(x, true)
		}
	case json.Number:
		if name == "Integer" || name == "Float" {
			return decodeText(name, x.String())
		}
	case string:
		return decodeText(name, x)
	}
	return graph.Null, fmt.Errorf("a parameter of $type %q cannot have this _value", name)
}

// decodeText reads the values that are written as text.
func decodeText(name, text string) (graph.Value, error) {
	switch name {
	case "String":
		return graph.String(text), nil
	case "Integer":
		i, err := strconv.ParseInt(text, 10, 64)
		return graph.Int(i), err
	case "Float":
		f, err := strconv.ParseFloat(text, 64)
		return graph.Float(f), err
	case "Base64":
		b, err := base64.StdEncoding.DecodeString(text)
		return graph.Bytes(b), err
	}
	if name == "Point" {
		return decodePoint(text)
	}
	if name == "ZonedDateTime" {
		name = "OffsetDateTime"
	}
	for _, kind := range []graph.Kind{graph.KindDate, graph.KindTime, graph.KindLocalTime, graph.KindDateTime, graph.KindLocalDateTime, graph.KindDuration} {
		if typeNames[kind] == name {
			return temporal.Parse(kind, text, time.UTC, false)
		}
	}
	return graph.Null, fmt.Errorf("a parameter of $type %q is not supported", name)
}

var pointForm = regexp.MustCompile(`^SRID=(\d+);POINT(?: Z)? ?\(([^ ()]+) ([^ ()]+)(?: ([^ ()]+))?\)$`)

// decodePoint reads the EWKT form of a point, as value.plain writes it.
func decodePoint(text string) (graph.Value, error) {
	m := pointForm.FindStringSubmatch(text)
	if m == nil {
		return graph.Null, fmt.Errorf("%q is no point like SRID=4326;POINT (1.5 2.5)", text)
	}
	srid, err := strconv.Atoi(m[1])
	p := graph.Point{SRID: srid}
	for i, f := range []*float64{&p.X, &p.Y, &p.Z} {
		if err == nil && m[i+2] != "" {
			*f, err = strconv.ParseFloat(m[i+2], 64)
		}
	}
	known := p.SRID == graph.SRIDCartesian || p.SRID == graph.SRIDCartesian3D || p.SRID == graph.SRIDWGS84 || p.SRID == graph.SRIDWGS843D
	if err != nil || !known || p.Is3D() != (m[4] != "") {
		return graph.Null, fmt.Errorf("%q is no point: its SRID must be 4326, 7203 (two coordinates), 4979 or 9157 (three)", text)
	}
	return graph.PointOf(p), nil
}
