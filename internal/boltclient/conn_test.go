package boltclient

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"graticule/graph"
	"graticule/internal/packstream"
)

// message is one message as a server reads it.
type message struct {
	tag    byte
	fields []graph.Value
}

// server answers one client as a script says.
type server struct {
	net.Conn
	r *bufio.Reader
}

// listen serves one connection with the script, whose error fails the test.
func listen(t *testing.T, script func(s *server) error) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		c, err := l.Accept()
		if err == nil {
			defer c.Close()
			err = script(&server{c, bufio.NewReader(c)})
		}
		done <- err
	}()
	t.Cleanup(func() {
		l.Close()
		if err := <-done; err != nil {
			t.Error("the server:", err)
		}
	})
	return l.Addr().String()
}

func (s *server) receive() (message, error) {
	var body []byte
	for {
		var head [2]byte
		if _, err := io.ReadFull(s.r, head[:]); err != nil {
			return message{}, err
		}
		n := binary.BigEndian.Uint16(head[:])
		if n == 0 {
			break
		}
		chunk := make([]byte, n)
		if _, err := io.ReadFull(s.r, chunk); err != nil {
			return message{}, err
		}
		body = append(body, chunk...)
	}
	d := packstream.Decoder{B: body, UTC: true}
	tag, n := d.StructHeader()
	m := message{tag: tag}
	for range n {
		m.fields = append(m.fields, d.Value())
	}
	return m, d.Err
}

// send answers in chunks of at most size bytes, after a NOOP.
func (s *server) send(size int, tag byte, fields ...graph.Value) {
	var o packstream.Options
	b := packstream.AppendStruct(nil, tag, len(fields))
	for _, f := range fields {
		b = o.Append(b, f)
	}
	out := []byte{0, 0}
	for len(b) > 0 {
		n := min(size, len(b))
		out = append(binary.BigEndian.AppendUint16(out, uint16(n)), b[:n]...)
		b = b[n:]
	}
	_, _ = s.Write(append(out, 0, 0)) // the client tells of what is missing
}

func mapOf(kv ...any) graph.Value {
	m := graph.NewMap(len(kv) / 2)
	for i := 0; i < len(kv); i += 2 {
		m.Put(kv[i].(string), kv[i+1].(graph.Value))
	}
	return graph.MapOf(m)
}

// login shakes hands and gives what LOGON held.
func (s *server) login() (logon message, err error) {
	var hand [20]byte
	if _, err := io.ReadFull(s.r, hand[:]); err != nil {
		return logon, err
	}
	if _, err := s.Write(hand[4:8]); err != nil {
		return logon, err
	}
	if _, err = s.receive(); err != nil {
		return logon, err
	}
	s.send(10, msgSuccess, mapOf("server", graph.String("Test/1")))
	if logon, err = s.receive(); err != nil {
		return logon, err
	}
	s.send(chunkMax, msgSuccess, mapOf())
	return logon, nil
}

