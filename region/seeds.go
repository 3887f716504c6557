package region

import (
	"context"
	"math/rand/v2"
	"net"
	"slices"
	"time"
)

const (
	seekFirst = 500 * time.Millisecond // pause after the first failure to reach a seed
	seekMost  = 10 * time.Second       // and the longest pause
)

// seeds lists the configured seeds without this server's own address.
func (d *Directory) seeds() []string {
	var out []string
	for _, s := range d.cfg.Seeds {
		if s != d.cfg.Self.Cluster && s != d.cfg.Network.Addr() && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// seek joins through one seed, and again whenever the seed is not among the
// living, for ever: that is what brings parts of a cluster together again that
// have forgotten each other.
func (d *Directory) seek(ctx context.Context, seed string) error {
	pause := seekFirst
	for ctx.Err() == nil {
		t := d.Topology()
		if d.met(t, seed) {
			pause = seekFirst
			select {
			case <-t.Changed():
			case <-ctx.Done():
			}
			continue
		}
		err := d.join(ctx, seed)
		if err == nil {
			pause = seekFirst
			if d.met(d.Topology(), seed) {
				continue
			}
		} else if ctx.Err() == nil {
			d.cfg.Logger.Debug("seed does not answer", "seed", seed, "error", err)
		}
		if !wait(ctx, pause/2+rand.N(pause)) {
			return nil
		}
		pause = min(2*pause, seekMost)
	}
	return nil
}

// join exchanges the members with the server at a seed's address.
func (d *Directory) join(ctx context.Context, seed string) error {
	select {
	case d.joining <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { <-d.joining }()
	_, err := d.serf.Join([]string{seed}, true)
	return err
}

// met tells whether the server at a seed's address is known and alive.
func (d *Directory) met(t *Topology, seed string) bool {
	resolved := ""
	if a, err := net.ResolveUDPAddr("udp", seed); err == nil {
		resolved = a.String()
	}
	for _, m := range t.members {
		if m.State == Alive && (m.Cluster == seed || m.Cluster == resolved) {
			return true
		}
	}
	return false
}

func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
