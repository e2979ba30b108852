package scan

import (
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The entries that are not candidates must be those for which Judge decides by the entry's own path.
// The candidates must be the same with and without Options.NonCandidates.
func TestNonCandidatesEqualNaive(t *testing.T) {
	random := rand.New(rand.NewPCG(12, 12))
	count := 0
	for range 20 {
		root := randomTree(t, random, 200)
		var dirs []string
		_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, _ error) error { // nothing fails here
			if d.IsDir() && path != root {
				dirs = append(dirs, path)
			}
			return nil
		})
		pick := func() string { return dirs[random.IntN(len(dirs))] }
		opts := rootOptions(root, Rules{
			Persisted: []Persisted{{Path: pick(), Source: "persistedDirs[0]"}, {Path: pick(), Source: "persistedDirs[1]"}},
			Storage:   []string{pick()},
			Include:   []string{pick() + "/a"},
			Exclude:   patterns(t, "**/log*", "**/.*", "*.é"),
		})
		without := walked(t, opts)
		opts.NonCandidates = true
		if diff := cmp.Diff(without, walked(t, opts)); diff != "" {
			t.Errorf("candidates differ (-without +with):\n%s", diff)
		}
		got := nonCandidatesBy(t, opts)
		if diff := cmp.Diff(naiveNonCandidates(t, root, opts), got); diff != "" {
			t.Errorf("non-candidates (-want +got):\n%s", diff)
		}
		count += len(got)
		if listed, _ := list(t, opts); !slices.Equal(listed, without) {
			t.Error("List reports non-candidates")
		}
	}
	if count < 100 {
		t.Errorf("only %d paths were non-candidates", count)
	}
}

func nonCandidatesBy(t *testing.T, opts Options) []string {
	t.Helper()
	var mu sync.Mutex
	dirs := map[uint32]string{}
	var paths []string
	_, err := Walk(t.Context(), opts, func(d *Dir) {
		mu.Lock()
		defer mu.Unlock()
		path := "/"
		if d.ID != 0 {
			path = strings.TrimSuffix(dirs[d.Parent], "/") + "/" + string(d.Name)
		}
		dirs[d.ID] = path
		for name, entry := range d.Entries() {
			if entry.NonCandidate {
				paths = append(paths, path+"/"+string(name))
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(paths)
	return paths
}

func naiveNonCandidates(t *testing.T, root string, opts Options) []string {
	t.Helper()
	var paths []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == root {
			return err
		}
		v := opts.Policy.Judge(path, dirOrFile(d.IsDir()))
		own := v.By == path && (v.Class == ClassExcluded || v.Class == ClassPersisted || v.Class == ClassStorage)
		if above := opts.Policy.Judge(filepath.Dir(path), KindDir); own && (above.Class.Listed() || above.Class == ClassRoot) &&
			(d.IsDir() || d.Type().IsRegular()) {
			paths = append(paths, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(paths)
	return paths
}
