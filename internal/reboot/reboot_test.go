package reboot

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// layout is a way to set up an ephemeral root.
type layout struct {
	name string
	disk func(t *testing.T, top string) disk
	// links means that persisted paths are symlinks into storage. tmpfsHome means that /home
	// is a separate tmpfs.
	links, tmpfsHome bool
	// selected are the paths that are persisted in addition, with a snippet in dialect.
	selected []string
	dialect  string
	// builtin means that the configuration has no excludes, so classes of data hide paths, and
	// declares the persisted paths. Otherwise it excludes nothing and declares nothing, so the
	// program detects persisted paths only by their mounts or symlinks.
	builtin bool
	// needs are the features that the test machine must have.
	needs []*probe.Probe
}

func layouts() []layout {
	return []layout{
		{name: "tmpfs root", disk: newMemory, selected: some, dialect: "impermanence"},
		{name: "btrfs root, rolled back", disk: newBtrfs, needs: []*probe.Probe{probe.Loop, probe.Btrfs}, selected: some, dialect: "impermanence"},
		{name: "binds from the same file system", disk: newShared, selected: ofOneUser(some), dialect: "plain"},
		{name: "binds of single files", disk: newMemory, selected: singles(), dialect: "impermanence"},
		{name: "symlinks into storage", disk: newMemory, links: true, selected: some, dialect: "preservation"},
		{name: "tmpfs root and tmpfs home", disk: newMemory, tmpfsHome: true, selected: some, dialect: "preservation"},
	}
}

// some is a selection of rolled-up directories, with a trailing slash, and of files. One of the
// files is in one of the directories.
var some = []string{
	aliceHome + "/.config/app/", aliceHome + "/.mozilla/", aliceHome + "/hostile/", hostileDir + "/", aliceHome + "/vms/", aliceHome + "/src/",
	aliceHome + "/deep/", aliceHome + "/wide/", aliceHome + "/.local/share/game/", "/var/lib/app/", "/var/lib/private/dyn/",
	"/home/bob/.config/chat/", "/etc/NetworkManager/system-connections/",
	aliceHome + "/.config/app/settings",
	"/etc/hostname", "/top", "/var/lib/svc/other", aliceHome + "/.config/tool/other.toml", aliceHome + "/.config/Code/User/settings.json",
	aliceHome + "/one", aliceHome + "/two", aliceHome + "/quote\"", aliceHome + "/${x}", aliceHome + "/new\nline", aliceHome + "/-rf",
	aliceHome + "/#c", aliceHome + "/a: excluded",
}

// singles returns a selection of single files in directories that are wiped.
func singles() []string {
	files := []string{
		"/etc/hostname", "/root/.ssh/known_hosts", "/home/bob/notes", "/var/lib/svc/other", "/var/lib/app/state", "/var/lib/app/sparse",
		"/var/lib/app/large", "/var/lib/app/secret/large too", "/var/lib/app/secret/key", "/var/lib/app/tool",
		aliceHome + "/.config/app/settings", aliceHome + "/.config/app/empty", aliceHome + "/.config/tool/other.toml", hostileDir + "/f",
		aliceHome + "/one", aliceHome + "/three", aliceHome + "/vms/inner/most/disk image",
		aliceHome + "/deep/" + strings.Repeat("d/", 300) + "end",
		aliceHome + "/wide/" + strings.Repeat(strings.Repeat("w", 250)+"/", 8) + "end",
	}
	for _, name := range hostileNames {
		if name != "bad\xff\xfe" { // cannot be written in Nix
			files = append(files, aliceHome+"/hostile/"+name, aliceHome+"/hostile/dirs/"+name+"/"+name)
		}
	}
	return files
}

func TestRebootWipesExactlyTheListedPaths(t *testing.T) {
	for _, l := range layouts() {
		for _, builtin := range []bool{false, true} {
			l, name := l, l.name+", nothing excluded"
			if l.builtin = builtin; builtin {
				name = l.name + ", with the built-in knowledge"
			}
			t.Run(name, func(t *testing.T) {
				probe.Need(t, l.needs...)
				t.Parallel()
				m, a := prepared(t, l)
				m.boot()
				for _, problem := range m.compare(a) {
					t.Error(problem)
				}
				m.afterwards(l, a)
			})
		}
	}
}

// prepared returns a machine right before the reboot, after the snippet and adopt for the
// selection.
func prepared(t *testing.T, l layout) (*machine, *account) {
	t.Helper()
	m, a := used(t, l)
	keeps := m.snippet(trimmed(l.selected), l.dialect)
	if diff := cmp.Diff(uncovered(l.selected), pathsOf(keeps)); diff != "" {
		t.Errorf("the snippet differs from the selection (-selected +snippet):\n%s", diff)
	}
	m.adopt(l.selected, "copied")
	m.adopt(l.selected, "present")
	for _, problem := range m.sourcesChanged(a) {
		t.Error(problem)
	}
	m.keeps = append(m.keeps, keeps...)
	return m, a
}

// used returns a machine after its first boot, populate and list.
func used(t *testing.T, l layout) (*machine, *account) {
	t.Helper()
	m := newMachine(t, l)
	m.install()
	var declared []keep
	if l.builtin {
		declared = m.keeps
	}
	m.configure(l, declared)
	m.boot()
	a := &account{blank: walk(t, m.top), selected: trimmed(uncovered(l.selected))}
	m.populate()
	a.before = walk(t, m.top)
	m.listing(l, a)
	return m, a
}

