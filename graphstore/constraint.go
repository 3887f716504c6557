package graphstore

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"graticule/graph"
)

// CreateConstraint creates a constraint; the data must satisfy it already.
func (tx *Tx) CreateConstraint(d graph.Constraint) (graph.Constraint, error) {
	if err := tx.schemaWrite(); err != nil {
		return d, err
	}
	if err := checkTokens(append([]string{d.Label}, d.Properties...)...); err != nil {
		return d, err
	}
	if d.Name == "" {
		what := fmt.Sprint(d.Type, d.Relationship, d.Label, d.Properties, d.PropertyType)
		if d.EnforcedLabel != "" {
			what += d.EnforcedLabel
		}
		d.Name = generatedName("constraint", what)
	}
	if err := tx.checkDependence(d); err != nil {
		return d, err
	}
	here := graph.SchemaText(d.Relationship, []string{d.Label}, d.Properties)
	if p := repeated(d.Properties); p != "" {
		return d, &SchemaError{Reason: RepeatedProperty, Name: d.Name, Schema: here, Constraint: true}
	}
	same := func(c graph.Constraint) bool {
		return c.Relationship == d.Relationship && c.Label == d.Label && c.EnforcedLabel == d.EnforcedLabel && slices.Equal(c.Properties, d.Properties) && (c.Type == d.Type || backed(c.Type) && backed(d.Type))
	}
	if !slices.ContainsFunc(tx.state.schema.constraints, func(c graph.Constraint) bool { return same(c) && c.Name == d.Name }) {
		if err := tx.state.nameTaken(d.Name, true); err != nil {
			return d, err
		}
	}
	for _, c := range tx.state.schema.constraints {
		if !same(c) {
			continue
		}
		e := &SchemaError{Reason: ConstraintInTheWay, Name: d.Name, Existing: c.Name, Description: tx.state.describeConstraint(c), Constraint: true}
		switch {
		case c.Type != d.Type || c.PropertyType != d.PropertyType:
			e.Reason = Conflicting
		case c.Name == d.Name:
			e.Reason = EquivalentExists
		}
		return d, e
	}
	if backed(d.Type) {
		for _, x := range tx.state.schema.indexes {
			if x.Type == graph.IndexRange && sameSchema(d.Relationship, []string{d.Label}, d.Properties, x) {
				return d, &SchemaError{Reason: IndexInTheWay, Name: d.Name, Existing: x.Name, Schema: here, Constraint: true}
			}
		}
		d.OwnedIndex = d.Name
	}
	tx.rec.constraint(d)
	tx.state.addConstraint(d)
	d = tx.state.constraint(d.Name)
	return d, tx.state.validateAll(d)
}

func backed(t graph.ConstraintType) bool {
	return t == graph.ConstraintUnique || t == graph.ConstraintRelUnique || t == graph.ConstraintNodeKey || t == graph.ConstraintRelKey
}

// DropConstraint drops a constraint, which does not depend on the graph type, and the index it owns.
func (tx *Tx) DropConstraint(name string) error { return tx.dropConstraint(name, false) }

func (tx *Tx) dropConstraint(name string, dependent bool) error {
	if err := tx.schemaWrite(); err != nil {
		return err
	}
	switch c := tx.state.constraint(name); {
	case c.Name == "":
		return &SchemaError{Reason: NotFound, Name: name, Constraint: true}
	case c.Dependent && !dependent:
		return &SchemaError{Reason: DependsOnGraphType, Name: name, Constraint: true}
	}
	tx.rec.op(opDropConstraint)
	tx.rec.b = appendBytes(tx.rec.b, name)
	tx.state.dropConstraint(name)
	return nil
}

// constraint finds a constraint by name; the zero one when there is none.
func (s *state) constraint(name string) graph.Constraint {
	for _, c := range s.schema.constraints {
		if c.Name == name {
			return c
		}
	}
	return graph.Constraint{}
}

// creating marks that existing data violates a constraint that is being created.
func creating(err error) error {
	var e *ConstraintError
	if errors.As(err, &e) {
		e.Creating = true
	}
	return err
}

