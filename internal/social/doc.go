// Package social makes the synthetic social network of the benchmarks, and
// holds the query templates that run on it.
package social
