package fn

import (
	"errors"
	"regexp"
	"strings"

	"graticule/graph"
	"graticule/graph/temporal"
	"graticule/status"
)

// Errors of functions in Cypher 25 have causes that Cypher 5 does not tell of.

// literal25 gives a value as causes of Cypher 25 show it.
func literal25(v graph.Value) string {
	switch v.Kind() {
	case graph.KindNull:
		return "<null>"
	case graph.KindString:
		return `"` + v.AsString() + `"`
	case graph.KindList:
		parts := make([]string, len(v.AsList()))
		for i, e := range v.AsList() {
			parts[i] = literal25(e)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case graph.KindMap:
		parts := make([]string, v.AsMap().Len())
		for i := range parts {
			k, e := v.AsMap().At(i)
			parts[i] = k + ": " + literal25(e)
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case graph.KindPoint:
		return pointText(v.AsPoint())
	}
	if name := temporalNames[v.Kind()]; name != "" {
		return "{" + name + `: "` + temporal.Format(v) + `"}`
	}
	return ToText(v)
}

var temporalNames = map[graph.Kind]string{
	graph.KindDate: "date", graph.KindTime: "time", graph.KindLocalTime: "localTime", graph.KindDateTime: "datetime", graph.KindLocalDateTime: "localDatetime", graph.KindDuration: "duration",
}

var expectedForm = regexp.MustCompile(`Expected an? (.*?),? (?:but got|got):? `)

// wanted are the types that words of messages stand for, in the order of the words.
var wanted = strings.NewReplacer("a numeric value", "INTEGER or FLOAT", "numeric value", "INTEGER or FLOAT", "Boolean", "BOOLEAN", "Integer", "INTEGER", "Float", "FLOAT", "String", "STRING", "List", "LIST<ANY>", "Map,", "MAP,", "Map", "MAP",
	"Node", "NODE", "Relationship", "RELATIONSHIP", "Path", "PATH", "Temporal", "TEMPORAL", "Duration", "DURATION", ", or ", " or ", "a node", "NODE", "node", "NODE", "a relationship", "RELATIONSHIP", "a literal map", "MAP")

// newerInput is the error of a function that only Cypher 25 has of an argument of another type.
func newerInput(name string, v graph.Value, want, format string, args ...any) error {
	return status.New(status.TypeError, "", format, args...).
		With("22N38", status.Because("22N01", "Expected the value %s to be of type %s, but was of type %s.", literal25(v), want, TypeText(v))).
		Explained("Invalid argument to the function " + name + "().")
}

// for25 gives an error of f as Cypher 25 tells it.
func for25(f *Function, a []graph.Value, err error) error {
	var e *status.Error
	if !errors.As(err, &e) {
		return err
	}
	if e.Code == status.ProcedureCallFailed && strings.HasPrefix(e.Message, "Invalid call signature") {
		return badCall25(f, a, e)
	}
	if e.Code != status.TypeError || e.GQLStatus == "22N38" {
		return err
	}
	if e.Cause != nil {
		if f.Name == "range" {
			return withDetail(e.With("22N38", status.Because("22N01", "%s", strings.Replace(e.Cause.Explanation, "value NO_VALUE", "value <null>", 1))).Explained("Invalid argument to the function range()."), e.Detail)
		}
		return err
	}
	want, value := "", graph.Null
	switch m := expectedForm.FindStringSubmatch(e.Message); {
	case strings.HasSuffix(e.Message, " to be a node or relationship"):
		want, value = "NODE or RELATIONSHIP", a[0]
	case f.Name == "reverse":
		want, value = "STRING or LIST<ANY>", a[0]
	case strings.HasSuffix(e.Message, "requires numbers"):
		want = "INTEGER or FLOAT"
		for _, v := range a {
			if !v.IsNumber() {
				value = v
				break
			}
		}
	case m == nil:
		return err
	case m[1] == "string value for `"+f.Name+"`" || strings.HasPrefix(m[1], "string value"):
		want = "STRING"
	default:
		want = wanted.Replace(m[1])
	}
	if value.IsNull() {
		for _, v := range a {
			if strings.Contains(e.Message, "got: "+Inspect(v)) || strings.Contains(e.Message, "got "+Inspect(v)) {
				value = v
				break
			}
		}
	}
	return e.With("22N38", status.Because("22N01", "Expected the value %s to be of type %s, but was of type %s.", literal25(value), want, TypeText(value))).
		Explained("Invalid argument to the function " + f.Name + "().")
}

// badCall25 tells of a call that no form of a function takes.
func badCall25(f *Function, a []graph.Value, e *status.Error) error {
	if len(a) == 2 && f.Max25 == 2 {
		return status.New(status.ProcedureCallFailed, "53N33", "A pattern can only be used in conjunction with a `STRING` input.")
	}
	text := e.Message
	if len(a) == 1 && f.Max25 == 2 {
		text = strings.TrimSuffix(text, "]") + `, String("DEFAULT_TEMPORAL_ARGUMENT")]`
	}
	name, _, _ := strings.Cut(f.Signature25, "(")
	return status.New(status.ProcedureCallFailed, "", "%s", text).
		With("42001", status.Because("42I51", "The procedure or function %s() must have the signature: %s.", name, f.Signature25))
}
