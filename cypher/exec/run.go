package exec

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"time"

	"graticule/cypher/ast"
	"graticule/cypher/fn"
	"graticule/graph"
	"graticule/internal/spill"
)

// Environment is what a run needs from outside.
type Environment struct {
	Graph       Graph
	Params      *graph.Map
	Statement   time.Time // the statement's clock, and the transaction's
	Transaction time.Time
	Zone        *time.Location
	DatabaseID  string
	Database    string // its name, "" when USE is not looked at
	Server      any    // passed to procedures
	Imports     Imports
	// Show gives the columns and rows of SHOW and TERMINATE commands within a query.
	Show func(ctx context.Context, cmd ast.Command) (columns []string, rows [][]graph.Value, err error)

	Host    Host        // nil: there are no transactions of their own, and no help
	Account *Account    // of the transaction; nil: nothing is counted
	Disk    *spill.Disk // for rows that do not fit; nil: none are written
	Workers *Workers    // that may help; nil: there are none
}

// Host is the transaction that a run is part of.
type Host interface {
	// MayCall refuses a procedure that the user may not execute.
	MayCall(*Procedure) error
	// Begin starts a transaction of CALL … IN TRANSACTIONS.
	Begin(ctx context.Context) (InnerTransaction, error)
	// Renew gives a Graph in place of Environment.Graph, which holds what those committed.
	Renew() (Graph, error)
	// Share gives the Graph for another goroutine that reads, nil when it cannot.
	Share() Graph
}

// Imports says where LOAD CSV may read.
type Imports struct {
	Dir     string         // the only folder that file URLs reach; "" turns them off
	Blocked []netip.Prefix // networks that http(s) URLs must not reach
	Refused error          // why this user may load nothing; nil: they may
}

// Counters are what a statement changed, by Neo4j's names.
type Counters struct {
	NodesCreated, NodesDeleted, RelsCreated, RelsDeleted, PropertiesSet, LabelsAdded, LabelsRemoved int64
	IndexesAdded, IndexesRemoved, ConstraintsAdded, ConstraintsRemoved, SystemUpdates               int64
}

// Map gives the counters that are not zero, nil when all are.
func (c *Counters) Map() *graph.Map {
	if *c == (Counters{}) {
		return nil
	}
	m := graph.NewMap(4)
	for _, x := range []struct {
		name string
		n    int64
	}{
		{"nodes-created", c.NodesCreated}, {"nodes-deleted", c.NodesDeleted}, {"relationships-created", c.RelsCreated}, {"relationships-deleted", c.RelsDeleted},
		{"properties-set", c.PropertiesSet}, {"labels-added", c.LabelsAdded}, {"labels-removed", c.LabelsRemoved}, {"indexes-added", c.IndexesAdded},
		{"indexes-removed", c.IndexesRemoved}, {"constraints-added", c.ConstraintsAdded}, {"constraints-removed", c.ConstraintsRemoved}, {"system-updates", c.SystemUpdates},
	} {
		if x.n != 0 {
			m.Put(x.name, graph.Int(x.n))
		}
	}
	if c.SystemUpdates > 0 {
		m.Put("contains-system-updates", graph.True)
	} else {
		m.Put("contains-updates", graph.True)
	}
	return m
}

// run is the state of one execution. It belongs to one goroutine.
type run struct {
	ctx      context.Context
	graph    Graph
	params   *graph.Map
	base     frame  // the row that the query at hand runs from
	csvFile  string // that LOAD CSV reads from, "" outside
	csvLine  int64  // of its last record
	env      *Environment
	context  fn.Context
	counters Counters

	committed int      // transactions of CALL … IN TRANSACTIONS
	waiting   *renewed // keeps rows until they are committed

	schema    []graph.Index
	free      []*expander
	instances []*instance
	weight    int64 // how many rows the one on its way stands for
	writes    bool  // the statement may write
	serial    bool  // no part of it may run on several cores
	helps     bool  // it helps another run
	gaveWay   time.Time
	account   *Account
	kept      int64              // bytes of the account that are rows of this run
	holder    *int64             // where the steps being built count what they hold; nil: until the run ends
	joins     *[]*lateJoin       // of the pattern being built
	late      *[]*lateJoin       // where the next pattern built leaves its joins, for whoever has it built; nil: it settles them itself
	files     []*spill.File      // for rows that did not fit
	done      <-chan struct{}    // of ctx
	profile   map[any]*opProfile // by *op and *operator; nil unless profiling
	nodeArg   [1]graph.NodeID
	relArg    [1]graph.RelID
	endsArg   [1]graph.RelEnds
	boolArg   [1]bool
	valueArg  [1]graph.Value
	limits    map[*selection]*lengthLimit
	tables    []*valueTable // of lists that no row changes
	keys      []graph.KeyID // of properties that are read by name, each one more; 0: not known yet
	args      []graph.Value // of the function calls under way, a stack
	labelSets graph.LabelSets
	labelsOf  []graph.LabelID // those that labelList names
	labelList graph.Value
	ticks     int
	width     int // slots of a frame
	depth     int // of statements that procedures run
}

