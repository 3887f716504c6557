package exec

import (
	"strconv"
	"strings"

	"graticule/cypher/fn"
	"graticule/graph"
)

// push takes one row. The frame is reused: who keeps a row copies it.
type push func(f frame) error

// A stepBuilder makes one step of a solved pattern for a run, in front of next.
type stepBuilder func(r *run, next push) push

// op is one step of a planned pattern.
type op struct {
	name    string // as Neo4j names the operator
	details string
	rows    float64 // expected
	build   stepBuilder
	many    source       // the same in chunks; nil when it cannot
	sift    sieve        // of a filter, for chunks
	side    *patternJoin // of a join
}

// instance is a pattern built once for a run and used for many rows, each with its own emit.
type instance struct {
	emit   push
	run    push
	found  int64 // solutions, for all and first
	all    push  // counts them
	first  push  // wants no more than one
	enough errEnough
}

// instance gives that of p in a run.
func (p *pattern) instance(r *run) *instance {
	for len(r.instances) <= p.id {
		r.instances = append(r.instances, nil)
	}
	in := r.instances[p.id]
	if in == nil {
		in = &instance{}
		in.run = p.build(r, func(f frame) error { return in.emit(f) }, nil)
		in.all = func(frame) error { in.found += r.weight; return nil }
		in.first = func(frame) error { in.found++; return &in.enough }
		r.instances[p.id] = in
	}
	return in
}

// on solves p from f and calls emit for each solution.
func (p *pattern) on(r *run, f frame, emit push) error {
	return p.instance(r).solve(r, f, emit)
}

// count gives how many solutions p has from f; with one it looks for no second.
func (p *pattern) count(r *run, f frame, one bool) (int64, error) {
	in := p.instance(r)
	found, emit := in.found, in.all
	if one {
		emit = in.first
	}
	in.found = 0
	err := in.solve(r, f, emit)
	if err == error(&in.enough) {
		err = nil
	}
	n := in.found
	in.found = found
	return n, err
}

// solve solves the pattern from f, whose row may stand for many: each of its
// solutions stands for one.
func (in *instance) solve(r *run, f frame, emit push) error {
	saved, weight := in.emit, r.weight
	in.emit, r.weight = emit, 1
	err := in.run(f)
	in.emit, r.weight = saved, weight
	return err
}

// build links the steps of p in front of emit; many takes chunks, where the
// consumer can.
func (p *pattern) build(r *run, emit push, many take) push {
	return r.solver(p.plan(r).ops, emit, many)
}

// solver links the steps of a pattern, which settle their joins.
func (r *run) solver(ops []op, emit push, many take) push {
	return r.settling(func() push { return r.link(ops, emit, many) })
}

// link links steps in front of emit.
func (r *run) link(ops []op, emit push, many take) push {
	for i := len(ops) - 1; i >= 0; i-- {
		o := &ops[i]
		row := r.counted(o, o.build(r, r.produced(o, emit)))
		switch {
		case r.writes || r.profile != nil:
			many = nil
		case o.sift != nil:
			if many == nil {
				many = r.byRow(emit)
			}
			many = r.sieved(o.sift, many)
		case o.many != nil && many != nil:
			row, many = o.many(r, many), nil
		default:
			many = nil
		}
		emit = row
	}
	return emit
}

// buildPaths makes only the path values of p, its relationships being solved.
func (p *pattern) buildPaths(r *run, emit push) push {
	for i := len(p.paths) - 1; i >= 0; i-- {
		emit = p.paths[i].build()(r, emit)
	}
	return emit
}

func filterStep(test eval) stepBuilder {
	return func(r *run, next push) push {
		return func(f frame) error {
			v, err := test(r, f)
			if err != nil || !v.IsTrue() {
				return err
			}
			return next(f)
		}
	}
}

const scanBatch = 256

// --- nodes ---

