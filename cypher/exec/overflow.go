package exec

import (
	"errors"
	"hash/maphash"

	"graticule/graph"
	"graticule/internal/spill"
)

// Operators that keep rows write them to temporary files when there is no memory
// left. Sorting writes sorted runs and merges them. What looks rows up by a key
// (grouping, DISTINCT) keeps its table and puts off rows whose key is not in it:
// they are parted by hashes of their keys, and each part is treated alone, with
// a new table. A record of a row put off begins with the row's place among those
// that came, so that results come in the order they would have without.

const (
	partitions = 16 // of the rows put off
	levelsMax  = 6  // of partitions of partitions
	spillLeast = 64 << 10
)

// outgrown tells whether an operator that holds so many bytes shall go on in
// files: before it takes what others need.
func (r *run) outgrown(held int64) bool {
	return r.env.Disk != nil && held > r.account.share()
}

// share is how many bytes one operator may hold before it goes on in files.
func (a *Account) share() int64 {
	least := int64(1) << 62
	if a.Limit > 0 {
		least = a.Limit / 3
	}
	if a.Pool != nil && a.Pool.Limit > 0 {
		least = min(least, a.Pool.Limit/4)
	}
	return least
}

// spills tells whether an operator that holds so many bytes can go on in files after err.
func (r *run) spills(err error, held int64) bool {
	return r.env.Disk != nil && errors.Is(err, errMemory) && held >= min(spillLeast, r.account.share())
}

// full words an error of the disk as one of memory.
func (r *run) full(err error) error {
	if errors.Is(err, spill.ErrFull) {
		return outOfMemory(0, r.env.Disk.Max, r.env.Disk.Used(), "The space for temporary files")
	}
	return err
}

// overflow holds the rows that an operator put off.
type overflow struct {
	r     *run
	level int
	seed  maphash.Seed
	files [partitions]*spill.File
}

func newOverflow(r *run, level int) *overflow {
	return &overflow{r: r, level: level, seed: maphash.MakeSeed()}
}

// put puts off a record, which begins with its place, by its key.
func (o *overflow) put(key []byte, record []graph.Value) error {
	if o.level >= levelsMax {
		return outOfMemory(0, o.r.account.Limit, o.r.account.used, "Rows with many different keys were parted too often;")
	}
	at := maphash.Bytes(o.seed, key) % partitions
	if o.files[at] == nil {
		f, err := o.r.create()
		if err != nil {
			return err
		}
		o.files[at] = f
	}
	if err := o.files[at].Append(record); err != nil {
		return o.r.full(err)
	}
	return o.r.alive()
}

// create makes a file that is closed at the latest when the run ends.
func (r *run) create() (*spill.File, error) {
	f, err := r.env.Disk.Create()
	if err == nil {
		r.files = append(r.files, f)
	}
	return f, err
}

// closeFiles removes all files of the run.
func (r *run) closeFiles() {
	for _, f := range r.files {
		f.Close()
	}
	r.files = nil
}

// drain treats the parts one after the other: treat takes the records of one and
// gives those that come of it in the order of their places. All of them go to
// emit in that order.
func (o *overflow) drain(treat func(next func() ([]graph.Value, error), give func([]graph.Value) error) error, emit func([]graph.Value) error) error {
	var done []*spill.File
	for i, f := range o.files {
		if f == nil {
			continue
		}
		rows, err := f.Reader()
		if err != nil {
			return err
		}
		out, err := o.r.create()
		if err != nil {
			return err
		}
		if err := treat(rows.Next, func(record []graph.Value) error { return o.r.full(out.Append(record)) }); err != nil {
			return err
		}
		f.Close()
		o.files[i] = nil
		done = append(done, out)
	}
	return o.r.env.Disk.Merge(done, byPlace, emit)
}

