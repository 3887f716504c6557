package bolt

import (
	"errors"
	"strings"

	"graticule/graph"
	"graticule/internal/packstream"
	"graticule/status"
)

// What clients are told of messages that are wrong in form or place, as Neo4j says it.

func invalid(format string, args ...any) *status.Error {
	return status.New(status.RequestInvalid, "08N06", format, args...)
}

// unreadable is a message whose fields are not what they should be.
func unreadable(err error) *status.Error {
	text := strings.Replace(err.Error(), packstream.ErrMalformed.Error()+": ", "", 1)
	if errors.Is(err, packstream.ErrTemporal) {
		return status.New(status.ArgumentError, "22N00", "%s", text)
	}
	return invalid("%s", text)
}

// fieldsOf gives how many fields each message has; ROUTE had two once.
var fieldsOf = map[byte]int{
	msgHello: 1, msgRun: 3, msgBegin: 1, msgCommit: 0, msgRollback: 0, msgDiscard: 1, msgPull: 1, msgTelemetry: 1, msgRoute: 3, msgLogon: 1, msgLogoff: 0,
}

func sized(tag byte, fields int) error {
	if want := fieldsOf[tag]; fields != want {
		return status.New(status.RequestInvalidFormat, "50N42", "Illegal struct size: Expected struct to be %d fields but got %d", want, fields)
	}
	return nil
}

var messageNames = map[byte]string{
	msgHello: "HelloMessage", msgReset: "ResetMessage", msgRun: "RunMessage", msgBegin: "BeginMessage", msgCommit: "CommitMessage", msgRollback: "RollbackMessage",
	msgDiscard: "DiscardMessage", msgPull: "PullMessage", msgTelemetry: "TelemetryMessage", msgRoute: "RouteMessage", msgLogon: "LogonMessage", msgLogoff: "LogoffMessage",
}

var stateNames = map[state]string{
	stateConnected: "NEGOTIATION", stateAuthentication: "AUTHENTICATION", stateReady: "READY", stateStreaming: "AUTO_COMMIT", stateTxReady: "IN_TRANSACTION",
	stateTxStreaming: "IN_TRANSACTION", stateFailed: "FAILED",
}

// misplaced is a message that may not come in the state of the connection.
func (c *conn) misplaced(tag byte) *status.Error {
	name, known := messageNames[tag]
	if !known {
		return invalid("Unexpected struct tag: 0x%02X", tag)
	}
	return status.New(status.RequestInvalid, "50N42", "Message of type %s cannot be handled by a session in the %s state.", name, stateNames[c.state])
}

// bookmarks reads a list of bookmarks; null is none.
func bookmarks(v graph.Value) ([]string, error) {
	switch v.Kind() {
	case graph.KindNull:
		return nil, nil
	case graph.KindList:
	default:
		return nil, invalid("Illegal value for field \"bookmarks\": Expected list")
	}
	var out []string
	for _, b := range v.AsList() {
		if b.Kind() != graph.KindString {
			return nil, invalid("Illegal value for field \"bookmarks\": Expected list of strings")
		}
		out = append(out, b.AsString())
	}
	return out, nil
}

// batchSize reads how many rows a PULL or DISCARD asks for; -1 is all.
func batchSize(m *graph.Map) (int64, error) {
	v, ok := m.Get("n")
	switch {
	case !ok || v.IsNull():
		return 0, invalid("Illegal value for field \"meta\": Illegal value for field \"n\": Expected value to be non-null")
	case v.Kind() != graph.KindInt:
		return 0, invalid("Illegal value for field \"meta\": Illegal value for field \"n\": Expected long")
	case v.AsInt() < 1 && v.AsInt() != -1:
		return 0, invalid("Illegal value for field \"meta\": Illegal value for field \"n\": Expecting size to be at least 1, but got: %d", v.AsInt())
	}
	return v.AsInt(), nil
}
