package bolt

import (
	"context"
	"time"

	"graticule/graph"
	"graticule/status"
)

// Backend is what the door needs of the server behind it.
type Backend interface {
	// Connect begins a session for one connection, before it has logged in.
	Connect(ctx context.Context, info ConnInfo) (Session, error)
	// Failure maps any error of the backend to what the client is told.
	Failure(err error) *status.Error
}

// ConnInfo describes one connection.
type ConnInfo struct {
	ID             string // "bolt-17", in SHOW TRANSACTIONS
	Client, Server string // remote and local address
	UserAgent      string
	BoltAgent      *graph.Map
	RoutingContext map[string]string // nil: the client does not route (bolt://)
	Protocol       string            // "5.8"
	Began          time.Time
	Kill           func() // ends the connection
}

// Auth is the content of HELLO (4.4, 5.0) or LOGON.
type Auth struct {
	Scheme, Principal, Credentials, Realm string
	Parameters                            *graph.Map
}

// Session is one connection's session. Its methods are called one at a time;
// the context is cancelled when the connection dies or is reset, and not before
// what it was given for, a result or a transaction, has been closed.
type Session interface {
	Logon(ctx context.Context, auth Auth) error
	Logoff(ctx context.Context) error
	// Run runs one auto-commit statement.
	Run(ctx context.Context, cfg TxConfig, text string, params *graph.Map) (Result, error)
	Begin(ctx context.Context, cfg TxConfig) (Transaction, error)
	Route(ctx context.Context, req RouteRequest) (RoutingTable, error)
	Telemetry(api int64)
	Close()
}

// TxConfig is what BEGIN or an auto-commit RUN asks for.
type TxConfig struct {
	Database         string // "" means the user's home database
	Read             bool
	Bookmarks        []string
	Timeout          time.Duration
	HasTimeout       bool // Timeout was given; 0 then means no limit
	Metadata         *graph.Map
	ImpersonatedUser string
}

// Transaction is an explicit transaction.
type Transaction interface {
	Run(ctx context.Context, text string, params *graph.Map) (Result, error)
	// Commit gives the bookmark of the transaction.
	Commit(ctx context.Context) (string, error)
	Rollback(ctx context.Context) error
	Database() string
}

// Result is the stream of one statement's rows.
type Result interface {
	Columns() []string
	// Database is the name of the database, DatabaseID the id in element ids.
	Database() string
	DatabaseID() string
	// Fetch calls emit for at most max rows (max < 0: all that are left) and tells
	// whether there may be more. The row passed to emit is reused.
	Fetch(ctx context.Context, max int64, emit func(row []graph.Value) error) (more bool, err error)
	// Context ends when the statement is ended: terminated, timed out or reset.
	Context() context.Context
	// Summary is valid once Fetch has told that there is no more, or after Close.
	Summary() Summary
	// Close gives up the rows that are left; the statement's writes still happen.
	Close(ctx context.Context) error
}

// Summary is what the last SUCCESS of a statement tells.
type Summary struct {
	Type          string // "r", "rw", "w" or "s"
	Database      string
	Bookmark      string                // of an auto-commit statement; "" otherwise
	Counters      *graph.Map            // Neo4j's names, such as nodes-created; nil when nothing changed
	Plan          *PlanNode             // EXPLAIN
	Profile       *PlanNode             // PROFILE
	Notifications []status.Notification // all there are; the door picks those the client wants
	HasRows       bool                  // at least one row was sent
}

// PlanNode is one operator of a plan, as drivers draw it.
type PlanNode struct {
	Operator    string
	Identifiers []string
	Arguments   *graph.Map
	Rows        int64 // PROFILE only, like DBHits
	DBHits      int64
	Children    []*PlanNode
}

// RouteRequest is a ROUTE message.
type RouteRequest struct {
	Context          map[string]string
	Bookmarks        []string
	Database         string
	ImpersonatedUser string
}

// RoutingTable answers a RouteRequest; addresses are host:port.
type RoutingTable struct {
	TTL                time.Duration
	Database           string
	Route, Read, Write []string
}
