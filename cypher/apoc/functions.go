package apoc

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"

	"graticule/cypher/exec"
	"graticule/cypher/fn"
	"graticule/graph"
	"graticule/status"
)

// Version is what apoc.version() tells: that of the APOC whose names these are.
const Version = "5.26.0"

type body = func(c *fn.Context, a []graph.Value) (graph.Value, error)

// function makes a function from its signature. Arguments with a default may be left out.
func function(signature, description string, takesNull bool, eval body) *fn.Function {
	name, rest, _ := strings.Cut(signature, "(")
	inputs, _, _ := strings.Cut(rest, ") :: ")
	f := &fn.Function{Name: name, Category: "", Signature: signature, Description: description, TakesNull: takesNull}
	for _, in := range exec.Declarations(inputs) {
		f.Max++
		if declared, _, _ := strings.Cut(in, " :: "); !strings.Contains(declared, " = ") {
			f.Min++
		}
	}
	f.Eval = func(c *fn.Context, a []graph.Value) (graph.Value, error) {
		v, err := eval(c, a)
		if named, ok := err.(*failure); ok {
			err = status.New(status.ProcedureCallFailed, "50N42", "Failed to invoke function `%s`: Caused by: %s: %s", name, named.class, named.text)
		}
		return v, err
	}
	return f
}

// Functions gives the functions of the package.
func Functions() []*fn.Function {
	out := []*fn.Function{
		function("apoc.version() :: STRING", "Returns the APOC version currently installed.", true, func(*fn.Context, []graph.Value) (graph.Value, error) { return graph.String(Version), nil }),
		function("apoc.util.validatePredicate(predicate :: BOOLEAN, message :: STRING, params :: LIST<ANY>) :: BOOLEAN", "If the given predicate is true an exception is thrown, otherwise it returns true (for use inside `WHERE` subclauses).", true,
			func(_ *fn.Context, a []graph.Value) (graph.Value, error) {
				if a[0].IsTrue() {
					return graph.Null, failed("%s", formatted(textOf(a[1]), a[2]))
				}
				return graph.True, nil
			}),
		function("apoc.meta.cypher.type(value :: ANY) :: STRING", "Returns the type name of the given value.", true, func(_ *fn.Context, a []graph.Value) (graph.Value, error) {
			name := metaType(a[0])
			if l := a[0].AsListOrNil(); len(l) > 0 && !slices.ContainsFunc(l, func(v graph.Value) bool { return metaType(v) != metaType(l[0]) }) {
				name = "LIST OF " + metaType(l[0])
			}
			return graph.String(name), nil
		}),
		function("apoc.convert.toJson(value :: ANY) :: STRING", "Serializes the given JSON value.", true, func(c *fn.Context, a []graph.Value) (graph.Value, error) {
			v := plain(c, a[0])
			return c.Aside(sizeOf(v), func() (graph.Value, error) {
				text, err := json.Marshal(toJSON(v))
				if err != nil {
					return graph.Null, failed("the value cannot be written as JSON: %v", err)
				}
				return graph.String(string(text)), nil
			})
		}),
		function("apoc.convert.fromJsonMap(map :: STRING, path =  :: STRING) :: MAP", "Converts the given JSON map into a Cypher `MAP`.", false, decoded(graph.KindMap)),
		function("apoc.convert.fromJsonList(list :: STRING, path =  :: STRING) :: LIST<ANY>", "Converts the given JSON list into a Cypher `LIST<ANY>`.", false, decoded(graph.KindList)),
		function("apoc.convert.toMap(map :: ANY) :: MAP", "Converts the given value into a `MAP`.", false, func(c *fn.Context, a []graph.Value) (graph.Value, error) {
			if v := plain(c, a[0]); v.Kind() == graph.KindMap {
				return v, nil
			}
			return graph.Null, nil
		}),
	}
	out = append(out, textFunctions()...)
	out = append(out, collFunctions()...)
	out = append(out, mapFunctions()...)
	return append(out, dateFunctions()...)
}

