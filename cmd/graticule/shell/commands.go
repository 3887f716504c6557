package shell

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
)

// A command is one that begins with a colon.
type command struct {
	name, short, usage, long string
	most                     int // arguments; -1 takes the rest of the line as one
	least                    int
	run                      func(sh *Shell, ctx context.Context, args []string) error
}

// commands lists them by name. It is a function because :help lists it too.
func commands() []command {
	return []command{
		{"access-mode", "Show or set the access mode", "[read|write]", "Without an argument it shows the access mode. With one it begins a new session: read may be served by any copy, write goes to the leader.", 1, 0, (*Shell).accessModeCommand},
		{"begin", "Open a transaction", "", "Begins a transaction that stays open until :commit or :rollback.", 0, 0, (*Shell).beginCommand},
		{"commit", "Commit the open transaction", "", "Commits and closes the open transaction.", 0, 0, (*Shell).commitCommand},
		{"connect", "Connect to a server", "[-u USERNAME] [-p PASSWORD] [-d DATABASE]", "Connects again after :disconnect, perhaps as another user. What is not given is asked for.", -1, 0, (*Shell).connectCommand},
		{"disconnect", "Close the connection", "", "Closes the connection; an open transaction is rolled back.", 0, 0, (*Shell).disconnectCommand},
		{"exit", "Leave the shell", "", "Leaves the shell, as Ctrl-D does.", 0, 0, func(*Shell, context.Context, []string) error { return errExit }},
		{"help", "Show this list, or help for a command", "[command]", "Lists the commands, or explains one.", 1, 0, (*Shell).helpCommand},
		{"history", "Show what was typed", "[clear]", "Prints the statements of this session; :history clear forgets them.", 1, 0, (*Shell).historyCommand},
		{"impersonate", "Act as another user", "[user]", "Runs what follows with the rights of another user; without one, as yourself again.", 1, 0, (*Shell).impersonateCommand},
		{"param", "Set or list query parameters", "", paramUsage, -1, 0, (*Shell).paramCommand},
		{"rollback", "Roll back the open transaction", "", "Rolls back and closes the open transaction.", 0, 0, (*Shell).rollbackCommand},
		{"source", "Run the statements of a file", "[filename]", "Runs all statements of a file.", 1, 1, (*Shell).sourceCommand},
		{"sysinfo", "Show the databases and servers", "", "Shows every copy of every database, the servers and the counts of the current database.", 0, 0, (*Shell).sysinfoCommand},
		{"use", "Choose the database", "database", "Runs what follows on another database; without one, on the home database.", 1, 0, (*Shell).useCommand},
	}
}

const paramUsage = `:param or :param list - lists the parameters
:param clear - forgets them
:param {a: 1, b: 1+1} - sets a and b
:param a => 1 - sets a
Values are Cypher expressions and may use parameters that are set.`

// command runs one command line.
func (sh *Shell) command(ctx context.Context, line string) error {
	name, rest, _ := strings.Cut(strings.TrimPrefix(line, ":"), " ")
	if i := strings.IndexAny(name, "\t{;"); i >= 0 {
		name, rest = name[:i], name[i:]+" "+rest
	}
	name, rest = strings.ToLower(name), strings.TrimSpace(rest)
	c := find(name)
	if c == nil {
		return fmt.Errorf("Could not find command :%s, use :help to see available commands", name)
	}
	args := strings.Fields(rest)
	if c.most < 0 {
		args = []string{rest}
	} else if len(args) > c.most || len(args) < c.least {
		return fmt.Errorf("Incorrect number of arguments.\nUsage: :%s %s", c.name, c.usage)
	}
	return c.run(sh, ctx, args)
}

// find looks a command up; :params is :param, :quit is :exit.
func find(name string) *command {
	switch name {
	case "params":
		name = "param"
	case "quit":
		name = "exit"
	}
	for _, c := range commands() {
		if c.name == name {
			return &c
		}
	}
	return nil
}

func (sh *Shell) usageError(name string) error {
	c := find(name)
	return fmt.Errorf("Incorrect usage.\nusage: %s", strings.TrimSpace(c.long))
}

// idle gives an error while a transaction is open or nothing is connected.
func (sh *Shell) idle(what string) error {
	if sh.conn == nil {
		return errDisconnected
	}
	if sh.conn.tx != nil {
		return fmt.Errorf("There is an open transaction. You need to close it before %s.", what)
	}
	return nil
}

