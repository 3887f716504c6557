// Package server is `graticule server`: it reads the configuration, starts one
// node and stops it cleanly when asked to.
package server
