package guard

import (
	"context"
	"encoding/binary"
	"slices"
	"strings"

	"graticule/catalog/privilege"
	"graticule/cypher/exec"
	"graticule/graph"
	"graticule/status"
)

// Rights are what a user may do in one database.
type Rights struct {
	rights    *privilege.Rights
	may       func(action string) bool // on the database: its schema
	database  string
	who       string // in errors
	readsAll  bool
	writesAll bool
	namesAll  bool
}

// NewRights makes rights; may tells whether an action on the schema is allowed,
// who stands in errors.
func NewRights(r *privilege.Rights, may func(action string) bool, database, who string) *Rights {
	return &Rights{rights: r, may: may, database: database, who: who, readsAll: r.All("traverse", "read"),
		writesAll: r.All("create_element", "delete_element", "set_label", "remove_label", "set_property"),
		namesAll:  r.Name("create_label") && r.Name("create_reltype") && r.Name("create_propertykey")}
}

// Over puts the rights over a graph; nil rights and such that allow everything leave it as it is.
func (r *Rights) Over(g exec.Graph) exec.Graph {
	if r == nil || g == nil {
		return g
	}
	writing := &writer{Graph: g, rights: r}
	if r.readsAll {
		return writing
	}
	return &reader{writer: writing, below: g, seen: map[string]bool{}}
}

func (r *Rights) refuse(format string, args ...any) error {
	return status.New(status.Forbidden, "42NFF", format+" on database '"+r.database+"' is not allowed for "+r.who+".", args...)
}

// writer checks what is written; it shows everything.
type writer struct {
	exec.Graph
	rights *Rights
}

// names gives the labels of a node below.
func (w *writer) names(id graph.NodeID) ([]string, error) {
	var sets graph.LabelSets
	if err := w.Graph.NodeLabels([]graph.NodeID{id}, &sets); err != nil {
		return nil, err
	}
	out := make([]string, len(sets.Label))
	for i, l := range sets.Label {
		out[i] = w.LabelName(l)
	}
	return out, nil
}

func (w *writer) typeOf(id graph.RelID) (string, error) {
	ends := make([]graph.RelEnds, 1)
	if err := w.Graph.RelEnds([]graph.RelID{id}, ends); err != nil || !ends[0].Exists {
		return "", err
	}
	return w.TypeName(ends[0].Type), nil
}

// CreateNode checks the labels.
func (w *writer) CreateNode(labels []graph.LabelID) (graph.NodeID, error) {
	if !w.rights.writesAll {
		names := make([]string, len(labels))
		for i, l := range labels {
			names[i] = w.LabelName(l)
		}
		if !w.rights.rights.Create(privilege.Node, names...) {
			return 0, w.rights.refuse("Create node with labels '%s'", strings.Join(names, ","))
		}
	}
	return w.Graph.CreateNode(labels)
}

// CreateRel checks the type.
func (w *writer) CreateRel(typ graph.TypeID, start, end graph.NodeID) (graph.RelID, error) {
	if name := w.TypeName(typ); !w.rights.writesAll && !w.rights.rights.Create(privilege.Relationship, name) {
		return 0, w.rights.refuse("Create relationship with type '%s'", name)
	}
	return w.Graph.CreateRel(typ, start, end)
}

// SetNodeProperty checks the property on nodes with the labels that this one has.
func (w *writer) SetNodeProperty(id graph.NodeID, key graph.KeyID, v graph.Value) (bool, error) {
	if !w.rights.writesAll {
		names, err := w.names(id)
		if err != nil {
			return false, err
		}
		if !w.rights.rights.SetProperty(privilege.Node, w.KeyName(key), names...) {
			return false, w.rights.refuse("Set property for property '%s'", w.KeyName(key))
		}
	}
	return w.Graph.SetNodeProperty(id, key, v)
}

// SetRelProperty checks the property on relationships of the type.
func (w *writer) SetRelProperty(id graph.RelID, key graph.KeyID, v graph.Value) (bool, error) {
	if !w.rights.writesAll {
		typ, err := w.typeOf(id)
		if err != nil {
			return false, err
		}
		if !w.rights.rights.SetProperty(privilege.Relationship, w.KeyName(key), typ) {
			return false, w.rights.refuse("Set property for property '%s'", w.KeyName(key))
		}
	}
	return w.Graph.SetRelProperty(id, key, v)
}

// AddLabel checks the label.
func (w *writer) AddLabel(id graph.NodeID, label graph.LabelID) (bool, error) {
	if name := w.LabelName(label); !w.rights.writesAll && !w.rights.rights.Label("set_label", name) {
		return false, w.rights.refuse("Set label for label '%s'", name)
	}
	return w.Graph.AddLabel(id, label)
}

