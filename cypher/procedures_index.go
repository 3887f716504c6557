package cypher

import (
	"context"
	"errors"
	"fmt"
	"time"

	"graticule/cypher/exec"
	"graticule/graph"
	"graticule/status"
)

// causedBy is an error of a procedure as clients of Neo4j know it: with the
// class of its cause.
type causedBy struct{ class, text string }

func (e *causedBy) Error() string     { return e.text }
func (e *causedBy) ClassName() string { return e.class }

func illegalArgument(format string, args ...any) error {
	return &causedBy{"java.lang.IllegalArgumentException", fmt.Sprintf(format, args...)}
}

func mustNotBeNull(name string) error {
	return &causedBy{"java.lang.NullPointerException", "'" + name + "' must not be null"}
}

// indexProcedures are those about indexes and what they search.
func indexProcedures() []*exec.Procedure {
	const fulltextNotes = "Valid _key: value_ pairs for the `options` map are:\n\n* 'skip' -- to skip the top N results.\n* 'limit' -- to limit the number of results returned.\n* 'analyzer' -- to use the specified analyzer as a search analyzer for this query.\n\n" +
		"The `options` map and any of the keys are optional.\nAn example of the `options` map: `{skip: 30, limit: 10, analyzer: 'whitespace'}`\n"
	const vectorNotes = "Returns requested number of nearest neighbors to the provided query vector,\nand their similarity score to that query vector, based on the configured similarity function for the index.\nThe similarity score is a value between [0, 1]; where 0 indicates least similar, 1 most similar.\n"
	nothing := func(*exec.ProcedureContext, []graph.Value) ([][]graph.Value, error) { return nil, nil }
	return []*exec.Procedure{
		{Name: "db.awaitIndexes", Signature: "db.awaitIndexes(timeOutSeconds = 300 :: INTEGER)", Description: "Wait for all indexes to come online (for example: CALL db.awaitIndexes(300)).", Mode: "READ", System: true, Inputs: []string{"timeOutSeconds"}, Optional: 1,
			Call: func(c *exec.ProcedureContext, a []graph.Value) ([][]graph.Value, error) {
				return nil, await(c, a, 0, indexNames(c.Graph))
			}},
		{Name: "db.awaitIndex", Signature: "db.awaitIndex(indexName :: STRING, timeOutSeconds = 300 :: INTEGER)", Description: "Wait for an index to come online (for example: CALL db.awaitIndex(\"MyIndex\", 300)).", Mode: "READ", System: true, Inputs: []string{"indexName", "timeOutSeconds"}, Optional: 1,
			Call: func(c *exec.ProcedureContext, a []graph.Value) ([][]graph.Value, error) {
				if err := indexMustExist(c.Graph, a[0]); err != nil {
					return nil, err
				}
				return nil, await(c, a, 1, []string{a[0].AsString()})
			}},
		// Estimates are made from the indexes themselves: there are no samples that could be old.
		{Name: "db.resampleIndex", Signature: "db.resampleIndex(indexName :: STRING)", Description: "Schedule resampling of an index (for example: CALL db.resampleIndex(\"MyIndex\")).", Mode: "READ", System: true, Inputs: []string{"indexName"},
			Call: func(c *exec.ProcedureContext, a []graph.Value) ([][]graph.Value, error) {
				return nil, indexMustExist(c.Graph, a[0])
			}},
		{Name: "db.resampleOutdatedIndexes", Signature: "db.resampleOutdatedIndexes()", Description: "Schedule resampling of all outdated indexes.", Mode: "READ", System: true, Call: nothing},
		{Name: "db.prepareForReplanning", Signature: "db.prepareForReplanning(timeOutSeconds = 300 :: INTEGER)", Description: "Triggers an index resample and waits for it to complete, and after that clears query caches. After this procedure has finished queries will be planned using the latest database statistics.", Mode: "READ", System: true, Admin: true, Inputs: []string{"timeOutSeconds"}, Optional: 1, Call: nothing},

		{Name: "db.index.fulltext.queryNodes", Signature: "db.index.fulltext.queryNodes(indexName :: STRING, queryString :: STRING, options = {} :: MAP) :: (node :: NODE, score :: FLOAT)",
			Description: "Query the given full-text index. Returns the matching nodes and their Lucene query score, ordered by score.\n" + fulltextNotes, Mode: "READ", System: true,
			Inputs: []string{"indexName", "queryString", "options"}, Optional: 1, Outputs: []string{"node", "score"}, Call: queryText(false)},
		{Name: "db.index.fulltext.queryRelationships", Signature: "db.index.fulltext.queryRelationships(indexName :: STRING, queryString :: STRING, options = {} :: MAP) :: (relationship :: RELATIONSHIP, score :: FLOAT)",
			Description: "Query the given full-text index. Returns the matching relationships and their Lucene query score, ordered by score.\n" + fulltextNotes, Mode: "READ", System: true,
			Inputs: []string{"indexName", "queryString", "options"}, Optional: 1, Outputs: []string{"relationship", "score"}, Call: queryText(true)},
		{Name: "db.index.fulltext.listAvailableAnalyzers", Signature: "db.index.fulltext.listAvailableAnalyzers() :: (analyzer :: STRING, description :: STRING, stopwords :: LIST<STRING>)",
			Description: "List the available analyzers that the full-text indexes can be configured with.", Mode: "READ", System: true, Outputs: []string{"analyzer", "description", "stopwords"},
			Call: func(c *exec.ProcedureContext, _ []graph.Value) ([][]graph.Value, error) {
				all, err := c.Graph.TextAnalyzers()
				var rows [][]graph.Value
				for _, a := range all {
					rows = append(rows, []graph.Value{graph.String(a.Name), graph.String(a.Description), graph.Strings(a.Stopwords)})
				}
				return rows, err
			}},
		// Full-text indexes change with the data they are on, whatever their configuration says.
		{Name: "db.index.fulltext.awaitEventuallyConsistentIndexRefresh", Signature: "db.index.fulltext.awaitEventuallyConsistentIndexRefresh()",
			Description: "Wait for the updates from recently committed transactions to be applied to any eventually-consistent full-text indexes.", Mode: "READ", System: true, Call: nothing},

		{Name: "db.index.vector.queryNodes", Signature: "db.index.vector.queryNodes(indexName :: STRING, numberOfNearestNeighbours :: INTEGER, query :: ANY) :: (node :: NODE, score :: FLOAT)",
			Description: "Query the given node vector index.\n" + vectorNotes, Mode: "READ", Inputs: []string{"indexName", "numberOfNearestNeighbours", "query"}, Outputs: []string{"node", "score"}, Call: queryVector(false)},
		{Name: "db.index.vector.queryRelationships", Signature: "db.index.vector.queryRelationships(indexName :: STRING, numberOfNearestNeighbours :: INTEGER, query :: ANY) :: (relationship :: RELATIONSHIP, score :: FLOAT)",
			Description: "Query the given relationship vector index.\n" + vectorNotes, Mode: "READ", Inputs: []string{"indexName", "numberOfNearestNeighbours", "query"}, Outputs: []string{"relationship", "score"}, Call: queryVector(true)},
		{Name: "db.index.vector.createNodeIndex", Signature: "db.index.vector.createNodeIndex(indexName :: STRING, label :: STRING, propertyKey :: STRING, vectorDimension :: INTEGER, vectorSimilarityFunction :: STRING)",
			Description: "Create a named node vector index for the specified label and property with the given vector dimensionality using either the EUCLIDEAN or COSINE similarity function.\nBoth similarity functions are case-insensitive.\nUse the `db.index.vector.queryNodes` procedure to query the named index.\n",
			Mode:        "SCHEMA", Inputs: []string{"indexName", "label", "propertyKey", "vectorDimension", "vectorSimilarityFunction"}, Call: createVectorIndex},
		{Name: "db.create.setNodeVectorProperty", Signature: "db.create.setNodeVectorProperty(node :: NODE, key :: STRING, vector :: ANY)", Description: "Set a vector property on a given node in a more space efficient representation than Cypher's SET.", Mode: "WRITE",
			Inputs: []string{"node", "key", "vector"}, Call: setVector("node", false)},
		{Name: "db.create.setRelationshipVectorProperty", Signature: "db.create.setRelationshipVectorProperty(relationship :: RELATIONSHIP, key :: STRING, vector :: ANY)", Description: "Set a vector property on a given relationship in a more space efficient representation than Cypher's SET.", Mode: "WRITE",
			Inputs: []string{"relationship", "key", "vector"}, Call: setVector("relationship", false)},
		{Name: "db.create.setVectorProperty", Signature: "db.create.setVectorProperty(node :: NODE, key :: STRING, vector :: ANY) :: (node :: NODE)", Description: "Set a vector property on a given node in a more space efficient representation than Cypher's SET.", Mode: "WRITE",
			Inputs: []string{"node", "key", "vector"}, Outputs: []string{"node"}, Call: setVector("node", true)},
	}
}

