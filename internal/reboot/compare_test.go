package reboot

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// account is all that is known of a machine before it is wiped.
type account struct {
	// blank is the machine right after its first boot, and before the one that has been used.
	blank, before tree
	// listed is what list has said, of all kinds; classes what explain has said of the rest.
	listed  map[string]bool
	classes map[string]string
	// selected is what was to be kept, none of it within another.
	selected []string
}

// doomed reports whether a path has to vanish, by what the program has said: it is
// listed, or excluded, or a symlink without data of its own; less the selection, and less
// what the boot makes anew, which are no files.
func (a *account) doomed(path string) bool {
	_, anew := a.blank[path]
	switch kind := a.before[path].kind; {
	case covers(a.selected, path):
		return false
	case kind == 'd' && (anew || isAbove(path, a.selected)), kind == 'l' && anew:
		return false
	}
	class := a.classes[path]
	return a.listed[path] || class == "excluded" || class == "linked"
}

// compare holds the machine, which has been wiped and has booted, against the account.
// It returns what is wrong, a line each.
func (m *machine) compare(a *account) (problems []string) {
	m.t.Helper()
	wrong := func(path, format string, args ...any) {
		problems = append(problems, fmt.Sprintf("%q ", path)+fmt.Sprintf(format, args...))
	}
	copies, sources := map[string]string{}, map[string]string{}
	for _, path := range a.before.paths() {
		was := a.before[path]
		now, found := look(m.t, m.top, path, m.links && slices.Contains(a.selected, path))
		switch doomed := a.doomed(path); {
		case doomed && found:
			wrong(path, "is there, and should be lost")
		case !doomed && !found:
			wrong(path, "is lost, and nothing had said so")
		case found:
			if want, got := a.relevant(path, was), a.relevant(path, now); got != want {
				wrong(path, "was %s and is %s", want, got)
			}
			if covers(a.selected, path) && (!pairs(copies, was.inode, now.inode) || !pairs(sources, now.inode, was.inode)) {
				wrong(path, "has not the other names that it had")
			}
		}
	}
	return append(problems, m.appeared(a)...)
}

// pairs notes that one file stands for another, and reports whether no third one does.
func pairs(known map[string]string, one, other string) bool {
	if _, found := known[one]; !found {
		known[one] = other
	}
	return known[one] == other
}

// changed is the time of the last change in an entry.
var changed = regexp.MustCompile(` changed \S+`)

// relevant is what has to be the same before and after: everything, of what was selected
// or lies in storage; but a directory that the boot makes anew, or that gets new entries,
// has another time, and so has a symlink that the boot makes.
func (a *account) relevant(path string, e entry) string {
	_, anew := a.blank[path]
	switch {
	case covers(a.selected, path):
	case e.kind == 'd' && a.classes[path] != "mounted" && a.classes[path] != "persisted":
		return "d " + e.owner
	case e.kind == 'l' && anew:
		return changed.ReplaceAllString(e.String(), "")
	}
	return e.String()
}

// appeared returns what is there and was not, but for the copies in storage.
func (m *machine) appeared(a *account) (problems []string) {
	m.t.Helper()
	for _, path := range walk(m.t, m.top).paths() {
		if _, old := a.before[path]; old {
			continue
		}
		source, stored := strings.CutPrefix(path, "/persist")
		if !stored || !covers(a.selected, source) && !isAbove(source, a.selected) {
			problems = append(problems, fmt.Sprintf("%q has appeared", path))
		}
	}
	return problems
}
