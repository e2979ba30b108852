package boot

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Tolerance is how much earlier than the boot a time may be and still be of this boot. The
// kernel computes the time of the boot from the clock of today, so it moves when the clock is
// set, while the times on disk stay. An initrd that has read a slow hardware clock writes
// times that are some seconds early.
const Tolerance = 2 * time.Minute

// clockSet is the earliest time that a clock shows which has been set: 2001-09-09, when Unix
// time got ten digits. Clocks that have not been set begin in 1970, and some file systems
// made by mkfs -d have a birth of 0.
var clockSet = time.Unix(1_000_000_000, 0)

// Time is when the running kernel was booted, and when that was asked. The zero value is an
// unknown time, with which no time of a file shows anything.
type Time struct {
	// Start is the time of the boot, in whole seconds.
	Start time.Time
	// Now is when Start was read. A file that is younger has its time from a wrong clock.
	Now time.Time
}

// ReadTime reads the time of the boot from "btime" of proc_stat(5).
func ReadTime() (Time, error) {
	const path = "/proc/stat"
	text, err := os.ReadFile(path)
	if err != nil {
		return Time{}, fmt.Errorf("read the time of the boot: %w", err)
	}
	start, err := ParseStat(string(text))
	if err != nil {
		return Time{}, fmt.Errorf("read the time of the boot from %s: %w", path, err)
	}
	return Time{Start: start, Now: time.Now()}, nil
}

// ParseStat returns "btime" of a text in the format of proc_stat(5). A text without it, or
// with one that is not a number, is an error.
func ParseStat(text string) (time.Time, error) {
	for line := range strings.Lines(text) {
		number, ok := strings.CutPrefix(line, "btime ")
		if !ok {
			continue
		}
		seconds, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
		if err != nil {
			return time.Time{}, fmt.Errorf("expected a number of seconds, got %q", number)
		}
		return time.Unix(seconds, 0), nil
	}
	return time.Time{}, errors.New("no line begins with btime")
}

// Known reports whether the clock was set when the time of the boot was read.
func (t Time) Known() bool { return !t.Start.Before(clockSet) }

// Younger reports whether a time is of this boot: not earlier than Start, with the
// tolerance. A time of a clock that was not set, or in the future, is not.
func (t Time) Younger(at time.Time) bool {
	return t.plausible(at) && !at.Before(t.Start.Add(-Tolerance))
}

// Older reports whether a time is before this boot: earlier than Start by more than the
// tolerance. A time of a clock that was not set is not.
func (t Time) Older(at time.Time) bool {
	return t.plausible(at) && at.Before(t.Start.Add(-Tolerance))
}

func (t Time) plausible(at time.Time) bool {
	return t.Known() && !at.Before(clockSet) && (t.Now.IsZero() || !at.After(t.Now.Add(Tolerance)))
}
