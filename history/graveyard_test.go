package history_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/adopt"
	"github.com/DaRacci/list-ephemeral/history"
	"github.com/DaRacci/list-ephemeral/internal/must"
	"github.com/DaRacci/list-ephemeral/internal/probe"
)

var _ adopt.Source = (*history.Dir)(nil)

// yard is a storage path with a graveyard, and a home beside it.
type yard struct {
	t          testing.TB
	g          *history.Graveyard
	home, dir  string
	candidates []string
}

func newYard(t testing.TB) *yard {
	dir := tempDir(t)
	y := &yard{t: t, g: &history.Graveyard{Storage: dir + "/persist"}, home: dir + "/home", dir: filepath.Join(dir, "persist", history.Name, "graveyard")}
	must.Do(t, os.Mkdir(y.g.Storage, 0o755), os.Mkdir(y.home, 0o755))
	return y
}

// write makes a candidate.
func (y *yard) write(name, text string) {
	y.t.Helper()
	write(y.t, filepath.Join(y.home, name), text)
	y.candidates = append(y.candidates, filepath.Join(y.home, name))
}

func (y *yard) bury(m history.Machine, when time.Time, options history.BuryOptions) *history.Buried {
	y.t.Helper()
	if options.Now == nil {
		options.Now = func() time.Time { return when }
	}
	if options.Roots == nil {
		options.Roots = []string{y.home}
	}
	b, err := y.g.Bury(context.Background(), m, slices.Values(y.candidates), options)
	must.Do(y.t, err)
	return b
}

// graves returns the names of the entries of the graveyard, without the ends.
func (y *yard) graves() (names []string) {
	y.t.Helper()
	entries, err := os.ReadDir(y.dir)
	must.Do(y.t, err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// tree describes what is below a directory, with everything that a copy keeps.
func tree(t testing.TB, top string) (lines []string) {
	t.Helper()
	must.Do(t, filepath.WalkDir(top, func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		var st unix.Stat_t
		if err := unix.Lstat(name, &st); err != nil {
			return err
		}
		line := strings.TrimPrefix(name, top) + " " + must.Run(t, "stat", "-c", "%A %u:%g", name)
		if st.Mode&unix.S_IFMT != unix.S_IFDIR {
			line += must.Run(t, "stat", "-c", "%y %s", name)
		}
		if st.Mode&unix.S_IFMT != unix.S_IFLNK {
			line += must.Run(t, "getfattr", "-d", "-m", "-", "--only-values", "--absolute-names", name)
			line += must.Run(t, "getfacl", "-cn", "--absolute-names", name)
		}
		lines = append(lines, line)
		return nil
	}))
	return lines
}

func TestGraveHasEverythingOfItsFiles(t *testing.T) {
	probe.Need(t, probe.Root)
	y := newYard(t)
	y.write("al/.config/app/key", "secret")
	y.write("al/bytes \xff\n", "x")
	y.write("al/empty", "")
	must.Do(t, os.Symlink("/etc/shadow", y.home+"/al/link"), os.Chmod(y.home+"/al/.config/app/key", 0o600))
	y.candidates = append(y.candidates, y.home+"/al/link")
	must.Do(t, os.Lchown(y.home+"/al/link", 7, 8), os.Chown(y.home+"/al/.config/app/key", 1234, 99), os.Chown(y.home+"/al/.config", 1234, 99), os.Chmod(y.home+"/al/.config", 0o700))
	must.Do(t, unix.Setxattr(y.home+"/al/.config/app/key", "user.x", []byte("value"), 0))
	must.Run(t, "setfacl", "-m", "u:daemon:r", y.home+"/al/.config/app/key")
	must.Run(t, "setfacl", "-d", "-m", "g:daemon:rx", y.home+"/al/.config/app")
	for _, name := range y.candidates {
		stamps := []unix.Timespec{{Sec: 1e9, Nsec: 1}, {Sec: 1e9 + 7, Nsec: 123456789}}
		must.Do(t, unix.UtimesNanoAt(unix.AT_FDCWD, name, stamps, unix.AT_SYMLINK_NOFOLLOW))
	}
	before := tree(t, y.home)
	b := y.bury(first, noon, history.BuryOptions{})
	if b.More > 0 || b.Files != 4 || !b.Complete {
		t.Errorf("%+v", b)
	}
	for name, mode := range map[string]fs.FileMode{y.dir: 0o700, filepath.Dir(y.dir): 0o700, filepath.Join(y.dir, b.Name): 0o700, filepath.Join(y.dir, b.Name, "grave.json"): 0o600} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	if diff := cmp.Diff(before, tree(t, filepath.Join(y.dir, b.Name, "files", y.home))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(before, tree(t, y.home)); diff != "" {
		t.Errorf("the sources have changed\n%s", diff)
	}

	// Restored in place, after the reboot.
	must.Do(t, os.RemoveAll(y.home), os.Mkdir(y.home, 0o755))
	found := find(t, history.Options{Storage: []string{y.g.Storage}, Boot: second.Boot})
	if len(found.States) != 1 || found.States[0].Kind != history.KindGraveyard || found.States[0].Age != history.AgeEarlier || found.States[0].Root != "/" {
		t.Fatal(summary(found))
	}
	state, err := found.States[0].Open()
	must.Do(t, err)
	defer state.Close()
	plan, err := adopt.Prepare(t.Context(), "/", []string{y.home + "/al"}, adopt.Options{Source: state})
	must.Do(t, err)
	results, err := plan.Run(t.Context(), new(adopt.Progress))
	must.Do(t, err)
	if results[0].Outcome != adopt.Copied {
		t.Errorf("%+v", results[0])
	}
	if diff := cmp.Diff(before, tree(t, y.home)); diff != "" {
		t.Errorf("restored\n%s", diff)
	}
}

func TestLimitsOfAGrave(t *testing.T) {
	y := newYard(t)
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		y.write(name, strings.Repeat("x", 100))
	}
	y.write("large", strings.Repeat("x", 1001))
	y.write("excluded/f", "x")
	y.write("old", "x")
	must.Do(t, unix.Mkfifo(y.home+"/pipe", 0o600))
	y.candidates = append(y.candidates, y.home+"/pipe", y.home+"/missing", "relative", y.home+"/../x", "/etc/hostname")
	excluded := func(name string) bool { return strings.Contains(name, "/excluded/") }
	for _, tt := range []struct {
		name    string
		options history.BuryOptions
		files   int
		bytes   int64
		check   func(*history.Buried) bool
	}{
		{"defaults", history.BuryOptions{}, 8, 1503, func(b *history.Buried) bool { return b.OtherType == 1 && b.More == 4 && b.Complete }},
		{"size of a file", history.BuryOptions{Limits: history.Limits{FileBytes: 1000}}, 7, 502, func(b *history.Buried) bool { return b.TooLarge == 1 }},
		{"size of the grave", history.BuryOptions{Limits: history.Limits{GraveBytes: 302}}, 5, 302, func(b *history.Buried) bool { return b.OverLimit == 3 }},
		{"files of the grave", history.BuryOptions{Limits: history.Limits{GraveFiles: 3}}, 3, 300, func(b *history.Buried) bool { return b.OverLimit == 5 }},
		{"excludes", history.BuryOptions{Excluded: excluded}, 7, 1502, func(b *history.Buried) bool { return b.Excluded == 1 }},
		{"unchanged", history.BuryOptions{Since: time.Now().Add(time.Hour)}, 0, 0, func(b *history.Buried) bool { return b.Unchanged == 8 }},
		{"no time", history.BuryOptions{Budget: time.Second, Now: ticking(4 * time.Second)}, 0, 0, func(b *history.Buried) bool { return !b.Complete }},
		{"another root", history.BuryOptions{Roots: []string{"/nowhere"}}, 0, 0, func(b *history.Buried) bool { return b.More == 13 }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := y.bury(first, noon, tt.options)
			if b.Files != tt.files || b.Bytes != tt.bytes || !tt.check(b) {
				t.Errorf("%+v %v", b, b.Problems)
			}
			must.Do(t, os.RemoveAll(y.dir))
		})
	}
}

