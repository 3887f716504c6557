package apoc

import (
	"bytes"
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"graticule/cypher/exec"
	"graticule/cypher/fn"
	"graticule/graph"
	"graticule/status"
)

// jsonMax bounds the document that apoc.load.json reads.
const jsonMax = 64 << 20

// loading are apoc.load.*.
func loading() []*exec.Procedure {
	return []*exec.Procedure{
		procedure("READ", "apoc.load.json(urlOrKeyOrBinary :: ANY, path =  :: STRING, config = {} :: MAP) :: (value :: MAP)", "Imports JSON file as a stream of values if the given JSON file is a `LIST<ANY>`. If the given JSON file is a `MAP`, this procedure imports a single value instead.",
			func(c *call) ([][]graph.Value, error) {
				values, err := c.loadJSON()
				if err != nil {
					return nil, err
				}
				rows := make([][]graph.Value, len(values))
				for i, v := range values {
					if v.Kind() != graph.KindMap && !v.IsNull() {
						v = graph.MapOf(params("result", v))
					}
					rows[i] = []graph.Value{v}
				}
				return rows, nil
			}),
		procedure("READ", "apoc.load.jsonArray(url :: ANY, path =  :: STRING, config = {} :: MAP) :: (value :: ANY)", "Loads array from a JSON URL (e.g. web-API) to then import the given JSON file as a stream of values.",
			func(c *call) ([][]graph.Value, error) {
				values, err := c.loadJSON()
				if err != nil {
					return nil, err
				}
				return [][]graph.Value{{graph.List(values)}}, nil
			}),
	}
}

// loadJSON gives the values of a document at a path.
func (c *call) loadJSON() ([]graph.Value, error) {
	address := c.text("urlOrKeyOrBinary")
	if address == "" {
		address = c.text("url")
	}
	var in io.Reader
	if t := strings.TrimSpace(address); strings.HasPrefix(t, "{") || strings.HasPrefix(t, "[") {
		in = strings.NewReader(t)
	} else {
		if !strings.Contains(address, "://") && !strings.HasPrefix(address, "file:") {
			address = "file:///" + address
		}
		file, err := c.Open(address)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		in = file
	}
	text, err := io.ReadAll(io.LimitReader(in, jsonMax+1))
	if err != nil {
		return nil, failed("Can't read the url or json: %v", err)
	}
	if len(text) > jsonMax {
		return nil, failed("the document is larger than %d bytes", jsonMax)
	}
	var out []graph.Value
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	for {
		var v any
		if err := d.Decode(&v); err == io.EOF {
			break
		} else if err != nil {
			return nil, failed("Can't read the url or json: %v", err)
		}
		value, err := jsonPath(fromJSON(v), c.text("path"))
		if err != nil {
			return nil, err
		}
		if value.Kind() == graph.KindList {
			out = append(out, value.AsList()...)
		} else {
			out = append(out, value)
		}
	}
	return out, nil
}

// fromJSON makes a value of a decoded document.
func fromJSON(v any) graph.Value {
	switch v := v.(type) {
	case bool:
		return graph.Bool(v)
	case string:
		return graph.String(v)
	case json.Number:
		if i, err := strconv.ParseInt(v.String(), 10, 64); err == nil {
			return graph.Int(i)
		}
		f, _ := v.Float64()
		return graph.Float(f)
	case []any:
		out := make([]graph.Value, len(v))
		for i, x := range v {
			out[i] = fromJSON(x)
		}
		return graph.List(out)
	case map[string]any:
		out := graph.NewMap(len(v))
		for k, x := range v {
			out.Put(k, fromJSON(x))
		}
		return graph.MapOf(out)
	}
	return graph.Null
}

// toJSON gives a value as a document holds it.
func toJSON(v graph.Value) any {
	switch v.Kind() {
	case graph.KindNull:
		return nil
	case graph.KindBool:
		return v.IsTrue()
	case graph.KindInt:
		return v.AsInt()
	case graph.KindFloat:
		return v.AsFloat()
	case graph.KindString:
		return v.AsString()
	case graph.KindList:
		out := []any{}
		for _, x := range v.AsList() {
			out = append(out, toJSON(x))
		}
		return out
	case graph.KindMap:
		out := map[string]any{}
		for i := range v.AsMap().Len() {
			k, x := v.AsMap().At(i)
			out[k] = toJSON(x)
		}
		return out
	}
	return fn.ToText(v)
}

// textOf gives a value as text.
func textOf(v graph.Value) string { return fn.ToText(v) }

// jsonPath follows a path such as $.items[*].name, with names, indexes and *.
func jsonPath(v graph.Value, path string) (graph.Value, error) {
	rest := strings.TrimPrefix(strings.TrimSpace(path), "$")
	many := false
	at := []graph.Value{v}
	for rest != "" {
		var key string
		switch {
		case strings.HasPrefix(rest, "['"):
			end := strings.Index(rest, "']")
			if end < 0 {
				return v, status.New(status.ArgumentError, "50N42", "The path %s cannot be read: a ['name'] has no end.", path)
			}
			key, rest = rest[2:end], rest[end+2:]
		case rest[0] == '[':
			end := strings.IndexByte(rest, ']')
			if end < 0 {
				return v, status.New(status.ArgumentError, "50N42", "The path %s cannot be read: an [index] has no end.", path)
			}
			key, rest = rest[:end+1], rest[end+1:]
		default:
			rest = strings.TrimPrefix(rest, ".")
			end := strings.IndexAny(rest, ".[")
			if end < 0 {
				end = len(rest)
			}
			key, rest = rest[:end], rest[end:]
		}
		var next []graph.Value
		for _, x := range at {
			switch {
			case key == "*" || key == "[*]":
				many = true
				next = append(next, x.AsListOrNil()...)
				if x.Kind() == graph.KindMap {
					for i := range x.AsMap().Len() {
						_, y := x.AsMap().At(i)
						next = append(next, y)
					}
				}
			case strings.HasPrefix(key, "["):
				i, err := strconv.Atoi(strings.Trim(key, "[]"))
				l := x.AsListOrNil()
				if i < 0 {
					i += len(l)
				}
				if err == nil && i >= 0 && i < len(l) {
					next = append(next, l[i])
				}
			case x.Kind() == graph.KindMap:
				if y, ok := x.AsMap().Get(key); ok {
					next = append(next, y)
				}
			}
		}
		at = next
	}
	switch {
	case many:
		return graph.List(at), nil
	case len(at) == 0:
		return graph.Null, nil
	}
	return at[0], nil
}
