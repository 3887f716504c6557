package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"graticule/node"
)

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: cobra.NoArgs,
		Run: func(cmd *cobra.Command, _ []string) {
			fmt.Fprintf(cmd.OutOrStdout(), "graticule %s (Neo4j compatibility %s, %s, %s/%s)\n", node.Version, node.Neo4jVersion, runtime.Version(), runtime.GOOS, runtime.GOARCH)
		},
	}
}