// ticking returns a clock that advances with each call.
func ticking(step time.Duration) func() time.Time {
	now := noon
	return func() time.Time { now = now.Add(step); return now }
}

// TestCancelledGraveIsNotMade cancels Bury while it copies. Nothing is left of the grave.
func TestCancelledGraveIsNotMade(t *testing.T) {
	y := newYard(t)
	for i := range 9 {
		y.write(fmt.Sprint("f", i), "x")
	}
	ctx, stop := context.WithCancel(t.Context())
	candidates := func(yield func(string) bool) {
		for i, name := range y.candidates {
			if i == 5 {
				stop()
			}
			if !yield(name) {
				return
			}
		}
	}
	_, err := y.g.Bury(ctx, first, candidates, history.BuryOptions{Roots: []string{y.home}})
	if names, _ := filepath.Glob(y.g.Storage + "/" + history.Name + "/graveyard/*"); !errors.Is(err, context.Canceled) || len(names) > 0 {
		t.Errorf("%v, left %q", err, names)
	}
}

func TestOldAndLargeGravesAreRemoved(t *testing.T) {
	y := newYard(t)
	y.write("f", strings.Repeat("x", 1000))
	var names []string
	for day := range 6 {
		b := y.bury(first, noon.AddDate(0, 0, day), history.BuryOptions{})
		names = append(names, b.Name)
	}
	removed, err := y.g.Prune(noon.AddDate(0, 0, 10), history.Limits{Age: 8 * 24 * time.Hour, TotalBytes: 3500})
	must.Do(t, err)
	slices.Sort(removed)
	if want := names[:3]; !slices.Equal(removed, want) || !slices.Equal(y.graves(), names[3:]) {
		t.Errorf("removed %q, expected %q; left %q", removed, want, y.graves())
	}
	b := y.bury(second, noon.AddDate(0, 0, 10), history.BuryOptions{Limits: history.Limits{TotalBytes: 1500}})
	if want := []string{b.Name}; !slices.Equal(y.graves(), want) || len(b.Removed) != 3 {
		t.Errorf("left %q, removed %q", y.graves(), b.Removed)
	}
	graves, err := y.g.Graves()
	if err != nil || len(graves) != 1 || graves[0].Files != 1 || graves[0].Bytes != 1000 || graves[0].Boot != second.Boot {
		t.Errorf("%+v, %v", graves, err)
	}
}

