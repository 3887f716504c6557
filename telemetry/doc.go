// Package telemetry follows each commit through every region with OpenTelemetry:
// one trace per commit, whose context travels in the log entry, so that every
// primary that appends and applies it and every secondary that receives it adds
// its spans. Spans go to a collector as the standard OTEL_… variables say, and
// to a buffer that the HTTP port shows. A commit that is not sampled costs a
// random number and allocates nothing.
package telemetry
