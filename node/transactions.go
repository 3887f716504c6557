package node

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// transactions are those open on this server. The zero value is ready.
type transactions struct {
	mu   sync.Mutex
	next uint64
	open map[uint64]*tx
}

// add lists a transaction and gives its number.
func (t *transactions) add(x *tx) uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.open == nil {
		t.open = map[uint64]*tx{}
	}
	t.next++
	t.open[t.next] = x
	return t.next
}

// numberInfix stands in a transaction's name between its database and its number.
const numberInfix = "-transaction-"

func transactionName(database string, number uint64) string {
	return fmt.Sprint(database, numberInfix, number)
}

// name makes a name for a transaction that is not listed.
func (t *transactions) name(database string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.next++
	return transactionName(database, t.next)
}

func (t *transactions) remove(number uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.open, number)
}

// get gives an open transaction by its name, nil when there is none.
func (t *transactions) get(name string) *tx {
	at := strings.LastIndex(name, numberInfix)
	if at < 0 {
		return nil
	}
	number, err := strconv.ParseUint(name[at+len(numberInfix):], 10, 64)
	if err != nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if x := t.open[number]; x != nil && transactionName(x.def.Name, number) == name {
		return x
	}
	return nil
}

// names gives the names of the open transactions, in order.
func (t *transactions) names() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := make([]string, 0, len(t.open))
	for number, x := range t.open {
		out = append(out, transactionName(x.def.Name, number))
	}
	slices.Sort(out)
	return out
}

// count gives how many are open.
func (t *transactions) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.open)
}
