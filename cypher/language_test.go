package cypher_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"graticule/status"
)

func TestComposedQueries(t *testing.T) {
	for query, want := range map[string]string{
		"RETURN 1 AS x UNION ALL RETURN 2 AS x NEXT RETURN x + 10 AS y":                                                                                "11; 12",
		"UNWIND [3, 1, 2] AS x RETURN x NEXT RETURN max(x) AS m, count(*) AS c":                                                                        "3, 3",
		"UNWIND [1, 2] AS x RETURN x NEXT RETURN x AS y UNION ALL RETURN -x AS y":                                                                      "1; 2; -1; -2",
		"{ RETURN 1 AS x UNION RETURN 1 AS x } NEXT RETURN x":                                                                                          "1",
		"UNWIND [1, 5] AS x RETURN x NEXT WHEN x > 3 THEN RETURN 'big' AS s ELSE RETURN 'small' AS s":                                                  "small; big",
		"UNWIND range(1, 3) AS x CALL (x) { WHEN x = 1 THEN RETURN 'one' AS s WHEN x = 2 THEN RETURN 'two' AS s ELSE RETURN 'more' AS s } RETURN x, s": "1, one; 2, two; 3, more",
		"UNWIND range(5, 1, -2) AS x RETURN x":                                                                                                         "5; 3; 1",
		"UNWIND range(9223372036854775806, 9223372036854775807) AS x RETURN count(*)":                                                                  "2",
	} {
		got, _, err := newDatabase(t).run("CYPHER 25 "+query, nil)
		if err != nil || got != want {
			t.Errorf("%s\n got %s (%v)\nwant %s", query, got, err, want)
		}
	}
}

func TestCallInTransactions(t *testing.T) {
	d := newDatabase(t)
	if got, counters, err := d.run("UNWIND range(1, 25) AS i CALL (i) { CREATE (:B {i: i}) } IN TRANSACTIONS OF 10 ROWS", nil); err != nil {
		t.Fatal(got, counters, err)
	}
	if got, _, _ := d.run("MATCH (b:B) RETURN count(*)", nil); got != "25" {
		t.Errorf("%s nodes were created in batches, want 25", got)
	}
	// The third batch fails: the first two stay.
	_, _, err := d.run("UNWIND range(1, 25) AS i CALL (i) { CREATE (:C {i: 1 / (21 - i)}) } IN TRANSACTIONS OF 10 ROWS", nil)
	if e := status.As(err); e == nil || e.Code != status.ArithmeticError {
		t.Errorf("a failing batch gives %v", err)
	}
	if got, _, _ := d.run("MATCH (c:C) RETURN count(*)", nil); got != "20" {
		t.Errorf("%s nodes before the failing batch, want 20", got)
	}
	got, _, err := d.run("UNWIND range(1, 6) AS i CALL (i) { CREATE (x:D {i: 1 / (3 - i)}) RETURN x.i AS v } IN TRANSACTIONS OF 2 ROWS ON ERROR CONTINUE REPORT STATUS AS s RETURN i, v, s.committed, s.errorMessage", nil)
	if want := "1, 0, true, null; 2, 1, true, null; 3, null, false, / by zero; 4, null, false, / by zero; 5, 0, true, null; 6, 0, true, null"; got != want || err != nil {
		t.Errorf("ON ERROR CONTINUE gives\n%s (%v), want\n%s", got, err, want)
	}
	got, _, err = d.run("UNWIND range(1, 6) AS i CALL (i) { CREATE (:E {i: 1 / (3 - i)}) } IN TRANSACTIONS OF 2 ROWS ON ERROR BREAK REPORT STATUS AS s RETURN i, s.started, s.committed", nil)
	if want := "1, true, true; 2, true, true; 3, true, false; 4, true, false; 5, false, false; 6, false, false"; got != want || err != nil {
		t.Errorf("ON ERROR BREAK gives\n%s (%v), want\n%s", got, err, want)
	}
}

