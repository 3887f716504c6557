package difftest

import (
	"strings"

	"graticule/internal/cases"
)

// rule is one difference that is meant, with its reason.
type rule struct {
	name, reason string
	holds        func(s *Statement, class string, neo, ours *cases.Answer) bool
}

// rules are all of them. A rule must say what it allows as narrowly as it can.
var rules = []rule{
	{"internal failure", "Neo4j fails by itself (its code says so: Neo.DatabaseError), for example on count(*) in the WHERE of a MATCH; we give an answer, or an error that names the mistake",
		func(_ *Statement, _ string, neo, _ *cases.Answer) bool {
			return neo.Failure != nil && strings.HasPrefix(neo.Failure.Code, "Neo.DatabaseError.")
		}},
	{"reverse of a stored list", "reverse() of Neo4j 5.26 refuses lists that come from a property; ours turns them around as any other list",
		func(_ *Statement, _ string, neo, ours *cases.Answer) bool {
			return neo.Failure != nil && strings.HasPrefix(neo.Failure.Message, "Invalid input for function 'reverse()'") && ours.Failure == nil
		}},
	{"timestamp with arguments", "Neo4j finds at run time only that timestamp() takes none, as it is a function of another family there",
		func(_ *Statement, _ string, neo, ours *cases.Answer) bool {
			return ours.Failure != nil && ours.Failure.Message == "Too many parameters for function 'timestamp'" && (neo.Failure == nil || strings.Contains(neo.Failure.Message, "DateTimeFunction"))
		}},
}

// explain gives the name of the rule that allows a difference, "" for none.
func explain(s *Statement, class string, neo, ours *cases.Answer) string {
	for _, r := range rules {
		if r.holds(s, class, neo, ours) {
			return r.name
		}
	}
	return ""
}
