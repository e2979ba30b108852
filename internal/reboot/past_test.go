package reboot

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// TestLostIsWhatAnOldRootHas boots a machine three times, whose root each boot moves to old_roots,
// and compares lost with the files of the old root, and what restore brings back with the files as
// they were.
func TestLostIsWhatAnOldRootHas(t *testing.T) {
	probe.Need(t, probe.Nspawn, probe.Loop, probe.Btrfs)
	l := bootLayout{name: "btrfs root moved to old_roots", build: movedRoot, wiped: []string{"/"}}
	c := newComputer(t, &l)
	var m *machine
	for boot := range 2 {
		m = c.start()
		m.file("/root/every boot", "same", 0o600, 0)
		if boot == 1 {
			m.use()
		}
		before := m.tree(&l)
		listed := m.list("--all")
		c.stop(m)
		if boot == 0 {
			continue
		}
		m = c.start()
		m.disks()
		m.wantLost(&l, before, listed)
		m.wantSeen()
		m.wantRestored(&l, before)
		c.stop(m)
	}
}

// disks makes the loop devices, which containers do not have, so the machine can mount the top level
// of its disk as a real one.
func (m *machine) disks() {
	m.t.Helper()
	devices, err := filepath.Glob("/dev/loop[0-9]*")
	must(m.t, err)
	for _, device := range devices {
		var st unix.Stat_t
		must(m.t, unix.Stat(device, &st))
		if err := unix.Mknod(m.at(device), unix.S_IFBLK|0o600, int(st.Rdev)); !errors.Is(err, unix.EEXIST) {
			must(m.t, err)
		}
	}
}

// wantLost compares lost with the files that were listed before the reboot and are gone or changed.
func (m *machine) wantLost(l *bootLayout, before tree, listed []string) {
	m.t.Helper()
	now := m.tree(l)
	var want []string
	for _, path := range listed {
		was, is := before[path], now[path]
		if was.kind == 'f' && content(was) != content(is) && !slices.Contains(l.layers, path) {
			want = append(want, path)
		}
	}
	got := nulCut(m.ask(nil, "lost", "--all", "--print0", "--type", "f"))
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		m.t.Errorf("lost (-gone or changed since the boot before +reported):\n%s", diff)
	}
	if len(want) < 50 {
		m.t.Errorf("only %d files are lost", len(want))
	}
	_, stderr, _ := m.run(nil, "lost", "--boots", "2", "--long", "/root")
	if !strings.Contains(stderr, "old_roots/root-1") || !strings.Contains(stderr, "old_roots/root-0") {
		m.t.Errorf("lost --boots 2 compares with:\n%s", stderr)
	}
	if stdout := m.ask(nil, "lost", "--boots", "2", "--long", "/root/every boot"); !strings.Contains(stdout, "gone") || !strings.Contains(stdout, "2/2") {
		m.t.Errorf("lost --boots 2 reports a file of both boots as: %s", stdout)
	}
}

// wantSeen asks how many of the earlier states have paths of the machine as it is now.
func (m *machine) wantSeen() {
	m.t.Helper()
	if stdout, _, _ := m.run(nil, "explain", "--boots", "2", "/root/every boot"); !strings.Contains(stdout, "the last 2 states all had it") {
		m.t.Errorf("explain --boots of a file of both boots: %s", stdout)
	}
	if stdout, _, _ := m.run(nil, "explain", "--boots", "2", "/srv/www/index.html"); !strings.Contains(stdout, "1 of the last 2 states had it") {
		m.t.Errorf("explain --boots of a file of one boot: %s", stdout)
	}
	if stdout := m.ask(nil, "list", "--all", "--json", "--boots", "2", "/etc/passwd"); !strings.Contains(stdout, `"states":2,"of":2,`) {
		m.t.Errorf("list --json --boots of a file that each boot makes: %s", stdout)
	}
}

// content returns the size and the hash of an entry, without its times.
func content(e entry) string {
	_, hash, _ := strings.Cut(e.detail, " hash ")
	hash, _, _ = strings.Cut(hash, " ")
	return string(e.kind) + hash
}

// wantRestored restores directories and files, and compares them with what they were.
func (m *machine) wantRestored(l *bootLayout, before tree) {
	m.t.Helper()
	dirs := []string{aliceHome + "/hostile", aliceHome + "/src", aliceHome + "/.mozilla", "/srv/www", "/opt/thing"}
	m.ask(dirs, "restore", "-0")
	now := m.tree(l)
	restored := 0
	for path, was := range before {
		if !slices.ContainsFunc(dirs, func(dir string) bool { return path == dir || strings.HasPrefix(path, dir+"/") }) {
			continue
		}
		restored++
		if is := now[path]; is.String() != was.String() {
			m.t.Errorf("%q is restored as %s, and was %s", path, is, was)
		}
	}
	if restored < 50 {
		m.t.Errorf("only %d paths are restored", restored)
	}
	must(m.t, os.WriteFile(m.at("/srv/www/index.html"), []byte("new"), 0o600))
	if _, stderr, status := m.run([]string{"/srv/www/index.html"}, "restore", "-0"); status != 1 || !strings.Contains(stderr, "nothing is overwritten") {
		m.t.Errorf("restore of a file that exists: status %d\n%s", status, stderr)
	}
	if text, err := os.ReadFile(m.at("/srv/www/index.html")); string(text) != "new" {
		m.t.Errorf("restore overwrote a file with %q, %v", text, err)
	}
}