// check tests labels and properties of the node in its slot.
func (n *patternNode) check(bound bool) stepBuilder {
	slot, test, props := n.slot, n.test, n.props
	return func(r *run, next push) push {
		if !bound && test == nil && len(props) == 0 {
			return next
		}
		if label := n.plainLabel(); label != "" && !bound && len(props) == 0 {
			return n.checkLabel(r, label, next)
		}
		return func(f frame) error {
			v := f[slot]
			if bound {
				if v.IsNull() {
					return nil
				}
				if v.Kind() != graph.KindNode {
					return fn.NotOfType(v, "NODE", "Expected to find a node at a pattern variable but found %s instead", fn.Inspect(v))
				}
			}
			if test != nil {
				if ok, err := test(r, f, v); !ok || err != nil {
					return err
				}
			}
			if ok, err := r.propsEqual(v, f, props); !ok || err != nil {
				return err
			}
			return next(f)
		}
	}
}

// plainLabel gives the label when that is all there is to check.
func (n *patternNode) plainLabel() string {
	if len(n.must) == 1 { // WHERE asks for no label
		return n.plain
	}
	return ""
}

func (n *patternNode) checkLabel(r *run, name string, next push) push {
	slot := n.slot
	label, known := r.graph.Label(name)
	if known && r.everyNodeHas(label) {
		return next
	}
	return func(f frame) error {
		if !known {
			if label, known = r.graph.Label(name); !known {
				return nil
			}
		}
		r.nodeArg[0] = f[slot].NodeID()
		if err := r.graph.HasLabel(r.nodeArg[:], label, r.boolArg[:]); err != nil || !r.boolArg[0] {
			return err
		}
		return next(f)
	}
}

// everyNodeHas tells whether testing for the label is of no use. Only for
// statements that do not write: their snapshot stays as it is, and nobody asks
// what they read.
func (r *run) everyNodeHas(label graph.LabelID) bool {
	return !r.writes && r.graph.EstimateNodes(label) == r.graph.EstimateNodes(graph.AnyLabel)
}

func (r *run) propsEqual(v graph.Value, f frame, props []propEquals) (bool, error) {
	for i := range props {
		want, err := props[i].value(r, f)
		if err != nil {
			return false, err
		}
		have, err := r.property(v, props[i].key)
		if err != nil || !graph.Equal(have, want).IsTrue() {
			return false, err
		}
	}
	return true, nil
}

// each hands the ids of a cursor to next, in the slot of a node.
func (r *run) each(c graph.NodeCursor, slot int, f frame, next push) error {
	defer c.Close()
	var buf [scanBatch]graph.NodeID
	for {
		k, err := c.Next(buf[:])
		if err != nil || k == 0 {
			return err
		}
		if err := r.check(); err != nil {
			return err
		}
		for _, id := range buf[:k] {
			f[slot] = graph.NodeRef(id)
			if err := next(f); err != nil {
				return err
			}
		}
	}
}

func (n *patternNode) scanAll() stepBuilder {
	return func(r *run, next push) push {
		next = n.check(false)(r, next)
		return func(f frame) error { return r.each(r.graph.ScanNodes(), n.slot, f, next) }
	}
}

// scanLabels scans the smallest of the labels a match must have, or each of those of which it has one.
func (n *patternNode) scanLabels() stepBuilder {
	return func(r *run, next push) push {
		check := n.check(false)(r, next)
		if n.scanDecides() {
			check = next // the scan has tested it
		}
		return func(f frame) error {
			if len(n.must) == 0 {
				return r.scanAnyOf(n, f, check)
			}
			label, ok := r.rarest(n.must)
			if !ok {
				return nil
			}
			return r.each(r.graph.ScanLabel(label), n.slot, f, check)
		}
	}
}

func (r *run) scanAnyOf(n *patternNode, f frame, next push) error {
	var before []graph.LabelID
	for _, name := range n.anyOf {
		label, ok := r.graph.Label(name)
		if !ok || containsLabel(before, label) {
			continue
		}
		earlier := before
		err := r.each(r.graph.ScanLabel(label), n.slot, f, func(f frame) error {
			for _, l := range earlier { // found by an earlier scan
				r.nodeArg[0] = f[n.slot].NodeID()
				if err := r.graph.HasLabel(r.nodeArg[:], l, r.boolArg[:]); err != nil || r.boolArg[0] {
					return err
				}
			}
			return next(f)
		})
		if err != nil {
			return err
		}
		before = append(before[:len(before):len(before)], label)
	}
	return nil
}

