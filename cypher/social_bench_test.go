package cypher_test

import (
	"context"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"graticule/cypher/cyphertest"
	"graticule/graph"
	"graticule/internal/social"
)

// joined are patterns with cycles, or with two ends that meet, which mgbench has not.
var joined = []social.Template{
	{Name: "meet_in_four", Query: "MATCH (a:User {id: $id})-->(b)-->(c)<--(d)<--(e:User {id: $to}) RETURN count(*)"},
	{Name: "meet_in_five", Query: "MATCH (a:User {id: $id})-->(b)-->(c)-->(d)<--(e)<--(f:User {id: $to}) RETURN sum(d.age)"},
	{Name: "square", Query: "MATCH (a:User {id: $id})--(b)--(c)--(d)--(a) RETURN count(*)"},
	{Name: "triangles_by_age", Query: "MATCH (a:User)-->(b:User)-->(c:User), (a)-->(c) WHERE a.age = 20 RETURN count(*)"},
	{Name: "walks_into", Query: "MATCH (a:User {id: $id})-[*1..3]-(b:User {id: $to}) RETURN count(*)"},
	{Name: "shortest_three", Query: "MATCH p = SHORTEST 3 (a:User {id: $id})-[:FRIEND]->{1,4}(b:User {id: $to}) RETURN length(p)"},
	{Name: "quantified", Query: "UNWIND range(1, 5000) AS x WITH any(y IN range(1, 20) WHERE y = x % 30) AS a, all(y IN [1, 2, 3] WHERE y < x) AS b RETURN count(CASE WHEN a AND b THEN 1 END)"},
	{Name: "two_parts", Query: "MATCH (a:User {id: $id})-->(b), (c:User {id: $to})-->(d)-->(e) RETURN count(*), sum(b.age + e.age)"},
}

// computed are statements whose time goes into expressions, sorting and grouping.
var computed = []social.Template{
	{Name: "dates", Query: "UNWIND range(1, 10000) AS x RETURN max(date('2024-01-01') + duration({days: x}))"},
	{Name: "texts", Query: "UNWIND range(1, 10000) AS x RETURN count(DISTINCT substring(replace(toUpper('item' + x), 'I', 'J'), 0, 5))"},
	{Name: "parts", Query: "UNWIND range(1, 10000) AS x WITH split('a,b,c,' + x, ',') AS parts RETURN sum(size(parts))"},
	{Name: "points", Query: "UNWIND range(1, 5000) AS x RETURN sum(point.distance(point({longitude: x % 180, latitude: 50}), point({longitude: 1, latitude: 2})))"},
	{Name: "types", Query: "MATCH ()-[r]->() RETURN type(r), count(*)"},
	{Name: "friends_of_one_age", Query: "MATCH (a:User)-[r:FRIEND]->(b:User) WHERE a.age = b.age RETURN count(r)"},
	{Name: "genders", Query: "MATCH (a:User)-->(b:User) RETURN a.gender, b.gender, count(*)"},
	{Name: "labels", Query: "MATCH (n) RETURN labels(n), count(*)"},
	{Name: "cases", Query: "MATCH (n:User) RETURN CASE WHEN n.age < 18 THEN 'child' WHEN n.age < 65 THEN 'adult' ELSE 'old' END AS g, count(*)"},
	{Name: "sorted_numbers", Query: "UNWIND range(1, 100000) AS x WITH x ORDER BY x % 317, x RETURN collect(x)[..10]"},
	{Name: "reduced", Query: "RETURN reduce(s = 0, x IN range(1, 100000) | s + x)"},
	{Name: "comprehended", Query: "RETURN size([x IN range(1, 100000) WHERE x % 3 = 0 | x * x])"},
	{Name: "any_of", Query: "RETURN any(x IN range(1, 100000) WHERE x = -1)"},
	{Name: "all_of", Query: "RETURN all(x IN range(1, 100000) WHERE x > 0 AND x % 100001 <> 0)"},
	{Name: "short_lists", Query: "MATCH (n:User) RETURN sum(size([x IN [1, 2, 3] WHERE x < n.age | x + 1]))"},
	{Name: "range_sum", Query: "UNWIND range(1, 100000) AS x RETURN sum(x * 2 + 1)"},
	{Name: "range_groups", Query: "UNWIND range(1, 100000) AS x WITH x % 10 AS k, x WHERE x > 10 RETURN k, count(*), avg(x)"},
	{Name: "range_top", Query: "UNWIND range(1, 100000) AS x RETURN x, x % 1000 AS y ORDER BY y DESC, x LIMIT 10"},
	{Name: "range_sorted", Query: "UNWIND range(1, 100000) AS x WITH x ORDER BY x % 1000 DESC RETURN count(x)"},
	{Name: "ages_computed", Query: "MATCH (n:User) WHERE n.age * 2 + 1 > 60 RETURN sum(n.age / 3), avg(n.age * 1.5)"},
	{Name: "without_friends", Query: "MATCH (n:User) WHERE NOT (n)-->() RETURN count(n)"},
	{Name: "friend_of_age", Query: "MATCH (n:User) WHERE EXISTS { (n)-->(:User {age: 20}) } RETURN count(n)"},
	{Name: "flags", Query: "MATCH (n:User) SET n.flag = true RETURN count(n)"},
	{Name: "no_flags", Query: "MATCH (n:User) REMOVE n.missing"},
	{Name: "friends_in_common", Query: "MATCH (a:User {age: 20})-->(b)<--(c:User {age: 20}) WHERE a.id < c.id RETURN count(*)"},
	{Name: "pairs_by_age", Query: "MATCH (a:User), (b:User) WHERE a.id < 200 AND b.id < 200 AND a.age = b.age AND a.id < b.id RETURN count(*)"},
}

// BenchmarkTemplates runs each query template of mgbench on the engine alone.
// SOCIAL=medium takes the graph of 100,000 users and 1,768,515 relationships.
func BenchmarkTemplates(b *testing.B) {
	network := social.Small
	if os.Getenv("SOCIAL") == "medium" {
		network = social.Medium
	}
	d, err := cyphertest.New(nil)
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	begin := time.Now()
	rows, err := network.Load(func(query string, rows []any) error {
		params := graph.NewMap(1)
		params.Put("rows", cyphertest.Value(rows))
		_, err := d.Run(context.Background(), query, params)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("loaded %d rows, %.0f a second", rows, float64(rows)/time.Since(begin).Seconds())
	for _, t := range slices.Concat(social.Templates, joined, computed) {
		b.Run(t.Name, func(b *testing.B) {
			r := rand.New(rand.NewPCG(7, 7))
			n := 0
			for b.Loop() {
				params := graph.NewMap(2)
				params.Put("id", graph.Int(int64(r.IntN(network.Users))))
				params.Put("to", graph.Int(int64(r.IntN(network.Users))))
				res, err := d.Run(context.Background(), t.Query, params)
				if err != nil {
					b.Fatal(err)
				}
				n += len(res.Rows)
			}
			b.ReportMetric(float64(n)/float64(b.N), "rows/op")
		})
	}
}
