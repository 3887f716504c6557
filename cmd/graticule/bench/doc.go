// Package bench is the command "graticule bench": workloads through the official
// driver against any server that speaks Bolt, beside a rival in the same run.
package bench
