package graph

// Adjacency is a batch of expanded relationships in compressed sparse row
// form: the relationships of source i are Rel[Offset[i]:Offset[i+1]], with the
// type, the other end, and whether the relationship points away from the source.
// It is reused between calls: Reset keeps the memory.
type Adjacency struct {
	Offset    []int32 // one more than the sources answered
	Rel       []RelID
	Type      []TypeID
	Neighbour []NodeID
	Outgoing  []bool
}

// Reset empties the batch, keeping its memory.
func (a *Adjacency) Reset() {
	a.Offset = append(a.Offset[:0], 0)
	a.Rel, a.Type, a.Neighbour, a.Outgoing = a.Rel[:0], a.Type[:0], a.Neighbour[:0], a.Outgoing[:0]
}

// Add appends one relationship to the source now being filled.
func (a *Adjacency) Add(rel RelID, typ TypeID, neighbour NodeID, outgoing bool) {
	a.Rel = append(a.Rel, rel)
	a.Type = append(a.Type, typ)
	a.Neighbour = append(a.Neighbour, neighbour)
	a.Outgoing = append(a.Outgoing, outgoing)
}

// EndSource closes the list of the source now being filled.
func (a *Adjacency) EndSource() { a.Offset = append(a.Offset, int32(len(a.Rel))) }

// LabelSets is a batch of label sets in the same form as Adjacency: the labels
// of node i are Label[Offset[i]:Offset[i+1]], ascending.
type LabelSets struct {
	Offset []int32
	Label  []LabelID
}

// Reset empties the batch, keeping its memory.
func (l *LabelSets) Reset() {
	l.Offset = append(l.Offset[:0], 0)
	l.Label = l.Label[:0]
}

// RelEnds is what a relationship record holds besides properties.
type RelEnds struct {
	Start, End NodeID
	Type       TypeID
	Exists     bool
	Deleted    bool // by the transaction that asks, which is told its Type still
}

// Property is one key with its value.
type Property struct {
	Key   KeyID
	Value Value
}
