package graphstore

import (
	"slices"

	"github.com/cespare/xxhash/v2"

	"graticule/graph"
)

// --- tokens ---

// Label, Type and Key look a token up by name; LabelName, TypeName and KeyName go back.
func (tx *Tx) Label(name string) (graph.LabelID, bool) {
	id, ok := tx.state.tokens[labelToken].id(name)
	if !ok {
		tx.readUnknown(fpLabel, xxhash.Sum64String(name))
	}
	return graph.LabelID(id), ok
}

// readUnknown notes that a name means nothing yet: whoever asks for it finds
// nothing without a look at any entity, and somebody may be giving it a meaning.
func (tx *Tx) readUnknown(parts ...uint64) {
	if tx.reading() {
		tx.fp.read(mix(parts...))
	}
}

// Type looks a relationship type up.
func (tx *Tx) Type(name string) (graph.TypeID, bool) {
	id, ok := tx.state.tokens[typeToken].id(name)
	if !ok {
		tx.readUnknown(fpType, xxhash.Sum64String(name))
	}
	return graph.TypeID(id), ok
}

// Key looks a property key up.
func (tx *Tx) Key(name string) (graph.KeyID, bool) {
	id, ok := tx.state.tokens[keyToken].id(name)
	if !ok {
		tx.readUnknown(fpKey, noLabel, xxhash.Sum64String(name)) // of nodes
		tx.readUnknown(fpKey, anyOf, xxhash.Sum64String(name))   // of relationships
	}
	return graph.KeyID(id), ok
}

// LabelName gives a label's name.
func (tx *Tx) LabelName(id graph.LabelID) string { return tx.state.tokens[labelToken].name(uint32(id)) }

// TypeName gives a type's name.
func (tx *Tx) TypeName(id graph.TypeID) string { return tx.state.tokens[typeToken].name(uint32(id)) }

// KeyName gives a property key's name.
func (tx *Tx) KeyName(id graph.KeyID) string { return tx.state.tokens[keyToken].name(uint32(id)) }

// checkTokens refuses names that no label, type or property can have.
func checkTokens(names ...string) error {
	for _, name := range names {
		if !graph.ValidName(name) {
			return &TokenNameError{name}
		}
	}
	return nil
}

func (tx *Tx) ensure(kind tokenKind, name string) (uint32, error) {
	if id, ok := tx.state.tokens[kind].id(name); ok {
		return id, nil
	}
	if !tx.cfg.Write {
		return 0, ErrReadOnly
	}
	if err := checkTokens(name); err != nil {
		return 0, err
	}
	tx.rec.op(opToken, uint64(kind))
	tx.rec.b = appendBytes(tx.rec.b, name)
	return tx.state.ensureToken(kind, name), nil
}

// EnsureLabel gives the token of a label, making it if need be.
func (tx *Tx) EnsureLabel(name string) (graph.LabelID, error) {
	id, err := tx.ensure(labelToken, name)
	return graph.LabelID(id), err
}

// EnsureType gives the token of a relationship type, making it if need be.
func (tx *Tx) EnsureType(name string) (graph.TypeID, error) {
	id, err := tx.ensure(typeToken, name)
	return graph.TypeID(id), err
}

// EnsureKey gives the token of a property key, making it if need be.
func (tx *Tx) EnsureKey(name string) (graph.KeyID, error) {
	id, err := tx.ensure(keyToken, name)
	return graph.KeyID(id), err
}

