package trace

import (
	"maps"
	"slices"
	"testing"
)

// TestTablesMatchPrototypes compares the positions of paths and flags.
func TestTablesMatchPrototypes(t *testing.T) {
	known, seen := parsePrototypes(), map[string]bool{}
	for goarch, abiList := range machines {
		for i, machine := range abiList {
			a := abis(goarch)[i]
			for nr, name := range numbers(t, machine.goarch) {
				want := known[name].paths
				if a.narrow && name == "fanotify_mark" { // a 64-bit mask takes two arguments
					want = map[int]int{5: 4}
				}
				if slices.Contains([]string{"clone", "unshare", "setns", "socketcall", "io_uring_setup"}, name) {
					want = nil
				}
				seen[name] = true
				got := map[int]int{}
				for _, p := range a.call(nr).paths {
					if p.path != onDescriptor {
						got[int(p.path)] = int(p.dir)
					}
				}
				if !maps.Equal(got, want) {
					t.Errorf("%s: %d %s: got paths and their directories %v, want %v", machine.goarch, nr, name, got, want)
				}
				if p, c := known[name], a.call(nr); len(want) > 0 && p.flags >= 0 && name != "mount" && int(c.flags) != p.flags {
					t.Errorf("%s: %s: got flags in argument %d, want %d", machine.goarch, name, c.flags, p.flags)
				}
			}
			if i == 0 && (a.call(-5).kind != callNone || a.call(1<<20).kind != callNone) {
				t.Error("invalid numbers have calls")
			}
		}
	}
	for name := range known {
		if !seen[name] {
			t.Errorf("no architecture has a call %s", name)
		}
	}
	if abis("riscv64") != nil {
		t.Error("riscv64 has ABIs, want none")
	}
}
