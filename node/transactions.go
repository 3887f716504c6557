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
	id := t.nameNext(x.def.Name)
	t.open[id] = x
	return id
}

// name makes an id for a transaction that is not listed.
func (t *transactions) name(database string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.nameNext(database)
}

func (t *transactions) nameNext(database string) string {
	t.next++
	return fmt.Sprintf("%s-transaction-%d", database, t.next)
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
