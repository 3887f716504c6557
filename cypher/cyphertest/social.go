package cyphertest

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"graticule/graph"
)

// Social is a synthetic social network: (:User {id, age, completion_percentage,
// gender}) joined by FRIEND, with a power-law of degrees, an index on User(id),
// and the same graph for the same seed. Its sizes follow Pokec as mgbench uses it
// (https://github.com/memgraph/memgraph, tests/mgbench).
type Social struct {
	Nodes, Rels int
	Seed        uint64
}

// The two sizes that benchmarks use.
var (
	Small  = Social{Nodes: 10_000, Rels: 121_716, Seed: 1}
	Medium = Social{Nodes: 100_000, Rels: 1_768_515, Seed: 1}
)

// User gives the properties of the i-th user.
func (s Social) User(i int) *graph.Map {
	r := rand.New(rand.NewPCG(s.Seed, uint64(i)))
	m := graph.NewMap(4)
	m.Put("id", graph.Int(int64(i)))
	m.Put("age", graph.Int(int64(r.IntN(80))))
	m.Put("completion_percentage", graph.Int(int64(r.IntN(101))))
	m.Put("gender", graph.String([]string{"man", "woman"}[r.IntN(2)]))
	return m
}

// Friends calls emit for each relationship.
func (s Social) Friends(emit func(from, to int) error) error {
	r := rand.New(rand.NewPCG(s.Seed, 1<<40))
	skewed := func() int { // density falls with the square root of the rank
		u := r.Float64()
		return int(math.Min(float64(s.Nodes-1), u*u*float64(s.Nodes)))
	}
	place := r.Perm(s.Nodes) // a popular user is anywhere in the order of ids
	for range s.Rels {
		if err := emit(r.IntN(s.Nodes), place[skewed()]); err != nil {
			return err
		}
	}
	return nil
}

