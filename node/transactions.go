package node

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// transactions are those open on this server. The zero value is ready.
type transactions struct {
	mu   sync.Mutex
	next uint64
	open map[string]*tx
}

func (t *transactions) add(x *tx) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.open == nil {
		t.open = map[string]*tx{}
	}
	t.next++
	id := fmt.Sprintf("%s-transaction-%d", x.def.Name, t.next)
	t.open[id] = x
	return id
}

func (t *transactions) remove(id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.open, id)
}

func (t *transactions) get(id string) *tx {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.open[id]
}

func (t *transactions) ids() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []string
	for id := range t.open {
		out = append(out, id)
	}
	slices.SortFunc(out, strings.Compare)
	return out
}
