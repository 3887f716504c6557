package fn

import (
	"math/rand/v2"
	"time"

	"graticule/graph"
)

// Entities looks into nodes and relationships.
type Entities interface {
	Node(id graph.NodeID) *graph.Node
	Relationship(id graph.RelID) *graph.Relationship
}

// Context is what a function may need beside its arguments.
type Context struct {
	Entities    Entities
	Statement   time.Time // the statement's clock
	Transaction time.Time
	Zone        *time.Location // default time zone
	DatabaseID  string         // for elementId
	Rand        *rand.Rand
	Grow        func(bytes int64) error // counts memory that a value takes, and fails past the limit
}

// Function is one scalar function. Max < 0 means any number of arguments. Unless
// TakesNull is set, a null argument gives null without a call.
type Function struct {
	Name, Category, Signature, Description string
	Min, Max                               int
	TakesNull                              bool
	Eval                                   func(c *Context, args []graph.Value) (graph.Value, error)
}

// Builtins gives the functions by lower-case name.
func Builtins() map[string]*Function {
	all := map[string]*Function{}
	for _, group := range [][]Function{scalars(), maths(), texts(), lists(), entities(), temporals(), spatial(), vectors(), loadCSV()} {
		for i := range group {
			all[lower(group[i].Name)] = &group[i]
		}
	}
	return all
}

// Aggregates names the aggregating functions, lower case.
var Aggregates = map[string]bool{
	"count": true, "sum": true, "avg": true, "min": true, "max": true, "collect": true, "stdev": true, "stdevp": true, "percentilecont": true, "percentiledisc": true,
}

func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c | 0x20
		}
	}
	return string(b)
}
