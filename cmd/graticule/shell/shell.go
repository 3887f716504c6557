package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

// Shell runs statements on one connection and prints what they give.
type Shell struct {
	opts        *options
	out, errOut io.Writer
	verbose     bool // tables and summaries
	notify      bool // the server's hints too
	colour      bool // of errors
	term        terminal

	conn           *connection // nil while disconnected
	user, password string      // of the last login
	params         map[string]any
	history        []string // of this session, as typed
}

// newShell makes a shell that is not connected yet; term is nil when nobody
// can be asked.
func newShell(o *options, out, errOut io.Writer, term terminal) *Shell {
	return &Shell{
		opts: o, out: out, errOut: errOut, term: term, params: map[string]any{},
		verbose: o.format == "verbose" || o.format == "auto" && term != nil,
		notify:  o.notifications && term != nil,
		user:    o.user, password: o.password,
	}
}

// close ends the connection.
func (sh *Shell) close() {
	if sh.conn != nil {
		sh.conn.close(context.Background())
		sh.conn = nil
	}
}

// report prints an error.
func (sh *Shell) report(err error) {
	text := sh.describe(err)
	if sh.colour {
		text = "\x1b[31;1m" + text + "\x1b[0m"
	}
	fmt.Fprintln(sh.errOut, text)
}

// execute runs one command or query.
func (sh *Shell) execute(ctx context.Context, st statement) error {
	if st.command {
		return sh.command(ctx, st.text)
	}
	if sh.conn == nil {
		return errDisconnected
	}
	err := sh.query(ctx, st.text)
	if err == nil || sh.conn.tx == nil {
		return err
	}
	text := sh.describe(err)
	_ = sh.conn.rollback(context.WithoutCancel(ctx)) // the server has ended it already
	return fmt.Errorf("An error occurred while in an open transaction. The transaction will be rolled back and terminated. Error: %s", text)
}

// query prints the rows of a query as they come.
func (sh *Shell) query(ctx context.Context, text string) error {
	result, err := sh.conn.run(ctx, text, sh.params)
	if err != nil {
		return err
	}
	p := sh.printer(sh.out)
	columns, err := result.Keys()
	if err != nil {
		return err
	}
	p.begin(columns)
	var r *neo4j.Record
	for result.NextRecord(ctx, &r) {
		if err := p.row(r.Values); err != nil {
			return fmt.Errorf("write output: %w", err)
		}
	}
	if err := result.Err(); err != nil {
		return err
	}
	s, err := result.Consume(ctx)
	if err != nil {
		return err
	}
	return p.end(s)
}

// runScript runs all statements of a reader. It stops at the first error, or
// with --fail-at-end prints each and gives an ExitError after the last.
func (sh *Shell) runScript(ctx context.Context, in io.Reader) error {
	var failed error
	for s := newScript(in); ; {
		st, err := s.next()
		if errors.Is(err, io.EOF) {
			return failed
		}
		if err != nil {
			return fmt.Errorf("read statements: %w", err)
		}
		err = sh.execute(ctx, st)
		switch {
		case errors.Is(err, errExit) || ctx.Err() != nil:
			return err
		case err != nil && !sh.opts.failAtEnd:
			return err
		case err != nil:
			sh.report(err)
			failed = &ExitError{Code: 1}
		}
	}
}

// runFile runs a script from disk.
func (sh *Shell) runFile(ctx context.Context, name string) error {
	f, err := os.Open(name)
	if err != nil {
		var path *os.PathError
		if errors.As(err, &path) {
			reason := path.Err.Error()
			return fmt.Errorf("%s (%s)", name, strings.ToUpper(reason[:1])+reason[1:])
		}
		return err
	}
	defer f.Close()
	return sh.runScript(ctx, f)
}

// finish turns the outcome of a run into the shell's exit code.
func (sh *Shell) finish(err error) error {
	var exit *ExitError
	switch {
	case err == nil || errors.Is(err, errExit):
		return nil
	case errors.As(err, &exit):
		return exit
	}
	sh.report(err)
	return &ExitError{Code: 1}
}
