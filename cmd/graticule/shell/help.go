package shell

import (
	"bufio"
	"context"
	"fmt"
	"strings"
)

func (sh *Shell) helpCommand(_ context.Context, args []string) error {
	if len(args) > 0 {
		name := strings.TrimPrefix(args[0], ":")
		c := find(strings.ToLower(name))
		if c == nil {
			return fmt.Errorf("No such command: %s", name)
		}
		fmt.Fprintf(sh.out, "\nusage: :%s %s\n\n%s\n\n", c.name, c.usage, c.long)
		return nil
	}
	fmt.Fprintln(sh.out, "\nCommands:")
	for _, c := range commands() {
		fmt.Fprintf(sh.out, "  :%-11s %s\n", c.name, c.short)
	}
	fmt.Fprint(sh.out, "\nHelp for one of them:\n    :help command\n\nQueries end with a semicolon. The arrow keys bring back what was typed before.\n\n")
	return nil
}

// sysinfoCommand shows what the server tells of the cluster.
func (sh *Shell) sysinfoCommand(ctx context.Context, _ []string) error {
	if sh.conn == nil {
		return errDisconnected
	}
	w := bufio.NewWriter(sh.out)
	for _, part := range []struct {
		title, database, query string
		optional               bool // not every server or edition knows it
	}{
		{"Databases", "system", "SHOW DATABASES YIELD name AS Name, address AS Address, role AS Role, currentStatus AS Status, default AS Default", false},
		{"Servers", "system", "SHOW SERVERS YIELD name AS Name, address AS Address, state AS State, health AS Health, hosting AS Hosting", true},
		{"Counts", sh.conn.database, "MATCH (n) WITH count(n) AS Nodes OPTIONAL MATCH ()-[r]->() RETURN Nodes, count(r) AS Relationships", true},
	} {
		columns, rows, err := sh.conn.rows(ctx, part.database, part.query, nil)
		if err != nil {
			if part.optional && codeOf(err) != "" {
				continue
			}
			return err
		}
		t := &table{w: w, columns: columns, sample: len(rows), wrap: true, waiting: rows}
		fmt.Fprintf(w, "\n%s\n", part.title)
		if err := t.end(); err != nil {
			return err
		}
	}
	w.WriteByte('\n')
	return w.Flush()
}
