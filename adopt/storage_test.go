package adopt

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/owned"
	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// This file tests the state of storage before a run: unusual modes, mounts, entries with the name
// of the staging directory, and directories above targets.

func (g *ground) noArea() {
	g.t.Helper()
	if _, err := os.Lstat(filepath.Join(g.store, stagingName)); !errors.Is(err, unix.ENOENT) {
		g.t.Errorf("%s is left behind: %v", stagingName, err)
	}
}

func TestStorageWithSetgid(t *testing.T) {
	g := newGround(t)
	g.menagerie("app")
	g.must(os.Chmod(g.store, os.ModeSetgid|0o755))
	g.expect(g.adopt("app"), "copied app "+g.count("app"))
	g.same("app")
	g.noArea()
}

// TestUmaskWithTheUsersBits sets a umask that removes permissions of the user which the program
// needs, for root and for an ordinary user, who is not exempt from permission checks.
func TestUmaskWithTheUsersBits(t *testing.T) {
	probe.Need(t, probe.Namespaces)
	for _, umask := range []string{"0177", "0777"} {
		g := newGround(t)
		g.write("app/dir/f", "x")
		g.must(os.Chmod(g.at("app/dir"), 0o750))
		out := g.onMachine(`umask ` + umask + `; adopt "$SOURCE/app"`)
		g.says(out, "copied "+g.at("app"), "status 0")
		g.same("app")
		g.noArea()
	}
}

// TestLeftoverIsClearedWhereOthersMayRename checks that a run clears what a killed run has left, in
// directories that have inherited S_ISGID.
func TestLeftoverIsClearedWhereOthersMayRename(t *testing.T) {
	g := newGround(t)
	g.write("app/dir/f", "x")
	g.must(os.Chmod(g.store, os.ModeSetgid|0o777))
	if status, said := g.injected("syncfs", "signal=KILL", 1, "app"); status == 0 {
		t.Fatalf("the run was not killed: %s", said)
	}
	entries, err := os.ReadDir(g.store)
	g.must(err)
	left := ""
	for _, e := range entries {
		if IsLeftover(filepath.Join(g.store, e.Name())) {
			left = e.Name()
		}
	}
	inside, _ := filepath.Glob(filepath.Join(g.store, left, "*", "dir", "f"))
	if left == "" || len(inside) != 1 {
		t.Fatalf("the killed run left %v with %v", entries, inside)
	}
	g.expect(g.adopt("app"), "copied app 1")
	g.noArea()
}

// TestForeignStagingDirectoriesAreNotCleared renames a directory that belongs to root to the name
// of the staging directory. The owner of the parent directory may do so.
func TestForeignStagingDirectoriesAreNotCleared(t *testing.T) {
	tests := []struct {
		name, file string // of the directory
		mode       os.FileMode
		want       error
	}{
		{"numbers only", "2022/precious", 0o777, owned.ErrMark},
		{"numbers and another name, found last or first", "README", 0o755, nil},
	}
	for _, tt := range tests {
		g := newGround(t)
		g.write("f", "x")
		staging := filepath.Join(g.store, stagingName)
		for _, file := range []string{"2022/precious", "2023/precious", tt.file} {
			g.must(os.MkdirAll(filepath.Dir(filepath.Join(staging, file)), 0o700), os.WriteFile(filepath.Join(staging, file), nil, 0o600))
		}
		// Inherited ACLs are not removed either.
		g.must(unix.Setxattr(staging, "system.posix_acl_default", aclOf(entry{aclUser, 7, 65534}), 0))
		g.must(os.Chmod(staging, os.ModeSetgid|0o500), os.Chmod(g.store, tt.mode))
		before := snapshot(t, staging)
		results := g.adopt("f")
		var refused *StagingError
		if results[0].Outcome != Failed || !errors.As(results[0].Problems[0].Err, &refused) || refused.Path != staging || tt.want != nil && !errors.Is(refused, tt.want) {
			t.Errorf("%s: %s", tt.name, g.outcomes(results))
		}
		if after := snapshot(t, staging); after != before {
			t.Errorf("%s: before\n%s\nafter\n%s", tt.name, before, after)
		}
		g.must(os.Chmod(staging, 0o700)) // so the cleanup can remove it
	}
}

