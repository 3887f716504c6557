package status

import "strings"

// Cypher25 gives e the GQLSTATUS and the cause that it has in Cypher 25, where
// Cypher 5 had a status for few of its syntax errors.
func (e *Error) Cypher25() *Error {
	if e == nil || e.GQLStatus != "50N42" {
		return e
	}
	c := *e
	cause := func(gql, text string, args ...any) *Error { return c.With("42001", Because(gql, text, args...)) }
	switch e.Detail {
	case "UnexpectedSyntax", "InvalidRelationshipPattern", "InvalidParameterUse":
		if strings.HasPrefix(e.Message, "Invalid input '") {
			return cause("42I06", "%s.", strings.Replace(first(e.Message), ": expected ", ", expected: ", 1))
		}
	case "UndefinedVariable":
		return cause("42N62", "%s.", first(e.Message))
	case "VariableAlreadyBound":
		switch {
		case strings.HasSuffix(first(e.Message), "already declared"):
			return cause("42N59", "%s.", first(e.Message))
		case strings.Contains(e.Message, "is shadowing"):
			return cause("42N07", "%s.", first(e.Message))
		}
	case "ColumnNameConflict":
		return cause("42N38", "Return items must have unique names.")
	case "UnknownFunction":
		_, name, _ := strings.Cut(first(e.Message), "'")
		return cause("42N48", "The function %s() was not found. Verify that the spelling is correct.", strings.TrimSuffix(name, "'"))
	case "InvalidAggregation":
		return cause("42I24", "The aggregate expression is not allowed in this context.")
	}
	return e
}

// first gives a message without the place that stands behind it.
func first(message string) string {
	text, _, _ := strings.Cut(message, " (line ")
	return text
}
