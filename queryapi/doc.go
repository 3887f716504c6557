// Package queryapi runs statements over HTTP: the Query API of Neo4j
// (https://neo4j.com/docs/query-api/current/), POST /db/{database}/query/v2, and
// a console page that uses it. It sits on the same sessions as Bolt.
package queryapi
