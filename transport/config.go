package transport

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"
)

// Config is what Listen needs.
type Config struct {
	Server   string   // this server's id (a UUID)
	Listen   string   // UDP host:port; port 0 picks one
	Identity Identity // from NewIdentity or LoadIdentity
	Latency  *Latency // round trips added on purpose; nil adds none and costs nothing
	Limits   Limits
	Logger   *slog.Logger // default: discard
}

// Limits bound what peers may ask of an endpoint and how long it waits for
// them. The zero value is completed with the defaults given.
type Limits struct {
	StreamsPerConn int           // streams a peer may have open on one connection, so handlers running; default 4096
	ConnsPerPeer   int           // connections one peer may have made; default 512
	DialTimeout    time.Duration // for one attempt to connect; default 5 s
	HeadTimeout    time.Duration // for a new stream's head to arrive; default 10 s
	KeepAlive      time.Duration // between signs of life on an idle connection; default 5 s
	IdleTimeout    time.Duration // of silence before a connection is lost; default 15 s
	Linger         time.Duration // a closed dedicated connection may still deliver; default 3 s
	PacketQueue    int           // packets waiting per address; more are dropped; default 64
	PacketIdle     time.Duration // an address no packet goes to is forgotten; default 1 min
	NewConnsPerSec int           // connection attempts a second before peers must prove their address; default 256
}

func (l Limits) withDefaults() Limits {
	def(&l.StreamsPerConn, 4096)
	def(&l.ConnsPerPeer, 512)
	def(&l.DialTimeout, 5*time.Second)
	def(&l.HeadTimeout, 10*time.Second)
	def(&l.KeepAlive, 5*time.Second)
	def(&l.IdleTimeout, 15*time.Second)
	def(&l.Linger, 3*time.Second)
	def(&l.PacketQueue, 64)
	def(&l.PacketIdle, time.Minute)
	def(&l.NewConnsPerSec, 256)
	return l
}

func def[T int | time.Duration](v *T, d T) {
	if *v == 0 {
		*v = d
	}
}

func (c Config) withDefaults() Config {
	c.Limits = c.Limits.withDefaults()
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

// Validate gives an error that names what is missing.
func (c Config) Validate() error {
	var errs []error
	if c.Server == "" {
		errs = append(errs, errors.New("transport: Server is empty"))
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		errs = append(errs, fmt.Errorf("transport: Listen: %w", err))
	}
	if c.Identity.roots == nil {
		errs = append(errs, errors.New("transport: Identity is empty"))
	}
	return errors.Join(errs...)
}