// RemoveLabel checks the label.
func (w *writer) RemoveLabel(id graph.NodeID, label graph.LabelID) (bool, error) {
	if name := w.LabelName(label); !w.rights.writesAll && !w.rights.rights.Label("remove_label", name) {
		return false, w.rights.refuse("Remove label for label '%s'", name)
	}
	return w.Graph.RemoveLabel(id, label)
}

// DeleteNode checks the labels.
func (w *writer) DeleteNode(id graph.NodeID) (bool, error) {
	if !w.rights.writesAll {
		names, err := w.names(id)
		if err != nil {
			return false, err
		}
		if !w.rights.rights.Delete(privilege.Node, names...) {
			return false, w.rights.refuse("Delete node with labels '%s'", strings.Join(names, ","))
		}
	}
	return w.Graph.DeleteNode(id)
}

// DeleteRel checks the type.
func (w *writer) DeleteRel(id graph.RelID) (bool, error) {
	if !w.rights.writesAll {
		typ, err := w.typeOf(id)
		if err != nil {
			return false, err
		}
		if !w.rights.rights.Delete(privilege.Relationship, typ) {
			return false, w.rights.refuse("Delete relationship with type '%s'", typ)
		}
	}
	return w.Graph.DeleteRel(id)
}

// newName refuses a name that is not there yet.
func (w *writer) newName(action, what, command string) error {
	if w.rights.namesAll || w.rights.rights.Name(action) {
		return nil
	}
	return status.New(status.Forbidden, "42NFF", "Creating new %s on database '%s' is not allowed for %s. See GRANT CREATE NEW %s ON DATABASE...", what, w.rights.database, w.rights.who, command)
}

// EnsureLabel checks whether a new label may be made.
func (w *writer) EnsureLabel(name string) (graph.LabelID, error) {
	if id, ok := w.Label(name); ok {
		return id, nil
	}
	if !w.rights.writesAll && !w.rights.rights.Create(privilege.Node, name) && !w.rights.rights.Label("set_label", name) {
		return 0, w.rights.refuse("Create node with labels '%s'", name) // says more than that the name is new
	}
	if err := w.newName("create_label", "node label", "NODE LABEL"); err != nil {
		return 0, err
	}
	return w.Graph.EnsureLabel(name)
}

// EnsureType checks whether a new type may be made.
func (w *writer) EnsureType(name string) (graph.TypeID, error) {
	if id, ok := w.Type(name); ok {
		return id, nil
	}
	if !w.rights.writesAll && !w.rights.rights.Create(privilege.Relationship, name) {
		return 0, w.rights.refuse("Create relationship with type '%s'", name)
	}
	if err := w.newName("create_reltype", "relationship type", "RELATIONSHIP TYPE"); err != nil {
		return 0, err
	}
	return w.Graph.EnsureType(name)
}

// EnsureKey checks whether a new property name may be made.
func (w *writer) EnsureKey(name string) (graph.KeyID, error) {
	if id, ok := w.Key(name); ok {
		return id, nil
	}
	if err := w.newName("create_propertykey", "property name", "PROPERTY NAME"); err != nil {
		return 0, err
	}
	return w.Graph.EnsureKey(name)
}

func (w *writer) schema(action string) error {
	if w.rights.may(action) {
		return nil
	}
	return w.rights.refuse("Schema operation '%s'", action)
}

// CreateIndex checks the action.
func (w *writer) CreateIndex(x graph.Index) (graph.Index, error) {
	if err := w.schema("create_index"); err != nil {
		return x, err
	}
	return w.Graph.CreateIndex(x)
}

// DropIndex checks the action.
func (w *writer) DropIndex(name string) error {
	if err := w.schema("drop_index"); err != nil {
		return err
	}
	return w.Graph.DropIndex(name)
}

// CreateConstraint checks the action.
func (w *writer) CreateConstraint(x graph.Constraint) (graph.Constraint, error) {
	if err := w.schema("create_constraint"); err != nil {
		return x, err
	}
	return w.Graph.CreateConstraint(x)
}

// DropConstraint checks the action.
func (w *writer) DropConstraint(name string) error {
	if err := w.schema("drop_constraint"); err != nil {
		return err
	}
	return w.Graph.DropConstraint(name)
}

// ChangeGraphType checks the actions of what is dropped and created.
func (w *writer) ChangeGraphType(drop []string, create []graph.Constraint) error {
	if len(drop) > 0 {
		if err := w.schema("drop_constraint"); err != nil {
			return err
		}
	}
	if len(create) > 0 {
		if err := w.schema("create_constraint"); err != nil {
			return err
		}
	}
	return w.Graph.ChangeGraphType(drop, create)
}

