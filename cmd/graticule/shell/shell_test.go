package shell

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"graticule/node"
)

const password = "password123"

// startServer runs one server in this process and gives its Bolt address.
func startServer(t *testing.T) string {
	t.Helper()
	port := func() string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		return l.Addr().String()
	}
	bolt, http, cluster := port(), port(), port()
	n, err := node.New(node.Config{
		DataDir: t.TempDir(), User: "neo4j", Password: password,
		Bolt: node.Address{Listen: bolt, Advertised: bolt}, HTTP: node.Address{Listen: http, Advertised: http}, Cluster: node.Address{Listen: cluster, Advertised: cluster},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- n.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error("stop the server:", err)
		}
	})
	deadline := time.Now().Add(30 * time.Second)
	for { // the driver itself waits for answers, so a failed attempt is all there is to wait for
		o, err := parse(t, nil, "-a", "bolt://"+bolt, "-u", "neo4j", "-p", password)
		if err != nil {
			t.Fatal(err)
		}
		c, err := connect(ctx, o, "neo4j", password, "")
		if err == nil {
			c.close(ctx)
			return bolt
		}
		select {
		case err := <-done:
			t.Fatal("the server ended:", err)
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatal("the server does not answer:", err)
		}
	}
}

var times = regexp.MustCompile(`\d+ ms`)

// runShell gives what the shell prints and its exit code.
func runShell(t *testing.T, input string, args ...string) (out, errOut string, code int) {
	t.Helper()
	cmd := Command()
	var o, e bytes.Buffer
	cmd.SetIn(strings.NewReader(input))
	cmd.SetOut(&o)
	cmd.SetErr(&e)
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(t.Context())
	var exit *ExitError
	if errors.As(err, &exit) {
		code = exit.Code
	} else if err != nil {
		t.Fatalf("%v: %v", args, err)
	}
	return times.ReplaceAllString(o.String(), "T"), e.String(), code
}

