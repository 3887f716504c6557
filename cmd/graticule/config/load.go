package config

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"sort"
	"strings"

	"graticule/node"
)

// Sources are the places settings come from, weakest first.
type Sources struct {
	File  io.Reader         // neo4j.conf style: name=value lines, # comments; nil means none
	Env   []string          // as os.Environ gives it
	Flags map[string]string // setting name to value
}

// containerOnly are NEO4J_ variables of container images that are not settings.
var containerOnly = map[string]bool{
	"NEO4J_AUTH": true, "NEO4J_ACCEPT_LICENSE_AGREEMENT": true, "NEO4J_PLUGINS": true, "NEO4J_HOME": true, "NEO4J_CONF": true,
	"NEO4J_EDITION": true, "NEO4J_URI": true, "NEO4J_USERNAME": true, "NEO4J_PASSWORD": true, "NEO4J_DATABASE": true,
}

// Load reads all sources into a Config. The warnings name settings that are
// not known; the error names every value that cannot be read.
func Load(s Sources) (cfg node.Config, warnings []string, err error) {
	given := map[string]string{}
	if s.File != nil {
		if err := readFile(s.File, given); err != nil {
			return cfg, nil, err
		}
	}
	known := map[string]setting{}
	byEnv := map[string]string{}   // looked up with single underscores, as many write them
	spelled := map[string]string{} // spelled in full, for suggestions
	for _, st := range settings() {
		known[st.name] = st
		byEnv[collapse(envName("NEO4J_", st.name))] = st.name
		byEnv[collapse(envName("GRATICULE_", st.name))] = st.name
		spelled[envName("NEO4J_", st.name)] = st.name
	}
	for _, kv := range s.Env {
		key, value, _ := strings.Cut(kv, "=")
		if !strings.HasPrefix(key, "NEO4J_") && !strings.HasPrefix(key, "GRATICULE_") {
			continue
		}
		switch name, ok := byEnv[collapse(key)]; {
		case ok:
			given[name] = value
		case key == "NEO4J_AUTH" || key == "GRATICULE_AUTH":
			if err := auth(&cfg, value); err != nil {
				return cfg, nil, err
			}
		case containerOnly[key]:
		default:
			warnings = append(warnings, unknown(key, spelled))
		}
	}
	for name, value := range s.Flags {
		given[name] = value
	}
	if err := blockNetworks(&cfg, privateNetworks); err != nil { // unset is not empty
		return cfg, nil, err
	}
	names := make([]string, 0, len(given))
	for name := range given {
		names = append(names, name)
	}
	sort.Strings(names)
	var bad []string
	for _, name := range names {
		st, ok := known[name]
		if !ok {
			warnings = append(warnings, unknown(name, known))
			continue
		}
		if st.apply == nil {
			continue
		}
		if err := st.apply(&cfg, strings.TrimSpace(given[name])); err != nil {
			bad = append(bad, fmt.Sprintf("setting %s: %v", name, err))
		}
	}
	if len(bad) > 0 {
		return cfg, warnings, fmt.Errorf("%s", strings.Join(bad, "; "))
	}
	defaultHosts(&cfg, given)
	for _, st := range settings() {
		value, explicit := given[st.name]
		if !explicit {
			value = st.initial
		}
		if st.name == "server.cluster.secret" && value != "" {
			value = "*****"
		}
		cfg.Settings = append(cfg.Settings, node.Setting{Name: st.name, Value: value, Default: st.initial, Description: st.description, Explicit: explicit})
	}
	return cfg, warnings, nil
}

// defaultHosts fills in the hosts that listen and advertised addresses left out.
func defaultHosts(cfg *node.Config, given map[string]string) {
	listen, advertised := given["server.default_listen_address"], given["server.default_advertised_address"]
	for _, d := range []struct {
		addr *node.Address
		port string
	}{{&cfg.Bolt, "7687"}, {&cfg.HTTP, "7474"}, {&cfg.Cluster, "6000"}} {
		if listen != "" && (d.addr.Listen == "" || strings.HasPrefix(d.addr.Listen, ":")) {
			d.addr.Listen = withHost(listen, d.addr.Listen, d.port)
		}
		if advertised != "" && (d.addr.Advertised == "" || strings.HasPrefix(d.addr.Advertised, ":")) {
			port := d.addr.Advertised
			if port == "" {
				if _, p, err := net.SplitHostPort(d.addr.Listen); err == nil {
					port = ":" + p
				}
			}
			d.addr.Advertised = withHost(advertised, port, d.port)
		}
	}
}

func withHost(host, port, fallback string) string {
	if port = strings.TrimPrefix(port, ":"); port == "" {
		port = fallback
	}
	return net.JoinHostPort(strings.Trim(host, "[]"), port)
}

func readFile(r io.Reader, into map[string]string) error {
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if !ok {
			return fmt.Errorf("configuration line %d: want name=value", n)
		}
		into[strings.TrimSpace(name)] = strings.TrimSpace(value)
	}
	return lines.Err()
}

// envName gives the environment variable of a setting: "_" doubles, "." becomes "_".
func envName(prefix, name string) string {
	return prefix + strings.ReplaceAll(strings.ReplaceAll(name, "_", "__"), ".", "_")
}

// collapse makes "__" and "_" the same: no two settings differ by that alone.
func collapse(env string) string { return strings.ReplaceAll(env, "__", "_") }

// auth reads NEO4J_AUTH: user/password or none.
func auth(cfg *node.Config, value string) error {
	if value == "none" {
		cfg.NoAuth = true
		return nil
	}
	user, password, ok := strings.Cut(value, "/")
	if !ok || user == "" || password == "" {
		return fmt.Errorf("NEO4J_AUTH: want user/password or none")
	}
	if user != "neo4j" {
		return fmt.Errorf("NEO4J_AUTH: the first user is neo4j; want neo4j/password, not %s/…", user)
	}
	cfg.User, cfg.Password = user, password
	return nil
}

func unknown[V any](name string, known map[string]V) string {
	best, distance := "", len(name)/3+1
	for k := range known {
		if d := editDistance(name, k, distance); d < distance || (d == distance && best != "" && k < best) {
			best, distance = k, d
		}
	}
	if best == "" {
		return fmt.Sprintf("unknown setting %s is ignored", name)
	}
	return fmt.Sprintf("unknown setting %s is ignored; did you mean %s?", name, best)
}

// editDistance gives the Levenshtein distance of a and b, or limit+1 once it exceeds limit.
func editDistance(a, b string, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			diagonal, row[j] = row[j], min(row[j]+1, row[j-1]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
