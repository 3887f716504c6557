// Command graticule is the whole product in one binary: server, demo, shell,
// bench and version.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"graticule/cmd/graticule/demo"
	"graticule/cmd/graticule/server"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "graticule:", err)
		stop()
		os.Exit(1)
	}
}

func command() *cobra.Command {
	root := &cobra.Command{
		Use:           "graticule",
		Short:         "A geo-distributed graph database for Neo4j drivers and Cypher",
		SilenceErrors: true,
	}
	root.AddCommand(server.Command(), demo.Command(), versionCommand())
	return root
}
