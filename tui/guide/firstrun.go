package guide

import (
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/textcell"
)

// FirstRun is what the card of a first run says.
type FirstRun struct {
	// Places is the number of places that are listed, and Size their size in bytes; 0 is not known yet.
	Places int
	Size   int64
	// Loss says that what is not kept will be lost.
	Loss bool
	// Usual is the number of places that the key Mark keeps; a negative number is not known yet.
	Usual int
	// Configurations is the number of public configurations that were counted; with 0 there is no key.
	Configurations int
	// Keep, Ignore, Show, Mark and Close are the labels of keys.
	Keep, Ignore, Show, Mark, Close string
}

// Lines returns the text, wrapped at width cells, in at most height lines. With one line, it says what
// the most useful key does.
func (f *FirstRun) Lines(width, height int) []string {
	closes := f.Close + " closes"
	if height < minLines {
		line := f.Keep + " keeps, " + f.Ignore + " ignores, " + f.Show + " shows the Nix; " + closes
		if f.Mark != "" && f.Configurations > 0 {
			line = f.Mark + " keeps what most keep; " + closes
		}
		return []string{textcell.Truncate(line, width, "")}[:min(height, 1)]
	}
	what := "No configuration: built-in rules apply."
	if f.Places > 0 {
		what += " " + printable.Plural(f.Places, "place", "places")
		if f.Size > 0 {
			what += " with " + printable.Size(f.Size)
		}
		if f.Loss {
			what += " will be lost unless kept."
		} else {
			what += " are not kept yet."
		}
	}
	text := []string{what, f.Keep + " keeps a place, " + f.Ignore + " ignores it, " + f.Show + " shows the Nix."}
	if f.Configurations > 0 {
		text = append(text, f.usual())
	}
	var lines []string
	for _, line := range append(text, closes+" this until the next run; a decision closes it for good.") {
		lines = append(lines, textcell.Wrap(line, width)...)
	}
	return lines[:min(len(lines), height)]
}

// minLines is the number of lines from which the whole text is shown.
const minLines = 4

// usual says what the key Mark does.
func (f *FirstRun) usual() string {
	of := printable.Grouped(f.Configurations) + " public configurations"
	switch {
	case f.Usual < 0:
		return f.Mark + " keeps what half of " + of + " keep."
	case f.Usual == 1:
		return f.Mark + " keeps the one that half of " + of + " keep."
	case f.Usual == 0:
		return "No place here is kept by half of " + of + "."
	}
	return f.Mark + " keeps the " + printable.Grouped(f.Usual) + " that half of " + of + " keep."
}
