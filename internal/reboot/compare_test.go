package reboot

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// account is the state of a machine before it is wiped, and what the program reported.
type account struct {
	// blank is the tree right after the first boot. before is the tree before the wipe, after
	// the machine was used.
	blank, before tree
	// listed are the paths that list printed, of all types. classes are the classes that
	// explain printed for the other paths.
	listed  map[string]bool
	classes map[string]string
	// selected are the paths to keep, without paths inside other selected ones.
	selected []string
}

// doomed reports whether a path should be lost according to the program: it is listed, excluded,
// hidden by its class, or a symlink without data of its own. Selected paths, and directories and symlinks that the boot
// creates again, should not be lost.
func (a *account) doomed(path string) bool {
	_, anew := a.blank[path]
	switch kind := a.before[path].kind; {
	case covers(a.selected, path):
		return false
	case kind == 'd' && (anew || isAbove(path, a.selected)), kind == 'l' && anew:
		return false
	}
	class := a.classes[path]
	return a.listed[path] || class == "excluded" || class == "hidden" || class == "linked"
}

// compare compares the machine after the wipe and the boot with the account. It returns the
// problems, one line each.
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
			wrong(path, "exists, but should be lost")
		case !doomed && !found:
			wrong(path, "is lost, but was not reported")
		case found:
			if want, got := a.relevant(path, was), a.relevant(path, now); got != want {
				wrong(path, "was %s and is %s", want, got)
			}
			if covers(a.selected, path) && (!pairs(copies, was.inode, now.inode) || !pairs(sources, now.inode, was.inode)) {
				wrong(path, "has different hard links")
			}
		}
	}
	return append(problems, m.appeared(a)...)
}

// pairs records that one file corresponds to other. It returns false if it already corresponds to a
// different file.
func pairs(known map[string]string, one, other string) bool {
	if _, found := known[one]; !found {
		known[one] = other
	}
	return known[one] == other
}

// changed matches the modification time in an entry.
var changed = regexp.MustCompile(` changed \S+`)

// relevant returns the part of an entry that must be the same before and after the reboot. For
// paths that were selected or are in storage, it is everything. Other directories get a new time,
// because the boot creates them again or adds entries. A symlink that the boot creates also has a
// new time.
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

// appeared returns the paths that are new, except the copies in storage.
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
