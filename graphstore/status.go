package graphstore

import (
	"errors"
	"fmt"
	"strings"

	"graticule/graph"
	"graticule/status"
)

// Status gives what a client is told of an error of this package, with Neo4j's
// codes; nil when err is none of them.
func Status(err error) *status.Error {
	var constraint *ConstraintError
	var connected *StillConnectedError
	var missing *MissingNodeError
	var schema *SchemaError
	switch {
	case errors.As(err, &constraint):
		return constraintFailure(constraint)
	case errors.As(err, &connected):
		e := status.New(status.ConstraintValidationFailed, "22N77", "Cannot delete node<%d>, because it still has relationships. To delete this node, you must first delete its relationships.", connected.Node)
		e.Detail = "DeleteConnectedNode"
		return e
	case errors.As(err, &missing):
		return status.New(status.EntityNotFound, "22N01", "Unable to load NODE %d.", missing.Node)
	case errors.As(err, &schema):
		return schemaFailure(schema)
	case errors.Is(err, ErrDeadlock):
		return status.New(status.DeadlockDetected, "50N05", "The transaction would wait for another one that waits for it; run it again.")
	case errors.Is(err, ErrLockTimeout):
		return status.New(status.LockAcquisitionTimeout, "50N42", "The transaction waited too long for another one's write; run it again.")
	case errors.Is(err, ErrConflict), errors.Is(err, ErrBaseTooOld), errors.Is(err, ErrStaleTerm):
		return status.New(status.Outdated, "50N42", "The transaction read data that a newer commit has changed; run it again.")
	case errors.Is(err, ErrNotStorable):
		e := status.New(status.TypeError, "22N01", "Property values can only be of primitive types or arrays thereof.")
		e.Detail = "InvalidPropertyType"
		return e
	case errors.Is(err, ErrReadOnly):
		return status.New(status.AccessMode, "42N02", "Writing in read access mode not allowed.")
	case errors.Is(err, ErrDeletedEntity):
		e := status.New(status.EntityNotFound, "22N01", "The entity has been deleted in this transaction.")
		e.Detail = "DeletedEntityAccess"
		return e
	}
	return nil
}

// literal writes a value as a message quotes it.
func literal(v graph.Value) string {
	switch v.Kind() {
	case graph.KindString:
		return "'" + v.AsString() + "'"
	case graph.KindInt:
		return fmt.Sprint(v.AsInt())
	case graph.KindFloat:
		return fmt.Sprint(v.AsFloat())
	case graph.KindBool:
		return fmt.Sprint(v.AsBool())
	}
	return v.Kind().String()
}

func constraintFailure(c *ConstraintError) *status.Error {
	d := c.Constraint
	kind, named := "Node", "label"
	if d.Relationship {
		kind, named = "Relationship", "type"
	}
	props := "`" + strings.Join(d.Properties, "`, `") + "`"
	if c.Existing != 0 || strings.Contains(string(d.Type), "UNIQUE") {
		var values []string
		for _, v := range c.Values {
			values = append(values, literal(v))
		}
		return status.New(status.ConstraintValidationFailed, "22N79", "%s(%d) already exists with %s `%s` and property %s = %s", kind, c.Existing, named, d.Label, props, strings.Join(values, ", "))
	}
	return status.New(status.ConstraintValidationFailed, "22N77", "%s(%d) with %s `%s` must have the property %s of the constraint '%s'", kind, c.Entity, named, d.Label, props, d.Name)
}

func schemaFailure(e *SchemaError) *status.Error {
	what := "index"
	if e.Constraint {
		what = "constraint"
	}
	switch e.Reason {
	case SameNameIndex:
		return status.New("Neo.ClientError.Schema.IndexWithNameAlreadyExists", "22N71", "There already exists an index called '%s'.", e.Name)
	case SameNameConstraint:
		return status.New("Neo.ClientError.Schema.ConstraintWithNameAlreadyExists", "22N67", "There already exists a constraint called '%s'.", e.Name)
	case EquivalentExists:
		return status.New("Neo.ClientError.Schema.EquivalentSchemaRuleAlreadyExists", "22N70", "An equivalent %s already exists: '%s'.", what, e.Existing)
	case IndexInTheWay:
		return status.New("Neo.ClientError.Schema.IndexAlreadyExists", "22N70", "There already exists an index '%s' on the same schema.", e.Existing)
	case ConstraintInTheWay:
		return status.New("Neo.ClientError.Schema.ConstraintAlreadyExists", "22N65", "Constraint already exists: '%s'.", e.Existing)
	case OwnedByConstraint:
		return status.New("Neo.ClientError.Schema.ForbiddenOnConstraintIndex", "50N42", "Unable to drop index: Index belongs to constraint: `%s`", e.Existing)
	}
	if e.Constraint {
		return status.New("Neo.DatabaseError.Schema.ConstraintDropFailed", "50N13", "Unable to drop constraint `%s`: No such constraint %s.", e.Name, e.Name)
	}
	return status.New("Neo.DatabaseError.Schema.IndexDropFailed", "50N12", "Unable to drop index called `%s`. There is no such index.", e.Name)
}
