// Command graticule is the whole product in one binary: server, demo, shell,
// bench and version.
package main
