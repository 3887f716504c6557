package node

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"graticule/queryapi"
	"graticule/replication/consensus"
	"graticule/status"
)

// httpHandler serves discovery, health, metrics, traces, queries and the console.
func (n *Node) httpHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Vary", "Accept")
		if strings.Contains(r.Header.Get("Accept"), "text/html") { // a browser; drivers and load balancers ask for JSON or for anything
			queryapi.Console(w, r)
			return
		}
		host := "http://" + n.cfg.HTTP.Advertised
		writeJSON(w, map[string]string{
			"bolt_routing": "neo4j://" + n.cfg.Bolt.Advertised, "bolt_direct": "bolt://" + n.cfg.Bolt.Advertised, "query": host + "/db/{databaseName}/query/v2", "dbms/cluster": host + "/dbms/cluster",
			"db/cluster": host + "/db/{databaseName}/cluster", "neo4j_version": Neo4jVersion, "neo4j_edition": "enterprise",
		})
	})
	mux.HandleFunc("GET /ready", func(w http.ResponseWriter, _ *http.Request) {
		if !n.ready.Load() {
			http.Error(w, "not ready", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	})
	mux.Handle("GET /db/{database}/cluster/{question}", n.whenReady(n.statusDoor(http.HandlerFunc(n.clusterEndpoint))))
	mux.Handle("/db/{database}/query/v2", n.whenReady(n.query))
	mux.Handle("/db/{database}/query/v2/", n.whenReady(n.query))
	mux.Handle("GET /metrics", n.whenReady(n.query.LoggedIn(n.metrics.handler(n))))
	mux.Handle("GET /traces", n.whenReady(n.query.LoggedIn(http.HandlerFunc(n.listTraces))))
	mux.Handle("GET /traces/{id}", n.whenReady(n.query.LoggedIn(http.HandlerFunc(n.showTrace))))
	return onlyHosts(n.cfg.hostsAllowed(), mux)
}

// statusDoor asks for a login before h, unless load balancers may ask without.
func (n *Node) statusDoor(h http.Handler) http.Handler {
	if n.cfg.OpenStatus {
		return h
	}
	return n.query.LoggedIn(h)
}

// whenReady answers for the time before the server has all that h needs, and after.
func (n *Node) whenReady(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n.ready.Load() {
			h.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusServiceUnavailable)
		_ = json.NewEncoder(w).Encode(map[string]any{"errors": []any{map[string]string{"code": status.DatabaseUnavailable, "message": "The server is starting or stopping."}}})
	})
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the client may have gone
}

// clusterCopy is what the questions about a copy are answered from.
type clusterCopy struct {
	group   *consensus.Group // nil on a secondary
	applied uint64
}

// clusterCopy finds this server's copy of a database by its name or an alias.
func (n *Node) clusterCopy(name string) (clusterCopy, bool) {
	if strings.EqualFold(name, "system") {
		return clusterCopy{n.system.Load(), n.catalog.Applied().Index}, true
	}
	state, _ := n.catalog.State()
	def := state.Find(name)
	if def == nil {
		return clusterCopy{}, false
	}
	d := n.open(def.ID)
	if d == nil {
		return clusterCopy{}, false
	}
	return clusterCopy{d.group, d.store.Applied().Index}, true
}

// clusterEndpoint answers the questions load balancers ask.
func (n *Node) clusterEndpoint(w http.ResponseWriter, r *http.Request) {
	c, ok := n.clusterCopy(r.PathValue("database"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	leads := c.group != nil && c.group.IsLeader()
	answer := map[string]bool{"writable": leads && n.room.Err() == nil, "read-only": !leads, "available": true}
	question := r.PathValue("question")
	if question == "status" {
		out := map[string]any{"lastAppliedRaftIndex": c.applied, "memberId": n.id, "participatingInRaftGroup": c.group != nil, "core": c.group != nil, "isHealthy": true}
		if c.group != nil {
			out["votingMembers"] = c.group.Voters()
			out["leader"], _ = c.group.Leader()
		}
		writeJSON(w, out)
		return
	}
	yes, known := answer[question]
	if !known {
		http.NotFound(w, r)
		return
	}
	if !yes {
		w.WriteHeader(http.StatusNotFound)
	}
	fmt.Fprint(w, yes)
}
