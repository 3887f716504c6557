package node_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"graticule/internal/boltclient"
	"graticule/node"
)

// as connects to a member as another user.
func (c *cluster) as(scheme string, m *member, user, password string) neo4j.DriverWithContext {
	c.t.Helper()
	d, err := neo4j.NewDriverWithContext(scheme+"://"+m.cfg.Bolt.Listen, neo4j.BasicAuth(user, password, ""), func(c *neo4j.Config) { c.MaxTransactionRetryTime = 5 * time.Second })
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { d.Close(c.t.Context()) })
	return d
}

// code gives the code of the error that a statement ends with, "" when it ends well.
func (c *cluster) code(d neo4j.DriverWithContext, cfg neo4j.SessionConfig, query string) string {
	c.t.Helper()
	s := d.NewSession(c.t.Context(), cfg)
	defer s.Close(c.t.Context())
	r, err := s.Run(c.t.Context(), query, nil)
	if err == nil {
		_, err = r.Collect(c.t.Context())
	}
	var e *neo4j.Neo4jError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		return e.Code
	}
	return err.Error()
}

// value gives the only value of a statement's rows.
func (c *cluster) value(d neo4j.DriverWithContext, query string, options ...neo4j.ExecuteQueryConfigurationOption) any {
	c.t.Helper()
	rows := c.run(d, query, nil, options...)
	if len(rows) != 1 || len(rows[0]) != 1 {
		c.t.Fatalf("%s: %v, want one value", query, rows)
	}
	return rows[0][0]
}

const forbidden = "Neo.ClientError.Security.Forbidden"

