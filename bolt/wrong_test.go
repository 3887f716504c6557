package bolt

import (
	"bytes"
	"encoding/binary"
	"io"
	"testing"

	"graticule/graph"
	"graticule/internal/packstream"
	"graticule/status"
)

// raw sends the bytes of a message.
func (c *client) raw(message []byte) {
	c.t.Helper()
	var out []byte
	for len(message) > 0 {
		n := min(len(message), chunkMax)
		out = append(binary.BigEndian.AppendUint16(out, uint16(n)), message[:n]...)
		message = message[n:]
	}
	if _, err := c.Write(append(out, 0, 0)); err != nil {
		c.t.Fatal(err)
	}
}

// fails reads an answer and checks that it is a failure of a code, with a message.
func (c *client) fails(name, code, message string) {
	c.t.Helper()
	tag, v := c.receive()
	if tag != msgFailure {
		c.t.Errorf("%s: answered %#x %v", name, tag, v)
		return
	}
	if got := textOf(v.AsMap(), "neo4j_code"); got != code || textOf(v.AsMap(), "message") != message {
		c.t.Errorf("%s: %s %q\nwant %s %q", name, got, textOf(v.AsMap(), "message"), code, message)
	}
}

// greet says HELLO and no more.
func greet(t *testing.T, addr string) *client {
	c := dial(t, addr, versionHello(0x00080805))
	if _, err := io.ReadFull(c, make([]byte, 4)); err != nil {
		t.Fatal(err)
	}
	c.send(msgHello, mapOf("user_agent", "test"))
	if tag, _ := c.receive(); tag != msgSuccess {
		t.Fatalf("HELLO answered %#x", tag)
	}
	return c
}

// Messages that come in a wrong state end the connection; the texts are Neo4j 5.26's.
func TestMessagesInAWrongState(t *testing.T) {
	addr := serve(t)
	fresh := func(t *testing.T, addr string) *client {
		c := dial(t, addr, versionHello(0x00080805))
		if _, err := io.ReadFull(c, make([]byte, 4)); err != nil {
			t.Fatal(err)
		}
		return c
	}
	streaming := func(t *testing.T, addr string) *client {
		c := login(t, addr)
		c.send(msgRun, graph.String("x"), mapOf(), mapOf())
		c.receive()
		return c
	}
	for _, x := range []struct {
		name, text string
		begin      func(*testing.T, string) *client
		tag        byte
		fields     []graph.Value
	}{
		{"RUN first", "Message of type RunMessage cannot be handled by a session in the NEGOTIATION state.", fresh, msgRun, []graph.Value{graph.String("x"), mapOf(), mapOf()}},
		{"RESET first", "Message of type ResetMessage cannot be handled by a session in the NEGOTIATION state.", fresh, msgReset, nil},
		{"RUN before LOGON", "Message of type RunMessage cannot be handled by a session in the AUTHENTICATION state.", greet, msgRun, []graph.Value{graph.String("x"), mapOf(), mapOf()}},
		{"RESET before LOGON", "Message of type ResetMessage cannot be handled by a session in the AUTHENTICATION state.", greet, msgReset, nil},
		{"HELLO again", "Message of type HelloMessage cannot be handled by a session in the READY state.", login, msgHello, []graph.Value{mapOf("user_agent", "x")}},
		{"LOGON again", "Message of type LogonMessage cannot be handled by a session in the READY state.", login, msgLogon, []graph.Value{mapOf()}},
		{"PULL without RUN", "Message of type PullMessage cannot be handled by a session in the READY state.", login, msgPull, []graph.Value{all()}},
		{"COMMIT without BEGIN", "Message of type CommitMessage cannot be handled by a session in the READY state.", login, msgCommit, nil},
		{"ROLLBACK without BEGIN", "Message of type RollbackMessage cannot be handled by a session in the READY state.", login, msgRollback, nil},
		{"RUN while streaming", "Message of type RunMessage cannot be handled by a session in the AUTO_COMMIT state.", streaming, msgRun, []graph.Value{graph.String("x"), mapOf(), mapOf()}},
		{"an unknown message", "Unexpected struct tag: 0x55", login, 0x55, nil},
	} {
		c := x.begin(t, addr)
		c.send(x.tag, x.fields...)
		c.fails(x.name, status.RequestInvalid, x.text)
		if n, err := c.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("%s: the connection goes on: %d, %v", x.name, n, err)
		}
	}
	login(t, addr)
}

