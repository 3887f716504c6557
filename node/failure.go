package node

import (
	"context"
	"errors"

	"graticule/catalog"
	"graticule/commit"
	"graticule/graphstore"
	"graticule/internal/room"
	"graticule/replication/consensus"
	"graticule/status"
)

// failureOf is the one place where errors of the engines become what clients are told.
func failureOf(err error) *status.Error {
	if e := status.As(err); e != nil {
		return e
	}
	if e := graphstore.Status(err); e != nil {
		return e
	}
	var topology *catalog.TopologyError
	switch {
	case errors.As(err, &topology):
		return status.New("Neo.ClientError.Statement.SemanticError", "51N52", "%v", topology)
	case errors.Is(err, commit.ErrNotLeader), errors.Is(err, consensus.ErrNotLeader), errors.Is(err, errNoLeader), errors.Is(err, errNoAnswer):
		return status.New(status.LeaderSwitch, "51N34", "No leader of the database can be reached now; nothing was written. Run the transaction again.")
	case errors.Is(err, commit.ErrOutcomeUnknown), errors.Is(err, consensus.ErrOutcomeUnknown):
		return status.New(status.TransactionCommitFailed, "08007", "It is not known whether the transaction was committed. Check before you run it again.")
	case errors.Is(err, room.ErrFull):
		return status.New(status.TransactionLogError, "50N42", "%v. Nothing was written; reads go on, and so do writes when there is room again.", err)
	case errors.Is(err, context.Canceled):
		return status.New(status.Terminated, "25N14", "The transaction has been terminated.")
	}
	return status.New(status.UnknownError, "50N42", "%v", err)
}
