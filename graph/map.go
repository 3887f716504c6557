package graph

// Map is a Cypher MAP: keys in the order they were first put, each once.
// The zero Map is empty. It may be changed only by its maker, before it is
// wrapped by MapOf.
type Map struct {
	keys  []string
	vals  []Value
	index map[string]int // made past mapIndexMin keys
}

const mapIndexMin = 12

// Maps for up to this many keys are made in one piece with their room.
const (
	tinyMax  = 2
	smallMax = 4
)

type tinyMap struct {
	Map
	keys [tinyMax]string
	vals [tinyMax]Value
}

type smallMap struct {
	Map
	keys [smallMax]string
	vals [smallMax]Value
}

// NewMap makes an empty map with room for n keys.
func NewMap(n int) *Map {
	switch {
	case n == 0:
		return &Map{}
	case n <= tinyMax:
		m := &tinyMap{}
		m.Map.keys, m.Map.vals = m.keys[:0], m.vals[:0]
		return &m.Map
	case n <= smallMax:
		m := &smallMap{}
		m.Map.keys, m.Map.vals = m.keys[:0], m.vals[:0]
		return &m.Map
	}
	return &Map{keys: make([]string, 0, n), vals: make([]Value, 0, n)}
}

// Clear takes all keys out and keeps the room. Only the maker of a map that
// nobody else has may call it.
func (m *Map) Clear() {
	clear(m.vals)
	m.keys, m.vals, m.index = m.keys[:0], m.vals[:0], nil
}

// Len gives the number of keys.
func (m *Map) Len() int {
	if m == nil {
		return 0
	}
	return len(m.keys)
}

// At gives the i-th key and its value, 0 <= i < Len.
func (m *Map) At(i int) (string, Value) { return m.keys[i], m.vals[i] }

// Keys gives the keys in order; the slice must not be changed.
func (m *Map) Keys() []string {
	if m == nil {
		return nil
	}
	return m.keys
}

// Get gives the value of key, and whether the key is there.
func (m *Map) Get(key string) (Value, bool) {
	if i := m.find(key); i >= 0 {
		return m.vals[i], true
	}
	return Null, false
}

// Put sets key to v, keeping the place of a key that is already there.
func (m *Map) Put(key string, v Value) {
	if i := m.find(key); i >= 0 {
		m.vals[i] = v
		return
	}
	m.keys = append(m.keys, key)
	m.vals = append(m.vals, v)
	switch {
	case m.index != nil:
		m.index[key] = len(m.keys) - 1
	case len(m.keys) > mapIndexMin:
		m.index = make(map[string]int, 2*len(m.keys))
		for i, k := range m.keys {
			m.index[k] = i
		}
	}
}

func (m *Map) find(key string) int {
	if m == nil {
		return -1
	}
	if m.index != nil {
		if i, ok := m.index[key]; ok {
			return i
		}
		return -1
	}
	for i, k := range m.keys {
		if k == key {
			return i
		}
	}
	return -1
}