func TestShell(t *testing.T) {
	address := startServer(t)
	login := []string{"-a", "neo4j://" + address, "-u", "neo4j", "-p", password}
	file := filepath.Join(t.TempDir(), "some.cypher")
	if err := os.WriteFile(file, []byte("RETURN 'from a file' AS x;\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, input, args, out, err string
		code                        int
	}{
		{"two queries", "RETURN 1 AS n; RETURN 2 AS m", "", "n\n1\nm\n2\n", "", 0},
		{"changes", "CREATE (:City {name:'Oslo'})-[:IN]->(:Land {name:'Norway'});\nMATCH (c:City)-[r]->(l) RETURN c, r, l.name;", "--format verbose",
			"0 rows\nready to start consuming query after T, results consumed after another T\nAdded 2 nodes, Created 1 relationships, Set 2 properties, Added 2 labels\n" +
				"+-------------------------------------------+\n| c                      | r     | l.name   |\n+-------------------------------------------+\n| (:City {name: \"Oslo\"}) | [:IN] | \"Norway\" |\n+-------------------------------------------+\n\n1 row\nready to start consuming query after T, results consumed after another T\n", "", 0},
		{"stop at the first error", "RETURN 1 AS n;\nRETURN 1/0;\nRETURN 3 AS n;", "", "n\n1\n", "/ by zero\n", 1},
		{"go on after errors", "RETURN 1 AS n;\nRETURN 1/0;\nRETURN 3 AS n;", "--fail-at-end", "n\n1\nn\n3\n", "/ by zero\n", 1},
		{"transaction", ":begin\nCREATE (:T);\n:rollback\nMATCH (t:T) RETURN count(t) AS n;\n:begin\nCREATE (:T);\n:commit\nMATCH (t:T) RETURN count(t) AS n;", "", "n\n0\nn\n1\n", "", 0},
		{"error in a transaction", ":begin\nCREATE (:U);\nRETURN 1/0;\n:commit\nMATCH (u:U) RETURN count(u) AS n;", "--fail-at-end", "n\n0\n",
			"An error occurred while in an open transaction. The transaction will be rolled back and terminated. Error: / by zero\nThere is no open transaction to commit\n", 1},
		{"parameters", ":param {a: 1, d: date('2024-02-03')}\n:param b => $a + 1\n:params\nRETURN $a, $b, $d;\n:param clear\n:param", "",
			"{\n  a: 1,\n  b: 2,\n  d: date('2024-02-03')\n}\n$a, $b, $d\n1, 2, 2024-02-03\n{\n}\n", "", 0},
		{"parameter of a flag", "RETURN $x AS x;", "-P x=>[1,2]", "x\n[1, 2]\n", "", 0},
		{"databases", ":use system\nSHOW DATABASES YIELD name RETURN name ORDER BY name;\n:use neo4j\nRETURN 1 AS n;", "", "name\n\"neo4j\"\n\"system\"\nn\n1\n", "", 0},
		{"source", ":source " + file, "", "x\n\"from a file\"\n", "", 0},
		{"file", "", "-f " + file, "x\n\"from a file\"\n", "", 0},
		{"no file", ":source /nowhere", "", "", "Cannot find file: '/nowhere'\n", 1},
		{"read access", ":access-mode\n:access-mode read\n:access-mode\nCREATE ();", "", "Access mode write\nAccess mode read\n", "Writing in read access mode not allowed.", 1},
		{"disconnected", ":disconnect\nRETURN 1;", "", "", "Not connected to Neo4j\n", 1},
		{"connect again", ":disconnect\n:connect -u neo4j -p " + password + "\nRETURN 1 AS n;", "", "n\n1\n", "", 0},
		{"exit", ":exit\nRETURN 1;", "", "", "", 0},
		{"no such command", ":foo", "", "", "Could not find command :foo, use :help to see available commands\n", 1},
		{"arguments", ":begin x", "", "", "Incorrect number of arguments.\nUsage: :begin \n", 1},
		{"notice of the status", "RETURN range(1, 2, 0)", "--error-format gql", "", "22N38", 1},
	} {
		out, errOut, code := runShell(t, c.input, append(login, strings.Fields(c.args)...)...)
		if out != c.out || code != c.code || c.err == "" && errOut != "" || !strings.HasPrefix(errOut, c.err) {
			t.Errorf("%s: exit %d, want %d\n got %s\nwant %s\n got error %s\nwant error %s", c.name, code, c.code, out, c.out, errOut, c.err)
		}
	}

	out, _, _ := runShell(t, ":sysinfo", login...)
	if !strings.Contains(out, address) || !strings.Contains(out, `"neo4j"`) || !strings.Contains(out, "Relationships") {
		t.Errorf(":sysinfo does not show the databases and counts:\n%s", out)
	}
	if _, errOut, code := runShell(t, "RETURN 1", "-a", address, "-u", "neo4j", "-p", "wrong"); code != 1 || !strings.Contains(errOut, "unauthorized due to authentication failure") {
		t.Errorf("wrong password: %d, %s", code, errOut)
	}
	if _, errOut, code := runShell(t, "RETURN 1", append(login, "-d", "nope")...); code != 1 || errOut == "" {
		t.Errorf("no such database: %d, %s", code, errOut)
	}
	t.Run("typed", func(t *testing.T) { testTyped(t, address) })
	t.Run("password", func(t *testing.T) { testPassword(t, address) })
}

func TestUnreachable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	_, errOut, code := runShell(t, "RETURN 1", "-a", "bolt://"+address, "-u", "u", "-p", "p")
	if want := fmt.Sprintf("Unable to connect to %s, ensure the database is running and that there is a working network connection to it.\n", address); code != 1 || errOut != want {
		t.Errorf("exit %d: got %s, want %s", code, errOut, want)
	}
}

// typist is a terminal whose lines are given; it records the prompts.
type typist struct {
	lines, secrets []string
	prompts        []string
	history        []string
}

func (y *typist) Prompt(prompt string) (string, error) {
	y.prompts = append(y.prompts, prompt)
	if len(y.lines) == 0 {
		return "", io.EOF
	}
	line := y.lines[0]
	y.lines = y.lines[1:]
	if line == "^C" {
		return "", errInterrupt
	}
	return line, nil
}

func (y *typist) PasswordPrompt(prompt string) (string, error) {
	y.prompts = append(y.prompts, prompt)
	if len(y.secrets) == 0 {
		return "", io.EOF
	}
	s := y.secrets[0]
	y.secrets = y.secrets[1:]
	return s, nil
}
func (y *typist) AppendHistory(line string) { y.history = append(y.history, line) }
func (y *typist) ClearHistory()             { y.history = nil }
func (y *typist) Close()                    {}

