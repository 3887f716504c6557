package node_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// api asks one path of the Query API.
type api struct {
	t    *testing.T
	base string
}

type apiAnswer struct {
	code   int
	header http.Header
	body   string
}

func (a api) ask(method, path, body string, headers ...string) apiAnswer {
	a.t.Helper()
	req, err := http.NewRequestWithContext(a.t.Context(), method, a.base+path, strings.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	req.SetBasicAuth("neo4j", testPassword)
	req.Header.Set("Content-Type", plainJSON)
	req.Header.Set("Accept", plainJSON)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	r, err := http.DefaultClient.Do(req)
	if err != nil {
		a.t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	return apiAnswer{r.StatusCode, r.Header, strings.TrimSpace(string(b))}
}

// masked leaves out what differs from run to run.
func masked(s string) string {
	for pattern, by := range map[string]string{
		`FB:[^"]+`: "MARK", `"expires":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"`: `"expires":"TIME"`, `"id":"[0-9a-f]+"`: `"id":"TX"`, `([45]):[0-9a-f-]{36}:(\d+)`: "$1:DB", `Id: \\"[0-9a-f]+\\"`: "Id: TX",
	} {
		s = regexp.MustCompile(pattern).ReplaceAllString(s, by)
	}
	return s
}

// sameJSON tells whether two texts are equal as JSON.
func sameJSON(a, b string) bool {
	var x, y any
	return a == b || json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && fmt.Sprint(x) == fmt.Sprint(y)
}

// The answers were taken from Neo4j 5.26; where they say MARK, TX, TIME or DB, each
// run has its own.
func TestQueryAPIAnswersAsNeo4jDoes(t *testing.T) {
	c := startCluster(t, "north")
	a := api{t, "http://" + c.members[0].cfg.HTTP.Listen}
	const q = "/db/neo4j/query/v2"
	const invalid, notFound = "Neo.ClientError.Request.Invalid", `{"errors":[{"code":"Neo.ClientError.Request.Invalid","message":"Transaction with Id: TX was not found. It may have timed out and therefore rolled back or the routing header 'neo4j-cluster-affinity' was not provided."}]}`
	const temporal = `RETURN date('2026-01-02') AS d, localtime('01:02:03') AS lt, time('01:02:03Z') AS t, datetime('2026-01-02T03:04:05.123+01:00') AS dt, datetime('2026-01-02T03:04:05[Europe/Paris]') AS dz, localdatetime('2026-01-02T03:04:05') AS ldt, duration('P1M2DT3.5S') AS du, point({x:1,y:2}) AS p, point({longitude:1,latitude:2,height:3}) AS p3, 1.0/0 AS inf, 0.0/0 AS nan, -1.0/0 AS ninf, 9007199254740993 AS big, 1e30 AS e, 1.0 AS one, null AS n, true AS b, [1,null] AS l, {a:{b:1}} AS m, 's' AS s`
	for _, x := range []struct {
		method, path, body string
		headers            []string
		code               int
		want               string // the whole body, or, where it begins with ~, a part of it
	}{
		{"POST", q, `{"statement":"RETURN 1 AS x, 1.5 AS f, null AS n, [1,[2]] AS l, {a:1} AS m, true AS b"}`, nil, 202,
			`{"data":{"fields":["x","f","n","l","m","b"],"values":[[1,1.5,null,[1,[2]],{"a":1},true]]},"bookmarks":["MARK"]}`},
		{"POST", q, `{"statement":"CREATE (n:P {a:1})-[r:R {x:1}]->(m) RETURN n,r,m","includeCounters":true}`, nil, 202,
			`{"data":{"fields":["n","r","m"],"values":[[{"elementId":"4:DB","labels":["P"],"properties":{"a":1}},{"elementId":"5:DB","startNodeElementId":"4:DB","endNodeElementId":"4:DB","type":"R","properties":{"x":1}},{"elementId":"4:DB","labels":[],"properties":{}}]]},"counters":{"containsUpdates":true,"nodesCreated":2,"nodesDeleted":0,"propertiesSet":2,"relationshipsCreated":1,"relationshipsDeleted":0,"labelsAdded":1,"labelsRemoved":0,"indexesAdded":0,"indexesRemoved":0,"constraintsAdded":0,"constraintsRemoved":0,"containsSystemUpdates":false,"systemUpdates":0},"bookmarks":["MARK"]}`},
		{"POST", q, `{"statement":"MATCH p=(n:P)-[r]->() RETURN p"}`, []string{"Accept", typedJSON}, 202,
			`{"data":{"fields":["p"],"values":[[{"$type":"Path","_value":[{"$type":"Node","_value":{"_element_id":"4:DB","_labels":["P"],"_properties":{"a":{"$type":"Integer","_value":"1"}}}},{"$type":"Relationship","_value":{"_element_id":"5:DB","_start_node_element_id":"4:DB","_end_node_element_id":"4:DB","_type":"R","_properties":{"x":{"$type":"Integer","_value":"1"}}}},{"$type":"Node","_value":{"_element_id":"4:DB","_labels":[],"_properties":{}}}]}]]},"bookmarks":["MARK"]}`},
		{"POST", q, `{"statement":"` + temporal + `"}`, nil, 202,
			`{"data":{"fields":["d","lt","t","dt","dz","ldt","du","p","p3","inf","nan","ninf","big","e","one","n","b","l","m","s"],"values":[["2026-01-02","01:02:03","01:02:03Z","2026-01-02T03:04:05.123+01:00","2026-01-02T03:04:05+01:00","2026-01-02T03:04:05","P1M2DT3.5S","SRID=7203;POINT (1.0 2.0)","SRID=4979;POINT Z (1.0 2.0 3.0)","Infinity","NaN","-Infinity",9007199254740993,1.0E30,1.0,null,true,[1,null],{"a":{"b":1}},"s"]]},"bookmarks":["MARK"]}`},
		{"POST", q, `{"statement":"` + temporal + `"}`, []string{"Accept", typedJSON}, 202,
			`{"data":{"fields":["d","lt","t","dt","dz","ldt","du","p","p3","inf","nan","ninf","big","e","one","n","b","l","m","s"],"values":[[{"$type":"Date","_value":"2026-01-02"},{"$type":"LocalTime","_value":"01:02:03"},{"$type":"Time","_value":"01:02:03Z"},{"$type":"OffsetDateTime","_value":"2026-01-02T03:04:05.123+01:00"},{"$type":"ZonedDateTime","_value":"2026-01-02T03:04:05+01:00[Europe/Paris]"},{"$type":"LocalDateTime","_value":"2026-01-02T03:04:05"},{"$type":"Duration","_value":"P1M2DT3.5S"},{"$type":"Point","_value":"SRID=7203;POINT (1.0 2.0)"},{"$type":"Point","_value":"SRID=4979;POINT Z (1.0 2.0 3.0)"},{"$type":"Float","_value":"Infinity"},{"$type":"Float","_value":"NaN"},{"$type":"Float","_value":"-Infinity"},{"$type":"Integer","_value":"9007199254740993"},{"$type":"Float","_value":"1.0E30"},{"$type":"Float","_value":"1.0"},{"$type":"Null","_value":null},{"$type":"Boolean","_value":true},{"$type":"List","_value":[{"$type":"Integer","_value":"1"},{"$type":"Null","_value":null}]},{"$type":"Map","_value":{"a":{"$type":"Map","_value":{"b":{"$type":"Integer","_value":"1"}}}}},{"$type":"String","_value":"s"}]]},"bookmarks":["MARK"]}`},
		{"POST", q, `{"statement":"RETURN $b AS b, $d AS d, $l AS l, $m AS m, $z AS z, $p AS p, $f AS f, $du AS du, $lt AS lt, $t AS t, $ldt AS ldt, $o AS o, $n AS n, $i AS i", "parameters":{"b":{"$type":"Base64","_value":"AQID"},"d":{"$type":"Date","_value":"2026-01-02"},"l":{"$type":"List","_value":[{"$type":"Integer","_value":"5"}]},"m":{"$type":"Map","_value":{"k":{"$type":"String","_value":"v"}}},"z":{"$type":"ZonedDateTime","_value":"2026-01-02T03:04:05+01:00[Europe/Paris]"},"p":{"$type":"Point","_value":"SRID=7203;POINT (1.0 2.0)"},"f":{"$type":"Float","_value":"1.5"},"du":{"$type":"Duration","_value":"P1D"},"lt":{"$type":"LocalTime","_value":"01:02:03"},"t":{"$type":"Time","_value":"01:02:03Z"},"ldt":{"$type":"LocalDateTime","_value":"2026-01-02T03:04:05"},"o":{"$type":"OffsetDateTime","_value":"2026-01-02T03:04:05+01:00"},"n":{"$type":"Null","_value":null},"i":{"$type":"Integer","_value":5}}}`, []string{"Content-Type", typedJSON}, 202,
			`{"data":{"fields":["b","d","l","m","z","p","f","du","lt","t","ldt","o","n","i"],"values":[["AQID","2026-01-02",[5],{"k":"v"},"2026-01-02T03:04:05+01:00","SRID=7203;POINT (1.0 2.0)",1.5,"P1D","01:02:03","01:02:03Z","2026-01-02T03:04:05","2026-01-02T03:04:05+01:00",null,5]]},"bookmarks":["MARK"]}`},
		{"POST", q, `{"statement":"RETURN $f AS f, $g AS g, $h AS h", "parameters":{"f":1e2,"g":9223372036854775807,"h":[1,"a",null]}}`, nil, 202,
			`{"data":{"fields":["f","g","h"],"values":[[100.0,9223372036854775807,[1,"a",null]]]},"bookmarks":["MARK"]}`},
		{"POST", q, `{"statement":"RETURN $b", "parameters":{"b":5}}`, []string{"Content-Type", typedJSON}, 400, "~" + invalid},
		{"POST", q, `{"statement":"RETURN $b", "parameters":{"b":{"x":1}}}`, []string{"Content-Type", typedJSON}, 400, "~" + invalid},
		{"POST", q, `{"statement":"RETURN $b", "parameters":{"b":{"$type":"Nope","_value":"1"}}}`, []string{"Content-Type", typedJSON}, 400, "~" + invalid},
		{"POST", q, `{"statement":"RETURN $b", "parameters":{"b":{"$type":"Integer","_value":"x"}}}`, []string{"Content-Type", typedJSON}, 400, "~" + invalid},
		{"POST", q, `{"statement":"RETURN $b", "parameters":{"b":12345678901234567890}}`, nil, 400, `~"errors"`},
		{"POST", q, `{"statement":"UNWIND range(1,3000) AS i RETURN 1/(2500-i)"}`, nil, 202, `~]]},"errors":[{"code":"Neo.ClientError.Statement.ArithmeticError","message":"/ by zero"}]}`},
		{"POST", q, `{}`, nil, 400, `{"errors":[{"code":"Neo.ClientError.Request.Invalid","message":"statement cannot be null or empty"}]}`},
		{"POST", q, ``, nil, 400, `{"errors":[{"code":"Neo.ClientError.Request.Invalid","message":"statement cannot be null or empty"}]}`},
		{"POST", q, `x`, nil, 400, "~" + invalid}, {"POST", q, `[]`, nil, 400, "~" + invalid}, {"POST", q, strings.Repeat("[", 100_000), nil, 400, "~" + invalid},
		{"POST", q, `{"statement":"RETURN 1"} {}`, nil, 400, "~" + invalid}, {"POST", q, `{"statement":"RETURN 1","unknown":1}`, nil, 400, "~" + invalid},
		{"POST", q, `{"statement":"RETURN 1","accessMode":"BOTH"}`, nil, 400, "~" + invalid}, {"POST", q, `{"statement":"RETURN 1","includeCounters":"x"}`, nil, 400, "~" + invalid},
		{"POST", q, `{"statement":"RETURN 1","maxExecutionTime":"x"}`, nil, 400, "~" + invalid}, {"POST", q, `{"statement":"RETURN $a","parameters":[1]}`, nil, 400, "~" + invalid},
		{"POST", q, `{"statement":"RETURN 1"}`, []string{"Content-Type", "text/plain"}, 400, "~" + invalid},
		{"POST", q, `{"statement":"RETURN 1"}`, []string{"Accept", "text/plain"}, 202, `{"data":{"fields":["1"],"values":[[1]]},"bookmarks":["MARK"]}`},
		{"POST", q, `{"statement":"RETURN 1","maxExecutionTime":-1}`, nil, 202, `~[[1]]`},
		{"POST", q, `{"statement":"UNWIND range(1,100000) AS a UNWIND range(1,100000) AS b RETURN sum(a*b)","maxExecutionTime":1}`, nil, 400, "~Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration"},
		{"POST", q, `{"statement":"CREATE ()","accessMode":"READ"}`, nil, 400, `{"errors":[{"code":"Neo.ClientError.Statement.AccessMode","message":"Writing in read access mode not allowed. Attempted write to neo4j"}]}`},
		{"POST", q, `{"statement":"RETURN $a"}`, nil, 400, `{"errors":[{"code":"Neo.ClientError.Statement.ParameterMissing","message":"Expected parameter(s): a"}]}`},
		{"POST", q, `{"statement":"RETURN 1","bookmarks":["x"]}`, nil, 400, "~Neo.ClientError.Transaction.InvalidBookmark"}, // Neo4j: 500, an error of its own
		{"POST", q, `{"statement":"MATCH (a:NoSuch) RETURN a"}`, nil, 202, `~"notifications":[{"category":"UNRECOGNIZED","code":"Neo.ClientNotification.Statement.UnknownLabelWarning"`},
		{"POST", q, `{"statement":"EXPLAIN MATCH (n:P) RETURN n"}`, nil, 202, `~"queryPlan":{"arguments":{`},
		{"POST", q, `{"statement":"PROFILE MATCH (n:P) RETURN n"}`, nil, 202, `~"profiledQueryPlan":{"arguments":{`},
		{"POST", "/db/nowhere/query/v2", `{"statement":"RETURN 1"}`, nil, 404, "~Neo.ClientError.Database.DatabaseNotFound"},
		{"POST", "/db/nowhere/query/v2/tx", `{"statement":"RETURN 1"}`, nil, 404, "~Neo.ClientError.Database.DatabaseNotFound"},
		{"POST", q, `{"statement":"RETURN 1"}`, []string{"Authorization", "Basic bmVvNGo6eA=="}, 401, `{"errors":[{"code":"Neo.ClientError.Security.Unauthorized","message":"Invalid credential."}]}`},
		{"POST", q, `{"statement":"RETURN 1"}`, []string{"Authorization", ""}, 401, `{"errors":[{"code":"Neo.ClientError.Security.Unauthorized","message":"No authentication header supplied."}]}`},
		{"GET", q, ``, nil, 405, `{"errors":[{"code":"Neo.ClientError.Request.Invalid","message":"Method Not Allowed"}]}`},
		{"PUT", q + "/tx/x", ``, nil, 405, `~Method Not Allowed`}, {"DELETE", q + "/tx/x/commit", ``, nil, 405, `~Method Not Allowed`},
		{"OPTIONS", q, ``, nil, 200, ``},
		{"POST", "/db/neo4j/query/v3", ``, nil, 404, "~"},
		{"POST", q + "/tx/abc", `{"statement":"RETURN 1"}`, nil, 404, notFound}, {"DELETE", q + "/tx/abc", ``, nil, 404, notFound}, {"POST", q + "/tx/abc/commit", ``, nil, 404, notFound},
	} {
		got := a.ask(x.method, x.path, x.body, x.headers...)
		part, isPart := strings.CutPrefix(x.want, "~")
		if body := masked(got.body); got.code != x.code || isPart && !strings.Contains(body, part) || !isPart && !sameJSON(body, x.want) {
			t.Errorf("%s %s %.120s\n%d %.1500s\nwant\n%d %.1500s", x.method, x.path, x.body, got.code, body, x.code, x.want)
		}
	}
	if allow := a.ask("GET", q+"/tx/x", "").header.Get("Allow"); allow != "DELETE,POST,OPTIONS" {
		t.Errorf("Allow: %q", allow)
	}
}

// A transaction over several requests, as one with Neo4j 5.26 goes.
func TestTransactionsOverHTTP(t *testing.T) {
	c := startCluster(t, "north")
	a := api{t, "http://" + c.members[0].cfg.HTTP.Listen}
	const q = "/db/neo4j/query/v2"
	idOf := func(r apiAnswer) string {
		t.Helper()
		m := regexp.MustCompile(`"id":"([0-9a-f]+)"`).FindStringSubmatch(r.body)
		if m == nil || r.code != 202 {
			t.Fatalf("no transaction: %d %s", r.code, r.body)
		}
		return m[1]
	}
	expect := func(r apiAnswer, code int, want string) {
		t.Helper()
		if r.code != code || !strings.Contains(masked(r.body), want) {
			t.Errorf("%d %s\nwant %d %s", r.code, masked(r.body), code, want)
		}
	}
	count := func() string { return a.ask("POST", q, `{"statement":"MATCH (n:T) RETURN count(n)"}`).body }

	if r := a.ask("POST", q, `{"statement":"CREATE (:Warm)"}`); r.code != 202 { // the leader's first entry of its term makes older snapshots stale
		t.Fatal(r.body)
	}
	first := a.ask("POST", q+"/tx", `{"statement":"CREATE (n:T) RETURN 1 AS x"}`)
	expect(first, 202, `{"data":{"fields":["x"],"values":[[1]]},"transaction":{"expires":"TIME","id":"TX"}}`)
	id := idOf(first)
	expect(a.ask("POST", q+"/tx/"+id, `{"statement":"MATCH (n:T) RETURN count(n) AS c"}`), 202, `{"data":{"fields":["c"],"values":[[1]]},"transaction":`)
	expect(a.ask("POST", q+"/tx/"+id, ``), 202, `{"transaction":{"expires":"TIME","id":"TX"}}`)
	expect(a.ask("POST", q+"/tx/"+id, `{}`), 202, `{"transaction":{"expires":"TIME","id":"TX"}}`)
	if !strings.Contains(count(), "[[0]]") {
		t.Error("what is not committed is seen")
	}
	expect(a.ask("POST", "/db/system/query/v2/tx/"+id, `{}`), 404, "was not found")
	commit := a.ask("POST", q+"/tx/"+id+"/commit", ``)
	expect(commit, 202, `{"bookmarks":["MARK"]}`)
	expect(a.ask("POST", q+"/tx/"+id+"/commit", ``), 404, "was not found")
	if !strings.Contains(count(), "[[1]]") {
		t.Error("what is committed is not seen")
	}

	id = idOf(a.ask("POST", q+"/tx", ``)) // a failure ends it, with all it did
	expect(a.ask("POST", q+"/tx/"+id, `{"statement":"CREATE (:T)"}`), 202, `"transaction":`)
	expect(a.ask("POST", q+"/tx/"+id, `{"statement":"RETRUN 1"}`), 400, "Neo.ClientError.Statement.SyntaxError")
	expect(a.ask("POST", q+"/tx/"+id, `{"statement":"RETURN 1"}`), 404, "was not found")

	id = idOf(a.ask("POST", q+"/tx", `{}`))
	expect(a.ask("POST", q+"/tx/"+id, `{"statement":"CREATE (:T)"}`), 202, `"transaction":`)
	if r := a.ask("DELETE", q+"/tx/"+id, ``); r.code != 200 || r.body != "" {
		t.Errorf("DELETE answers %d %s", r.code, r.body)
	}
	expect(a.ask("DELETE", q+"/tx/"+id, ``), 404, "was not found")

	id = idOf(a.ask("POST", q+"/tx", `{"accessMode":"READ"}`))
	expect(a.ask("POST", q+"/tx/"+id, `{"statement":"CREATE ()"}`), 400, "Neo.ClientError.Statement.AccessMode")

	id = idOf(a.ask("POST", q+"/tx", `{"statement":"CREATE (:T)"}`)) // commits with a last statement
	expect(a.ask("POST", q+"/tx/"+id+"/commit", `{"statement":"MATCH (n:T) RETURN count(n) AS c","includeCounters":true}`), 202, `{"data":{"fields":["c"],"values":[[2]]},"counters":{`)
	if !strings.Contains(count(), "[[2]]") {
		t.Error("the second commit is not seen")
	}

	// One request at a time, and only those of the user who began it.
	id = idOf(a.ask("POST", q+"/tx", `{}`))
	done := make(chan apiAnswer)
	go func() {
		done <- a.ask("POST", q+"/tx/"+id, `{"statement":"UNWIND range(1,3000) AS a UNWIND range(1,1000) AS b RETURN sum(a*b)"}`)
	}()
	refused := false
	for waiting := true; waiting; {
		select {
		case r := <-done:
			waiting = false
			if r.code != 202 { // one of the others was there before it
				expect(r, 400, "TransactionAccessedConcurrently")
				refused = true
			}
		default:
			if r := a.ask("POST", q+"/tx/"+id, `{}`); r.code == 400 {
				expect(r, 400, `{"errors":[{"code":"Neo.ClientError.Transaction.TransactionAccessedConcurrently","message":"Another request is currently accessing this transaction."}]}`)
				refused = true
			}
		}
	}
	if !refused {
		t.Error("two requests used one transaction")
	}
	a.ask("POST", "/db/system/query/v2", `{"statement":"CREATE USER other SET PASSWORD 'long enough' CHANGE NOT REQUIRED"}`)
	other := "Basic " + "b3RoZXI6bG9uZyBlbm91Z2g="
	expect(a.ask("POST", q+"/tx/"+id, `{}`, "Authorization", other), 404, "was not found")
	expect(a.ask("POST", q+"/tx", `{}`, "Authorization", other), 202, "transaction")
}
