// Package packstream encodes and decodes PackStream, the value format of Bolt
// (neo4j.com/docs/bolt/current/packstream), straight from and to graph.Value.
// Nothing is allocated from a size that the bytes only declare; depth is bounded.
package packstream