// Load fills d in batches of rows, and gives the number of rows.
func (s Social) Load(d *Database) (int, error) {
	ctx := context.Background()
	if _, err := d.Run(ctx, "CREATE INDEX FOR (u:User) ON (u.id)", nil); err != nil {
		return 0, err
	}
	const batch = 10_000
	var rows []graph.Value
	count := 0
	flush := func(query string) error {
		params := graph.NewMap(1)
		params.Put("rows", graph.List(rows))
		_, err := d.Run(ctx, query, params)
		count += len(rows)
		rows = nil
		if err != nil {
			return fmt.Errorf("%s: %w", query, err)
		}
		return nil
	}
	const createUsers = "UNWIND $rows AS row CREATE (u:User) SET u = row"
	for i := range s.Nodes {
		rows = append(rows, graph.MapOf(s.User(i)))
		if len(rows) == batch {
			if err := flush(createUsers); err != nil {
				return 0, err
			}
		}
	}
	if err := flush(createUsers); err != nil {
		return 0, err
	}
	const createFriends = "UNWIND $rows AS row MATCH (a:User {id: row[0]}), (b:User {id: row[1]}) CREATE (a)-[:FRIEND]->(b)"
	err := s.Friends(func(from, to int) error {
		rows = append(rows, graph.List([]graph.Value{graph.Int(int64(from)), graph.Int(int64(to))}))
		if len(rows) == batch {
			return flush(createFriends)
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return count, flush(createFriends)
}

// Template is one query of the benchmark; those with $id run for many users.
type Template struct{ Name, Query string }

// Templates are mgbench's query templates over a Social graph.
var Templates = []Template{
	{"single_vertex_read", "MATCH (n:User {id: $id}) RETURN n"},
	{"aggregate", "MATCH (n:User) RETURN n.age, count(*)"},
	{"aggregate_filter", "MATCH (n:User) WHERE n.age >= 18 RETURN n.age, count(*)"},
	{"aggregate_count", "MATCH (n) RETURN count(n), count(n.age)"},
	{"aggregate_count_filter", "MATCH (n) WHERE n.age >= 18 RETURN count(n), count(n.age)"},
	{"min_max_avg", "MATCH (n) RETURN min(n.age), max(n.age), avg(n.age)"},
	{"count_distinct_age", "MATCH (n:User) RETURN count(DISTINCT n.age)"},
	{"expansion_1", "MATCH (s:User {id: $id})-->(n:User) RETURN n.id"},
	{"expansion_1_filter", "MATCH (s:User {id: $id})-->(n:User) WHERE n.age >= 18 RETURN n.id"},
	{"expansion_2", "MATCH (s:User {id: $id})-->()-->(n:User) RETURN DISTINCT n.id"},
	{"expansion_2_filter", "MATCH (s:User {id: $id})-->()-->(n:User) WHERE n.age >= 18 RETURN DISTINCT n.id"},
	{"expansion_3", "MATCH (s:User {id: $id})-->()-->()-->(n:User) RETURN DISTINCT n.id"},
	{"expansion_3_filter", "MATCH (s:User {id: $id})-->()-->()-->(n:User) WHERE n.age >= 18 RETURN DISTINCT n.id"},
	{"expansion_3_count", "MATCH (s:User {id: $id})-->()-->()-->(n:User) RETURN count(DISTINCT n)"},
	{"expansion_4", "MATCH (s:User {id: $id})-->()-->()-->()-->(n:User) RETURN DISTINCT n.id"},
	{"expansion_4_filter", "MATCH (s:User {id: $id})-->()-->()-->()-->(n:User) WHERE n.age >= 18 RETURN DISTINCT n.id"},
	{"expansion_4_count", "MATCH (s:User {id: $id})-->()-->()-->()-->(n:User) RETURN count(DISTINCT n)"},
	{"neighbours_2", "MATCH (s:User {id: $id})-[*1..2]->(n:User) RETURN DISTINCT n.id"},
	{"neighbours_2_filter", "MATCH (s:User {id: $id})-[*1..2]->(n:User) WHERE n.age >= 18 RETURN DISTINCT n.id"},
	{"neighbours_2_data", "MATCH (s:User {id: $id})-[*1..2]->(n:User) RETURN DISTINCT n.id, n"},
	{"neighbours_2_data_filter", "MATCH (s:User {id: $id})-[*1..2]->(n:User) WHERE n.age >= 18 RETURN DISTINCT n.id, n"},
	{"neighbours_3_data_filter", "MATCH (s:User {id: $id})-[*1..3]->(n:User) WHERE n.age >= 18 RETURN DISTINCT n.id, n"},
	{"pattern_cycle", "MATCH (n:User {id: $id})-[e1]->(m)-[e2]->(n) RETURN e1, m, e2"},
	{"pattern_long", "MATCH (n1:User {id: $id})-[e1]->(n2)-[e2]->(n3)-[e3]->(n4)<-[e4]-(n5) RETURN n5 LIMIT 1"},
	{"pattern_short", "MATCH (n:User {id: $id})-[e]->(m) RETURN m LIMIT 1"},
	{"shortest_path", "MATCH (n:User {id: $id}), (m:User {id: $to}) WHERE n <> m MATCH p = shortestPath((n)-[*..15]->(m)) RETURN length(p)"},
	{"shortest_path_filter", "MATCH (n:User {id: $id}), (m:User {id: $to}) WHERE n <> m MATCH p = shortestPath((n)-[*..15]->(m)) WHERE all(x IN nodes(p)[1..-1] WHERE x.age >= 18) RETURN length(p)"},
	{"all_shortest_paths", "MATCH (n:User {id: $id}), (m:User {id: $to}) WHERE n <> m MATCH p = allShortestPaths((n)-[*..2]->(m)) RETURN length(p)"},
	{"two_hop_paths", "MATCH (a:User)-->(b:User)-->(c:User) RETURN count(*)"},
	{"seeded_triangles", "MATCH (a:User {id: $id})-->(b)-->(c)-->(a) RETURN count(*)"},
	{"order_by_age", "MATCH (n:User) RETURN n.id, n.age ORDER BY n.age, n.id LIMIT 20"},
	{"count_edges", "MATCH ()-[r]->() RETURN count(r)"},
	{"count_nodes", "MATCH (n:User) RETURN count(*)"},
	{"top_followed", "MATCH (a)-->(b:User) RETURN b.id, count(*) AS c ORDER BY c DESC, b.id LIMIT 10"},
	{"unlabelled_scan", "MATCH (n) WHERE n.id = $id RETURN n.age"},
	{"value_join", "MATCH (a:User {id: $id}), (b:User) WHERE a.age = b.age RETURN count(*)"},
	{"property_update", "MATCH (n:User {id: $id}) SET n.property = -1"},
	{"single_vertex_write", "CREATE (n:UserTemp {id: $id}) RETURN n"},
	{"single_edge_write", "MATCH (n:User {id: $id}), (m:User {id: $to}) CREATE (n)-[e:Temp]->(m) RETURN e"},
}
