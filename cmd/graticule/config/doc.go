// Package config turns what an operator writes (a neo4j.conf style file, the
// environment, command line flags) into a node.Config. One table of settings
// serves all three; later sources win: file, environment, flags. A name that
// is not known is never an error but is named in a warning, with the nearest
// known name. It has no goroutine and reads nothing but what it is given.
package config