// plain gives a value with nodes and relationships as maps of their properties.
func plain(c *fn.Context, v graph.Value) graph.Value {
	switch v.Kind() {
	case graph.KindNode:
		if n := c.Entities.Node(v.NodeID()); n != nil {
			return graph.MapOf(n.Properties)
		}
		return graph.Null
	case graph.KindRel:
		if r := c.Entities.Relationship(v.RelID()); r != nil {
			return graph.MapOf(r.Properties)
		}
		return graph.Null
	case graph.KindList:
		out := make([]graph.Value, len(v.AsList()))
		for i, x := range v.AsList() {
			c.Work(4)
			out[i] = plain(c, x)
		}
		return graph.List(out)
	case graph.KindMap:
		out := graph.NewMap(v.AsMap().Len())
		for i := range v.AsMap().Len() {
			k, x := v.AsMap().At(i)
			out.Put(k, plain(c, x))
		}
		return graph.MapOf(out)
	}
	return v
}

// sizeOf gives about how many bytes a list or a map has.
func sizeOf(v graph.Value) int {
	switch v.Kind() {
	case graph.KindList:
		n := 0
		for _, x := range v.AsList() {
			n += 8 + sizeOf(x)
		}
		return n
	case graph.KindMap:
		n := 0
		for i := range v.AsMap().Len() {
			k, x := v.AsMap().At(i)
			n += len(k) + 8 + sizeOf(x)
		}
		return n
	case graph.KindString:
		return len(v.AsString())
	}
	return 8
}

func decoded(kind graph.Kind) body {
	return func(c *fn.Context, a []graph.Value) (graph.Value, error) {
		text := textOf(a[0])
		out, err := c.Aside(len(text), func() (graph.Value, error) {
			d := json.NewDecoder(strings.NewReader(text))
			d.UseNumber()
			var v any
			if err := d.Decode(&v); err != nil {
				return graph.Null, failed("Can't read the JSON text: %v", err)
			}
			return fromJSON(v), nil
		})
		if err != nil {
			return graph.Null, err
		}
		if len(a) > 1 && a[1].Kind() == graph.KindString {
			if out, err = jsonPath(out, a[1].AsString()); err != nil {
				return graph.Null, err
			}
		}
		if out.Kind() != kind && !out.IsNull() {
			return graph.Null, failed("the JSON text holds another kind of value")
		}
		return out, nil
	}
}

func textFunctions() []*fn.Function {
	hash := func(sum func([]byte) []byte) body {
		return func(c *fn.Context, a []graph.Value) (graph.Value, error) {
			var b bytes.Buffer
			for _, v := range a[0].AsListOrNil() {
				b.WriteString(textOf(v))
				c.Work(8)
			}
			return c.Aside(b.Len(), func() (graph.Value, error) { return graph.String(hex.EncodeToString(sum(b.Bytes()))), nil })
		}
	}
	return []*fn.Function{
		function("apoc.text.join(texts :: LIST<STRING>, delimiter :: STRING) :: STRING", "Joins the given `STRING` values using the given delimiter.", false, func(c *fn.Context, a []graph.Value) (graph.Value, error) {
			var parts []string
			for _, v := range a[0].AsListOrNil() {
				if c.Work(1); v.Kind() == graph.KindString {
					parts = append(parts, v.AsString())
				}
			}
			return graph.String(c.Join(parts, textOf(a[1]))), nil
		}),
		function("apoc.text.replace(text :: STRING, regex :: STRING, replacement :: STRING) :: STRING", "Finds and replaces all matches found by the given regular expression with the given replacement.", false, func(c *fn.Context, a []graph.Value) (graph.Value, error) {
			pattern, err := regexp.Compile(textOf(a[1]))
			if err != nil {
				return graph.Null, illegal("Invalid regex: %v", err)
			}
			group := regexp.MustCompile(`\$(\d+)`)
			text, by := textOf(a[0]), group.ReplaceAllString(textOf(a[2]), "$${$1}")
			return c.Aside(len(text), func() (graph.Value, error) { return graph.String(pattern.ReplaceAllString(text, by)), nil })
		}),
		function("apoc.text.split(text :: STRING, regex :: STRING, limit = 0 :: INTEGER) :: LIST<STRING>", "Splits the given `STRING` using a given regular expression as a separator.", false, func(c *fn.Context, a []graph.Value) (graph.Value, error) {
			pattern, err := regexp.Compile(textOf(a[1]))
			if err != nil {
				return graph.Null, illegal("Invalid regex: %v", err)
			}
			n := -1
			if len(a) > 2 && a[2].Kind() == graph.KindInt && a[2].AsInt() > 0 {
				n = int(a[2].AsInt())
			}
			text := textOf(a[0])
			return c.Aside(len(text), func() (graph.Value, error) { return graph.Strings(pattern.Split(text, n)), nil })
		}),
		function("apoc.text.capitalize(text :: STRING) :: STRING", "Capitalizes the first letter of the given `STRING`.", false, func(_ *fn.Context, a []graph.Value) (graph.Value, error) {
			r := []rune(textOf(a[0]))
			if len(r) == 0 {
				return a[0], nil
			}
			return graph.String(strings.ToUpper(string(r[:1])) + string(r[1:])), nil
		}),
		function("apoc.util.md5(values :: LIST<ANY>) :: STRING", "Returns the MD5 checksum of the concatenation of all `STRING` values in the given `LIST<ANY>`.", false, hash(func(b []byte) []byte { s := md5.Sum(b); return s[:] })),
		function("apoc.util.sha1(values :: LIST<ANY>) :: STRING", "Returns the SHA1 of the concatenation of all `STRING` values in the given `LIST<ANY>`.", false, hash(func(b []byte) []byte { s := sha1.Sum(b); return s[:] })),
		function("apoc.util.sha256(values :: LIST<ANY>) :: STRING", "Returns the SHA256 of the concatenation of all `STRING` values in the given `LIST<ANY>`.", false, hash(func(b []byte) []byte { s := sha256.Sum256(b); return s[:] })),
	}
}