// awaitOwned waits for the index of a constraint. The base of a transaction that
// has to wait is too old then: it must be run again.
func (tx *Tx) awaitOwned(d graph.Constraint) error {
	for id, x := range tx.state.indexes {
		if d.OwnedIndex == "" || x.def.Name != d.OwnedIndex || x.body != nil {
			continue
		}
		if _, err := tx.store.awaitIndex(tx.ctx, id); err != nil {
			return err
		}
		return ErrConflict
	}
	return nil
}

// validateAll checks every entity under a new constraint.
func (s *state) validateAll(d graph.Constraint) error {
	kind, sets := labelToken, s.labels
	if d.Relationship {
		kind, sets = typeToken, s.types
	}
	token, ok := s.tokens[kind].id(d.Label)
	if !ok || int(token) >= len(sets) || sets[token] == nil {
		return nil
	}
	var at uint64
	var buf [256]uint64
	for n := fill(sets[token], &at, buf[:]); n > 0; n = fill(sets[token], &at, buf[:]) {
		for _, id := range buf[:n] {
			if err := s.checkEntity(d, id); err != nil {
				return creating(err)
			}
		}
	}
	return nil
}

// checkEntity checks one entity that the constraint covers.
func (s *state) checkEntity(d graph.Constraint, id uint64) error {
	if d.EnforcedLabel != "" {
		return s.checkLabel(d, id)
	}
	var props []graph.Property
	if d.Relationship {
		props = s.rels.get(id).props
	} else {
		props = s.nodes.get(id).props
	}
	values := make([]graph.Value, len(d.Properties))
	missing := false
	for i, p := range d.Properties {
		if key, ok := s.tokens[keyToken].id(p); ok {
			values[i] = propOf(props, graph.KeyID(key))
		}
		missing = missing || values[i].IsNull()
	}
	fail := func() *ConstraintError { return &ConstraintError{Constraint: d, Entity: id, Values: values} }
	switch d.Type {
	case graph.ConstraintNodeExists, graph.ConstraintRelExists:
		if missing {
			return fail()
		}
	case graph.ConstraintNodeType, graph.ConstraintRelType:
		if !missing && !typeMatches(values[0], d.PropertyType) {
			return fail()
		}
	case graph.ConstraintNodeKey, graph.ConstraintRelKey, graph.ConstraintUnique, graph.ConstraintRelUnique:
		if missing {
			if d.Type == graph.ConstraintNodeKey || d.Type == graph.ConstraintRelKey {
				return fail()
			}
			return nil
		}
		for _, x := range s.indexes {
			if x.def.Name != d.OwnedIndex || x.body == nil {
				continue
			}
			for _, other := range x.body.(*rangeSet).exactly(values, 2) {
				if other != id {
					e := fail()
					e.Existing, e.Duplicate = other, true
					return e
				}
			}
		}
	}
	return nil
}

// typeMatches tells whether a stored value is of the type text of a property type constraint.
func typeMatches(v graph.Value, text string) bool {
	for _, alternative := range strings.Split(text, " | ") {
		t := strings.TrimSuffix(alternative, " NOT NULL")
		if element, ok := strings.CutPrefix(t, "LIST<"); ok && v.Kind() == graph.KindList {
			element = strings.TrimSuffix(strings.TrimSuffix(element, ">"), " NOT NULL")
			if !slices.ContainsFunc(v.AsList(), func(e graph.Value) bool { return kindTypes[e.Kind()] != element }) {
				return true
			}
			continue
		}
		if kindTypes[v.Kind()] == t || v.Kind() == graph.KindVector && valueType(v) == t {
			return true
		}
	}
	return false
}

var kindTypes = map[graph.Kind]string{
	graph.KindBool: "BOOLEAN", graph.KindInt: "INTEGER", graph.KindFloat: "FLOAT", graph.KindString: "STRING", graph.KindDate: "DATE", graph.KindLocalTime: "LOCAL TIME",
	graph.KindTime: "ZONED TIME", graph.KindLocalDateTime: "LOCAL DATETIME", graph.KindDateTime: "ZONED DATETIME", graph.KindDuration: "DURATION", graph.KindPoint: "POINT", graph.KindUUID: "UUID",
}
