package config

import (
	"net/netip"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"graticule/node"
)

func TestLoadPrefersFlagsOverEnvironmentOverFile(t *testing.T) {
	cfg, warnings, err := Load(Sources{
		File: strings.NewReader("# comment\nserver.region=file\nserver.zone = z1\nserver.name=file\n"),
		Env: []string{
			"PATH=/bin", "NEO4J_server_region=env", "NEO4J_server_name=env", "NEO4J_AUTH=neo4j/password123",
			"NEO4J_initial_dbms_default__primaries__count=3", "NEO4J_dbms_cluster_endpoints=a:6000, b:6000",
			"NEO4J_server_bolt_listen__address=:7777", "NEO4J_server_directories_data=/data", "NEO4J_initial_server_tags=x,y",
			"NEO4J_dbms_cluster_discovery_resolver_type=LIST", "NEO4J_db_transaction_timeout=2m",
		},
		Flags: map[string]string{"server.name": "flag"},
	})
	if err != nil || len(warnings) != 0 {
		t.Fatalf("warnings %v, error %v", warnings, err)
	}
	got := []any{cfg.Region, cfg.Zone, cfg.Name, cfg.Password, cfg.DefaultPrimaries, cfg.Seeds, cfg.Bolt.Listen, cfg.DataDir, cfg.Tags, cfg.TransactionTimeout}
	want := []any{"env", "z1", "flag", "password123", 3, []string{"a:6000", "b:6000"}, ":7777", "/data", []string{"x", "y"}, 2 * time.Minute}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestLoadNamesUnknownSettingsAndBadValues(t *testing.T) {
	_, warnings, err := Load(Sources{Env: []string{"NEO4J_server_bolt_listen__adress=:1", "NEO4J_zzz=1"}})
	if err != nil || len(warnings) != 2 || !strings.Contains(warnings[0], "did you mean NEO4J_server_bolt_listen__address") {
		t.Errorf("warnings %q, error %v", warnings, err)
	}
	_, _, err = Load(Sources{Flags: map[string]string{"initial.dbms.default_primaries_count": "many", "db.transaction.timeout": "soon"}})
	if err == nil || !strings.Contains(err.Error(), "default_primaries_count") || !strings.Contains(err.Error(), "db.transaction.timeout") {
		t.Errorf("error %v does not name both settings", err)
	}
	if _, _, err := Load(Sources{Env: []string{"NEO4J_AUTH=nonsense"}}); err == nil {
		t.Error("a wrong NEO4J_AUTH was accepted")
	}
}

func TestDefaultHosts(t *testing.T) {
	cfg, _, err := Load(Sources{Flags: map[string]string{
		"server.default_listen_address": "0.0.0.0", "server.default_advertised_address": "db1", "server.bolt.listen_address": ":9000",
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := []node.Address{{Listen: "0.0.0.0:9000", Advertised: "db1:9000"}, {Listen: "0.0.0.0:7474", Advertised: "db1:7474"}}
	if got := []node.Address{cfg.Bolt, cfg.HTTP}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestSizesAndDurations(t *testing.T) {
	for in, want := range map[string]int64{"0": 0, "512m": 512 << 20, "1.5G": 3 << 29, "2GiB": 2 << 30, "10": 10} {
		if got, err := parseSize(in); err != nil || got != want {
			t.Errorf("parseSize(%q) = %d, %v; want %d", in, got, err, want)
		}
	}
	for in, want := range map[string]time.Duration{"5": 5 * time.Second, "1d": 24 * time.Hour, "1h30m": 90 * time.Minute} {
		if got, err := parseDuration(in); err != nil || got != want {
			t.Errorf("parseDuration(%q) = %v, %v; want %v", in, got, err, want)
		}
	}
	for _, in := range []string{"x", "-1m", "m", ""} {
		if _, err := parseSize(in); err == nil {
			t.Errorf("parseSize(%q) succeeded", in)
		}
	}
}

func TestPrivateNetworksAreBlockedUnlessSet(t *testing.T) {
	for _, c := range []struct {
		env     []string
		blocked map[string]bool
	}{
		{nil, map[string]bool{"127.0.0.1": true, "10.1.2.3": true, "169.254.169.254": true, "::1": true, "fd00::1": true, "192.0.2.1": false, "2001:db8::1": false}},
		{[]string{"NEO4J_internal_dbms_cypher__ip__blocklist=10.0.0.0/8"}, map[string]bool{"127.0.0.1": false, "10.1.2.3": true}},
		{[]string{"NEO4J_internal_dbms_cypher__ip__blocklist="}, map[string]bool{"127.0.0.1": false, "10.1.2.3": false}},
	} {
		cfg, _, err := Load(Sources{Env: c.env})
		if err != nil {
			t.Fatal(err)
		}
		for address, want := range c.blocked {
			got := false
			for _, p := range cfg.BlockedNets {
				got = got || p.Contains(netip.MustParseAddr(address))
			}
			if got != want {
				t.Errorf("%v: %s blocked %v, want %v", c.env, address, got, want)
			}
		}
	}
	if _, _, err := Load(Sources{Flags: map[string]string{"internal.dbms.cypher_ip_blocklist": "10.0.0.1"}}); err == nil {
		t.Error("an address without a mask is taken for a network")
	}
}

func TestWorkersCountFromTheProcessors(t *testing.T) {
	cores := runtime.GOMAXPROCS(0)
	for value, want := range map[string]int{"0": cores, "-1": max(cores-1, 1), "-1000": 1, "3": 3} {
		cfg := node.Config{}
		if err := workers(&cfg, value); err != nil || cfg.ParallelWorkers != want {
			t.Errorf("%s gives %d workers (%v), want %d", value, cfg.ParallelWorkers, err, want)
		}
	}
	if err := workers(&node.Config{}, "many"); err == nil {
		t.Error("a word is taken for a number")
	}
}
