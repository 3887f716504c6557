package shell

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/config"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/notifications"

	"graticule/node"
)

// How often a statement that the server refused without running it is sent
// again, and how long is waited before the first time; each wait is doubled.
const (
	attemptsMax = 5
	retryWait   = 50 * time.Millisecond
)

// connectTimeout is how long a server may take to answer at first.
const connectTimeout = 10 * time.Second

// connection is a driver with the session and transaction that are open on it.
type connection struct {
	opts    *options
	driver  neo4j.DriverWithContext
	session neo4j.SessionWithContext
	tx      neo4j.ExplicitTransaction  // nil outside :begin
	marks   map[string]neo4j.Bookmarks // by database: what was seen there

	user     string
	database string // as asked for, "" for the home database
	current  string // as the server named it
	protocol string
}

// target completes an address and puts the wish for encryption into its scheme.
func target(address, encryption string) (string, error) {
	if !strings.Contains(address, "://") {
		address = "neo4j://" + address
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("Invalid address format %s", address)
	}
	base, secure, _ := strings.Cut(u.Scheme, "+")
	if base != "neo4j" && base != "bolt" || secure != "" && secure != "s" && secure != "ssc" {
		return "", fmt.Errorf("Invalid address format %s", u.Scheme)
	}
	switch {
	case encryption == "true" && secure == "":
		u.Scheme = base + "+s"
	case encryption == "false" && secure != "":
		return "", fmt.Errorf("The address %s asks for encryption: use %s:// or leave out --encryption false", address, base)
	}
	return u.String(), nil
}

// connect opens a connection and checks that it works.
func connect(ctx context.Context, o *options, user, password, database string) (*connection, error) {
	address, err := target(o.address, o.encryption)
	if err != nil {
		return nil, err
	}
	auth := neo4j.NoAuth()
	if user != "" || password != "" {
		auth = neo4j.BasicAuth(user, password, "")
	}
	driver, err := neo4j.NewDriverWithContext(address, auth, func(c *config.Config) {
		c.UserAgent = "graticule-shell/" + node.Version
		c.SocketConnectTimeout = connectTimeout
		c.Log = o.driverLog
		c.TelemetryDisabled = true
		if !o.notifications {
			c.NotificationsMinSeverity = notifications.DisabledLevel
		}
	})
	if err != nil {
		return nil, err
	}
	c := &connection{opts: o, driver: driver, user: user, marks: map[string]neo4j.Bookmarks{}}
	if err := c.use(ctx, database); err != nil {
		c.close(ctx)
		return nil, err
	}
	return c, nil
}

// use begins a session on a database and pings it; if that fails, the session
// before stays.
func (c *connection) use(ctx context.Context, database string) error {
	before := *c
	if before.session != nil {
		c.marks[c.database], c.marks[c.current] = before.session.LastBookmarks(), before.session.LastBookmarks()
	}
	c.database = database
	mode := neo4j.AccessModeWrite
	if c.opts.accessMode == "read" {
		mode = neo4j.AccessModeRead
	}
	c.session = c.driver.NewSession(ctx, neo4j.SessionConfig{
		DatabaseName: database, AccessMode: mode, ImpersonatedUser: c.opts.impersonate,
		Bookmarks: neo4j.CombineBookmarks(c.marks["system"], c.marks[database]),
	})
	if err := c.ping(ctx); err != nil {
		c.session.Close(ctx)
		*c = before
		return err
	}
	if before.session != nil {
		before.session.Close(ctx)
	}
	return nil
}

// reopen makes a session anew, after a change of its mode or user.
func (c *connection) reopen(ctx context.Context) error { return c.use(ctx, c.database) }

