package config

import (
	"errors"
	"path"
	"strconv"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/timeform"
)

// oldRoots reads the directories with old roots.
func (d *decoder) oldRoots(n *node, key string) {
	if !d.is(kindList, "a list of objects", n, key) {
		return
	}
	d.config.OldRoots = make([]OldRoots, len(n.items))
	for i, item := range n.items {
		at, o := key+"["+strconv.Itoa(i)+"]", &d.config.OldRoots[i]
		before := len(d.errs)
		d.object(item, at, []field{
			{name: "dir", read: d.value(&o.Dir, belowTop)},
			{name: "names", read: d.nameForm(&o.Names)},
			{name: "root", read: d.one(&o.Root, absolute)},
		})
		if o.Dir.Text == "" && len(d.errs) == before {
			d.fail(item.at, at, "expected the key dir")
		}
	}
}

// nameForm reads the form of names with times.
func (d *decoder) nameForm(to *timeform.Form) func(*node, string) {
	return func(n *node, key string) {
		text, ok := d.text(n, key)
		if !ok {
			return
		}
		form, err := timeform.Parse(text)
		if err != nil {
			d.fail(n.at, key, "%v", err)
			return
		}
		*to = form
	}
}

// belowTop returns a path below the top level of a file system.
func belowTop(text string) (string, error) {
	clean := path.Clean(strings.TrimLeft(text, "/"))
	if text == "" || clean == "." || clean == ".." || strings.HasPrefix(clean, "../") {
		return "", errors.New("expected a path below the top level of the file system, got " + quote(text))
	}
	return clean, nil
}
