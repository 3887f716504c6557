package fn

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"graticule/graph"
)

// A function may be called with a text or a list of any length, and its statement
// ended meanwhile. Functions count their work with Work, which leaves them by a
// panic that Interruptible, around the call, makes an error of: so that also
// comparisons and tests that a library calls can do it.

// workStep is how many units of work, of some nanoseconds each, lie between two
// looks at whether the statement goes on.
const workStep = 1 << 15

// interrupted is what Work panics with. It goes no further than Interruptible.
type interrupted struct{ err error }

// Work counts n elements or characters that a function has treated. It does not
// return when the statement was ended.
func (c *Context) Work(n int) {
	if c.work += n; c.work < workStep {
		return
	}
	c.work = 0
	if c.Alive == nil {
		return
	}
	if err := c.Alive(); err != nil {
		panic(interrupted{err})
	}
}

// Interruptible calls f, and gives the error for which Work has left it.
func (c *Context) Interruptible(f func() (graph.Value, error)) (v graph.Value, err error) {
	defer recovered(&v, &err)
	return f()
}

// Call calls a function as Interruptible does.
func (c *Context) Call(f *Function, args []graph.Value) (v graph.Value, err error) {
	defer recovered(&v, &err)
	return f.Eval(c, args)
}

func recovered(v *graph.Value, err *error) {
	if x := recover(); x != nil {
		i, ok := x.(interrupted)
		if !ok {
			panic(x)
		}
		*v, *err = graph.Null, i.err
	}
}

// Aside runs f, which must touch nothing but what it returns, and does not wait
// for it when the statement was ended: for work of a library that cannot be left.
// Only large work goes to a goroutine; size is in bytes.
func (c *Context) Aside(size int, f func() (graph.Value, error)) (graph.Value, error) {
	if c.Done == nil || size < regexLarge {
		return f()
	}
	type outcome struct {
		v   graph.Value
		err error
	}
	result := make(chan outcome, 1)
	go func() {
		v, err := f()
		result <- outcome{v, err}
	}()
	select {
	case o := <-result:
		return o.v, o.err
	case <-c.Done:
		return graph.Null, c.Alive()
	}
}

// pieceBytes is about how much of a long text is treated at once.
const pieceBytes = workStep

// pieces hands a text on in pieces that begin and end where may allows it, at the
// latest at its end.
func (c *Context) pieces(s string, may func(s string, at int) bool, f func(piece string)) {
	for len(s) > pieceBytes {
		at := pieceBytes
		for at < len(s) && !may(s, at) {
			at++
		}
		f(s[:at])
		c.Work(at)
		s = s[at:]
	}
	f(s)
}

func betweenRunes(s string, at int) bool { return utf8.RuneStart(s[at]) }

// betweenLetters tells whether neither of the characters around at depends on the
// other when their case is changed.
func betweenLetters(s string, at int) bool {
	if !utf8.RuneStart(s[at]) {
		return false
	}
	before, _ := utf8.DecodeLastRuneInString(s[:at])
	after, _ := utf8.DecodeRuneInString(s[at:])
	alone := func(r rune) bool {
		return r != 'Σ' && (unicode.In(r, unicode.Lu, unicode.Ll, unicode.Lt, unicode.Lo, unicode.Nd) || unicode.IsSpace(r))
	}
	return alone(before) && alone(after)
}

// runes counts the characters of a text.
func (c *Context) runes(s string) int {
	if len(s) <= pieceBytes {
		return utf8.RuneCountInString(s)
	}
	n := 0
	c.pieces(s, betweenRunes, func(piece string) { n += utf8.RuneCountInString(piece) })
	return n
}

// after gives the place behind the first n characters of a text.
func (c *Context) after(s string, n int64) int {
	at := 0
	for ; n > 0 && at < len(s); n-- {
		_, width := utf8.DecodeRuneInString(s[at:])
		at += width
		c.Work(1)
	}
	return at
}

// find gives where sep begins in s first, -1 when nowhere.
func (c *Context) find(s, sep string) int {
	window := max(8*pieceBytes, 4*len(sep))
	for from := 0; ; {
		end := min(from+window+len(sep), len(s))
		if at := strings.Index(s[from:end], sep); at >= 0 {
			c.Work(1 + at/16)
			return from + at
		}
		if end == len(s) {
			return -1
		}
		c.Work(window / 16)
		from += window
	}
}

// clone copies a list, with room for more elements.
func (c *Context) clone(l []graph.Value, more int) []graph.Value {
	out := make([]graph.Value, 0, len(l)+more)
	return c.append(out, l)
}

func (c *Context) append(out, l []graph.Value) []graph.Value {
	for part := range slices.Chunk(l, workStep) {
		out = append(out, part...)
		c.Work(len(part))
	}
	return out
}

// Join joins texts.
func (c *Context) Join(parts []string, by string) string {
	if len(parts) == 0 {
		return ""
	}
	n := len(by) * (len(parts) - 1)
	for _, p := range parts {
		n += len(p)
	}
	var b strings.Builder
	b.Grow(n)
	for i, p := range parts {
		if i > 0 {
			b.WriteString(by)
		}
		c.pieces(p, anywhere, func(piece string) { b.WriteString(piece) })
		c.Work(1)
	}
	return b.String()
}

func anywhere(string, int) bool { return true }

// Sorted gives a sorted copy of a list.
func (c *Context) Sorted(l []graph.Value) []graph.Value {
	out := c.clone(l, 0)
	slices.SortStableFunc(out, c.Compare)
	return out
}

// Compare is graph.Compare, counted as work.
func (c *Context) Compare(a, b graph.Value) int {
	c.Work(4)
	return graph.Compare(a, b)
}

// Equal is graph.Equal.
func (c *Context) Equal(a, b graph.Value) graph.Value {
	c.Work(1)
	var n int
	var at func(i int) (x, y graph.Value)
	switch {
	case a.Kind() == graph.KindList && b.Kind() == graph.KindList:
		x, y := a.AsList(), b.AsList()
		if len(x) != len(y) {
			return graph.False
		}
		n, at = len(x), func(i int) (graph.Value, graph.Value) { return x[i], y[i] }
	case a.Kind() == graph.KindMap && b.Kind() == graph.KindMap:
		x, y := a.AsMap(), b.AsMap()
		if x.Len() != y.Len() {
			return graph.False
		}
		for i := range x.Len() {
			k, _ := x.At(i)
			if _, ok := y.Get(k); !ok {
				return graph.False
			}
		}
		n, at = x.Len(), func(i int) (graph.Value, graph.Value) {
			k, v := x.At(i)
			w, _ := y.Get(k)
			return v, w
		}
	default:
		return graph.Equal(a, b)
	}
	result := graph.True
	for i := range n {
		x, y := at(i)
		switch e := c.Equal(x, y); {
		case e.IsNull():
			result = graph.Null
		case !e.IsTrue():
			return graph.False
		}
	}
	return result
}

// Less is graph.Less.
func (c *Context) Less(a, b graph.Value, orEqual bool) graph.Value {
	return graph.LessCounted(a, b, orEqual, func() { c.Work(1) })
}
