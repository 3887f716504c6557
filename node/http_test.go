package node_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"graticule/node"
)

// query posts to the Query API and gives the status and the decoded answer.
func query(t *testing.T, m *member, database, password, accept, body string) (int, map[string]any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+m.cfg.HTTP.Listen+"/db/"+database+"/query/v2", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth("neo4j", password)
	req.Header.Set("Content-Type", accept)
	req.Header.Set("Accept", accept)
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var out map[string]any
	if err := json.NewDecoder(answer.Body).Decode(&out); err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, out
}

const plainJSON, typedJSON = "application/json", "application/vnd.neo4j.query"

func TestQueriesOverHTTP(t *testing.T) {
	c := startCluster(t, "north", "north")
	primary, secondary := c.members[0], c.members[1]
	code, out := query(t, primary, "neo4j", testPassword, plainJSON, `{"statement": "CREATE (n:Person {name: $name, age: $age, likes: $likes}) RETURN n.name AS name, n.age + 1 AS age, n.likes AS likes, 1.5 AS f, null AS nothing", "parameters": {"name": "Å \"q\"", "age": 9007199254740993, "likes": ["a", "b"]}, "includeCounters": true}`)
	if got := fmt.Sprint(code, out["data"]); got != `202 map[fields:[name age likes f nothing] values:[[Å "q" 9.007199254740994e+15 [a b] 1.5 <nil>]]]` {
		t.Errorf("a write answers %s", got)
	}
	if n := out["counters"].(map[string]any); n["nodesCreated"] != 1.0 || n["propertiesSet"] != 3.0 || n["containsUpdates"] != true {
		t.Errorf("counters %v", n)
	}
	for user, want := range map[string]int{"neo4j": http.StatusAccepted, "somebody": http.StatusForbidden} {
		if code, out := query(t, primary, "neo4j", testPassword, plainJSON, `{"statement": "RETURN 1", "impersonatedUser": "`+user+`"}`); code != want {
			t.Errorf("acting as %s: %d %v; want %d", user, code, out, want)
		}
	}
	bookmark := out["bookmarks"].([]any)[0].(string)

	// Read at the secondary, not before what the bookmark names.
	code, out = query(t, secondary, "neo4j", testPassword, typedJSON, `{"statement": "MATCH p = (n:Person) RETURN n, n.age AS age, p, date('2026-02-03') AS d, point({x: 1, y: 2.5}) AS at, $when AS w, $at AS a", "accessMode": "READ", "bookmarks": ["`+bookmark+`"],
		"parameters": {"when": {"$type": "OffsetDateTime", "_value": "2026-02-03T04:05:06+01:00"}, "at": {"$type": "Point", "_value": "SRID=4979;POINT Z (1.5 2 3)"}}}`)
	if code != http.StatusAccepted {
		t.Fatalf("a read at the secondary answers %d %v", code, out)
	}
	row := out["data"].(map[string]any)["values"].([]any)[0].([]any)
	node := row[0].(map[string]any)
	if node["$type"] != "Node" || fmt.Sprint(node["_value"].(map[string]any)["_labels"]) != "[Person]" || !strings.HasPrefix(node["_value"].(map[string]any)["_element_id"].(string), "4:") {
		t.Errorf("a typed node reads %v", node)
	}
	if got := fmt.Sprint(row[1], row[3], row[4], row[5], row[6]); got != "map[$type:Integer _value:9007199254740993] map[$type:Date _value:2026-02-03] map[$type:Point _value:SRID=7203;POINT (1.0 2.5)] map[$type:OffsetDateTime _value:2026-02-03T04:05:06+01:00] map[$type:Point _value:SRID=4979;POINT Z (1.5 2.0 3.0)]" {
		t.Errorf("typed values read %s", got)
	}

	for name, wrong := range map[string]struct {
		database, password, body string
		code                     int
		status                   string
	}{
		"the password":          {"neo4j", "guess", `{"statement": "RETURN 1"}`, 401, "Neo.ClientError.Security.Unauthorized"},
		"the database":          {"nowhere", testPassword, `{"statement": "RETURN 1"}`, 404, "Neo.ClientError.Database.DatabaseNotFound"},
		"the statement":         {"neo4j", testPassword, `{"statement": "RETRUN 1"}`, 400, "Neo.ClientError.Statement.SyntaxError"},
		"no statement":          {"neo4j", testPassword, `{}`, 400, "Neo.ClientError.Request.Invalid"},
		"no JSON":               {"neo4j", testPassword, `RETURN 1`, 400, "Neo.ClientError.Request.Invalid"},
		"the mode":              {"neo4j", testPassword, `{"statement": "RETURN 1", "accessMode": "BOTH"}`, 400, "Neo.ClientError.Request.Invalid"},
		"the parameters":        {"neo4j", testPassword, `{"statement": "RETURN 1", "parameters": [1]}`, 400, "Neo.ClientError.Request.Invalid"},
		"a write while reading": {"neo4j", testPassword, `{"statement": "CREATE ()", "accessMode": "READ"}`, 400, "Neo.ClientError.Statement.AccessMode"},
	} {
		code, out := query(t, primary, wrong.database, wrong.password, plainJSON, wrong.body)
		if first := fmt.Sprint(out["errors"]); code != wrong.code || !strings.Contains(first, wrong.status) {
			t.Errorf("%s wrong: %d %v", name, code, out)
		}
	}

	// A failure after the answer began stands at its end.
	code, out = query(t, primary, "neo4j", testPassword, plainJSON, `{"statement": "UNWIND range(1, 3000) AS i RETURN 1 / (2500 - i)"}`)
	if code != http.StatusAccepted || !strings.Contains(fmt.Sprint(out["errors"]), "ArithmeticError") {
		t.Errorf("a late failure: %d %v", code, out["errors"])
	}
}

