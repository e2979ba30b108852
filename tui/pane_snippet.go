package tui

import (
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/textcell"
	"github.com/DaRacci/list-ephemeral/tui/draw"
)

// snippetPane shows the snippet before it is printed.
type snippetPane struct {
	keys    snippetKeys
	drawing renderRequest
	pending bool // not rendered yet
	snippet SnippetText
	paths   int
	lines   []string // safe to show
	notes   int      // the number of lines with notes, which come first
	top     int
	width   int
	height  int
}

// shownLines is the maximum number of lines of a snippet that are shown. The snippet for a
// million paths has a million lines.
const shownLines = 2000

func newSnippetPane(keys *keyMap, what renderRequest) *snippetPane {
	return &snippetPane{keys: keys.snippet, drawing: what, pending: true}
}

// fill shows a rendered snippet.
func (p *snippetPane) fill(msg rendered) {
	p.pending, p.snippet, p.paths = false, msg.snippet, msg.paths
	p.lines, p.notes = snippetLines(msg.snippet, p.width, shownLines)
}

// notePrefix starts a line about the snippet.
const notePrefix = "note: "

// snippetLines returns the notes on a snippet, wrapped, followed by its text, in lines that are
// safe to show, and the number of lines with notes. The limit is most lines. If there are more, an
// additional line counts the rest.
func snippetLines(s SnippetText, cells, most int) (lines []string, notes int) {
	for _, note := range s.Notes {
		for _, line := range textcell.Wrap(safe(note), cells-len(notePrefix)) {
			if len(lines) < most {
				lines = append(lines, notePrefix+line)
			}
		}
	}
	notes = len(lines)
	text := strings.TrimSuffix(s.Shown(), "\n")
	if text == "" {
		return append(lines, "nothing to write"), notes
	}
	for len(lines) < most {
		line, rest, more := strings.Cut(text, "\n")
		lines = append(lines, safe(line))
		if !more {
			return lines, notes
		}
		text = rest
	}
	return append(lines, "+ "+printable.Grouped(1+strings.Count(text, "\n"))+" more lines"), notes
}

func (p *snippetPane) press(msg tea.KeyPressMsg) action {
	switch {
	case key.Matches(msg, p.keys.quit):
		return action{kind: actionQuit}
	case key.Matches(msg, p.keys.back):
		return action{kind: actionBack}
	case key.Matches(msg, p.keys.showHelp):
		return action{kind: actionHelp}
	case key.Matches(msg, p.keys.write) && p.snippet.Text != "":
		return action{kind: actionAskFile}
	case key.Matches(msg, p.keys.copy) && p.snippet.Text != "":
		return action{kind: actionCopy}
	case key.Matches(msg, p.keys.adopt) && !p.pending:
		return action{kind: actionAskAdopt}
	case key.Matches(msg, p.keys.into) && p.snippet.Text != "":
		return action{kind: actionAskInto}
	case key.Matches(msg, p.keys.dialect):
		return action{kind: actionDialect}
	case key.Matches(msg, p.keys.leave) && !p.pending:
		return action{kind: actionLeave}
	}
	if to, ok := p.keys.move.target(msg, p.top, p.height, len(p.lines)); ok {
		p.scroll(to - p.top)
	}
	return action{}
}

func (p *snippetPane) scroll(lines int) {
	p.top = max(0, min(p.top+lines, len(p.lines)-p.height))
}

func (p *snippetPane) resize(width, height int) {
	if p.width != width && !p.pending {
		p.lines, p.notes = snippetLines(p.snippet, width, shownLines)
	}
	p.width, p.height = width, height
	p.scroll(0)
}

// title returns the title for the status line.
func (p *snippetPane) title(result, dialect string) string {
	if p.pending {
		return "rendering"
	}
	title := result + " " + printable.Plural(p.paths, "path", "paths")
	if dialect != "" {
		title += " in dialect " + dialect
	}
	if len(p.lines) > p.height {
		title += fmt.Sprintf(", line %s of %s", printable.Grouped(p.top+1), printable.Grouped(len(p.lines)))
	}
	return title
}

func (p *snippetPane) view(lines []string, s *draw.Styles, width int) []string {
	for i, line := range p.lines[p.top:min(p.top+p.height, len(p.lines))] {
		line = textcell.Truncate(line, width, s.Glyphs.Ellipsis)
		if p.top+i < p.notes {
			lines = append(lines, s.Warning.Render(line))
		} else {
			lines = append(lines, s.Highlight(line))
		}
	}
	return lines
}
