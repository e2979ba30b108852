package pane

import (
	"fmt"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/textcell"
	"github.com/DaRacci/list-ephemeral/tui/draw"
)

// snippetLayout says where the parts of a Snippet are.
type snippetLayout struct {
	width, height        int
	one                  bool // no cards: the notes are below the code, and scroll with it
	beside               bool
	codeWidth, codeLines int // the lines inside the card
	noteWidth, noteLines int
	notes                []noteLine // wrapped
}

const (
	// besideFrom is the minimum width of a screen with the notes beside the code.
	besideFrom = 100
	// mostNotes is the maximum width of the notes beside the code.
	mostNotes = 60
	// cardsFrom is the minimum height of a screen with cards.
	cardsFrom = 12
	// fewestNotes is the number of lines below the code that notes get if they need them.
	fewestNotes = 7
)

// Resize adapts the pane to a width and height.
func (p *Snippet) Resize(width, height int) {
	l := snippetLayout{width: width, height: height}
	if p.about.Offer != "" {
		height--
	}
	switch {
	case height < cardsFrom:
		l.one, l.codeLines = true, max(height, 0)
		l.notes = p.noteLines(width)
	case width >= besideFrom:
		l.beside, l.noteWidth = true, min(width*2/5, mostNotes)
		l.codeWidth = width - l.noteWidth
		l.codeLines, l.noteLines = height-draw.FrameHeight, height-draw.FrameHeight
		l.notes = p.noteLines(l.noteWidth - draw.FrameWidth)
	default:
		l.codeWidth, l.noteWidth = width, width
		l.notes = p.noteLines(width - draw.FrameWidth)
		inner := height - 2*draw.FrameHeight
		l.noteLines = min(len(l.notes), max(inner*2/5, min(fewestNotes, inner/2), inner-len(p.code)))
		l.codeLines = inner - l.noteLines
	}
	p.layout = l
	p.onNotes = p.onNotes && p.Overflows()
	p.noteTop = max(0, min(p.noteTop, len(l.notes)-l.noteLines))
	p.top = max(0, min(p.top, p.count()-l.codeLines))
}

// noteLine is a line of the notes.
type noteLine struct {
	text string
	kind noteKind
}

type noteKind uint8

const (
	notePlain noteKind = iota
	noteTotal
	noteWarning
	notePath
)

func (n noteLine) style(s *draw.Styles) draw.Style {
	switch n.kind {
	case noteTotal:
		return s.Bold
	case noteWarning:
		return s.Warning
	case notePath:
		return s.Dim
	case notePlain:
	}
	return draw.Style{}
}

// mostPaths is how many paths of a group of notes are named.
const mostPaths = 3

// noteLines returns what there is to say of the snippet, wrapped: what it keeps, what to do next, and
// the notes, grouped.
func (p *Snippet) noteLines(room int) (lines []noteLine) {
	add := func(kind noteKind, first, rest, text string) {
		for i, part := range textcell.Wrap(text, max(room-textcell.Width(first), 1)) {
			indent := rest
			if i == 0 {
				indent = first
			}
			lines = append(lines, noteLine{textcell.Truncate(indent+part, room, ""), kind})
		}
	}
	add(noteTotal, "", "", p.totals())
	for i, step := range p.steps() {
		add(notePlain, fmt.Sprintf("%d ", i+1), "  ", step)
	}
	groups := p.snippet.Groups
	if groups == nil {
		for _, note := range p.snippet.Notes {
			groups = append(groups, NoteGroup{Reason: note})
		}
	}
	for i := range groups {
		g := &groups[i]
		add(noteWarning, "! ", "  ", g.text())
		for j, path := range g.Paths {
			if j == mostPaths && len(g.Paths) > mostPaths+1 {
				add(notePath, "    ", "    ", "+ "+printable.Grouped(len(g.Paths)-j)+" more")
				break
			}
			lines = append(lines, noteLine{"    " + textcell.Truncate(safe(path), max(room-4, 0), "..."), notePath})
		}
		for j, path := range g.Instead {
			if j == mostPaths {
				break
			}
			add(notePlain, "  ", "    ", "instead: "+safe(path))
		}
	}
	return lines
}

// text returns the reason with the number of paths.
func (g *NoteGroup) text() string {
	var b strings.Builder
	if len(g.Paths) > 0 {
		b.WriteString(printable.Plural(len(g.Paths), "path", "paths"))
		if g.LeftOut {
			b.WriteString(" not written")
		}
		b.WriteString(": ")
	}
	b.WriteString(safe(g.Reason))
	return b.String()
}

// totals returns what the snippet keeps.
func (p *Snippet) totals() string {
	text := printable.Plural(p.about.Paths, "path", "paths")
	if p.about.Files != p.about.Paths {
		text += ", " + printable.Plural(p.about.Files, "file", "files")
	}
	if p.about.Sized {
		text += ", " + printable.Size(p.about.Size)
	}
	if p.along != "" {
		text += "; " + p.along
	}
	return text
}

// steps returns what the user does next, in order.
func (p *Snippet) steps() (steps []string) {
	label := func(keys []string) string { return Label(keys[0]) }
	if p.snippet.Text != "" {
		step := "paste it"
		if p.copied != "" {
			step += ": " + p.copied
		}
		if p.keys.Into.Enabled() && len(p.opts.Dialects) > 0 {
			step += "; or " + label(p.keys.Into.Keys()) + " inserts it into your Nix file"
		}
		steps = append(steps, step)
	}
	if !p.opts.Migrates {
		return append(steps, label(p.keys.Adopt.Keys())+": "+p.opts.Job.Help)
	}
	step := label(p.keys.Adopt.Keys()) + ": copy the data into storage"
	if p.about.Storage != "" {
		step = label(p.keys.Adopt.Keys()) + ": copy the data into " + safe(p.about.Storage) + ", " + printable.Size(p.about.Free) + " free"
	}
	return append(steps, step, "rebuild, then reboot")
}
