package consensus

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/hashicorp/raft"

	"graticule/internal/room"
	"graticule/replication"
)

// stallMax is how long one write of the log may take before the server gives
// up: a leader whose disk hangs would keep its leadership for ever.
const stallMax = 10 * time.Second

// LogConfig says where the logs live. FS nil means the disk.
type LogConfig struct {
	Dir     string
	FS      vfs.FS
	Room    *room.Watch // of the volume of Dir; nil: there is always room
	Logger  *slog.Logger
	OnFatal func(error) // must not return; nil logs and exits the process
}

// LogDB holds the raft logs and votes of all groups of a server.
type LogDB struct {
	db  *pebble.DB
	cfg LogConfig
}

// OpenLogDB opens or makes the log database.
func OpenLogDB(cfg LogConfig) (*LogDB, error) {
	if cfg.FS == nil {
		cfg.FS = zeroedLogs{vfs.Default}
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.OnFatal == nil {
		cfg.OnFatal = func(err error) {
			cfg.Logger.Error("log store cannot go on", "error", err)
			os.Exit(3)
		}
	}
	db, err := pebble.Open(cfg.Dir, &pebble.Options{
		FS: cfg.Room.FS(cfg.FS), FormatMajorVersion: pebble.FormatValueSeparation, MemTableSize: 8 << 20, MemTableStopWritesThreshold: 4,
		L0CompactionThreshold: 4, L0StopWritesThreshold: 1000, CacheSize: 2 << 20, Logger: logLogger{cfg},
	})
	if err != nil {
		return nil, fmt.Errorf("open log store: %w", err)
	}
	l := &LogDB{db: db, cfg: cfg}
	if err := l.checkFormat(); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return l, nil
}

// logVersion is the version of keys and records (docs/format/raftlog.md).
const logVersion = 1

// checkFormat refuses a log store of a newer version, and marks a new one. The
// mark stands where the vote of a group without a name would.
func (l *LogDB) checkFormat() error {
	g := &groupLog{l: l, prefix: groupPrefix("")}
	v, err := g.GetUint64([]byte("format"))
	switch {
	case errors.Is(err, errNotFound):
		return g.SetUint64([]byte("format"), logVersion)
	case err != nil:
		return err
	case v > logVersion:
		return fmt.Errorf("log store of version %d: %w", v, replication.ErrNewer)
	}
	return nil
}

type logLogger struct{ cfg LogConfig }

func (logLogger) Infof(string, ...any) {}
func (l logLogger) Errorf(format string, args ...any) {
	l.cfg.Logger.Error("log store engine", "message", fmt.Sprintf(format, args...))
}
func (l logLogger) Fatalf(format string, args ...any) { l.cfg.OnFatal(fmt.Errorf(format, args...)) }

// Close closes the log database; its groups must be closed before.
func (l *LogDB) Close() error { return l.db.Close() }

// Drop removes everything of a group.
func (l *LogDB) Drop(group string) error {
	p := groupPrefix(group)
	if err := l.db.DeleteRange(p, append(p[:len(p):len(p)], 0xff), pebble.Sync); err != nil {
		return fmt.Errorf("drop log of %s: %w", group, err)
	}
	return nil
}

func groupPrefix(group string) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(group))), group...)
}

// groupLog is one group's raft.LogStore and raft.StableStore. Keys: the group's
// prefix, then 'l' and the index, or 's' and the name (docs/format/raftlog.md).
type groupLog struct {
	l      *LogDB
	prefix []byte

	mu          sync.Mutex // what follows
	first, last uint64
	cut         bool // a suffix was removed, and what replaces it has not come yet

	recent recentLogs
	ahead  aheadOfDisk
}

func (l *LogDB) group(name string) (*groupLog, error) {
	g := &groupLog{l: l, prefix: groupPrefix(name)}
	it, err := l.db.NewIter(&pebble.IterOptions{LowerBound: g.key(0), UpperBound: g.key(^uint64(0))})
	if err != nil {
		return nil, fmt.Errorf("read log: %w", err)
	}
	defer it.Close()
	if it.First() {
		g.first = binary.BigEndian.Uint64(it.Key()[len(it.Key())-8:])
	}
	if it.Last() {
		g.last = binary.BigEndian.Uint64(it.Key()[len(it.Key())-8:])
	}
	return g, it.Error()
}

func (g *groupLog) key(index uint64) []byte {
	return binary.BigEndian.AppendUint64(append(g.prefix[:len(g.prefix):len(g.prefix)], 'l'), index)
}

// member is the key under which a change of the members stands once more.
func (g *groupLog) member(index uint64) []byte {
	return binary.BigEndian.AppendUint64(append(g.prefix[:len(g.prefix):len(g.prefix)], 'c'), index)
}

