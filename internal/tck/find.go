package tck

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Absent says why tests are skipped where the kit is not at hand.
const Absent = "the openCypher TCK is not beside the project: set TCK_DIR to run it"

// Find reads the kit from $TCK_DIR, or from where it stands beside the project,
// whose root folder is given. It gives the scenarios, and those ("file name")
// where Neo4j deviates and is followed; nothing when the kit is not there.
func Find(root string) (scenarios []*Scenario, deviations map[string]bool, err error) {
	dir := os.Getenv("TCK_DIR")
	if dir == "" {
		dir = filepath.Join(root, "..", "shared", "tck")
	}
	if _, err := os.Stat(dir); err != nil {
		return nil, nil, nil
	}
	if scenarios, err = Load(dir); err != nil {
		return nil, nil, err
	}
	deviations = map[string]bool{}
	text, err := os.ReadFile(filepath.Join(dir, "neo4j-deviations.txt"))
	if err != nil {
		return nil, nil, fmt.Errorf("read deviations: %w", err)
	}
	for _, line := range strings.Split(string(text), "\n") {
		if f := strings.Split(line, " :: "); len(f) == 4 && f[3] == "Neo4j" {
			deviations[f[0]+" "+f[1]] = true
		}
	}
	return scenarios, deviations, nil
}
