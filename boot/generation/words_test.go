package generation_test

import (
	"fmt"
	"testing"

	"github.com/DaRacci/list-ephemeral/boot/generation"
)

// distinct checks that the values of an enumeration from 0 to last have words of their own, and that
// the first one and those behind the last are unknown.
func distinct[T interface {
	~uint8
	fmt.Stringer
}](t *testing.T, last T,
) {
	t.Helper()
	seen := map[string]T{}
	for v := T(0); v <= last; v++ {
		if other, taken := seen[v.String()]; taken {
			t.Errorf("%T: %d and %d are both %q", v, other, v, v)
		}
		seen[v.String()] = v
	}
	if unknown := T(0).String(); (last+1).String() != unknown || unknown[:7] != "unknown" {
		t.Errorf("%T: %q and %q", last, unknown, last+1)
	}
}

func TestEnumerationsHaveWords(t *testing.T) {
	t.Parallel()
	distinct(t, generation.Directory)
	distinct(t, generation.Overlay)
	distinct(t, generation.System)
	distinct(t, generation.Absent)
	distinct(t, generation.Inactive)
	distinct(t, generation.OutsideHome)
	distinct(t, generation.OtherFileSystem)
	distinct(t, generation.InitrdNotVisible)
}
