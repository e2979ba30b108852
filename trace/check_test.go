package trace

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// below lists everything below a directory, whether it has changed or not.
func below(dir string) func(context.Context, time.Time, func(string)) error {
	return func(ctx context.Context, _ time.Time, found func(string)) error {
		return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
			found(path)
			return errors.Join(err, ctx.Err())
		})
	}
}

// TestDiskCheckFindsWhatWasNotTraced changes files while a command runs: the command itself, and this
// process, which the command waits for.
func TestDiskCheckFindsWhatWasNotTraced(t *testing.T) {
	eachBackend(t, func(t *testing.T, b Backend) {
		dir := t.TempDir()
		sh(t, dir, "mkdir old; echo 1 >untouched; echo 1 >read; echo 1 >appended; echo 1 >one; ln one two; echo 1 >old/f; mkfifo started ended; echo >moved")
		pastTick(filepath.Join(dir, "moved")) // which was made last
		t.Chdir(dir)
		go func() {
			wait, err := os.ReadFile("started")
			if err != nil {
				return
			}
			_ = errors.Join(os.WriteFile("other", wait, 0o600), os.WriteFile("read", wait, 0o600), os.Mkdir("otherdir", 0o700),
				os.Chmod("appended", 0o700), os.Rename("moved", "moved2"), os.WriteFile("old/g", nil, 0o600))
			_ = os.WriteFile("ended", nil, 0o600)
		}()
		got := run(t, Options{Backend: b, Changed: below(dir)}, "sh", "-c", "echo x >started; cat ended; cat read >/dev/null; echo 2 >mine; rm two; ln untouched link; mkdir -p own/dir; echo 3 >own/dir/f; echo 4 >>appended")
		if got.report.Check != CheckDone {
			t.Errorf("got the check %s", got.report.Check)
		}
		paths := got.paths()
		for name, want := range map[string]Op{
			"other": Untraced, "otherdir": Untraced, "read": Untraced | Read, "moved2": Untraced, "old": Untraced, "old/g": Untraced,
			"untouched": 0, "old/f": 0, "mine": Write | Create, "one": 0, "own/dir/f": Write | Create, "appended": Write, "": 0,
		} {
			if have := paths[filepath.Join(dir, name)] &^ Lookup; have != want {
				t.Errorf("%q: got %q, want %q", name, have, want)
			}
		}
	})
}

// TestDiskCheckOmitsTheStandardStreams writes to a file in the tree that the command has inherited.
func TestDiskCheckOmitsTheStandardStreams(t *testing.T) {
	dir := t.TempDir()
	out, err := os.Create(filepath.Join(dir, "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	pastTick(filepath.Join(dir, "out"))
	r, err := Run(t.Context(), Options{Path: "/bin/sh", Args: []string{"sh", "-c", "echo x; echo y >" + dir + "/made"}, Stdout: out, Changed: below(dir)})
	if err != nil {
		t.Fatal(err)
	}
	if names := r.Untraced(); len(names) > 0 {
		t.Errorf("got %q", names)
	}
}

func TestDiskCheckEndsWithASignal(t *testing.T) {
	signals := make(chan os.Signal, 1)
	wait := func(ctx context.Context, _ time.Time, _ func(string)) error {
		signals <- os.Interrupt
		<-ctx.Done()
		return ctx.Err()
	}
	got := run(t, Options{Changed: wait, Signals: signals}, "true")
	if got.report.Check != CheckInterrupted {
		t.Errorf("got the check %s", got.report.Check)
	}
}