func inUse(names []string, sets []*bitset) []string {
	var out []string
	for i, name := range names {
		if i < len(sets) && sets[i] != nil && sets[i].n > 0 {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// LabelNames lists the labels of at least one node.
func (tx *Tx) LabelNames() []string { return inUse(tx.state.tokens[labelToken].names, tx.state.labels) }

// TypeNames lists the types of at least one relationship.
func (tx *Tx) TypeNames() []string { return inUse(tx.state.tokens[typeToken].names, tx.state.types) }

// KeyNames lists all property keys ever used.
func (tx *Tx) KeyNames() []string {
	out := slices.Clone(tx.state.tokens[keyToken].names)
	slices.Sort(out)
	return out
}

func (tx *Tx) labelHash(l graph.LabelID) uint64 { return tx.state.tokens[labelToken].hash[l] }
func (tx *Tx) keyHash(k graph.KeyID) uint64     { return tx.state.tokens[keyToken].hash[k] }
func (tx *Tx) typeHash(t graph.TypeID) uint64 {
	if t == graph.AnyType {
		return anyOf
	}
	return tx.state.tokens[typeToken].hash[t]
}

// indexFor gives an online range index on one of the labels over keys that are all given.
func (tx *Tx) indexFor(labels []graph.LabelID, keys []graph.KeyID) *index {
	var best *index
	for _, x := range tx.state.indexes {
		if x.def.Relationship || x.def.Type != graph.IndexRange || x.body == nil || (best != nil && (len(x.keys) < len(best.keys) || len(x.keys) == len(best.keys) && x.def.ID > best.def.ID)) {
			continue
		}
		covers := slices.ContainsFunc(labels, func(l graph.LabelID) bool { return x.covers(uint32(l)) })
		if covers && !slices.ContainsFunc(x.keys, func(k graph.KeyID) bool { return !slices.Contains(keys, k) }) {
			best = x
		}
	}
	return best
}

// matches compares by order keys, so that 1 equals 1.0.
func (s *state) matches(n *nodeRecord, labels []graph.LabelID, keys []graph.KeyID, values []graph.Value) bool {
	if n == nil {
		return false
	}
	for _, l := range labels {
		if !n.hasLabel(l) {
			return false
		}
	}
	for i, k := range keys {
		if !sameValue(propOf(n.props, k), values[i]) {
			return false
		}
	}
	return true
}

func sameValue(a, b graph.Value) bool {
	switch {
	case a.Kind() == graph.KindInt && b.Kind() == graph.KindInt:
		return a.AsInt() == b.AsInt()
	case a.Kind() == graph.KindString && b.Kind() == graph.KindString:
		return a.AsString() == b.AsString()
	case a.IsNull() || b.IsNull():
		return false
	}
	return string(appendOrder(nil, a)) == string(appendOrder(nil, b))
}

// --- entities ---

// NodesExist tells for each id whether the node is there.
func (tx *Tx) NodesExist(ids []graph.NodeID, out []bool) error {
	for i, id := range ids {
		out[i] = tx.state.nodes.get(uint64(id)) != nil
		if tx.reading() {
			tx.fp.read(mix(fpNode, uint64(id)))
		}
	}
	return nil
}

// NodeLabels fills out with the label sets of the nodes.
func (tx *Tx) NodeLabels(ids []graph.NodeID, out *graph.LabelSets) error {
	out.Reset()
	for _, id := range ids {
		if n := tx.state.nodes.get(uint64(id)); n != nil {
			out.Label = append(out.Label, n.labels...)
		}
		out.Offset = append(out.Offset, int32(len(out.Label)))
		if tx.reading() {
			tx.fp.read(mix(fpNodeLabel, uint64(id), anyOf))
		}
	}
	return nil
}

// HasLabel tells for each node whether it has the label.
func (tx *Tx) HasLabel(ids []graph.NodeID, label graph.LabelID, out []bool) error {
	for i, id := range ids {
		n := tx.state.nodes.get(uint64(id))
		out[i] = n != nil && n.hasLabel(label)
		if tx.reading() {
			tx.fp.read(mix(fpNodeLabel, uint64(id), tx.labelHash(label)))
		}
	}
	return nil
}

// NodeProperty fetches one property of many nodes.
func (tx *Tx) NodeProperty(ids []graph.NodeID, key graph.KeyID, out []graph.Value) error {
	for i, id := range ids {
		out[i] = graph.Null
		if n := tx.state.nodes.get(uint64(id)); n != nil {
			out[i] = propOf(n.props, key)
		}
		if tx.reading() {
			tx.fp.read(mix(fpNodeProp, uint64(id), tx.keyHash(key)))
		}
	}
	return nil
}

// RelProperty fetches one property of many relationships.
func (tx *Tx) RelProperty(ids []graph.RelID, key graph.KeyID, out []graph.Value) error {
	for i, id := range ids {
		out[i] = graph.Null
		if r := tx.state.rels.get(uint64(id)); r != nil {
			out[i] = propOf(r.props, key)
		}
		if tx.reading() {
			tx.fp.read(mix(fpRelProp, uint64(id), tx.keyHash(key)))
		}
	}
	return nil
}

// NodeProperties appends all properties of a node.
func (tx *Tx) NodeProperties(id graph.NodeID, out []graph.Property) ([]graph.Property, error) {
	if tx.reading() {
		tx.fp.read(mix(fpNodeAny, uint64(id)))
	}
	if n := tx.state.nodes.get(uint64(id)); n != nil {
		out = append(out, n.props...)
	}
	return out, nil
}

// RelProperties appends all properties of a relationship.
func (tx *Tx) RelProperties(id graph.RelID, out []graph.Property) ([]graph.Property, error) {
	if tx.reading() {
		tx.fp.read(mix(fpRelAny, uint64(id)))
	}
	if r := tx.state.rels.get(uint64(id)); r != nil {
		out = append(out, r.props...)
	}
	return out, nil
}

func (s *state) relEnds(id graph.RelID) graph.RelEnds {
	if r := s.rels.get(uint64(id)); r != nil {
		return graph.RelEnds{Start: r.start, End: r.end, Type: r.typ, Exists: true}
	}
	return graph.RelEnds{}
}

// RelEnds gives the ends and type of each relationship. Of one that this
// transaction has deleted, but has not made, it gives the type.
func (tx *Tx) RelEnds(ids []graph.RelID, out []graph.RelEnds) error {
	for i, id := range ids {
		if out[i] = tx.state.relEnds(id); !out[i].Exists && tx.deletedRels != nil {
			before := tx.base.relEnds(id)
			out[i] = graph.RelEnds{Type: before.Type, Deleted: before.Exists}
		}
		if tx.reading() {
			tx.fp.read(mix(fpRel, uint64(id)))
		}
	}
	return nil
}

// Node gives a node as a client sees it, nil when it is not there.
func (tx *Tx) Node(id graph.NodeID) *graph.Node {
	if tx.reading() {
		tx.fp.read(mix(fpNodeAny, uint64(id)))
	}
	n := tx.state.nodes.get(uint64(id))
	if n == nil {
		return nil
	}
	out := &graph.Node{ID: id, Labels: make([]string, len(n.labels)), Properties: tx.propMap(n.props)}
	for i, l := range n.labels {
		out.Labels[i] = tx.LabelName(l)
	}
	return out
}

// Relationship gives a relationship as a client sees it, nil when it is not there.
func (tx *Tx) Relationship(id graph.RelID) *graph.Relationship {
	if tx.reading() {
		tx.fp.read(mix(fpRelAny, uint64(id)))
	}
	r := tx.state.rels.get(uint64(id))
	if r == nil {
		return nil
	}
	return &graph.Relationship{ID: id, Start: r.start, End: r.end, Type: tx.TypeName(r.typ), Properties: tx.propMap(r.props)}
}

func (tx *Tx) propMap(props []graph.Property) *graph.Map {
	m := graph.NewMap(len(props))
	for _, p := range props {
		m.Put(tx.KeyName(p.Key), p.Value)
	}
	return m
}
