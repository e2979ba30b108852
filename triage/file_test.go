package triage_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/owned"
	"github.com/DaRacci/list-ephemeral/internal/probe"
	"github.com/DaRacci/list-ephemeral/triage"
)

func must(t *testing.T, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// hostile are names that a line cannot contain as they are.
var hostile = []string{"/a\nb", "/\x1b[2J\u202e", "/caf\xe9", `/"\`, "/\u0301", "/" + strings.Repeat("\x01", 60000), "/ ", `/{"path":"/b"}`, "/\xff\n{}"}

func TestSavedDecisionsAreLoaded(t *testing.T) {
	for name, f := range map[string]*triage.File{
		"state":   triage.InState(filepath.Join(t.TempDir(), "not/there/yet")),
		"storage": triage.InStorage(t.TempDir()),
	} {
		t.Run(name, func(t *testing.T) {
			if empty, err := f.Load(t.Context()); err != nil || empty.Set.Len() != 0 {
				t.Fatalf("before: %v, %v", empty, err)
			}
			if _, err := os.Lstat(f.Dir()); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("Load made %s: %v", f.Dir(), err)
			}
			var b triage.Book
			for i, path := range hostile {
				b.Decide(sized(path), triage.Verdict(1+i%3), noon)
				b.Undo(noon)
				b.Redo(noon)
			}
			saved, err := f.Save(t.Context(), b.Pending())
			must(t, err)
			loaded, err := f.Load(t.Context())
			must(t, err)
			if loaded.Set.Len() != len(hostile) || len(loaded.Damaged) > 0 {
				t.Errorf("%d decisions, damaged %v", loaded.Set.Len(), loaded.Damaged)
			}
			if diff := cmp.Diff(saved.Set.Sorted(), loaded.Set.Sorted()); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(triage.SetOf(b.Pending()...), saved.Set, cmp.AllowUnexported(triage.Set{})); diff != "" {
				t.Error(diff)
			}
			info, err := os.Lstat(f.Path())
			must(t, err)
			if info.Mode() != 0o600 {
				t.Errorf("mode %v", info.Mode())
			}
		})
	}
}

const head = `{"schema":"list-ephemeral decisions","version":1}` + "\n"

// good is a line that can be parsed.
func good(path string) string {
	return `{"path":"` + path + `","verdict":"keep","time":"2026-11-30T10:00:00Z"}`
}

func TestDamagedLinesAreReportedAndStay(t *testing.T) {
	f := triage.InState(t.TempDir())
	must(t, os.Mkdir(f.Dir(), 0o700))
	bad := []string{
		"{", "x", `{"path":"/a"}`, good("relative"), good("/a/../b"), good("/a/"), good("") + "x", good("/x") + good("/y"), `[]`, `null`,
		`{"path":"/a","verdict":"perhaps","time":"2026-11-30T10:00:00Z"}`,
		`{"path":"/a","pathBytes":"L2E=","verdict":"keep","time":"2026-11-30T10:00:00Z"}`,
		`{"pathBytes":"L2E","verdict":"keep","time":"2026-11-30T10:00:00Z"}`,
		`{"path":"/a","verdict":"keep","time":"9999-11-30T10:00:00Z"}`,
		`{"path":"/a","verdict":"keep","time":"2026-11-30T10:00:00Z","written":"2026-11-30T09:00:00Z"}`,
		`{"path":"/a","verdict":"keep","time":"2026-11-30T10:00:00Z","bytes":-2}`,
		`{"path":"/a","verdict":"keep","time":"2026-11-30T10:00:00Z","later":1}`,
		"{\"path\":\"/caf\xe9\",\"verdict\":\"keep\",\"time\":\"2026-11-30T10:00:00Z\"}",
		strings.Repeat("\x00", 5000), strings.Repeat(" ", 600<<10) + "x",
	}
	text := head
	for i, l := range bad {
		text += l + "\n" + good(fmt.Sprint("/good/", i)) + "\n\n"
	}
	text += good("/last") // without a newline
	must(t, os.WriteFile(f.Path(), []byte(text), 0o600))
	check := func(loaded triage.Loaded, err error, decisions int) {
		t.Helper()
		must(t, err)
		if len(loaded.Damaged) != len(bad) || loaded.Set.Len() != decisions {
			t.Fatalf("%d damaged, %d decisions", len(loaded.Damaged), loaded.Set.Len())
		}
	}
	loaded, err := f.Load(t.Context())
	check(loaded, err, len(bad)+1)
	for i, d := range loaded.Damaged {
		if d.Line != 2+3*i || d.Err == nil {
			t.Errorf("line %d: got %d, %v", 2+3*i, d.Line, d.Err)
		}
	}
	loaded, err = f.Save(t.Context(), []triage.Decision{at("/new", triage.Keep, 0)})
	check(loaded, err, len(bad)+2)
	if after, _ := os.ReadFile(f.Path()); !strings.HasPrefix(string(after), text+"\n{") {
		t.Error("the old text was changed")
	}
	for range 2 { // the second time the file is written again
		loaded, err = f.Save(t.Context(), many("/same", 1500))
		check(loaded, err, len(bad)+3)
	}
	after, _ := os.ReadFile(f.Path())
	for _, l := range bad {
		if !strings.Contains(string(after), "\n"+l+"\n") {
			t.Errorf("lost the damaged line %.80q", l)
		}
	}
	if lines := strings.Count(string(after), "/same"); lines != 1 {
		t.Errorf("%d lines that are not in effect stay", lines-1)
	}
	saved := loaded.Damaged
	loaded, err = f.Load(t.Context())
	check(loaded, err, len(bad)+3)
	for i, d := range loaded.Damaged {
		if saved[i].Line != d.Line {
			t.Errorf("damaged line %d: Save says line %d, Load line %d", i, saved[i].Line, d.Line)
		}
	}
}

// TestCutFilesLoseOneLineAtMost cuts a file after each byte, as a killed run or a power cut may leave
// it, and saves another decision.
func TestCutFilesLoseOneLineAtMost(t *testing.T) {
	f := triage.InState(t.TempDir())
	must(t, os.Mkdir(f.Dir(), 0o700))
	text := triage.Format(triage.SetOf(at("/a", triage.Keep, 0), at("/b", triage.Ignore, 0), at("/caf\xe9", triage.NotNow, 0)))
	for size := range len(text) + 1 {
		must(t, os.WriteFile(f.Path(), text[:size], 0o600))
		_, err := f.Save(t.Context(), many("/new", 1))
		must(t, err)
		loaded, err := f.Load(t.Context())
		must(t, err)
		whole := max(strings.Count(string(text[:size]), "\n")-1, 0)
		if _, found := loaded.Set.On("/new"); !found || loaded.Set.Len() < whole+1 || len(loaded.Damaged) > 1 {
			t.Fatalf("cut after %d bytes: %v, damaged %v", size, loaded.Set.Sorted(), loaded.Damaged)
		}
	}
}

// many returns decisions on one path.
func many(path string, n int) (all []triage.Decision) {
	for i := range n {
		all = append(all, at(path, triage.Ignore, time.Duration(i)))
	}
	return all
}

func TestForeignFilesAreNeitherReadNorChanged(t *testing.T) {
	for name, tt := range map[string]struct {
		text string
		want error
	}{
		"another file":         {"hello\n", triage.ErrFormat},
		"no header":            {good("/a") + "\n", triage.ErrFormat},
		"another schema":       {`{"schema":"x","version":1}` + "\n", triage.ErrFormat},
		"a later version":      {`{"schema":"list-ephemeral decisions","version":2,"more":[]}` + "\nx\n", triage.ErrVersion},
		"no version":           {`{"schema":"list-ephemeral decisions"}` + "\n", triage.ErrVersion},
		"NULs":                 {strings.Repeat("\x00", 100), triage.ErrFormat},
		"too large":            {head + strings.Repeat("\n", 16<<20), triage.ErrTooLarge},
		"empty":                {"", nil},
		"a part of the header": {head[:20], nil},
		"only the header":      {head[:len(head)-1], nil},
	} {
		t.Run(name, func(t *testing.T) {
			f := triage.InState(t.TempDir())
			must(t, os.Mkdir(f.Dir(), 0o755), os.WriteFile(f.Path(), []byte(tt.text), 0o644))
			if _, err := f.Load(t.Context()); !errors.Is(err, tt.want) {
				t.Errorf("Load: %v", err)
			}
			if _, err := f.Save(t.Context(), []triage.Decision{at("/a", triage.Keep, 0)}); !errors.Is(err, tt.want) {
				t.Errorf("Save: %v", err)
			}
			after, _ := os.ReadFile(f.Path())
			if want := head + `{"path":"/a","verdict":"keep","time":"2026-11-30T12:00:00.123456789Z"}` + "\n"; tt.want == nil && string(after) != want {
				t.Errorf("wrote %q", after)
			}
			if tt.want != nil && string(after) != tt.text {
				t.Error("the file was changed")
			}
		})
	}
}

// TestUnsafePlacesAreRefused puts into the place of the file or its directory what another user could
// use to redirect reads and writes.
func TestUnsafePlacesAreRefused(t *testing.T) {
	target := filepath.Join(t.TempDir(), "target")
	for name, tt := range map[string]struct {
		storage bool
		make    func(f *triage.File) error
		want    error
	}{
		"a symlink to a file": {false, func(f *triage.File) error { return os.Symlink(target, f.Path()) }, triage.ErrLink},
		"a dangling symlink":  {false, func(f *triage.File) error { return os.Symlink(target+"x", f.Path()) }, triage.ErrLink},
		"in storage":          {true, func(f *triage.File) error { return os.Symlink(target, f.Path()) }, triage.ErrLink},
		"a directory":         {false, func(f *triage.File) error { return os.Mkdir(f.Path(), 0o700) }, nil},
		"a pipe":              {false, func(f *triage.File) error { return syscall.Mkfifo(f.Path(), 0o600) }, triage.ErrKind},
		"writable for all": {false, func(f *triage.File) error {
			return errors.Join(os.WriteFile(f.Path(), nil, 0o600), os.Chmod(f.Path(), 0o606))
		}, triage.ErrMode},
		"a directory for all":    {false, func(f *triage.File) error { return os.Chmod(f.Dir(), 0o777) }, triage.ErrMode},
		"an open storage place":  {true, func(f *triage.File) error { return os.Chmod(f.Dir(), 0o755) }, owned.ErrMode},
		"a symlink in storage":   {true, func(f *triage.File) error { return errors.Join(os.Remove(f.Dir()), os.Symlink("/etc", f.Dir())) }, owned.ErrKind},
		"a file as a directory":  {false, func(f *triage.File) error { return errors.Join(os.Remove(f.Dir()), os.WriteFile(f.Dir(), nil, 0o600)) }, syscall.ENOTDIR},
		"a relative place":       {false, func(f *triage.File) error { *f = *triage.InState("state"); return nil }, nil},
		"the top of the machine": {true, func(f *triage.File) error { *f = *triage.InStorage("/"); return nil }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			must(t, os.WriteFile(target, []byte(head), 0o600))
			f := triage.InState(t.TempDir())
			if tt.storage {
				f = triage.InStorage(t.TempDir())
			}
			must(t, os.Mkdir(f.Dir(), 0o700), tt.make(f))
			for what, call := range map[string]func() error{
				"Load": func() error { _, err := f.Load(t.Context()); return err },
				"Save": func() error { _, err := f.Save(t.Context(), many("/a", 1)); return err },
			} {
				if err := call(); err == nil || tt.want != nil && !errors.Is(err, tt.want) || !strings.Contains(err.Error(), f.Path()) {
					t.Errorf("%s: %v", what, err)
				}
			}
			if text, _ := os.ReadFile(target); string(text) != head {
				t.Errorf("the target was changed to %q", text)
			}
			if _, err := os.Lstat(target + "x"); err == nil {
				t.Error("the dangling target was made")
			}
		})
	}
}

// TestRootRefusesPlacesOfUsers lets root use a directory below one of another user.
func TestRootRefusesPlacesOfUsers(t *testing.T) {
	probe.Need(t, probe.Root)
	top := t.TempDir()
	home := filepath.Join(top, "home")
	state := filepath.Join(home, "state")
	must(t, os.MkdirAll(state, 0o755), os.Chown(home, 1000, 1000))
	f := triage.InState(state)
	if _, err := f.Save(t.Context(), many("/a", 1)); !errors.Is(err, triage.ErrOwner) {
		t.Errorf("below a directory of a user: %v", err)
	}
	if _, err := os.Lstat(f.Dir()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("made %s: %v", f.Dir(), err)
	}
	must(t, os.Chown(home, 0, 0), os.Symlink(state, filepath.Join(top, "link")))
	f = triage.InState(filepath.Join(top, "link", "new"))
	if _, err := f.Save(t.Context(), many("/a", 1)); err != nil {
		t.Errorf("through a symlink of root: %v", err)
	}
	must(t, os.Chown(f.Path(), 1000, 0))
	if _, err := f.Load(t.Context()); !errors.Is(err, triage.ErrOwner) {
		t.Errorf("a file of a user: %v", err)
	}
	storage := filepath.Join(top, "storage")
	must(t, os.Mkdir(storage, 0o755), os.Chown(storage, 1000, 1000))
	f = triage.InStorage(storage)
	if _, err := f.Save(t.Context(), many("/a", 1)); err != nil {
		t.Errorf("in storage of a user: %v", err)
	}
	must(t, os.Mkdir(filepath.Join(top, "planted"), 0o700), os.WriteFile(filepath.Join(top, "planted", "decisions"), []byte(head), 0o600),
		os.Rename(f.Dir(), f.Dir()+".old"), os.Rename(filepath.Join(top, "planted"), f.Dir()))
	if _, err := f.Load(t.Context()); !errors.Is(err, owned.ErrMark) {
		t.Errorf("a directory of root that was put there: %v", err)
	}
}

func TestLockedFileIsWaitedFor(t *testing.T) {
	f := triage.InState(t.TempDir())
	_, err := f.Save(t.Context(), many("/a", 1))
	must(t, err)
	locked, err := os.Open(f.Path())
	must(t, err, syscall.Flock(int(locked.Fd()), syscall.LOCK_EX))
	ctx, cancel := context.WithCancelCause(t.Context())
	reason := errors.New("enough")
	time.AfterFunc(20*time.Millisecond, func() { cancel(reason) })
	if _, err := f.Save(ctx, many("/b", 1)); !errors.Is(err, reason) {
		t.Errorf("Save: %v", err)
	}
	if _, err := f.Load(ctx); !errors.Is(err, reason) {
		t.Errorf("Load: %v", err)
	}
	time.AfterFunc(20*time.Millisecond, func() { locked.Close() })
	loaded, err := f.Save(t.Context(), many("/c", 1))
	if err != nil || loaded.Set.Len() != 2 {
		t.Errorf("after the lock: %v, %v", loaded.Set.Sorted(), err)
	}
}
