package triage_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/triage"
)

// FuzzParse checks that what is parsed is written and parsed again without loss, that each line is
// either parsed or reported, and that the written text is safe on a terminal.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"", head, head[:9], head + good("/a") + "\n", head + good("/a"), head + "{\n\n\x00\n" + good("/b") + "\n", "x", head + good("/a/..") + "\n",
		head + `{"pathBytes":"L2NhZuk=","verdict":"not-now","time":"2026-11-30T10:00:00.5+01:00","bytes":9,"written":"2026-12-30T10:00:00Z"}` + "\n",
		`{"schema":"list-ephemeral decisions","version":2}` + "\n", head + `{"path":"/\u202e\u0000"}` + "\n", head + `{"path":"/\ud800","verdict":"keep","time":"2026-11-30T10:00:00Z"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		loaded, err := triage.Parse(text)
		if err != nil {
			if loaded.Set.Len() > 0 {
				t.Error("decisions in spite of an error")
			}
			return
		}
		if lines := slices.Collect(slices.Values(loaded.Damaged)); len(lines)+loaded.Set.Len() > 1+len(text) {
			t.Errorf("more lines than bytes: %v", lines)
		}
		written := triage.Format(loaded.Set)
		if printable.Name(string(written[:len(written)-1])) != string(written[:len(written)-1]) {
			for line := range slices.Values(splitLines(written)) {
				if printable.Name(line) != line {
					t.Errorf("not safe on a terminal: %q", line)
				}
			}
		}
		again, err := triage.Parse(written)
		if err != nil || len(again.Damaged) > 0 {
			t.Fatalf("%v, %v of %q", err, again.Damaged, written)
		}
		if diff := cmp.Diff(loaded.Set.Sorted(), again.Set.Sorted()); diff != "" {
			t.Error(diff)
		}
	})
}
