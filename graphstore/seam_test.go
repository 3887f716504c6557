package graphstore_test

import (
	"graticule/cypher/exec"
	"graticule/graphstore"
)

var _ exec.Graph = (*graphstore.Tx)(nil)
