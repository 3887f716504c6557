package shell

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

// ExitError asks main to exit with a code; all has been said already.
type ExitError struct{ Code int }

func (e *ExitError) Error() string { return fmt.Sprintf("exit %d", e.Code) }

// errExit ends the shell on :exit.
var errExit = errors.New("exit")

var (
	errDisconnected = errors.New("Not connected to Neo4j")
	errNoInput      = errors.New("Could not read input")
)

// describe gives the text of an error in the format the user chose.
func (sh *Shell) describe(err error) string {
	var server *neo4j.Neo4jError
	if errors.As(err, &server) {
		return describeServer(server, sh.opts.errorFormat)
	}
	var lost *neo4j.ConnectivityError
	if errors.As(err, &lost) {
		return sh.unreachable()
	}
	var usage *neo4j.UsageError
	if errors.As(err, &usage) {
		return usage.Message
	}
	return err.Error()
}

func describeServer(e *neo4j.Neo4jError, format string) string {
	switch format {
	case "gql":
		var b strings.Builder
		for c, depth := e, 0; c != nil; c, depth = c.GqlCause, depth+1 {
			if depth > 0 {
				b.WriteString("\n" + strings.Repeat("  ", depth-1) + "  ")
			}
			b.WriteString(c.GqlStatus + ": " + c.GqlStatusDescription)
		}
		return b.String()
	case "stacktrace":
		text := e.Code + ": " + e.Msg
		for c := e; c != nil; c = c.GqlCause {
			text += "\n\tcaused by " + c.GqlStatus + ": " + c.GqlStatusDescription
		}
		return text
	}
	return e.Msg
}

// unreachable tells which address does not answer.
func (sh *Shell) unreachable() string {
	where := sh.opts.address
	if u, err := url.Parse(where); err == nil && u.Host != "" {
		where = u.Host
		if u.Port() == "" {
			where += ":7687"
		}
	}
	return "Unable to connect to " + where + ", ensure the database is running and that there is a working network connection to it."
}

// codeOf gives the status code of a server's error, "" for any other error.
func codeOf(err error) string {
	var server *neo4j.Neo4jError
	if errors.As(err, &server) {
		return server.Code
	}
	return ""
}
