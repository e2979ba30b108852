package printable

import (
	"strconv"
	"time"
)

// Size formats a number of bytes in at most four columns, in units of 1024: "512B", "1.4K", "23M".
// From 1,000 bytes on, it is in the next unit, like every size with more than three digits.
func Size(bytes int64) string {
	const units = "BKMGTPE"
	if bytes < 1000 {
		return strconv.FormatInt(bytes, 10) + "B"
	}
	value, unit := float64(bytes), 0
	for value >= 999.5 && unit < len(units)-1 {
		value /= 1024
		unit++
	}
	if value < 9.95 {
		return strconv.FormatFloat(value, 'f', 1, 64) + units[unit:unit+1]
	}
	return strconv.FormatFloat(value, 'f', 0, 64) + units[unit:unit+1]
}

// Age formats a duration since some event in at most four columns: "12s", "5m", "3h", "9d", "14mo",
// "3y". It returns "new" if the event is in the future.
func Age(d time.Duration) string {
	const day = 24 * time.Hour
	steps := []struct {
		below, unit time.Duration
		suffix      string
	}{
		{time.Minute, time.Second, "s"},
		{time.Hour, time.Minute, "m"},
		{2 * day, time.Hour, "h"},
		{100 * day, day, "d"},
		{2 * 365 * day, 30 * day, "mo"},
	}
	if d < 0 {
		return "new"
	}
	for _, s := range steps {
		if d < s.below {
			return strconv.FormatInt(int64(d/s.unit), 10) + s.suffix
		}
	}
	return strconv.FormatInt(int64(d/(365*day)), 10) + "y"
}