func TestAliasesUsersAndRolesHoldOnEveryServer(t *testing.T) {
	c := startCluster(t, "eu", "us", "ap", "eu")
	admin := c.driver("neo4j", c.members[0])
	system := neo4j.ExecuteQueryWithDatabase("system")
	for _, q := range []string{
		"CREATE DATABASE orders TOPOLOGY 3 PRIMARIES 1 SECONDARY WAIT",
		"CREATE ALIAS shop FOR DATABASE orders",
		"CREATE USER rita SET PASSWORD 'reads only' CHANGE NOT REQUIRED SET HOME DATABASE shop", "GRANT ROLE reader TO rita",
		"CREATE USER ed SET PASSWORD 'edits too' CHANGE NOT REQUIRED", "CREATE ROLE clerk AS COPY OF editor", "DENY READ {pin} ON GRAPH orders NODES Card TO clerk", "GRANT ROLE clerk TO ed",
	} {
		c.run(admin, q, nil, system)
	}
	r, err := neo4j.ExecuteQuery(t.Context(), admin, "CREATE (:Card {n: 1, pin: 1234})", nil, neo4j.EagerResultTransformer, neo4j.ExecuteQueryWithDatabase("shop"))
	if err != nil {
		t.Fatal(err)
	}
	if db := r.Summary.Database().Name(); db != "orders" {
		t.Errorf("an alias was told to be database %q", db)
	}
	session := admin.NewSession(t.Context(), neo4j.SessionConfig{DatabaseName: "orders"})
	defer session.Close(t.Context())
	bookmarks := neo4j.BookmarksFromRawValues()
	if w, err := session.Run(t.Context(), "CREATE (:Card {n: 2, pin: 5})", nil); err != nil {
		t.Fatal(err)
	} else if _, err := w.Consume(t.Context()); err != nil {
		t.Fatal(err)
	}
	bookmarks = session.LastBookmarks()
	for _, m := range c.members {
		all := c.driver("bolt", m)
		sys := admin.NewSession(t.Context(), neo4j.SessionConfig{DatabaseName: "system"})
		sys.Close(t.Context())
		eventually(t, 10*time.Second, m.cfg.Name+" knows the alias", func() bool {
			return len(c.run(all, "SHOW ALIASES FOR DATABASE YIELD name, database WHERE name = 'shop' AND database = 'orders'", nil)) == 1 &&
				c.code(c.as("bolt", m, "ed", "edits too"), neo4j.SessionConfig{DatabaseName: "shop"}, "RETURN 1") == ""
		})
		rita, ed := c.as("bolt", m, "rita", "reads only"), c.as("bolt", m, "ed", "edits too")
		if got := c.code(rita, neo4j.SessionConfig{Bookmarks: bookmarks}, "MATCH (n:Card) WITH count(n.pin) AS n WHERE n <> 2 RETURN 1 / 0"); got != "" {
			t.Errorf("%s: rita at her home database: %s", m.cfg.Name, got)
		}
		if got := c.code(rita, neo4j.SessionConfig{DatabaseName: "orders"}, "CREATE (:Card)"); got != forbidden {
			t.Errorf("%s: rita wrote: %q", m.cfg.Name, got)
		}
		if got := c.code(rita, neo4j.SessionConfig{DatabaseName: "system"}, "CREATE USER x SET PASSWORD 'whatever'"); got != forbidden {
			t.Errorf("%s: rita made a user: %q", m.cfg.Name, got)
		}
		if got := c.code(ed, neo4j.SessionConfig{DatabaseName: "shop", Bookmarks: bookmarks}, "MATCH (n:Card) WHERE n.pin IS NOT NULL RETURN 1 / 0"); got != "" {
			t.Errorf("%s: ed saw a pin: %s", m.cfg.Name, got)
		}
		if got := c.code(ed, neo4j.SessionConfig{DatabaseName: "shop"}, "CREATE (:Card {n: 3})"); got != "" {
			t.Errorf("%s: ed could not write: %s", m.cfg.Name, got)
		}
		if got := c.code(all, neo4j.SessionConfig{DatabaseName: "shop", ImpersonatedUser: "rita"}, "CREATE (:Card)"); got != forbidden {
			t.Errorf("%s: the administrator wrote as rita: %q", m.cfg.Name, got)
		}
		if got := c.code(rita, neo4j.SessionConfig{ImpersonatedUser: "neo4j"}, "RETURN 1"); got != forbidden {
			t.Errorf("%s: rita became neo4j: %q", m.cfg.Name, got)
		}
	}
	c.run(admin, "DENY LOAD ON ALL DATA TO clerk", nil, system)
	loader := c.as("bolt", c.members[0], "ed", "edits too")
	eventually(t, 10*time.Second, "ed may load no file", func() bool {
		return c.code(loader, neo4j.SessionConfig{DatabaseName: "shop"}, "LOAD CSV FROM 'file:///none.csv' AS r RETURN r") == forbidden
	})
	if got := c.code(admin, neo4j.SessionConfig{DatabaseName: "shop"}, "LET x = 1 RETURN x"); !strings.Contains(got, "SyntaxError") {
		t.Errorf("a clause of Cypher 25 in a database of Cypher 5: %q", got)
	}
	c.run(admin, "ALTER DATABASE orders SET DEFAULT LANGUAGE CYPHER 25", nil, system)
	eventually(t, 10*time.Second, "a clause of Cypher 25 is known in a database of that language", func() bool {
		return c.code(admin, neo4j.SessionConfig{DatabaseName: "shop"}, "LET x = 1 RETURN x") == ""
	})
	c.run(admin, "ALTER USER rita SET STATUS SUSPENDED", nil, system)
	rita := c.as("bolt", c.members[0], "rita", "reads only")
	eventually(t, 10*time.Second, "rita is kept out", func() bool {
		return strings.Contains(c.code(rita, neo4j.SessionConfig{}, "RETURN 1"), "Unauthorized")
	})
	if got := c.code(admin, neo4j.SessionConfig{DatabaseName: "system"}, "DROP DATABASE orders"); !strings.Contains(got, "ExecutionFailed") {
		t.Errorf("a database with an alias was dropped: %q", got)
	}
	c.run(admin, "DROP DATABASE orders CASCADE ALIASES", nil, system)
	if rows := c.run(admin, "SHOW ALIASES FOR DATABASE", nil, system); len(rows) != 0 {
		t.Errorf("aliases left: %v", rows)
	}
}

// serverStates gives state and hosted databases of a server as another one tells.
func (c *cluster) serverState(d neo4j.DriverWithContext, name string) (state string, hosting []any) {
	rows := c.run(d, "SHOW SERVERS YIELD name, state, hosting WHERE name = '"+name+"'", nil)
	if len(rows) == 0 {
		return "", nil
	}
	return rows[0][1].(string), rows[0][2].([]any)
}

