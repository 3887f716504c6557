package fn

import (
	"errors"

	"graticule/graph"
	"graticule/graph/temporal"
	"graticule/status"
)

// temporalError gives a problem with the input of temporal values as Neo4j does.
func temporalError(err error) error {
	var p *temporal.Problem
	if !errors.As(err, &p) {
		return argumentError("InvalidArgumentValue", "%v", err)
	}
	because := status.Because
	switch p.Class {
	case temporal.ShortMonth:
		return status.New(status.SyntaxError, "", "%s", p.Text).With("22007", because("22N35", "Cannot parse '%s' as a DATE. Calendar dates need to be specified using the format 'YYYY-MM', while ordinal dates need to be specified using the format 'YYYY-DDD'.", p.Subject))
	case temporal.Unreadable:
		e := status.New(status.SyntaxError, "50N42", "%s", p.Text)
		e.Detail = "InvalidArgumentValue"
		if p.Kind == "Time" || p.Kind == "DateTime" {
			return e
		}
		return e.With("22007", because("22N36", "Cannot parse '%s' as a %s.", p.Subject, p.Kind))
	case temporal.BadText, temporal.BadZone:
		return status.New(status.SyntaxError, "", "%s", p.Text).With("22000", because("22N11", "Invalid argument: cannot process '%s'.", p.Subject))
	case temporal.Missing:
		return withDetail(status.New(status.ArgumentError, "", "%s", p.Text).With("22007", because("22N12", "Invalid argument: cannot process '%s'.", p.Subject)), "InvalidArgumentValue")
	case temporal.OutOfRange:
		return status.New(status.ArgumentError, "", "%s", p.Text).With("22007", because("22N03", "Expected '%s' to be of type INTEGER and in the range %d to %d but found %d.", p.Subject, p.Low, p.High, p.Found))
	case temporal.Unsupported:
		if p.Text == "" {
			return TypeError("Cannot get the %s of: %s", p.Kind, temporal.Format(p.Base))
		}
		if p.Subject != "" {
			return status.New(status.TypeError, "", "%s", p.Text).With("22G06", because("22N40", "Cannot assign '%s' of a NULL.", p.Subject))
		}
		return TypeError("%s", p.Text)
	case temporal.NotProcessed:
		return status.New(status.TypeError, "", "%s", p.Text).With("22000", because("22N11", "Invalid argument: cannot process '%s'.", p.Subject))
	case temporal.Combination:
		e := status.New(status.ArgumentError, "", "%s", p.Text)
		if p.Subject == "zone" {
			return e.With("22007", because("22N13", "Specified time zones must include a date component."))
		}
		return e.With("22007", because("22N14", "Cannot select both %s.", p.Subject))
	case temporal.Conflict:
		return status.New(status.ArgumentError, "", "%s", p.Text).With("22003", because("22N04", "Invalid input '%s' for %s. Expected '%s'.", p.Given, p.Subject, p.Want)).Explained("The numeric value " + p.Given + " is outside the required range.")
	case temporal.ForeignBase:
		return status.New(status.ArgumentError, "", "Cannot construct %s from: %s", p.Kind, Inspect(p.Base)).With("22007", because("22N25", "Cannot construct a %s from %s.", p.As, Literal(p.Base)))
	case temporal.Internal:
		return status.New(status.ExecutionFailed, "50N00", "%s", p.Text)
	case temporal.Overflow:
		return status.New(status.ArithmeticError, "50N42", "%s", p.Text)
	case temporal.TooLong, temporal.TooLarge:
		return status.New(status.ArgumentError, "", "%s", p.Text).With("22015", because("22N28", "The result of the operation 'duration()' has caused an overflow."))
	}
	return argumentError("InvalidArgumentValue", "%s", p.Text)
}

// fieldNames are the parts of temporal values and what errors call them.
var fieldNames = map[string]string{
	"year": "Year", "quarter": "QuarterOfYear", "month": "MonthOfYear", "week": "WeekOfWeekBasedYear", "weekYear": "WeekBasedYear", "day": "DayOfMonth", "ordinalDay": "DayOfYear",
	"dayOfWeek": "DayOfWeek", "weekDay": "DayOfWeek", "dayOfQuarter": "DayOfQuarter", "quarterDay": "DayOfQuarter", "hour": "HourOfDay", "minute": "MinuteOfHour", "second": "SecondOfMinute",
	"millisecond": "MilliOfSecond", "microsecond": "MicroOfSecond", "nanosecond": "NanoOfSecond", "epochSeconds": "InstantSeconds", "epochMillis": "InstantSeconds",
}

// NoField is the error of a part that a temporal value does not have.
func NoField(v graph.Value, name string) error {
	field := fieldNames[name]
	switch {
	case v.Kind() != graph.KindDuration && (name == "timezone" || name == "offset" || name == "offsetMinutes" || name == "offsetSeconds"):
		return TypeError("Cannot get the offset of: %s", temporal.Format(v))
	case field == "" || v.Kind() == graph.KindDuration:
		kind := "temporal"
		if v.Kind() == graph.KindDuration {
			kind = "DURATION"
		}
		e := status.New(status.TypeError, "50N42", "No such field: %s", name)
		e.Detail = "InvalidArgumentType"
		e.In25 = func() *status.Error {
			return e.With("22G05", status.Because("22N15", "Cannot read the specified '%s' component from %s.", name, kind))
		}
		return e
	}
	return status.New(status.TypeError, "", "Unsupported field: %s", field).With("22000", status.Because("22N11", "Invalid argument: cannot process '%s'.", field))
}
