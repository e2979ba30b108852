package timeform_test

import (
	"fmt"
	"os/exec"
	"testing"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/timeform"
)

func TestNamesHaveTheForm(t *testing.T) {
	for _, tt := range []struct{ form, name, want string }{
		{"%Y-%m-%-d_%H:%M:%S", "2026-11-3_08:00:05", "2026-11-03T08:00:05Z"},
		{"%Y-%m-%-d_%H:%M:%S", "2026-11-13_08:00:05", "2026-11-13T08:00:05Z"},
		{"root-%F", "root-2026-11-03", "2026-11-03T00:00:00Z"},
		{"root-%F", "root-2026-11-03x", ""},
		{"root-%F", "2026-11-03", ""},
		{"%d.%m.%Y %Hh", "02.01.2026 15h", "2026-01-02T15:00:00Z"},
		{"%F@%T", "2026-11-03@01:02:03", "2026-11-03T01:02:03Z"},
		{"%Y%m%dT%H%M%S%z", "20261103T010203+0100", "2026-11-03T00:02:03Z"},
		{"%Y%m%dT%H%M%S%z", "20261103T010203-0130", "2026-11-03T02:32:03Z"},
		{"%s", "1700000000", "2023-11-14T22:13:20Z"},
		{"[1].*%%%F", "[1].*%2026-11-03", "2026-11-03T00:00:00Z"},
		{"[1].*%%%F", "1xx%2026-11-03", ""},
		{"%Y-%m-%e", "2026-11- 3", "2026-11-03T00:00:00Z"},
		{"%F", "2026-13-03", ""},
		{"%F", "2026-02-30", ""},
		{"%F %H", "2026-02-20 24", ""},
		{"%F", "", ""},
		{"%%s%F", "%s2026-11-03", "2026-11-03T00:00:00Z"},
	} {
		form, err := timeform.Parse(tt.form)
		if err != nil {
			t.Errorf("%q: %v", tt.form, err)
			continue
		}
		at, ok := form.Time(tt.name, time.UTC)
		if got := at.UTC().Format(time.RFC3339); ok != (tt.want != "") || ok && got != tt.want {
			t.Errorf("%q of form %q: %s, %t, want %q", tt.name, tt.form, got, ok, tt.want)
		}
	}
}

func TestFormsWithoutADayAreRefused(t *testing.T) {
	for form, want := range map[string]string{
		"":           "expected %Y, %m and %d, or %s",
		"old":        "expected %Y, %m and %d, or %s",
		"%Y-%m":      "expected %Y, %m and %d, or %s",
		"%F %":       "expected a letter after %",
		"%F %Y":      "expected %Y once",
		"%Y%m%d%e":   "expected %e once",
		"%F %A":      `expected one of %Y, %m, %d, %e, %H, %M, %S, %F, %T, %z, %s and %%, got "%A"`,
		"2006-01-02": "expected %Y, %m and %d, or %s",
	} {
		if got, err := timeform.Parse(form); err == nil || err.Error() != want || !got.IsZero() {
			t.Errorf("%q: %v, want %s", form, err, want)
		}
	}
	if at, ok := (timeform.Form{}).Time("2026-11-03", time.UTC); ok {
		t.Errorf("no form reads %s", at)
	}
}

// TestFormsReadWhatDateWrites compares with date(1).
func TestFormsReadWhatDateWrites(t *testing.T) {
	for _, text := range []string{"%Y-%m-%-d_%H:%M:%S", "%Y-%-m-%e %-H_%M_%S", "%F %T", "%s", "%Y%m%dT%H%M%S%z", "a%%b %_d.%_m.%Y %T"} {
		form, err := timeform.Parse(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		for _, at := range []int64{1, 951782400, 1793000000, 1799999999} {
			name, err := exec.Command("date", "--utc", "--date", fmt.Sprint("@", at), "+"+text).Output()
			if err != nil {
				t.Fatal(err)
			}
			got, ok := form.Time(string(name[:len(name)-1]), time.UTC)
			if !ok || got.Unix() != at {
				t.Errorf("%q of form %q: %d, %t, want %d", name, text, got.Unix(), ok, at)
			}
		}
	}
}

func FuzzForm(f *testing.F) {
	f.Add("%Y-%m-%-d_%H:%M:%S", "2026-11-3_08:00:05")
	f.Add("%s", "1700000000")
	f.Add("%", "%")
	f.Add("[%F(", "[2026-11-03(")
	f.Fuzz(func(t *testing.T, text, name string) {
		form, err := timeform.Parse(text)
		if form.IsZero() != (err != nil) {
			t.Fatalf("%q: %v, %v", text, form, err)
		}
		if _, ok := form.Time(name, time.UTC); ok && err != nil {
			t.Fatalf("an invalid form reads %q", name)
		}
	})
}

func ExampleForm_Time() {
	form, err := timeform.Parse("%Y-%m-%-d_%H:%M:%S")
	if err != nil {
		panic(err)
	}
	fmt.Println(form.Time("2026-11-3_08:00:00", time.UTC))
	// Output: 2026-11-03 08:00:00 +0000 UTC true
}
