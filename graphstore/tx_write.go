package graphstore

import (
	"math"
	"slices"

	"graticule/graph"
)

// WriteCount grows with each write.
func (tx *Tx) WriteCount() uint64 { return tx.writeCount }

// NodeDeleted tells whether this transaction deleted the node.
func (tx *Tx) NodeDeleted(id graph.NodeID) bool { _, ok := tx.deletedNodes[id]; return ok }

// RelDeleted tells whether this transaction deleted the relationship.
func (tx *Tx) RelDeleted(id graph.RelID) bool { _, ok := tx.deletedRels[id]; return ok }

// dataWrite tells whether this transaction may change data, and that it does.
func (tx *Tx) dataWrite() error {
	switch {
	case !tx.cfg.Write:
		return ErrReadOnly
	case tx.schemaWritten:
		return ErrDataAfterSchema
	}
	tx.dataWritten = true
	return nil
}

// CreateNode creates a node with the labels.
func (tx *Tx) CreateNode(labels []graph.LabelID) (graph.NodeID, error) {
	if err := tx.dataWrite(); err != nil {
		return 0, err
	}
	id, err := tx.cfg.IDs.NodeID(tx.ctx)
	if err != nil {
		return 0, err
	}
	tx.writeCount++
	tx.rec.op(opCreateNode, uint64(id), uint64(len(labels)))
	for _, l := range labels {
		tx.rec.op1(uint64(l))
		tx.fp.write(mix(fpLabel, tx.labelHash(l)))
	}
	tx.fp.write(mix(fpLabel, noLabel))
	tx.fp.write(mix(fpNode, uint64(id)))
	tx.state.createNode(id, labels)
	tx.createdNodes.add(id)
	tx.changedNodes.add(id)
	return id, nil
}

// CreateRel creates a relationship; both ends must be there.
func (tx *Tx) CreateRel(t graph.TypeID, start, end graph.NodeID) (graph.RelID, error) {
	if err := tx.dataWrite(); err != nil {
		return 0, err
	}
	for _, n := range []graph.NodeID{start, end} {
		if tx.state.nodes.get(uint64(n)) == nil {
			return 0, &MissingNodeError{Node: n}
		}
		tx.fp.read(mix(fpNode, uint64(n)))
	}
	id, err := tx.cfg.IDs.RelID(tx.ctx)
	if err != nil {
		return 0, err
	}
	tx.writeCount++
	tx.rec.op(opCreateRel, uint64(id), uint64(t), uint64(start), uint64(end))
	tx.writeRel(id, t, start, end)
	tx.state.createRel(id, t, start, end)
	tx.createdRels.add(id)
	tx.changedRels.add(id)
	return id, nil
}

// writeRel notes that a relationship came or went.
func (tx *Tx) writeRel(id graph.RelID, t graph.TypeID, start, end graph.NodeID) {
	h := tx.typeHash(t)
	for _, x := range []uint64{h, anyOf} {
		tx.fp.write(mix(fpEdges, uint64(start), x, 0))
		tx.fp.write(mix(fpEdges, uint64(end), x, 1))
		tx.fp.write(mix(fpPair, uint64(start), uint64(end), x))
		tx.fp.write(mix(fpType, x))
	}
	tx.fp.write(mix(fpRel, uint64(id)))
}

// SetNodeProperty sets one property; null removes it.
func (tx *Tx) SetNodeProperty(id graph.NodeID, key graph.KeyID, v graph.Value) (bool, error) {
	if err := tx.dataWrite(); err != nil {
		return false, err
	}
	if !graph.Storable(v) {
		return false, ErrNotStorable
	}
	n := tx.state.nodes.get(uint64(id))
	if n == nil {
		return false, nil
	}
	if err := tx.lockNode(id); err != nil {
		return false, err
	}
	old := propOf(n.props, key)
	if old.IsNull() && v.IsNull() {
		tx.fp.read(mix(fpNodeProp, uint64(id), tx.keyHash(key)))
		return false, nil
	}
	tx.writeCount++
	if same(old, v) {
		tx.fp.read(mix(fpNodeProp, uint64(id), tx.keyHash(key)))
		return true, nil
	}
	tx.rec.op(opNodeProp, uint64(id), uint64(key))
	if err := tx.rec.value(v); err != nil {
		return false, err
	}
	if _, own := tx.createdNodes[id]; !own {
		tx.fp.read(mix(fpNodeProp, uint64(id), tx.keyHash(key)))
		tx.fp.read(mix(fpNodeLabel, uint64(id), anyOf))
		tx.fp.write(mix(fpNodeProp, uint64(id), tx.keyHash(key)))
		tx.fp.write(mix(fpNodeAny, uint64(id)))
	}
	tx.writeValues(n.labels, key, old, v)
	tx.state.setNodeProp(id, key, v)
	tx.changedNodes.add(id)
	return true, tx.checkUnique(id, n.labels, key)
}