// talk runs an interactive shell.
func talk(t *testing.T, address string, y *typist, args ...string) (out, errOut string) {
	t.Helper()
	o, err := parse(t, nil, append([]string{"-a", "bolt://" + address}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	var b, e bytes.Buffer
	_ = newShell(o, &b, &e, y).interactive(t.Context()) // its errors are printed
	return times.ReplaceAllString(b.String(), "T"), e.String()
}

func testTyped(t *testing.T, address string) {
	y := &typist{
		lines:   []string{"neo4j", "RETURN", "  7 AS seven;", ":begin", "^C", ":commit", ":use system", "RETURN 1; :foo", ":history", "CREATE USER x SET PASSWORD 'xxxxxxxx';", "DROP USER x;", ":disconnect", "RETURN 1;"},
		secrets: []string{password},
	}
	out, errOut := talk(t, address, y)
	if want := "| seven |\n+-------+\n| 7     |"; !strings.Contains(out, want) || !strings.Contains(out, "as user neo4j.\n") || !strings.HasSuffix(out, "\n\nBye!\n") {
		t.Errorf("out: %s\nerrors: %s", out, errOut)
	}
	if want := " 1   RETURN\n       7 AS seven;\n 2   :begin\n 3   :commit\n"; !strings.Contains(out, want) {
		t.Errorf("history is not as typed: %s", out)
	}
	if !strings.Contains(errOut, "Could not find command :foo") || !strings.Contains(errOut, "Interrupted") || !strings.HasSuffix(errOut, "Not connected to Neo4j\n") {
		t.Errorf("errors: %s", errOut)
	}
	want := []string{"username: ", "password: ", "neo4j@neo4j> ", "             ", "neo4j@neo4j> ", "neo4j@neo4j# ", "neo4j@neo4j# ", "neo4j@neo4j> ", "neo4j@system> ", "neo4j@system> ", "neo4j@system> ", "neo4j@system> ", "neo4j@system> ", "Disconnected> ", "Disconnected> "}
	if got := strings.Join(y.prompts, "|"); got != strings.Join(want, "|") {
		t.Errorf("prompts\n got %s\nwant %s", got, strings.Join(want, "|"))
	}
	if h := strings.Join(y.history, "\n"); !strings.HasPrefix(h, "RETURN   7 AS seven;") {
		t.Errorf("history %q", h)
	}
}

func testPassword(t *testing.T, address string) {
	login := []string{"-a", "bolt://" + address, "-u", "neo4j", "-p", password, "-d", "system"}
	if _, errOut, code := runShell(t, "CREATE USER ann SET PASSWORD 'first-password' CHANGE REQUIRED", login...); code != 0 {
		t.Fatal(errOut)
	}
	y := &typist{lines: []string{"RETURN 5 AS five;"}, secrets: []string{"second-password", "second-password"}}
	out, errOut := talk(t, address, y, "-u", "ann", "-p", "first-password")
	if !strings.HasPrefix(out, "Password change required\n") || !strings.Contains(out, "| 5    |") {
		t.Errorf("expired password: %s\n%s", out, errOut)
	}
	if _, errOut, code := runShell(t, "RETURN 1", "-a", address, "-u", "ann", "-p", "second-password"); code != 0 {
		t.Errorf("the new password does not work: %s", errOut)
	}
	y = &typist{secrets: []string{"a-password", "b-password"}}
	o, err := parse(t, nil, "-a", address, "-u", "ann", "-p", "second-password")
	if err != nil {
		t.Fatal(err)
	}
	if err := newShell(o, io.Discard, io.Discard, y).changePassword(t.Context()); err == nil || !strings.Contains(err.Error(), "not matching") {
		t.Errorf("two different passwords: %v", err)
	}
}

func TestSecretsStayOutOfHistory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sub", "history")
	e := newLineEditor(&options{historyFile: file})
	e.AppendHistory("RETURN 1;")
	e.AppendHistory("ALTER CURRENT USER SET PASSWORD FROM 'a' TO 'b';")
	e.AppendHistory(":connect -u x -p y")
	e.Close()
	b, err := os.ReadFile(file)
	if err != nil || string(b) != "RETURN 1;\n" {
		t.Errorf("history file %q, %v", b, err)
	}
}