func (sh *Shell) beginCommand(ctx context.Context, _ []string) error {
	switch {
	case sh.conn == nil:
		return errDisconnected
	case sh.conn.tx != nil:
		return errors.New("There is already an open transaction")
	}
	return sh.conn.begin(ctx)
}

func (sh *Shell) commitCommand(ctx context.Context, _ []string) error {
	switch {
	case sh.conn == nil:
		return errDisconnected
	case sh.conn.tx == nil:
		return errors.New("There is no open transaction to commit")
	}
	return sh.conn.commit(ctx)
}

func (sh *Shell) rollbackCommand(ctx context.Context, _ []string) error {
	switch {
	case sh.conn == nil:
		return errDisconnected
	case sh.conn.tx == nil:
		return errors.New("There is no open transaction to rollback")
	}
	return sh.conn.rollback(ctx)
}

func (sh *Shell) useCommand(ctx context.Context, args []string) error {
	if err := sh.idle("you can switch database"); err != nil {
		return err
	}
	database := ""
	if len(args) > 0 {
		database = strings.Trim(args[0], "`")
	}
	return sh.conn.use(ctx, database)
}

func (sh *Shell) paramCommand(ctx context.Context, args []string) error {
	switch args[0] {
	case "", "list":
		fmt.Fprintln(sh.out, formatParams(sh.params))
		return nil
	case "clear":
		clear(sh.params)
		return nil
	}
	return sh.setParams(ctx, args[0])
}

func (sh *Shell) sourceCommand(ctx context.Context, args []string) error {
	if _, err := os.Stat(args[0]); err != nil {
		return fmt.Errorf("Cannot find file: '%s'", args[0])
	}
	return sh.runFile(ctx, args[0])
}

func (sh *Shell) accessModeCommand(ctx context.Context, args []string) error {
	if len(args) == 0 {
		fmt.Fprintln(sh.out, "Access mode", sh.opts.accessMode)
		return nil
	}
	mode := strings.ToLower(args[0])
	if mode != "read" && mode != "write" {
		return fmt.Errorf("Unknown access mode %s, available modes are READ, WRITE", args[0])
	}
	if err := sh.idle("you can change the access mode"); err != nil {
		return err
	}
	before := sh.opts.accessMode
	sh.opts.accessMode = mode
	if err := sh.conn.reopen(ctx); err != nil {
		sh.opts.accessMode = before
		return err
	}
	return nil
}

func (sh *Shell) impersonateCommand(ctx context.Context, args []string) error {
	if err := sh.idle("you can impersonate"); err != nil {
		return err
	}
	before := sh.opts.impersonate
	sh.opts.impersonate = strings.Trim(strings.Join(args, ""), "`")
	if err := sh.conn.reopen(ctx); err != nil {
		sh.opts.impersonate = before
		return err
	}
	return nil
}

func (sh *Shell) disconnectCommand(context.Context, []string) error {
	sh.close()
	return nil
}

func (sh *Shell) connectCommand(ctx context.Context, args []string) error {
	if sh.conn != nil {
		return errors.New("Already connected")
	}
	user, password, database := "", "", sh.opts.database
	words := strings.Fields(args[0])
	for i := 0; i < len(words); i += 2 {
		if i+1 == len(words) {
			return fmt.Errorf("Incorrect usage.\nusage: :connect %s", find("connect").usage)
		}
		value := strings.Trim(words[i+1], `"'`)
		switch words[i] {
		case "-u", "--username":
			user = value
		case "-p", "--password":
			password = value
		case "-d", "--database":
			database = value
		default:
			return fmt.Errorf("Incorrect usage.\nusage: :connect %s", find("connect").usage)
		}
	}
	sh.user, sh.password = user, password
	if err := sh.askLogin(); err != nil {
		return err
	}
	return sh.login(ctx, database)
}

func (sh *Shell) historyCommand(_ context.Context, args []string) error {
	if len(args) > 0 {
		if args[0] != "clear" {
			return fmt.Errorf("Incorrect usage.\nusage: :history %s", find("history").usage)
		}
		fmt.Fprintln(sh.out, "Removing history...")
		sh.history = nil
		if sh.term != nil {
			sh.term.ClearHistory()
		}
		return nil
	}
	for i, s := range sh.history {
		fmt.Fprintf(sh.out, " %-4d%s\n", i+1, strings.ReplaceAll(s, "\n", "\n     "))
	}
	fmt.Fprintln(sh.out)
	return nil
}