// listing runs list and explain and records the results in the account.
func (m *machine) listing(l layout, a *account) {
	t := m.t
	t.Helper()
	all := m.list("--type", "f,l,s,p,d")
	a.listed = map[string]bool{}
	var files, rest []string
	for _, path := range all {
		a.listed[path] = true
		if a.before[path].kind == 'f' {
			files = append(files, path)
		}
	}
	if diff := cmp.Diff(files, m.list()); diff != "" {
		t.Errorf("list differs from the files of list --type (-type +list):\n%s", diff)
	}
	for _, path := range a.before.paths() {
		if !a.listed[path] {
			rest = append(rest, path)
		}
	}
	a.classes = m.explain(rest)
	for path, class := range a.classes {
		if class == "candidate" || class == "excluded" && !l.builtin {
			t.Errorf("%q is not listed, but explain says %s", path, class)
		}
	}
	units := m.list("--dirs")
	for _, path := range l.selected {
		if strings.HasSuffix(path, "/") && !slices.Contains(units, path) || !strings.HasSuffix(path, "/") && !a.listed[path] {
			t.Errorf("%q is selected, but list does not print it", path)
		}
	}
	for _, unit := range units {
		for _, k := range installed {
			if strings.HasPrefix(k.path, unit) && (l.builtin || !l.links) { // an undeclared symlink does not split a directory
				t.Errorf("%q is proposed, but %q in it is already persisted", unit, k.path)
			}
		}
	}
}

// adopt adopts a selection and expects the same outcome for all paths.
func (m *machine) adopt(selected []string, outcome string) {
	t := m.t
	t.Helper()
	stdout, stderr, status := m.run(trimmed(selected), "adopt", "--read0", "--json")
	paths := strings.Count(stdout, "\n")
	if got := strings.Count(stdout, `"outcome":"`+outcome+`"`); status != 0 || got != paths || paths != len(uncovered(selected)) {
		t.Errorf("adopt: status %d, %d of %d paths are %s, want all %d\n%s%s", status, got, paths, outcome, len(uncovered(selected)), stdout, stderr)
	}
	if outcome == "kept" {
		wantWarnings(t, stderr, paths)
	}
}

// wantWarnings expects one warning of one line for each path.
func wantWarnings(t *testing.T, stderr string, want int) {
	t.Helper()
	if got := strings.Count(stderr, "list-ephemeral: "); got != want {
		t.Errorf("%d warnings, want %d:\n%s", got, want, stderr)
	}
}

// sourcesChanged returns the paths outside storage that adopt has changed. There must be none.
func (m *machine) sourcesChanged(a *account) (problems []string) {
	now := walk(m.t, m.top)
	for _, path := range a.before.paths() {
		if a.classes[path] != "storage" && now[path] != a.before[path] {
			problems = append(problems, "adopt has changed "+path)
		}
	}
	return append(problems, m.appeared(a)...)
}

// afterwards runs the program again on the machine after the wipe.
func (m *machine) afterwards(l layout, a *account) {
	t := m.t
	t.Helper()
	class := "mounted"
	if m.links {
		class = "linked"
	}
	if l.builtin {
		m.configure(l, m.keeps)
		class = "persisted"
	}
	left := slices.DeleteFunc(m.list("--type", "f,l,s,p"), func(path string) bool {
		_, made := a.blank[path] // links that the boot makes
		return made
	})
	if len(left) > 0 {
		t.Errorf("list still prints %q", left)
	}
	for path, got := range m.explain(a.selected) {
		if got != class {
			t.Errorf("%q: explain says %s, want %s", path, got, class)
		}
	}
	dialects := []string{"plain", "impermanence", "preservation"}
	texts := make([]string, len(dialects))
	for i, name := range dialects {
		var stderr string
		texts[i], stderr, _ = m.run(a.selected, "snippet", "--read0", "--dialect", name)
		wantWarnings(t, stderr, len(a.selected))
		if got := strings.Count(texts[i], "\n# not written, already persisted by "); got+1 != len(a.selected) {
			t.Errorf("%s reports %d paths as already persisted, want %d:\n%s", name, got+1, len(a.selected), texts[i])
		}
	}
	for i, keeps := range readBack(t, dialects, texts) {
		if len(keeps) > 0 {
			t.Errorf("the %s snippet contains persisted paths: %q", dialects[i], pathsOf(keeps))
		}
	}
	m.adopt(a.selected, "kept")
	for _, problem := range m.compare(a) {
		t.Errorf("after the second adopt: %s", problem)
	}
}

// trimmed returns paths without trailing slashes.
func trimmed(paths []string) []string {
	var all []string
	for _, path := range paths {
		all = append(all, strings.TrimSuffix(path, "/"))
	}
	return all
}

// uncovered returns the paths that are not in a selected directory, sorted.
func uncovered(selected []string) []string {
	var all []string
	for _, path := range selected {
		if !slices.ContainsFunc(selected, func(dir string) bool {
			return dir != path && strings.HasSuffix(dir, "/") && strings.HasPrefix(path, dir)
		}) {
			all = append(all, path)
		}
	}
	slices.Sort(all)
	return all
}
