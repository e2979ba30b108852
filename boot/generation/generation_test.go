package generation_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/boot/generation"
)

func TestReadResolvesTheSystemBelowTheRoot(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.link("/run/booted-system", "../../../../../../../nix/var/nix/profiles/system")
	for _, system := range []string{"/run/booted-system", "/run/current-system", "/nix/var/nix/profiles/system", sys} {
		g, err := generation.Read(system, generation.Options{Root: m.root})
		if err != nil || g.System != sys || len(g.Entries) != len(base) {
			t.Errorf("%s: %v, %v", system, g, err)
		}
	}
	m.link("/loop", "loop")
	m.dir("/nix/store/h-empty")
	m.file("/nix/store/h-file/etc", "not a directory")
	for system, want := range map[string]error{"/nothing": fs.ErrNotExist, "/loop": unix.ELOOP, "/nix/store/h-etc-fstab": unix.ENOTDIR, "/nix/store/h-empty": fs.ErrNotExist, "/nix/store/h-file": unix.ENOTDIR} {
		if g, err := generation.Read(system, generation.Options{Root: m.root}); !errors.Is(err, want) {
			t.Errorf("%s: %v, %v", system, g, err)
		}
	}
	if _, err := generation.Read(sys, generation.Options{Root: filepath.Join(m.root, "nothing")}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a root that is not there: %v", err)
	}
}

