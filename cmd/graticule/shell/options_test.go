package shell

import (
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

func parse(t *testing.T, env map[string]string, args ...string) (*options, error) {
	o := &options{}
	f := pflag.NewFlagSet("shell", pflag.ContinueOnError)
	o.register(f)
	if err := f.Parse(args); err != nil {
		t.Fatal(err)
	}
	return o, o.complete(func(name string) string { return env[name] }, f.Changed)
}

func TestOptions(t *testing.T) {
	env := map[string]string{"NEO4J_URI": "bolt://env:1", "NEO4J_USERNAME": "eve", "NEO4J_PASSWORD": "pw", "NEO4J_DATABASE": "d"}
	o, err := parse(t, env)
	if err != nil || o.address != "bolt://env:1" || o.user != "eve" || o.password != "pw" || o.database != "d" || !o.wrap {
		t.Errorf("environment: %+v, %v", o, err)
	}
	o, err = parse(t, env, "-a", "host", "-u", "me", "--wrap", "false", "--access-mode", "READ", "--idle-timeout", "1h30m")
	if err != nil || o.address != "host" || o.user != "me" || o.password != "pw" || o.wrap || o.accessMode != "read" || o.idleTimeout.Minutes() != 90 {
		t.Errorf("flags: %+v, %v", o, err)
	}
	if o, err = parse(t, nil, "--uri", "neo4j://ann:secret@host:7688"); err != nil || o.address != "neo4j://host:7688" || o.user != "ann" || o.password != "secret" {
		t.Errorf("login in the address: %+v, %v", o, err)
	}
	for _, c := range []struct{ args, want string }{
		{"--format foo", "argument --format: invalid choice: 'foo' (choose from {auto,verbose,plain})"},
		{"--fail-fast --fail-at-end", "argument --fail-at-end: not allowed with argument --fail-fast"},
		{"--wrap maybe", "--wrap"}, {"--sample-rows 0", "--sample-rows"}, {"--idle-timeout soon", "--idle-timeout"}, {"--error-format x", "--error-format"}, {"--encryption x", "--encryption"}, {"--access-mode x", "--access-mode"},
	} {
		if _, err := parse(t, nil, strings.Fields(c.args)...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.args, err, c.want)
		}
	}
}

func TestTarget(t *testing.T) {
	for _, c := range []struct{ address, encryption, want string }{
		{"localhost:7687", "default", "neo4j://localhost:7687"},
		{"bolt://h", "true", "bolt+s://h"}, {"neo4j+ssc://h", "true", "neo4j+ssc://h"}, {"neo4j://h?region=eu", "false", "neo4j://h?region=eu"},
		{"foo://h", "default", "Invalid address format foo"}, {"neo4j+s://h", "false", "asks for encryption"},
	} {
		got, err := target(c.address, c.encryption)
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, c.want) {
			t.Errorf("%s, %s: got %s, want %s", c.address, c.encryption, got, c.want)
		}
	}
}
