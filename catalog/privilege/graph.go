package privilege

import (
	"slices"
	"strings"
)

// Rights are what a set allows on the elements of one graph.
type Rights struct {
	all        bool // everything
	privileges []Privilege
}

// Graph gives the rights on one graph; home: it is the graph of the user's home database.
func (s *Set) Graph(graph string, home bool) *Rights {
	if s == nil {
		return &Rights{all: true}
	}
	r := &Rights{}
	for _, p := range s.privileges {
		if p.on(graph, home) && (strings.HasPrefix(p.Segment, "NODE(") || strings.HasPrefix(p.Segment, "RELATIONSHIP(") || covers(p.Action, "create_label") || covers(p.Action, "create_reltype") || covers(p.Action, "create_propertykey")) {
			r.privileges = append(r.privileges, p)
		}
	}
	return r
}

// Everything is what somebody may do whom nothing is forbidden.
func Everything() *Rights { return &Rights{all: true} }

// element is a kind of element: "NODE" or "RELATIONSHIP".
type element string

// The kinds of elements.
const (
	Node         element = "NODE"
	Relationship element = "RELATIONSHIP"
)

func (r *Rights) decide(match func(*Privilege) bool) bool {
	return r.all || (&Set{r.privileges}).decide(match)
}

// names gives what stands in the segment of a privilege on the kind: a label, a type or *.
func (p *Privilege) names(kind element) (string, bool) {
	n, ok := strings.CutPrefix(p.Segment, string(kind)+"(")
	return strings.TrimSuffix(n, ")"), ok
}

// on tells whether the segment is about an element with one of the labels (the type).
func (kind element) has(p *Privilege, labels []string) bool {
	n, ok := p.names(kind)
	return ok && (n == "*" || slices.Contains(labels, n))
}

// Traverse tells whether an element with the labels, or of the type, is seen.
func (r *Rights) Traverse(kind element, labels ...string) bool {
	return r.decide(func(p *Privilege) bool {
		if p.Deny && covers(p.Action, "read") && p.Resource != "all_properties" { // takes the property away, not the element
			return false
		}
		return covers(p.Action, "traverse") && kind.has(p, labels)
	})
}

// Read tells whether a property of an element is seen.
func (r *Rights) Read(kind element, property string, labels ...string) bool {
	return r.decide(func(p *Privilege) bool {
		return covers(p.Action, "read") && p.about("property", property) && kind.has(p, labels)
	})
}

// about tells whether the resource is everything of what (graph, all_properties,
// all_labels), or what(name).
func (p *Privilege) about(what, name string) bool {
	return p.Resource == "graph" || strings.HasPrefix(p.Resource, "all_") || p.Resource == what+"("+name+")"
}

// Create tells whether an element with the labels, or of the type, may be made:
// each of them has to be granted.
func (r *Rights) Create(kind element, labels ...string) bool {
	if len(labels) == 0 {
		return r.decide(func(p *Privilege) bool { return covers(p.Action, "create_element") && kind.has(p, nil) })
	}
	for _, l := range labels {
		if !r.decide(func(p *Privilege) bool { return covers(p.Action, "create_element") && kind.has(p, []string{l}) }) {
			return false
		}
	}
	return true
}

// Delete tells whether an element may be deleted.
func (r *Rights) Delete(kind element, labels ...string) bool {
	return r.decide(func(p *Privilege) bool { return covers(p.Action, "delete_element") && kind.has(p, labels) })
}

// SetProperty tells whether a property of an element may be set or removed.
func (r *Rights) SetProperty(kind element, property string, labels ...string) bool {
	return r.decide(func(p *Privilege) bool {
		return covers(p.Action, "set_property") && p.about("property", property) && kind.has(p, labels)
	})
}

// Label tells whether a label may be set ("set_label") or removed ("remove_label").
func (r *Rights) Label(action, label string) bool {
	return r.decide(func(p *Privilege) bool { return covers(p.Action, action) && p.about("label", label) })
}

// Name tells whether a new name may be made: action is "create_label",
// "create_reltype" or "create_propertykey".
func (r *Rights) Name(action string) bool {
	return r.decide(func(p *Privilege) bool { return covers(p.Action, action) })
}

// All tells whether every one of the actions is granted on all elements, and
// nothing of them denied: then elements need not be looked at.
func (r *Rights) All(actions ...string) bool {
	if r.all {
		return true
	}
	for _, action := range actions {
		for _, kind := range []element{Node, Relationship} {
			if kind == Relationship && (action == "set_label" || action == "remove_label") {
				continue
			}
			granted := false
			for i := range r.privileges {
				p := &r.privileges[i]
				if !covers(p.Action, action) {
					continue
				}
				if p.Deny {
					return false
				}
				n, ok := p.names(kind)
				granted = granted || ok && n == "*" && (p.Resource == "graph" || strings.HasPrefix(p.Resource, "all_"))
			}
			if !granted {
				return false
			}
		}
	}
	return true
}
