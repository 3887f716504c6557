package fn

import (
	"time"

	"graticule/graph"
)

// Entities looks into nodes and relationships.
type Entities interface {
	Node(id graph.NodeID) *graph.Node
	Relationship(id graph.RelID) *graph.Relationship
	Labels(id graph.NodeID) (list graph.Value, ok bool) // ok=false when the node is gone
	RelationshipType(id graph.RelID) string             // "" when it is not known
	Ends(id graph.RelID) (start, end graph.NodeID, ok bool)
}

// Context is what a function may need beside its arguments.
type Context struct {
	Entities    Entities
	Version     int       // of the language, 5 or 25
	Statement   time.Time // the statement's clock
	Transaction time.Time
	Zone        *time.Location          // default time zone
	DatabaseID  string                  // for elementId
	Room        func(bytes int64) error // fails when a value of so many bytes cannot be made; may be nil
	Alive       func() error            // fails when the statement was ended; may be nil
	Done        <-chan struct{}         // closed when the statement was ended; may be nil

	work int // since the last look at whether the statement goes on
}

func (c *Context) room(bytes int64) error {
	if c.Room == nil {
		return nil
	}
	return c.Room(bytes)
}

// Function is one scalar function. Max < 0 means any number of arguments. Unless
// TakesNull is set, a null argument gives null without a call.
type Function struct {
	Name, Category, Signature, Description string
	Signature25                            string // in Cypher 25
	Since                                  int    // 25 when Cypher 5 does not have it
	Min, Max                               int
	Max25                                  int // of Cypher 25 where that takes more
	TakesNull                              bool
	Eval                                   func(c *Context, args []graph.Value) (graph.Value, error)
	Float                                  func(float64) float64 // what Eval computes of one number; nil where it does anything else
}

// Builtins gives the functions by lower-case name.
func Builtins() map[string]*Function {
	all := map[string]*Function{}
	for _, group := range [][]Function{scalars(), conversions(), maths(), texts(), lists(), collections(), entities(), temporals(), spatial(), vectors(), uuids(), loadCSV()} {
		for i := range group {
			f := &group[i]
			describe(f)
			eval := f.Eval
			f.Eval = func(c *Context, a []graph.Value) (graph.Value, error) {
				v, err := eval(c, a)
				if err != nil && c.Version == 25 {
					err = for25(f, a, err)
				}
				return v, err
			}
			all[lower(f.Name)] = f
		}
	}
	for alias, name := range aliases {
		f := *all[name]
		f.Name = alias
		f.Signature, f.Since = "", 0
		describe(&f)
		all[lower(alias)] = &f
	}
	return all
}

// aliases are the names that GQL has for functions, by which Cypher 25 also knows them.
var aliases = map[string]string{
	"ceiling": "ceil", "ln": "log", "local_time": "localtime", "local_datetime": "localdatetime", "zoned_time": "time", "zoned_datetime": "datetime",
	"duration_between": "duration.between", "path_length": "length",
}

// Aggregates names the aggregating functions, lower case.
var Aggregates = map[string]bool{
	"count": true, "sum": true, "avg": true, "min": true, "max": true, "collect": true, "stdev": true, "stdevp": true, "percentilecont": true, "percentiledisc": true,
	"collect_list": true, "percentile_cont": true, "percentile_disc": true, "stdev_samp": true, "stdev_pop": true,
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
