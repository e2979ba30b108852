package boot

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
)

// Tolerance is by how much a time may be before the time of the boot and still count as a time of
// this boot. The kernel computes the time of the boot from the current clock, so it moves when the
// clock is set, while the times on disk stay. An initrd that has read a slow hardware clock writes
// times that are some seconds early.
const Tolerance = 2 * time.Minute

// clockSet is the earliest time that a clock shows which has been set: 2001-09-09, when Unix
// time got ten digits. Clocks that have not been set begin in 1970, and some file systems
// made by mkfs -d have a birth of 0.
var clockSet = time.Unix(1_000_000_000, 0)

const (
	// earlyWindow is the time after Time.Early in which the initrd makes the root again, by the
	// early clock. It includes the wait for a passphrase.
	earlyWindow = 15 * time.Minute
	// mostSlow is the largest difference between Start and Time.Early with which births by the
	// early clock are evidence. A hardware clock that keeps local time differs by some hours.
	// A machine without a hardware clock begins each boot at the same time, so a file system
	// that was made during its first boot would look like one of this boot.
	mostSlow = 25 * time.Hour
)

// Time is when the running kernel was booted, and when that was asked. The zero value is an unknown
// time, with which times of files prove nothing.
type Time struct {
	// Start is the time of the boot by the current clock, in whole seconds.
	Start time.Time
	// Now is when Start was read. A later time of a file comes from a wrong clock.
	Now time.Time
	// Early is the time that the clock showed early in this boot, zero if that is not known: the
	// birth of /dev or /run, which every boot makes in memory. It differs from Start if the
	// clock has been set since, as on a machine whose hardware clock keeps local time.
	Early time.Time
}

// ReadTime reads the time of the boot from "btime" of proc_stat(5). Early is not known then.
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

// Younger reports whether a time is of this boot: not earlier than Start, with the tolerance, or of
// the minutes before the clock was set. A time of a clock that was not set yet, or a time in the
// future, does not count.
func (t Time) Younger(at time.Time) bool {
	if t.early(at) && t.Start.Sub(t.Early).Abs() <= mostSlow {
		return true
	}
	return t.plausible(at) && !at.Before(t.Start.Add(-Tolerance))
}

// Older reports whether a time is before this boot: earlier than Start by more than the tolerance,
// and not of the minutes before the clock was set. A time of a clock that was not set yet does not
// count.
func (t Time) Older(at time.Time) bool {
	return t.plausible(at) && at.Before(t.Start.Add(-Tolerance)) && !t.early(at)
}

// of returns the time of the boot by the clock that showed a time.
func (t Time) of(at time.Time) time.Time {
	if t.early(at) {
		return t.Early
	}
	return t.Start
}

// early reports whether a time is of the first minutes of this boot, by a clock that has been
// set since.
func (t Time) early(at time.Time) bool {
	stepped := t.Known() && !t.Early.Before(clockSet) && t.Start.Sub(t.Early).Abs() > Tolerance
	return stepped && !at.Before(t.Early.Add(-Tolerance)) && !at.After(t.Early.Add(earlyWindow))
}

func (t Time) plausible(at time.Time) bool {
	return t.Known() && !at.Before(clockSet) && (t.Now.IsZero() || !at.After(t.Now.Add(Tolerance)))
}

// earlyClock returns Time.Early: the earliest birth of /dev and /run, where those are in
// memory. In a container they are younger than the kernel, which changes nothing.
func earlyClock(table *mounts.Table, machine Machine) time.Time {
	var early time.Time
	for _, point := range []string{"/dev", "/run"} {
		mount := table.At(point)
		if mount.Point != point || mount.FSType != "devtmpfs" && mount.FSType != "tmpfs" || !answers(table, point) {
			continue
		}
		top, err := machine.Top(mount)
		if err == nil && !top.Born.Before(clockSet) && (early.IsZero() || top.Born.Before(early)) {
			early = top.Born
		}
	}
	return early
}
