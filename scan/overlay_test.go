package scan

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// inNamespace runs the rest of the calling test as root of a new mount namespace, in a new process.
// It returns false in the calling process.
func inNamespace(t *testing.T) bool {
	t.Helper()
	const variable = "SCAN_TEST_NAMESPACE"
	if os.Getenv(variable) == "" {
		probe.Need(t, probe.Root, probe.Namespaces, probe.Overlay)
		rerun(t, variable, &syscall.SysProcAttr{Unshareflags: unix.CLONE_NEWNS})
		return false
	}
	return true
}

// overlayMachine is an overlay of which a boot wipes the upper directory.
type overlayMachine struct {
	t         *testing.T
	dir, root string
}

func newOverlayMachine(t *testing.T, lower ...string) overlayMachine {
	m := overlayMachine{t, t.TempDir(), ""}
	m.root = m.dir + "/root"
	m.must(unix.Mount("none", m.dir, "tmpfs", 0, ""))
	for _, name := range []string{"lower", "rw/upper", "rw/work", "root"} {
		m.must(os.MkdirAll(filepath.Join(m.dir, name), 0o755))
	}
	makeTree(t, m.dir+"/lower", lower...)
	m.mount()
	t.Cleanup(func() {
		_ = unix.Unmount(m.root, unix.MNT_DETACH)
		_ = unix.Unmount(m.dir, unix.MNT_DETACH)
	})
	return m
}

func (m overlayMachine) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

func (m overlayMachine) mount() {
	m.t.Helper()
	m.must(unix.Mount("overlay", m.root, "overlay", 0,
		fmt.Sprintf("lowerdir=%s/lower,upperdir=%s/rw/upper,workdir=%s/rw/work", m.dir, m.dir, m.dir)))
}

// boot wipes the upper directory.
func (m overlayMachine) boot() {
	m.t.Helper()
	m.must(unix.Unmount(m.root, unix.MNT_DETACH))
	for _, name := range []string{"upper", "work"} {
		m.must(os.RemoveAll(filepath.Join(m.dir, "rw", name)))
		m.must(os.Mkdir(filepath.Join(m.dir, "rw", name), 0o755))
	}
	m.mount()
}

// files returns all that is not a directory, with what stat and the contents say.
func (m overlayMachine) files() map[string]string {
	all := map[string]string{}
	_ = filepath.WalkDir(m.root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		m.must(err)
		var text []byte
		if info.Mode().IsRegular() {
			text, err = os.ReadFile(path)
			m.must(err)
		}
		all[path] = fmt.Sprintf("%v %d %v %q", info.Mode(), info.Size(), info.ModTime(), text)
		return nil
	})
	return all
}

func (m overlayMachine) options(rules Rules) Options {
	m.t.Helper()
	var err error
	rules.Mounts, err = mounts.Read()
	m.must(err)
	rules.Overlays = []Overlay{{Point: m.root, Upper: m.dir + "/rw/upper", Work: m.dir + "/rw/work"}}
	rules.Roots = append(rules.Roots, m.root)
	opts := rootOptions(m.dir, rules)
	opts.Kinds = KindsOf(KindFile, KindSymlink, KindPipe)
	return opts
}

// change does to the overlay what programs do.
func (m overlayMachine) change() {
	at := func(name string) string { return filepath.Join(m.root, name) }
	write := func(name, text string) {
		m.must(os.MkdirAll(filepath.Dir(at(name)), 0o755))
		m.must(os.WriteFile(at(name), []byte(text), 0o644))
	}
	write("etc/new", "new")
	write("etc/changed", "changed")
	write("var/lib/app/deep/state", "state")
	write("fresh/dir/file\n", "x")
	m.must(os.Chmod(at("etc/mode"), 0o600))
	m.must(os.Remove(at("etc/deleted")))
	m.must(os.RemoveAll(at("usr/share/doc")))
	m.must(os.RemoveAll(at("usr/replaced")))
	write("usr/replaced/other", "x")
	m.must(os.Symlink("new", at("etc/link")))
	m.must(os.Rename(at("etc/renamed"), at("etc/renamed-to")))
	m.must(unix.Mkfifo(at("etc/fifo"), 0o600))
	m.must(unix.Mknod(at("etc/null"), unix.S_IFCHR|0o600, int(unix.Mkdev(1, 3))))
}

var overlayLower = []string{
	"etc/changed", "etc/mode", "etc/deleted", "etc/renamed", "etc/shipped", "usr/share/doc/a", "usr/share/doc/b",
	"usr/replaced/old", "usr/bin/sh", "var/lib/app/shipped", "mnt/inner/",
}

