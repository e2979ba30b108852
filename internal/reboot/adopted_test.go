package reboot

import (
	"slices"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// adopted are the paths that are adopted on a machine that really boots. Directories end with a
// slash.
var adopted = []string{
	"/etc/NetworkManager/system-connections/", "/etc/hostname", aliceHome + "/.config/app/", "/root/.ssh/known_hosts", "/top", "/var/lib/app/",
}

// TestAdoptedPathsSurviveARealBoot adopts paths, adds the units that mount them, and boots again:
// the units are there before the services that need the paths, and the paths are as they were.
func TestAdoptedPathsSurviveARealBoot(t *testing.T) {
	probe.Need(t, probe.Nspawn, probe.Loop, probe.Ext4)
	l := bootLayout{name: "tmpfs root", build: tmpfsRoot, wiped: []string{"/"}}
	c := newComputer(t, &l)
	m := c.start()
	m.blank = m.tree(&l)
	o := &outcome{blank: m.blank}
	m.use()
	o.before = m.tree(&l)
	m.reported(&l, o)
	m.adopt(adopted, "copied")
	for _, path := range adopted {
		k := keep{path: strings.TrimSuffix(path, "/"), dir: strings.HasSuffix(path, "/")}
		must(t, c.unit(k))
		c.keeps = append(c.keeps, k)
	}
	c.stop(m)

	m = c.start()
	o.after = m.tree(&l)
	selected := trimmed(adopted)
	for _, path := range o.before.paths() {
		was, now := o.before[path], o.after[path]
		switch {
		case covers(selected, path):
			if got := now.String(); got != was.String() {
				t.Errorf("%q was %s and is %s", path, was, got)
			}
		case isAbove(path, selected): // a directory that systemd creates
		default:
			if problem := o.problem(path); problem != "" {
				t.Errorf("%q %s", path, problem)
			}
		}
	}
	for _, path := range m.list("--all", "--type", "f,l,s,p") {
		if covers(selected, path) {
			t.Errorf("%q is still listed", path)
		}
	}
	for path, class := range m.explain(selected) {
		if !slices.Contains([]string{"mounted", "persisted"}, class) {
			t.Errorf("%q: explain says %s", path, class)
		}
	}
	c.stop(m)
}
