package layering

import "strings"

// fileMax is how many lines a Go file may have. A longer one is two rooms: move
// whole functions into a file with a name of its own.
const fileMax = 600

// A place is where a package stands. It may import lower floors; on its own
// floor it may import lower steps of its own top-level folder.
type place struct {
	path        string // a package, or the folder of several
	floor, step int
}

// places lists all packages, the longest matching path counts. A new folder
// needs a line here and a word in docs/ARCHITECTURE.md.
var places = []place{
	{"graph", 0, 0}, // values: everybody's words
	{"graph/temporal", 0, 1},
	{"status", 0, 0},
	{"replication", 0, 0}, // shared words alone, not its subpackages
	{"telemetry", 0, 1},
	{"internal", 0, 2},

	{"cypher/ast", 1, 0},
	{"cypher/fn", 1, 1},
	{"cypher", 1, 2}, // parser, bind and other steps on the way from text to plan
	{"cypher/exec", 1, 3},
	{"cypher/apoc", 1, 4},
	{"cypher/cyphertest", 1, 5},
	{"graphstore/fulltext", 1, 0},
	{"graphstore/vector", 1, 0},
	{"graphstore", 1, 1},
	{"transport", 1, 0},
	{"transport/transporttest", 1, 1},

	{"replication/consensus", 2, 0},
	{"replication/stream", 2, 0},
	{"region", 2, 0},
	{"catalog/privilege", 2, 0},
	{"catalog", 2, 1},

	{"routing", 3, 0},
	{"commit", 3, 0},

	{"bolt", 5, 0},
	{"queryapi", 5, 0},
	{"node/guard", 6, 0},
	{"node", 6, 1},

	{"cmd", 7, 0},
	{"cmd/graticule", 7, 2}, // its commands stand in folders below
	{"cmd/graticule/bench", 7, 0},
	{"cmd/graticule/config", 7, 0},
	{"cmd/graticule/demo", 7, 0},
	{"cmd/graticule/shell", 7, 0},
	{"cmd/graticule/server", 7, 1},

	{"internal/difftest", 8, 3}, // programs that only check the others
	{"internal/cases", 8, 0},
	{"internal/cases/overbolt", 8, 1},
	{"internal/cases/oracle", 8, 2},
	{"e2e", 8, 0},
	{"bench", 8, 0},
	{"scripts", 8, 0},
}

// exceptions are imports that the floors forbid, each with its reason.
var exceptions = map[[2]string]string{
	{"cypher", "cypher/apoc"}:           "the engine registers what the folder offers",
	{"cypher", "cypher/exec"}:           "the engine is the front of the whole folder",
	{"cypher/cyphertest", "graphstore"}: "tests of the language run on the real store",
	{"queryapi", "bolt"}:                "both doors speak to one backend, whose words bolt declares",
	{"telemetry", "replication"}:        "spans name the entries they follow",
}

// owners says which packages alone import a library (the beginning of its
// path), so that it can be replaced in one place.
var owners = map[string][]string{
	"github.com/cockroachdb/pebble":    {"graphstore", "replication/consensus", "internal/room"}, // the store, the log, the seam for a full disk
	"github.com/hashicorp/raft":        {"replication/consensus"},
	"github.com/hashicorp/serf":        {"region"},
	"github.com/hashicorp/memberlist":  {"region"},
	"github.com/quic-go":               {"transport"},
	"go.opentelemetry.io":              {"telemetry"},
	"github.com/prometheus":            {"node"},
	"github.com/blevesearch":           {"graphstore/fulltext"},
	"github.com/coder/websocket":       {"bolt"},
	"golang.org/x/crypto/argon2":       {"catalog"},
	"github.com/spf13/cobra":           {"cmd"},
	"github.com/neo4j/neo4j-go-driver": {"cmd", "e2e", "internal/difftest", "internal/cases"}, // programs that are clients
	"github.com/dlclark/regexp2":       {"cypher/fn"},                                         // the expressions of Java
	"github.com/cucumber":              {"internal/tck"},
}

// find gives the place of a package of the module.
func find(pkg string) (place, bool) {
	var best place
	found := false
	for _, p := range places {
		if (pkg == p.path || strings.HasPrefix(pkg, p.path+"/")) && len(p.path) >= len(best.path) {
			best, found = p, true
		}
	}
	return best, found
}

func top(pkg string) string {
	first, _, _ := strings.Cut(pkg, "/")
	return first
}

// allowed tells why package from must not import package to; "" when it may.
func allowed(from, to string) string {
	f, ok := find(from)
	if !ok {
		return from + " has no place: add a line to places in internal/layering/table.go"
	}
	t, ok := find(to)
	if !ok {
		return to + " has no place: add a line to places in internal/layering/table.go"
	}
	switch {
	case t.floor < f.floor, exceptions[[2]string{from, to}] != "":
		return ""
	case t.floor > f.floor:
		return "it stands on a higher floor: declare an interface here and let a higher package pass the implementation in"
	case top(from) != top(to) && f.floor > 0:
		return "it stands beside it: move what both need to a lower floor"
	case t.path == f.path: // two packages of one folder that has one line
		return ""
	case t.step >= f.step:
		return "it stands on a higher or the same step of its floor: turn the import around, or part what both need"
	}
	return ""
}
