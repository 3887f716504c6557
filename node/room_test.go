package node_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"graticule/node"
)

// Limits of the small disks of these tests.
var smallDisk = node.DiskLimits{Low: 24 << 20, Reserve: 8 << 20}

// occupy takes all that is left of the disk of dir, until the function it gives is called.
func occupy(t *testing.T, dir string) (free func()) {
	t.Helper()
	f, err := os.CreateTemp(dir, "somebody-elses-")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for block := bytes.Repeat([]byte{1}, 64<<10); len(block) > 0; {
		if _, err := f.Write(block); err != nil {
			block = block[:len(block)/2]
		}
	}
	return func() {
		if err := os.Remove(f.Name()); err != nil {
			t.Error(err)
		}
	}
}

// codeOf gives the status code that the server failed with.
func codeOf(err error) string {
	var e *neo4j.Neo4jError
	if errors.As(err, &e) {
		return e.Code
	}
	return fmt.Sprint(err)
}

const diskFull = "Neo.DatabaseError.Transaction.TransactionLogError"

// A single server on a small disk: writes until they are refused, then another
// program takes the rest; it answers reads, survives a restart without room, and
// takes writes again, with everything acknowledged.
func TestAFullDiskRefusesWritesAndNothingElse(t *testing.T) {
	disk := smallVolume(t, 112<<20)
	c := startClusterWith(t, func(_ int, cfg *node.Config) {
		cfg.DataDir, cfg.Disk = filepath.Join(disk, "data"), smallDisk
	}, "north")
	m := c.members[0]
	d := c.driver("bolt", m)
	block := strings.Repeat("x", 1<<20-4096)
	acknowledged := 0
	var err error
	for err == nil && acknowledged < 200 {
		if _, _, err = c.autoCommit(d, fmt.Sprintf("CREATE (:Kept {n: %d, text: '%s'})", acknowledged, block)); err == nil {
			acknowledged++
		}
	}
	if codeOf(err) != diskFull || !strings.Contains(err.Error(), "disk") {
		t.Fatalf("after %d MiB: %v", acknowledged, err)
	}
	if acknowledged < 10 {
		t.Errorf("only %d MiB were taken", acknowledged)
	}
	kept := func() int64 {
		t.Helper()
		return c.run(c.driver("bolt", m), "MATCH (k:Kept) RETURN count(DISTINCT k.n)", nil)[0][0].(int64)
	}
	if n := kept(); n != int64(acknowledged) {
		t.Errorf("%d of %d nodes are there", n, acknowledged)
	}
	free := occupy(t, disk)
	for _, statement := range []string{"CREATE (:Kept {n: -1})", "CREATE INDEX FOR (k:Kept) ON (k.n)", "CREATE USER somebody SET PASSWORD 'long enough'", "CREATE DATABASE another"} {
		if _, _, err := c.autoCommit(d, statement); codeOf(err) != diskFull {
			t.Errorf("%s without any room: %v", statement, err)
		}
	}
	if code, out := query(t, m, "neo4j", testPassword, plainJSON, `{"statement": "CREATE ()"}`); code != 500 || !strings.Contains(fmt.Sprint(out), diskFull) {
		t.Errorf("over HTTP: %d %v", code, out)
	}
	if s := get(t, m, "/metrics", ""); !strings.Contains(s, "graticule_disk_full 1") {
		t.Error("the metrics do not tell of it")
	}
	m.stop()
	c.start(m) // without room
	c.awaitReady(m)
	if n := kept(); n != int64(acknowledged) {
		t.Errorf("after a restart without room %d of %d nodes are there", n, acknowledged)
	}
	d = c.driver("bolt", m)
	freeMore := occupy(t, disk) // what the restart has tidied up
	eventually(t, 10*time.Second, "writes are refused after the restart", func() bool {
		_, _, err := c.autoCommit(d, "MERGE (:Kept {n: -1})")
		return codeOf(err) == diskFull
	})
	free()
	freeMore()
	grow(t, disk, 224<<20)
	eventually(t, 20*time.Second, "writes are taken again", func() bool {
		_, _, err := c.autoCommit(d, "MERGE (:Kept {n: -1})")
		return err == nil
	})
	m.stop()
	c.start(m)
	c.awaitReady(m)
	if n := kept(); n != int64(acknowledged)+1 {
		t.Errorf("in the end %d of %d nodes are there", n, acknowledged+1)
	}
}

// In a cluster a leader without room makes way for one that has room, under load.
func TestALeaderWithAFullDiskMakesWay(t *testing.T) {
	disk := smallVolume(t, 160<<20)
	c := startClusterWith(t, func(i int, cfg *node.Config) {
		cfg.Disk = smallDisk
		if i == 0 {
			cfg.DataDir = filepath.Join(disk, "data")
		}
	}, "north", "south", "west", "north")
	small := c.members[0].cfg.Name
	d := c.driver("neo4j", c.members[1])
	eventually(t, 30*time.Second, "the server on the small disk leads", func() bool {
		if leaderOf(c) == small {
			return true
		}
		for _, m := range c.members { // a restart of the leader makes another one
			if m.cfg.Name == leaderOf(c) {
				m.stop()
				c.start(m)
				c.awaitReady(m)
			}
		}
		return leaderOf(c) == small
	})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var acknowledged, failed atomic.Int64
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				_, err := neo4j.ExecuteQuery(ctx, d, "CREATE (:Kept {w: $w, i: $i})", map[string]any{"w": w, "i": i}, neo4j.EagerResultTransformer, neo4j.ExecuteQueryWithDatabase("neo4j"))
				switch {
				case err == nil:
					acknowledged.Add(1)
				case ctx.Err() == nil:
					failed.Add(1)
					t.Errorf("a write failed: %v", err)
				}
			}
		})
	}
	free := occupy(t, disk)
	eventually(t, 20*time.Second, "another server leads", func() bool { l := leaderOf(c); return l != "" && l != small })
	before := acknowledged.Load()
	eventually(t, 20*time.Second, "writes go on", func() bool { return acknowledged.Load() > before+50 })
	free()
	before = acknowledged.Load()
	eventually(t, 20*time.Second, "writes go on with room", func() bool { return acknowledged.Load() > before+50 })
	stop()
	wg.Wait()
	for _, m := range c.members { // each copy has all, that of the small disk too
		direct := c.driver("bolt", m)
		eventually(t, 30*time.Second, m.cfg.Name+" has every write", func() bool {
			rows, _, err := c.autoCommit(direct, "MATCH (k:Kept) RETURN count(k), count(DISTINCT [k.w, k.i])")
			return err == nil && rows[0].Values[0].(int64) >= acknowledged.Load() && rows[0].Values[0] == rows[0].Values[1]
		})
	}
	t.Logf("%d writes, %d failed", acknowledged.Load(), failed.Load())
}