func get(t *testing.T, m *member, path, accept string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+m.cfg.HTTP.Listen+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", accept)
	req.SetBasicAuth("neo4j", testPassword)
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestMetricsTellOfCommitsAndLag(t *testing.T) {
	c := startCluster(t, "north", "north")
	primary, secondary := c.members[0], c.members[1]
	if page := get(t, primary, "/", "text/html,*/*"); !strings.Contains(page, "<title>Graticule</title>") {
		t.Errorf("a browser gets %.100s", page)
	}
	if document := get(t, primary, "/", "*/*"); !strings.Contains(document, "bolt_routing") {
		t.Errorf("a driver gets %.100s", document)
	}
	d := c.driver("bolt", primary)
	for range 7 {
		c.run(d, "CREATE ()", nil)
	}
	value := func(m *member, series string) string {
		if v := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(series) + ` (\S+)$`).FindStringSubmatch(get(t, m, "/metrics", "text/plain")); v != nil {
			return v[1]
		}
		return ""
	}
	if n := value(primary, `graticule_commit_seconds_count{database="neo4j"}`); n != "7" {
		t.Errorf("%q commits were measured, want 7", n)
	}
	if n := value(primary, `graticule_is_leader{database="neo4j"}`); n != "1" {
		t.Errorf("the leader says %q", n)
	}
	applied := value(primary, `graticule_applied_index{database="neo4j"}`)
	eventually(t, 10*time.Second, "the secondary has all", func() bool {
		return value(secondary, `graticule_applied_index{database="neo4j"}`) == applied && value(secondary, `graticule_replication_lag_entries{database="neo4j"}`) == "0" &&
			value(secondary, `graticule_replication_lag_seconds{database="neo4j"}`) == "0" && value(primary, `graticule_feed_lag_entries{database="neo4j",secondary="north-1"}`) == "0"
	})
}

// What the HTTP port tells only users, and what may be opened.
func TestWhoMayAskOverHTTP(t *testing.T) {
	metrics := freePort(t, "tcp")
	c := startClusterWith(t, func(i int, cfg *node.Config) {
		cfg.OpenStatus = i == 0
		if i == 0 {
			cfg.OpenMetrics, cfg.MetricsListen = true, metrics
		}
	}, "north", "north")
	open, closed := c.members[0].cfg.HTTP.Listen, c.members[1].cfg.HTTP.Listen
	for _, q := range []struct {
		url, user, password string
		want                int
	}{
		{closed + "/ready", "", "", 200},
		{closed + "/", "", "", 200},
		{closed + "/db/neo4j/cluster/available", "", "", 401},
		{closed + "/db/neo4j/cluster/available", "neo4j", "guess", 401},
		{closed + "/db/neo4j/cluster/available", "neo4j", testPassword, 200},
		{closed + "/db/nowhere/cluster/available", "", "", 401},
		{closed + "/db/nowhere/cluster/available", "neo4j", testPassword, 404},
		{closed + "/db/neo4j/cluster/writable", "neo4j", testPassword, 404},
		{open + "/db/neo4j/cluster/available", "", "", 200},
		{closed + "/metrics", "", "", 401},
		{closed + "/metrics", "neo4j", testPassword, 200},
		{open + "/metrics", "", "", 401},
		{metrics + "/metrics", "", "", 200},
		{metrics + "/traces", "", "", 404},
		{open + "/traces", "", "", 401},
		{open + "/traces/00", "", "", 401},
		{open + "/traces", "neo4j", testPassword, 200},
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+q.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		if q.user != "" {
			req.SetBasicAuth(q.user, q.password)
		}
		answer, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if answer.StatusCode != q.want {
			t.Errorf("%s as %q: %d, want %d", q.url, q.user, answer.StatusCode, q.want)
		}
		if challenge := answer.Header.Get("WWW-Authenticate"); q.want == 401 && (challenge == "" || !strings.Contains(string(b), "Neo.ClientError.Security.Unauthorized")) {
			t.Errorf("%s: asks for a login by %q, with %s", q.url, challenge, b)
		}
	}
}
