package bolt

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"graticule/graph"
)

// A message that takes long is watched; the reader gives the connection back
// after it, however messages of both kinds follow on each other.
func TestReadingChangesHands(t *testing.T) {
	c := login(t, serve(t))
	for i := range 25 {
		c.send(msgRun, graph.String("wait"), mapOf(), mapOf())
		c.send(msgPull, all())
		c.send(msgReset)
		quick := i%3 + 1
		for range quick {
			c.send(msgRun, graph.String("echo"), mapOf("i", strings.Repeat("x", 100*i)), mapOf())
			c.send(msgPull, all())
		}
		for k, want := range []byte{msgIgnored, msgIgnored, msgSuccess} {
			if tag, v := c.receive(); tag != want {
				t.Fatalf("round %d: answer %d is %#x %v, want %#x", i, k, tag, v, want)
			}
		}
		for range quick {
			if tag, v := c.receive(); tag != msgSuccess {
				t.Fatalf("round %d: RUN answered %#x %v", i, tag, v)
			}
			if tag, row := c.receive(); tag != msgRecord || graph.Compare(row.AsList()[0], mapOf("i", strings.Repeat("x", 100*i))) != 0 {
				t.Fatalf("round %d: PULL answered %#x %v", i, tag, row)
			}
			if tag, v := c.receive(); tag != msgSuccess {
				t.Fatalf("round %d: PULL ended with %#x %v", i, tag, v)
			}
		}
	}
}

// leaver tells why the context of a statement ended.
type leaver struct {
	echo
	told chan error
}

func (l leaver) Connect(context.Context, ConnInfo) (Session, error) {
	return &leaverSession{told: l.told}, nil
}

type leaverSession struct {
	echoSession
	told chan error
}

func (s *leaverSession) Run(ctx context.Context, _ TxConfig, _ string, _ *graph.Map) (Result, error) {
	<-ctx.Done()
	s.told <- context.Cause(ctx)
	return nil, context.Cause(ctx)
}

func TestAClientThatGoesEndsItsStatement(t *testing.T) {
	told := make(chan error, 1)
	c := login(t, serveBackend(t, leaver{told: told}))
	c.send(msgRun, graph.String("on and on"), mapOf(), mapOf())
	c.Close()
	select {
	case err := <-told:
		if err == nil || errors.Is(err, errReset) || !strings.Contains(err.Error(), "the client has gone") {
			t.Errorf("the statement ended with %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("the statement goes on")
	}
}
