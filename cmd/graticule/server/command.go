package server

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"graticule/cmd/graticule/config"
	"graticule/node"
)

// Command is `graticule server`.
func Command() *cobra.Command {
	var file, logFormat, logLevel, data string
	var set []string
	var seeds string
	cmd := &cobra.Command{
		Use:   "server",
		Short: "Run one server",
		Long: `Runs one server. Settings come from a configuration file (name=value lines),
the environment (NEO4J_server_bolt_listen__address=… as container images take
them) and --set; later ones win. Without seeds it is a single durable server.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cmd.SilenceUsage = true
			flags := map[string]string{}
			for _, kv := range set {
				name, value, ok := strings.Cut(kv, "=")
				if !ok {
					return fmt.Errorf("--set %q: want name=value", kv)
				}
				flags[name] = value
			}
			if data != "" {
				flags["server.directories.data"] = data
			}
			if seeds != "" {
				flags["dbms.cluster.endpoints"] = seeds
			}
			log, err := logger(cmd.ErrOrStderr(), logFormat, logLevel)
			if err != nil {
				return err
			}
			cfg, err := load(file, flags, log)
			if err != nil {
				return err
			}
			n, err := node.New(cfg)
			if err != nil {
				return err
			}
			return n.Run(cmd.Context())
		},
	}
	f := cmd.Flags()
	f.StringVar(&file, "config", "", "configuration file, such as neo4j.conf")
	f.StringArrayVar(&set, "set", nil, "a setting as name=value; may be given many times")
	f.StringVar(&data, "data", "", "folder of this server's data (server.directories.data)")
	f.StringVar(&seeds, "seeds", "", "cluster addresses of servers to find the cluster by (dbms.cluster.endpoints)")
	f.StringVar(&logFormat, "log-format", "text", "text or json")
	f.StringVar(&logLevel, "log-level", "info", "debug, info, warn or error")
	return cmd
}

func load(file string, flags map[string]string, log *slog.Logger) (node.Config, error) {
	sources := config.Sources{Env: os.Environ(), Flags: flags}
	if file != "" {
		f, err := os.Open(file)
		if err != nil {
			return node.Config{}, fmt.Errorf("open configuration: %w", err)
		}
		defer f.Close()
		sources.File = f
	}
	cfg, warnings, err := config.Load(sources)
	for _, w := range warnings {
		log.Warn(w)
	}
	cfg.Logger = log
	return cfg, err
}

func logger(w io.Writer, format, level string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("--log-level %q: want debug, info, warn or error", level)
	}
	o := &slog.HandlerOptions{Level: l}
	switch format {
	case "text":
		return slog.New(slog.NewTextHandler(w, o)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, o)), nil
	}
	return nil, fmt.Errorf("--log-format %q: want text or json", format)
}
