package graph

// Column is a batch of values. Values that are all null, BOOLEAN, INTEGER or
// FLOAT, or references to entities, are kept as their bits; one of another kind
// turns the whole column into Values. It is reused between calls: Reset keeps
// the memory.
type Column struct {
	Kind   Kind     // of every value, unless Mixed
	Mixed  bool     // the kinds differ: see Kinds
	Kinds  []Kind   // of each value, when Mixed
	Bits   []uint64 // integer, float bits, 0 or 1, or id
	Values []Value  // everything, when some value has no bits
	Boxed  bool     // Values is in use instead of Bits
}

// Reset empties the column.
func (c *Column) Reset() {
	c.Kind, c.Mixed, c.Boxed = KindNull, false, false
	c.Kinds, c.Bits, c.Values = c.Kinds[:0], c.Bits[:0], c.Values[:0]
}

// Len gives the number of values.
func (c *Column) Len() int {
	if c.Boxed {
		return len(c.Values)
	}
	return len(c.Bits)
}

// plain tells whether a value is told by its kind and bits alone. Entities whose
// content is at hand are not.
func (v Value) plain() bool {
	return v.p == nil && v.aux == 0 && (v.kind <= KindFloat || v.kind == KindNode || v.kind == KindRel)
}

// At gives the i-th value.
func (c *Column) At(i int) Value {
	switch {
	case c.Boxed:
		return c.Values[i]
	case c.Mixed:
		return Value{kind: c.Kinds[i], n: c.Bits[i]}
	}
	return Value{kind: c.Kind, n: c.Bits[i]}
}

// KindAt gives the kind of the i-th value.
func (c *Column) KindAt(i int) Kind {
	switch {
	case c.Boxed:
		return c.Values[i].kind
	case c.Mixed:
		return c.Kinds[i]
	}
	return c.Kind
}

// Append adds a value.
func (c *Column) Append(v Value) {
	if c.Boxed {
		c.Values = append(c.Values, v)
		return
	}
	if !v.plain() {
		c.box()
		c.Values = append(c.Values, v)
		return
	}
	c.fit(v.kind)
	c.Bits = append(c.Bits, v.n)
	if c.Mixed {
		c.Kinds = append(c.Kinds, v.kind)
	}
}

// fit makes the column ready for one more value of a kind.
func (c *Column) fit(k Kind) {
	switch {
	case c.Mixed:
	case len(c.Bits) == 0:
		c.Kind = k
	case c.Kind != k:
		c.Mixed = true
		c.Kinds = c.Kinds[:0]
		for range c.Bits {
			c.Kinds = append(c.Kinds, c.Kind)
		}
	}
}

func (c *Column) box() {
	n := len(c.Bits)
	c.Values = c.Values[:0]
	for i := range n {
		c.Values = append(c.Values, c.At(i))
	}
	c.Boxed = true
}

// AppendFrom adds the i-th value of another column.
func (c *Column) AppendFrom(from *Column, i int) {
	if !c.Boxed && !from.Boxed && !c.Mixed && !from.Mixed && len(c.Bits) > 0 && c.Kind == from.Kind {
		c.Bits = append(c.Bits, from.Bits[i])
		return
	}
	c.Append(from.At(i))
}

// CopyFrom sets the column to the values of another.
func (c *Column) CopyFrom(from *Column) {
	c.Kind, c.Mixed, c.Boxed = from.Kind, from.Mixed, from.Boxed
	c.Kinds = append(c.Kinds[:0], from.Kinds...)
	c.Bits = append(c.Bits[:0], from.Bits...)
	c.Values = append(c.Values[:0], from.Values...)
}

// Keep drops the values that are not marked.
func (c *Column) Keep(marked []bool) {
	n := 0
	for i, in := range marked {
		if !in {
			continue
		}
		switch {
		case c.Boxed:
			c.Values[n] = c.Values[i]
		case c.Mixed:
			c.Kinds[n], c.Bits[n] = c.Kinds[i], c.Bits[i]
		default:
			c.Bits[n] = c.Bits[i]
		}
		n++
	}
	switch {
	case c.Boxed:
		c.Values = c.Values[:n]
	case c.Mixed:
		c.Kinds, c.Bits = c.Kinds[:n], c.Bits[:n]
	default:
		c.Bits = c.Bits[:n]
	}
}

// Repeat adds a value n times.
func (c *Column) Repeat(v Value, n int) {
	for range n {
		c.Append(v)
	}
}

// Fill sets the column to n references of a kind, KindNode or KindRel.
func Fill[ID ~uint64](c *Column, kind Kind, ids []ID) {
	c.Reset()
	c.Kind = kind
	for _, id := range ids {
		c.Bits = append(c.Bits, uint64(id))
	}
}