// configuration gives the last change of the members up to an index, even one
// that a snapshot has replaced in the log; nil when there is none.
func (g *groupLog) configuration(index uint64) (*raft.Log, error) {
	it, err := g.l.db.NewIter(&pebble.IterOptions{LowerBound: g.member(0), UpperBound: g.member(index + 1)})
	if err != nil {
		return nil, fmt.Errorf("read members: %w", err)
	}
	defer it.Close()
	if !it.Last() {
		return nil, it.Error()
	}
	out := &raft.Log{Index: binary.BigEndian.Uint64(it.Key()[len(it.Key())-8:])}
	v, err := it.ValueAndErr()
	if err != nil {
		return nil, fmt.Errorf("read members: %w", err)
	}
	return out, decodeLog(v, out)
}

func (g *groupLog) stable(name []byte) []byte {
	return append(append(g.prefix[:len(g.prefix):len(g.prefix)], 's'), name...)
}

// FirstIndex gives the first index in the log, 0 when it is empty.
func (g *groupLog) FirstIndex() (uint64, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.first, nil
}

// LastIndex gives the last index in the log, 0 when it is empty.
func (g *groupLog) LastIndex() (uint64, error) { g.mu.Lock(); defer g.mu.Unlock(); return g.last, nil }

var errDamagedLog = errors.New("a log entry does not match its checksum")

// GetLog reads one entry; one that is read from disk is checked against its checksum.
func (g *groupLog) GetLog(index uint64, out *raft.Log) error {
	if g.recent.get(index, out) {
		return nil
	}
	g.awaitDisk(index)
	v, closer, err := g.l.db.Get(g.key(index))
	if errors.Is(err, pebble.ErrNotFound) {
		return raft.ErrLogNotFound
	}
	if err != nil {
		return fmt.Errorf("read log entry: %w", err)
	}
	defer closer.Close()
	out.Index = index
	return decodeLog(v, out)
}

// decodeLog reads what encodeLog wrote into all of out but its index.
func decodeLog(v []byte, out *raft.Log) error {
	if len(v) < 21 || crc32.ChecksumIEEE(v[4:]) != binary.BigEndian.Uint32(v) {
		return errDamagedLog
	}
	out.Term = binary.BigEndian.Uint64(v[4:])
	out.Type = raft.LogType(v[12])
	out.AppendedAt = time.Unix(0, int64(binary.BigEndian.Uint64(v[13:])))
	n, size := binary.Uvarint(v[21:])
	if size <= 0 || uint64(len(v)) < 21+uint64(size)+n {
		return errDamagedLog
	}
	body := v[21+size:]
	out.Data = append([]byte(nil), body[:n]...)
	out.Extensions = append([]byte(nil), body[n:]...)
	return nil
}

func encodeLog(e *raft.Log) []byte {
	b := make([]byte, 4, 32+len(e.Data)+len(e.Extensions))
	b = binary.BigEndian.AppendUint64(b, e.Term)
	b = append(b, byte(e.Type))
	b = binary.BigEndian.AppendUint64(b, uint64(e.AppendedAt.UnixNano()))
	b = binary.AppendUvarint(b, uint64(len(e.Data)))
	b = append(append(b, e.Data...), e.Extensions...)
	binary.BigEndian.PutUint32(b, crc32.ChecksumIEEE(b[4:]))
	return b
}

// StoreLog stores one entry durably.
func (g *groupLog) StoreLog(e *raft.Log) error { return g.StoreLogs([]*raft.Log{e}) }

// mayGrow gives an error, before anything is done, when the disk has no room for
// entries. Those of raft itself are few and small and let a full server lead,
// and say so. After a suffix was removed its replacement is always taken: raft
// would go on with the end of the log it had before.
func (g *groupLog) mayGrow(es []*raft.Log) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.cut {
		return nil
	}
	for _, e := range es {
		if e.Type == raft.LogCommand {
			return g.l.cfg.Room.Err()
		}
	}
	return nil
}

// StoreLogs stores entries durably, all or none; an error that wraps
// room.ErrFull means none.
func (g *groupLog) StoreLogs(es []*raft.Log) error {
	if err := g.mayGrow(es); err != nil {
		return err
	}
	b, err := g.batchOf(es)
	if err != nil {
		return err
	}
	if err := g.commit(b); err != nil {
		return err
	}
	g.stored(es)
	return nil
}

