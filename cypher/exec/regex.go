package exec

import (
	"fmt"
	"strings"
	"time"

	"github.com/dlclark/regexp2"

	"graticule/cypher/fn"
	"graticule/graph"
	"graticule/status"
)

// regexTimeout is how long one match may take: the expressions of Java, which
// may look back, can be made to run for ever.
const regexTimeout = 5 * time.Second

// wholeMatch compiles a regular expression that has to match a whole string.
func wholeMatch(pattern string) (*regexp2.Regexp, error) {
	pattern = possessive(pattern)
	if _, err := regexp2.Compile(pattern, regexp2.None); err != nil { // by itself, so that nothing in it closes what is put around
		return nil, invalidRegex(pattern, err)
	}
	re, err := regexp2.Compile(`\A(?:`+pattern+`)\z`, regexp2.None)
	if err != nil {
		return nil, invalidRegex(pattern, err)
	}
	re.MatchTimeout = regexTimeout
	return re, nil
}

// possessive writes the quantifiers of Java that give nothing back, such as a*+,
// as groups that give nothing back.
func possessive(pattern string) string {
	var out []rune
	atom := -1 // where the last atom begins in out
	var open []int
	quantified := false
	rs := []rune(pattern)
	for i := 0; i < len(rs); i++ {
		r := rs[i]
		switch {
		case r == '\\' && i+1 < len(rs):
			atom, quantified = len(out), false
			out = append(out, r, rs[i+1])
			i++
		case r == '[':
			atom, quantified = len(out), false
			out = append(out, r)
			for i++; i < len(rs) && (rs[i] != ']' || rs[i-1] == '[' && i == 1); i++ {
				out = append(out, rs[i])
				if rs[i] == '\\' && i+1 < len(rs) {
					i++
					out = append(out, rs[i])
				}
			}
			if i < len(rs) {
				out = append(out, ']')
			}
		case r == '(':
			open = append(open, len(out))
			out, atom, quantified = append(out, r), -1, false
		case r == ')':
			if n := len(open); n > 0 {
				atom, open = open[n-1], open[:n-1]
			}
			out, quantified = append(out, r), false
		case r == '+' && quantified && atom >= 0: // a quantifier before it
			group := append([]rune("(?>"), out[atom:]...)
			out = append(append(out[:atom:atom], group...), ')')
			quantified = false
		case r == '*' || r == '+' || r == '?':
			out, quantified = append(out, r), !quantified
		case r == '{':
			for ; i < len(rs) && rs[i] != '}'; i++ {
				out = append(out, rs[i])
			}
			out, quantified = append(out, '}'), true
		default:
			atom, quantified = len(out), false
			out = append(out, r)
		}
	}
	return string(out)
}

func matches(re *regexp2.Regexp, s string) (graph.Value, error) {
	ok, err := re.MatchString(s)
	if err != nil {
		return graph.Null, status.New(status.ArgumentError, "50N42", "The regular expression '%s' took longer than %v on one string.", re.String(), regexTimeout)
	}
	return graph.Bool(ok), nil
}

// invalidRegex is the error of a regular expression that cannot be compiled.
func invalidRegex(pattern string, err error) error {
	text := err.Error()
	if strings.Contains(text, "closing )") || strings.Contains(text, "not enough )") {
		text = fmt.Sprintf("Unclosed group near index %d\n%s", len(pattern), pattern)
	}
	return status.New(status.SemanticError, "", "Invalid Regex: %s", text).With("22000", status.Because("22N11", "Invalid argument: cannot process %s.", fn.Literal(graph.String(pattern))))
}