// set finds values by kind and content.
type set map[string]bool

func key(c *fn.Context, v graph.Value) string {
	c.Work(16)
	return string(graph.AppendKey([]byte{byte(v.Kind())}, v))
}

func setOf(c *fn.Context, all []graph.Value) set {
	s := set{}
	for _, v := range all {
		s[key(c, v)] = true
	}
	return s
}

// unique gives the first of equal values of all lists, of those that wanted takes.
func unique(c *fn.Context, wanted func(key string) bool, all ...[]graph.Value) graph.Value {
	seen := set{}
	var out []graph.Value
	for _, l := range all {
		for _, v := range l {
			if k := key(c, v); !seen[k] {
				if seen[k] = true; wanted == nil || wanted(k) {
					out = append(out, v)
				}
			}
		}
	}
	return graph.List(out)
}

func collFunctions() []*fn.Function {
	return []*fn.Function{
		function("apoc.coll.toSet(coll :: LIST<ANY>) :: LIST<ANY>", "Returns a unique `LIST<ANY>` from the given `LIST<ANY>`.", false, func(c *fn.Context, a []graph.Value) (graph.Value, error) {
			return unique(c, nil, a[0].AsListOrNil()), nil
		}),
		function("apoc.coll.contains(coll :: LIST<ANY>, value :: ANY) :: BOOLEAN", "Returns whether or not the given value exists in the given collection.", false, func(c *fn.Context, a []graph.Value) (graph.Value, error) {
			return graph.Bool(slices.ContainsFunc(a[0].AsListOrNil(), func(v graph.Value) bool { return v.Kind() == a[1].Kind() && c.Compare(v, a[1]) == 0 })), nil
		}),
		function("apoc.coll.union(list1 :: LIST<ANY>, list2 :: LIST<ANY>) :: LIST<ANY>", "Returns the distinct union of the two given `LIST<ANY>` values.", false, func(c *fn.Context, a []graph.Value) (graph.Value, error) {
			return unique(c, nil, a[0].AsListOrNil(), a[1].AsListOrNil()), nil
		}),
		function("apoc.coll.intersection(list1 :: LIST<ANY>, list2 :: LIST<ANY>) :: LIST<ANY>", "Returns the distinct intersection of two `LIST<ANY>` values.", false, func(c *fn.Context, a []graph.Value) (graph.Value, error) {
			others := setOf(c, a[1].AsListOrNil())
			return unique(c, func(key string) bool { return others[key] }, a[0].AsListOrNil()), nil
		}),
		function("apoc.coll.subtract(list1 :: LIST<ANY>, list2 :: LIST<ANY>) :: LIST<ANY>", "Returns the first `LIST<ANY>` as a set with all the elements of the second `LIST<ANY>` removed.", false, func(c *fn.Context, a []graph.Value) (graph.Value, error) {
			others := setOf(c, a[1].AsListOrNil())
			return unique(c, func(key string) bool { return !others[key] }, a[0].AsListOrNil()), nil
		}),
		function("apoc.coll.sort(coll :: LIST<ANY>) :: LIST<ANY>", "Sorts the given `LIST<ANY>` into ascending order.", false, func(c *fn.Context, a []graph.Value) (graph.Value, error) {
			return graph.List(c.Sorted(a[0].AsListOrNil())), nil
		}),
		function("apoc.coll.flatten(coll :: LIST<ANY>, recursive = false :: BOOLEAN) :: LIST<ANY>", "Flattens the given `LIST<ANY>` (to flatten nested `LIST<ANY>` values, set recursive to true).", false, func(c *fn.Context, a []graph.Value) (graph.Value, error) {
			deep := len(a) > 1 && a[1].IsTrue()
			var out []graph.Value
			var flat func(all []graph.Value, more bool)
			flat = func(all []graph.Value, more bool) {
				for _, v := range all {
					if c.Work(1); v.Kind() == graph.KindList && more {
						flat(v.AsList(), deep)
					} else {
						out = append(out, v)
					}
				}
			}
			flat(a[0].AsListOrNil(), true)
			return graph.List(out), nil
		}),
	}
}

