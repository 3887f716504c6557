package node

import (
	"slices"
	"testing"
	"time"
)

func TestASecondaryIsFedByTheNearestPrimaryInTouch(t *testing.T) {
	const ms = time.Millisecond
	own := feedSource{id: "own", near: true, rtt: ms, touches: true}
	far := feedSource{id: "far", rtt: 60 * ms, touches: true}
	farther := feedSource{id: "farther", rtt: 80 * ms, touches: true}
	cutOff := feedSource{id: "cut off", near: true}
	for _, c := range []struct {
		all  []feedSource
		want []string
	}{
		{[]feedSource{farther, own, far}, []string{"own", "far", "farther"}},
		{[]feedSource{far, farther}, []string{"far", "farther"}},
		{[]feedSource{cutOff, farther, far}, []string{"far", "farther", "cut off"}},
		{[]feedSource{{id: "b"}, {id: "a"}, cutOff}, []string{"cut off", "b", "a"}},
		{nil, nil},
	} {
		orderSources(c.all)
		var got []string
		for _, s := range c.all {
			got = append(got, s.id)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("got %v, want %v", got, c.want)
		}
	}
}
