package unitfile_test

import (
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/unitfile"
)

func TestEnumerationsHaveWords(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for k := unitfile.ProblemUnknown; k <= unitfile.Unreadable; k++ {
		seen[k.String()] = true
		if k.Fatal() != (k >= unitfile.BadSection) {
			t.Errorf("%s: fatal: %v", k, k.Fatal())
		}
	}
	if len(seen) != int(unitfile.Unreadable)+1 || (unitfile.Unreadable+1).String() != unitfile.ProblemUnknown.String() {
		t.Errorf("%d words: %v", len(seen), seen)
	}
	for s, want := range map[unitfile.State]string{
		unitfile.StateUnknown: "unknown", unitfile.Loaded: "loaded", unitfile.Missing: "missing", unitfile.Masked: "masked", unitfile.Refused: "refused", 99: "unknown",
	} {
		if s.String() != want {
			t.Errorf("%d: %s", s, s)
		}
	}
	for e, want := range map[unitfile.Escapes]string{unitfile.Keep: "keep", unitfile.Drop: "drop", unitfile.Undo: "undo", unitfile.Relaxed: "relaxed", 99: "unknown"} {
		if e.String() != want {
			t.Errorf("%d: %s", e, e)
		}
	}
}
