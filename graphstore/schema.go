package graphstore

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"graticule/graph"
)

func appendStrings(dst []byte, ss []string) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(ss)))
	for _, s := range ss {
		dst = appendBytes(dst, s)
	}
	return dst
}

func (r *reader) strings() []string {
	var out []string
	for range r.count() {
		out = append(out, r.string())
	}
	return out
}

func appendBool(dst []byte, b bool) []byte {
	if b {
		return append(dst, 1)
	}
	return append(dst, 0)
}

func appendIndex(dst []byte, d graph.Index) []byte {
	dst = binary.AppendUvarint(dst, uint64(d.ID))
	dst = appendBytes(appendBytes(dst, d.Name), string(d.Type))
	dst = appendBool(dst, d.Relationship)
	dst = appendStrings(appendStrings(dst, d.Labels), d.Properties)
	return appendBytes(dst, d.Constraint)
}

func (r *reader) index() graph.Index {
	d := graph.Index{ID: graph.IndexID(r.uvarint()), Name: r.string(), Type: graph.IndexType(r.string()), Relationship: r.byte() == 1}
	d.Labels, d.Properties = r.strings(), r.strings()
	d.Constraint = r.string()
	d.Online, d.Populated = true, 100
	return d
}

func appendConstraint(dst []byte, d graph.Constraint) []byte {
	dst = binary.AppendUvarint(dst, uint64(d.ID))
	dst = appendBytes(appendBytes(dst, d.Name), string(d.Type))
	dst = appendBool(dst, d.Relationship)
	dst = appendStrings(appendBytes(dst, d.Label), d.Properties)
	return appendBytes(appendBytes(dst, d.OwnedIndex), d.PropertyType)
}

func (r *reader) constraint() graph.Constraint {
	d := graph.Constraint{ID: uint32(r.uvarint()), Name: r.string(), Type: graph.ConstraintType(r.string()), Relationship: r.byte() == 1, Label: r.string()}
	d.Properties = r.strings()
	d.OwnedIndex, d.PropertyType = r.string(), r.string()
	return d
}

func (c *schema) clone() *schema {
	return &schema{nextID: c.nextID, indexes: slices.Clone(c.indexes), constraints: slices.Clone(c.constraints)}
}

// changeSchema gives the schema for changing it.
func (s *state) changeSchema() *schema {
	s.schema = s.schema.clone()
	if s.touched != nil {
		s.touched.schema = true
	}
	return s.schema
}

// addIndex adds and fills an index. Its tokens are made if need be.
func (s *state) addIndex(d graph.Index) {
	c := s.changeSchema()
	d.ID = graph.IndexID(c.nextID)
	c.nextID++
	c.indexes = append(c.indexes, d)
	s.openIndex(d)
}

func (s *state) openIndex(d graph.Index) {
	if d.Type == graph.IndexLookup {
		return
	}
	x := &index{def: d}
	kind := labelToken
	if d.Relationship {
		kind = typeToken
	}
	for _, l := range d.Labels {
		x.labels = append(x.labels, s.ensureToken(kind, l))
	}
	for _, p := range d.Properties {
		x.keys = append(x.keys, graph.KeyID(s.ensureToken(keyToken, p)))
	}
	s.populate(x)
	if !s.ownIndex {
		m := make(map[graph.IndexID]*index, len(s.indexes)+1)
		for k, v := range s.indexes {
			cp := *v
			cp.owned = false
			m[k] = &cp
		}
		s.indexes, s.ownIndex = m, true
	}
	s.indexes[d.ID] = x
}

func (s *state) dropIndex(name string) {
	c := s.changeSchema()
	i := slices.IndexFunc(c.indexes, func(d graph.Index) bool { return d.Name == name })
	if i < 0 {
		return
	}
	id := c.indexes[i].ID
	c.indexes = slices.Delete(c.indexes, i, i+1)
	m := make(map[graph.IndexID]*index, len(s.indexes))
	for k, v := range s.indexes {
		if k != id {
			cp := *v
			cp.owned = false
			m[k] = &cp
		}
	}
	s.indexes, s.ownIndex = m, true
}