func TestStatementsReachTheServerAsWritten(t *testing.T) {
	big := strings.Repeat("x", 3*readBuffer)
	addr := listen(t, func(s *server) error {
		logon, err := s.login()
		if err != nil {
			return err
		}
		if v, _ := logon.fields[0].AsMap().Get("credentials"); v.Kind() != graph.KindString || v.AsString() != "secret" {
			return fmt.Errorf("LOGON brought %v", v)
		}
		for _, want := range []int64{0, -1, 1 << 40} {
			run, err := s.receive()
			if err != nil {
				return err
			}
			pull, err := s.receive()
			if err != nil {
				return err
			}
			params, extra := run.fields[1].AsMap(), run.fields[2].AsMap()
			a, _ := params.Get("a")
			b, _ := params.Get("b")
			db, _ := extra.Get("db")
			mode, _ := extra.Get("mode")
			if run.tag != msgRun || pull.tag != msgPull || run.fields[0].AsString() != "RETURN $a, $b" || a.AsInt() != want || b.AsInt() != want+1 || db.AsString() != "movies" || mode.AsString() != "r" {
				return fmt.Errorf("for %d came %v %v %v, %v", want, run.fields, a, b, pull)
			}
			if n, _ := pull.fields[0].AsMap().Get("n"); n.AsInt() != fetchSize {
				return fmt.Errorf("PULL asks for %v rows", n)
			}
			s.send(1, msgSuccess, mapOf("fields", graph.Strings([]string{"a", "b"})))
			s.send(7, msgRecord, graph.List([]graph.Value{a, graph.String(big)}))
			s.send(chunkMax, msgRecord, graph.List([]graph.Value{a, graph.String(big)}))
			s.send(3, msgSuccess, mapOf("type", graph.String("r")))
		}
		m, err := s.receive()
		if err == nil && m.tag != msgGoodbye {
			err = fmt.Errorf("message %#x instead of GOODBYE", m.tag)
		}
		return err
	})
	c, err := Dial(t.Context(), addr, Login{User: "ann", Password: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s, err := NewStatement(Access{Database: "movies", Read: true}, "RETURN $a, $b", "a", "b")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []int64{0, -1, 1 << 40} {
		s.Set(0, v)
		s.Set(1, v+1)
		if rows, err := c.Do(s); err != nil || rows != 2 {
			t.Errorf("%d: %d rows, %v", v, rows, err)
		}
	}
}

func TestFailuresAreTold(t *testing.T) {
	addr := listen(t, func(s *server) error {
		if _, err := s.login(); err != nil {
			return err
		}
		if _, err := s.receive(); err != nil {
			return err
		}
		s.send(20, msgFailure, mapOf("neo4j_code", graph.String("Neo.ClientError.Statement.SyntaxError"), "message", graph.String("bad")))
		s.send(20, msgIgnored)
		_, _ = io.Copy(io.Discard, s.r)
		return nil
	})
	c, err := Dial(t.Context(), addr, Login{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s, err := NewStatement(Access{}, "REUTRN 1")
	if err != nil {
		t.Fatal(err)
	}
	var failure *ServerError
	if _, err := c.Do(s); !errors.As(err, &failure) || failure.Code != "Neo.ClientError.Statement.SyntaxError" || failure.Message != "bad" {
		t.Errorf("got %v", err)
	}
	if _, err := NewStatement(Access{}, strings.Repeat("x", chunkMax)); !errors.Is(err, ErrLongStatement) {
		t.Errorf("a statement that is too long gave %v", err)
	}
}

func TestOtherProtocolsAreRefused(t *testing.T) {
	for name, script := range map[string]func(s *server) error{
		"an older Bolt": func(s *server) error { _, err := s.Write([]byte{0, 0, 4, 4}); return err },
		"no answer":     func(*server) error { return nil },
		"another answer": func(s *server) error {
			if _, err := s.Write([]byte{0, 0, 8, 5}); err != nil {
				return err
			}
			s.send(9, msgRecord, graph.List(nil))
			_, _ = io.Copy(io.Discard, s.r)
			return nil
		},
	} {
		if c, err := Dial(t.Context(), listen(t, script), Login{}); err == nil {
			c.Close()
			t.Errorf("%s was taken for a server", name)
		}
	}
}

func TestRoute(t *testing.T) {
	addr := listen(t, func(s *server) error {
		if _, err := s.login(); err != nil {
			return err
		}
		if m, err := s.receive(); err != nil || m.tag != msgRoute || len(m.fields) != 3 {
			return fmt.Errorf("%v, %v", m, err)
		}
		role := func(role string, addresses ...string) graph.Value {
			return mapOf("role", graph.String(role), "addresses", graph.Strings(addresses))
		}
		s.send(chunkMax, msgSuccess, mapOf("rt", mapOf("servers", graph.List([]graph.Value{role("WRITE", "a:1"), role("READ", "b:1", "c:1"), role("ROUTE", "a:1")}))))
		_, _ = io.Copy(io.Discard, s.r)
		return nil
	})
	c, err := Dial(t.Context(), addr, Login{Routes: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if got, err := c.Route("movies"); err != nil || fmt.Sprint(got) != "{[a:1] [b:1 c:1]}" {
		t.Errorf("got %v, %v", got, err)
	}
}
