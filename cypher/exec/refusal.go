package exec

import (
	"graticule/status"
)

// noMap is the error of null where properties are wanted.
func noMap(message string) error {
	e := status.New(status.TypeError, "", "%s", message)
	return e.With("22G03", status.Because("22N01", "Expected the value NO_VALUE to be of type MAP, but was of type NULL."))
}

// missingEnd is the error of a relationship to a node that is null.
func (r *run) missingEnd(rel, node string) error {
	e := status.New(status.ExecutionFailed, "50N42", "Failed to create relationship `%s`, node `%s` is missing. If you prefer to simply ignore rows where a relationship node is missing, set 'dbms.cypher.lenient_create_relationship = true' in neo4j.conf", rel, node)
	if r.context.Version == 25 {
		e.Code = status.ArgumentError
		e = e.With("22G03", status.Because("22N01", "Expected the value NULL to be of type NODE, but was of type NOTHING."))
	}
	e.Detail = "InvalidArgumentValue"
	return e
}
