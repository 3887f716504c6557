package shell

import (
	"bufio"
	"fmt"
	"strings"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

// writeFooter tells how many rows there were, how long they took and what the
// statement changed.
func writeFooter(w *bufio.Writer, rows int64, s neo4j.ResultSummary) {
	noun := "rows"
	if rows == 1 {
		noun = "row"
	}
	fmt.Fprintf(w, "%d %s\nready to start consuming query after %d ms, results consumed after another %d ms\n",
		rows, noun, max(0, s.ResultAvailableAfter().Milliseconds()), max(0, s.ResultConsumedAfter().Milliseconds()))
	if changes := describeChanges(s.Counters()); changes != "" {
		w.WriteString(changes + "\n")
	}
}

func describeChanges(c neo4j.Counters) string {
	if c == nil {
		return ""
	}
	var parts []string
	for _, p := range []struct {
		verb, noun string
		n          int
	}{
		{"Added", "nodes", c.NodesCreated()},
		{"Deleted", "nodes", c.NodesDeleted()},
		{"Created", "relationships", c.RelationshipsCreated()},
		{"Deleted", "relationships", c.RelationshipsDeleted()},
		{"Set", "properties", c.PropertiesSet()},
		{"Added", "labels", c.LabelsAdded()},
		{"Removed", "labels", c.LabelsRemoved()},
		{"Added", "indexes", c.IndexesAdded()},
		{"Removed", "indexes", c.IndexesRemoved()},
		{"Added", "constraints", c.ConstraintsAdded()},
		{"Removed", "constraints", c.ConstraintsRemoved()},
	} {
		if p.n != 0 {
			parts = append(parts, fmt.Sprintf("%s %d %s", p.verb, p.n, p.noun))
		}
	}
	return strings.Join(parts, ", ")
}

// writeNotifications prints the server's hints, worst first as they came.
func writeNotifications(w *bufio.Writer, s neo4j.ResultSummary) {
	var statuses []string
	for _, g := range s.GqlStatusObjects() {
		if g.IsNotification() {
			statuses = append(statuses, g.GqlStatus())
		}
	}
	for i, n := range s.Notifications() {
		level := "info"
		if n.RawSeverityLevel() == "WARNING" {
			level = "warn"
		}
		fmt.Fprintf(w, "\n%s: %s\n", level, n.Description())
		if len(statuses) == len(s.Notifications()) {
			fmt.Fprintf(w, "%s (%s)\n", statuses[i], n.Code())
		} else {
			fmt.Fprintf(w, "(%s)\n", n.Code())
		}
	}
	if len(s.Notifications()) > 0 {
		w.WriteByte('\n')
	}
}