// reader also leaves out what is not to be seen.
type reader struct {
	*writer
	below exec.Graph
	seen  map[string]bool // label sets, and label sets with a property, that were decided
}

// decide remembers an answer about a set of labels.
func (r *reader) decide(what string, labels []graph.LabelID, ask func(names []string) bool) bool {
	key := []byte(what)
	for _, l := range labels {
		key = binary.AppendUvarint(key, uint64(l))
	}
	yes, ok := r.seen[string(key)]
	if !ok {
		names := make([]string, len(labels))
		for i, l := range labels {
			names[i] = r.LabelName(l)
		}
		yes = ask(names)
		r.seen[string(key)] = yes
	}
	return yes
}

func (r *reader) labels(id graph.NodeID) ([]graph.LabelID, error) {
	var sets graph.LabelSets
	err := r.below.NodeLabels([]graph.NodeID{id}, &sets)
	return sets.Label, err
}

func (r *reader) seesNode(id graph.NodeID) (bool, error) {
	labels, err := r.labels(id)
	return r.decide("n", labels, func(names []string) bool { return r.rights.rights.Traverse(privilege.Node, names...) }), err
}

func (r *reader) seesType(t graph.TypeID) bool {
	return r.rights.rights.Traverse(privilege.Relationship, r.TypeName(t))
}

func (r *reader) seesRel(e graph.RelEnds) (bool, error) {
	if !e.Exists || !r.seesType(e.Type) {
		return false, nil
	}
	start, err := r.seesNode(e.Start)
	if err != nil || !start {
		return false, err
	}
	return r.seesNode(e.End)
}

// readsNode tells whether properties of a node are seen, all of them.
func (r *reader) readsNode(id graph.NodeID, keys ...string) (bool, error) {
	labels, err := r.labels(id)
	if err != nil || !r.decide("n", labels, func(names []string) bool { return r.rights.rights.Traverse(privilege.Node, names...) }) {
		return false, err
	}
	for _, k := range keys {
		if !r.decide("p"+k+"\x00", labels, func(names []string) bool { return r.rights.rights.Read(privilege.Node, k, names...) }) {
			return false, nil
		}
	}
	return true, nil
}

func (r *reader) readsRel(e graph.RelEnds, keys ...string) (bool, error) {
	sees, err := r.seesRel(e)
	if err != nil || !sees {
		return false, err
	}
	for _, k := range keys {
		if !r.rights.rights.Read(privilege.Relationship, k, r.TypeName(e.Type)) {
			return false, nil
		}
	}
	return true, nil
}

// LabelNames gives the labels by which something is seen.
func (r *reader) LabelNames() []string {
	return slices.DeleteFunc(slices.Clone(r.below.LabelNames()), func(n string) bool { return !r.rights.rights.Traverse(privilege.Node, n) })
}

// TypeNames gives the types by which something is seen.
func (r *reader) TypeNames() []string {
	return slices.DeleteFunc(slices.Clone(r.below.TypeNames()), func(n string) bool { return !r.rights.rights.Traverse(privilege.Relationship, n) })
}

// SearchText gives the hits that are seen, by properties that are seen.
func (r *reader) SearchText(ctx context.Context, idx graph.IndexID, query string, o graph.TextSearch) ([]graph.Hit, error) {
	hits, err := r.below.SearchText(ctx, idx, query, o)
	return r.hits(idx, hits, err)
}

// SearchVector gives the hits that are seen, by properties that are seen.
func (r *reader) SearchVector(ctx context.Context, idx graph.IndexID, query []float32, k int) ([]graph.Hit, error) {
	hits, err := r.below.SearchVector(ctx, idx, query, k)
	return r.hits(idx, hits, err)
}

func (r *reader) hits(idx graph.IndexID, hits []graph.Hit, err error) ([]graph.Hit, error) {
	if err != nil {
		return nil, err
	}
	x := r.index(idx)
	var out []graph.Hit
	for _, h := range hits {
		var sees bool
		if x.Relationship {
			ends := make([]graph.RelEnds, 1)
			if err := r.below.RelEnds([]graph.RelID{graph.RelID(h.ID)}, ends); err != nil {
				return nil, err
			}
			sees, err = r.readsRel(ends[0], x.Properties...)
		} else {
			sees, err = r.readsNode(graph.NodeID(h.ID), x.Properties...)
		}
		if err != nil {
			return nil, err
		}
		if sees {
			out = append(out, h)
		}
	}
	return out, nil
}

func (r *reader) index(id graph.IndexID) graph.Index {
	for _, x := range r.below.Indexes() {
		if x.ID == id {
			return x
		}
	}
	return graph.Index{}
}