func indexNames(g exec.Graph) []string {
	var out []string
	for _, d := range g.Indexes() {
		out = append(out, d.Name)
	}
	return out
}

func indexMustExist(g exec.Graph, name graph.Value) error {
	if name.Kind() == graph.KindString {
		for _, n := range indexNames(g) {
			if n == name.AsString() {
				return nil
			}
		}
		return status.New("Neo.ClientError.Schema.IndexNotFound", "50N42", "No such index '%s'", name.AsString())
	}
	return mustNotBeNull("indexName")
}

// await waits for indexes as long as argument i says.
func await(c *exec.ProcedureContext, args []graph.Value, i int, names []string) error {
	seconds := int64(300)
	if len(args) > i && args[i].Kind() == graph.KindInt {
		seconds = args[i].AsInt()
	}
	ctx, cancel := context.WithTimeout(c.Context, time.Duration(seconds)*time.Second)
	defer cancel()
	for _, n := range names {
		err := c.Graph.AwaitIndexes(ctx, n)
		switch {
		case err != nil && c.Context.Err() != nil:
			return context.Cause(c.Context)
		case err != nil:
			return status.New("Neo.ClientError.Procedure.ProcedureTimedOut", "50N42", "Index '%s' not online within %d SECONDS", n, seconds)
		}
	}
	return nil
}

