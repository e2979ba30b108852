package paths_test

import (
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/DaRacci/list-ephemeral/internal/paths"
)

// components returns a path as the list of its names, for the reference implementation.
func components(clean string) []string {
	return slices.DeleteFunc(strings.Split(clean, "/"), func(name string) bool { return name == "" })
}

// FuzzComponents compares with a reference that uses lists of names.
func FuzzComponents(f *testing.F) {
	for _, seed := range [][2]string{
		{"/home/al", "/home"},
		{"/homes", "/home"},
		{"/", "/"},
		{"/a", "/"},
		{"/", "/a"},
		{"/a/b", "/a/b"},
		{"/a/b/c", "/a/b"},
		{"/a\xff/b", "/a\xff"},
		{"/a-b", "/a"},
		{"/a/\n", "/a"},
		{"/a//b/../c", "/a/."},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, name, dir string) {
		name, dir = path.Clean("/"+name), path.Clean("/"+dir)
		names, above := components(name), components(dir)
		atOrBelow := len(names) >= len(above) && slices.Equal(names[:len(above)], above)
		below := atOrBelow && len(names) > len(above)
		if got := paths.AtOrBelow(name, dir); got != atOrBelow {
			t.Errorf("AtOrBelow(%q, %q) = %t", name, dir, got)
		}
		if got := paths.Below(name, dir); got != below {
			t.Errorf("Below(%q, %q) = %t", name, dir, got)
		}
		if paths.AtOrBelow([]byte(name), dir) != atOrBelow || paths.Below([]byte(name), dir) != below {
			t.Errorf("%q and %q: results for bytes and strings differ", name, dir)
		}
		rel, ok := paths.Rel(name, dir)
		if ok != atOrBelow || ok && path.Join(dir, rel) != name || ok && path.Clean(rel) != rel || !ok && rel != "" {
			t.Errorf("Rel(%q, %q) = %q, %t", name, dir, rel, ok)
		}
		var want []string
		for n := len(names) - 1; n >= 0; n-- {
			want = append(want, "/"+strings.Join(names[:n], "/"))
		}
		if diff := cmp.Diff(want, slices.Collect(paths.Ancestors(name)), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("Ancestors(%q) (-want +got):\n%s", name, diff)
		}
		if len(want) > 0 {
			want = want[:len(want)-1]
		}
		slices.Reverse(want)
		if diff := cmp.Diff(want, slices.Collect(paths.FromTop(name)), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("FromTop(%q) (-want +got):\n%s", name, diff)
		}
		for ancestor := range paths.Ancestors(name) {
			if !paths.Below(name, ancestor) {
				t.Errorf("%q is not below its ancestor %q", name, ancestor)
			}
		}
	})
}
