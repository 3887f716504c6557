package social

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Network is a synthetic social network: (:User {id, age, completion_percentage,
// gender}) joined by FRIEND, with a power law of degrees and an index on
// User(id); the same graph for the same seed. Its sizes follow Pokec as mgbench
// uses it (https://github.com/memgraph/memgraph, tests/mgbench).
type Network struct {
	Users, Friendships int
	Seed               uint64
}

// The two sizes that benchmarks use.
var (
	Small  = Network{Users: 10_000, Friendships: 121_716, Seed: 1}
	Medium = Network{Users: 100_000, Friendships: 1_768_515, Seed: 1}
)

// User gives the properties of the i-th user.
func (n Network) User(i int) map[string]any {
	r := rand.New(rand.NewPCG(n.Seed, uint64(i)))
	return map[string]any{"id": int64(i), "age": int64(r.IntN(80)), "completion_percentage": int64(r.IntN(101)), "gender": []string{"man", "woman"}[r.IntN(2)]}
}

// friends calls emit for each relationship.
func (n Network) friends(emit func(from, to int) error) error {
	r := rand.New(rand.NewPCG(n.Seed, 1<<40))
	place := r.Perm(n.Users) // a popular user is anywhere in the order of ids
	for range n.Friendships {
		u := r.Float64() // density falls with the square root of the rank
		to := place[int(math.Min(float64(n.Users-1), u*u*float64(n.Users)))]
		if err := emit(r.IntN(n.Users), to); err != nil {
			return err
		}
	}
	return nil
}

const batch = 10_000 // rows of one statement

// Load makes the network: it calls run with statements and the value of their
// parameter $rows. It gives the number of rows.
func (n Network) Load(run func(query string, rows []any) error) (int, error) {
	for _, q := range []string{"CREATE INDEX user_id IF NOT EXISTS FOR (u:User) ON (u.id)", "CALL db.awaitIndexes(300)"} {
		if err := run(q, nil); err != nil {
			return 0, fmt.Errorf("%s: %w", q, err)
		}
	}
	var rows []any
	count := 0
	flush := func(query string) error {
		err := run(query, rows)
		count += len(rows)
		if rows = nil; err != nil {
			return fmt.Errorf("%s: %w", query, err)
		}
		return nil
	}
	const createUsers = "UNWIND $rows AS row CREATE (u:User) SET u = row"
	for i := range n.Users {
		if rows = append(rows, n.User(i)); len(rows) == batch {
			if err := flush(createUsers); err != nil {
				return 0, err
			}
		}
	}
	if err := flush(createUsers); err != nil {
		return 0, err
	}
	const createFriends = "UNWIND $rows AS row MATCH (a:User {id: row[0]}), (b:User {id: row[1]}) CREATE (a)-[:FRIEND]->(b)"
	err := n.friends(func(from, to int) error {
		if rows = append(rows, []any{int64(from), int64(to)}); len(rows) == batch {
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

// Templates are mgbench's query templates over a Network.
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
	{"shortest_path_filter", "MATCH (n:User {id: $id}), (m:User {id: $to}) WHERE n <> m MATCH p = shortestPath((n)-[*..15]->(m)) WHERE all(x IN nodes(p) WHERE x.age >= 18) RETURN length(p)"},
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
