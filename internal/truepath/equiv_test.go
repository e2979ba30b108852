package truepath

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// reference implements Resolve with the standard library: it resolves the longest prefix of the
// path that can be resolved and keeps the rest unchanged.
func reference(path string) string {
	if path == "/" {
		return path
	}
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		return resolved
	}
	return filepath.Join(reference(filepath.Dir(path)), filepath.Base(path))
}

func TestResolveEqualsEvalSymlinksOnRandomTrees(t *testing.T) {
	changed := 0
	for seed := range uint64(10) {
		random := rand.New(rand.NewPCG(seed, 17))
		root, err := filepath.EvalSymlinks(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		names := []string{"a", "b", "c", "d"}
		path := func() string {
			text := ""
			for range 1 + random.IntN(4) {
				text += "/" + names[random.IntN(len(names))]
			}
			return text
		}
		for range 30 {
			at := root + path()
			_ = os.MkdirAll(filepath.Dir(at), 0o755) // fails if a parent is a file or a link
			switch random.IntN(5) {
			case 0:
				_ = os.WriteFile(at, nil, 0o644)
			case 1:
				_ = os.Symlink(root+path(), at)
			case 2:
				_ = os.Symlink(path()[1:], at)
			case 3:
				_ = os.Symlink(fmt.Sprintf("../%s/.//..%s", names[random.IntN(4)], path()), at)
			default:
				_ = os.MkdirAll(at, 0o755)
			}
		}
		var r Resolver
		for range 100 {
			at := root + path()
			want := reference(at)
			if want != at {
				changed++
			}
			if got := Resolve(at); got != want {
				t.Errorf("seed %d: Resolve(%s) is %s, want %s", seed, at[len(root):], got, want)
			}
			if got := r.Whole(at); got != want {
				t.Errorf("seed %d: Whole(%s) is %s, want %s", seed, at[len(root):], got, want)
			}
			parent := filepath.Join(reference(filepath.Dir(at)), filepath.Base(at))
			if got, _ := r.Parent(at); got != parent {
				t.Errorf("seed %d: Parent(%s) is %s, want %s", seed, at[len(root):], got, parent)
			}
		}
	}
	if changed < 100 {
		t.Errorf("only %d paths contained symlinks, want 100", changed)
	}
}

func TestResolverDoesNotReadBelowStop(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		os.MkdirAll(filepath.Join(dir, "hung/real"), 0o755),
		os.Symlink("real", filepath.Join(dir, "hung/link")),
		os.Symlink("hung/link", filepath.Join(dir, "into")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	stop := filepath.Join(dir, "hung")
	r := Resolver{Stop: func(path string) bool { return path == stop }}
	for path, want := range map[string]string{"hung/link/x": "hung/link/x", "into/x": "hung/link/x", "hung": "hung", "hung/none/x": "hung/none/x"} {
		if got, missing := r.Parent(filepath.Join(dir, path)); got != filepath.Join(dir, want) || missing {
			t.Errorf("%s is %s (missing: %t), want %s", path, got, missing, want)
		}
	}
}

// A user can create symlinks that each refer to the previous one twice, so resolving takes
// exponential time. The kernel stops after 40 symlinks.
func TestResolveHasTheSymlinkLimitOfTheKernel(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(dir+"/l0", 0o755); err != nil {
		t.Fatal(err)
	}
	for i := 1; i <= 60; i++ {
		if err := os.Symlink(fmt.Sprintf("l%d/../l%d", i-1, i-1), fmt.Sprintf("%s/l%d", dir, i)); err != nil {
			t.Fatal(err)
		}
	}
	if got := Resolve(dir + "/l60/x"); got != dir+"/l60/x" {
		t.Errorf("Resolve returned %s", got)
	}
	if got := Resolve(dir + "/l4/x"); got != dir+"/l0/x" {
		t.Errorf("Resolve returned %s", got)
	}
}
