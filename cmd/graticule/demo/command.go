package demo

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// Command is `graticule demo` with its sub-commands.
func Command() *cobra.Command {
	var o Options
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run a cluster of three regions on this machine",
		Long:  "Runs one primary and one secondary server process per region, with emulated round trips between regions. Ctrl-C stops everything.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cmd.SilenceUsage = true
			return Run(cmd.Context(), o, cmd.OutOrStdout())
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Regions, "regions", "eu-west,us-east,ap-south", "names of the regions")
	f.StringVar(&o.RTT, "rtt", "40,80,120", "round trips in ms between regions 1-2, 1-3, 2-3, …")
	f.StringVar(&o.DataDir, "data", "", "folder kept between runs; without it a temporary one that is removed")
	f.StringVar(&o.Password, "password", "password123", "password of the user neo4j")
	f.IntVar(&o.Bolt, "bolt-port", 7687, "first Bolt port")
	f.IntVar(&o.HTTP, "http-port", 7474, "first HTTP port")
	f.IntVar(&o.Cluster, "cluster-port", 6000, "first cluster port (UDP)")
	f.StringVar(&o.LogLevel, "log-level", "info", "what the servers log into the data folder: debug, info, warn or error")
	for verb, text := range map[string]string{
		"kill": "Kill a server of the running demo as a crash would", "pause": "Freeze a server of the running demo",
		"resume": "Let a frozen server go on", "start": "Start a killed server again",
	} {
		cmd.AddCommand(&cobra.Command{
			Use: verb + " SERVER", Short: text, Args: cobra.ExactArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error {
				cmd.SilenceUsage = true
				if err := Control(verb, args[0]); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n", args[0], map[string]string{"kill": "killed", "pause": "paused", "resume": "resumed", "start": "started"}[verb])
				return nil
			},
		})
	}
	return cmd
}

func splitNames(s string) []string {
	var out []string
	for _, n := range strings.Split(s, ",") {
		if n = strings.TrimSpace(n); n != "" {
			out = append(out, n)
		}
	}
	return out
}
