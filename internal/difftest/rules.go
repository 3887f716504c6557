package difftest

import "graticule/internal/cases"

// rule is one difference that is meant, with its reason.
type rule struct {
	name, reason string
	holds        func(s *Statement, class string, neo, ours *cases.Answer) bool
}

// rules are all of them. A rule must say what it allows as narrowly as it can.
var rules []rule

// explain gives the name of the rule that allows a difference, "" for none.
func explain(s *Statement, class string, neo, ours *cases.Answer) string {
	for _, r := range rules {
		if r.holds(s, class, neo, ours) {
			return r.name
		}
	}
	return ""
}
