package bolt

import (
	"strings"
	"sync/atomic"
	"testing"

	"graticule/graph"
	"graticule/status"
)

// A message there is no room for is answered with why, and the connection goes on.
func TestMessagesNeedRoom(t *testing.T) {
	full := status.New(status.MemoryPoolOutOfMemory, "50N42", "no room")
	var least atomic.Int64
	addr := serveWith(t, Config{Backend: echo{}, Room: func(n int64) error {
		if n > least.Load() {
			return full
		}
		return nil
	}})
	for name, v := range map[string]graph.Value{"a long text": graph.String(strings.Repeat("x", 3<<20)), "a long list": graph.List(make([]graph.Value, 300_000))} {
		c := login(t, addr)
		params := graph.NewMap(1)
		params.Put("a", v)
		run := func() (byte, graph.Value) {
			c.send(msgRun, graph.String("x"), graph.MapOf(params), graph.MapOf(&graph.Map{}))
			return c.receive()
		}
		least.Store(2 << 20)
		tag, m := run()
		if told, _ := m.AsMap().Get("neo4j_code"); tag != msgFailure || told.AsString() != full.Code {
			t.Errorf("%s without room: %#x %v", name, tag, m)
		}
		c.send(msgReset)
		if tag, _ := c.receive(); tag != msgSuccess {
			t.Fatalf("RESET after it: %#x", tag)
		}
		least.Store(1 << 62)
		if tag, m := run(); tag != msgSuccess {
			t.Errorf("%s with room: %#x %v", name, tag, m)
		}
	}
}
