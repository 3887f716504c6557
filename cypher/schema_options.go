package cypher

import (
	"fmt"
	"slices"
	"strings"

	"graticule/cypher/ast"
	"graticule/cypher/exec"
	"graticule/cypher/fn"
	"graticule/graph"
	"graticule/status"
)

const (
	invalidArguments = "Neo.ClientError.General.InvalidArguments"
	// defaultAnalyzer is that of full-text indexes that name none.
	defaultAnalyzer = "standard-no-stop-words"
)

// indexProviders are what OPTIONS may name as provider, the usual one last.
// All names of a kind stand for the one implementation.
var indexProviders = map[graph.IndexType][]string{
	graph.IndexRange: {"range-1.0"}, graph.IndexText: {"text-1.0", "text-2.0"}, graph.IndexPoint: {"point-1.0"}, graph.IndexLookup: {"token-lookup-1.0"},
	graph.IndexFulltext: {"fulltext-1.0"}, graph.IndexVector: {"vector-1.0", "vector-2.0"},
}

// indexOptions reads the OPTIONS of an index or of the constraint it is for,
// and fills in what they leave out.
func (p *Prepared) indexOptions(kind graph.IndexType, title string, expr ast.Expr, params *graph.Map) (*graph.Map, error) {
	given := &graph.Map{}
	if expr != nil {
		v, err := exec.Constant(expr, p.stmt.Source, p.engine.lib, params)
		if err != nil {
			return nil, err
		}
		if v.Kind() != graph.KindMap {
			return nil, wrongOption(fn.Literal(v), "'OPTIONS'", "MAP", "Could not create %s with options '%s'. Expected a map value.", title, fn.Inspect(v))
		}
		given = v.AsMap()
	}
	for _, k := range given.Keys() {
		if k != "indexProvider" && k != "indexConfig" {
			return nil, status.New(invalidArguments, "50N42", "Failed to create %s: Invalid option provided, valid options are `indexProvider` and `indexConfig`.", title)
		}
	}
	provider := usualProvider(kind)
	if v, ok := given.Get("indexProvider"); ok {
		if v.Kind() != graph.KindString {
			return nil, wrongOption(fn.Literal(v), "'indexProvider'", "STRING", "Could not create %s with specified index provider '%s'. Expected String value.", brief(kind, title), fn.Inspect(v))
		}
		if provider = v.AsString(); !slices.Contains(indexProviders[kind], provider) {
			return nil, wrongProvider(kind, title, provider)
		}
	}
	config := &graph.Map{}
	if v, ok := given.Get("indexConfig"); ok {
		if v.Kind() != graph.KindMap {
			return nil, status.New(invalidArguments, "50N42", "Could not create %s with specified index config '%s'. Expected a map.", title, prettyValue(v))
		}
		config = v.AsMap()
	}
	full, err := indexConfig(kind, title, config)
	if err != nil {
		return nil, err
	}
	out := graph.NewMap(2)
	out.Put("indexConfig", graph.MapOf(full))
	out.Put("indexProvider", graph.String(provider))
	return out, nil
}

// usualProvider gives the provider of indexes that name none.
func usualProvider(kind graph.IndexType) string {
	names := indexProviders[kind]
	return names[len(names)-1]
}

// brief is what messages about options call an index: only range indexes and
// constraints by their whole title.
func brief(kind graph.IndexType, title string) string {
	switch kind {
	case graph.IndexRange:
		return title
	case graph.IndexLookup:
		return "token lookup index"
	}
	return strings.ToLower(string(kind)) + " index"
}

// wrongOption is the error of an option of another type than it has to be.
func wrongOption(given, what, want, format string, args ...any) error {
	return status.New(invalidArguments, "", format, args...).With("22G03", status.Because("22N27", "Invalid input '%s' for %s. Expected to be %s.", given, what, want))
}

// badOption is the error of an option with a value that it cannot have.
func badOption(given, what, want, format string, args ...any) error {
	return status.New(invalidArguments, "", format, args...).With("42001", status.Because("22N04", "Invalid input '%s' for %s. Expected %s.", given, what, want))
}

// classOf names the class of a value as the causes of errors about settings do.
func classOf(v graph.Value) string {
	name := map[graph.Kind]string{graph.KindString: "UTF8StringValue", graph.KindInt: "LongValue", graph.KindFloat: "DoubleValue", graph.KindBool: "BooleanValue"}[v.Kind()]
	if name == "" {
		return v.Kind().String()
	}
	return "org.neo4j.values.storable." + name
}

