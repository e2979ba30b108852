package guide

import "github.com/DaRacci/list-ephemeral/internal/printable"

// Filter is something that leaves rows out.
type Filter struct {
	// Alone says why nothing is left if it is the only filter, and Text names it among others.
	Alone, Text string
	// Key says which key undoes it: "c shows them".
	Key string
}

// Empty is why there may be no rows.
type Empty struct {
	// Scanning and Reading say that rows may still come: from the disk, or from what was found.
	Scanning, Reading bool
	// Live says that rows come while programs write, until the screen is closed.
	Live bool
	// Hidden is the number of writes to paths that are hidden, with Live.
	Hidden int
	// Found reports whether there are candidates without filters.
	Found bool
	// Filters are those that are set.
	Filters []Filter
	// Stopped is the error that ended the scan, or "".
	Stopped string
	// Unread is the number of paths that could not be read.
	Unread int
	// Asked says of each path that the list was limited to why it is not a candidate.
	Asked []string
	// Refused is the label of the key that shows what is excluded and kept, or "".
	Refused string
	// Errors and Again are the labels of the keys that list errors and scan again; Again may be "".
	Errors, Again string
}

// Lines returns why the list is empty, and which key helps.
func (e *Empty) Lines() []string {
	switch {
	case e.Found && len(e.Filters) == 1:
		return []string{e.Filters[0].Alone, e.Filters[0].Key}
	case e.Found && len(e.Filters) > 1:
		lines := []string{"nothing is left by " + printable.Plural(len(e.Filters), "filter", "filters") + " together:"}
		for _, f := range e.Filters {
			lines = append(lines, "- "+f.Text+": "+f.Key)
		}
		return lines
	case e.Scanning && e.Live:
		lines := []string{"watching: nothing was written yet"}
		if e.Hidden > 0 {
			lines = append(lines, printable.Plural(e.Hidden, "write", "writes")+" to caches, /tmp and excluded paths: --all shows them")
		}
		return lines
	case e.Scanning:
		return []string{"scanning: nothing found yet"}
	case e.Reading:
		return []string{"reading"}
	case e.Stopped != "":
		return e.again("the scan stopped before it found anything: " + e.Stopped)
	case e.Unread > 0:
		lines := []string{"no candidates found, but " + printable.Plural(e.Unread, "path", "paths") + " could not be read", e.Errors + " lists them with the reason"}
		return append(lines, e.refused()...)
	case len(e.Asked) > 0:
		return append([]string{"no candidates found"}, e.Asked...)
	}
	return append([]string{"no candidates found: everything is kept, excluded, or made again at boot"}, e.refused()...)
}

// again says how to scan again.
func (e *Empty) again(why string) []string {
	if e.Again == "" {
		return []string{why}
	}
	return []string{why, e.Again + " scans again"}
}

// refused says how to see what is not listed.
func (e *Empty) refused() []string {
	if e.Refused == "" {
		return nil
	}
	return []string{e.Refused + " shows excluded and kept paths, with the reason"}
}