func (s *state) addConstraint(d graph.Constraint) {
	if d.OwnedIndex != "" {
		s.addIndex(graph.Index{Name: d.OwnedIndex, Type: graph.IndexRange, Relationship: d.Relationship, Labels: []string{d.Label}, Properties: d.Properties, Constraint: d.Name, Online: true, Populated: 100})
	}
	c := s.changeSchema()
	d.ID = c.nextID
	c.nextID++
	c.constraints = append(c.constraints, d)
}

func (s *state) dropConstraint(name string) {
	c := s.changeSchema()
	i := slices.IndexFunc(c.constraints, func(d graph.Constraint) bool { return d.Name == name })
	if i < 0 {
		return
	}
	owned := c.constraints[i].OwnedIndex
	c.constraints = slices.Delete(c.constraints, i, i+1)
	if owned != "" {
		s.dropIndex(owned)
	}
}

// Indexes lists the indexes, the two token lookup indexes included.
func (tx *Tx) Indexes() []graph.Index { return slices.Clone(tx.state.schema.indexes) }

// Constraints lists the constraints.
func (tx *Tx) Constraints() []graph.Constraint { return slices.Clone(tx.state.schema.constraints) }

func sameSchema(rel bool, labels, props []string, d graph.Index) bool {
	return d.Relationship == rel && slices.Equal(d.Labels, labels) && slices.Equal(d.Properties, props)
}

// generatedName makes a stable name for an unnamed index or constraint.
func generatedName(kind, what string) string {
	h := fnv.New32a()
	h.Write([]byte(what))
	return fmt.Sprintf("%s_%x", kind, h.Sum32())
}

func (s *state) nameTaken(name string, constraint bool) error {
	for _, d := range s.schema.constraints {
		if d.Name == name {
			return &SchemaError{Reason: SameNameConstraint, Name: name, Existing: d.Name, Constraint: constraint}
		}
	}
	for _, d := range s.schema.indexes {
		if d.Name == name {
			return &SchemaError{Reason: SameNameIndex, Name: name, Existing: d.Name, Constraint: constraint}
		}
	}
	return nil
}

// CreateIndex creates an index; it is full when the transaction commits.
func (tx *Tx) CreateIndex(d graph.Index) (graph.Index, error) {
	if err := tx.schemaWrite(); err != nil {
		return d, err
	}
	if d.Name == "" {
		d.Name = generatedName("index", fmt.Sprint(d.Type, d.Relationship, d.Labels, d.Properties))
	}
	for _, x := range tx.state.schema.indexes {
		if x.Type == d.Type && sameSchema(d.Relationship, d.Labels, d.Properties, x) {
			reason := EquivalentExists
			if x.Constraint != "" {
				reason = ConstraintInTheWay
			} else if x.Name != d.Name {
				reason = IndexInTheWay
			}
			return d, &SchemaError{Reason: reason, Name: d.Name, Existing: x.Name}
		}
	}
	if err := tx.state.nameTaken(d.Name, false); err != nil {
		return d, err
	}
	d.Online, d.Populated = true, 100
	tx.rec.op(opCreateIndex)
	tx.rec.b = appendIndex(tx.rec.b, d)
	tx.state.addIndex(d)
	return tx.state.schema.indexes[len(tx.state.schema.indexes)-1], nil
}

// DropIndex drops an index that no constraint owns.
func (tx *Tx) DropIndex(name string) error {
	if err := tx.schemaWrite(); err != nil {
		return err
	}
	for _, d := range tx.state.schema.indexes {
		if d.Name == name {
			if d.Constraint != "" {
				return &SchemaError{Reason: OwnedByConstraint, Name: name, Existing: d.Constraint}
			}
			tx.rec.op(opDropIndex)
			tx.rec.b = appendBytes(tx.rec.b, name)
			tx.state.dropIndex(name)
			return nil
		}
	}
	return &SchemaError{Reason: NotFound, Name: name}
}

