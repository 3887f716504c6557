package bolt

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"net"
	"testing"

	"graticule/graph"
	"graticule/internal/mutate"
	"graticule/internal/packstream"
)

// TestDamagedConversations sends damaged messages after a login: the connection
// ends without a panic, whatever they are.
func TestDamagedConversations(t *testing.T) {
	var o packstream.Options
	var seeds [][]byte
	for _, message := range [][]byte{
		o.Append(o.Append(o.Append(packstream.AppendStruct(nil, msgRun, 3), graph.String("x")), mapOf("a", "b")), mapOf()),
		o.Append(packstream.AppendStruct(nil, msgPull, 1), mapOf()), packstream.AppendStruct(nil, msgReset, 0), packstream.AppendStruct(nil, msgCommit, 0),
		o.Append(packstream.AppendStruct(nil, msgRoute, 3), mapOf()), o.Append(packstream.AppendStruct(nil, msgBegin, 1), mapOf()), o.Append(packstream.AppendStruct(nil, msgLogon, 1), mapOf()),
	} {
		seeds = append(seeds, append(append(binary.BigEndian.AppendUint16(nil, uint16(len(message))), message...), 0, 0))
	}
	seeds = append(seeds, bytes.Join(seeds, nil))
	var panics panicCount
	s := NewServer(Config{Backend: echo{}, Agent: "Neo4j/5.26.0", Logger: slog.New(&panics)})
	mutate.Run(t, seeds, func(b []byte) error {
		if bytes.Contains(b, []byte("wait")) || bytes.Contains(b, []byte("panic")) {
			return nil // the backend of the test does as it is told
		}
		ours, theirs := net.Pipe()
		c := newConn(s, theirs, bufio.NewReader(theirs), 5, 8, func() {})
		c.session, c.state = &echoSession{}, stateReady
		done := make(chan struct{})
		go func() { c.run(); close(done) }()
		go func() { _, _ = io.Copy(io.Discard, ours) }()
		_, _ = ours.Write(b)
		ours.Close()
		<-done
		if panics.Load() > 0 {
			return errors.New("the connection panicked")
		}
		return nil
	})
}