func TestServersAreEmptiedDroppedAndReplaced(t *testing.T) {
	c := startCluster(t, "eu", "us", "ap")
	first, second, third := c.members[0], c.members[1], c.members[2]
	admin := c.driver("bolt", third)
	c.run(admin, "CREATE DATABASE lone TOPOLOGY 1 PRIMARY WAIT", nil)
	holder := c.value(admin, "SHOW DATABASES YIELD name, serverID WHERE name = 'lone' RETURN serverID")
	who := c.value(admin, fmt.Sprintf("SHOW SERVERS YIELD name, serverId WHERE serverId = '%s' RETURN name", holder))
	write := c.driver("neo4j", third)
	c.run(write, "UNWIND range(1, 500) AS i CREATE (:N {i: i})", nil, neo4j.ExecuteQueryWithDatabase("lone"))

	// A fourth server comes, and is told what it may hold.
	fourth := &member{cfg: second.cfg}
	fourth.cfg.Name, fourth.cfg.Region, fourth.cfg.DataDir, fourth.cfg.AutoEnable = "new", "sa", t.TempDir(), false
	fourth.cfg.Bolt, fourth.cfg.HTTP, fourth.cfg.Cluster = node.Address{Listen: freePort(t, "tcp")}, node.Address{Listen: freePort(t, "tcp")}, node.Address{Listen: freePort(t, "udp")}
	c.members = append(c.members, fourth)
	c.start(fourth)
	eventually(t, 30*time.Second, "the new server is Free", func() bool { s, _ := c.serverState(admin, "new"); return s == "Free" })
	c.run(admin, "ENABLE SERVER 'new' OPTIONS {modeConstraint: 'PRIMARY', deniedDatabases: ['lone'], tags: ['fresh']}", nil)
	if rows := c.run(admin, "SHOW SERVERS YIELD name, state, modeConstraint, deniedDatabases, tags WHERE name = 'new'", nil); fmt.Sprint(rows) != "[[new Enabled PRIMARY [lone] [fresh]]]" {
		t.Errorf("after ENABLE SERVER: %v", rows)
	}

	// The first server goes; everything it holds moves.
	gone := first.cfg.Name
	if who != gone { // the lone copy has to be moved too: bring it there
		c.run(admin, fmt.Sprintf("CALL dbms.cluster.cordonServer('%s')", who), nil)
		if rows := c.run(admin, fmt.Sprintf("SHOW SERVERS YIELD name, state WHERE name = '%s'", who), nil); rows[0][1] != "Cordoned" {
			t.Errorf("after cordonServer: %v", rows)
		}
		c.run(admin, fmt.Sprintf("ENABLE SERVER '%s'", who), nil)
		gone = who.(string)
	}
	i := slices.IndexFunc(c.members, func(m *member) bool { return m.cfg.Name == gone })
	goner := c.members[i]
	rest := slices.DeleteFunc(slices.Clone(c.members), func(m *member) bool { return m == goner })
	admin = c.driver("bolt", rest[0])
	plan := c.run(admin, fmt.Sprintf("DRYRUN DEALLOCATE DATABASES FROM SERVER '%s'", gone), nil)
	if len(plan) != 2 {
		t.Errorf("dry run %v, want a move of each of two databases", plan)
	}
	for _, move := range plan {
		if move[1] != gone || move[0] == "lone" && move[3] == "new" || move[0] == "neo4j" && move[3] != "new" || move[5] != "primary" {
			t.Errorf("planned move %v", move)
		}
	}
	if code := c.code(admin, neo4j.SessionConfig{}, fmt.Sprintf("DROP SERVER '%s'", gone)); code == "" {
		t.Error("a server with copies was dropped")
	}
	c.run(admin, fmt.Sprintf("DEALLOCATE DATABASES FROM SERVER '%s'", gone), nil)
	eventually(t, 60*time.Second, gone+" is Deallocated", func() bool {
		s, hosting := c.serverState(admin, gone)
		return s == "Deallocated" && len(hosting) == 1
	})
	c.run(admin, fmt.Sprintf("DROP SERVER '%s'", gone), nil)
	if s, _ := c.serverState(admin, gone); s != "" {
		t.Errorf("a dropped server is shown as %s", s)
	}
	goner.stop()
	if n := c.value(c.driver("neo4j", rest[0]), "MATCH (n:N) RETURN count(n)", neo4j.ExecuteQueryWithDatabase("lone")); n != int64(500) {
		t.Errorf("%v nodes after the move, want 500", n)
	}
	if n := c.value(c.driver("neo4j", rest[0]), "CREATE (n:After) RETURN 1", neo4j.ExecuteQueryWithDatabase("lone")); n != int64(1) {
		t.Errorf("writing after the move: %v", n)
	}

	// The new server takes the dropped one's vote in the system database.
	voters := func(m *member) (ids []string) {
		r, err := http.Get("http://" + m.cfg.HTTP.Listen + "/db/system/cluster/status")
		if err != nil {
			return nil
		}
		defer r.Body.Close()
		var answer struct {
			VotingMembers []string `json:"votingMembers"`
		}
		_ = json.NewDecoder(r.Body).Decode(&answer)
		return answer.VotingMembers
	}
	eventually(t, 60*time.Second, "three servers vote on the system database", func() bool {
		v := voters(fourth)
		return len(v) == 3 && !slices.Contains(v, holder.(string))
	})
	rest[0].stop() // one of the old ones; two of three voters are left
	admin = c.driver("bolt", fourth)
	eventually(t, 30*time.Second, "commands are carried out", func() bool {
		return c.code(admin, neo4j.SessionConfig{}, "CREATE ALIAS still FOR DATABASE neo4j") == ""
	})
	c.start(rest[0])
	c.awaitReady(rest[0])
}

