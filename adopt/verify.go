package adopt

import (
	"errors"
	"slices"
	"strings"
)

// mostChanged is the maximum number of changes that verify reports.
const mostChanged = 8

// errEnough ends a search for changes.
var errEnough = errors.New("enough changes")

// verify returns the parts of a source that have changed since they were copied. from is the parent
// directory of the source.
func verify(from dir, path func() string, top *node) (changed []Problem) {
	note := func(n *node, err error) error {
		changed = append(changed, Problem{n.path(path()), err})
		if len(changed) == mostChanged {
			return errEnough
		}
		return nil
	}
	err := descend(from, top, func(in dir, n *node) (dir, []*node, error) {
		if n.omitted {
			return notEntered, nil, nil
		}
		d, err := n.reopen(in)
		if err != nil {
			return notEntered, nil, note(n, err)
		}
		return d, n.kids, nil
	}, func(dir, *node) error { return nil })
	if err != nil && !errors.Is(err, errEnough) {
		changed = append(changed, Problem{path(), err})
	}
	return changed
}

// reopen compares an entry with its recorded metadata. If it is a directory, reopen also compares
// its listing, and returns it open.
func (n *node) reopen(in dir) (dir, error) {
	st, err := in.stat(n.name)
	switch {
	case err != nil:
		return notEntered, err
	case !unchanged(&st, &n.st):
		return notEntered, errChanging
	case !isDir(&st):
		return notEntered, nil
	}
	d, err := in.sourceDir(n.name)
	if err != nil {
		return notEntered, err
	}
	names, err := d.names()
	if err != nil {
		d.close()
		return notEntered, err
	}
	slices.Sort(names)
	slices.SortFunc(n.kids, func(a, b *node) int { return strings.Compare(a.name, b.name) })
	if !slices.EqualFunc(names, n.kids, func(name string, kid *node) bool { return name == kid.name }) {
		d.close()
		return notEntered, errChanging
	}
	return d, nil
}
