package pane

import (
	"cmp"
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/textcell"
	"github.com/DaRacci/list-ephemeral/tui/draw"
)

// SnippetText is a rendered snippet.
type SnippetText struct {
	// Text is what is printed, written and copied.
	Text string
	// Visible, if not empty, is shown instead of Text. It is needed where a line break in
	// Text may be inside a name.
	Visible string
	// Notes say what was left out, and why. Commented are further notes, which Text has as comments.
	Notes, Commented []string
	// Groups are the same notes, grouped by their reason. Without groups, Notes are shown.
	Groups []NoteGroup
	// LeftOut is the number of selected paths that Text does not contain.
	LeftOut int
	// Shared is the number of these that are left out because they belong to several programs.
	Shared int
}

// NoteGroup is one remark about several paths.
type NoteGroup struct {
	// Reason is a clause. Paths, if any, are what it is about; Instead are paths to keep instead.
	Reason         string
	Paths, Instead []string
	// LeftOut reports that the snippet does not contain Paths.
	LeftOut bool
}

// Shown returns the text to show. Its lines may contain any bytes.
func (s *SnippetText) Shown() string { return cmp.Or(s.Visible, s.Text) }

// SnippetOptions configure a Snippet.
type SnippetOptions struct {
	Job Job
	// Migrates reports that the job copies data into storage, so that a reboot is safe.
	Migrates bool
	// Dialects are the names of the dialects to choose from; Dialect is the index of that of the text.
	Dialects []string
	Dialect  int
}

// Summary is what a snippet is for.
type Summary struct {
	Paths, Files int
	// Size is in bytes; it is known if Sized is set.
	Size  int64
	Sized bool
	// Offer, if not empty, is shown first: files that fill a directory.
	Offer string
	// Storage is the directory into which data is copied, and Free how many bytes are free there. It
	// is "" without storage.
	Storage string
	Free    int64
}

// Snippet shows a snippet before it is printed: the code first, what is to say of it beside it or
// below.
type Snippet struct {
	keys    *SnippetKeys // the screen enables and disables them
	opts    SnippetOptions
	pending bool // not rendered yet
	snippet SnippetText
	about   Summary
	along   string   // what is kept too, or ""
	copied  string   // how the snippet was copied
	code    []string // safe to show
	top     int
	// onNotes reports that keys scroll the notes, which begin at line noteTop.
	onNotes bool
	noteTop int
	layout  snippetLayout
}

// shownLines is the maximum number of lines of a snippet that are shown. The snippet for a
// million paths has a million lines.
const shownLines = 2000

// NewSnippet returns a pane that is empty until Fill is called.
func NewSnippet(keys *Keys, opts SnippetOptions) *Snippet {
	return &Snippet{keys: &keys.Snippet, opts: opts, pending: true}
}

// Pending reports whether Fill has not been called.
func (p *Snippet) Pending() bool { return p.pending }

// Fill shows a rendered snippet.
func (p *Snippet) Fill(snippet SnippetText, about Summary) {
	p.pending, p.snippet, p.about = false, snippet, about
	p.code = codeLines(&snippet, shownLines)
	p.Resize(p.layout.width, p.layout.height)
}

// Along shows how many excluded files, with how many bytes, are kept with the paths of the snippet.
func (p *Snippet) Along(files int, size int64) {
	p.along = ""
	if files > 0 {
		p.along = draw.Excluded(files) + ", " + printable.Size(size)
	}
	p.Resize(p.layout.width, p.layout.height)
}

// Copied shows how the snippet was copied: "copied with wl-copy".
func (p *Snippet) Copied(how string) {
	p.copied = safe(how)
	p.Resize(p.layout.width, p.layout.height)
}

// codeLines returns the lines of a text, safe to show. If there are more than most, an additional line
// counts the rest.
func codeLines(s *SnippetText, most int) (lines []string) {
	text := strings.TrimSuffix(s.Shown(), "\n")
	if text == "" {
		return []string{"nothing to write"}
	}
	for len(lines) < most {
		line, rest, more := strings.Cut(text, "\n")
		lines = append(lines, safe(line))
		if !more {
			return lines
		}
		text = rest
	}
	return append(lines, "+ "+printable.Grouped(1+strings.Count(text, "\n"))+" more lines")
}

// Press handles a key.
func (p *Snippet) Press(msg tea.KeyPressMsg) Action {
	there := p.snippet.Text != ""
	for _, k := range []struct {
		binding key.Binding
		works   bool
		action  ActionKind
	}{
		{p.keys.Quit, true, ActionQuit},
		{p.keys.Back, true, ActionBack},
		{p.keys.ShowHelp, true, ActionHelp},
		{p.keys.Write, there, ActionAskFile},
		{p.keys.Copy, there, ActionCopy},
		{p.keys.Adopt, !p.pending, ActionAskAdopt},
		{p.keys.Into, there, ActionAskInto},
		{p.keys.Dialect, true, ActionDialect},
		{p.keys.DialectBack, true, ActionDialectBack},
		{p.keys.Directories, !p.pending, ActionDirectories},
		{p.keys.Leave, !p.pending, ActionLeave},
	} {
		if k.works && key.Matches(msg, k.binding) {
			return Action{Kind: k.action}
		}
	}
	if key.Matches(msg, p.keys.Switch) {
		p.onNotes = !p.onNotes && p.Overflows()
		return Action{}
	}
	from, page, count := p.top, p.layout.codeLines, p.count()
	if p.onNotes {
		from, page, count = p.noteTop, p.layout.noteLines, len(p.layout.notes)
	}
	if to, ok := p.keys.Move.Target(msg, from, page, count); ok {
		p.Scroll(to - from)
	}
	return Action{}
}