// Messages that are wrong in form fail, and the connection goes on after a RESET.
func TestMessagesOfAWrongForm(t *testing.T) {
	var o packstream.Options
	run := func(param ...byte) []byte {
		b := o.Append(packstream.AppendStruct(nil, msgRun, 3), graph.String("x"))
		return append(append(append(b, 0xA1, 0x81, 'x'), param...), 0xA0)
	}
	message := func(tag byte, fields ...graph.Value) []byte {
		b := packstream.AppendStruct(nil, tag, len(fields))
		for _, f := range fields {
			b = o.Append(b, f)
		}
		return b
	}
	with := func(key string, v graph.Value) graph.Value {
		m := graph.NewMap(1)
		m.Put(key, v)
		return graph.MapOf(m)
	}
	const illegal = `Illegal value for field `
	c := login(t, serve(t))
	for _, x := range []struct {
		name, code, text string
		bytes            []byte
	}{
		{"RUN of one field", status.RequestInvalidFormat, "Illegal struct size: Expected struct to be 3 fields but got 1", message(msgRun, graph.String("x"))},
		{"RUN of a number", status.RequestInvalid, illegal + `"statement": Unexpected type: Expected STRING but got INT`, message(msgRun, graph.Int(1), mapOf(), mapOf())},
		{"no parameters", status.RequestInvalid, illegal + `"params": Unexpected type: Expected MAP but got NONE`, message(msgRun, graph.String("x"), graph.Null, mapOf())},
		{"lists in lists", status.RequestInvalid, illegal + `"params": values are nested deeper than 100`, run(bytes.Repeat([]byte{0x91}, 50_000)...)},
		{"maps in maps", status.RequestInvalid, illegal + `"params": values are nested deeper than 100`, run(bytes.Repeat([]byte{0xA1, 0x80}, 50_000)...)},
		{"points in points", status.RequestInvalid, illegal + `"params": values are nested deeper than 100`, run(bytes.Repeat([]byte{0xB3, 0x58}, 50_000)...)},
		{"a list of 2^31", status.RequestInvalid, illegal + `"params": bytes are not valid PackStream`, run(0xD6, 0x7F, 0xFF, 0xFF, 0xFF)},
		{"a map of 2^32-1", status.RequestInvalid, illegal + `"params": bytes are not valid PackStream`, run(0xDA, 0xFF, 0xFF, 0xFF, 0xFF)},
		{"a string of 2^31", status.RequestInvalid, illegal + `"params": bytes are not valid PackStream`, run(0xD2, 0x7F, 0xFF, 0xFF, 0xFF)},
		{"bytes of 2^31", status.RequestInvalid, illegal + `"params": bytes are not valid PackStream`, run(0xCE, 0x7F, 0xFF, 0xFF, 0xFF)},
		{"text that is none", status.RequestInvalid, illegal + `"params": a string is not valid UTF-8`, run(0x82, 0xFF, 0xFE)},
		{"a node", status.RequestInvalid, illegal + `"params": Unexpected struct tag: 0x4E`, run(0xB4, 0x4E, 1, 0x90, 0xA0, 0x81, '1')},
		{"a date of two fields", status.RequestInvalid, illegal + `"params": Illegal struct size: Expected struct to be 1 fields but got 2`, run(0xB2, 0x44, 1, 1)},
		{"a key twice", status.RequestInvalid, illegal + `"params": Duplicate map key: "k"`, run(0xA2, 0x81, 'k', 1, 0x81, 'k', 2)},
		{"a day beyond the calendar", status.ArgumentError, illegal + `"params": Invalid value for EpochDay (valid values -365243219162 - 365241780471): 9223372036854775807`, run(0xB1, 0x44, 0xCB, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF)},
		{"a clock beyond the day", status.ArgumentError, illegal + `"params": Invalid value for NanoOfDay (valid values 0 - 86399999999999): -1`, run(0xB1, 0x74, 0xFF)},
		{"an offset beyond the day", status.ArgumentError, illegal + `"params": Invalid value for OffsetSeconds (valid values -64800 - 64800): 2147483647`, run(0xB2, 0x54, 1, 0xCA, 0x7F, 0xFF, 0xFF, 0xFF)},
		{"an unknown zone", status.RequestInvalid, illegal + `"params": Illegal value for field "tz_id": Illegal zone identifier: "No/Where"`, run(append([]byte{0xB3, 0x69, 1, 1, 0x88}, "No/Where"...)...)},
		{"an unknown system of coordinates", status.RequestInvalid, illegal + `"params": Illegal value for field "crs": Illegal coordinate reference system: "1"`, run(0xB3, 0x58, 1, 1, 1)},
		{"a mode", status.RequestInvalid, illegal + `"metadata": Illegal value for field "mode": Expecting access mode value to be 'r' or 'w'`, message(msgBegin, with("mode", graph.String("q")))},
		{"bookmarks of numbers", status.RequestInvalid, illegal + `"bookmarks": Expected list of strings`, message(msgBegin, with("bookmarks", graph.List([]graph.Value{graph.Int(1)})))},
		{"bookmarks that are none", status.RequestInvalid, illegal + `"bookmarks": Expected list`, message(msgRun, graph.String("x"), mapOf(), with("bookmarks", graph.Int(1)))},
		{"TELEMETRY of text", status.RequestInvalid, `Unexpected type: Expected INT but got STRING`, message(msgTelemetry, graph.String("x"))},
		{"ROUTE of a number", status.RequestInvalid, `Unexpected type: Expected MAP but got INT`, message(msgRoute, graph.Int(1), graph.List(nil), mapOf())},
	} {
		c.raw(x.bytes)
		c.fails(x.name, x.code, x.text)
		c.send(msgReset)
		if tag, _ := c.receive(); tag != msgSuccess {
			t.Fatalf("%s: RESET answered %#x", x.name, tag)
		}
	}
	for _, x := range []struct {
		name, code, text string
		n                graph.Value
	}{
		{"PULL of nothing", status.RequestInvalid, illegal + `"meta": Illegal value for field "n": Expecting size to be at least 1, but got: 0`, graph.Int(0)},
		{"PULL of less", status.RequestInvalid, illegal + `"meta": Illegal value for field "n": Expecting size to be at least 1, but got: -2`, graph.Int(-2)},
		{"PULL without n", status.RequestInvalid, illegal + `"meta": Illegal value for field "n": Expected value to be non-null`, graph.Null},
	} {
		c.send(msgRun, graph.String("x"), mapOf(), mapOf())
		c.receive()
		c.send(msgPull, with("n", x.n))
		c.fails(x.name, x.code, x.text)
		c.send(msgReset)
		c.receive()
	}
}

// Before login too, what a message promises is not believed.
func TestPromisedSizesCostNothing(t *testing.T) {
	bomb := []byte{0xB1, msgHello, 0xA1, 0x81, 'x'}
	for range 90 { // each level promises as many elements as there are bytes left
		bomb = append(bomb, 0xD5, 0xEF, 0xFF)
	}
	bomb = append(bomb, make([]byte, 62_000)...)
	bytes := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			d := packstream.Decoder{B: bomb[2:]}
			d.Map()
		}
	}).AllocedBytesPerOp()
	if bytes > 8<<20 {
		t.Errorf("a message of %d bytes takes %d bytes of memory", len(bomb), bytes)
	}
	addr := serve(t)
	c := dial(t, addr, versionHello(0x00080805))
	if _, err := io.ReadFull(c, make([]byte, 4)); err != nil {
		t.Fatal(err)
	}
	c.raw(bomb)
	_, _ = io.Copy(io.Discard, c) // ends when the server closes
	login(t, addr)
}