// TestInvalidStagingDirectoriesAreRefused puts each kind of invalid entry in the place of the
// staging directory.
func TestInvalidStagingDirectoriesAreRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		make func(staging string) error
		want error
	}{
		"file":    {func(staging string) error { return os.WriteFile(staging, nil, 0o600) }, owned.ErrKind},
		"symlink": {func(staging string) error { return os.Symlink("/etc", staging) }, owned.ErrKind},
		"mode":    {func(staging string) error { return errors.Join(os.Mkdir(staging, 0o700), os.Chmod(staging, 0o750)) }, owned.ErrMode},
	} {
		g := newGround(t)
		g.write("f", "x")
		staging := filepath.Join(g.store, stagingName)
		g.must(tt.make(staging))
		results := g.adopt("f")
		if text := g.outcomes(results); results[0].Outcome != Failed || !errors.Is(results[0].Problems[0].Err, tt.want) || !strings.Contains(text, "prepare staging directory "+staging+": ") {
			t.Errorf("%s: %s", name, text)
		}
	}
}

// TestMountsInStorage mounts parts of storage, and another file system, within storage. rename(2)
// cannot move entries between these mounts.
func TestMountsInStorage(t *testing.T) {
	probe.Need(t, probe.Namespaces)
	g := newGround(t)
	for _, name := range []string{"data/w", "srv/x", "srv/inner/y", "other/z", "all/v"} {
		g.write(name, name)
	}
	g.must(os.Link(g.at("srv/x"), g.at("other/link")))
	out := g.onMachine(`
mount -t tmpfs -o mode=755 none "$STORE"
mkdir -p "$TARGET/data" "$TARGET/srv" "$TARGET/other" "$TARGET/all"
mount --bind "$TARGET/data" "$TARGET/srv"
mount -t tmpfs -o mode=755 none "$TARGET/other"
mount --bind "$STORE" "$TARGET/all"
adopt "$SOURCE/srv/x" "$SOURCE/srv/inner" "$SOURCE/data/w" "$SOURCE/other" "$SOURCE/all/v"
cat "$TARGET/data/w" "$TARGET/data/x" "$TARGET/data/inner/y" "$TARGET/other/z" "$TARGET/other/link" "$STORE/v"; echo
ls -a "$STORE" "$TARGET/srv" "$TARGET/other" "$TARGET/all"
`)
	g.says(out, "copied "+g.at("srv/x"), "copied "+g.at("srv/inner"), "copied "+g.at("other"), "copied "+g.at("all/v"),
		"data/wsrv/xsrv/inner/yother/zsrv/xall/v\n", "!"+stagingName)
}

