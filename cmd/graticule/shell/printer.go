package shell

import (
	"bufio"
	"io"
	"strings"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

// printer writes the rows of one result, then what is to be told of it.
type printer interface {
	begin(columns []string)
	row(values []any) error
	end(s neo4j.ResultSummary) error
}

// verbose writes tables with borders, then counts, times and changes.
type verbose struct {
	w     *bufio.Writer
	sh    *Shell
	table *table
	rows  int64
}

func (v *verbose) begin(columns []string) {
	if len(columns) > 0 {
		v.table = &table{w: v.w, columns: columns, sample: v.sh.opts.sampleRows, wrap: v.sh.opts.wrap}
	}
}

func (v *verbose) row(values []any) error {
	v.rows++
	return v.table.row(values)
}

func (v *verbose) end(s neo4j.ResultSummary) error {
	if v.table != nil {
		if err := v.table.end(); err != nil {
			return err
		}
		v.w.WriteByte('\n')
	}
	writePlan(v.w, s)
	writeFooter(v.w, v.rows, s)
	if v.sh.notify {
		writeNotifications(v.w, s)
	}
	return v.w.Flush()
}

// plain writes values separated by commas, and nothing when there are none.
type plain struct {
	w       *bufio.Writer
	columns []string
}

func (p *plain) begin(columns []string) { p.columns = columns }

func (p *plain) row(values []any) error {
	if p.columns != nil {
		p.w.WriteString(strings.Join(p.columns, ", ") + "\n")
		p.columns = nil
	}
	for i, v := range values {
		if i > 0 {
			p.w.WriteString(", ")
		}
		p.w.WriteString(formatValue(v))
	}
	return p.w.WriteByte('\n')
}

func (p *plain) end(s neo4j.ResultSummary) error {
	for _, f := range planFacts(s) {
		p.w.WriteString(f.name + ": " + formatValue(f.value) + "\n")
	}
	return p.w.Flush()
}

func (sh *Shell) printer(w io.Writer) printer {
	b := bufio.NewWriterSize(w, 64<<10)
	if sh.verbose {
		return &verbose{w: b, sh: sh}
	}
	return &plain{w: b}
}
