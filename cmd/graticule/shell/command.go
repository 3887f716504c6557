package shell

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/mattn/go-isatty"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/spf13/cobra"

	"graticule/node"
)

// Command is `graticule shell`.
func Command() *cobra.Command {
	o := &options{}
	cmd := &cobra.Command{
		Use:   "shell [flags] [cypher]",
		Short: "Run Cypher from the command line",
		Long: `Runs Cypher: one or more statements given as an argument, a file (-f), standard
input, or what is typed. Flags, commands, output and exit codes are those of
cypher-shell; called by that name (a link to this binary), it is this command.`,
		Example:       "  graticule shell -u neo4j -p password123 'MATCH (n) RETURN count(n)'\n  cat changes.cypher | graticule shell -a neo4j://host:7687",
		Args:          cobra.MaximumNArgs(1),
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case o.version:
				fmt.Fprintln(cmd.OutOrStdout(), "Graticule shell", node.Version)
				return nil
			case o.driverVersion:
				fmt.Fprintln(cmd.OutOrStdout(), neo4j.UserAgent)
				return nil
			}
			if err := o.complete(os.Getenv, cmd.Flags().Changed); err != nil {
				return err
			}
			return run(cmd.Context(), o, args, cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	o.register(cmd.Flags())
	return cmd
}

// run chooses where the statements come from and runs them.
func run(ctx context.Context, o *options, args []string, in io.Reader, out, errOut io.Writer) error {
	closeLog, err := o.openLog(errOut)
	if err != nil {
		return err
	}
	defer closeLog()
	scripted := len(args) > 0 || o.file != ""
	var term terminal
	if isTerminal(in) && !o.nonInteractive {
		t := newLineEditor(o)
		defer t.Close()
		term = t
	}
	if o.changePassword {
		sh := newShell(o, out, errOut, term)
		return sh.finish(sh.changePassword(ctx))
	}
	if scripted { // may still ask for a password
		sh := newShell(o, out, errOut, nil)
		sh.term = term
		return sh.script(ctx, args, in)
	}
	sh := newShell(o, out, errOut, term)
	sh.colour = term != nil && isTerminal(errOut) && os.Getenv("NO_COLOR") == ""
	if term == nil {
		return sh.script(ctx, args, in)
	}
	return sh.interactive(context.WithoutCancel(ctx))
}

// script connects and runs the statements of an argument, a file or a reader.
func (sh *Shell) script(ctx context.Context, args []string, in io.Reader) error {
	defer sh.close()
	err := sh.login(ctx, sh.opts.database)
	if err == nil {
		err = sh.givenParams(ctx)
	}
	if err == nil {
		switch {
		case len(args) > 0:
			err = sh.runScript(ctx, strings.NewReader(args[0]))
		case sh.opts.file != "":
			err = sh.runFile(ctx, sh.opts.file)
		default:
			err = sh.runScript(ctx, in)
		}
	}
	return sh.finish(err)
}

// login connects; when the server wants a name and a password, or a new
// password, and somebody can be asked, they are asked.
func (sh *Shell) login(ctx context.Context, database string) error {
	var err error
	if sh.user != "" && sh.password == "" && sh.term != nil {
		if sh.password, err = sh.term.PasswordPrompt("password: "); err != nil {
			return errNoInput
		}
	}
	sh.conn, err = connect(ctx, sh.opts, sh.user, sh.password, database)
	if codeOf(err) == "Neo.ClientError.Security.Unauthorized" && sh.user == "" && sh.term != nil {
		if err = sh.askLogin(); err != nil {
			return err
		}
		sh.conn, err = connect(ctx, sh.opts, sh.user, sh.password, database)
	}
	if codeOf(err) == "Neo.ClientError.Security.CredentialsExpired" && sh.term != nil {
		fmt.Fprintln(sh.out, "Password change required")
		if err = sh.changePassword(ctx); err != nil {
			return err
		}
		sh.conn, err = connect(ctx, sh.opts, sh.user, sh.password, database)
	}
	return err
}

func (sh *Shell) askLogin() (err error) {
	if sh.user == "" || sh.password == "" {
		if sh.term == nil {
			return errNoInput
		}
	}
	if sh.user == "" {
		if sh.user, err = sh.term.Prompt("username: "); err != nil {
			return errNoInput
		}
	}
	if sh.password == "" {
		if sh.password, err = sh.term.PasswordPrompt("password: "); err != nil {
			return errNoInput
		}
	}
	return nil
}

// changePassword asks for a new password and sets it.
func (sh *Shell) changePassword(ctx context.Context) error {
	if err := sh.askLogin(); err != nil {
		return fmt.Errorf("Failed to change password: %w", err)
	}
	if sh.term == nil {
		return fmt.Errorf("Failed to change password: %w", errNoInput)
	}
	next, err := sh.term.PasswordPrompt("new password: ")
	if err != nil {
		return fmt.Errorf("Failed to change password: %w", errNoInput)
	}
	again, err := sh.term.PasswordPrompt("confirm password: ")
	if err != nil {
		return fmt.Errorf("Failed to change password: %w", errNoInput)
	}
	if next != again {
		return fmt.Errorf("Passwords are not matching, please try again")
	}
	if err := setPassword(ctx, sh.opts, sh.user, sh.password, next); err != nil {
		return err
	}
	sh.password = next
	return nil
}

// isTerminal tells whether a reader or writer is a terminal.
func isTerminal(v any) bool {
	f, ok := v.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}

// choice checks a flag that takes one of a few words.
func choice(flag, value string, allowed ...string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	return fmt.Errorf("argument --%s: invalid choice: '%s' (choose from {%s})", flag, value, strings.Join(allowed, ","))
}
