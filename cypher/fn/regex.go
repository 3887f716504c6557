package fn

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"regexp/syntax"
	"strings"
	"time"

	"github.com/dlclark/regexp2"

	"graticule/graph"
	"graticule/status"
)

// regexTime bounds one match of an expression that has to go back and forth.
const regexTime = 5 * time.Second

// Regex is a regular expression in the syntax of Java. Those that need no going
// back run in linear time; the rest on an engine that is bounded by time.
type Regex struct {
	linear *regexp.Regexp
	deep   *regexp2.Regexp
}

// needsDeep are the parts of Java's syntax that the linear engine has not, or
// reads otherwise.
var needsDeep = regexp.MustCompile(`\(\?[=!>]|\(\?<[=!]|\\[1-9]|\\k<|[*+?}]\+|&&|\\[GZRXhHvVN]|\[[^\]]*\[|\(\?[a-zA-Z-]*[xudU]`)

// CompileRegex compiles an expression that finds; the error is what is wrong with it.
func CompileRegex(pattern string) (*Regex, error) { return compileRegex(pattern, "", "") }

// CompileMatch compiles an expression that a whole text must match.
func CompileMatch(pattern string) (*Regex, error) {
	if !needsDeep.MatchString(pattern) {
		if _, err := syntax.Parse(pattern, syntax.Perl); err != nil {
			return nil, err
		}
	}
	return compileRegex(pattern, `\A(?:`, `)\z`)
}

func compileRegex(pattern, before, after string) (*Regex, error) {
	if !needsDeep.MatchString(pattern) {
		linear, err := regexp.Compile(before + pattern + after)
		return &Regex{linear: linear}, err
	}
	deep, err := regexp2.Compile(before+possessive(pattern)+after, regexp2.None)
	if err != nil {
		return nil, err
	}
	deep.MatchTimeout = regexTime
	return &Regex{deep: deep}, nil
}

// possessive writes x*+ and its kin as the atomic groups that mean the same.
func possessive(p string) string {
	var out []string // the atoms so far
	var opens []int  // where groups began among them
	for i := 0; i < len(p); {
		atom := i
		switch p[i] {
		case '\\':
			i = min(i+2, len(p))
		case '[':
			for i++; i < len(p) && p[i] != ']'; i++ {
				if p[i] == '\\' {
					i++
				}
			}
			i = min(i+1, len(p))
		case '(':
			opens = append(opens, len(out))
			out = append(out, "(")
			i++
			continue
		case ')':
			i++
			if len(opens) > 0 {
				from := opens[len(opens)-1]
				opens = opens[:len(opens)-1]
				whole := strings.Join(out[from:], "") + ")"
				out = append(out[:from], whole)
			} else {
				out = append(out, ")")
			}
		default:
			i++
		}
		if p[atom] != ')' {
			out = append(out, p[atom:i])
		}
		m := quantifier.FindString(p[i:])
		if m == "" {
			continue
		}
		i += len(m)
		last := len(out) - 1
		if strings.HasSuffix(m, "+") && len(m) > 1 {
			out[last] = "(?>" + out[last] + m[:len(m)-1] + ")"
		} else {
			out[last] += m
		}
	}
	return strings.Join(out, "")
}

var quantifier = regexp.MustCompile(`^(?:[*+?]|\{\d+(?:,\d*)?\})[+?]?`)

// Matches tells whether s matches.
func (r *Regex) Matches(s string) (bool, error) {
	if r.linear != nil {
		return r.linear.MatchString(s), nil
	}
	ok, err := r.deep.MatchString(s)
	if err != nil {
		return false, tooLong()
	}
	return ok, nil
}

// regexLarge is from how many bytes on a text is matched with an eye on the
// statement's end.
const regexLarge = 32 << 10

// MatchesUntil is Matches that gives up, without a meaning, when done is closed. A
// match that goes back and forth is left to end by itself, which it does within
// regexTime.
func (r *Regex) MatchesUntil(s string, done <-chan struct{}) (bool, error) {
	if done == nil || r.linear != nil && len(s) < regexLarge {
		return r.Matches(s)
	}
	if r.linear != nil {
		return r.linear.MatchReader(&untilDone{in: strings.NewReader(s), done: done}), nil
	}
	type outcome struct {
		ok  bool
		err error
	}
	result := make(chan outcome, 1)
	go func() {
		ok, err := r.Matches(s)
		result <- outcome{ok, err}
	}()
	select {
	case o := <-result:
		return o.ok, o.err
	case <-done:
		return false, nil
	}
}

