package fn

import "graticule/graph"

// loadCSV are the functions that tell where LOAD CSV is: the runtime answers
// them; elsewhere they give null.
func loadCSV() []Function {
	nothing := func(*Context, []graph.Value) (graph.Value, error) { return graph.Null, nil }
	return []Function{
		{Name: "file", Category: "Load CSV", Signature: "file() :: STRING", Description: "Returns the absolute path of the file that LOAD CSV is using.", Eval: nothing},
		{Name: "linenumber", Category: "Load CSV", Signature: "linenumber() :: INTEGER", Description: "Returns the line number that LOAD CSV is currently using.", Eval: nothing},
	}
}
