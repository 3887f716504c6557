package node

import (
	"errors"
	"fmt"
	"testing"

	"graticule/commit"
	"graticule/replication/consensus"
)

// What the door of a commit fails with arrives at its sender as what the sender
// looks for, whatever lies behind it.
func TestErrorsKeepTheirIdentityBetweenServers(t *testing.T) {
	for _, err := range wireErrors {
		if got := decodeError(encodeError(fmt.Errorf("behind words: %w", err))); !errors.Is(got, err) {
			t.Errorf("%v arrives as %v", err, got)
		}
	}
	unknown := errors.Join(commit.ErrOutcomeUnknown, consensus.ErrOutcomeUnknown)
	if got := decodeError(encodeError(unknown)); !errors.Is(got, commit.ErrOutcomeUnknown) {
		t.Errorf("a commit whose outcome is not known arrives as %v", got)
	}
	if got := decodeError(encodeError(errors.New("something else"))); got.Error() != "something else" {
		t.Errorf("another error arrives as %v", got)
	}
}
