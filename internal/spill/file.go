package spill

import (
	"bufio"
	"container/heap"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"

	"graticule/graph"
)

// ErrFull means that the files of a Disk would take more than its limit.
var ErrFull = errors.New("temporary files take as much as they may")

// Disk is where files are made.
type Disk struct {
	Dir string // made when needed
	Max int64  // bytes all files may take together; 0 means no limit

	used  atomic.Int64
	files atomic.Int64 // made so far
}

// Used gives the bytes of all open files, Files how many were made so far.
func (d *Disk) Used() int64 { return d.used.Load() }

// Files gives how many files were made so far.
func (d *Disk) Files() int64 { return d.files.Load() }

// filePattern names the files while they have a name.
const filePattern = "rows-*.tmp"

// Clear removes files that an earlier process left.
func (d *Disk) Clear() error {
	names, err := filepath.Glob(filepath.Join(d.Dir, filePattern))
	for _, n := range names {
		err = errors.Join(err, os.Remove(n))
	}
	return err
}

// File holds records. It must be closed.
type File struct {
	disk   *Disk
	file   *os.File
	out    *bufio.Writer
	buf    []byte
	size   int64
	before []graph.Value
	count  int64
}

// bufferBytes is what an open File, and each Reader, takes of memory.
const bufferBytes = 32 << 10

// Create makes an empty file.
func (d *Disk) Create() (*File, error) {
	if err := os.MkdirAll(d.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of temporary files: %w", err)
	}
	f, err := os.CreateTemp(d.Dir, filePattern)
	if err != nil {
		return nil, fmt.Errorf("make a temporary file: %w", err)
	}
	_ = os.Remove(f.Name()) // it lives until it is closed; where that cannot be, Close and Clear remove it
	d.files.Add(1)
	return &File{disk: d, file: f, out: bufio.NewWriterSize(f, bufferBytes)}, nil
}

// Count gives the number of records.
func (f *File) Count() int64 { return f.count }

// Append adds a record.
func (f *File) Append(record []graph.Value) error {
	b := f.buf[:0]
	b = append(b, byte(len(record)), byte(len(record)>>8))
	for i, v := range record {
		if i < len(f.before) && v.Kind() >= graph.KindString && v == f.before[i] {
			b = append(b, tagSame)
			continue
		}
		b = appendValue(b, v)
	}
	if f.buf = b; cap(b) > 1<<20 {
		f.buf = nil
	}
	f.before = append(f.before[:0], record...)
	f.count++
	f.size += int64(len(b))
	if used := f.disk.used.Add(int64(len(b))); f.disk.Max > 0 && used > f.disk.Max {
		return ErrFull
	}
	if _, err := f.out.Write(b); err != nil {
		return fmt.Errorf("write a temporary file: %w", err)
	}
	return nil
}

// Close gives the file's space back.
func (f *File) Close() {
	if f.file == nil {
		return
	}
	f.disk.used.Add(-f.size)
	f.size = 0
	f.file.Close()
	_ = os.Remove(f.file.Name())
	f.file, f.out, f.before, f.buf = nil, nil, nil, nil
}

// Reader gives the records from the first on. Nothing may be appended any more.
func (f *File) Reader() (*Reader, error) {
	if err := f.out.Flush(); err != nil {
		return nil, fmt.Errorf("write a temporary file: %w", err)
	}
	f.before, f.buf = nil, nil
	in := bufio.NewReaderSize(io.NewSectionReader(f.file, 0, f.size), bufferBytes)
	return &Reader{in: in, src: source{r: in}}, nil
}

// Reader reads a file.
type Reader struct {
	in     *bufio.Reader
	src    source
	record []graph.Value
}

// Next gives the next record, nil after the last one. It is valid until the next call.
func (r *Reader) Next() ([]graph.Value, error) {
	low, err := r.in.ReadByte()
	if err == io.EOF {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read a temporary file: %w", err)
	}
	n := int(low) | int(r.src.byte())<<8
	if cap(r.record) < n {
		grown := make([]graph.Value, n)
		copy(grown, r.record[:cap(r.record)])
		r.record = grown
	}
	r.record = r.record[:n]
	for i := range r.record {
		if tag := r.src.byte(); tag != tagSame {
			r.record[i] = r.src.value(tag)
		}
		if r.src.err != nil {
			return nil, fmt.Errorf("read a temporary file: %w", r.src.err)
		}
	}
	return r.record, nil
}

// mergeMax is how many files are read at once.
const mergeMax = 64

// Merge hands the records of sorted files on in the order of compare, of equal
// ones first those of earlier files. It closes the files.
func (d *Disk) Merge(files []*File, compare func(a, b []graph.Value) int, emit func(record []graph.Value) error) (err error) {
	defer func() {
		for _, f := range files {
			f.Close()
		}
	}()
	for len(files) > mergeMax { // a pass that leaves less files, in the same order
		var fewer []*File
		for len(files) > 0 {
			n := min(len(files), mergeMax)
			merged, err := d.Create()
			if err != nil {
				return err
			}
			fewer = append(fewer, merged)
			err = mergeSome(files[:n], compare, merged.Append)
			for _, f := range files[:n] {
				f.Close()
			}
			if files = files[n:]; err != nil {
				files = append(fewer, files...)
				return err
			}
		}
		files = fewer
	}
	return mergeSome(files, compare, emit)
}

func mergeSome(files []*File, compare func(a, b []graph.Value) int, emit func(record []graph.Value) error) error {
	h := &heads{compare: compare}
	for i, f := range files {
		r, err := f.Reader()
		if err != nil {
			return err
		}
		record, err := r.Next()
		if err != nil {
			return err
		}
		if record != nil {
			h.heads = append(h.heads, head{r, record, i})
		}
	}
	heap.Init(h)
	for len(h.heads) > 0 {
		first := &h.heads[0]
		if err := emit(first.record); err != nil {
			return err
		}
		var err error
		if first.record, err = first.r.Next(); err != nil {
			return err
		}
		if first.record == nil {
			heap.Pop(h)
		} else {
			heap.Fix(h, 0)
		}
	}
	return nil
}

type head struct {
	r      *Reader
	record []graph.Value
	file   int
}

// heads is a heap of the next records of files.
type heads struct {
	heads   []head
	compare func(a, b []graph.Value) int
}

// Len, Less, Swap, Push and Pop are those of heap.Interface.
func (h *heads) Len() int { return len(h.heads) }

// Less orders by record, then by file.
func (h *heads) Less(i, j int) bool {
	if c := h.compare(h.heads[i].record, h.heads[j].record); c != 0 {
		return c < 0
	}
	return h.heads[i].file < h.heads[j].file
}

// Swap exchanges two.
func (h *heads) Swap(i, j int) { h.heads[i], h.heads[j] = h.heads[j], h.heads[i] }

// Push is not used.
func (h *heads) Push(x any) { h.heads = append(h.heads, x.(head)) }

// Pop takes the last one.
func (h *heads) Pop() any {
	last := h.heads[len(h.heads)-1]
	h.heads = h.heads[:len(h.heads)-1]
	return last
}
