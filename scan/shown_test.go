package scan

import (
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/pattern"
)

// List with Options.Excluded must report the same paths as List without those patterns. The paths
// that are not marked as excluded must be those that List reports with the patterns.
func TestListWithExcludedEqualsListWithoutThePatterns(t *testing.T) {
	random := rand.New(rand.NewPCG(13, 13))
	always, shown := []string{"*.é", "b/", "/*/*/*/log*"}, []string{"**/log*", "**/.*", "a", "c/*"}
	hidden := 0
	for range 20 {
		root := randomTree(t, random, 300)
		var dirs []string
		_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, _ error) error { // nothing fails here
			if d.IsDir() && path != root {
				dirs = append(dirs, path)
			}
			return nil
		})
		pick := func() string { return dirs[random.IntN(len(dirs))] }
		rules := Rules{
			Persisted: []Persisted{{Path: pick(), Source: "persistedDirs[0]"}},
			Storage:   []string{pick()},
			Include:   []string{pick() + "/a", pick()},
			Roots:     []string{root, pick()},
		}
		with := func(texts []string) Options {
			rules.Exclude = patterns(t, texts...)
			return Options{Policy: NewPolicy(rules), Kinds: KindsOf(KindFile, KindDir, KindSymlink)}
		}
		all, _ := list(t, with(always))
		plain, _ := list(t, with(slices.Concat(always, shown)))
		opts := with(slices.Concat(always, shown))
		opts.Excluded = func(p pattern.Pattern) bool { return slices.Contains(shown, p.Text) }
		var got, unmarked []string
		if _, err := List(t.Context(), opts, func(e *Entry) error {
			got = append(got, string(e.Path))
			if !e.Excluded {
				unmarked = append(unmarked, string(e.Path))
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(all, got); diff != "" {
			t.Errorf("List without the patterns and with Excluded (-without +with):\n%s", diff)
		}
		if diff := cmp.Diff(plain, unmarked); diff != "" {
			t.Errorf("paths not marked as excluded differ (-plain +with):\n%s", diff)
		}
		if diff := cmp.Diff(plain, walked(t, opts)); diff != "" {
			t.Errorf("Walk does not ignore Excluded (-plain +with):\n%s", diff)
		}
		hidden += len(got) - len(unmarked)
	}
	if hidden < 100 {
		t.Errorf("only %d paths were excluded", hidden)
	}
}