func (c *connection) ping(ctx context.Context) error {
	result, err := c.session.Run(ctx, "CALL db.ping()", nil, c.transaction()...)
	if err != nil {
		return err
	}
	s, err := result.Consume(ctx)
	if err != nil {
		return err
	}
	v := s.Server().ProtocolVersion()
	c.protocol = fmt.Sprintf("%d.%d", v.Major, v.Minor)
	c.current = c.database
	if d := s.Database(); d != nil && d.Name() != "" {
		c.current = d.Name()
	}
	return nil
}

// transaction is how every transaction of the shell is marked in logs.
func (c *connection) transaction() []func(*neo4j.TransactionConfig) {
	out := []func(*neo4j.TransactionConfig){neo4j.WithTxMetadata(map[string]any{"type": "user-direct", "app": "graticule-shell_v" + node.Version})}
	if c.opts.transactionTimeout > 0 {
		out = append(out, neo4j.WithTxTimeout(c.opts.transactionTimeout))
	}
	return out
}

// run sends a statement, in the open transaction if there is one. What a server
// has refused to begin, such as a write on one that no longer leads, is sent
// again; a lost connection is not, for then the outcome is unknown.
func (c *connection) run(ctx context.Context, query string, params map[string]any) (neo4j.ResultWithContext, error) {
	if c.tx != nil {
		return c.tx.Run(ctx, query, params)
	}
	wait := retryWait
	for attempt := 1; ; attempt++ {
		result, err := c.session.Run(ctx, query, params, c.transaction()...)
		if err == nil || codeOf(err) == "" || !neo4j.IsRetryable(err) || attempt == attemptsMax {
			return result, err
		}
		select {
		case <-time.After(wait):
			wait *= 2
		case <-ctx.Done():
			return nil, err
		}
	}
}

func (c *connection) begin(ctx context.Context) (err error) {
	c.tx, err = c.session.BeginTransaction(ctx, c.transaction()...)
	return err
}

func (c *connection) commit(ctx context.Context) error {
	tx := c.tx
	c.tx = nil
	return tx.Commit(ctx)
}

func (c *connection) rollback(ctx context.Context) error {
	tx := c.tx
	c.tx = nil
	return tx.Rollback(ctx)
}

// close rolls back what is open.
func (c *connection) close(ctx context.Context) {
	if c.tx != nil {
		_ = c.rollback(ctx) // the server does so anyway
	}
	if c.session != nil {
		c.session.Close(ctx)
	}
	c.driver.Close(ctx)
}

// setPassword changes the user's own password; a password that has expired
// allows nothing else.
func setPassword(ctx context.Context, o *options, user, old, next string) error {
	address, err := target(o.address, o.encryption)
	if err != nil {
		return err
	}
	driver, err := neo4j.NewDriverWithContext(address, neo4j.BasicAuth(user, old, ""))
	if err != nil {
		return err
	}
	defer driver.Close(ctx)
	session := driver.NewSession(ctx, neo4j.SessionConfig{DatabaseName: "system"})
	defer session.Close(ctx)
	result, err := session.Run(ctx, "ALTER CURRENT USER SET PASSWORD FROM $old TO $new", map[string]any{"old": old, "new": next})
	if err == nil {
		_, err = result.Consume(ctx)
	}
	return err
}

// rows runs a read apart from the open transaction.
func (c *connection) rows(ctx context.Context, database, query string, params map[string]any) (columns []string, rows [][]any, err error) {
	seen := c.marks[database]
	if database == c.database {
		seen = c.session.LastBookmarks()
	}
	session := c.driver.NewSession(ctx, neo4j.SessionConfig{
		DatabaseName: database, AccessMode: neo4j.AccessModeRead, ImpersonatedUser: c.opts.impersonate, Bookmarks: seen,
	})
	defer session.Close(ctx)
	result, err := session.Run(ctx, query, params, c.transaction()...)
	if err != nil {
		return nil, nil, err
	}
	if columns, err = result.Keys(); err != nil {
		return nil, nil, err
	}
	records, err := result.Collect(ctx)
	for _, r := range records {
		rows = append(rows, r.Values)
	}
	return columns, rows, err
}