// TestNothingOutsideOfTheRootIsRead has links that lead to a file of this machine.
func TestNothingOutsideOfTheRootIsRead(t *testing.T) {
	t.Parallel()
	outside := t.TempDir()
	if err := os.WriteFile(outside+"/fstab", []byte("/keep/x /x none bind 0 0\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	m := newMachine(t)
	m.link(etc+"/fstab", outside+"/fstab")
	m.link("/keep", outside)
	m.tmpfiles("00-nixos.conf", "L+ /y - - - - /keep/fstab")
	got := showAll(m.read(generation.Options{}))
	// As a root of its own, the directory has no such file.
	if len(got) != 2 || !strings.HasPrefix(got[0], "/etc/fstab: symlink unknown < "+outside) || !strings.HasPrefix(got[1], "/y: symlink unknown < /keep/fstab: ") {
		t.Errorf("%q", got)
	}
}

func TestProblemsDoNotStop(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.fifo("/nix/store/h-fifo/x.mount")
	m.link(units+"/x.mount", "/nix/store/h-fifo/x.mount")
	m.link(units+"/missing.mount", "/nix/store/h-missing")
	m.unit("large.mount", "[Mount]\nWhat=/keep/large\nWhere=/large\nOptions=bind\n#"+strings.Repeat("a", 1<<20)+"\n", local)
	m.unit("utf8.mount", "[Mount]\nWhat=/keep/\xff\nWhere=/utf8\nOptions=bind\n", local)
	m.unit("junk.mount", "[Mount]\njunk\nWhat=/keep/junk\nWhere=/junk\nOptions=bind\n", local)
	m.fstab("only two", "relative relative none bind", "/keep/up /a/../b none bind", "/keep/nul /nul none bind", "/keep/ok /ok none bind", "/keep/ok2 /ok none bind")
	m.fifo("/nix/store/h-etc/etc/tmpfiles.d/a.conf")
	m.fifo("/nix/store/h-nixos-system/activate")
	m.persist("bad", "x", mf+" relative /keep/x auto ''")
	m.persist("quote", "x", mf+" '/x /keep/x auto")
	want := []string{
		"/junk: bind mount unknown < /keep/junk: kept (malformed)",
		"/large: unknown unknown: inactive (too large, unit refused by systemd)",
		"/missing: unknown unknown: inactive (unreadable, unit refused by systemd)",
		"/nul: bind mount unknown < /keep/nul: kept",
		"/ok: bind mount unknown < /keep/ok: kept",
		"/utf8: unknown unknown: inactive (malformed, unit refused by systemd)",
		"/x: unknown unknown: inactive (unreadable, unit refused by systemd)",
		"! broken argument", "! path is relative or contains \"..\": relative",
		"! unreadable", "! malformed", "! path is relative or contains \"..\": relative", "! path is relative or contains \"..\": /a/../b", "! another entry for this path counts: /ok", "! unreadable",
	}
	got := showAll(m.read(generation.Options{}))
	if diff := cmp.Diff(strings.Join(sorted(want), "\n"), strings.Join(sorted(got), "\n")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestHostileNamesAreCarriedAsBytes has names that a terminal or a text format would change.
func TestHostileNamesAreCarriedAsBytes(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	for _, name := range []string{"new\nline", "esc\x1b[31m", "bad\xff", "tab\tx", "-", "back\\slash", "'", "\"", "$x", "…"} {
		at := "/keep/" + name
		m.file(at, "x")
		m.link(etc+"/"+name, at)
	}
	m.fstab(`/keep/new\012line /mnt/new\012line none bind`, "/keep/bad\xff /mnt/bad\xff none bind", `/keep/nul\000 /mnt/nul\000x none bind`)
	g := m.read(generation.Options{})
	got := map[string]string{}
	for _, e := range g.Entries {
		got[e.Path] = e.Storage + " " + e.Kind.String() + " " + e.Presence.String()
	}
	for _, name := range []string{"/etc/new\nline", "/etc/esc\x1b[31m", "/etc/bad\xff", "/etc/tab\tx", "/etc/-", "/etc/back\\slash", "/etc/'", "/etc/\"", "/etc/$x", "/etc/…", "/mnt/new\nline", "/mnt/bad\xff"} {
		want := "/keep/" + name[5:] + " file present"
		if got[name] != want {
			t.Errorf("%q: got %q, want %q", name, got[name], want)
		}
	}
	for name := range got {
		if strings.Contains(name, "\x00") {
			t.Errorf("a NUL in %q", name)
		}
	}
	if len(g.Problems) != 1 || g.Problems[0].Kind != generation.BadPath {
		t.Errorf("%+v", g.Problems)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.link(etc+"/chain", "/nix/store/h-chain0")
	for i := range 45 {
		m.link(fmt.Sprintf("/nix/store/h-chain%d", i), fmt.Sprintf("/nix/store/h-chain%d", i+1))
	}
	m.link(etc+strings.Repeat("/d", 80)+"/deep", "/keep/deep")
	m.link(etc+strings.Repeat("/s", 40)+"/fine", "/keep/fine")
	var lines []string
	for i := range 60 { // links from one to the next
		lines = append(lines, fmt.Sprintf("L+ /l%02d - - - - /l%02d/x", i, i+1))
	}
	m.tmpfiles("00-nixos.conf", append(lines, "L+ /l60 - - - - /keep/l")...)
	g := m.read(generation.Options{})
	kept, loops := 0, 0
	for _, e := range g.Entries {
		switch {
		case e.Verdict == generation.Kept && strings.HasPrefix(e.Path, "/l"):
			kept++
		case e.Verdict == generation.Inactive && len(e.Problems) == 1 && e.Problems[0].Kind == generation.LinkLoop:
			loops++
		}
	}
	if kept < 35 || kept+loops != 61 || loops < 15 {
		t.Errorf("%d of 61 are kept, %d are too long", kept, loops)
	}
	var kinds []string
	for _, p := range g.Problems {
		kinds = append(kinds, p.Kind.String())
	}
	if diff := cmp.Diff([]string{"too many links", "too large"}, kinds); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, ok := g.Keeps("/etc" + strings.Repeat("/s", 40) + "/fine"); !ok {
		t.Error("a link 40 directories deep is not read")
	}
}

func TestKeeps(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.fstab("none /keep/tmp tmpfs", "/keep/plain /plain none bind", "/keep/deep /deep none rbind", "/dev/sda /home ext4")
	m.tmpfiles("00-nixos.conf", "L+ /link - - - - /keep", "L+ /home/ann/wiped - - - - /var/wiped")
	g := m.read(generation.Options{})
	for path, want := range map[string]string{
		"/keep/x": "/keep true", "/keep/tmp/x": "/keep/tmp false", "/link/x": "/link true", "/link/tmp/x": "/link false", "/plain": "/plain true", "/plainer": "/ false",
		"/deep/x/y": "/deep true", "/var": "/ false", "/": "/ false", "/home/ann/x": "/home true", "/home/ann/wiped/x": "/home/ann/wiped false",
	} {
		if e, ok := g.Keeps(path); fmt.Sprint(e.Path, " ", ok) != want {
			t.Errorf("%s: got %s %v, want %s", path, e.Path, ok, want)
		}
	}
	kept := m.read(generation.Options{Wiped: func(e generation.Entry) bool { return e.Device == "/dev/sda" }})
	if e, ok := kept.Keeps("/home/x"); ok || e.Verdict != generation.Wiped {
		t.Errorf("the caller says that it is wiped: %s", show(e))
	}
	none := newMachine(t)
	none.etcFile("fstab", "")
	if e, ok := none.read(generation.Options{}).Keeps("/x"); ok || e.Path != "" {
		t.Errorf("nothing is declared, but %s", show(e))
	}
}

func TestStopIsNotRead(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.file("/keep/a", "x")
	m.link("/keep/b", "/hung/b")
	m.file("/hung/b", "x")
	m.tmpfiles("00-nixos.conf", "L+ /a - - - - /keep/a", "L+ /b - - - - /keep/b", "L+ /c - - - - /hung/c")
	g := m.read(generation.Options{Stop: func(path string) bool { return strings.HasPrefix(path, "/hung") }})
	want := map[string]generation.Presence{"/a": generation.Present, "/b": generation.PresenceUnknown, "/c": generation.PresenceUnknown}
	for _, e := range g.Entries {
		if p, ok := want[e.Path]; ok && p != e.Presence {
			t.Errorf("%s: %s", e.Path, e.Presence)
		}
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	now := newMachine(t)
	now.fstab("/keep/same /same none bind", "/keep/gone /gone none bind", "/keep/moved /moved none bind", "/dev/sda /home ext4", "/keep/var/lib/x /var/lib/x none bind",
		"/keep/masked /masked none bind", "/dev/sda /log btrfs subvol=log", "/keep/link /link none bind")
	next := newMachine(t)
	next.fstab("/keep/same /same none bind", "/other/moved /moved none bind", "/dev/sdb /home ext4", "none /home/ann/.cache tmpfs", "/keep/var/lib /var/lib none bind",
		"/keep/masked /masked none bind", "/keep/log /log none bind", "/keep/new /new none bind", "none /tmp tmpfs")
	next.link(units+"/masked.mount", "/dev/null")
	next.tmpfiles("00-nixos.conf", "L+ /link - - - - /keep/link")
	var got []string
	for _, c := range generation.Compare(now.read(generation.Options{}), next.read(generation.Options{})) {
		got = append(got, fmt.Sprintf("%s: %s: %s > %s", c.Path, c.Kind, c.From, c.To))
	}
	want := []string{
		"/gone: no longer kept: /keep/gone > ",
		"/home: another file system: /home > /home",
		"/home/ann/.cache: no longer kept: /home/ann/.cache > ",
		"/log: moved to other storage: /log > /keep/log",
		"/masked: no longer kept: /keep/masked > ",
		"/moved: moved to other storage: /keep/moved > /other/moved",
		"/new: kept from the next boot:  > /keep/new",
		"/var/lib: kept from the next boot:  > /keep/var/lib",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestTheSameConfigurationInBothFormsOfImpermanence is an upgrade of the module: nothing moves.
func TestTheSameConfigurationInBothFormsOfImpermanence(t *testing.T) {
	t.Parallel()
	before, after := newMachine(t), newMachine(t)
	impermanenceBefore(before)
	impermanenceNow(after)
	if changes := generation.Compare(before.read(generation.Options{}), after.read(generation.Options{})); len(changes) != 0 {
		t.Errorf("%+v", changes)
	}
}

func TestSources(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	handMade(m)
	impermanenceNow(m)
	want := map[string]generation.Source{
		"/srv":                   {File: sys + "/etc/fstab", Line: 7, Unit: "srv.mount"},
		"/var/log":               {File: sys + "/etc/systemd/system/var-log.mount", Line: 9, Unit: "var-log.mount"},
		"/var/lib/bluetooth":     {File: sys + "/etc/tmpfiles.d/00-nixos.conf", Line: 1},
		"/etc/machine-id":        {File: sys + "/etc/systemd/system/persist-keep-etc-machine\\x2did.service", Line: 7, Unit: "persist-keep-etc-machine\\x2did.service"},
		"/home/ann/.config/nvim": {File: "/nix/store/h-home-manager-files-ann/.config/nvim", Unit: "home-manager-ann.service"},
	}
	g := m.read(generation.Options{})
	for path, source := range want {
		if e, ok := g.Keeps(path); !ok || e.Source != source {
			t.Errorf("%s: %v %+v", path, ok, e.Source)
		}
	}
}

func Example() {
	root, err := os.MkdirTemp("", "generation")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(root)
	system := filepath.Join(root, "nix/store/h-nixos-system")
	os.MkdirAll(filepath.Join(system, "etc"), 0o755)
	os.MkdirAll(filepath.Join(root, "run"), 0o755)
	os.Symlink("/nix/store/h-nixos-system", filepath.Join(root, "run/booted-system"))
	os.WriteFile(filepath.Join(system, "etc/fstab"), []byte("none / tmpfs\n/dev/sda1 /keep ext4 x-initrd.mount\n/keep/var/log /var/log none bind\n"), 0o644)

	g, err := generation.Read("/run/booted-system", generation.Options{Root: root})
	if err != nil {
		panic(err)
	}
	for _, path := range []string{"/var/log/journal", "/var/lib/bluetooth"} {
		e, ok := g.Keeps(path)
		fmt.Println(path, ok, e.How, e.Storage)
	}
	// Output:
	// /var/log/journal true bind mount /keep/var/log
	// /var/lib/bluetooth false tmpfs
}

func sorted(lines []string) []string {
	out := append([]string(nil), lines...)
	for i := range out {
		for j := i; j > 0 && out[j] < out[j-1]; j-- {
			out[j], out[j-1] = out[j-1], out[j]
		}
	}
	return out
}
