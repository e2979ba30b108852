package boot_test

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/DaRacci/list-ephemeral/boot"
)

func TestTimesAreComparedWithATolerance(t *testing.T) {
	t.Parallel()
	start := booted.Start
	// The clock was slow by some hours, and so fast, when the machine was booted; or it began
	// long ago, as every time.
	slow, fast, old := booted, booted, booted
	slow.Early, fast.Early, old.Early = start.Add(-5*time.Hour), start.Add(11*time.Hour), start.AddDate(-1, 0, 0)
	near := booted
	near.Early = start.Add(-time.Minute)
	for _, tt := range []struct {
		name           string
		boot           boot.Time
		at             time.Time
		younger, older bool
	}{
		{"the moment of the boot", booted, start, true, false},
		{"as early as the tolerance", booted, start.Add(-boot.Tolerance), true, false},
		{"earlier", booted, start.Add(-boot.Tolerance - time.Nanosecond), false, true},
		{"now", booted, booted.Now, true, false},
		{"in the near future", booted, booted.Now.Add(boot.Tolerance), true, false},
		{"in the future", booted, booted.Now.Add(boot.Tolerance + time.Nanosecond), false, false},
		{"the future is not known", boot.Time{Start: start}, start.AddDate(30, 0, 0), true, false},
		{"no time", booted, time.Time{}, false, false},
		{"1970", booted, time.Unix(0, 0), false, false},
		{"the last second of a clock that is not set", booted, time.Unix(999_999_999, 0), false, false},
		{"the first second of one that is", booted, time.Unix(1_000_000_000, 0), false, true},
		{"a boot in 1970", boot.Time{Start: time.Unix(9, 0), Now: booted.Now}, start, false, false},
		{"an unknown boot", boot.Time{}, start, false, false},
		{"slow clock: made early in this boot", slow, slow.Early.Add(4 * time.Second), true, false},
		{"slow clock: an initrd that has waited for a passphrase", slow, slow.Early.Add(14 * time.Minute), true, false},
		{"slow clock: made by the last boot", slow, slow.Early.Add(-time.Hour), false, true},
		{"slow clock: between the two", slow, start.Add(-time.Hour), false, true},
		{"slow clock: made later in this boot", slow, start.Add(time.Hour), true, false},
		{"fast clock: made early in this boot, in the future", fast, fast.Early.Add(4 * time.Second), true, false},
		{"fast clock: later in the future", fast, fast.Early.Add(time.Hour), false, false},
		{"a clock that begins a year ago: early in any boot", old, old.Early.Add(4 * time.Second), false, false},
		{"a clock that begins a year ago: before the boot", old, start.Add(-time.Hour), false, true},
		{"the clock was right: before the boot", near, near.Early.Add(-2 * time.Minute), false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.boot.Younger(tt.at); got != tt.younger {
				t.Errorf("younger: %t", got)
			}
			if got := tt.boot.Older(tt.at); got != tt.older {
				t.Errorf("older: %t", got)
			}
		})
	}
}

func TestParseStatFindsTheBoot(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		want       int64
		fails      string
	}{
		{"among other lines", "cpu  1 2\nbtime 1790000000\nprocesses 7\n", 1_790_000_000, ""},
		{"without an end of line", "btime 5", 5, ""},
		{"none", "cpu  1 2\nxbtime 4\nbtimer 3\n", 0, "no line begins with btime"},
		{"empty", "", 0, "no line begins with btime"},
		{"no number", "btime soon\n", 0, `expected a number of seconds, got "soon\n"`},
		{"too large", "btime 99999999999999999999\n", 0, "expected a number of seconds"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := boot.ParseStat(tt.text)
			if tt.fails != "" {
				if err == nil || !strings.HasPrefix(err.Error(), tt.fails) {
					t.Errorf("got %v, %v", got, err)
				}
				return
			}
			if err != nil || got.Unix() != tt.want {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}

// TestReadTimeAgreesWithTheUptime computes the boot from the time since it.
func TestReadTimeAgreesWithTheUptime(t *testing.T) {
	t.Parallel()
	got, err := boot.ReadTime()
	if err != nil {
		t.Fatal(err)
	}
	out, err := os.ReadFile("/proc/uptime")
	if err != nil {
		t.Fatal(err)
	}
	up, err := strconv.ParseFloat(strings.Fields(string(out))[0], 64)
	if err != nil {
		t.Fatal(err)
	}
	want := time.Now().Add(-time.Duration(up * float64(time.Second)))
	if d := got.Start.Sub(want).Abs(); d > boot.Tolerance {
		t.Errorf("booted at %v, expected %v", got.Start, want)
	}
	if !got.Known() || got.Younger(got.Start.AddDate(-1, 0, 0)) {
		t.Errorf("%+v", got)
	}
}

// FuzzParseStat reads any text: a boot is found where a line says so.
func FuzzParseStat(f *testing.F) {
	for _, seed := range []string{"btime 1790000000\n", "cpu 1\nbtime -5\nbtime 6", "btime ", "btime  7 \n", "btime 0x10\n", "\nbtime\t1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := boot.ParseStat(text)
		if err == nil && !strings.HasPrefix(text, "btime ") && !strings.Contains(text, "\nbtime ") {
			t.Errorf("%v without btime", got)
		}
		if err == nil {
			again, err := boot.ParseStat("btime " + strconv.FormatInt(got.Unix(), 10) + "\n")
			if err != nil || !again.Equal(got) {
				t.Errorf("%v, then %v, %v", got, again, err)
			}
		}
	})
}

// TestEnumsHaveNames goes through all values, and one that is not defined.
func TestEnumsHaveNames(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for kind := boot.KindUnknown; kind <= boot.KindSurvivors; kind++ {
		if name := kind.String(); name == "" || seen[name] {
			t.Errorf("kind %d is called %q", kind, name)
		}
		seen[kind.String()] = true
	}
	for _, name := range []string{
		boot.Kind(200).String(), boot.Fate(200).String(), boot.Role(200).String(), boot.Unknown.String(), boot.RoleUnknown.String(),
	} {
		if name != "unknown" {
			t.Errorf("%q, expected unknown", name)
		}
	}
	if boot.Wiped.String() != "wiped" || boot.Kept.String() != "kept" || boot.RoleStore.String() != "store" {
		t.Error(boot.Wiped, boot.Kept, boot.RoleStore)
	}
}

// TestTheEarlyClockIsReadFromMemory has /dev and /run say what the clock showed when they
// were made.
func TestTheEarlyClockIsReadFromMemory(t *testing.T) {
	t.Parallel()
	early := booted.Start.Add(-5 * time.Hour)
	for _, tt := range []struct {
		name    string
		changes []string
		dev     time.Time
		run     time.Time
		want    time.Time
	}{
		{"both: the earlier one", nil, early, early.Add(time.Second), early},
		{"only /run", nil, time.Time{}, early, early},
		{"none", nil, time.Time{}, time.Time{}, time.Time{}},
		{"/dev is of a clock that was not set", nil, time.Unix(3, 0), early, early},
		{"/run is on a disk", []string{"tmpfs tmpfs rw,size=1626460k", "ext4 /dev/x rw,size=1626460k"}, time.Time{}, early, time.Time{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := readFixture(t, "debian", tt.changes...)
			f.options.Time = boot.Time{} // that of this machine
			f.tops["/dev"], f.tops["/run"] = boot.Top{Born: tt.dev}, boot.Top{Born: tt.run}
			got, err := f.judge(t).Time()
			if err != nil || !got.Early.Equal(tt.want) || !got.Known() {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}
