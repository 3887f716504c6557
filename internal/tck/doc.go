// Package tck reads and runs the scenarios of the openCypher Technology
// Compatibility Kit (https://github.com/opencypher/openCypher, tck/README.adoc).
//
// Load reads the feature files, with outlines expanded to one Scenario per row
// of their examples. Run plays one Scenario against a Database: the engine
// alone, a server over Bolt, or a secondary of a cluster. What they have in
// common is that they answer a query with values of this package: nil, bool,
// int64, float64, string, []any, map[string]any, Node, Relationship, Path.
// Temporal values and durations are strings, as the kit writes them.
package tck
