package temporal

import "fmt"

const (
	secondsPerDay  = 86400
	nanosPerSecond = int64(1_000_000_000)
	nanosPerDay    = secondsPerDay * nanosPerSecond
)

// DaysOf gives days since 1970-01-01 in the proleptic Gregorian calendar.
func DaysOf(year, month, day int64) int64 {
	if month <= 2 {
		year--
	}
	era := floorDiv(year, 400)
	yoe := year - era*400
	mp := (month + 9) % 12
	doy := (153*mp+2)/5 + day - 1
	return era*146097 + yoe*365 + yoe/4 - yoe/100 + doy - 719468
}

// DateParts gives the year, month and day of days since 1970-01-01.
func DateParts(days int64) (year, month, day int64) {
	z := days + 719468
	era := floorDiv(z, 146097)
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = doy - (153*mp+2)/5 + 1
	month = mp + 3
	if month > 12 {
		month -= 12
	}
	year = yoe + era*400
	if month <= 2 {
		year++
	}
	return year, month, day
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

func floorMod(a, b int64) int64 { return a - floorDiv(a, b)*b }

func daysInMonth(year, month int64) int64 {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

var monthNames = [...]string{"JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE", "JULY", "AUGUST", "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER"}

func date(year, month, day int64) (int64, error) {
	if err := within([]limit{{"Year", year, -yearMax, yearMax}, {"MonthOfYear", month, 1, 12}, {"DayOfMonth", day, 1, 31}}); err != nil {
		return 0, err
	}
	if day > daysInMonth(year, month) {
		if month == 2 && day == 29 {
			return 0, problem(BadValue, "", "Invalid date 'February 29' as '%d' is not a leap year", year)
		}
		return 0, problem(BadValue, "", "Invalid date '%s %d'", monthNames[month-1], day)
	}
	return DaysOf(year, month, day), nil
}

// weekStart gives the first day of the first week of a year.
func weekStart(year int64) int64 {
	jan4 := DaysOf(year, 1, 4)
	return jan4 - floorMod(jan4+3, 7)
}

// weekDate gives a day of a week; week 53 of a year with 52 is the first of the next one.
func weekDate(year, week, dow int64) (int64, error) {
	if err := within([]limit{{"WeekOfWeekBasedYear", week, 1, 53}, {"DayOfWeek", dow, 1, 7}}); err != nil {
		return 0, err
	}
	return weekStart(year) + (week-1)*7 + dow - 1, nil
}

// weekDateText is weekDate for a text, in which a week must be of its year.
func weekDateText(year, week, dow int64) (int64, error) {
	if weeks := (weekStart(year+1) - weekStart(year)) / 7; week == 53 && weeks < 53 {
		return 0, &Problem{Class: OutOfRange, Text: fmt.Sprintf("Year %d does not contain 53 weeks.", year), Subject: fmt.Sprintf("week of year %d", year), Low: 1, High: weeks, Found: week}
	}
	return weekDate(year, week, dow)
}

// quarterLength gives the number of days of a quarter.
func quarterLength(year, quarter int64) int64 {
	return DaysOf(year+quarter/4, quarter%4*3+1, 1) - DaysOf(year, (quarter-1)*3+1, 1)
}

// quarterDate gives a day of a quarter; a day past its end, up to 92, is one of the next quarter.
func quarterDate(year, quarter, day int64) (int64, error) {
	if err := within([]limit{{"QuarterOfYear", quarter, 1, 4}}); err != nil {
		return 0, err
	}
	if err := within([]limit{{"DayOfQuarter", day, 1, 92}}); err != nil {
		return 0, err
	}
	return DaysOf(year, (quarter-1)*3+1, 1) + day - 1, nil
}

// quarterDateText is quarterDate for a text, in which a day must be of its quarter.
func quarterDateText(year, quarter, day int64) (int64, error) {
	if quarter >= 1 && quarter <= 4 {
		if days := quarterLength(year, quarter); day > days {
			return 0, &Problem{Class: OutOfRange, Text: fmt.Sprintf("Quarter %d of %d only has %d days.", quarter, year, days), Subject: fmt.Sprintf("Day of Quarter %d of year %d", quarter, year), Low: 1, High: days, Found: day}
		}
	}
	if day < 1 {
		return 0, within([]limit{{"DayOfYear", day, 1, 366}})
	}
	return quarterDate(year, quarter, day)
}

func ordinalDate(year, day int64) (int64, error) {
	if err := within([]limit{{"DayOfYear", day, 1, 366}}); err != nil {
		return 0, err
	}
	first := DaysOf(year, 1, 1)
	if day > DaysOf(year+1, 1, 1)-first {
		return 0, problem(BadValue, "", "Invalid date 'DayOfYear %d' as '%d' is not a leap year", day, year)
	}
	return first + day - 1, nil
}
