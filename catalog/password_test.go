package catalog

import (
	"sync"
	"testing"
)

func TestAStormOfTheSameLoginIsHashedOnce(t *testing.T) {
	const logins = 40
	hash := HashPassword("password123")
	var v Verifier
	var wg sync.WaitGroup
	for range logins {
		wg.Go(func() {
			if !v.Verify(hash, "password123") {
				t.Error("the right password was refused")
			}
		})
	}
	wg.Wait()
	if v.hashes != 1 {
		t.Errorf("%d logins made %d hashes, want 1", logins, v.hashes)
	}
	for _, wrong := range []struct{ hash, password string }{{hash, "password124"}, {"", "password123"}, {"", ""}} {
		for range 2 {
			before := v.hashes
			if v.Verify(wrong.hash, wrong.password) {
				t.Errorf("%+v was accepted", wrong)
			}
			if v.hashes != before+1 {
				t.Errorf("%+v took %d hashes, want as many as a right one that is new", wrong, v.hashes-before)
			}
		}
	}
}
