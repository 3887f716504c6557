package graph

import (
	"time"
	"unsafe"
)

// Years of temporal values run from MinYear to MaxYear, wider than time.Time
// can hold; so instants are kept as days or seconds since 1970-01-01.
const (
	MinYear = -999_999_999
	MaxYear = 999_999_999
)

// Zone is the time zone of a ZONED DATETIME: a named region, or a fixed offset
// when Name is empty. Offset is the offset from UTC in seconds, in force at the
// instant it belongs to.
type Zone struct {
	Name   string
	Offset int32
	Loc    *time.Location // nil for a fixed offset
}

// Duration is a Cypher DURATION. Its three groups are never normalised into
// each other. Nanos is 0..999,999,999; the sign is carried by Seconds.
type Duration struct {
	Months, Days, Seconds int64
	Nanos                 int32
}

// DateOf makes a DATE from days since 1970-01-01.
func DateOf(days int64) Value { return Value{kind: KindDate, n: uint64(days)} }

// LocalTimeOf makes a LOCAL TIME from nanoseconds since midnight.
func LocalTimeOf(nanos int64) Value { return Value{kind: KindLocalTime, n: uint64(nanos)} }

// TimeOf makes a ZONED TIME from local nanoseconds since midnight and the
// offset from UTC in seconds.
func TimeOf(nanos int64, offset int32) Value {
	return Value{kind: KindTime, n: uint64(nanos), aux: offset}
}

// LocalDateTimeOf makes a LOCAL DATETIME from local seconds since
// 1970-01-01T00:00 and nanoseconds of the second.
func LocalDateTimeOf(seconds int64, nanos int32) Value {
	return Value{kind: KindLocalDateTime, n: uint64(seconds), aux: nanos}
}

// DateTimeOf makes a ZONED DATETIME from UTC seconds since the epoch,
// nanoseconds of the second, and its zone (not nil).
func DateTimeOf(seconds int64, nanos int32, zone *Zone) Value {
	return Value{kind: KindDateTime, n: uint64(seconds), aux: nanos, p: unsafe.Pointer(zone)}
}

// DurationOf makes a DURATION.
func DurationOf(d Duration) Value {
	return Value{kind: KindDuration, p: unsafe.Pointer(&d)}
}

// Days gives a DATE as days since 1970-01-01.
func (v Value) Days() int64 { return int64(v.n) }

// NanosOfDay gives the local nanoseconds since midnight of a LOCAL TIME or ZONED TIME.
func (v Value) NanosOfDay() int64 { return int64(v.n) }

// OffsetSeconds gives the offset of a ZONED TIME from UTC, in seconds.
func (v Value) OffsetSeconds() int32 { return v.aux }

// EpochSeconds gives the seconds since the epoch of a LOCAL DATETIME (local
// clock) or ZONED DATETIME (UTC).
func (v Value) EpochSeconds() int64 { return int64(v.n) }

// NanosOfSecond gives the nanoseconds of the second of a LOCAL or ZONED DATETIME.
func (v Value) NanosOfSecond() int32 { return v.aux }

// Zone gives the zone of a ZONED DATETIME.
func (v Value) Zone() *Zone { return (*Zone)(v.p) }

// AsDuration gives the DURATION.
func (v Value) AsDuration() Duration { return *(*Duration)(v.p) }
