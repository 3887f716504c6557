package status

import (
	"errors"
	"fmt"
	"strings"
)

// Error is one failure as a client sees it. It implements error.
type Error struct {
	Code        string   // Neo4j status code, such as Neo.ClientError.Statement.SyntaxError
	GQLStatus   string   // five characters, such as 42001; "50N42" when none fits better
	Message     string   // for people; names what to do
	Explanation string   `json:",omitempty"` // sentence that ends the GQL description; "" means the standard one
	Detail      string   // openCypher detail of a compile-time error, such as UndefinedVariable; "" otherwise
	Position    Position // where in the query text; zero when it has no place
	Cause       *Error   // GQL cause, may be nil
	Newer       bool     `json:",omitempty"` // told as Cypher 25 tells it

	// In25 makes the error whose code, GQLSTATUS, explanation and cause this one has in
	// Cypher 25, which may show large values; nil when status finds them by itself.
	In25 func() *Error `json:"-"`
}

// Position is a place in the query text. Offset counts UTF-16 units from 0,
// Line and Column from 1; the zero Position means "nowhere".
type Position struct{ Offset, Line, Column int }

// Error gives the message.
func (e *Error) Error() string { return e.Message }

// New makes an Error without a position.
func New(code, gql, format string, args ...any) *Error {
	return &Error{Code: code, GQLStatus: gql, Message: fmt.Sprintf(format, args...)}
}

// At gives a copy of e that stands at p.
func (e *Error) At(p Position) *Error {
	c := *e
	c.Position = p
	return &c
}

// As finds the *Error in err's chain, nil if there is none.
func As(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// Classification gives the class of the code: "ClientError", "TransientError" or "DatabaseError".
func (e *Error) Classification() string {
	parts := strings.SplitN(e.Code, ".", 3)
	if len(parts) < 3 {
		return "DatabaseError"
	}
	return parts[1]
}

// Transient tells whether drivers retry a managed transaction on this error.
func (e *Error) Transient() bool { return e.Classification() == "TransientError" }