func TestLoadCSV(t *testing.T) {
	d := newDatabase(t)
	dir := t.TempDir()
	d.ImportDir = filepath.Join(dir, "import")
	for name, text := range map[string]string{"import/a.csv": "name,age\nAda,36\n\"Bob \"\"B\"\" C\",\n", "import/b.txt": "1;x\n2;y\n", "secret.csv": "secret\n"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(dir, "secret.csv"), filepath.Join(dir, "import", "link.csv")); err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(http.FileServer(http.Dir(d.ImportDir)))
	defer web.Close()
	for query, want := range map[string]string{
		"LOAD CSV WITH HEADERS FROM 'file:///a.csv' AS row RETURN row.name, row.age":                         `Ada, 36; Bob "B" C, null`,
		"LOAD CSV FROM 'file:///b.txt' AS row FIELDTERMINATOR ';' RETURN row":                                "[1, x]; [2, y]",
		"LOAD CSV FROM '" + web.URL + "/b.txt' AS row FIELDTERMINATOR ';' RETURN toInteger(row[0]) + 1 AS n": "2; 3",
		"LOAD CSV FROM 'file:///../import/b.txt' AS row FIELDTERMINATOR ';' RETURN count(*)":                 "error",
		"LOAD CSV FROM 'file:///../secret.csv' AS row RETURN row":                                            "error",
		"LOAD CSV FROM 'file:///link.csv' AS row RETURN row":                                                 "error",
		"LOAD CSV FROM 'file:///none.csv' AS row RETURN row":                                                 "error",
		"LOAD CSV FROM '" + web.URL + "/none' AS row RETURN row":                                             "error",
		"LOAD CSV FROM 'ftp://x/y' AS row RETURN row":                                                        "error",
	} {
		got, _, err := d.run(query, nil)
		if e := status.As(err); want == "error" && (e == nil || e.Code != status.ExternalResourceFailed) || want != "error" && (got != want || err != nil) {
			t.Errorf("%s\n got %s (%v)\nwant %s", query, got, err, want)
		}
	}
}

// TestLoadCSVBlocked looks for ways into a blocked network: by address, by
// name and by a redirect from an allowed one.
func TestLoadCSVBlocked(t *testing.T) {
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the blocked server was reached") }))
	defer inside.Close()
	listener, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Skip("no second loopback address: ", err)
	}
	outside := &http.Server{Handler: http.RedirectHandler(inside.URL, http.StatusFound)}
	go outside.Serve(listener)
	defer outside.Close()
	d := newDatabase(t)
	d.Blocked = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("::/127")}
	for _, address := range []string{inside.URL, strings.Replace(inside.URL, "127.0.0.1", "localhost", 1), strings.Replace(inside.URL, "127.0.0.1", "[::ffff:127.0.0.1]", 1), "http://" + listener.Addr().String()} {
		_, _, err := d.run("LOAD CSV FROM '"+address+"' AS row RETURN row", nil)
		if e := status.As(err); e == nil || e.Code != status.ExternalResourceFailed || !strings.Contains(e.Message, "internal.dbms.cypher_ip_blocklist") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// TestMemoryLimit runs queries that keep much; each must end with an error, soon.
func TestMemoryLimit(t *testing.T) {
	d := newDatabase(t)
	if _, _, err := d.run("UNWIND range(1, 2000) AS i CREATE (a:P {i: i})-[:R]->(:Q)", nil); err != nil {
		t.Fatal(err)
	}
	d.MemoryLimit = 8 << 20
	for _, query := range []string{
		"MATCH (a), (b), (c) RETURN collect([a, b, c])",
		"MATCH (a), (b) RETURN a, b ORDER BY a.i + b.i",
		"MATCH (a), (b) RETURN DISTINCT a, b",
		"MATCH (a), (b) RETURN a, b, count(*)",
		"UNWIND range(1, 100000000) AS x RETURN collect(x)",
		"RETURN size(range(1, 40000000))",
		"MATCH (a), (b), (c) RETURN count(DISTINCT [a, b, c])",
		"MATCH (a), (b) CREATE (:X) RETURN 1",
		"UNWIND range(1, 10000000) AS x WITH x, percentileCont(x, 0.5) AS p RETURN p",
	} {
		_, _, err := d.run(query, nil)
		if e := status.As(err); e == nil || e.Code != status.MemoryPoolOutOfMemory || !strings.Contains(e.Message, "8.0 MiB") {
			t.Errorf("%s ends with %v", query, err)
		}
	}
	if got, _, err := d.run("UNWIND range(1, 200) AS o CALL (o) { UNWIND range(1, 20) AS k MATCH (p:P) WHERE p.i = k RETURN count(p) AS n } WITH sum(n) AS s, collect(range(1, 200) + o) AS l RETURN s + size(l)", nil); got != "4200" || err != nil { // a table for each call
		t.Errorf("tables that are given back: %s, %v", got, err)
	}
	d.MemoryLimit = 0
	if got, _, err := d.run("MATCH (a:P) RETURN count(*)", nil); got != "2000" || err != nil {
		t.Errorf("afterwards %s, %v", got, err)
	}
}
