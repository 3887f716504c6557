package snapmap

import (
	"sync"
	"testing"
)

func TestForksAreApart(t *testing.T) {
	var base Map[int, int]
	for i := range 1000 {
		base.Set(i, 0)
	}
	var wg sync.WaitGroup
	for w := 1; w <= 4; w++ {
		wg.Go(func() {
			f := base.Fork()
			for i := range 1000 {
				f.Set(i, w)
			}
			f.Delete(w)
			for i := range 1000 {
				if v, ok := f.Get(i); ok == (i == w) || ok && v != w {
					t.Errorf("fork %d holds %d at %d", w, v, i)
				}
			}
		})
	}
	wg.Wait()
	base.Scan(func(k, v int) bool {
		if v != 0 {
			t.Errorf("the base holds %d at %d", v, k)
		}
		return true
	})
	if base.Len() != 1000 {
		t.Errorf("the base holds %d entries", base.Len())
	}
}