// What a walk lists must be what is not the same after a boot.
func TestAnOverlayLosesWhatItsUpperDirectoryHas(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	m := newOverlayMachine(t, overlayLower...)
	m.change()
	got, stats := list(t, m.options(Rules{}))
	if len(stats.Errors) > 0 {
		t.Errorf("errors: %v", stats.Errors)
	}
	if diff := cmp.Diff(got, walked(t, m.options(Rules{}))); diff != "" {
		t.Errorf("List and Walk differ (-List +Walk):\n%s", diff)
	}
	whiteouts := m.options(Rules{})
	whiteouts.Kinds = KindsOf(KindWhiteout)
	deleted, _ := list(t, whiteouts)
	before := m.files()
	m.boot()
	after := m.files()
	var lost []string
	for path, was := range before {
		if after[path] != was && !strings.HasSuffix(path, "/null") { // devices are not asked for
			lost = append(lost, path)
		}
	}
	slices.Sort(lost)
	// The lower layer, on the same root, is lost too where its own path reaches it.
	got = slices.DeleteFunc(got, func(path string) bool { return strings.HasPrefix(path, m.dir+"/lower/") })
	if diff := cmp.Diff(lost, got); diff != "" {
		t.Errorf("listed is not what was lost (-lost +listed):\n%s", diff)
	}
	var back []string
	for path := range after {
		if _, was := before[path]; !was {
			back = append(back, path)
		}
	}
	for _, path := range back { // each is a whiteout, or in a directory that is one or was made again
		if !slices.ContainsFunc(deleted, func(w string) bool { return path == w || strings.HasPrefix(path, w+"/") }) &&
			!strings.HasPrefix(path, m.root+"/usr/replaced/") {
			t.Errorf("%s came back, and no whiteout says that it is deleted", path)
		}
	}
	if want := []string{m.root + "/etc/deleted", m.root + "/etc/renamed", m.root + "/usr/share/doc"}; !slices.Equal(deleted, want) {
		t.Errorf("whiteouts %q, want %q", deleted, want)
	}
}

func TestAnOverlayIsLeftAtMountsAndReachedRoots(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	m := newOverlayMachine(t, overlayLower...)
	m.must(unix.Mount("none", m.root+"/mnt/inner", "tmpfs", 0, "")) // mnt is in the lower layer only
	m.must(os.WriteFile(m.root+"/mnt/inner/x", nil, 0o644))
	m.change()
	m.must(unix.Mount(m.dir+"/lower", m.root+"/fresh/dir", "", unix.MS_BIND, ""))
	under := func(paths []string, dir string) (in []string) {
		for _, path := range paths {
			if strings.HasPrefix(path, dir) {
				in = append(in, strings.TrimPrefix(path, dir))
			}
		}
		return in
	}
	for _, tt := range []struct {
		name  string
		rules Rules
		dir   string
		want  []string
	}{
		{"mounts are not entered", Rules{}, "/root/fresh/", nil},
		{"a mount on a directory of the lower layer is not entered", Rules{}, "/root/mnt/", nil},
		{"a root there is", Rules{Roots: []string{m.root + "/mnt/inner"}}, "/root/mnt/", []string{"inner/x"}},
		{"limited to a path", Rules{Only: []string{m.root + "/etc"}}, "/root/var", nil},
		{"limited to that path", Rules{Only: []string{m.root + "/var"}}, "/root/var", []string{"/lib/app/deep/state"}},
		{"limited to a path that only the lower layer has", Rules{Only: []string{m.root + "/usr/bin"}}, "", nil},
		{"its layers are not scanned", Rules{}, "/rw", nil},
		{"a layer that is a root is", Rules{Roots: []string{m.dir + "/rw/upper"}}, "/rw/upper/var", []string{"/lib/app/deep/state"}},
		{"excluded", Rules{Exclude: patterns(t, "deep")}, "/root/var", nil},
		{"persisted", Rules{Persisted: []Persisted{{Path: m.root + "/var/lib"}}}, "/root/var", nil},
	} {
		got, _ := list(t, m.options(tt.rules))
		if diff := cmp.Diff(tt.want, under(got, m.dir+tt.dir)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	p := m.options(Rules{}).Policy
	if v := p.Judge(m.dir+"/rw/upper/etc/new", KindFile); v.Class != ClassLayer || v.Target != m.root || v.By != m.dir+"/rw/upper" {
		t.Errorf("the upper directory by its own path is judged %+v", v)
	}
	if o, upper := p.Overlay(m.root + "/etc/new"); o == nil || upper != m.dir+"/rw/upper/etc/new" {
		t.Errorf("Overlay = %v, %q", o, upper)
	}
	if o, _ := p.Overlay(m.root + "/mnt/inner/x"); o != nil {
		t.Errorf("Overlay of what is mounted on it = %v", o)
	}
}

// What a unit brings along is counted in the upper directory too: a lower layer is not lost.
func TestExcludedCountsInTheUpperDirectory(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	m := newOverlayMachine(t, "var/lib/app/log/shipped", "var/lib/app/x")
	makeTree(t, m.root, "var/lib/app/log/new", "var/lib/app/log/more")
	opts := m.options(Rules{Exclude: patterns(t, "log")})
	opts.Kinds = 0
	got, _, err := Excluded(t.Context(), opts, []string{m.root + "/var/lib/app"})
	if err != nil || got[0].Excluded.Files != 2 {
		t.Errorf("Excluded = %+v, %v, want the two files that are new", got, err)
	}
}