func wrongProvider(kind graph.IndexType, title, provider string) error {
	hint := ""
	for other, names := range indexProviders {
		if slices.Contains(names, provider) {
			hint = fmt.Sprintf("\nTo create %s index, please use 'CREATE %s INDEX ...'.", strings.ToLower(string(other)), other)
		}
	}
	quoted := make([]string, len(indexProviders[kind]))
	for i, n := range indexProviders[kind] {
		quoted[i] = "'" + n + "'"
	}
	if provider == "native-btree-1.0" || provider == "lucene+native-3.0" {
		hint = "\nInvalid index type b-tree, use range, point or text index instead."
	}
	return badOption(provider, "index provider type", strings.Join(quoted, " or "), "Could not create %s with specified index provider '%s'.%s\nThe available index providers for the given type: [%s].", brief(kind, title), provider, hint, strings.Join(quoted, ", "))
}

func indexConfig(kind graph.IndexType, title string, c *graph.Map) (*graph.Map, error) {
	short := strings.ToLower(string(kind)) + " index"
	switch kind {
	case graph.IndexPoint:
		return pointConfig(c)
	case graph.IndexFulltext:
		return fulltextConfig(c)
	case graph.IndexVector:
		return vectorConfig(c)
	}
	if c.Len() == 0 {
		return c, nil
	}
	text := prettyValue(graph.MapOf(c))
	if kind != graph.IndexRange {
		return nil, badOption("indexConfig", "config option", "'indexProvider'", "Could not create %s with specified index config '%s': %ses have no valid config values.", brief(kind, title), text, short)
	}
	for _, other := range []struct{ prefix, what, create string }{{"fulltext.", "fulltext config", "fulltext"}, {"vector.", "vector config", "vector"}, {"spatial.", "spatial config settings", "point"}} {
		if slices.ContainsFunc(c.Keys(), func(k string) bool { return strings.HasPrefix(k, other.prefix) }) {
			return nil, badOption(text, "config options", "'no values'", "Could not create %s with specified index config '%s', contains %s options.\nTo create %s index, please use 'CREATE %s INDEX ...'.", title, text, other.what, other.create, strings.ToUpper(other.create))
		}
	}
	return nil, badOption("indexConfig", "config option", "'indexProvider'", "Could not create %s with specified index config '%s': range indexes have no valid config values.", title, text)
}

func pointConfig(c *graph.Map) (*graph.Map, error) {
	floats := func(fs ...float64) graph.Value {
		vs := make([]graph.Value, len(fs))
		for i, f := range fs {
			vs[i] = graph.Float(f)
		}
		return graph.List(vs)
	}
	out := graph.NewMap(8)
	for _, d := range []struct {
		key   string
		value graph.Value
	}{
		{"spatial.cartesian-3d.max", floats(1e6, 1e6, 1e6)}, {"spatial.cartesian-3d.min", floats(-1e6, -1e6, -1e6)}, {"spatial.cartesian.max", floats(1e6, 1e6)}, {"spatial.cartesian.min", floats(-1e6, -1e6)},
		{"spatial.wgs-84-3d.max", floats(180, 90, 1e6)}, {"spatial.wgs-84-3d.min", floats(-180, -90, -1e6)}, {"spatial.wgs-84.max", floats(180, 90)}, {"spatial.wgs-84.min", floats(-180, -90)},
	} {
		out.Put(d.key, d.value)
	}
	for i := range c.Len() {
		k, v := c.At(i)
		isList := v.Kind() == graph.KindList && !slices.ContainsFunc(v.AsList(), func(e graph.Value) bool { return !e.IsNumber() })
		if !isList {
			text := prettyValue(graph.MapOf(c))
			return nil, wrongOption(text, "'indexConfig'", "MAP<STRING, LIST<FLOAT>>", "Could not create point index with specified index config '%s'. Expected a map from String to Double[].", text)
		}
		before, known := out.Get(k)
		if !known {
			return nil, status.New(status.ExecutionFailed, "50N00", "Invalid index config key '%s', it was not recognized as an index setting.", k)
		}
		if len(v.AsList()) != len(before.AsList()) {
			return nil, status.New(status.ExecutionFailed, "50N00", "Invalid spatial index settings.")
		}
		var fs []float64
		for _, e := range v.AsList() {
			fs = append(fs, e.Number())
		}
		out.Put(k, floats(fs...))
	}
	for _, crs := range crsNames {
		low, _ := out.Get("spatial." + crs + ".min")
		high, _ := out.Get("spatial." + crs + ".max")
		for i := range low.AsList() {
			if low.AsList()[i].Number() >= high.AsList()[i].Number() {
				return nil, status.New(status.ExecutionFailed, "50N00", "Invalid spatial index settings.")
			}
		}
	}
	return out, nil
}

var crsNames = []string{"cartesian", "cartesian-3d", "wgs-84", "wgs-84-3d"}

