// Package fulltext is an inverted index over the texts of entities, and the
// query language to search it: terms and phrases under BM25, as Lucene has them.
//
// Data flow. An Analyzer (analyzer.go) turns text into terms with positions.
// Index.Put (index.go) files them under field, term and id in a sorted map that
// forks in constant time, so that every snapshot of a database has its own
// consistent index. Parse (parse.go) reads Lucene's classic query syntax;
// Search (search.go) solves a query to ids in order and adds up the scores
// (score.go). All of it is deterministic: copies with the same content answer
// alike.
//
// Goroutines: none. An Index in use by readers must not be changed; Fork it.
// Text analysis comes from bleve, which is imported here and nowhere else.
package fulltext