func mapFunctions() []*fn.Function {
	return []*fn.Function{
		function("apoc.map.merge(map1 :: MAP, map2 :: MAP) :: MAP", "Merges the two given `MAP` values into one `MAP`.", true, func(_ *fn.Context, a []graph.Value) (graph.Value, error) {
			out := &graph.Map{}
			for _, v := range a {
				for i := range mapOr(v).Len() {
					k, x := mapOr(v).At(i)
					out.Put(k, x)
				}
			}
			return graph.MapOf(out), nil
		}),
		function("apoc.map.fromPairs(pairs :: LIST<ANY>) :: MAP", "Creates a `MAP` from the given `LIST<LIST<ANY>>` of key-value pairs.", false, func(c *fn.Context, a []graph.Value) (graph.Value, error) {
			out := &graph.Map{}
			for _, pair := range a[0].AsListOrNil() {
				c.Work(8)
				if l := pair.AsListOrNil(); len(l) == 2 {
					out.Put(textOf(l[0]), l[1])
				}
			}
			return graph.MapOf(out), nil
		}),
		function("apoc.map.removeKeys(map :: MAP, keys :: LIST<STRING>) :: MAP", "Removes the given keys from the `MAP`.", false, func(_ *fn.Context, a []graph.Value) (graph.Value, error) {
			out := &graph.Map{}
			for i := range mapOr(a[0]).Len() {
				if k, v := mapOr(a[0]).At(i); !slices.Contains(texts(a[1]), k) {
					out.Put(k, v)
				}
			}
			return graph.MapOf(out), nil
		}),
	}
}

// layout makes a Go layout of a pattern such as yyyy-MM-dd'T'HH:mm:ss.
func layout(pattern string) string {
	switch strings.ToLower(pattern) {
	case "iso_date_time", "iso_zoned_date_time", "iso_offset_date_time":
		return time.RFC3339
	case "iso_local_date_time":
		return "2006-01-02T15:04:05"
	case "iso_date", "iso_local_date":
		return "2006-01-02"
	case "basic_iso_date":
		return "20060102"
	}
	letters := map[string]string{"yyyy": "2006", "yy": "06", "MMMM": "January", "MMM": "Jan", "MM": "01", "M": "1", "dd": "02", "d": "2", "HH": "15", "hh": "03", "h": "3", "mm": "04", "m": "4", "ss": "05", "s": "5",
		"SSS": "000", "SSSSSS": "000000", "a": "PM", "EEEE": "Monday", "EEE": "Mon", "z": "MST", "Z": "-0700", "XXX": "Z07:00", "X": "Z07"}
	var out strings.Builder
	for i := 0; i < len(pattern); {
		c := pattern[i]
		j := i
		if c == '\'' {
			for j = i + 1; j < len(pattern) && pattern[j] != '\''; j++ {
				out.WriteByte(pattern[j])
			}
			i = j + 1
			continue
		}
		for j < len(pattern) && pattern[j] == c {
			j++
		}
		if text, ok := letters[pattern[i:j]]; ok {
			out.WriteString(text)
		} else {
			out.WriteString(pattern[i:j])
		}
		i = j
	}
	return out.String()
}