// same tells whether to write v in the place of old would change nothing. That it
// would not is as much as what the transaction read: the commit is judged by it, and
// has no more to do. Values that are costly to compare are written.
func same(old, v graph.Value) bool {
	if old.Kind() != v.Kind() {
		return false
	}
	switch v.Kind() {
	case graph.KindBool, graph.KindInt:
		return old == v
	case graph.KindFloat:
		return math.Float64bits(old.AsFloat()) == math.Float64bits(v.AsFloat())
	case graph.KindString:
		return old.AsString() == v.AsString()
	}
	return false
}

// writeValues notes that a property of a node with these labels changed.
func (tx *Tx) writeValues(labels []graph.LabelID, key graph.KeyID, values ...graph.Value) {
	k := tx.keyHash(key)
	write := func(l uint64) {
		tx.fp.write(mix(fpKey, l, k))
		for _, v := range values {
			if !v.IsNull() {
				tx.fp.write(mix(fpValue, l, k, valueHash(v)))
			}
		}
	}
	write(noLabel)
	for _, l := range labels {
		write(tx.labelHash(l))
	}
}

// checkUnique checks the uniqueness constraints that a change of key (anyKey:
// of a label) may violate, and takes their values as this transaction's.
func (tx *Tx) checkUnique(id graph.NodeID, labels []graph.LabelID, key graph.KeyID) error {
	for i := range tx.state.schema.constraints {
		d := tx.state.schema.constraints[i]
		if d.Relationship || !backed(d.Type) {
			continue
		}
		l, ok := tx.state.tokens[labelToken].id(d.Label)
		if !ok || !slices.Contains(labels, graph.LabelID(l)) {
			continue
		}
		if key != anyKey && !slices.Contains(d.Properties, tx.KeyName(key)) {
			continue
		}
		if err := tx.takeValues(d, tx.labelHash(graph.LabelID(l)), uint64(id), tx.state.nodes.get(uint64(id)).props); err != nil {
			return err
		}
	}
	return nil
}

// checkUniqueRel is checkUnique for a property of a relationship.
func (tx *Tx) checkUniqueRel(id graph.RelID, t graph.TypeID, key graph.KeyID) error {
	for _, d := range tx.state.schema.constraints {
		if !d.Relationship || !backed(d.Type) || d.Label != tx.TypeName(t) || !slices.Contains(d.Properties, tx.KeyName(key)) {
			continue
		}
		if err := tx.takeValues(d, tx.typeHash(t), uint64(id), tx.state.rels.get(uint64(id)).props); err != nil {
			return err
		}
	}
	return nil
}

// takeValues makes the values of an entity under a uniqueness or key constraint
// this transaction's, if it has all of them.
func (tx *Tx) takeValues(d graph.Constraint, tokenHash, id uint64, props []graph.Property) error {
	lock := mix(fpValue, tokenHash)
	var reads []uint64
	for _, p := range d.Properties {
		k, known := tx.Key(p)
		if !known || propOf(props, k).IsNull() {
			return nil
		}
		h := mix(fpValue, tokenHash, tx.keyHash(k), valueHash(propOf(props, k)))
		reads = append(reads, h)
		lock = mix(lock, h)
	}
	for _, h := range reads {
		tx.fp.read(h)
	}
	if err := tx.lock(lock); err != nil {
		return err
	}
	if err := tx.awaitOwned(d); err != nil {
		return err
	}
	switch d.Type { // existence is checked at commit
	case graph.ConstraintNodeKey:
		d.Type = graph.ConstraintUnique
	case graph.ConstraintRelKey:
		d.Type = graph.ConstraintRelUnique
	}
	return tx.state.checkEntity(d, id)
}

func (tx *Tx) lockNode(id graph.NodeID) error {
	if _, own := tx.createdNodes[id]; own {
		return nil
	}
	return tx.lock(mix(fpNode, uint64(id)))
}

func (tx *Tx) lockRel(id graph.RelID) error {
	if _, own := tx.createdRels[id]; own {
		return nil
	}
	return tx.lock(mix(fpRel, uint64(id)))
}

// SetRelProperty sets one property; null removes it.
func (tx *Tx) SetRelProperty(id graph.RelID, key graph.KeyID, v graph.Value) (bool, error) {
	if err := tx.dataWrite(); err != nil {
		return false, err
	}
	if !graph.Storable(v) {
		return false, ErrNotStorable
	}
	r := tx.state.rels.get(uint64(id))
	if r == nil {
		return false, nil
	}
	if err := tx.lockRel(id); err != nil {
		return false, err
	}
	old := propOf(r.props, key)
	tx.fp.read(mix(fpRelProp, uint64(id), tx.keyHash(key)))
	if old.IsNull() && v.IsNull() {
		return false, nil
	}
	tx.writeCount++
	if same(old, v) {
		return true, nil
	}
	tx.rec.op(opRelProp, uint64(id), uint64(key))
	if err := tx.rec.value(v); err != nil {
		return false, err
	}
	tx.fp.write(mix(fpRelProp, uint64(id), tx.keyHash(key)))
	tx.fp.write(mix(fpRelAny, uint64(id)))
	tx.writeRelValues(r.typ, key, old, v)
	tx.state.setRelProp(id, key, v)
	tx.changedRels.add(id)
	return true, tx.checkUniqueRel(id, r.typ, key)
}