// TestPruneStaysInTheGraveyard puts symlinks, mounts and other files into the graveyard.
func TestPruneStaysInTheGraveyard(t *testing.T) {
	probe.Need(t, probe.Root)
	y := newYard(t)
	y.write("f", "x")
	old := y.bury(first, noon.AddDate(0, 0, -100), history.BuryOptions{Limits: history.Limits{Age: time.Hour}})
	y.bury(second, noon, history.BuryOptions{Limits: history.Limits{Age: 1000 * 24 * time.Hour}})
	precious := filepath.Join(filepath.Dir(y.g.Storage), "precious")
	write(t, precious+"/f", "x")
	write(t, precious+"/grave.json", `{"schema":1,"boot":"x","time":"2020-01-01T00:00:00Z"}`)
	must.Do(t, os.Symlink(precious, y.dir+"/2020-01-01T000000Z-x"), os.Symlink(precious, y.dir+"/2020-01-01T000000Z-y.new"))
	must.Do(t, os.Symlink(precious, filepath.Join(y.dir, old.Name, "files", "out")))
	write(t, y.dir+"/notes", "x")
	write(t, y.dir+"/2020-01-02T000000Z-x/f", "no record")
	write(t, y.dir+"/2020-01-03T000000Z-x.new/files/f", "left by a killed run")
	mounted := filepath.Join(y.dir, old.Name, "files", "mnt")
	must.Do(t, os.Mkdir(mounted, 0o755))
	must.Run(t, "mount", "--bind", precious, mounted)
	_, err := y.g.Prune(noon, history.Limits{})
	unix.Unmount(mounted, unix.MNT_DETACH)
	var p *history.ReasonError
	if !errors.As(err, &p) {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(precious + "/f"); err != nil {
		t.Error(err)
	}
	removed, err := y.g.Prune(noon, history.Limits{})
	if want := []string{old.Name}; !slices.Equal(removed, want) || err == nil {
		t.Errorf("removed %q, %v", removed, err)
	}
	want := []string{"2020-01-01T000000Z-x", "2020-01-02T000000Z-x", "2026-11-29T120000Z-22222222", "notes"}
	if diff := cmp.Diff(want, y.graves()); diff != "" {
		t.Error(diff)
	}
	if _, err := os.Stat(precious + "/f"); err != nil {
		t.Error(err)
	}
}

// TestSourcesAreNotReachedBySymlinksOrMounts replaces directories above candidates.
func TestSourcesAreNotReachedBySymlinksOrMounts(t *testing.T) {
	probe.Need(t, probe.Root)
	y := newYard(t)
	y.write("a/hostname", "x")
	y.write("b/hostname", "x")
	must.Do(t, os.RemoveAll(y.home+"/a"), os.Symlink("/etc", y.home+"/a"))
	must.Run(t, "mount", "--bind", "/etc", y.home+"/b")
	b := y.bury(first, noon, history.BuryOptions{})
	must.Do(t, unix.Unmount(y.home+"/b", unix.MNT_DETACH))
	if b.Files != 0 || b.More != 2 || b.Problems[0].Path != y.home+"/a/hostname" {
		t.Errorf("%+v", b)
	}
}

func TestStorageByASymlinkIsRefused(t *testing.T) {
	y := newYard(t)
	y.write("f", "x")
	link := y.g.Storage + ".link"
	must.Do(t, os.Symlink(y.g.Storage, link))
	for _, storage := range []string{link, "/", "relative", y.g.Storage + "/missing"} {
		_, err := (&history.Graveyard{Storage: storage}).Bury(t.Context(), first, slices.Values(y.candidates), history.BuryOptions{})
		if err == nil {
			t.Errorf("%s is accepted", storage)
		}
	}
}

func TestHostileRecordsAreProblems(t *testing.T) {
	y := newYard(t)
	y.write("f", "x")
	b := y.bury(first, noon, history.BuryOptions{})
	record := filepath.Join(y.dir, b.Name, "grave.json")
	text, err := os.ReadFile(record)
	must.Do(t, err)
	for name, tt := range map[string]struct {
		old, new string
		want     history.Reason
	}{
		"newer":     {`"schema":1`, `"schema":9`, history.NewerFormat},
		"other":     {"11111111", "99999999", history.Malformed},
		"negative":  {`"files":1`, `"files":-1`, history.Malformed},
		"not JSON":  {"{", "", history.Malformed},
		"too large": {"{", "{" + strings.Repeat(" ", 70_000), history.TooLarge},
	} {
		must.Do(t, os.WriteFile(record, []byte(strings.Replace(string(text), tt.old, tt.new, 1)), 0o600))
		graves, err := y.g.Graves()
		var p *history.ReasonError
		if !errors.As(err, &p) || p.Reason != tt.want || len(graves) > 0 {
			t.Errorf("%s: %v, %+v", name, err, graves)
		}
	}
}