var units = map[string]time.Duration{"ms": time.Millisecond, "milli": time.Millisecond, "millis": time.Millisecond, "milliseconds": time.Millisecond, "s": time.Second, "second": time.Second, "seconds": time.Second,
	"m": time.Minute, "minute": time.Minute, "minutes": time.Minute, "h": time.Hour, "hour": time.Hour, "hours": time.Hour, "d": 24 * time.Hour, "day": 24 * time.Hour, "days": 24 * time.Hour}

const defaultPattern = "yyyy-MM-dd HH:mm:ss"

// textAt gives an optional argument of a function.
func textAt(a []graph.Value, i int, otherwise string) string {
	if i < len(a) && a[i].Kind() == graph.KindString && a[i].AsString() != "" {
		return a[i].AsString()
	}
	return otherwise
}

func unitAt(a []graph.Value, i int) (time.Duration, error) {
	name := textAt(a, i, "ms")
	unit, ok := units[strings.ToLower(name)]
	if !ok {
		return 0, illegal("The unit: %s is not correct", name)
	}
	return unit, nil
}

func zoneAt(a []graph.Value, i int) (*time.Location, error) {
	zone, err := time.LoadLocation(textAt(a, i, "UTC"))
	if err != nil {
		return nil, illegal("The timezone: %s is not correct", textAt(a, i, ""))
	}
	return zone, nil
}

func dateFunctions() []*fn.Function {
	return []*fn.Function{
		function("apoc.date.currentTimestamp() :: INTEGER", "Returns the current Unix epoch timestamp in milliseconds.", true, func(*fn.Context, []graph.Value) (graph.Value, error) {
			return graph.Int(time.Now().UnixMilli()), nil
		}),
		function("apoc.date.format(time :: INTEGER, unit = ms :: STRING, format = yyyy-MM-dd HH:mm:ss :: STRING, timezone =  :: STRING) :: STRING", "Returns a `STRING` representation of the time value.", false, func(_ *fn.Context, a []graph.Value) (graph.Value, error) {
			unit, err := unitAt(a, 1)
			if err != nil {
				return graph.Null, err
			}
			zone, err := zoneAt(a, 3)
			if err != nil || a[0].Kind() != graph.KindInt {
				return graph.Null, err
			}
			return graph.String(time.UnixMilli(a[0].AsInt() * unit.Milliseconds()).In(zone).Format(layout(textAt(a, 2, defaultPattern)))), nil
		}),
		function("apoc.date.parse(time :: STRING, unit = ms :: STRING, format = yyyy-MM-dd HH:mm:ss :: STRING, timezone =  :: STRING) :: INTEGER", "Parses the given date `STRING` from a specified format into the specified time unit.", false, func(_ *fn.Context, a []graph.Value) (graph.Value, error) {
			unit, err := unitAt(a, 1)
			if err != nil {
				return graph.Null, err
			}
			zone, err := zoneAt(a, 3)
			if err != nil {
				return graph.Null, err
			}
			t, err := time.ParseInLocation(layout(textAt(a, 2, defaultPattern)), textOf(a[0]), zone)
			if err != nil {
				return graph.Null, illegal("Text '%s' could not be parsed by the format %s", textOf(a[0]), textAt(a, 2, defaultPattern))
			}
			return graph.Int(t.UnixMilli() / unit.Milliseconds()), nil
		}),
		function("apoc.date.convertFormat(temporal :: STRING, currentFormat :: STRING, convertTo = yyyy-MM-dd :: STRING) :: STRING", "Converts a `STRING` of one type of date format into a `STRING` of another type of date format.", false, func(_ *fn.Context, a []graph.Value) (graph.Value, error) {
			t, err := time.Parse(layout(textAt(a, 1, "")), textOf(a[0]))
			if err != nil {
				return graph.Null, illegal("Text '%s' could not be parsed by the format %s", textOf(a[0]), textAt(a, 1, ""))
			}
			return graph.String(t.Format(layout(textAt(a, 2, "yyyy-MM-dd")))), nil
		}),
	}
}
