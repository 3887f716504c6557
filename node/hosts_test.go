package node

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestHTTPAnswersOnlyToItsOwnNames(t *testing.T) {
	own := Config{HTTP: Address{Listen: "0.0.0.0:7474", Advertised: "db1.example.org:7474"}, Bolt: Address{Advertised: "bolt.example.org:7687"}}
	given := Config{HTTP: own.HTTP, AllowedHosts: []string{"graph.example.com", ".internal"}}
	for _, c := range []struct {
		cfg  Config
		host string
		want bool
	}{
		{own, "localhost:7474", true}, {own, "LOCALHOST", true}, {own, "127.0.0.1:7474", true}, {own, "[::1]:7474", true}, {own, "192.0.2.7", true}, {own, "", true},
		{own, "db1.example.org:7474", true}, {own, "db1.example.org.", true}, {own, "bolt.example.org:7474", true},
		{own, "evil.example.com:7474", false}, {own, "localhost.evil.example.com", false}, {own, "db1.example.org.evil.example.com", false}, {own, "1.2.3.4.example.com", false},
		{given, "graph.example.com:80", true}, {given, "a.b.internal", true}, {given, "internal", false}, {given, "db1.example.org", false}, {given, "10.0.0.1:7474", true},
		{Config{AllowedHosts: []string{"*"}}, "anything.example.com", true},
	} {
		reached := false
		h := onlyHosts(c.cfg.hostsAllowed(), http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
		r := httptest.NewRequest("POST", "/db/neo4j/query/v2", nil)
		r.Host = c.host
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if reached != c.want {
			t.Errorf("host %q: answered %v", c.host, reached)
		}
		if !c.want && (w.Code != http.StatusMisdirectedRequest || !strings.Contains(w.Body.String(), allowedHostsSetting)) {
			t.Errorf("host %q: %d %s", c.host, w.Code, w.Body)
		}
	}
}
