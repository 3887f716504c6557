package cypher_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"graticule/internal/endless"
	"graticule/internal/spill"
)

// terminateMax is how long a statement may go on after it was ended, on a machine
// busy with other work; the aim is 100 ms. The test logs what it measured.
const terminateMax = 2 * time.Second

// TestTerminatedStatementsEnd ends one of each kind while it runs.
func TestTerminatedStatementsEnd(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs each statement for a while")
	}
	d := newDatabase(t)
	for _, query := range endless.Graph {
		d.mustRun(t, query)
	}
	d.ImportDir, d.Disk = t.TempDir(), &spill.Disk{Dir: t.TempDir()}
	ended := errors.New("ended by the test")
	type outcome struct {
		name string
		late time.Duration
	}
	var all []outcome
	for name, query := range endless.Statements(t, d.ImportDir) {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(context.Background())
			var at time.Time
			timer := time.AfterFunc(400*time.Millisecond, func() { at = time.Now(); cancel(ended) })
			_, err := d.Run(ctx, query, nil)
			if timer.Stop() {
				cancel(nil)
				t.Fatalf("it came to an end by itself: %v", err)
			}
			<-ctx.Done()
			late := time.Since(at)
			if !errors.Is(err, ended) && !strings.Contains(fmt.Sprint(err), ended.Error()) {
				t.Errorf("it ended with %v", err)
			}
			if late > terminateMax {
				t.Errorf("it went on for %v", late)
			}
			all = append(all, outcome{name, late})
		})
	}
	if len(all) == 0 {
		return
	}
	slices.SortFunc(all, func(a, b outcome) int { return int(b.late - a.late) })
	for i, o := range all {
		if i < 12 || o.late > 100*time.Millisecond {
			t.Logf("%8.1f ms %s", float64(o.late)/1e6, o.name)
		}
	}
	t.Logf("%d statements; p50 %v, p100 %v", len(all), all[len(all)/2].late, all[0].late)
}