// searchIndex finds the index of a search by name.
func searchIndex(g exec.Graph, name graph.Value, kind graph.IndexType, what string, relationships bool) (graph.Index, error) {
	if name.Kind() != graph.KindString {
		return graph.Index{}, mustNotBeNull("indexName")
	}
	for _, d := range g.Indexes() {
		if d.Name != name.AsString() || d.Type != kind {
			continue
		}
		if d.Relationship != relationships {
			on, asked := "NODE", "relationships"
			if d.Relationship {
				on, asked = "RELATIONSHIP", "nodes"
			}
			return d, illegalArgument("The '%s' index is an index on %s, so it cannot be queried for %s.", d.Name, on, asked)
		}
		return d, nil
	}
	return graph.Index{}, illegalArgument("There is no such %s schema index: %s", what, name.AsString())
}

func hitRows(hits []graph.Hit, relationships bool) [][]graph.Value {
	rows := make([][]graph.Value, len(hits))
	for i, h := range hits {
		entity := graph.NodeRef(graph.NodeID(h.ID))
		if relationships {
			entity = graph.RelRef(graph.RelID(h.ID))
		}
		rows[i] = []graph.Value{entity, graph.Float(h.Score)}
	}
	return rows
}

func queryText(relationships bool) func(*exec.ProcedureContext, []graph.Value) ([][]graph.Value, error) {
	return func(c *exec.ProcedureContext, a []graph.Value) ([][]graph.Value, error) {
		d, err := searchIndex(c.Graph, a[0], graph.IndexFulltext, "fulltext", relationships)
		if err != nil {
			return nil, err
		}
		if a[1].Kind() != graph.KindString {
			return nil, mustNotBeNull("queryString")
		}
		o := graph.TextSearch{Limit: -1}
		if len(a) > 2 && a[2].Kind() == graph.KindMap {
			for key, field := range map[string]*int{"skip": &o.Skip, "limit": &o.Limit} {
				v, ok := a[2].AsMap().Get(key)
				switch {
				case !ok || v.IsNull():
				case v.Kind() != graph.KindInt:
					return nil, illegalArgument("Expected '%s' to be an INTEGER but it was %v.", key, v.Kind())
				case v.AsInt() < 0:
					return nil, &causedBy{"java.lang.IllegalStateException", fmt.Sprintf("%s argument cannot be negative: %d.", map[string]string{"skip": "Skip", "limit": "Limit"}[key], v.AsInt())}
				default:
					*field = int(v.AsInt())
				}
			}
			if v, ok := a[2].AsMap().Get("analyzer"); ok && v.Kind() == graph.KindString {
				o.Analyzer = v.AsString()
			}
		}
		hits, err := c.Graph.SearchText(c.Context, d.ID, a[1].AsString(), o)
		var syntax interface{ TextQuerySyntax() }
		if errors.As(err, &syntax) {
			err = &causedBy{"org.apache.lucene.queryparser.classic.ParseException", err.Error()}
		}
		return hitRows(hits, relationships), err
	}
}

// floats gives a list of numbers as a vector; ok=false when v is something else.
func floats(v graph.Value) (out []float32, ok bool) {
	list := v.AsListOrNil()
	switch v.Kind() {
	case graph.KindVector:
		list = v.Coordinates()
	case graph.KindList:
	default:
		return nil, false
	}
	for _, e := range list {
		if !e.IsNumber() {
			return nil, false
		}
		out = append(out, float32(e.Number()))
	}
	return out, true
}

