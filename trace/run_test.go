package trace

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func runTraced(t *testing.T, opts Options, args ...string) *Report {
	t.Helper()
	path, err := exec.LookPath(args[0])
	if err != nil {
		t.Fatal(err)
	}
	opts.Path, opts.Args = path, args
	if opts.Stderr == nil {
		opts.Stderr = os.Stderr
	}
	r, err := Run(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRunSeesWhatAShellDoes(t *testing.T) {
	dir := t.TempDir()
	r := runTraced(t, Options{}, "sh", "-c", "cd "+dir+"; mkdir d; echo x >d/new; cat d/new >/dev/null; mv d/new d/moved; cat none; rm -f gone; echo y >gone; rm gone")
	for _, p := range r.Paths {
		if rel, err := filepath.Rel(dir, p.Name); err == nil && rel[0] != '.' {
			t.Log(rel, p.Ops, p.Missing)
		}
	}
	t.Logf("%d paths, %+v, status %d", len(r.Paths), r.Stats, r.Status)
}
