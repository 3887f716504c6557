package fn

import (
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"

	"graticule/graph"
	"graticule/status"
)

// expectedText is the error of a function of texts that got something else.
func expectedText(name string, v graph.Value) error {
	return TypeError("Expected a string value for `%s`, but got: %s; consider converting it to a string with toString().", name, Inspect(v))
}

// str makes a function whose first argument is a STRING; called is its name in errors.
func str(name, called string, minArgs, maxArgs int, f func(c *Context, s string, rest []graph.Value) (graph.Value, error)) Function {
	return Function{Name: name, Min: minArgs, Max: maxArgs, Eval: func(c *Context, a []graph.Value) (graph.Value, error) {
		if a[0].Kind() != graph.KindString {
			return graph.Null, expectedText(called, a[0])
		}
		return f(c, a[0].AsString(), a[1:])
	}}
}

// whitespace is what Java takes for white space: no-break spaces do not count.
func whitespace(r rune) bool {
	switch r {
	case '\u00a0', '\u2007', '\u202f', '\u0085':
		return false
	case '\u001c', '\u001d', '\u001e', '\u001f':
		return true
	}
	return unicode.IsSpace(r)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func texts() []Function {
	cased := func(name, called string, ascii func(string) string, caser func(language.Tag, ...cases.Option) cases.Caser) Function {
		return str(name, called, 1, 1, func(c *Context, s string, _ []graph.Value) (graph.Value, error) {
			if len(s) <= pieceBytes {
				if isASCII(s) {
					return graph.String(ascii(s)), nil
				}
				return graph.String(caser(language.Und).String(s)), nil
			}
			var b strings.Builder
			c.pieces(s, betweenLetters, func(piece string) { b.WriteString(caser(language.Und).String(piece)) })
			return graph.String(b.String()), nil
		})
	}
	lower, upper := func(t language.Tag, o ...cases.Option) cases.Caser { return cases.Lower(t, o...) }, func(t language.Tag, o ...cases.Option) cases.Caser { return cases.Upper(t, o...) }
	cut := func(name string, f cutter) Function {
		return str(name, name, 1, 2, func(c *Context, s string, rest []graph.Value) (graph.Value, error) {
			if len(rest) == 0 {
				return graph.String(f(s, func(r rune) bool { c.Work(1); return whitespace(r) })), nil
			}
			if rest[0].Kind() != graph.KindString {
				return graph.Null, expectedText(name, rest[0])
			}
			chars := rest[0].AsString()
			return graph.String(f(s, func(r rune) bool { c.Work(1); return strings.ContainsRune(chars, r) })), nil
		})
	}
	return []Function{
		cased("toLower", "toLower", strings.ToLower, lower), cased("lower", "toLower", strings.ToLower, lower),
		cased("toUpper", "toUpper", strings.ToUpper, upper), cased("upper", "toUpper", strings.ToUpper, upper),
		{Name: "trim", Min: 1, Max: 2, TakesNull: true, Eval: trim},
		trimAt("trim both", strings.TrimFunc), trimAt("trim leading", strings.TrimLeftFunc), trimAt("trim trailing", strings.TrimRightFunc),
		cut("btrim", strings.TrimFunc), cut("ltrim", strings.TrimLeftFunc), cut("rtrim", strings.TrimRightFunc),
		{Name: "replace", Min: 3, Max: 3, Max25: 4, Eval: replace},
		str("split", "split", 2, 2, split),
		{Name: "substring", Min: 2, Max: 3, Eval: substring},
		{Name: "left", Min: 2, Max: 2, Eval: func(c *Context, a []graph.Value) (graph.Value, error) {
			return edge(c, "left", a, negativeStart, func(s string, n int64) string { return s[:c.after(s, n)] })
		}},
		{Name: "right", Min: 2, Max: 2, Eval: func(c *Context, a []graph.Value) (graph.Value, error) {
			return edge(c, "right", a, "negative length", func(s string, n int64) string {
				at := len(s)
				for ; n > 0 && at > 0; n-- {
					_, width := utf8.DecodeLastRuneInString(s[:at])
					at -= width
					c.Work(1)
				}
				return s[at:]
			})
		}},
		{Name: "normalize", Min: 1, Max: 2, Eval: func(c *Context, a []graph.Value) (graph.Value, error) {
			form := "NFC"
			if len(a) > 1 {
				form = a[1].AsString()
			}
			if a[0].Kind() != graph.KindString {
				return graph.Null, NotOfType(a[0], "STRING", "Expected %s to be a STRING", Inspect(a[0]))
			}
			f, s := Form(form), a[0].AsString()
			if len(s) <= pieceBytes {
				return graph.String(f.String(s)), nil
			}
			var b strings.Builder
			c.pieces(s, func(s string, at int) bool {
				return utf8.RuneStart(s[at]) && f.PropertiesString(s[at:]).BoundaryBefore()
			}, func(piece string) { b.WriteString(f.String(piece)) })
			return graph.String(b.String()), nil
		}},
		{Name: "char_length", Min: 1, Max: 1, Eval: charLength}, {Name: "character_length", Min: 1, Max: 1, Eval: charLength},
		{Name: "string.indexOf", Min: 2, Max: 2, Eval: indexOf}, {Name: "string.join", Min: 2, Max: 2, Eval: join},
		{Name: "string.regexReplace", Min: 3, Max: 3, Eval: regexReplace},
	}
}

// trim is trim(text) and trim(character, text).
func trim(c *Context, a []graph.Value) (graph.Value, error) {
	if len(a) == 2 {
		return trimBoth.Eval(c, []graph.Value{a[1], a[0]})
	}
	if a[0].IsNull() {
		return graph.Null, nil
	}
	return trimBoth.Eval(c, a)
}

var trimBoth = trimAt("trim", strings.TrimFunc)

// trimAt is trim(… FROM text): of a text and the one character that is cut off.
func trimAt(name string, cut cutter) Function {
	return Function{Name: name, Min: 1, Max: 2, TakesNull: name == "trim", Eval: func(c *Context, a []graph.Value) (graph.Value, error) {
		for _, v := range a {
			if v.IsNull() && (len(a) == 1 || a[0].IsNull()) {
				return graph.Null, nil
			}
			if v.Kind() != graph.KindString {
				return graph.Null, expectedText("trim", v)
			}
		}
		if len(a) == 1 {
			return graph.String(cut(a[0].AsString(), func(r rune) bool { c.Work(1); return whitespace(r) })), nil
		}
		chars := a[1].AsString()
		if utf8.RuneCountInString(chars) > 1 {
			e := status.New(status.ArgumentError, "50N42", "The argument `trimCharacterString` in the `trim()` function must be of length 1.")
			e.In25 = func() *status.Error {
				return e.With("22N38", status.Because("22N04", "Invalid input '%s' for trimCharacterString. Expected 'argument to be of length 1'.", "'"+chars+"'")).
					Explained("Invalid argument to the function trim()().")
			}
			return graph.Null, e
		}
		return graph.String(cut(a[0].AsString(), func(r rune) bool { c.Work(1); return strings.ContainsRune(chars, r) })), nil
	}}
}

// cutter takes runes off the ends of s.
type cutter func(s string, in func(rune) bool) string

// shortText is the length of texts, in bytes, that are treated without a look at
// whether the statement goes on.
const shortText = 1 << 14

func replace(c *Context, a []graph.Value) (graph.Value, error) {
	for _, v := range a[:3] {
		if v.Kind() != graph.KindString {
			return graph.Null, expectedText("replace", v)
		}
	}
	limit := int64(-1)
	if len(a) == 4 {
		var ok bool
		if limit, ok = coerceInt(a[3]); !ok {
			return graph.Null, cannotCoerce(a[3], "Number")
		}
		if limit < 0 {
			return graph.Null, argumentError("", "Invalid input for limit value in function 'replace()': Expected a positive value, but got: %d", limit)
		}
	}
	s, old, by, times := a[0].AsString(), a[1].AsString(), a[2].AsString(), int64(0)
	if limit < 0 && old != "" && len(s) <= shortText && len(by) <= shortText/max(1, len(s)) {
		c.Work(1 + len(s)/16)
		if !strings.Contains(s, old) {
			return a[0], nil
		}
		return graph.String(strings.ReplaceAll(s, old, by)), nil
	}
	c.occurrences(s, old, limit, func(int) { times++ })
	if times == 0 {
		return a[0], nil
	}
	n := int64(len(s)) + times*int64(len(by)-len(old))
	if n > int64(len(s)) {
		if err := c.room(n); err != nil {
			return graph.Null, err
		}
	}
	var out strings.Builder
	out.Grow(int(n))
	from := 0
	c.occurrences(s, old, limit, func(at int) {
		out.WriteString(s[from:at])
		out.WriteString(by)
		from = at + len(old)
	})
	out.WriteString(s[from:])
	return graph.String(out.String()), nil
}

// occurrences calls f for the places where part stands in s, at most limit of them
// unless that is below zero. An empty one stands before each character and at the end.
func (c *Context) occurrences(s, part string, limit int64, f func(at int)) {
	for from := 0; limit != 0; limit-- {
		if part == "" {
			f(from)
			if from == len(s) {
				return
			}
			_, width := utf8.DecodeRuneInString(s[from:])
			from += width
			c.Work(1)
			continue
		}
		at := c.find(s[from:], part)
		if at < 0 {
			return
		}
		f(from + at)
		from += at + len(part)
	}
}

// split cuts s at any of the delimiters; an empty one cuts between all characters.
func split(c *Context, s string, r []graph.Value) (graph.Value, error) {
	delimiters := r
	if r[0].Kind() == graph.KindList {
		delimiters = r[0].AsList()
	}
	var by []string
	every := false
	if s == "" && !slices.ContainsFunc(delimiters, graph.Value.IsNull) {
		return graph.Strings([]string{s}), nil
	}
	for _, d := range delimiters {
		if d.IsNull() {
			return graph.Null, nil
		}
		if d.Kind() != graph.KindString {
			return graph.Null, NotOfType(d, "STRING", "Expected %s to be a STRING", Inspect(d))
		}
		if d.AsString() == "" {
			every = true
			continue
		}
		by = append(by, d.AsString())
	}
	if len(by) == 0 && !every {
		return graph.Strings([]string{s}), nil
	}
	var out []graph.Value
	if len(by) == 1 && !every {
		from := 0
		if len(s) <= shortText {
			out = make([]graph.Value, 0, 1+strings.Count(s, by[0]))
		}
		c.occurrences(s, by[0], -1, func(at int) {
			out = append(out, graph.String(s[from:at]))
			from = at + len(by[0])
		})
		return graph.List(append(out, graph.String(s[from:]))), nil
	}
	start := 0
	for i := 0; i < len(s); {
		c.Work(1 + len(by))
		at := slices.IndexFunc(by, func(d string) bool { return strings.HasPrefix(s[i:], d) })
		_, width := utf8.DecodeRuneInString(s[i:])
		switch {
		case at >= 0:
			if !every || i > start {
				out = append(out, graph.String(s[start:i]))
			}
			i += len(by[at])
			start = i
		case every:
			out = append(out, graph.String(s[start:i+width]))
			i += width
			start = i
		default:
			i += width
		}
	}
	if start < len(s) || !every {
		out = append(out, graph.String(s[start:]))
	}
	return graph.List(out), nil
}

const negativeStart = "Cannot handle negative start index nor negative length"

// badLength is the error of a start or length below zero.
func badLength(c *Context, name, argument, text string, n int64) error {
	if c.Version == 25 {
		return outOfRange(name, argument, 0, math.MaxInt32, n)
	}
	return status.New(status.ExecutionFailed, "50N00", "%s", text)
}

// outOfRange is the error of an argument that lies beyond what a function takes.
func outOfRange(name, argument string, low, high, n int64) error {
	return status.New(status.ArgumentError, "", "Function argument to '%s()' is out of range", name).
		With("22N38", status.Because("22N03", "Expected '%s' to be of type INTEGER and in the range %d to %d but found %d.", argument, low, high, n)).
		Explained("Invalid argument to the function " + name + "().")
}

// shortInt takes an argument that has to fit 32 bits; in Cypher 5, left() and right() take any.
func shortInt(c *Context, name, what string, v graph.Value) (int64, error) {
	n, ok := coerceInt(v)
	short := n <= math.MaxInt32 && n >= math.MinInt32
	switch {
	case !ok:
		return 0, NotOfType(v, "INTEGER or FLOAT", "Invalid input for %s value in function '%s()': Expected a numeric value but got: %s", what, name, Inspect(v))
	case !short && c.Version == 25:
		return 0, status.New(status.ArgumentError, "", "Invalid input for %s value in function '%s()': Expected an integer between 0 and 2147483647, but got: %d", what, name, n).
			With("22003", status.Because("22N03", "Expected '%s' to be of type INTEGER and in the range 0 to 2147483647 but found %d.", what, n))
	case !short && name == "substring":
		return 0, status.New(status.ExecutionFailed, "50N00", "Invalid input for %s value in function '%s()': Expected an integer between -2147483648 and 2147483647, but got: %d", what, name, n)
	}
	return n, nil
}

func substring(c *Context, a []graph.Value) (graph.Value, error) {
	if a[0].Kind() != graph.KindString {
		return graph.Null, expectedText("substring", a[0])
	}
	s := a[0].AsString()
	from, err := shortInt(c, "substring", "start", a[1])
	if err != nil {
		return graph.Null, err
	}
	length := int64(len(s))
	if len(a) > 2 {
		if length, err = shortInt(c, "substring", "length", a[2]); err != nil {
			return graph.Null, err
		}
	}
	if from < 0 && (s != "" || len(a) > 2) {
		return graph.Null, badLength(c, "substring", "start", negativeStart, from)
	}
	if length < 0 {
		return graph.Null, badLength(c, "substring", "length", negativeStart, length)
	}
	s = s[c.after(s, from):]
	return graph.String(s[:c.after(s, length)]), nil
}

func edge(c *Context, name string, a []graph.Value, negative string, cut func(string, int64) string) (graph.Value, error) {
	if a[0].Kind() != graph.KindString {
		return graph.Null, expectedText(name, a[0])
	}
	n, err := shortInt(c, name, "length", a[1])
	if err != nil {
		return graph.Null, err
	}
	if n < 0 {
		if a[0].AsString() == "" && name == "left" {
			return a[0], nil
		}
		return graph.Null, badLength(c, name, "length", negative, n)
	}
	return graph.String(cut(a[0].AsString(), n)), nil
}

// Form gives the Unicode normal form by name.
func Form(name string) norm.Form {
	return map[string]norm.Form{"NFC": norm.NFC, "NFD": norm.NFD, "NFKC": norm.NFKC, "NFKD": norm.NFKD}[name]
}

func charLength(c *Context, a []graph.Value) (graph.Value, error) {
	if a[0].Kind() != graph.KindString {
		return graph.Null, expectedInput("character_length", "String", a[0])
	}
	return graph.Int(int64(c.runes(a[0].AsString()))), nil
}
