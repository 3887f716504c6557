package fn

import (
	"strings"

	"golang.org/x/text/unicode/norm"

	"graticule/graph"
	"graticule/status"
)

func str(name, signature, description string, minArgs, maxArgs int, f func(s string, rest []graph.Value) (graph.Value, error)) Function {
	return Function{Name: name, Category: "String", Signature: signature, Description: description, Min: minArgs, Max: maxArgs, Eval: func(_ *Context, a []graph.Value) (graph.Value, error) {
		if a[0].Kind() != graph.KindString {
			return graph.Null, TypeError("Expected a string value for `%s`, but got: %s; consider converting it to a string with toString().", name, Inspect(a[0]))
		}
		return f(a[0].AsString(), a[1:])
	}}
}

func texts() []Function {
	simple := func(name, description string, f func(string) string) Function {
		return str(name, name+"(input :: STRING) :: STRING", description, 1, 1, func(s string, _ []graph.Value) (graph.Value, error) { return graph.String(f(s)), nil })
	}
	trim := func(name, description string, f func(s, cut string) string) Function {
		return str(name, name+"(input :: STRING, trimCharacterString = ' ' :: STRING) :: STRING", description, 1, 2, func(s string, rest []graph.Value) (graph.Value, error) {
			if len(rest) == 0 {
				return graph.String(f(s, " \t\n\r\f\v")), nil
			}
			return graph.String(f(s, rest[0].AsString())), nil
		})
	}
	return []Function{
		simple("toLower", "Returns a STRING in lowercase.", strings.ToLower), simple("lower", "Returns a STRING in lowercase.", strings.ToLower),
		simple("toUpper", "Returns a STRING in uppercase.", strings.ToUpper), simple("upper", "Returns a STRING in uppercase.", strings.ToUpper),
		trim("trim", "Removes whitespace from both ends.", strings.Trim), trim("btrim", "Removes characters from both ends.", strings.Trim),
		trim("ltrim", "Removes characters from the start.", strings.TrimLeft), trim("rtrim", "Removes characters from the end.", strings.TrimRight),
		str("replace", "replace(original :: STRING, search :: STRING, replace :: STRING) :: STRING", "Replaces all occurrences of a search STRING.", 3, 3, func(s string, r []graph.Value) (graph.Value, error) {
			if r[0].Kind() != graph.KindString || r[1].Kind() != graph.KindString {
				return graph.Null, TypeError("replace() expects STRING arguments")
			}
			return graph.String(strings.ReplaceAll(s, r[0].AsString(), r[1].AsString())), nil
		}),
		str("split", "split(original :: STRING, splitDelimiter :: STRING | LIST<STRING>) :: LIST<STRING>", "Splits a STRING at the delimiters.", 2, 2, func(s string, r []graph.Value) (graph.Value, error) {
			if r[0].Kind() == graph.KindString {
				return graph.Strings(strings.Split(s, r[0].AsString())), nil
			}
			if r[0].Kind() != graph.KindList {
				return graph.Null, TypeError("split() expects a STRING or LIST<STRING> delimiter")
			}
			parts := []string{s}
			for _, d := range r[0].AsList() {
				var next []string
				for _, p := range parts {
					next = append(next, strings.Split(p, d.AsString())...)
				}
				parts = next
			}
			return graph.Strings(parts), nil
		}),
		str("substring", "substring(original :: STRING, start :: INTEGER, length :: INTEGER) :: STRING", "Returns a part of a STRING, from a 0-based start.", 2, 3, func(s string, r []graph.Value) (graph.Value, error) {
			runes := []rune(s)
			n := int64(len(runes))
			if r[0].Kind() != graph.KindInt || (len(r) > 1 && r[1].Kind() != graph.KindInt) {
				return graph.Null, TypeError("substring() expects INTEGER bounds")
			}
			from, to := r[0].AsInt(), n
			if len(r) > 1 {
				if r[1].AsInt() < 0 {
					return graph.Null, status.New(status.ExecutionFailed, "50N00", "Cannot handle negative start index nor negative length")
				}
				to = from + r[1].AsInt()
			}
			if from < 0 {
				return graph.Null, status.New(status.ExecutionFailed, "50N00", "Cannot handle negative start index nor negative length")
			}
			from, to = min(from, n), min(to, n)
			return graph.String(string(runes[from:max(from, to)])), nil
		}),
		str("left", "left(original :: STRING, length :: INTEGER) :: STRING", "Returns the leftmost characters.", 2, 2, func(s string, r []graph.Value) (graph.Value, error) {
			return edge(s, r[0], func(rs []rune, n int64) []rune { return rs[:n] })
		}),
		str("right", "right(original :: STRING, length :: INTEGER) :: STRING", "Returns the rightmost characters.", 2, 2, func(s string, r []graph.Value) (graph.Value, error) {
			return edge(s, r[0], func(rs []rune, n int64) []rune { return rs[int64(len(rs))-n:] })
		}),
		str("normalize", "normalize(input :: STRING, normalForm = NFC) :: STRING", "Normalizes a STRING.", 1, 2, func(s string, r []graph.Value) (graph.Value, error) {
			form := "NFC"
			if len(r) > 0 {
				form = r[0].AsString()
			}
			return graph.String(Form(form).String(s)), nil
		}),
		str("char_length", "char_length(input :: STRING) :: INTEGER", "Returns the number of characters.", 1, 1, charLength),
		str("character_length", "character_length(input :: STRING) :: INTEGER", "Returns the number of characters.", 1, 1, charLength),
	}
}

// Form gives the Unicode normal form by name.
func Form(name string) norm.Form {
	return map[string]norm.Form{"NFC": norm.NFC, "NFD": norm.NFD, "NFKC": norm.NFKC, "NFKD": norm.NFKD}[name]
}

func charLength(s string, _ []graph.Value) (graph.Value, error) {
	return graph.Int(int64(len([]rune(s)))), nil
}

func edge(s string, n graph.Value, cut func([]rune, int64) []rune) (graph.Value, error) {
	if n.Kind() != graph.KindInt {
		return graph.Null, TypeError("expected an INTEGER length, got %v", n.Kind())
	}
	if n.AsInt() < 0 {
		return graph.Null, status.New(status.ExecutionFailed, "50N00", "Cannot handle negative start index nor negative length")
	}
	runes := []rune(s)
	return graph.String(string(cut(runes, min(n.AsInt(), int64(len(runes)))))), nil
}
