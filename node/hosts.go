package node

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
)

// allHosts is the entry of AllowedHosts that turns the check off.
const allHosts = "*"

// hostsAllowed gives the host names that the HTTP port answers to: those that
// were configured, or this machine's own and those told to clients. Addresses
// are always answered: no stranger can give one a meaning of their own.
func (c *Config) hostsAllowed() []string {
	if len(c.AllowedHosts) > 0 {
		return c.AllowedHosts
	}
	out := []string{"localhost"}
	for _, a := range []string{c.HTTP.Advertised, c.Bolt.Advertised, c.HTTP.Listen} {
		if host, _, err := net.SplitHostPort(a); err == nil {
			out = append(out, host)
		}
	}
	if own, err := os.Hostname(); err == nil {
		short, _, _ := strings.Cut(own, ".")
		out = append(out, own, short)
	}
	return out
}

// onlyHosts refuses requests that were addressed to a name which is not this
// server's. A page in somebody's browser could else reach the server under a name
// of the page's author, who lets it point here, and would be taken for a page of
// the server itself ("DNS rebinding").
func onlyHosts(allowed []string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !mayAsk(allowed, r.Host) {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			w.WriteHeader(http.StatusMisdirectedRequest)
			fmt.Fprintf(w, "This server does not answer to the host name %q. Add it to the setting %s, or use the server's own name or address.\n", r.Host, allowedHostsSetting)
			return
		}
		next.ServeHTTP(w, r)
	})
}

const allowedHostsSetting = "server.http.allowed_hosts"

// mayAsk tells whether a Host header is one to answer; an entry that begins with
// a dot stands for all names below it.
func mayAsk(allowed []string, header string) bool {
	host := header
	if h, _, err := net.SplitHostPort(header); err == nil {
		host = h
	}
	host = strings.TrimSuffix(strings.ToLower(strings.Trim(host, "[]")), ".")
	if host == "" || net.ParseIP(host) != nil {
		return true // HTTP/1.0 has no host
	}
	return slices.ContainsFunc(allowed, func(a string) bool {
		a = strings.ToLower(strings.TrimSpace(a))
		return a == allHosts || a == host || strings.HasPrefix(a, ".") && strings.HasSuffix(host, a)
	})
}