// Scroll scrolls the code or the notes by lines.
func (p *Snippet) Scroll(lines int) {
	if p.onNotes {
		p.noteTop = max(0, min(p.noteTop+lines, len(p.layout.notes)-p.layout.noteLines))
		return
	}
	p.top = max(0, min(p.top+lines, p.count()-p.layout.codeLines))
}

// Overflows reports whether there are more notes than fit.
func (p *Snippet) Overflows() bool { return len(p.layout.notes) > p.layout.noteLines && !p.layout.one }

// Title returns the title for the status line.
func (p *Snippet) Title() string {
	if p.pending {
		return "rendering"
	}
	title := p.opts.Job.Result + " " + printable.Plural(p.about.Paths, "path", "paths")
	if len(p.opts.Dialects) > 1 && p.layout.one {
		title += ", " + p.dialect()
	}
	if n := p.count(); n > p.layout.codeLines {
		title += fmt.Sprintf(", line %s of %s", printable.Grouped(p.top+1), printable.Grouped(n))
	}
	return title
}

// dialect returns the dialect by name and number.
func (p *Snippet) dialect() string {
	if len(p.opts.Dialects) < 2 {
		return ""
	}
	return fmt.Sprintf("%s %d of %d", p.opts.Dialects[p.opts.Dialect], p.opts.Dialect+1, len(p.opts.Dialects))
}

// View appends the lines of the pane to lines.
func (p *Snippet) View(lines []string, s *draw.Styles) []string {
	l := &p.layout
	if p.pending {
		return lines
	}
	if p.about.Offer != "" {
		lines = append(lines, " "+s.Key.Render(textcell.Truncate(p.about.Offer, max(l.width-1, 0), s.Glyphs.Ellipsis)))
	}
	if l.one {
		return append(lines, p.window(p.all(s, l.width), p.top, l.codeLines)...)
	}
	code := s.Card(p.codeTitle(s), p.window(p.numbered(s, l.codeWidth-draw.FrameWidth), p.top, l.codeLines), l.codeWidth, l.codeLines+draw.FrameHeight)
	notes := s.Card(p.noteTitle(s), p.window(p.styled(s), p.noteTop, l.noteLines), l.noteWidth, l.noteLines+draw.FrameHeight)
	if l.beside {
		for i, line := range code {
			lines = append(lines, line+notes[i])
		}
		return lines
	}
	return append(append(lines, code...), notes...)
}

// codeTitle is the title of the code.
func (p *Snippet) codeTitle(s *draw.Styles) string {
	if d := p.dialect(); d != "" {
		return d + " " + s.Glyphs.Horizontal + " " + Label(p.keys.Dialect.Keys()[0])
	}
	return "code"
}

// noteTitle is the title of the notes.
func (p *Snippet) noteTitle(s *draw.Styles) string {
	title := "what happens"
	if p.Overflows() {
		title += fmt.Sprintf(" %s %s scrolls %d of %d", s.Glyphs.Horizontal, Label(p.keys.Switch.Keys()[0]), p.noteTop+1, len(p.layout.notes))
	}
	return title
}

// window returns count of the lines from top on.
func (p *Snippet) window(lines []string, top, count int) []string {
	top = min(top, len(lines))
	return lines[top:min(top+count, len(lines))]
}

// numbered returns the code with line numbers.
func (p *Snippet) numbered(s *draw.Styles, width int) []string {
	digits := len(fmt.Sprint(len(p.code)))
	lines := make([]string, len(p.code))
	for i := p.top; i < min(p.top+p.layout.codeLines, len(p.code)); i++ {
		number := fmt.Sprintf("%*d ", digits, i+1)
		if p.snippet.Text == "" || i == shownLines {
			number = ""
		}
		text := middle(p.code[i], max(width-len(number), 0), s.Glyphs.Ellipsis)
		lines[i] = s.Dim.Render(number) + s.Highlight(text)
	}
	return lines
}

// middle shortens a line of code in the middle, because the names of files are at its end.
func middle(line string, room int, ellipsis string) string {
	if textcell.Width(line) <= room {
		return line
	}
	cells := textcell.Width(ellipsis)
	head := ansi.Truncate(line, max(room-cells, 0)/2, "")
	start, _ := textcell.TailStart(line[len(head):], room-textcell.Width(head), cells)
	return ansi.Truncate(head+ellipsis+line[len(head)+start:], max(room, 0), "")
}

// all returns the code and, below it, the notes: on a screen without room for cards.
func (p *Snippet) all(s *draw.Styles, width int) []string {
	var lines []string
	for _, line := range p.code {
		lines = append(lines, s.Highlight(middle(line, width, s.Glyphs.Ellipsis)))
	}
	return append(lines, p.styled(s)...)
}

// count returns the number of lines that the code scrolls over.
func (p *Snippet) count() int {
	if p.layout.one {
		return len(p.code) + len(p.layout.notes)
	}
	return len(p.code)
}

func (p *Snippet) styled(s *draw.Styles) []string {
	lines := make([]string, len(p.layout.notes))
	for i, line := range p.layout.notes {
		lines[i] = line.style(s).Render(line.text)
	}
	return lines
}
