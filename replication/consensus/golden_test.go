package consensus

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/hashicorp/raft"

	"graticule/internal/golden"
	"graticule/replication"
)

func openLog(t *testing.T, fs vfs.FS) *LogDB {
	t.Helper()
	l, err := OpenLogDB(LogConfig{Dir: "log", FS: fs})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestGoldenLog pins the keys (the names in the file) and values of the log
// store, reads a store made of the pinned bytes, and writes what it reads again.
func TestGoldenLog(t *testing.T) {
	entries := []*raft.Log{
		{Index: 300, Term: 2, Type: raft.LogCommand, AppendedAt: time.Unix(0, 1_700_000_000_000_000_000), Data: []byte("data"), Extensions: []byte("more")},
		{Index: 301, Term: 3, Type: raft.LogNoop, AppendedAt: time.Unix(0, -1), Data: []byte{}, Extensions: []byte{}},
		{Index: 302, Term: 3, Type: raft.LogConfiguration, AppendedAt: time.Unix(0, 5), Data: []byte("members"), Extensions: []byte{}},
	}
	write := func(l *LogDB, es []*raft.Log, term uint64, vote []byte) []golden.Bytes {
		g, err := l.group("system")
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(g.StoreLogs(es), g.SetUint64([]byte("CurrentTerm"), term), g.Set([]byte("LastVoteCand"), vote)); err != nil {
			t.Fatal(err)
		}
		it, err := l.db.NewIter(nil)
		if err != nil {
			t.Fatal(err)
		}
		defer it.Close()
		var out []golden.Bytes
		for it.First(); it.Valid(); it.Next() {
			out = append(out, golden.Bytes{Name: hex.EncodeToString(it.Key()), Data: append([]byte{}, it.Value()...)})
		}
		return out
	}
	l := openLog(t, vfs.NewMem())
	defer l.Close()
	pinned := golden.Check(t, "log.golden", write(l, entries, 3, []byte("server"))...)

	fs := vfs.NewMem()
	db, err := pebble.Open("log", &pebble.Options{FS: fs, FormatMajorVersion: pebble.FormatValueSeparation})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pinned {
		key, err := hex.DecodeString(p.Name)
		if err := errors.Join(err, db.Set(key, p.Data, pebble.Sync)); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	l2 := openLog(t, fs)
	defer l2.Close()
	g, err := l2.group("system")
	if err != nil {
		t.Fatal(err)
	}
	var read []*raft.Log
	for i := range entries {
		var e raft.Log
		if err := g.GetLog(300+uint64(i), &e); err != nil {
			t.Fatal(err)
		}
		read = append(read, &e)
	}
	term, _ := g.GetUint64([]byte("CurrentTerm"))
	vote, _ := g.Get([]byte("LastVoteCand"))
	l3 := openLog(t, vfs.NewMem())
	defer l3.Close()
	again := write(l3, read, term, vote)
	if len(again) != len(pinned) {
		t.Fatalf("%d pairs written again, %d pinned", len(again), len(pinned))
	}
	for i := range again {
		if again[i].Name != pinned[i].Name || string(again[i].Data) != string(pinned[i].Data) {
			t.Errorf("read and written again: %s %x, pinned %s %x", again[i].Name, again[i].Data, pinned[i].Name, pinned[i].Data)
		}
	}
}

func TestNewerLogIsRefused(t *testing.T) {
	fs := vfs.NewMem()
	l := openLog(t, fs)
	key := (&groupLog{l: l, prefix: groupPrefix("")}).stable([]byte("format"))
	if err := l.db.Set(key, binary.BigEndian.AppendUint64(nil, logVersion+1), pebble.Sync); err != nil {
		t.Fatal(err)
	}
	l.Close()
	_, err := OpenLogDB(LogConfig{Dir: "log", FS: fs})
	if !errors.Is(err, replication.ErrNewer) || !strings.Contains(err.Error(), "version 2") {
		t.Errorf("got %v", err)
	}
}