func newRun(ctx context.Context, env *Environment) *run {
	r := &run{ctx: ctx, done: ctx.Done(), graph: env.Graph, params: env.Params, env: env, weight: 1}
	if r.params == nil {
		r.params = &graph.Map{}
	}
	zone := env.Zone
	if zone == nil {
		zone = time.UTC
	}
	if r.account = env.Account; r.account == nil {
		r.account = &Account{}
	}
	r.context = fn.Context{Entities: r, Room: r.room, Alive: r.check, Done: r.done, Statement: env.Statement, Transaction: env.Transaction, Zone: zone, DatabaseID: env.DatabaseID}
	return r
}

// alive gives the cause when the run was cancelled; cheap enough for inner loops.
func (r *run) alive() error {
	if r.ticks++; r.ticks&15 != 0 {
		return nil
	}
	return r.check()
}

// check gives the cause when the run was cancelled.
func (r *run) check() error {
	if r.helps {
		r.giveWay()
	}
	select {
	case <-r.done:
		return context.Cause(r.ctx)
	default:
		return nil
	}
}

func (r *run) key(name string) (graph.KeyID, bool) { return r.graph.Key(name) }

// keyAt is key for the i-th property of a plan, which looks a known name up once.
func (r *run) keyAt(i int, name string) (graph.KeyID, bool) {
	for len(r.keys) <= i {
		r.keys = append(r.keys, 0)
	}
	if r.keys[i] != 0 {
		return r.keys[i] - 1, true
	}
	k, ok := r.key(name)
	if ok {
		r.keys[i] = k + 1
	}
	return k, ok
}

func (r *run) labels(names []string) ([]graph.LabelID, bool) {
	out := make([]graph.LabelID, len(names))
	for i, n := range names {
		id, ok := r.graph.Label(n)
		if !ok {
			return nil, false
		}
		out[i] = id
	}
	return out, true
}

// types gives the tokens of the names that exist; ok=false when names were given and none exists.
func (r *run) types(names []string) ([]graph.TypeID, bool) {
	var out []graph.TypeID
	for _, n := range names {
		if id, ok := r.graph.Type(n); ok {
			out = append(out, id)
		}
	}
	return out, len(names) == 0 || len(out) > 0
}

func (r *run) indexes() []graph.Index {
	if r.schema == nil {
		r.schema = r.graph.Indexes()
	}
	return r.schema
}

func (r *run) hasLabel(v graph.Value, name string) (bool, error) {
	switch v.Kind() {
	case graph.KindNode:
		if n := v.AsNode(); n != nil {
			for _, l := range n.Labels {
				if l == name {
					return true, nil
				}
			}
			return false, nil
		}
		id, ok := r.graph.Label(name)
		if !ok {
			return false, nil
		}
		r.nodeArg[0] = v.NodeID()
		err := r.graph.HasLabel(r.nodeArg[:], id, r.boolArg[:])
		return r.boolArg[0], err
	case graph.KindRel:
		ends, err := r.ends(v.RelID())
		return ends.Exists && r.graph.TypeName(ends.Type) == name, err
	}
	return false, fn.TypeError("Type mismatch: expected Node or Relationship but was %v", v.Kind())
}

func (r *run) ends(id graph.RelID) (graph.RelEnds, error) {
	r.relArg[0] = id
	err := r.graph.RelEnds(r.relArg[:], r.endsArg[:])
	return r.endsArg[0], err
}

// Node gives a node's content, nil when it is gone. It implements fn.Entities.
func (r *run) Node(id graph.NodeID) *graph.Node {
	ids := []graph.NodeID{id}
	var there [1]bool
	if r.graph.NodesExist(ids, there[:]) != nil || !there[0] {
		return nil
	}
	var sets graph.LabelSets
	if r.graph.NodeLabels(ids, &sets) != nil {
		return nil
	}
	props, err := r.graph.NodeProperties(id, nil)
	if err != nil {
		return nil
	}
	n := &graph.Node{ID: id, Labels: make([]string, len(sets.Label)), Properties: r.propMap(props)}
	for i, l := range sets.Label {
		n.Labels[i] = r.graph.LabelName(l)
	}
	return n
}