// CreateConstraint creates a constraint; the data must satisfy it already.
func (tx *Tx) CreateConstraint(d graph.Constraint) (graph.Constraint, error) {
	if err := tx.schemaWrite(); err != nil {
		return d, err
	}
	if d.Name == "" {
		d.Name = generatedName("constraint", fmt.Sprint(d.Type, d.Relationship, d.Label, d.Properties, d.PropertyType))
	}
	for _, c := range tx.state.schema.constraints {
		if c.Type == d.Type && c.Label == d.Label && slices.Equal(c.Properties, d.Properties) {
			reason := EquivalentExists
			if c.Name != d.Name {
				reason = ConstraintInTheWay
			}
			return d, &SchemaError{Reason: reason, Name: d.Name, Existing: c.Name, Constraint: true}
		}
	}
	if backed(d.Type) {
		for _, x := range tx.state.schema.indexes {
			if x.Type == graph.IndexRange && sameSchema(d.Relationship, []string{d.Label}, d.Properties, x) {
				return d, &SchemaError{Reason: IndexInTheWay, Name: d.Name, Existing: x.Name, Constraint: true}
			}
		}
		d.OwnedIndex = d.Name
	}
	if err := tx.state.nameTaken(d.Name, true); err != nil {
		return d, err
	}
	tx.rec.op(opCreateConstraint)
	tx.rec.b = appendConstraint(tx.rec.b, d)
	tx.state.addConstraint(d)
	return d, tx.state.validateAll(d)
}

func backed(t graph.ConstraintType) bool {
	return t == graph.ConstraintUnique || t == graph.ConstraintRelUnique || t == graph.ConstraintNodeKey || t == graph.ConstraintRelKey
}

// DropConstraint drops a constraint and the index it owns.
func (tx *Tx) DropConstraint(name string) error {
	if err := tx.schemaWrite(); err != nil {
		return err
	}
	if !slices.ContainsFunc(tx.state.schema.constraints, func(c graph.Constraint) bool { return c.Name == name }) {
		return &SchemaError{Reason: NotFound, Name: name, Constraint: true}
	}
	tx.rec.op(opDropConstraint)
	tx.rec.b = appendBytes(tx.rec.b, name)
	tx.state.dropConstraint(name)
	return nil
}

// schemaWrite notes that this transaction changes the schema: it conflicts with every other writer.
func (tx *Tx) schemaWrite() error {
	if !tx.cfg.Write {
		return ErrReadOnly
	}
	tx.writeCount++
	tx.fp.read(fpGraph)
	tx.fp.write(fpSchema)
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
				return err
			}
		}
	}
	return nil
}

// checkEntity checks one entity that the constraint covers.
func (s *state) checkEntity(d graph.Constraint, id uint64) error {
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
	fail := func(existing uint64) error {
		return &ConstraintError{Constraint: d, Entity: id, Existing: existing, Values: values}
	}
	switch d.Type {
	case graph.ConstraintNodeExists, graph.ConstraintRelExists:
		if missing {
			return fail(0)
		}
	case graph.ConstraintNodeType, graph.ConstraintRelType:
		if !missing && !typeMatches(values[0], d.PropertyType) {
			return fail(0)
		}
	case graph.ConstraintNodeKey, graph.ConstraintRelKey, graph.ConstraintUnique, graph.ConstraintRelUnique:
		if missing {
			if d.Type == graph.ConstraintNodeKey || d.Type == graph.ConstraintRelKey {
				return fail(0)
			}
			return nil
		}
		for _, x := range s.indexes {
			if x.def.Name != d.OwnedIndex {
				continue
			}
			for _, other := range x.exactly(values, 2) {
				if other != id {
					return fail(other)
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
		if kindTypes[v.Kind()] == t {
			return true
		}
	}
	return false
}

var kindTypes = map[graph.Kind]string{
	graph.KindBool: "BOOLEAN", graph.KindInt: "INTEGER", graph.KindFloat: "FLOAT", graph.KindString: "STRING", graph.KindDate: "DATE", graph.KindLocalTime: "LOCAL TIME",
	graph.KindTime: "ZONED TIME", graph.KindLocalDateTime: "LOCAL DATETIME", graph.KindDateTime: "ZONED DATETIME", graph.KindDuration: "DURATION", graph.KindPoint: "POINT",
}
