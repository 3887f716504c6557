package graphstore

import (
	"fmt"

	"github.com/cespare/xxhash/v2"

	"graticule/graph"
)

// An element type of the graph type is a set of dependent constraints on its
// identifying label or relationship type; docs/cypher.md names the cases.

// ChangeGraphType drops constraints by name, those that depend on the graph type
// too, and then creates others. After an error the transaction must not commit.
func (tx *Tx) ChangeGraphType(drop []string, create []graph.Constraint) error {
	for _, name := range drop {
		if err := tx.dropConstraint(name, true); err != nil {
			return err
		}
	}
	for _, d := range create {
		if _, err := tx.CreateConstraint(d); err != nil {
			return err
		}
	}
	return nil
}

// checkDependence refuses constraints of existence or type on an identifying
// label or type that are no part of its element type, and the reverse.
func (tx *Tx) checkDependence(d graph.Constraint) error {
	if backed(d.Type) {
		return nil
	}
	for _, c := range tx.state.schema.constraints {
		if c.Relationship == d.Relationship && c.Label == d.Label && !backed(c.Type) && c.Dependent != d.Dependent {
			return &SchemaError{Reason: OtherDependence, Name: d.Name, Existing: c.Name, Constraint: true, Description: fmt.Sprintf(
				"Graph type %s constraint %s is incompatible with graph type %s constraint %s because they have different graph type dependence.",
				dependence(d), d.Describe(), dependence(c), c.Describe())}
		}
	}
	return nil
}

func dependence(d graph.Constraint) string {
	if d.Dependent {
		return "dependent"
	}
	return "independent"
}

// checkLabel checks the label that d demands of a node, or of an end of a relationship.
func (s *state) checkLabel(d graph.Constraint, id uint64) error {
	node := graph.NodeID(id)
	if d.Relationship {
		node = s.rels.get(id).end
		if d.Type == graph.ConstraintRelSource {
			node = s.rels.get(id).start
		}
	}
	l, known := s.tokens[labelToken].id(d.EnforcedLabel)
	if n := s.nodes.get(uint64(node)); known && n != nil && n.hasLabel(graph.LabelID(l)) {
		return nil
	}
	return &ConstraintError{Constraint: d, Entity: id, Existing: uint64(node)}
}

// checkEnds checks a constraint on the label of one end: of the relationships
// that this transaction made, and of those at nodes that lost the label in it.
// Footprints go by name: another transaction may be making the type.
func (tx *Tx) checkEnds(d graph.Constraint) error {
	t, known := tx.state.tokens[typeToken].id(d.Label)
	dir := 1
	if d.Type == graph.ConstraintRelSource {
		dir = 0
	}
	for id := range tx.createdRels {
		r := tx.state.rels.get(uint64(id))
		if r == nil || !known || uint32(r.typ) != t {
			continue
		}
		end := []graph.NodeID{r.start, r.end}[dir]
		tx.fp.read(mix(fpNodeLabel, uint64(end), xxhash.Sum64String(d.EnforcedLabel)))
		if err := tx.state.checkLabel(d, uint64(id)); err != nil {
			return err
		}
	}
	l, ok := tx.state.tokens[labelToken].id(d.EnforcedLabel)
	if !ok {
		return nil
	}
	for id := range tx.changedNodes {
		before, now := tx.base.nodes.get(uint64(id)), tx.state.nodes.get(uint64(id))
		if before == nil || now == nil || !before.hasLabel(graph.LabelID(l)) || now.hasLabel(graph.LabelID(l)) {
			continue
		}
		tx.fp.read(mix(fpEdges, uint64(id), xxhash.Sum64String(d.Label), uint64(dir)))
		e := now.edges(dir, graph.TypeID(t))
		if e == nil || !known {
			continue
		}
		for _, chunk := range e.chunks {
			if len(chunk) > 0 {
				return tx.state.checkLabel(d, uint64(chunk[0].rel))
			}
		}
	}
	return nil
}
