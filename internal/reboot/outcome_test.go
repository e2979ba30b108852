package reboot

import (
	"fmt"
	"slices"
	"strings"
)

// outcome is what a real boot has done to a machine, and what the program said before.
type outcome struct {
	// blank is the tree after the first boot, before that after the machine was used, and
	// after the tree after the second boot.
	blank, before, after tree
	// listed are the paths that list printed. linked are symlinks that it does not print,
	// because they have no data of their own.
	listed, linked map[string]bool
	// aliases are those of the layout.
	aliases map[string]string
	// claimed reports whether the program says of the tree that a path is on that a boot
	// wipes it. Only there is a listed path said to be lost.
	claimed func(path string) bool
	// kept reports whether a path is on a tree that no boot wipes.
	kept func(path string) bool
}

// said reports whether the program said that a path would be lost.
func (o *outcome) said(path string) bool {
	for alias, source := range o.aliases {
		if rest, in := strings.CutPrefix(path, alias+"/"); in {
			path = source + "/" + rest
		}
	}
	return (o.listed[path] || o.linked[path]) && o.claimed(path)
}

// problems compares what is lost with what was said, in both directions, one line a path. What
// the boot itself creates comes back: then it has the contents of the first boot.
func (o *outcome) problems() (problems []string) {
	for _, path := range o.before.paths() {
		if problem := o.problem(path); problem != "" {
			problems = append(problems, fmt.Sprintf("%q %s", path, problem))
		}
	}
	for _, path := range o.after.paths() {
		_, old := o.before[path]
		if _, again := o.blank[path]; !old && !again {
			problems = append(problems, fmt.Sprintf("%q has appeared", path))
		}
	}
	return problems
}

func (o *outcome) problem(path string) string {
	was := o.before[path]
	now, found := o.after[path]
	first, again := o.blank[path]
	switch said := o.said(path); {
	case said && found && !again:
		return "exists, but should be lost"
	case said && found && was.kind != 'd' && was.content() != first.content() && now.content() == was.content():
		return "was changed and has kept its change, but should be as after the first boot"
	case !said && !found:
		return "is lost, but was not reported"
	case !said && found:
		if want, got := o.unchanged(path, was), o.unchanged(path, now); got != want {
			return fmt.Sprintf("was %s and is %s", want, got)
		}
	}
	return ""
}

// fromBelow returns the listed paths that no boot loses, because they are unchanged in the lower
// layer of an overlay, and those that are listed by their name in its upper layer.
func (o *outcome) fromBelow(l *bootLayout, installed tree) (problems []string) {
	for _, path := range sortedKeys(o.listed) {
		lower, shipped := installed[path]
		switch {
		case covers(l.layers, path):
			problems = append(problems, fmt.Sprintf("%q is listed by its name in a layer", path))
		case shipped && nearest(l.overlays, path) != "" && lower.kind == 'f' && lower.content() == o.before[path].content():
			problems = append(problems, fmt.Sprintf("%q comes from the lower layer, but is listed", path))
		}
	}
	return problems
}

// unchanged returns the part of an entry that no boot may change where the path is not said to
// be lost. A directory that the boot creates has a new time.
func (o *outcome) unchanged(path string, e entry) string {
	if _, again := o.blank[path]; again && !o.kept(path) {
		if e.kind == 'd' {
			return "d " + e.owner
		}
		return e.content()
	}
	if e.kind == 'd' {
		return "d " + e.owner
	}
	return e.String()
}

// content returns an entry without its time.
func (e entry) content() string { return changed.ReplaceAllString(e.String(), "") }

// nearest returns the longest of some directories that a path is at or below, "" if there is
// none.
func nearest(dirs []string, path string) string {
	found := ""
	for _, dir := range dirs {
		if (dir == "/" || covers([]string{dir}, path)) && len(dir) > len(found) {
			found = dir
		}
	}
	return found
}

// sortedKeys returns the keys of a set, sorted.
func sortedKeys(set map[string]bool) []string {
	var keys []string
	for key := range set {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
