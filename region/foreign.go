package region

import (
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/serf/serf"
)

// border keeps servers of other clusters out of this server's view: those that
// belong to one, when this server belongs to another. It happens when clusters
// have one secret and a seed names the wrong host. It takes no lock of others:
// gossip calls it under its own.
type border struct {
	log    *slog.Logger
	formed atomic.Pointer[string] // the cluster this server belongs to
	warned sync.Map               // ids of servers that were complained about
	met    sync.Map               // ids of servers that gossip knows already: it must hear what becomes of them
}

func (b *border) belong(cluster string) { b.formed.Store(&cluster) }

// foreign tells whether a server that belongs to cluster is none of ours.
func (b *border) foreign(cluster string) bool {
	own := b.formed.Load()
	return own != nil && *own != "" && cluster != "" && cluster != *own
}

// NotifyMerge implements serf.MergeDelegate: it is asked about each server that
// gossip hears of, and about all that another server tells of at once.
func (b *border) NotifyMerge(members []*serf.Member) error {
	ours, theirs := 0, ""
	for _, m := range members {
		switch cluster := m.Tags[keyFormed]; {
		case b.foreign(cluster):
			if _, met := b.met.Load(m.Name); !met {
				theirs = cluster
			}
			if _, warned := b.warned.LoadOrStore(m.Name, true); !warned {
				b.log.Warn("a server of another cluster is kept out; look at the seeds, and give each cluster a secret of its own",
					"server", m.Name, "name", m.Tags[keyName], "addr", m.Tags[keyCluster], "cluster", cluster)
			}
		case cluster != "":
			ours++
		}
	}
	if theirs != "" && ours == 0 {
		return fmt.Errorf("the servers belong to another cluster (%s)", theirs)
	}
	return nil
}