func queryVector(relationships bool) func(*exec.ProcedureContext, []graph.Value) ([][]graph.Value, error) {
	return func(c *exec.ProcedureContext, a []graph.Value) ([][]graph.Value, error) {
		d, err := searchIndex(c.Graph, a[0], graph.IndexVector, "vector", relationships)
		switch {
		case err != nil:
			return nil, err
		case a[1].Kind() != graph.KindInt || a[1].AsInt() <= 0:
			return nil, illegalArgument("'numberOfNearestNeighbours' must be positive")
		case a[2].IsNull():
			return nil, mustNotBeNull("query")
		}
		query, ok := floats(a[2])
		if !ok {
			return nil, illegalArgument("Vector must only contain finite values. Provided: %s", prettyValue(a[2]))
		}
		if n := settingOf(d, "vector.dimensions"); n.Kind() == graph.KindInt && int(n.AsInt()) != len(query) {
			return nil, illegalArgument("Index query vector has %d dimensions, but indexed vectors have %d.", len(query), n.AsInt())
		}
		if !validVector(query, settingOf(d, "vector.similarity_function")) {
			return nil, illegalArgument("Vector must only contain finite values, and have positive and finite l2-norm. Provided: %s", prettyValue(a[2]))
		}
		hits, err := c.Graph.SearchVector(c.Context, d.ID, query, int(min(a[1].AsInt(), 1<<30)))
		return hitRows(hits, relationships), err
	}
}

func settingOf(d graph.Index, key string) graph.Value {
	c, _ := d.Options.Get("indexConfig")
	if c.Kind() != graph.KindMap {
		return graph.Null
	}
	v, _ := c.AsMap().Get(key)
	return v
}

func validVector(v []float32, similarity graph.Value) bool {
	var norm float64
	for _, x := range v {
		norm += float64(x) * float64(x)
	}
	finite := len(v) > 0 && norm-norm == 0
	return finite && (norm > 0 || similarity.Kind() == graph.KindString && similarity.AsString() == "EUCLIDEAN")
}

func createVectorIndex(c *exec.ProcedureContext, a []graph.Value) ([][]graph.Value, error) {
	for i, name := range []string{"indexName", "label", "propertyKey", "vectorDimension", "vectorSimilarityFunction"} {
		if a[i].IsNull() {
			return nil, mustNotBeNull(name)
		}
	}
	settings := graph.NewMap(2)
	settings.Put("vector.dimensions", a[3])
	settings.Put("vector.similarity_function", a[4])
	full, err := vectorConfig(settings)
	if err != nil {
		return nil, err
	}
	options := graph.NewMap(2)
	options.Put("indexConfig", graph.MapOf(full))
	options.Put("indexProvider", graph.String("vector-1.0"))
	_, err = c.Graph.CreateIndex(graph.Index{Name: a[0].AsString(), Type: graph.IndexVector, Labels: []string{a[1].AsString()}, Properties: []string{a[2].AsString()}, Options: options})
	return nil, err
}

// setVector stores a vector with the precision an index has; with yield the entity is the row.
func setVector(entity string, yield bool) func(*exec.ProcedureContext, []graph.Value) ([][]graph.Value, error) {
	return func(c *exec.ProcedureContext, a []graph.Value) ([][]graph.Value, error) {
		for i, name := range []string{entity, "key", "vector"} {
			if a[i].IsNull() {
				return nil, mustNotBeNull(name)
			}
		}
		v, ok := floats(a[2])
		if norm := validVector(v, graph.String("EUCLIDEAN")); !ok || !norm {
			return nil, illegalArgument("Vector must only contain finite values. Provided: %s", prettyValue(a[2]))
		}
		stored := make([]graph.Value, len(v))
		for i, x := range v {
			stored[i] = graph.Float(float64(x))
		}
		key, err := c.Graph.EnsureKey(a[1].AsString())
		if err != nil {
			return nil, err
		}
		switch {
		case entity == "node" && a[0].Kind() == graph.KindNode:
			_, err = c.Graph.SetNodeProperty(a[0].NodeID(), key, graph.List(stored))
		case entity != "node" && a[0].Kind() == graph.KindRel:
			_, err = c.Graph.SetRelProperty(a[0].RelID(), key, graph.List(stored))
		default:
			err = illegalArgument("'%s' must be a %s", entity, entity)
		}
		if yield {
			return [][]graph.Value{{a[0]}}, err
		}
		return nil, err
	}
}
