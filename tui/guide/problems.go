package guide

import "github.com/DaRacci/list-ephemeral/internal/printable"

// Problems are what went wrong, and what is about to. Lines makes the texts safe to show.
type Problems struct {
	// NoLongerKept says of each path with data that the next boot no longer keeps where the data is.
	NoLongerKept []string
	// NotSaved is why decisions are not saved, and Stopped why the scan ended early; "" if they are not.
	NotSaved, Stopped string
	// Errors is the number of paths that could not be read, and Unread says why for the first of them.
	Errors int
	Unread []string
}

// Chip returns the most important problem in a few words, or "" without problems.
func (p *Problems) Chip() string {
	switch {
	case len(p.NoLongerKept) > 0:
		return "! " + printable.Grouped(len(p.NoLongerKept)) + " no longer kept"
	case p.NotSaved != "":
		return "! not saved"
	case p.Errors > 0:
		return "! " + printable.Grouped(p.Errors) + " unread"
	case p.Stopped != "":
		return "! stopped"
	}
	return ""
}

// Lines returns all problems, with an empty line between those of different kinds.
func (p *Problems) Lines() (lines []string) {
	part := func(title string, details ...string) {
		if len(lines) > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, printable.Name(title))
		for i, line := range details {
			if i == 0 {
				lines = append(lines, "")
			}
			lines = append(lines, printable.Name(line))
		}
	}
	if n := len(p.NoLongerKept); n > 0 {
		part(printable.Plural(n, "path", "paths")+" with data NO LONGER KEPT after the next boot:", p.NoLongerKept...)
	}
	if p.NotSaved != "" {
		part("decisions are not saved: " + p.NotSaved)
	}
	if p.Stopped != "" {
		part("the scan stopped: " + p.Stopped)
	}
	if p.Errors > 0 {
		part(printable.Plural(p.Errors, "path", "paths")+" could not be read:", p.Unread...)
		if rest := p.Errors - len(p.Unread); rest > 0 {
			lines = append(lines, "and "+printable.Grouped(rest)+" more: list-ephemeral list --verbose prints them")
		}
	}
	return lines
}
