package reboot

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/nspawn"
	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// TestBootLosesExactlyWhatWasReported boots each machine, uses it, asks the program, powers it
// off and boots it again.
func TestBootLosesExactlyWhatWasReported(t *testing.T) {
	for _, l := range bootLayouts() {
		t.Run(l.name, func(t *testing.T) {
			if l.slow {
				probe.NeedThorough(t)
			}
			probe.Need(t, append([]*probe.Probe{probe.Nspawn}, l.needs...)...)
			c := newComputer(t, &l)
			m := c.start()
			m.blank = m.tree(&l)
			o := &outcome{blank: m.blank, aliases: l.aliases}
			m.use()
			o.before = m.tree(&l)
			m.wantWords(&l)
			m.reported(&l, o)
			c.stop(m)
			m = c.start()
			o.after = m.tree(&l)
			c.stop(m)
			for _, problem := range slices.Concat(o.problems(), o.fromBelow(&l, c.installed())) {
				t.Error(problem)
			}
			if lost := len(o.before) - len(o.after); (lost > 0) != (l.wiped != nil) {
				t.Errorf("%d paths are lost", lost)
			}
		})
	}
}

// tree returns all paths of the machine except what is in /tmp, a tmpfs of the system that the
// program does not report, what packages have in /usr, and layers of overlays, whose files are
// shown merged.
func (m *machine) tree(l *bootLayout) tree {
	m.t.Helper()
	return walkExcept(m.t, m.top, slices.Concat(unwalked, l.layers, []string{"/tmp", nspawn.Vendor + "/bin", nspawn.Vendor + "/lib", nspawn.Vendor + "/sbin", nspawn.Vendor + "/share"}))
}

// use writes the files of users and services, and changes and deletes files of the system.
func (m *machine) use() {
	m.t.Helper()
	m.populate()
	m.file("/etc/issue", "changed", 0o644, 0)
	m.file("/var/log/app/entry", "an entry", 0o640, 0)
	must(m.t, os.Remove(m.at("/etc/debian_version")))
}

// reported asks the program, in the machine, what the next boot wipes.
func (m *machine) reported(l *bootLayout, o *outcome) {
	t := m.t
	t.Helper()
	var status struct {
		Roots   []struct{ Path, Wiped string }
		Storage []struct{ Path string }
		Largest []struct{ Path string }
	}
	must(t, json.Unmarshal([]byte(m.ask(nil, "status", "--json")), &status))
	var roots, wiped []string
	for _, root := range status.Roots {
		roots = append(roots, root.Path)
		if root.Wiped == "yes" || root.Wiped == "" {
			wiped = append(wiped, root.Path)
		}
	}
	if diff := cmp.Diff(l.wiped, wiped); diff != "" {
		t.Errorf("the trees that are reported as wiped (-want +got):\n%s", diff)
	}
	for _, storage := range status.Storage {
		if storage.Path != "/persist" {
			t.Errorf("status reports the storage %s", storage.Path)
		}
	}
	for _, row := range status.Largest {
		if wiped != nil && !slices.Contains(wiped, nearest(roots, row.Path)) {
			t.Errorf("status reports %s among the largest that would be lost", row.Path)
		}
	}
	if _, stderr, _ := m.run(nil, "list", "--count"); !strings.Contains(stderr, l.hint) {
		t.Errorf("list prints no hint with %q:\n%s", l.hint, stderr)
	}
	deleted := "/etc/debian_version"
	if shown := slices.Contains(m.list("--type", "w"), deleted); shown != (nearest(l.overlays, deleted) != "") {
		t.Errorf("%s is listed as deleted: %v", deleted, shown)
	}
	o.listed, o.linked = map[string]bool{}, map[string]bool{}
	for _, path := range m.list(append(m.everything(), "--type", "f,d,l,s,p,b,c")...) {
		o.listed[path] = true
	}
	var rest []string
	for _, path := range o.before.paths() {
		if !o.listed[path] && o.before[path].kind == 'l' {
			rest = append(rest, path)
		}
	}
	for path, class := range m.explain(rest) {
		o.linked[path] = class == "linked"
	}
	o.claimed = func(path string) bool { return slices.Contains(wiped, nearest(roots, path)) }
	o.kept = func(path string) bool {
		return !slices.Contains(l.wiped, nearest(append(l.wiped, m.mounts()...), path))
	}
}

// mounts returns the mount points of the machine.
func (m *machine) mounts() []string {
	var all []string
	for _, k := range m.keeps {
		all = append(all, k.path)
	}
	return append(all, "/persist", "/home")
}

// everything returns the flags with which list hides nothing.
func (m *machine) everything() []string {
	if help, _, _ := m.run(nil, "list", "--help"); strings.Contains(help, "--all") {
		return []string{"--all"}
	}
	return []string{"--config", "/nix/etc/config.json"}
}

// lossWords are words that nothing may say of a machine on which no boot wipes anything.
var lossWords = regexp.MustCompile(`(?i)\blost\b|\bwill be wiped\b`)

// wantWords checks that on a machine that keeps everything no command speaks of a loss.
func (m *machine) wantWords(l *bootLayout) {
	t := m.t
	t.Helper()
	if l.wiped != nil {
		return
	}
	for _, args := range [][]string{
		{"list"},
		{"list", "--long"},
		{"list", "--dirs", "--long"},
		{"list", "--summary"},
		{"list", "--json"},
		{"status"},
		{"status", "--json"},
		{"status", "--brief"},
		{"explain", "/", "/etc", "/etc/hostname", "/root", "/var/lib/app/state"},
		{"snippet", "/etc/hostname", "/var/lib/app"},
	} {
		stdout, stderr, _ := m.run(nil, args...)
		for line := range strings.Lines(stdout + stderr) {
			if lossWords.MatchString(line) {
				t.Errorf("%q on a machine that loses nothing: %s", args, line)
			}
		}
	}
}