// writeRelValues notes that a property of a relationship of the type changed.
func (tx *Tx) writeRelValues(t graph.TypeID, key graph.KeyID, values ...graph.Value) {
	k := tx.keyHash(key)
	for _, t := range []uint64{tx.typeHash(t), anyOf} {
		tx.fp.write(mix(fpKey, t, k))
		for _, v := range values {
			if !v.IsNull() {
				tx.fp.write(mix(fpValue, t, k, valueHash(v)))
			}
		}
	}
}

// AddLabel adds a label; the bool tells whether the node did not have it.
func (tx *Tx) AddLabel(id graph.NodeID, l graph.LabelID) (bool, error) {
	return tx.changeLabel(id, l, true)
}

// RemoveLabel removes a label; the bool tells whether the node had it.
func (tx *Tx) RemoveLabel(id graph.NodeID, l graph.LabelID) (bool, error) {
	return tx.changeLabel(id, l, false)
}

func (tx *Tx) changeLabel(id graph.NodeID, l graph.LabelID, on bool) (bool, error) {
	if err := tx.dataWrite(); err != nil {
		return false, err
	}
	n := tx.state.nodes.get(uint64(id))
	if n == nil {
		return false, nil
	}
	if err := tx.lockNode(id); err != nil {
		return false, err
	}
	tx.fp.read(mix(fpNodeLabel, uint64(id), tx.labelHash(l)))
	if n.hasLabel(l) == on {
		return false, nil
	}
	tx.writeCount++
	op := opAddLabel
	if !on {
		op = opRemoveLabel
	}
	tx.rec.op(op, uint64(id), uint64(l))
	tx.fp.read(mix(fpNodeAny, uint64(id))) // which values come or go depends on all properties
	for _, h := range []uint64{mix(fpNodeLabel, uint64(id), tx.labelHash(l)), mix(fpNodeLabel, uint64(id), anyOf), mix(fpNodeAny, uint64(id)), mix(fpLabel, tx.labelHash(l))} {
		tx.fp.write(h)
	}
	for _, p := range n.props {
		tx.fp.write(mix(fpKey, tx.labelHash(l), tx.keyHash(p.Key)))
		tx.fp.write(mix(fpValue, tx.labelHash(l), tx.keyHash(p.Key), valueHash(p.Value)))
	}
	tx.state.setLabel(id, l, on)
	tx.changedNodes.add(id)
	if !on {
		return true, nil
	}
	return true, tx.checkUnique(id, []graph.LabelID{l}, anyKey)
}

// DeleteNode deletes a node. Relationships that are still attached when the
// transaction commits make Prepare fail.
func (tx *Tx) DeleteNode(id graph.NodeID) (bool, error) {
	if err := tx.dataWrite(); err != nil {
		return false, err
	}
	n := tx.state.nodes.get(uint64(id))
	if n == nil {
		return false, nil
	}
	if err := tx.lockNode(id); err != nil {
		return false, err
	}
	tx.writeCount++
	tx.rec.op(opDeleteNode, uint64(id))
	tx.fp.read(mix(fpNodeAny, uint64(id)))
	tx.fp.read(mix(fpNode, uint64(id)))
	for _, h := range []uint64{mix(fpNode, uint64(id)), mix(fpNodeAny, uint64(id)), mix(fpNodeLabel, uint64(id), anyOf), mix(fpLabel, noLabel)} {
		tx.fp.write(h)
	}
	for _, l := range n.labels {
		tx.fp.write(mix(fpNodeLabel, uint64(id), tx.labelHash(l)))
		tx.fp.write(mix(fpLabel, tx.labelHash(l)))
	}
	for _, p := range n.props {
		tx.fp.write(mix(fpNodeProp, uint64(id), tx.keyHash(p.Key)))
		tx.writeValues(n.labels, p.Key, p.Value)
	}
	// Edges of this transaction's own must be gone by commit: Prepare checks those of the base and of created relationships.
	tx.state.deleteNode(id)
	tx.deletedNodes.add(id)
	return true, nil
}

// DeleteRel deletes a relationship.
func (tx *Tx) DeleteRel(id graph.RelID) (bool, error) {
	if err := tx.dataWrite(); err != nil {
		return false, err
	}
	r := tx.state.rels.get(uint64(id))
	if r == nil {
		return false, nil
	}
	if err := tx.lockRel(id); err != nil {
		return false, err
	}
	tx.writeCount++
	tx.rec.op(opDeleteRel, uint64(id))
	tx.fp.read(mix(fpRel, uint64(id)))
	tx.fp.read(mix(fpRelAny, uint64(id)))
	tx.writeRel(id, r.typ, r.start, r.end)
	tx.fp.write(mix(fpRelAny, uint64(id)))
	for _, p := range r.props {
		tx.fp.write(mix(fpRelProp, uint64(id), tx.keyHash(p.Key)))
		tx.writeRelValues(r.typ, p.Key, p.Value)
	}
	tx.state.deleteRel(id)
	tx.deletedRels.add(id)
	return true, nil
}
