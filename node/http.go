package node

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// httpHandler serves discovery, health and metrics.
func (n *Node) httpHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		host := "http://" + n.cfg.HTTP.Advertised
		writeJSON(w, map[string]string{
			"bolt_routing": "neo4j://" + n.cfg.Bolt.Advertised, "bolt_direct": "bolt://" + n.cfg.Bolt.Advertised, "dbms/cluster": host + "/dbms/cluster",
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
	mux.HandleFunc("GET /db/{database}/cluster/{question}", n.clusterEndpoint)
	mux.HandleFunc("GET /metrics", n.metrics)
	mux.HandleFunc("GET /traces", n.listTraces)
	mux.HandleFunc("GET /traces/{id}", n.showTrace)
	return mux
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the client may have gone
}

// clusterEndpoint answers the questions load balancers ask.
func (n *Node) clusterEndpoint(w http.ResponseWriter, r *http.Request) {
	if !n.ready.Load() {
		http.Error(w, "not ready", http.StatusServiceUnavailable)
		return
	}
	state, _ := n.catalog.State()
	var d *database
	if def := state.Database(r.PathValue("database")); def != nil {
		d = n.open(def.ID)
	}
	if d == nil {
		http.NotFound(w, r)
		return
	}
	leads := d.group != nil && d.group.IsLeader()
	answer := map[string]bool{"writable": leads, "read-only": !leads, "available": true}
	question := r.PathValue("question")
	if question == "status" {
		out := map[string]any{"lastAppliedRaftIndex": d.store.Applied().Index, "memberId": n.id, "participatingInRaftGroup": d.group != nil, "core": d.group != nil, "isHealthy": true}
		if d.group != nil {
			out["votingMembers"] = d.group.Members()
			out["leader"], _ = d.group.Leader()
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

// metrics writes the figures of this server in the Prometheus text format.
func (n *Node) metrics(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4")
	if !n.ready.Load() {
		return // nothing to tell yet
	}
	state, _ := n.catalog.State()
	var b strings.Builder
	fmt.Fprintf(&b, "# TYPE graticule_transactions_active gauge\ngraticule_transactions_active %d\n", len(n.txs.ids()))
	b.WriteString("# TYPE graticule_applied_index gauge\n# TYPE graticule_is_leader gauge\n# TYPE graticule_replication_lag_entries gauge\n")
	for id, s := range n.localStatus() {
		label := id
		for _, d := range state.Databases {
			if d.ID == id {
				label = d.Name
			}
		}
		leads := 0
		if s.Leader {
			leads = 1
		}
		fmt.Fprintf(&b, "graticule_applied_index{database=%q} %d\ngraticule_is_leader{database=%q} %d\ngraticule_replication_lag_entries{database=%q} %d\n", label, s.Applied, label, leads, label, s.Lag)
	}
	fmt.Fprint(w, b.String())
}
