package fn

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
)

//go:embed catalog.json
var catalogText []byte

// Entry is what is told of a function, one for each form that SHOW FUNCTIONS
// lists. Version is the one language version that has the form, 0 for all.
type Entry struct {
	Name         string
	Category     string
	Description  string
	Signature    string
	Arguments    []Argument
	Returns      string
	Aggregating  bool
	IsDeprecated bool
	DeprecatedBy string
	Version      int
}

// Argument is one argument of an Entry.
type Argument struct {
	Name, Type, Description, Default string
	IsDeprecated                     bool
}

// catalog is read from catalog.json once: the entries, ordered by name.
var catalog = sync.OnceValue(func() []Entry {
	var out []Entry
	if err := json.Unmarshal(catalogText, &out); err != nil {
		panic(fmt.Sprintf("catalog.json: %v", err)) // a broken build
	}
	return out
})

// Catalog gives the built-in functions of a language version, 5 or 25, by name.
func Catalog(version int) []Entry {
	var out []Entry
	for _, e := range catalog() {
		if e.Version == 0 || e.Version == version {
			out = append(out, e)
		}
	}
	return out
}

// describe fills in what the catalog tells of f, and the versions that have it.
func describe(f *Function) {
	for _, e := range catalog() {
		if !strings.EqualFold(e.Name, f.Name) {
			continue
		}
		f.Name, f.Category = e.Name, e.Category
		if e.Version == 25 {
			f.Signature25 = e.Signature
		} else {
			f.Signature, f.Description = e.Signature, e.Description
		}
	}
	if f.Signature == "" && f.Signature25 != "" && !slices.Contains(everywhere, f.Name) {
		f.Since = 25
	}
	if f.Signature25 == "" {
		f.Signature25 = f.Signature
	}
}

// everywhere are functions that one version lists under another spelling.
var everywhere = []string{"stDev", "stDevP"}
