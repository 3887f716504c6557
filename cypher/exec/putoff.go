package exec

import (
	"hash/maphash"
	"slices"

	"graticule/graph"
	"graticule/internal/spill"
)

// A join whose table does not fit into the memory parts it by hashes of its keys
// (Grace hash join; M. Kitsuregawa et al., 1983). The rows that look something up
// are put off, and parted alike. When a pattern has made all of them, the parts
// are joined one after the other, each in blocks of the table that do fit, and
// what was found is merged by the places of the rows: they go on in the order in
// which they would have without files.

// lateJoin is a join with a table in files.
type lateJoin struct {
	r     *run
	next  push
	slots []int // that the table fills
	seed  maphash.Seed
	table [partitions]*spill.File // records: key, values of the slots
	rows  *lateRows               // of the run of the pattern at hand

	row, record []graph.Value // at hand
}

// lateRows are rows that were put off.
type lateRows struct {
	frames *spill.File // records: weight, frame; in the order they came
	keys   [partitions]*spill.File
	tried  int64 // how many rows there may be before they are joined
}

// lateFirst is how many rows are put off before they are joined the first time,
// though there may be more: the consumer may not want all.
const lateFirst = 1 << 16

// lateJoin makes a join of the pattern being built, which fills slots.
func (r *run) lateJoin(next push, slots ...int) *lateJoin {
	j := &lateJoin{r: r, next: next, slots: slots, seed: maphash.MakeSeed()}
	*r.joins = append(*r.joins, j)
	return j
}

// settling links the steps of a pattern with build. When rows of its joins were
// put off, they are joined at the end of each run of the pattern; or by the MATCH
// at the end of all, when it has asked for them.
func (r *run) settling(build func() push) push {
	wanted, outer := r.late, r.joins
	var joins []*lateJoin
	r.late, r.joins = nil, &joins
	first := build()
	r.joins = outer
	slices.Reverse(joins) // steps are built from the last one on, and rows go through them from the first on
	switch {
	case len(joins) == 0:
		return first
	case wanted != nil:
		*wanted = joins
		return first
	}
	return func(f frame) error {
		before := make([]*lateRows, len(joins)) // the pattern may be run again while it runs
		for i, j := range joins {
			before[i], j.rows = j.rows, nil
		}
		err := first(f)
		for i, j := range joins {
			if err == nil {
				err = j.settle()
			}
			j.rows = before[i]
		}
		return err
	}
}

func (j *lateJoin) part(key []byte) int { return int(maphash.Bytes(j.seed, key) % partitions) }

// add adds an entry to the table.
func (j *lateJoin) add(key []byte, values ...graph.Value) error {
	return j.append(&j.table[j.part(key)], append([]graph.Value{graph.String(string(key))}, values...))
}

func (j *lateJoin) append(to **spill.File, record []graph.Value) error {
	if *to == nil {
		f, err := j.r.create()
		if err != nil {
			return err
		}
		*to = f
	}
	if err := (*to).Append(record); err != nil {
		return j.r.full(err)
	}
	return j.r.alive()
}

// putOff keeps a row that looks up key for later.
func (j *lateJoin) putOff(key []byte, f frame) error {
	at := j.part(key)
	if j.table[at] == nil {
		return nil // there is no such key
	}
	if j.rows == nil {
		j.rows = &lateRows{tried: lateFirst}
	}
	if err := j.append(&j.rows.frames, append([]graph.Value{graph.Int(j.r.weight)}, f...)); err != nil {
		return err
	}
	n := j.rows.frames.Count()
	if err := j.append(&j.rows.keys[at], []graph.Value{graph.Int(n), graph.String(string(key))}); err != nil {
		return err
	}
	if n < j.rows.tried {
		return nil
	}
	next := 4 * n
	if err := j.settle(); err != nil {
		return err
	}
	j.rows = &lateRows{tried: next}
	return nil
}

// settle joins the rows that were put off and hands them on.
func (j *lateJoin) settle() error {
	rows := j.rows
	j.rows = nil
	if rows == nil || rows.frames == nil {
		return nil
	}
	defer rows.frames.Close()
	var found []*spill.File // records: place of a row, values of the slots
	for i, keys := range rows.keys {
		if keys == nil {
			continue
		}
		some, err := j.join(j.table[i], keys)
		keys.Close()
		if err != nil {
			return err
		}
		found = append(found, some...)
	}
	frames, err := rows.frames.Reader()
	if err != nil {
		return err
	}
	f := make(frame, j.r.width)
	at := int64(0)
	defer func(weight int64) { j.r.weight = weight }(j.r.weight)
	return j.r.full(j.r.env.Disk.Merge(found, byPlace, func(record []graph.Value) error {
		if err := j.r.alive(); err != nil {
			return err
		}
		var row []graph.Value
		for ; at < record[0].AsInt(); at++ {
			if row, err = frames.Next(); err != nil {
				return err
			}
		}
		if row != nil { // else it is the row before, with something else
			j.r.weight = row[0].AsInt()
			j.row = append(j.row[:0], row[1:]...)
		}
		copy(f, j.row)
		for i, s := range j.slots {
			f[s] = record[1+i]
		}
		return j.next(f)
	}))
}

// join finds what fits keys in a part of the table; each file of what it found is
// in the order of keys, and earlier ones hold earlier entries of the table.
func (j *lateJoin) join(table, keys *spill.File) (found []*spill.File, err error) {
	entries, err := table.Reader()
	if err != nil {
		return nil, err
	}
	var left []graph.Value // the first entry of the next block
	for {
		block, held := map[string][]graph.Value{}, int64(0)
		for {
			if left == nil {
				if left, err = entries.Next(); err != nil {
					return nil, err
				}
				if left == nil {
					break
				}
			}
			n := int64(entryBytes) + frameSize(left, nil)
			if err := j.r.grow(n); err != nil {
				if j.r.spills(err, held) {
					break
				}
				return nil, err
			}
			held += n
			key := left[0].AsString()
			block[key] = append(block[key], left[1:]...)
			if left = nil; j.r.outgrown(held) {
				break
			}
		}
		if len(block) == 0 {
			return found, nil
		}
		out, err := j.lookUp(block, keys)
		if err != nil {
			return nil, err
		}
		found = append(found, out)
		j.r.shrink(held)
	}
}

// lookUp finds keys in a block of the table.
func (j *lateJoin) lookUp(block map[string][]graph.Value, keys *spill.File) (*spill.File, error) {
	out, err := j.r.create()
	if err != nil {
		return nil, err
	}
	rows, err := keys.Reader()
	if err != nil {
		return nil, err
	}
	for {
		row, err := rows.Next()
		if err != nil || row == nil {
			return out, err
		}
		if err := j.r.alive(); err != nil {
			return nil, err
		}
		values, n := block[row[1].AsString()], len(j.slots)
		for i := 0; i < len(values); i += n {
			j.record = append(append(j.record[:0], row[0]), values[i:i+n]...)
			if err := out.Append(j.record); err != nil {
				return nil, j.r.full(err)
			}
		}
	}
}

// close gives the files up.
func (j *lateJoin) close() {
	for i, f := range j.table {
		if f != nil {
			f.Close()
			j.table[i] = nil
		}
	}
}
