package shell

import (
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j/log"
	"github.com/spf13/pflag"
)

// options are the flags, completed by the environment.
type options struct {
	address, user, password, database string
	encryption, accessMode            string
	impersonate                       string
	format, wrapText, errorFormat     string
	params                            []string
	file, logFile, historyFile        string
	idle, timeout                     string
	sampleRows                        int

	nonInteractive, failFast, failAtEnd, notifications bool
	changePassword, version, driverVersion, completion bool

	wrap                            bool          // from wrapText
	idleTimeout, transactionTimeout time.Duration // from idle and timeout; 0 means none
	driverLog                       log.Logger    // nil means silent
}

func (o *options) register(f *pflag.FlagSet) {
	f.StringVarP(&o.address, "address", "a", "neo4j://localhost:7687", "address to connect to (NEO4J_ADDRESS, NEO4J_URI)")
	f.StringVar(&o.address, "uri", "neo4j://localhost:7687", "the same as --address")
	f.StringVarP(&o.user, "username", "u", "", "user to connect as (NEO4J_USERNAME)")
	f.StringVarP(&o.password, "password", "p", "", "password (NEO4J_PASSWORD)")
	f.StringVarP(&o.database, "database", "d", "", "database; the user's home database by default (NEO4J_DATABASE)")
	f.StringVar(&o.impersonate, "impersonate", "", "user to impersonate")
	f.StringVar(&o.encryption, "encryption", "default", "true, false or default: as the address says")
	f.StringVar(&o.accessMode, "access-mode", "write", "read or write; read may be served by any copy")
	f.StringVar(&o.format, "format", "auto", "auto, verbose (tables and summaries) or plain (bare values); auto is verbose when typed to")
	f.StringArrayVarP(&o.params, "param", "P", nil, "parameters of the session, such as '{a: 1, b: date()}' or 'a => 1'; may be given many times")
	f.StringVarP(&o.file, "file", "f", "", "run the statements of a file, then exit")
	f.BoolVar(&o.failFast, "fail-fast", false, "stop at the first error of a script (the default)")
	f.BoolVar(&o.failAtEnd, "fail-at-end", false, "run all of a script, then report failure")
	f.BoolVar(&o.nonInteractive, "non-interactive", false, "never ask, even on a terminal")
	f.IntVar(&o.sampleRows, "sample-rows", 1000, "rows that the widths of a table are taken from")
	f.StringVar(&o.wrapText, "wrap", "true", "true or false: whether values wider than their column go on in further lines, or are cut")
	f.StringVar(&o.errorFormat, "error-format", "legacy", "legacy (the server's message), gql (status and description) or stacktrace (both, with causes)")
	f.BoolVar(&o.notifications, "notifications", false, "print the server's hints when typed to")
	f.StringVar(&o.idle, "idle-timeout", "disable", "exit after this long without input, such as 1h30m")
	f.StringVar(&o.timeout, "transaction-timeout", "disable", "longest a transaction may run, such as 30s")
	f.StringVar(&o.historyFile, "history", "", "history file, in-memory or disable (NEO4J_CYPHER_SHELL_HISTORY)")
	f.BoolVar(&o.completion, "enable-autocompletions", false, "complete commands with the tab key")
	f.BoolVar(&o.changePassword, "change-password", false, "change the user's password, then exit")
	f.StringVar(&o.logFile, "log", "", "log what the driver does to a file (--log=FILE), or to standard error")
	f.Lookup("log").NoOptDefVal = "-"
	f.BoolVarP(&o.version, "version", "v", false, "print the version")
	f.BoolVar(&o.driverVersion, "driver-version", false, "print the driver's version")
}

// complete takes what no flag gave from the environment, and checks it all.
func (o *options) complete(env func(string) string, given func(flag string) bool) error {
	take := func(v *string, flag string, names ...string) {
		for _, n := range names {
			if s := env(n); s != "" && !given(flag) {
				*v = s
				return
			}
		}
	}
	if !given("uri") {
		take(&o.address, "address", "NEO4J_URI", "NEO4J_ADDRESS")
	}
	take(&o.user, "username", "NEO4J_USERNAME")
	take(&o.password, "password", "NEO4J_PASSWORD")
	take(&o.database, "database", "NEO4J_DATABASE")
	take(&o.historyFile, "history", "NEO4J_CYPHER_SHELL_HISTORY")
	if u, err := url.Parse(o.address); err == nil && u.User != nil {
		if o.user == "" {
			o.user = u.User.Username()
			o.password, _ = u.User.Password()
		}
		u.User = nil
		o.address = u.String()
	}
	if o.failFast && o.failAtEnd {
		return fmt.Errorf("argument --fail-at-end: not allowed with argument --fail-fast")
	}
	if o.sampleRows < 1 {
		return fmt.Errorf("argument --sample-rows: '%d' must be at least 1", o.sampleRows)
	}
	o.wrap = o.wrapText == "true"
	for _, err := range []error{
		choice("encryption", o.encryption, "true", "false", "default"),
		choice("access-mode", strings.ToLower(o.accessMode), "read", "write"),
		choice("format", o.format, "auto", "verbose", "plain"),
		choice("wrap", o.wrapText, "true", "false"),
		choice("error-format", o.errorFormat, "gql", "legacy", "stacktrace"),
		timeout("idle-timeout", o.idle, &o.idleTimeout),
		timeout("transaction-timeout", o.timeout, &o.transactionTimeout),
	} {
		if err != nil {
			return err
		}
	}
	o.accessMode = strings.ToLower(o.accessMode)
	return nil
}

func timeout(flag, text string, d *time.Duration) (err error) {
	if text == "disable" {
		return nil
	}
	if *d, err = time.ParseDuration(text); err != nil || *d <= 0 {
		return fmt.Errorf("argument --%s: '%s' is no duration; give one such as 1h, 1h30m or 30s, or disable", flag, text)
	}
	return nil
}

// openLog makes the driver's log where --log asks for one.
func (o *options) openLog(errOut io.Writer) (closeLog func(), err error) {
	w := errOut
	closeLog = func() {}
	switch o.logFile {
	case "":
		return closeLog, nil
	case "-":
	default:
		f, err := os.OpenFile(o.logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return nil, fmt.Errorf("open log: %w", err)
		}
		w, closeLog = f, func() { f.Close() }
	}
	o.driverLog = driverLog{slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	return closeLog, nil
}

// driverLog passes the driver's messages to a logger.
type driverLog struct{ l *slog.Logger }

func (d driverLog) Error(name, id string, err error) { d.l.Error(err.Error(), name, id) }
func (d driverLog) Warnf(name, id, text string, args ...any) {
	d.l.Warn(fmt.Sprintf(text, args...), name, id)
}
func (d driverLog) Infof(name, id, text string, args ...any) {
	d.l.Info(fmt.Sprintf(text, args...), name, id)
}
func (d driverLog) Debugf(name, id, text string, args ...any) {
	d.l.Debug(fmt.Sprintf(text, args...), name, id)
}