// Relationship gives a relationship's content, nil when it is gone.
func (r *run) Relationship(id graph.RelID) *graph.Relationship {
	ends, err := r.ends(id)
	if err != nil || !ends.Exists {
		return nil
	}
	props, err := r.graph.RelProperties(id, nil)
	if err != nil {
		return nil
	}
	return &graph.Relationship{ID: id, Start: ends.Start, End: ends.End, Type: r.graph.TypeName(ends.Type), Properties: r.propMap(props)}
}

// Labels gives a node's labels, and the same list for nodes in a row that have the same.
func (r *run) Labels(id graph.NodeID) (graph.Value, bool) {
	r.nodeArg[0] = id
	if r.graph.NodesExist(r.nodeArg[:], r.boolArg[:]) != nil || !r.boolArg[0] {
		return graph.Null, false
	}
	r.labelSets.Reset()
	if r.graph.NodeLabels(r.nodeArg[:], &r.labelSets) != nil {
		return graph.Null, false
	}
	if r.labelList.IsNull() || !slices.Equal(r.labelSets.Label, r.labelsOf) {
		names := make([]graph.Value, len(r.labelSets.Label))
		for i, l := range r.labelSets.Label {
			names[i] = graph.String(r.graph.LabelName(l))
		}
		r.labelList, r.labelsOf = graph.List(names), append(r.labelsOf[:0], r.labelSets.Label...)
	}
	return r.labelList, true
}

// Ends gives the nodes that a relationship joins; ok=false when it is gone.
func (r *run) Ends(id graph.RelID) (start, end graph.NodeID, ok bool) {
	ends, err := r.ends(id)
	return ends.Start, ends.End, err == nil && ends.Exists
}

// RelationshipType gives the name of a relationship's type, also when the
// transaction has deleted it.
func (r *run) RelationshipType(id graph.RelID) string {
	ends, err := r.ends(id)
	if err != nil || !ends.Exists && !ends.Deleted {
		return ""
	}
	return r.graph.TypeName(ends.Type)
}

func (r *run) propMap(props []graph.Property) *graph.Map {
	m := graph.NewMap(len(props))
	for _, p := range props {
		m.Put(r.graph.KeyName(p.Key), p.Value)
	}
	return m
}

// hydrate fills in the content of entities on their way to the client.
func (r *run) hydrate(v graph.Value) (graph.Value, error) {
	switch v.Kind() {
	case graph.KindNode:
		if v.AsNode() != nil {
			return v, nil
		}
		if n := r.Node(v.NodeID()); n != nil {
			return graph.NodeOf(n), r.alive()
		}
		return graph.NodeOf(&graph.Node{ID: v.NodeID(), Properties: &graph.Map{}, Deleted: true}), nil
	case graph.KindRel:
		if v.AsRel() != nil {
			return v, nil
		}
		if x := r.Relationship(v.RelID()); x != nil {
			return graph.RelOf(x), r.alive()
		}
		return graph.RelOf(&graph.Relationship{ID: v.RelID(), Properties: &graph.Map{}, Deleted: true}), nil
	case graph.KindList:
		l := v.AsList()
		for i := range l {
			if k := l[i].Kind(); k >= graph.KindList && k <= graph.KindPath {
				out, err := r.hydrated(l)
				return graph.List(out), err
			}
		}
	case graph.KindMap:
		m := v.AsMap()
		out := graph.NewMap(m.Len())
		for i := range m.Len() {
			k, x := m.At(i)
			x, err := r.hydrate(x)
			if err != nil {
				return graph.Null, err
			}
			out.Put(k, x)
		}
		return graph.MapOf(out), nil
	case graph.KindPath:
		nodes, err := r.hydrated(v.AsPath().Nodes)
		if err != nil {
			return graph.Null, err
		}
		rels, err := r.hydrated(v.AsPath().Rels)
		return graph.PathOf(&graph.Path{Nodes: nodes, Rels: rels}), err
	}
	return v, nil
}

func (r *run) hydrated(l []graph.Value) ([]graph.Value, error) {
	out := make([]graph.Value, len(l))
	for i, v := range l {
		x, err := r.hydrate(v)
		if err != nil {
			return nil, err
		}
		out[i] = x
	}
	return out, nil
}

// errEnough unwinds a pipeline whose consumer wants no more rows. Each chain has
// its own, which the byte is for: values without size may share one address.
type errEnough struct{ _ byte }

// Error names the signal; it never reaches a client.
func (*errEnough) Error() string { return "no more rows are wanted" }

// sink takes rows; done is called once after the last one.
type sink interface {
	push(f frame) error
	done() error
}

// drive pushes the starting rows through a chain; enough tells that its
// consumer may stop early with that error.
func drive(first sink, feed func(push func(frame) error) error, enough *errEnough) error {
	if err := feed(first.push); err != nil && !errors.Is(err, enough) {
		return err
	}
	if err := first.done(); err != nil && !errors.Is(err, enough) {
		return err
	}
	return nil
}
