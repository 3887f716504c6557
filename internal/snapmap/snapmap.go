package snapmap

import (
	"cmp"
	"sync"

	"github.com/tidwall/btree"
)

// Map is a sorted map. The zero Map is empty.
type Map[K cmp.Ordered, V any] struct {
	btree.Map[K, V]
	mu sync.Mutex // forking marks both sides
}

// Fork gives a copy to change, while m stays as it is.
func (m *Map[K, V]) Fork() *Map[K, V] {
	m.mu.Lock()
	defer m.mu.Unlock()
	return &Map[K, V]{Map: *m.Map.Copy()}
}
