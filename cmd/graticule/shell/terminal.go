package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"

	"github.com/peterh/liner"
	"golang.org/x/term"
)

// terminal is somebody who types. Prompt gives io.EOF at the end of the input
// and errInterrupt when the line was given up.
type terminal interface {
	Prompt(prompt string) (string, error)
	PasswordPrompt(prompt string) (string, error)
	AppendHistory(line string)
	ClearHistory()
	Close()
}

var errInterrupt = liner.ErrPromptAborted

// lineEditor is a terminal with editing and history.
type lineEditor struct {
	*liner.State
	file string // "" keeps no history beyond this run
	keep bool
}

func newLineEditor(o *options) *lineEditor {
	e := &lineEditor{State: liner.NewLiner(), keep: o.historyFile != "disable"}
	e.SetCtrlCAborts(true)
	e.SetCompleter(completeCommand)
	switch o.historyFile {
	case "in-memory", "disable":
	case "":
		if home, err := os.UserHomeDir(); err == nil {
			e.file = filepath.Join(home, ".graticule", "shell_history")
		}
	default:
		e.file = o.historyFile
	}
	if f, err := os.Open(e.file); e.file != "" && err == nil {
		_, _ = e.ReadHistory(f) // a damaged history is no reason to stop
		f.Close()
	}
	return e
}

// PasswordPrompt reads a line without showing it, in plain terminals too.
func (e *lineEditor) PasswordPrompt(prompt string) (string, error) {
	if liner.TerminalSupported() {
		return e.State.PasswordPrompt(prompt)
	}
	fmt.Print(prompt)
	b, err := term.ReadPassword(int(os.Stdin.Fd()))
	fmt.Println()
	return string(b), err
}

// AppendHistory remembers a line, unless it may hold a password.
func (e *lineEditor) AppendHistory(line string) {
	if e.keep && !secret(line) {
		e.State.AppendHistory(line)
	}
}

// Close writes the history and gives the terminal back as it was.
func (e *lineEditor) Close() {
	if e.file != "" {
		if err := e.save(); err != nil {
			fmt.Fprintln(os.Stderr, "write history:", err)
		}
	}
	e.State.Close()
}

func (e *lineEditor) save() error {
	if err := os.MkdirAll(filepath.Dir(e.file), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(e.file, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = e.WriteHistory(f)
	return errors.Join(err, f.Close())
}

func secret(line string) bool {
	line = strings.ToLower(line)
	return strings.Contains(line, "password") || strings.HasPrefix(strings.TrimSpace(line), ":connect")
}

func completeCommand(line string) (out []string) {
	for _, c := range commands() {
		if strings.HasPrefix(":"+c.name, line) && line != "" {
			out = append(out, ":"+c.name)
		}
	}
	return out
}

// interactive asks for statements until :exit or the end of the input.
func (sh *Shell) interactive(ctx context.Context) error {
	defer sh.close()
	stop := sh.watch()
	defer stop()
	err := sh.login(ctx, sh.opts.database)
	if err == nil {
		err = sh.givenParams(ctx)
	}
	if err != nil {
		return sh.finish(err)
	}
	as := ""
	if sh.user != "" {
		as = " as user " + sh.user
	}
	fmt.Fprintf(sh.out, "Connected using Bolt protocol version %s at %s%s.\nType :help for a list of available commands or :exit to exit the shell.\nNote that Cypher queries must end with a semicolon.\n", sh.conn.protocol, sh.opts.address, as)
	return sh.finish(sh.converse(ctx))
}

// converse is the loop of prompts.
func (sh *Shell) converse(ctx context.Context) error {
	var split splitter
	var typed []string
	for {
		prompt := sh.prompt()
		if split.pending() {
			prompt = strings.Repeat(" ", utf8.RuneCountInString(prompt))
		}
		timer := sh.idleTimer()
		line, err := sh.term.Prompt(prompt)
		timer.Stop()
		switch {
		case errors.Is(err, errInterrupt):
			split.reset()
			typed = nil
			fmt.Fprintln(sh.errOut, "Interrupted (Note that Cypher queries must end with a semicolon. Type :exit to exit the shell.)")
			continue
		case errors.Is(err, io.EOF):
			fmt.Fprint(sh.out, "\n\nBye!\n")
			return nil
		case err != nil:
			return fmt.Errorf("read a line: %w", err)
		}
		ready := split.line(line + "\n")
		if strings.TrimSpace(line) != "" {
			typed = append(typed, line)
		}
		if !split.pending() && len(typed) > 0 {
			text := strings.Join(typed, "\n")
			typed = nil
			sh.term.AppendHistory(strings.ReplaceAll(text, "\n", " "))
			if !secret(text) {
				sh.history = append(sh.history, text)
			}
		}
		for _, st := range ready {
			err := sh.interruptible(ctx, st)
			if errors.Is(err, errExit) {
				fmt.Fprint(sh.out, "\nBye!\n")
				return nil
			}
			if err != nil {
				sh.report(err)
				break // what else stood on the line
			}
		}
	}
}

// interruptible runs one statement; Ctrl-C ends it and not the shell.
func (sh *Shell) interruptible(ctx context.Context, st statement) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	err := sh.execute(ctx, st)
	if ctx.Err() != nil && err != nil {
		return errors.New("Interrupted")
	}
	return err
}

// prompt names the user and the database; # stands for an open transaction.
func (sh *Shell) prompt() string {
	if sh.conn == nil {
		return "Disconnected> "
	}
	user := sh.user
	if sh.opts.impersonate != "" {
		user += "(" + sh.opts.impersonate + ")"
	}
	mark := ">"
	if sh.conn.tx != nil {
		mark = "#"
	}
	return user + "@" + sh.conn.current + mark + " "
}

// watch ends the process at SIGTERM, with the terminal as it was: a prompt
// cannot be given up otherwise.
func (sh *Shell) watch() (stop func()) {
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, syscall.SIGTERM)
	done := make(chan struct{})
	go func() {
		select {
		case <-ch:
			sh.leave(143)
		case <-done:
		}
	}()
	return func() {
		signal.Stop(ch)
		close(done)
	}
}

// idleTimer ends the process when nothing was typed for too long.
func (sh *Shell) idleTimer() *time.Timer {
	leave := func() {
		fmt.Fprintln(sh.out, "\nTimeout reached: nothing was typed for", sh.opts.idleTimeout)
		sh.leave(1)
	}
	if sh.opts.idleTimeout == 0 {
		t := time.AfterFunc(time.Hour, leave)
		t.Stop()
		return t
	}
	return time.AfterFunc(sh.opts.idleTimeout, leave)
}

func (sh *Shell) leave(code int) {
	sh.term.Close()
	os.Exit(code)
}
