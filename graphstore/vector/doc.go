// Package vector finds the nearest neighbours of a vector: a hierarchical
// navigable small world graph (HNSW) that forks cheaply.
//
// Data flow. Put links a vector to near ones on each of its levels; the level
// comes from a hash of its id, so that one order of insertions always makes one
// graph. Search descends from the top level and keeps the best candidates of
// the lowest; ids that a filter refuses are walked through but not given. Small
// graphs are searched one by one, exactly.
//
// Removed vectors stay as waypoints until they are the larger part; then the
// graph is built anew.
//
// Goroutines: none. A Graph in use by readers must not be changed; Fork it: the
// fork copies the pages and links it changes, and shares the rest.
package vector