func byPlace(a, b []graph.Value) int {
	switch x, y := a[0].AsInt(), b[0].AsInt(); {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// dedup finds the first of records with equal keys.
type dedup struct {
	r     *run
	level int
	set   distinctSet
	key   []byte
	held  int64
	late  *overflow
}

// count counts bytes that a set takes. It gives false when there is no memory for
// them: then values are put off from now on.
func (d *dedup) count(bytes int64) (bool, error) {
	err := d.r.grow(bytes)
	switch {
	case err == nil:
		if d.held += bytes; !d.r.outgrown(d.held) {
			return true, nil
		}
	case !d.r.spills(err, d.held):
		return false, err
	}
	d.late = newOverflow(d.r, d.level)
	return false, nil
}

// value tells whether v is new to set, which may be one of several: prefix says
// of which. What cannot be told yet is put off with the record that late gives.
func (d *dedup) value(set *distinctSet, v graph.Value, prefix func(dst []byte) []byte, late func() []graph.Value) (fresh bool, err error) {
	if d.late == nil {
		if n := set.growth(v); n > roomAsked { // asked before it is made
			if ok, err := d.count(n); err != nil {
				return false, err
			} else if ok {
				d.r.shrink(n)
				d.held -= n
			}
		}
	}
	if d.late == nil {
		fresh, bytes := set.add(v, &d.key)
		if bytes > 0 {
			_, err = d.count(bytes)
		}
		return fresh, err
	}
	if set.has(v, &d.key) {
		return false, nil
	}
	d.key = d.key[:0]
	if prefix != nil {
		d.key = prefix(d.key)
	}
	d.key = graph.AppendKey(d.key, v)
	return false, d.late.put(d.key, late())
}

// keyed is value for the key of several values.
func (d *dedup) keyed(key []byte, late func() []graph.Value) (fresh bool, err error) {
	if d.late == nil {
		fresh, bytes := d.set.addKey(key)
		if bytes > 0 {
			_, err = d.count(bytes)
		}
		return fresh, err
	}
	if _, ok := d.set.others[string(key)]; ok {
		return false, nil
	}
	return false, d.late.put(key, late())
}

// close gives the memory back.
func (d *dedup) close() {
	d.r.shrink(d.held)
	d.set, d.held = distinctSet{}, 0
}

// drain gives the records put off whose keys are new, in the order of their
// places; key makes the key of a record.
func (d *dedup) drain(key func(dst []byte, record []graph.Value) []byte, emit func([]graph.Value) error) error {
	d.close()
	if d.late == nil {
		return nil
	}
	return d.late.drain(func(next func() ([]graph.Value, error), give func([]graph.Value) error) error {
		inner := dedup{r: d.r, level: d.level + 1}
		var buf []byte
		for {
			record, err := next()
			if err != nil {
				return err
			}
			if record == nil {
				return inner.drain(key, give)
			}
			buf = key(buf[:0], record)
			fresh, err := inner.keyed(buf, func() []graph.Value { return record })
			if err != nil {
				return err
			}
			if fresh {
				if err := give(record); err != nil {
					return err
				}
			}
		}
	}, emit)
}

// rowBuffer keeps frames in the order they came.
type rowBuffer struct {
	r    *run
	rows []frame
	held int64
	file *spill.File // what does not fit
}

func (b *rowBuffer) add(f frame) error {
	if b.file == nil {
		var before frame
		if len(b.rows) > 0 {
			before = b.rows[len(b.rows)-1]
		}
		n := frameSize(f, before)
		err := b.r.grow(n)
		if err == nil {
			b.held += n
			if b.rows = append(b.rows, append(frame(nil), f...)); !b.r.outgrown(b.held) {
				return nil
			}
			b.file, err = b.r.create()
			return err
		}
		if !b.r.spills(err, b.held) {
			return err
		}
		if b.file, err = b.r.create(); err != nil {
			return err
		}
	}
	if err := b.file.Append(f); err != nil {
		return b.r.full(err)
	}
	return b.r.alive()
}

// each hands all rows on, as often as it is called. The frames may be changed
// when there is no second time.
func (b *rowBuffer) each(push func(frame) error) error {
	for _, f := range b.rows {
		if err := push(f); err != nil {
			return err
		}
	}
	if b.file == nil {
		return nil
	}
	rows, err := b.file.Reader()
	if err != nil {
		return err
	}
	var f frame
	for {
		record, err := rows.Next()
		if err != nil || record == nil {
			return err
		}
		f = append(f[:0], record...)
		if err := push(f); err != nil {
			return err
		}
	}
}

// close gives all rows up.
func (b *rowBuffer) close() {
	b.r.shrink(b.held)
	b.rows, b.held = nil, 0
	if b.file != nil {
		b.file.Close()
		b.file = nil
	}
}
