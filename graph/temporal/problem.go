package temporal

import (
	"fmt"

	"graticule/graph"
)

// Class says what kind of input a Problem is about.
type Class int

// The classes of problems.
const (
	Unreadable   Class = iota // a text in no known form; Subject is the text, Kind what it should be
	ShortMonth                // a month or a day of the year of one digit; Subject is the text
	BadValue                  // a component out of its range
	BadText                   // the same within a text; Subject is the text
	Missing                   // a component that is needed or not known; Subject is its name
	OutOfRange                // milli-, micro- or nanoseconds or a part of a date, out of [Low, High]; Subject is the name, Found the value
	Unsupported               // something the kind of value does not have
	NotProcessed              // the same, with a Subject that cannot be processed
	Combination               // components that exclude each other; Subject says which
	BadZone                   // an unknown time zone; Subject is its text
	BadOffset                 // an offset beyond 18 hours
	Conflict                  // an offset that its zone does not have; Subject says where, Want what it has
	ForeignBase               // a base value that is no temporal value; Subject is its text
	Internal                  // what Neo4j calls an internal error
	Overflow                  // an instant past the last year
	TooLong                   // a duration past its limits
	TooLarge                  // a part of a duration past 64 bits
)

// Problem is what is wrong with the input of this package.
type Problem struct {
	Class         Class
	Text          string
	Kind, Subject string
	Want, Given   string
	Low, High     int64
	Found         int64
	Base          graph.Value // that a part named Kind cannot be got of
	As            string      // the type that Base should be of
}

// Error gives the text.
func (p *Problem) Error() string { return p.Text }

func problem(class Class, subject, format string, args ...any) *Problem {
	return &Problem{Class: class, Subject: subject, Text: fmt.Sprintf(format, args...)}
}

// yearMax bounds years on both sides; the days are those of its first and last day.
const (
	yearMax  = 999_999_999
	firstDay = -365_243_219_162
	lastDay  = 365_241_780_471
)
