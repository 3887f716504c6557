// Command go is a tour of a running demo with the official Go driver; the steps
// are those of ../tour.py.
package main
