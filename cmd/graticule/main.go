package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"

	"graticule/cmd/graticule/bench"
	"graticule/cmd/graticule/demo"
	"graticule/cmd/graticule/server"
	"graticule/cmd/graticule/shell"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command(filepath.Base(os.Args[0])).ExecuteContext(ctx); err != nil {
		stop()
		var exit *shell.ExitError
		if errors.As(err, &exit) {
			os.Exit(exit.Code)
		}
		fmt.Fprintln(os.Stderr, "graticule:", err)
		os.Exit(1)
	}
}

// command is the tree of commands. The binary called by the name of Neo4j's
// shell is the shell.
func command(called string) *cobra.Command {
	if called == "cypher-shell" {
		return shell.Command()
	}
	root := &cobra.Command{
		Use:           "graticule",
		Short:         "A geo-distributed graph database for Neo4j drivers and Cypher",
		SilenceErrors: true,
	}
	root.AddCommand(server.Command(), bench.Command(), demo.Command(), shell.Command(), versionCommand())
	return root
}