func (g *groupLog) batchOf(es []*raft.Log) (*pebble.Batch, error) {
	b := g.l.db.NewBatch()
	for _, e := range es {
		if err := b.Set(g.key(e.Index), encodeLog(e), nil); err != nil {
			return nil, fmt.Errorf("store log entries: %w", err)
		}
		if e.Type == raft.LogConfiguration {
			if err := b.Set(g.member(e.Index), encodeLog(e), nil); err != nil {
				return nil, fmt.Errorf("store log entries: %w", err)
			}
		}
	}
	return b, nil
}

// stored notes that es stand in the log.
func (g *groupLog) stored(es []*raft.Log) {
	g.recent.add(es)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.first == 0 {
		g.first = es[0].Index
	}
	g.last, g.cut = es[len(es)-1].Index, false
}

// stallTicks is in how many parts watchStall counts.
const stallTicks = 10

// watchStall calls stalled once this process has run for limit; the function it
// returns calls that off. Time in which the process itself stood still, as it
// does when it is paused or its machine sleeps, counts as one part at most.
func watchStall(limit time.Duration, stalled func()) (stop func()) {
	var mu sync.Mutex
	var timer *time.Timer
	ticks, ended := 0, false
	tick := func() {
		mu.Lock()
		defer mu.Unlock()
		if ticks++; ended {
			return
		}
		if ticks >= stallTicks {
			stalled()
			return
		}
		timer.Reset(limit / stallTicks)
	}
	mu.Lock()
	defer mu.Unlock()
	timer = time.AfterFunc(limit/stallTicks, tick)
	return func() {
		mu.Lock()
		defer mu.Unlock()
		ended = true
		timer.Stop()
	}
}

// commit syncs b behind all that was written ahead.
func (g *groupLog) commit(b *pebble.Batch) error {
	g.awaitDisk(^uint64(0))
	return g.write(b)
}

// write syncs b; one that hangs, or fails, ends the process: raft's memory and
// the disk would no longer agree.
func (g *groupLog) write(b *pebble.Batch) error {
	defer g.watch()()
	if err := b.Commit(pebble.Sync); err != nil {
		g.l.cfg.OnFatal(fmt.Errorf("write log: %w", err))
		return err
	}
	return nil
}

// watch ends the process unless the function it gives is called in time.
func (g *groupLog) watch() (stop func()) {
	return watchStall(stallMax, func() { g.l.cfg.OnFatal(fmt.Errorf("a write of the log takes longer than %v", stallMax)) })
}

// DeleteRange removes the entries from first to last, a prefix or a suffix. On a
// full disk a suffix stays: there is no room for what is to replace it.
func (g *groupLog) DeleteRange(first, last uint64) error {
	g.mu.Lock()
	suffix := last >= g.last
	g.mu.Unlock()
	if err := g.l.cfg.Room.Err(); err != nil && suffix {
		return err
	}
	g.recent.clear()
	b := g.l.db.NewBatch()
	if err := b.DeleteRange(g.key(first), g.key(last+1), nil); err != nil {
		return fmt.Errorf("delete log entries: %w", err)
	}
	if end, _ := g.LastIndex(); last >= end && first > 0 { // a suffix: it never came to be
		if err := b.DeleteRange(g.member(first), g.member(last+1), nil); err != nil {
			return fmt.Errorf("delete log entries: %w", err)
		}
	}
	if err := g.commit(b); err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case first <= g.first && last >= g.last:
		g.first, g.last = 0, 0
	case first <= g.first:
		g.first = last + 1
	default:
		g.last = first - 1
	}
	g.cut = suffix
	return nil
}

// errNotFound has the exact text that raft compares with.
var errNotFound = errors.New("not found")

// Set stores a vote or such durably.
func (g *groupLog) Set(key, val []byte) error {
	b := g.l.db.NewBatch()
	if err := b.Set(g.stable(key), val, nil); err != nil {
		return fmt.Errorf("store %s: %w", key, err)
	}
	return g.commit(b)
}

// Get reads what Set stored; the error is "not found" when there is nothing.
func (g *groupLog) Get(key []byte) ([]byte, error) {
	v, closer, err := g.l.db.Get(g.stable(key))
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, errNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", key, err)
	}
	defer closer.Close()
	return append([]byte(nil), v...), nil
}

// SetUint64 stores a number durably.
func (g *groupLog) SetUint64(key []byte, val uint64) error {
	return g.Set(key, binary.BigEndian.AppendUint64(nil, val))
}

// GetUint64 reads what SetUint64 stored.
func (g *groupLog) GetUint64(key []byte) (uint64, error) {
	v, err := g.Get(key)
	if err != nil {
		return 0, err
	}
	if len(v) != 8 {
		return 0, errDamagedLog
	}
	return binary.BigEndian.Uint64(v), nil
}
