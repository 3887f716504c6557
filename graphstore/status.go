package graphstore

import (
	"errors"
	"fmt"
	"strings"

	"graticule/graph"
	"graticule/graph/temporal"
	"graticule/replication"
	"graticule/status"
)

// Status gives what a client is told of an error of this package, with Neo4j's
// codes; nil when err is none of them.
func Status(err error) *status.Error {
	var constraint *ConstraintError
	var connected *StillConnectedError
	var missing *MissingNodeError
	var schema *SchemaError
	var analyzer *UnknownAnalyzerError
	var token *TokenNameError
	switch {
	case errors.As(err, &analyzer):
		return status.New(status.ExecutionFailed, "50N00", "No such full-text analyzer: '%s'.", analyzer.Name)
	case errors.As(err, &token):
		return status.New(status.TokenNameError, "50N42", "%s", token)
	case errors.As(err, &constraint):
		return constraintFailure(constraint)
	case errors.As(err, &connected):
		e := status.New(status.ConstraintValidationFailed, "50N42", "Cannot delete node<%d>, because it still has relationships. To delete this node, you must first delete its relationships.", connected.Node)
		if connected.Created {
			e.Message = "Cannot delete node that was created in this transaction, because it still has relationships."
		}
		e.Detail = "DeleteConnectedNode"
		return e
	case errors.As(err, &missing):
		return status.New(status.EntityNotFound, "50N42", "Unable to load NODE %d.", missing.Node)
	case errors.As(err, &schema):
		return schemaFailure(schema)
	case errors.Is(err, ErrDeadlock):
		return status.New(status.DeadlockDetected, "50N05", "The transaction would wait for another one that waits for it; run it again.")
	case errors.Is(err, ErrLockTimeout):
		return status.New(status.LockAcquisitionTimeout, "50N42", "The transaction waited too long for another one's write; run it again.")
	case errors.Is(err, ErrConflict), errors.Is(err, ErrBaseTooOld), errors.Is(err, ErrStaleTerm):
		return status.New(status.Outdated, "50N42", "The transaction read data that a newer commit has changed; run it again.")
	case errors.Is(err, ErrTooLarge):
		return status.New(status.TransactionOutOfMemory, "51N71", "The changes of the transaction use more than the limit %d MiB. Commit them in parts, for example with CALL { ... } IN TRANSACTIONS.", replication.EntryMax>>20)
	case errors.Is(err, ErrNotStorable):
		e := status.New(status.TypeError, "50N42", "Property values can only be of primitive types or arrays thereof.")
		e.Detail = "InvalidPropertyType"
		return e
	case errors.Is(err, ErrSchemaAfterData):
		return status.New(status.ForbiddenDueToTxType, "25N02", "Cannot perform schema updates in a transaction that has performed data updates.")
	case errors.Is(err, ErrDataAfterSchema):
		return status.New(status.ForbiddenDueToTxType, "25N02", "Cannot perform data updates in a transaction that has performed schema updates.")
	case errors.Is(err, ErrReadOnly):
		return status.New(status.AccessMode, "42N02", "Writing in read access mode not allowed.")
	case errors.Is(err, ErrDeletedEntity):
		e := status.New(status.EntityNotFound, "50N42", "The entity has been deleted in this transaction.")
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
		if s := fmt.Sprint(v.AsFloat()); strings.ContainsAny(s, ".eNI") {
			return s
		}
		return fmt.Sprint(v.AsFloat()) + ".0"
	case graph.KindBool:
		return fmt.Sprint(v.AsBool())
	case graph.KindList:
		parts := make([]string, len(v.AsList()))
		for i, e := range v.AsList() {
			parts[i] = literal(e)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case graph.KindPoint:
		p := v.AsPoint()
		at, where := literal(graph.Float(p.X))+", "+literal(graph.Float(p.Y)), "sr-org"
		if p.Is3D() {
			at += ", " + literal(graph.Float(p.Z))
		}
		if p.IsGeographic() {
			where = "epsg"
		}
		return fmt.Sprintf(`{geometry: {type: "Point", coordinates: [%s], crs: {type: link, properties: {href: "https://spatialreference.org/ref/%s/%d/", code: %d}}}}`, at, where, p.SRID, p.SRID)
	}
	if text := temporal.Format(v); text != "" {
		return text
	}
	return v.Kind().String()
}

func constraintFailure(c *ConstraintError) *status.Error {
	d := c.Constraint
	kind, with := "Node", "label"
	if d.Relationship {
		kind, with = "Relationship", "type"
	}
	entity := fmt.Sprintf("%s(%d)", kind, c.Entity)
	typed := d.PropertyType != ""
	if d.EnforcedLabel != "" {
		return labelFailure(c)
	}
	var text string
	switch {
	case c.Duplicate && c.Creating:
		text = fmt.Sprintf("Both %s(%d) and %s(%d) have the %s `%s` and %s", kind, min(c.Entity, c.Existing), kind, max(c.Entity, c.Existing), with, d.Label, valuesText(d.Properties, c.Values))
	case c.Duplicate:
		text = fmt.Sprintf("%s(%d) already exists with %s `%s` and %s", kind, c.Existing, with, d.Label, valuesText(d.Properties, c.Values))
	case typed && c.Creating:
		text = fmt.Sprintf("%s %s is of type `%s`.", entity, propertiesText(d.Properties), valueType(c.Values[0]))
	case typed:
		text = fmt.Sprintf("%s with %s `%s` required the %s to be of type `%s`, but was of type `%s`.", entity, with, d.Label, propertiesText(d.Properties), d.PropertyType, valueType(c.Values[0]))
	default:
		text = fmt.Sprintf("%s with %s `%s` must have the %s", entity, with, d.Label, propertiesText(d.Properties))
	}
	if !c.Creating {
		return status.New(status.ConstraintValidationFailed, "50N42", "%s", text)
	}
	return status.New("Neo.DatabaseError.Schema.ConstraintCreationFailed", "50N42", "Unable to create Constraint( %s ):\n%s. Note that only the first found violation is shown.", d.Text(c.Duplicate || typed), strings.TrimSuffix(text, "."))
}

// labelFailure tells of a node, or an end of a relationship, without the label that the graph type demands.
func labelFailure(c *ConstraintError) *status.Error {
	d := c.Constraint
	text := fmt.Sprintf("Node(%d) with label `%s` is required to have label `%s`", c.Entity, d.Label, d.EnforcedLabel)
	cause := status.Because("22NB3", "Node (%d) with label `%s` must have the label `%s`.", c.Entity, d.Label, d.EnforcedLabel)
	if d.Relationship {
		end := "end"
		if d.Type == graph.ConstraintRelSource {
			end = "start"
		}
		text = fmt.Sprintf("Relationship(%d) with type `%s` requires its %s Node(%d) to have label `%s`", c.Entity, d.Label, end, c.Existing, d.EnforcedLabel)
		cause = status.Because("22NB4", "Relationship (%d) with type `%s` requires its %s node (%d) to have the label `%s`.", c.Entity, d.Label, end, c.Existing, d.EnforcedLabel)
	}
	if !c.Creating {
		return status.New(status.ConstraintValidationFailed, cause.GQLStatus, "%s", text).Explained(cause.Explanation)
	}
	e := status.New("Neo.DatabaseError.Schema.ConstraintCreationFailed", "", "Unable to create Constraint( %s ):\n%s. Note that only the first found violation is shown.", d.Text(true), text)
	return e.With("50N11", cause)
}

func schemaFailure(e *SchemaError) *status.Error {
	what, rule := "index", "Index"
	if e.Constraint {
		what, rule = "constraint", "Constraint"
	}
	switch e.Reason {
	case SameNameIndex:
		return status.New("Neo.ClientError.Schema.IndexWithNameAlreadyExists", "50N42", "There already exists an index called '%s'.", e.Name)
	case SameNameConstraint:
		return status.New("Neo.ClientError.Schema.ConstraintWithNameAlreadyExists", "50N42", "There already exists a constraint called '%s'.", e.Name)
	case EquivalentExists:
		return status.New("Neo.ClientError.Schema.EquivalentSchemaRuleAlreadyExists", "50N42", "An equivalent %s already exists, '%s'.", what, e.Description)
	case RepeatedProperty:
		return status.New("Neo.ClientError.Schema.RepeatedPropertyInCompositeSchema", "50N42", "%s on %s includes a property more than once.", rule, e.Schema)
	case Conflicting:
		return status.New("Neo.ClientError.Schema.ConstraintAlreadyExists", "50N42", "Conflicting constraint already exists: %s", e.Description)
	case IndexInTheWay:
		text := fmt.Sprintf("There already exists an index %s.", e.Schema)
		if e.Constraint {
			text += " A constraint cannot be created until the index has been dropped."
		}
		return status.New("Neo.ClientError.Schema.IndexAlreadyExists", "50N42", "%s", text)
	case ConstraintInTheWay:
		if e.Constraint {
			return status.New("Neo.ClientError.Schema.ConstraintAlreadyExists", "50N42", "Constraint already exists: %s", e.Description)
		}
		return status.New("Neo.ClientError.Schema.ConstraintAlreadyExists", "50N42", "There is a %s constraint on %s, so an index is already created that matches this.", strings.ToLower(e.Description), e.Schema)
	case DependsOnGraphType:
		e := status.New("Neo.DatabaseError.Schema.ConstraintDropFailed", "", "Unable to drop constraint `%s`: Cannot drop dependent constraint", e.Name)
		return e.With("50N12", status.Because("22N68", "Dependent constraints cannot be managed individually and must be managed together with its graph type."))
	case OtherDependence:
		return status.New("Neo.DatabaseError.Schema.ConstraintCreationFailed", "22NB2", "%s", e.Description).Explained(e.Description)
	case OwnedByConstraint:
		return status.New("Neo.DatabaseError.Schema.IndexDropFailed", "50N42", "Unable to drop index: Index belongs to constraint: `%s`", e.Existing)
	}
	if e.Constraint {
		return status.New("Neo.DatabaseError.Schema.ConstraintDropFailed", "50N42", "Unable to drop constraint `%s`: No such constraint %s.", e.Name, e.Name)
	}
	return status.New("Neo.DatabaseError.Schema.IndexDropFailed", "50N42", "Unable to drop index called `%s`. There is no such index.", e.Name)
}