// find solves a node by equalities: with an index where there is one.
func (n *patternNode) find(keys []string, values []eval) stepBuilder {
	return func(r *run, next push) push {
		return n.findChunks(keys, values)(r, r.byRow(n.check(false)(r, next)))
	}
}

// findIn solves a node by n.key IN list, one lookup for each different element.
func (n *patternNode) findIn(s seek) stepBuilder {
	return func(r *run, next push) push {
		check := n.check(false)(r, next)
		return func(f frame) error {
			v, err := s.value(r, f)
			if err != nil || v.Kind() != graph.KindList {
				return err
			}
			labels, ok := r.labels(n.must)
			key, known := r.key(s.key)
			if !ok || !known {
				return nil
			}
			seen := map[graph.NodeID]bool{}
			var found []graph.NodeID
			for _, x := range v.AsList() {
				if found, err = r.graph.FindNodes(labels, []graph.KeyID{key}, []graph.Value{x}, found[:0]); err != nil {
					return err
				}
				for _, id := range found {
					if seen[id] {
						continue
					}
					seen[id] = true
					f[n.slot] = graph.NodeRef(id)
					if err := check(f); err != nil {
						return err
					}
				}
			}
			return nil
		}
	}
}

// seekRange solves a node by what an index finds.
func (n *patternNode) seekRange(u indexUse) stepBuilder {
	return func(r *run, next push) push {
		return n.seekChunks(u)(r, r.byRow(n.check(false)(r, next)))
	}
}

// findID solves a node by id(n) or elementId(n).
func (n *patternNode) findID(s seek, element bool) stepBuilder {
	return func(r *run, next push) push {
		check := n.check(false)(r, next)
		return func(f frame) error {
			v, err := s.value(r, f)
			if err != nil {
				return err
			}
			values := []graph.Value{v}
			if s.kind == seekIn {
				if v.Kind() != graph.KindList {
					return nil
				}
				values = v.AsList()
			}
			seen := map[graph.NodeID]bool{}
			for _, v := range values {
				var id uint64
				switch {
				case element && v.Kind() == graph.KindString:
					text := v.AsString()
					if id, err = strconv.ParseUint(text[strings.LastIndexByte(text, ':')+1:], 10, 64); err != nil {
						continue
					}
				case !element && v.Kind() == graph.KindInt && v.AsInt() >= 0:
					id = uint64(v.AsInt())
				default:
					continue
				}
				r.nodeArg[0] = graph.NodeID(id)
				if err := r.graph.NodesExist(r.nodeArg[:], r.boolArg[:]); err != nil {
					return err
				}
				if !r.boolArg[0] || seen[graph.NodeID(id)] {
					continue
				}
				seen[graph.NodeID(id)] = true
				f[n.slot] = graph.NodeRef(graph.NodeID(id))
				if err := check(f); err != nil {
					return err
				}
			}
			return nil
		}
	}
}

// --- paths ---

// build makes a path value of solved elements.
func (b pathBinding) build() stepBuilder {
	return func(r *run, next push) push {
		return func(f frame) error {
			p := &graph.Path{}
			for _, el := range b.elements {
				switch el := el.(type) {
				case *patternNode:
					if n := len(p.Nodes); n == 0 || len(p.Rels) >= n {
						p.Nodes = append(p.Nodes, f[el.slot])
					}
				case *patternRel:
					if err := r.appendToPath(p, f[el.slot]); err != nil {
						return err
					}
				}
			}
			f[b.slot] = graph.PathOf(p)
			return next(f)
		}
	}
}

// appendToPath walks one relationship, or a list of them, from the path's end.
func (r *run) appendToPath(p *graph.Path, v graph.Value) error {
	rels := []graph.Value{v}
	if v.Kind() == graph.KindList {
		rels = v.AsList()
	}
	for _, rel := range rels {
		ends, err := r.ends(rel.RelID())
		if err != nil {
			return err
		}
		at := p.Nodes[len(p.Nodes)-1].NodeID()
		next := ends.End
		if ends.End == at {
			next = ends.Start
		}
		p.Rels = append(p.Rels, rel)
		p.Nodes = append(p.Nodes, graph.NodeRef(next))
	}
	return nil
}
