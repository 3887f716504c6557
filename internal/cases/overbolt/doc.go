// Package overbolt plays cases at servers over Bolt, with the driver that
// applications use: at one server, at two copies of a cluster, or at a real
// Neo4j.
package overbolt
