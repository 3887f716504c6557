package transport

import (
	"bytes"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestIdentityIsKept(t *testing.T) {
	dir := t.TempDir()
	first, err := NewIdentity(dir, secret, "server-a")
	if err != nil {
		t.Fatal(err)
	}
	again, err := NewIdentity(dir, secret, "server-a")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.leaf.Certificate[0], again.leaf.Certificate[0]) || first.reset != again.reset {
		t.Fatal("a restart changes the identity")
	}
	for _, f := range []string{"server.key"} {
		st, err := os.Stat(filepath.Join(dir, f))
		if err != nil || st.Mode().Perm() != 0o600 {
			t.Fatalf("%s: %v %v", f, st.Mode(), err)
		}
	}
	other, err := NewIdentity(dir, secret, "server-b")
	if err != nil {
		t.Fatal(err)
	}
	if serverOf(other.leaf.Leaf) != "server-b" || other.reset == first.reset {
		t.Fatal("another server has the same identity")
	}
	changed, err := NewIdentity(dir, "another secret, long enough", "server-b")
	if err != nil {
		t.Fatal(err)
	}
	if verify(changed.leaf.Leaf, nil, changed.roots) != nil || verify(changed.leaf.Leaf, nil, other.roots) == nil {
		t.Fatal("the certificate does not follow the secret")
	}
}

// Servers derive the authority alone; it must come out the same to the byte.
func TestAuthorityIsTheSameEverywhere(t *testing.T) {
	a, err := deriveAuthority(secret)
	if err != nil {
		t.Fatal(err)
	}
	b, err := deriveAuthority(secret)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.cert.Raw, b.cert.Raw) {
		t.Fatal("two derivations of one secret differ")
	}
}

func TestIdentityWithoutSecret(t *testing.T) {
	dir := t.TempDir()
	a, err := NewIdentity(dir, "", "server-a")
	if err != nil {
		t.Fatal(err)
	}
	b, err := NewIdentity(dir, "", "server-a")
	if err != nil {
		t.Fatal(err)
	}
	if a.reset != b.reset {
		t.Fatal("the made-up secret is not kept")
	}
	c, err := NewIdentity(t.TempDir(), "", "server-a")
	if err != nil {
		t.Fatal(err)
	}
	if c.reset == a.reset {
		t.Fatal("two lone servers share a secret")
	}
}

// Certificates an operator made carry no ids; servers then tell theirs.
func TestIdentityFromFiles(t *testing.T) {
	a, err := deriveAuthority(secret)
	if err != nil {
		t.Fatal(err)
	}
	given := func(host string) Identity {
		cert, key, err := a.issue(host)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		files := []string{filepath.Join(dir, "c.pem"), filepath.Join(dir, "k.pem"), filepath.Join(dir, "ca.pem")}
		ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
		for i, b := range [][]byte{cert, key, ca} {
			if err := os.WriteFile(files[i], b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		id, err := LoadIdentity(files[0], files[1], files[2])
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	x, _ := listen(t, "server-x", func(c *Config) { c.Identity = given("x.example") })
	y, _ := listen(t, "server-y", func(c *Config) { c.Identity = given("y.example") })
	y.Handle(Query, echo)
	if _, err := x.Dial(within(t), y.Addr(), "server-z", Query, nil); !errors.Is(err, ErrWrongServer) {
		t.Fatalf("got %v", err)
	}
	// One with a derived certificate and one with a given one understand each other.
	z, _ := listen(t, "server-z")
	c, err := z.Dial(within(t), y.Addr(), "server-y", Query, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := ask(t, c, "!"); got != "server-z:!" {
		t.Fatalf("got %q", got)
	}
	c, err = x.Dial(within(t), y.Addr(), "server-y", Query, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := ask(t, c, "!"); got != "server-x:!" {
		t.Fatalf("got %q", got)
	}
	if _, err := LoadIdentity("missing", "missing", "missing"); err == nil {
		t.Fatal("missing files were taken")
	}
}
