package exec

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"syscall"
)

// A blockedError says that an address may not be fetched from.
type blockedError struct{ address netip.Addr }

func (e blockedError) Error() string {
	return fmt.Sprintf("access to /%s is blocked via the configuration property internal.dbms.cypher_ip_blocklist", e.address)
}

// fetch asks for a resource over HTTP(S) and refuses every connection into a
// blocked network. The address that is dialled is checked, not the name, and
// that for each redirect anew: neither a name that resolves to another address
// the second time nor a redirect leads inside. No proxy is used, since one
// would hide the address.
func fetch(ctx context.Context, blocked []netip.Prefix, address string) (*http.Response, error) {
	dialer := net.Dialer{Timeout: csvTimeout, Control: func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		ip := to.Addr().Unmap().WithZone("")
		if slices.ContainsFunc(blocked, func(p netip.Prefix) bool { return p.Contains(ip) }) {
			return blockedError{ip}
		}
		return nil
	}}
	client := &http.Client{Transport: &http.Transport{DialContext: dialer.DialContext, ResponseHeaderTimeout: csvTimeout, DisableKeepAlives: true}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	return client.Do(req)
}