// untilDone ends a text early when done is closed.
type untilDone struct {
	in   *strings.Reader
	done <-chan struct{}
	n    int
}

// ReadRune reads one character.
func (u *untilDone) ReadRune() (rune, int, error) {
	if u.n++; u.n&0xFFF == 0 {
		select {
		case <-u.done:
			return 0, 0, io.EOF
		default:
		}
	}
	return u.in.ReadRune()
}

// tooLong is the error of a match that takes more than regexTime.
func tooLong() error {
	return status.New(status.ExecutionFailed, "50N00", "The regular expression took longer than %v to match", regexTime)
}

// Replace replaces every match in s.
func (r *Regex) Replace(s, replacement string) (string, error) {
	var b strings.Builder
	at := 0
	expand := func(group func(name string) (string, bool)) error {
		rest := 0
		for _, m := range groupReference.FindAllStringSubmatchIndex(replacement, -1) {
			b.WriteString(replacement[rest:m[0]])
			rest = m[1]
			if m[2] < 0 && m[4] < 0 {
				b.WriteString(replacement[m[0]+1 : m[1]])
				continue
			}
			from, to := m[2], m[3]
			if from < 0 {
				from, to = m[4], m[5]
			}
			text, ok := group(replacement[from:to])
			if !ok {
				return status.New(status.ExecutionFailed, "50N00", "No group %s", replacement[from:to])
			}
			b.WriteString(text)
		}
		b.WriteString(replacement[rest:])
		return nil
	}
	if r.linear != nil {
		for _, m := range r.linear.FindAllStringSubmatchIndex(s, -1) {
			b.WriteString(s[at:m[0]])
			at = m[1]
			err := expand(func(name string) (string, bool) {
				i := r.linear.SubexpIndex(name)
				if i < 0 {
					if n, err := fmt.Sscan(name, &i); n != 1 || err != nil || i < 0 {
						return "", false
					}
				}
				if 2*i+1 >= len(m) {
					return "", false
				}
				return s[max(m[2*i], 0):max(m[2*i+1], 0)], true
			})
			if err != nil {
				return "", err
			}
		}
		b.WriteString(s[at:])
		return b.String(), nil
	}
	runes := []rune(s)
	m, err := r.deep.FindStringMatch(s)
	for ; m != nil && err == nil; m, err = r.deep.FindNextMatch(m) {
		b.WriteString(string(runes[at:m.Index]))
		at = m.Index + m.Length
		failed := expand(func(name string) (string, bool) {
			g := m.GroupByName(name)
			return g.String(), g != nil
		})
		if failed != nil {
			return "", failed
		}
	}
	if err != nil {
		return "", tooLong()
	}
	b.WriteString(string(runes[at:]))
	return b.String(), nil
}

// InvalidRegex is the error of a regular expression that cannot be compiled, in
// the words that Java has for it.
func InvalidRegex(pattern graph.Value, err error) error {
	p, text := pattern.AsString(), err.Error()
	var syntactic *syntax.Error
	if errors.As(err, &syntactic) {
		text = string(syntactic.Code)
		near := func(what string, at int) string {
			return fmt.Sprintf("%s near index %d\n%s\n%s^", what, at, p, strings.Repeat(" ", max(at, 0)))
		}
		switch syntactic.Code {
		case syntax.ErrMissingParen:
			text = fmt.Sprintf("Unclosed group near index %d\n%s", len(p), p)
		case syntax.ErrMissingBracket:
			text = near("Unclosed character class", len(p)-1)
		case syntax.ErrMissingRepeatArgument:
			at := max(strings.Index(p, syntactic.Expr), 0)
			text = near(fmt.Sprintf("Dangling meta character '%s'", syntactic.Expr[:1]), at)
		case syntax.ErrUnexpectedParen:
			text = near("Unmatched closing ')'", strings.IndexByte(p, ')')-1)
		case syntax.ErrInvalidRepeatSize:
			text = near("Illegal repetition range", len(p)-1)
		case syntax.ErrTrailingBackslash:
			text = fmt.Sprintf("Unexpected internal error near index %d\n%s", len(p), p)
		}
	}
	return status.New(status.SemanticError, "", "Invalid Regex: %s", text).With("22000", status.Because("22N11", "Invalid argument: cannot process %s.", Literal(pattern)))
}
