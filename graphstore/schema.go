package graphstore

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"slices"

	"graticule/graph"
	"graticule/graphstore/fulltext"
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
	return appendOptions(appendBytes(dst, d.Constraint), d.Options)
}

// appendOptions encodes a map of storable values and maps of them.
func appendOptions(dst []byte, m *graph.Map) []byte {
	dst = binary.AppendUvarint(dst, uint64(m.Len()))
	for i := range m.Len() {
		k, v := m.At(i)
		dst = appendBytes(dst, k)
		if v.Kind() == graph.KindMap {
			dst = appendOptions(append(dst, byte(graph.KindMap)), v.AsMap())
			continue
		}
		var err error
		if dst, err = appendValue(dst, v); err != nil {
			dst = append(dst[:len(dst)-1], byte(graph.KindNull))
		}
	}
	return dst
}

func (r *reader) options(depth int) *graph.Map {
	n := r.count()
	if n == 0 || depth > valueDepthMax {
		return nil
	}
	m := graph.NewMap(n)
	for range n {
		k := r.string()
		if len(r.b) > 0 && graph.Kind(r.b[0]) == graph.KindMap {
			r.byte()
			m.Put(k, graph.MapOf(r.options(depth+1)))
			continue
		}
		m.Put(k, r.value(depth+1))
	}
	return m
}

func (r *reader) index() graph.Index {
	d := graph.Index{ID: graph.IndexID(r.uvarint()), Name: r.string(), Type: graph.IndexType(r.string()), Relationship: r.byte() == 1}
	d.Labels, d.Properties = r.strings(), r.strings()
	d.Constraint = r.string()
	d.Options = r.options(0)
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

func (c *schema) append(dst []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(c.nextID))
	dst = binary.AppendUvarint(dst, uint64(len(c.indexes)))
	for _, d := range c.indexes {
		dst = appendIndex(dst, d)
	}
	dst = binary.AppendUvarint(dst, uint64(len(c.constraints)))
	for _, d := range c.constraints {
		dst = appendConstraint(dst, d)
	}
	if c.typed() { // else version 1, which ends here
		for _, d := range c.constraints {
			dst = appendBytes(appendBool(dst, d.Dependent), d.EnforcedLabel)
		}
	}
	return dst
}

// typed tells whether the schema holds a part of a graph type.
func (c *schema) typed() bool {
	return slices.ContainsFunc(c.constraints, func(d graph.Constraint) bool { return d.Dependent })
}

func (r *reader) schema() *schema {
	c := &schema{nextID: uint32(r.uvarint())}
	for range r.count() {
		c.indexes = append(c.indexes, r.index())
	}
	for range r.count() {
		c.constraints = append(c.constraints, r.constraint())
	}
	for i := range c.constraints {
		if len(r.b) == 0 {
			break // version 1
		}
		c.constraints[i].Dependent, c.constraints[i].EnforcedLabel = r.byte() == 1, r.string()
	}
	return c
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

// addIndex adds an index.
func (s *state) addIndex(d graph.Index) {
	c := s.changeSchema()
	d.ID = graph.IndexID(c.nextID)
	c.nextID++
	c.indexes = append(c.indexes, d)
	at := inTransaction
	if s.touched != nil {
		at = inApply
	}
	s.openIndex(d, at)
}

func (s *state) dropIndex(name string) {
	c := s.changeSchema()
	i := slices.IndexFunc(c.indexes, func(d graph.Index) bool { return d.Name == name })
	if i < 0 {
		return
	}
	id := c.indexes[i].ID
	c.indexes = slices.Delete(c.indexes, i, i+1)
	s.indexes, s.ownIndex = copyIndexes(s.indexes), true
	delete(s.indexes, id)
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
func (tx *Tx) Indexes() []graph.Index {
	out := slices.Clone(tx.state.schema.indexes)
	for i := range out {
		if x := tx.state.indexes[out[i].ID]; x != nil && x.filling != nil {
			out[i].Online, out[i].Populated = false, x.filling.percent()
		}
	}
	return out
}

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

// lookupNames are the names of the token lookup indexes of nodes and of relationships.
var lookupNames = map[bool]string{false: "index_343aff4e", true: "index_f7700477"}

// CreateIndex creates an index. Each copy fills it, a large one in the background.
func (tx *Tx) CreateIndex(d graph.Index) (graph.Index, error) {
	if err := tx.schemaWrite(); err != nil {
		return d, err
	}
	if err := checkTokens(slices.Concat(d.Labels, d.Properties)...); err != nil {
		return d, err
	}
	if d.Name == "" && d.Type == graph.IndexLookup {
		d.Name = lookupNames[d.Relationship]
	}
	if d.Name == "" {
		d.Name = generatedName("index", fmt.Sprint(d.Type, d.Relationship, d.Labels, d.Properties))
	}
	if p := repeated(d.Properties); p != "" {
		return d, &SchemaError{Reason: RepeatedProperty, Name: d.Name, Schema: graph.SchemaText(d.Relationship, d.Labels, d.Properties)}
	}
	if v := config(d, "fulltext.analyzer"); v.Kind() == graph.KindString {
		if _, ok := fulltext.AnalyzerNamed(v.AsString()); !ok {
			return d, &UnknownAnalyzerError{v.AsString()}
		}
	}
	same := func(x graph.Index) bool {
		return x.Type == d.Type && sameSchema(d.Relationship, d.Labels, d.Properties, x)
	}
	if !slices.ContainsFunc(tx.state.schema.indexes, func(x graph.Index) bool { return same(x) && x.Name == d.Name }) {
		if err := tx.state.nameTaken(d.Name, false); err != nil {
			return d, err
		}
	}
	for _, x := range tx.state.schema.indexes {
		if !same(x) {
			continue
		}
		e := &SchemaError{Reason: IndexInTheWay, Name: d.Name, Existing: x.Name, Schema: graph.SchemaText(d.Relationship, d.Labels, d.Properties)}
		switch {
		case x.Constraint == d.Name:
			e.Reason = SameNameConstraint
		case x.Constraint != "":
			e.Reason = ConstraintInTheWay
			e.Description = tx.state.constraint(x.Constraint).Type.Words()
		case x.Name == d.Name:
			e.Reason, e.Description = EquivalentExists, tx.state.describeIndex(x)
		}
		return d, e
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

// schemaWrite notes that this transaction changes the schema: it conflicts with every other writer.
func (tx *Tx) schemaWrite() error {
	if !tx.cfg.Write {
		return ErrReadOnly
	}
	if tx.dataWritten {
		return ErrSchemaAfterData
	}
	tx.schemaWritten = true
	tx.writeCount++
	tx.fp.read(fpGraph)
	tx.fp.write(fpSchema)
	return nil
}
