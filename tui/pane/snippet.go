package pane

import (
	"cmp"
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/textcell"
	"github.com/DaRacci/list-ephemeral/tui/draw"
)

// Snippet shows the snippet before it is printed.
type Snippet struct {
	keys    SnippetKeys
	pending bool // not rendered yet
	snippet SnippetText
	paths   int
	lines   []string // safe to show
	notes   int      // the number of lines with notes, which come first
	top     int
	width   int
	height  int
}

// SnippetText is a rendered snippet.
type SnippetText struct {
	// Text is what is printed, written and copied.
	Text string
	// Visible, if not empty, is shown instead of Text. It is needed where a line break in
	// Text may be inside a name.
	Visible string
	// Notes say what was left out, and why. They are shown with the text.
	Notes []string
	// Commented are further notes, which Text has as comments. They are not shown a second time.
	Commented []string
	// LeftOut is the number of selected paths that Text does not contain.
	LeftOut int
	// Shared is the number of these that are left out because they belong to several programs.
	Shared int
}

// Shown returns the text to show. Its lines may contain any bytes.
func (s *SnippetText) Shown() string { return cmp.Or(s.Visible, s.Text) }

// shownLines is the maximum number of lines of a snippet that are shown. The snippet for a
// million paths has a million lines.
const shownLines = 2000

// NewSnippet returns a pane that is empty until Fill is called.
func NewSnippet(keys *Keys) *Snippet { return &Snippet{keys: keys.Snippet, pending: true} }

// Pending reports whether Fill has not been called.
func (p *Snippet) Pending() bool { return p.pending }

// Fill shows a rendered snippet of a number of paths.
func (p *Snippet) Fill(snippet SnippetText, paths int) {
	p.pending, p.snippet, p.paths = false, snippet, paths
	p.lines, p.notes = snippetLines(p.snippet, p.width, shownLines)
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

func (p *Snippet) Press(msg tea.KeyPressMsg) Action {
	switch {
	case key.Matches(msg, p.keys.Quit):
		return Action{Kind: ActionQuit}
	case key.Matches(msg, p.keys.Back):
		return Action{Kind: ActionBack}
	case key.Matches(msg, p.keys.ShowHelp):
		return Action{Kind: ActionHelp}
	case key.Matches(msg, p.keys.Write) && p.snippet.Text != "":
		return Action{Kind: ActionAskFile}
	case key.Matches(msg, p.keys.Copy) && p.snippet.Text != "":
		return Action{Kind: ActionCopy}
	case key.Matches(msg, p.keys.Adopt) && !p.pending:
		return Action{Kind: ActionAskAdopt}
	case key.Matches(msg, p.keys.Into) && p.snippet.Text != "":
		return Action{Kind: ActionAskInto}
	case key.Matches(msg, p.keys.Dialect):
		return Action{Kind: ActionDialect}
	case key.Matches(msg, p.keys.Leave) && !p.pending:
		return Action{Kind: ActionLeave}
	}
	if to, ok := p.keys.Move.Target(msg, p.top, p.height, len(p.lines)); ok {
		p.Scroll(to - p.top)
	}
	return Action{}
}

func (p *Snippet) Scroll(lines int) {
	p.top = max(0, min(p.top+lines, len(p.lines)-p.height))
}

func (p *Snippet) Resize(width, height int) {
	if p.width != width && !p.pending {
		p.lines, p.notes = snippetLines(p.snippet, width, shownLines)
	}
	p.width, p.height = width, height
	p.Scroll(0)
}

// title returns the title for the status line.
func (p *Snippet) Title(result, dialect string) string {
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

func (p *Snippet) View(lines []string, s *draw.Styles, width int) []string {
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