func fulltextConfig(c *graph.Map) (*graph.Map, error) {
	analyzer, eventually := graph.String(defaultAnalyzer), graph.False
	for _, k := range c.Keys() {
		if strings.HasPrefix(k, "spatial.") {
			text := prettyValue(graph.MapOf(c))
			return nil, badOption(text, "config options", "'fulltext.analyzer' or 'fulltext.eventually_consistent'", "Could not create fulltext index with specified index config '%s', contains spatial config settings options.\nTo create point index, please use 'CREATE POINT INDEX ...'.", text)
		}
	}
	for i := range c.Len() {
		k, v := c.At(i)
		if v.Kind() != graph.KindString && v.Kind() != graph.KindBool {
			text := prettyValue(graph.MapOf(c))
			return nil, wrongOption(text, "'indexConfig'", "MAP<STRING, BOOLEAN | STRING>", "Could not create fulltext index with specified index config '%s'. Expected a map from String to Strings and Booleans.", text)
		}
		wrong := func(want, got, is string) error {
			return status.New(status.ExecutionFailed, "50N00", "Invalid value type for '%s' setting. Expected a value of type java.lang.%s, but got value '%s' of type java.lang.%s.", k, want, got, is)
		}
		switch k {
		case "fulltext.analyzer":
			if v.Kind() != graph.KindString {
				return nil, wrong("String", prettyValue(v), "Boolean")
			}
			analyzer = v
		case "fulltext.eventually_consistent":
			if v.Kind() != graph.KindBool {
				return nil, wrong("Boolean", v.AsString(), "String")
			}
			eventually = v
		default:
			return nil, status.New(status.ExecutionFailed, "50N00", "Invalid index config key '%s', it was not recognized as an index setting.", k)
		}
	}
	out := graph.NewMap(2)
	out.Put("fulltext.analyzer", analyzer)
	out.Put("fulltext.eventually_consistent", eventually)
	return out, nil
}

var vectorSettings = []string{"vector.dimensions", "vector.hnsw.ef_construction", "vector.hnsw.m", "vector.quantization.enabled", "vector.similarity_function"}

func vectorConfig(c *graph.Map) (*graph.Map, error) {
	for _, k := range c.Keys() {
		if !slices.Contains(vectorSettings, k) {
			return nil, status.New(invalidArguments, "50N42", "Could not create vector index with specified index config '%s'. '%s' is an unrecognized setting. Supported: [%s]", prettyValue(graph.MapOf(c)), k, strings.Join(vectorSettings, ", "))
		}
	}
	out := graph.NewMap(5)
	integer := func(key string, usual, most int64) error {
		v, ok := c.Get(key)
		switch {
		case !ok && usual > 0:
			out.Put(key, graph.Int(usual))
			return nil
		case !ok:
			return nil
		case v.Kind() != graph.KindInt:
			return wrongOption("type class "+classOf(v), "'"+key+"'", "INTEGER", "Could not create vector index with specified index config '%s'. Expected an Integer.", key)
		case v.AsInt() < 1 || v.AsInt() > most:
			return status.New(status.ExecutionFailed, "50N00", "'%s' must be between 1 and %d inclusively", key, most)
		}
		out.Put(key, v)
		return nil
	}
	for _, s := range []struct {
		key         string
		usual, most int64
	}{{"vector.dimensions", 0, 4096}, {"vector.hnsw.ef_construction", 100, 3200}, {"vector.hnsw.m", 16, 512}} {
		if err := integer(s.key, s.usual, s.most); err != nil {
			return nil, err
		}
	}
	quantized := graph.True
	if v, ok := c.Get("vector.quantization.enabled"); ok {
		if quantized = v; v.Kind() != graph.KindBool {
			return nil, wrongOption("type class "+classOf(v), "'vector.quantization.enabled'", "BOOLEAN", "Could not create vector index with specified index config 'vector.quantization.enabled'. Expected a Boolean.")
		}
	}
	out.Put("vector.quantization.enabled", quantized)
	similarity := "COSINE"
	if v, ok := c.Get("vector.similarity_function"); ok {
		if v.Kind() != graph.KindString {
			return nil, wrongOption("type class "+classOf(v), "'vector.similarity_function'", "STRING", "Could not create vector index with specified index config 'vector.similarity_function'. Expected a String.")
		}
		if similarity = strings.ToUpper(v.AsString()); similarity != "COSINE" && similarity != "EUCLIDEAN" {
			return nil, status.New(status.ExecutionFailed, "50N00", "'\"%s\"' is an unsupported 'vector.similarity_function'. Supported: [COSINE, EUCLIDEAN]", v.AsString())
		}
	}
	out.Put("vector.similarity_function", graph.String(similarity))
	return out, nil
}

// prettyValue writes a value as messages about options quote it.
func prettyValue(v graph.Value) string {
	switch v.Kind() {
	case graph.KindString:
		return `"` + v.AsString() + `"`
	case graph.KindList:
		var parts []string
		for _, e := range v.AsList() {
			parts = append(parts, prettyValue(e))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case graph.KindMap:
		var parts []string
		for i := range v.AsMap().Len() {
			k, e := v.AsMap().At(i)
			parts = append(parts, k+": "+prettyValue(e))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return fn.ToText(v)
}