func TestMountIDsOfTheKernelAreEqual(t *testing.T) {
	for _, name := range []string{"/", "/proc", t.TempDir()} {
		fd, err := unix.Open(name, unix.O_PATH|unix.O_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer unix.Close(fd)
		byStat, err := mountID(fd)
		byInfo, infoErr := mountIDOfInfo(fd)
		if err != nil || infoErr != nil || byStat != byInfo || byStat == 0 {
			t.Errorf("%s: %d, %v by statx(2), %d, %v by fdinfo", name, byStat, err, byInfo, infoErr)
		}
	}
}

// TestRunsWithTheSameStagingDirectoryExcludeEachOther uses two storage paths, one within the other,
// that share a staging directory. The second run must neither clear nor use it.
func TestRunsWithTheSameStagingDirectoryExcludeEachOther(t *testing.T) {
	g := newGround(t)
	g.write("f", "x")
	g.must(os.Mkdir(filepath.Join(g.store, stagingName), 0o700))
	held, err := os.Open(filepath.Join(g.store, stagingName))
	g.must(err, unix.Flock(int(held.Fd()), unix.LOCK_EX), os.WriteFile(filepath.Join(g.store, stagingName, "1"), nil, 0o600))
	results := g.adopt("f")
	if results[0].Outcome != Failed || !errors.Is(results[0].Problems[0].Err, ErrBusy) {
		t.Errorf("a second run: %s", g.outcomes(results))
	}
	if _, err := os.Lstat(filepath.Join(g.store, stagingName, "1")); err != nil {
		t.Error(err)
	}
	g.must(held.Close())
	g.expect(g.adopt("f"), "copied f 1")
	g.noArea()
}

// TestGains tests which users may replace entries in a directory of storage but not in the source.
func TestGains(t *testing.T) {
	const root, alice, mallory, me = 0, 1000, 1001, 12345678
	type who struct{ uid, gid, mode uint32 }
	tests := []struct {
		name     string
		to, from who
		owner    uint32 // of the copy
		refused  bool
	}{
		{"equal", who{root, root, 0o755}, who{root, root, 0o755}, root, false},
		{"equal and writable by all", who{mallory, 100, 0o777}, who{mallory, 100, 0o777}, root, false},
		{"directory mallory's, source root's", who{mallory, 100, 0o755}, who{root, root, 0o755}, root, true},
		{"directory mallory's, source alice's", who{mallory, 100, 0o755}, who{alice, 100, 0o755}, alice, true},
		{"directory and copy mallory's", who{mallory, 100, 0o755}, who{root, root, 0o755}, mallory, false},
		{"directory mallory's and sticky", who{mallory, 100, 0o1777}, who{root, root, 0o1777}, root, true},
		{"directory root's, source alice's", who{root, root, 0o755}, who{alice, 100, 0o700}, alice, false},
		{"writable by all", who{root, root, 0o757}, who{root, root, 0o755}, alice, true},
		{"writable by all, and sticky", who{root, root, 0o1777}, who{root, root, 0o755}, root, false},
		{"only the source sticky", who{root, root, 0o777}, who{root, root, 0o1777}, root, true},
		{"source writable by all", who{root, 100, 0o775}, who{root, root, 0o777}, root, false},
		{"a group, root's copy", who{root, 100, 0o775}, who{root, root, 0o755}, root, true},
		{"a group, alice's copy", who{alice, 100, 0o775}, who{alice, 100, 0o755}, alice, false},
		{"the same group", who{root, 100, 0o775}, who{root, 100, 0o775}, root, false},
		{"another group", who{root, 100, 0o775}, who{root, 101, 0o775}, root, true},
		{"root's group", who{root, root, 0o775}, who{root, root, 0o755}, root, false},
	}
	of := func(w who) writers {
		all, err := writersOf(&unix.Stat_t{Uid: w.uid, Gid: w.gid, Mode: unix.S_IFDIR | w.mode}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	for _, tt := range tests {
		err := refusedBy(gainsOf("/persist", absolute("/d"), of(tt.to), of(tt.from)), tt.owner)
		if errors.Is(err, ErrReplaceable) != tt.refused {
			t.Errorf("%s: %v, want refused: %t", tt.name, err, tt.refused)
		}
	}
	own := who{uint32(os.Geteuid()), me, 0o700}
	if err := refusedBy(gainsOf("/persist", absolute("/d"), of(own), of(who{me, me, 0o700})), root); err != nil {
		t.Errorf("storage of the current user: %v", err)
	}
}

// TestExistingParentsAreComparedWithTheSource uses directories in storage whose mode differs from
// the source's.
func TestExistingParentsAreComparedWithTheSource(t *testing.T) {
	g := newGround(t)
	for _, name := range []string{"work/key", "work/dir/sub/key", "secret/key", "fine/key"} {
		g.write(name, "k")
	}
	g.must(os.Chmod(g.at("secret"), 0o700))
	for name, mode := range map[string]os.FileMode{"work": 0o777, "secret": 0o755, "fine": 0o755} {
		g.must(os.MkdirAll(g.stored(name), 0o755), os.Chmod(g.stored(name), mode))
	}
	plan, err := Prepare(t.Context(), g.store, []string{g.at("work/key"), g.at("work/dir/sub/key"), g.at("secret/key"), g.at("fine/key")}, nothingRefused)
	g.must(err)
	for _, u := range plan.Units {
		if refused := strings.Contains(u.Path, "/work/"); errors.Is(u.Err, ErrReplaceable) != refused || refused != (u.Action == Refuse) {
			t.Errorf("the plan for %s: %s, %v", u.Path, u.Action, u.Err)
		}
	}
	for name, units := range map[string][]*Result{"planned": nil, "merged": g.adopt("work", "secret/key", "fine/key")} {
		results := units
		if results == nil {
			results, err = plan.Run(t.Context(), new(Progress))
			g.must(err)
		}
		warned := map[string]bool{}
		for _, r := range results {
			inWork := strings.HasPrefix(r.Path, g.at("work"))
			if inWork != (r.Outcome == Failed) || inWork && !errors.Is(r.Problems[len(r.Problems)-1].Err, ErrReplaceable) {
				t.Errorf("%s: %s", name, g.outcomes([]*Result{r}))
			}
			for _, w := range r.Warnings {
				warned[w.Path] = true
			}
		}
		if !warned[g.stored("secret")] || warned[g.stored("fine")] {
			t.Errorf("%s: warnings of %v", name, warned)
		}
	}
	if left, _ := os.ReadDir(g.stored("work")); len(left) > 0 {
		t.Errorf("copied to a directory where everyone may replace it: %v", left)
	}
}