func TestTopologyShrinksAndGrows(t *testing.T) {
	c := startCluster(t, "eu", "us", "ap")
	admin := c.driver("neo4j", c.members[0])
	c.run(admin, "UNWIND range(1, 300) AS i CREATE (:N {i: i})", nil)
	copies := func() string {
		return fmt.Sprint(c.run(admin, "SHOW DATABASES YIELD name, currentStatus, role WHERE name = 'neo4j' RETURN currentStatus, role, count(*) AS n ORDER BY n", nil))
	}
	for _, step := range []struct{ command, want string }{
		{"ALTER DATABASE neo4j SET TOPOLOGY 1 PRIMARY", "[[online primary 1]]"},
		{"ALTER DATABASE neo4j SET TOPOLOGY 3 PRIMARIES", "[[online primary 3]]"},
	} {
		c.run(admin, step.command, nil)
		eventually(t, 60*time.Second, step.command, func() bool { return copies() == step.want })
		if n := c.value(admin, "MATCH (n:N) RETURN count(n)"); n != int64(300) {
			t.Errorf("%s: %v nodes", step.command, n)
		}
		c.run(admin, "CREATE (:Other)", nil)
	}
}

// Who may not enter a database is told that there is none when asking where it is.
func TestRoutesOfDatabasesThatMayNotBeEntered(t *testing.T) {
	c := startCluster(t, "here")
	admin := c.driver("bolt", c.members[0])
	system := neo4j.ExecuteQueryWithDatabase("system")
	for _, q := range []string{
		"CREATE DATABASE secret WAIT", "CREATE DATABASE resting WAIT", "STOP DATABASE resting WAIT", "CREATE ALIAS hush FOR DATABASE secret",
		"CREATE USER rita SET PASSWORD 'reads only' CHANGE NOT REQUIRED", "CREATE ROLE some", "GRANT ACCESS ON DATABASE neo4j TO some", "GRANT ROLE some TO rita",
	} {
		c.run(admin, q, nil, system)
	}
	route := func(user, password, database string) (string, error) {
		t.Helper()
		conn, err := boltclient.Dial(t.Context(), c.members[0].cfg.Bolt.Listen, boltclient.Login{User: user, Password: password, Routes: true})
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		s, err := conn.Route(database)
		if failure, ok := errors.AsType[*boltclient.ServerError](err); ok {
			return failure.Code, nil
		}
		return fmt.Sprint(len(s.Write)), err
	}
	const unknown = "Neo.ClientError.Database.DatabaseNotFound"
	for _, q := range []struct{ user, password, database, want string }{
		{"neo4j", testPassword, "secret", "1"},
		{"neo4j", testPassword, "resting", "Neo.TransientError.General.DatabaseUnavailable"},
		{"neo4j", testPassword, "nowhere", unknown},
		{"rita", "reads only", "neo4j", "1"},
		{"rita", "reads only", "system", "1"},
		{"rita", "reads only", "secret", unknown},
		{"rita", "reads only", "hush", unknown},
		{"rita", "reads only", "resting", unknown},
		{"rita", "reads only", "nowhere", unknown},
	} {
		if got, err := route(q.user, q.password, q.database); err != nil || got != q.want {
			t.Errorf("%s asks for %s: %s %v, want %s", q.user, q.database, got, err, q.want)
		}
	}
	rita := c.as("bolt", c.members[0], "rita", "reads only")
	for database, want := range map[string]string{"secret": unknown, "neo4j": ""} {
		if got := c.code(rita, neo4j.SessionConfig{}, "CALL dbms.routing.getRoutingTable({}, '"+database+"')"); got != want {
			t.Errorf("the procedure answers %q for %s, want %q", got, database, want)
		}
	}
}
