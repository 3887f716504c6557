package status

import (
	"cmp"
	"slices"
	"strings"
)

// Notification is one hint to the client about a statement that worked.
type Notification struct {
	Code              string // such as Neo.ClientNotification.Statement.CartesianProduct
	GQLStatus         string
	Title             string
	Description       string
	Severity          string // "WARNING" or "INFORMATION"
	Category          string // such as "PERFORMANCE"; also called classification
	StatusDescription string
	Position          Position // zero when it is about the whole statement
}

// rank orders by GQLSTATUS class as clients get them: no data, warnings, success, information.
func (n *Notification) rank() int { return ClassRank(n.GQLStatus) }

// ClassRank gives the place of a GQLSTATUS among those of one result: no data,
// warnings, success, information.
func ClassRank(gql string) int {
	return strings.Index("02010003", gql[:2])
}

// NotificationFilter is what a client wants to be told.
type NotificationFilter struct {
	MinimumSeverity string   // "OFF", "WARNING", "INFORMATION" or "" for the default
	Disabled        []string // categories not wanted, upper case
}

// Or gives f, with what it does not say taken from g.
func (f NotificationFilter) Or(g NotificationFilter) NotificationFilter {
	if f.MinimumSeverity == "" {
		f.MinimumSeverity = g.MinimumSeverity
	}
	if f.Disabled == nil {
		f.Disabled = g.Disabled
	}
	return f
}

// Select gives the notifications a client wants, in the order it gets them. all is left as it is.
func (f NotificationFilter) Select(all []Notification) []Notification {
	if len(all) == 0 || strings.EqualFold(f.MinimumSeverity, "OFF") {
		return nil
	}
	var out []Notification
	for _, n := range all {
		unwanted := strings.EqualFold(f.MinimumSeverity, "WARNING") && n.Severity != "WARNING" ||
			slices.ContainsFunc(f.Disabled, func(c string) bool { return strings.EqualFold(c, n.Category) })
		if !unwanted {
			out = append(out, n)
		}
	}
	slices.SortStableFunc(out, func(a, b Notification) int { return cmp.Compare(a.rank(), b.rank()) })
	return out
}
