package consensus

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// All members lose what they have not synced, at once and under load. What was
// acknowledged before is there, at any two of them.
func TestAcknowledgedEntriesSurviveAPowerCut(t *testing.T) {
	seed := time.Now().UnixNano()
	t.Log("seed", seed)
	r := rand.New(rand.NewPCG(uint64(seed), 1))
	servers := []string{"a", "b", "c"}
	for range 3 {
		disks := map[string]*vfs.MemFS{}
		for _, s := range servers {
			disks[s] = vfs.NewCrashableMem()
		}
		c := newClusterOn(t, disks, servers...)
		_, g := c.leader()
		ctx, cancel := context.WithCancel(context.Background())
		var mu sync.Mutex
		var acknowledged []string
		var wg sync.WaitGroup
		for k := range 4 {
			wg.Go(func() {
				for i := 0; ctx.Err() == nil; i++ {
					text := fmt.Sprint(k, " ", i)
					if _, _, err := g.Propose([]byte(text)).Wait(ctx); err != nil {
						return
					}
					mu.Lock()
					acknowledged = append(acknowledged, text)
					mu.Unlock()
				}
			})
		}
		least := 50 + r.IntN(200)
		await(t, "some entries are acknowledged", func() bool { mu.Lock(); defer mu.Unlock(); return len(acknowledged) >= least })
		mu.Lock()
		want := slices.Clone(acknowledged)
		mu.Unlock()
		left := map[string]*vfs.MemFS{}
		for _, s := range servers {
			left[s] = disks[s].CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: r.IntN(2) * 50, RNG: r})
		}
		cancel()
		wg.Wait()
		c.end()
		gone := servers[r.IntN(len(servers))]
		two := slices.DeleteFunc(slices.Clone(servers), func(s string) bool { return s == gone })
		again := newClusterOn(t, left, two...)
		_, g = again.leader()
		again.propose(g, "after")
		have := map[string]bool{}
		for _, j := range again.data {
			if list := j.list(); slices.Contains(list, "after") {
				for _, text := range list {
					have[text] = true
				}
			}
		}
		lost := 0
		for _, text := range want {
			if !have[text] {
				lost++
			}
		}
		if lost > 0 {
			t.Errorf("without %s, %d of %d acknowledged entries are lost", gone, lost, len(want))
		}
		again.end()
	}
}
