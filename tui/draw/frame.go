package draw

import (
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/textcell"
)

// The size of the frame of a box, both sides together.
const (
	FrameWidth  = len("|  |")
	FrameHeight = 2
)

// Box draws a frame around lines, as wide as the widest line, but not wider than most. Lines may
// have attributes.
func (s *Styles) Box(title string, lines []string, most int) []string {
	inner := textcell.Width(title) + 2
	for _, line := range lines {
		inner = max(inner, lipgloss.Width(line))
	}
	return s.frame(title, lines, min(inner, most-FrameWidth))
}

// Card draws a frame of exactly width and height around lines that fit into it; others are left
// out.
func (s *Styles) Card(title string, lines []string, width, height int) []string {
	if height < FrameHeight || width < FrameWidth {
		return nil
	}
	lines = lines[:min(len(lines), height-FrameHeight)]
	for len(lines) < height-FrameHeight {
		lines = append(lines[:len(lines):len(lines)], "")
	}
	return s.frame(title, lines, width-FrameWidth)
}

// frame draws a frame around lines of inner cells at most.
func (s *Styles) frame(title string, lines []string, inner int) []string {
	title = textcell.Truncate(" "+title+" ", inner, s.Glyphs.Ellipsis)
	g := s.Glyphs
	rule := func(n int) string { return strings.Repeat(g.Horizontal, max(n, 0)) }
	box := []string{
		s.Frame.Render(g.TopLeft+g.Horizontal) + s.Title.Render(title) +
			s.Frame.Render(rule(inner+1-textcell.Width(title))+g.TopRight),
	}
	for _, line := range lines {
		var b strings.Builder
		b.WriteString(s.Frame.Render(g.Vertical) + " " + line)
		textcell.WriteFiller(&b, inner-lipgloss.Width(line))
		b.WriteString(" " + s.Frame.Render(g.Vertical))
		box = append(box, b.String())
	}
	return append(box, s.Frame.Render(g.BottomLeft+rule(inner+2)+g.BottomRight))
}

// Section is the line above a part of the list.
type Section struct {
	Title string // "home racci"
	// Size is the total in bytes; it is shown if Sized is set.
	Size  int64
	Sized bool
	Note  string // what is in it, or ""
}

// Section returns the line of a section, exactly width cells wide.
func (s *Styles) Section(of *Section, width int) string {
	spans := []Span{{Text: " "}, {Text: textcell.Truncate(of.Title, max(width-3, 0), s.Glyphs.Ellipsis), Style: s.Heading}}
	add := func(text string) {
		_, cells := Spans(spans...)
		if cells+textcell.Width(text)+3 <= width {
			spans = append(spans, Span{Text: text, Style: s.Dim})
		}
	}
	if of.Sized {
		add(" " + printable.Size(of.Size))
	}
	if of.Note != "" {
		add("  " + of.Note)
	}
	line, cells := Spans(spans...)
	if cells+1 < width {
		line += " " + s.Dim.Render(strings.Repeat(s.Glyphs.Horizontal, width-cells-1))
	}
	return line
}

// Tab is one of the views.
type Tab struct {
	Name   string
	Count  string // or ""
	Active bool
}

// Range is a part of a line, from the cell Start to before End.
type Range struct{ Start, End int }

// Has reports whether a cell is in the range.
func (r Range) Has(x int) bool { return x >= r.Start && x < r.End }

// Tabs returns the tabs, at most room cells wide, their width, and where each is. If there is no room
// for all, counts are left out, then the tabs that are not active.
func (s *Styles) Tabs(tabs []Tab, room int) (line string, cells int, at []Range) {
	for _, with := range []tabParts{{counts: true, all: true}, {all: true}, {counts: true}, {}} {
		if line, cells, at = s.tabs(tabs, with); cells <= room {
			return line, cells, at
		}
	}
	return "", 0, nil
}

// tabParts says what is shown of tabs.
type tabParts struct{ counts, all bool }

func (s *Styles) tabs(tabs []Tab, with tabParts) (line string, cells int, at []Range) {
	var b strings.Builder
	for _, tab := range tabs {
		if !with.all && !tab.Active {
			at = append(at, Range{})
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
			cells++
		}
		text, style := " "+tab.Name+" ", s.Dim
		if with.counts && tab.Count != "" {
			text = " " + tab.Name + " " + tab.Count + " "
		}
		if tab.Active {
			text, style = "["+text[1:len(text)-1]+"]", s.Cursor
		}
		b.WriteString(style.Render(text))
		at = append(at, Range{cells, cells + textcell.Width(text)})
		cells += textcell.Width(text)
	}
	return b.String(), cells, at
}

// Chip is a filter that is set, with the key that removes it.
type Chip struct{ Text, Key string }

// Chips returns as many chips as fit into room cells, and where each is.
func (s *Styles) Chips(chips []Chip, room int) (line string, cells int, at []Range) {
	var b strings.Builder
	for _, chip := range chips {
		wide := textcell.Width(s.Glyphs.ChipLeft+chip.Text+" "+chip.Key+s.Glyphs.ChipRight) + 1
		if cells+wide > room {
			break
		}
		b.WriteString(s.Program.Render(s.Glyphs.ChipLeft+chip.Text) + " " + s.Bold.Render(chip.Key) + s.Program.Render(s.Glyphs.ChipRight) + " ")
		at = append(at, Range{cells, cells + wide - 1})
		cells += wide
	}
	return b.String(), cells, at
}

// TabCount writes a number for a tab, or "" for 0.
func TabCount(n int) string {
	if n <= 0 {
		return ""
	}
	if n >= 1_000_000 {
		return strconv.Itoa(n/1_000_000) + "M"
	}
	return printable.Grouped(n)
}
