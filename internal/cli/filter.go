package cli

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/scan"
)

// filter has the conditions of list's metadata flags.
type filter struct {
	sizes         []sizeLimit
	after, before time.Time // of the last change; zero means no limit
}

// active reports whether there is a condition.
func (f *filter) active() bool {
	return len(f.sizes) > 0 || !f.after.IsZero() || !f.before.IsZero()
}

// keep reports whether a candidate passes. As in fd, only regular files pass a condition on the
// size.
func (f *filter) keep(kind scan.Kind, info scan.Info) bool {
	for _, limit := range f.sizes {
		if kind != scan.KindFile || !limit.allows(info.Size) {
			return false
		}
	}
	if !f.after.IsZero() && !info.ModTime.After(f.after) {
		return false
	}
	return f.before.IsZero() || info.ModTime.Before(f.before)
}

// observer counts candidates by facts that a walk does not know.
type observer struct {
	isManaged func(path string) bool // nil: no directory is left out
	coming    report.ComingOf        // nil: no candidate is declared
	managed   int                    // directories that were left out
	comings   report.Comings
}

func newObserver(s *session.Session, kinds scan.Kinds) *observer {
	o := &observer{coming: s.ComingsOf()}
	if kinds.Has(scan.KindDir) {
		o.isManaged = s.ManagedDirs()
	}
	return o
}

// filter returns a filter that counts candidates, and leaves out directories of managed links. It is
// nil if there is nothing to count.
func (o *observer) filter() func(*scan.Entry) bool {
	if o.isManaged == nil && o.coming == nil {
		return nil
	}
	return func(e *scan.Entry) bool {
		path := string(e.Path)
		if o.isManaged != nil && e.Kind == scan.KindDir && o.isManaged(path) {
			o.managed++
			return false
		}
		if o.coming != nil {
			o.comings.Add(o.coming(path))
		}
		return true
	}
}

// sizeLimit is the value of one --size: at least (+1), at most (-1) or exactly (0) this number of
// bytes.
type sizeLimit struct {
	sign  int
	bytes int64
}

func (l sizeLimit) allows(size int64) bool {
	switch l.sign {
	case +1:
		return size >= l.bytes
	case -1:
		return size <= l.bytes
	}
	return size == l.bytes
}

// sizeUnits are the units of fd: powers of 1000, or of 1024 with an i.
var sizeUnits = map[string]int64{
	"": 1, "b": 1,
	"k": 1e3, "kb": 1e3, "ki": 1 << 10, "kib": 1 << 10,
	"m": 1e6, "mb": 1e6, "mi": 1 << 20, "mib": 1 << 20,
	"g": 1e9, "gb": 1e9, "gi": 1 << 30, "gib": 1 << 30,
	"t": 1e12, "tb": 1e12, "ti": 1 << 40, "tib": 1 << 40,
}

// parseSize parses a value of --size: "+10M", "-4ki", "120b". Without a sign, the size is exact.
func parseSize(text string) (sizeLimit, error) {
	const wrong = expectedError("a size such as +10M, -4ki or 10 (units b, k, m, g, t, ki, mi, gi, ti)")
	var limit sizeLimit
	rest := text
	switch {
	case strings.HasPrefix(rest, "+"):
		limit.sign, rest = +1, rest[1:]
	case strings.HasPrefix(rest, "-"):
		limit.sign, rest = -1, rest[1:]
	}
	digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
	number, err := strconv.ParseInt(rest[:digits], 10, 64)
	unit, known := sizeUnits[strings.ToLower(rest[digits:])]
	if err != nil || !known || number > (1<<62)/unit {
		return sizeLimit{}, wrong
	}
	limit.bytes = number * unit
	return limit, nil
}

// dateLayouts are the formats of a point in time. All except the first are in local time.
var dateLayouts = []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02"}

// parseTime parses a point in time as fd does: a duration before now ("2h", "1d12h", "10min",
// "2 weeks"), a date with or without a time, or @ and seconds since 1970.
func parseTime(text string, now time.Time) (time.Time, error) {
	if seconds, ok := strings.CutPrefix(text, "@"); ok {
		if n, err := strconv.ParseInt(seconds, 10, 64); err == nil {
			return time.Unix(n, 0), nil
		}
	}
	for _, layout := range dateLayouts {
		if t, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			return t, nil
		}
	}
	if ago, ok := parseDuration(text); ok {
		return now.Add(-ago), nil
	}
	return time.Time{}, expectedError("a duration such as 10min, 2h, 1d or 3weeks, or a date such as 2026-01-31")
}

// readTime is parseTime with the current time as now.
func readTime(text string) (time.Time, error) { return parseTime(text, time.Now()) }

// durationUnits are the units of fd, with a month of 30.44 days and a year of 365.25 days.
var durationUnits = map[string]time.Duration{
	"s": time.Second, "sec": time.Second, "secs": time.Second, "second": time.Second, "seconds": time.Second,
	"m": time.Minute, "min": time.Minute, "mins": time.Minute, "minute": time.Minute, "minutes": time.Minute,
	"h": time.Hour, "hr": time.Hour, "hrs": time.Hour, "hour": time.Hour, "hours": time.Hour,
	"d": day, "day": day, "days": day,
	"w": 7 * day, "week": 7 * day, "weeks": 7 * day,
	"M": month, "month": month, "months": month,
	"y": year, "year": year, "years": year,
}

const (
	day   = 24 * time.Hour
	month = 2630016 * time.Second
	year  = 31557600 * time.Second
)

// parseDuration parses one or more numbers with units.
func parseDuration(text string) (time.Duration, bool) {
	var total time.Duration
	rest := strings.TrimSpace(text)
	if rest == "" {
		return 0, false
	}
	for rest != "" {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		number, err := strconv.ParseInt(rest[:digits], 10, 32)
		rest = strings.TrimLeft(rest[digits:], " ")
		end := strings.IndexAny(rest, "0123456789 ")
		if end < 0 {
			end = len(rest)
		}
		unit, known := durationUnits[rest[:end]]
		const longest = time.Duration(1<<63 - 1)
		if err != nil || !known || time.Duration(number) > (longest-total)/unit {
			return 0, false
		}
		total += time.Duration(number) * unit
		rest = strings.TrimLeft(rest[end:], " ")
	}
	return total, true
}

// bootTime returns when the kernel started, in whole seconds.
func bootTime() (time.Time, error) {
	at, err := boot.ReadTime()
	if err != nil {
		return time.Time{}, fmt.Errorf("find the time of the last boot: %w", err)
	}
	return at.Start, nil
}
