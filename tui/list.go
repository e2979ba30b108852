package tui

import (
	"slices"
	"strings"
	"time"

	"github.com/sahilm/fuzzy"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/search"
	"github.com/DaRacci/list-ephemeral/scan"
)

// list shows the rows of a page. Only what is visible is ever rendered, so its
// cost does not depend on the number of rows.
type list struct {
	result *result // nil before the first
	nodes  []uint32
	depths []int        // of each row, in the tree view
	open   index.Bitset // directories that are open in the tree view
	cursor int          // row
	top    int          // the first row on the screen
	height int
	// touched says that the user has moved or marked something. From then on the
	// cursor stays on its path, before that on the first row.
	touched bool
}

// gutter is what stands before a path: cursor, mark and a space.
const gutter = len(">[x] ")

// tree reports whether the rows are those of the tree view.
func (l *list) tree() bool { return l.depths != nil }

// current returns the node under the cursor.
func (l *list) current() (uint32, bool) {
	if l.cursor < len(l.nodes) {
		return l.nodes[l.cursor], true
	}
	return 0, false
}

// show replaces the rows. The cursor stays on its path and the path on its line
// of the screen, if it is among the new rows. A new query starts on the best
// match, and leaving it stays on what was found.
func (l *list) show(p *result) {
	node, shown := l.current()
	line := l.cursor - l.top
	switched := l.result != nil && l.result.view != p.view
	if l.result != nil && l.result.text != p.text {
		l.touched = p.text == ""
		switched = true
	}
	l.result = p
	if switched && shown && l.touched && p.view == ViewTree {
		l.open = p.listing.OpenTo(l.open, node)
	}
	l.fill()
	at := -1
	if shown && l.touched {
		if at = slices.Index(l.nodes, node); at < 0 && switched {
			at = l.near(node)
		}
	}
	l.cursor, l.top = max(at, 0), max(at-line, 0)
	l.clamp()
}

// fill makes the rows.
func (l *list) fill() {
	l.nodes, l.depths = l.result.rows, nil
	if l.result.view != ViewTree || l.result.text != "" {
		return
	}
	rows := l.result.listing.TreeRows(l.open, l.result.weights)
	l.nodes, l.depths = make([]uint32, len(rows)), make([]int, len(rows))
	for i, row := range rows {
		l.nodes[i], l.depths[i] = row.Node, row.Depth
	}
}

// near returns the row that comes closest to a node of another view: that of a
// directory above it, or of the first file below it; -1 if there is none.
func (l *list) near(node uint32) int {
	lst := l.result.listing
	if index.IsDir(node) {
		if s := lst.Below(index.DirOf(node)); s.Start < s.End {
			if at := slices.Index(l.nodes, lst.Order()[s.Start]); at >= 0 {
				return at
			}
		}
	}
	for dir := lst.Holder(node); dir != 0; dir = lst.Parent(dir) {
		if at := slices.Index(l.nodes, index.DirNode(dir)); at >= 0 {
			return at
		}
	}
	return -1
}

// setOpen opens or closes a directory of the tree view, and reports whether that
// changed anything.
func (l *list) setOpen(node uint32, open bool) bool {
	if !l.tree() || !index.IsDir(node) || l.open.Has(index.DirOf(node)) == open {
		return false
	}
	l.open = l.open.Grown(int(index.DirOf(node)) + 1)
	l.open.Flip(index.DirOf(node))
	l.fill()
	l.clamp()
	return true
}

// toParent moves to the row of the directory that holds the current one.
func (l *list) toParent() {
	if !l.tree() {
		return
	}
	if l.cursor >= len(l.nodes) || l.depths[l.cursor] == 0 {
		return
	}
	if row := slices.Index(l.nodes, l.result.listing.TreeParent(l.nodes[l.cursor])); row >= 0 {
		l.moveTo(row)
	}
}

// moveTo puts the cursor on a row, or the nearest there is.
func (l *list) moveTo(row int) {
	l.cursor = row
	l.touched = true
	l.clamp()
}

func (l *list) resize(height int) {
	l.height = height
	l.clamp()
}

// clamp keeps the cursor among the rows and on the screen, and the screen full.
func (l *list) clamp() {
	n := len(l.nodes)
	l.cursor = max(0, min(l.cursor, n-1))
	l.top = min(l.top, l.cursor, n-l.height)
	l.top = max(0, l.top, l.cursor-l.height+1)
}

// rowAt returns the row at a line of the list.
func (l *list) rowAt(line int) (int, bool) {
	row := l.top + line
	return row, line >= 0 && line < l.height && row < len(l.nodes)
}

// visible returns the nodes on the screen.
func (l *list) visible() []uint32 {
	if l.height <= 0 {
		return nil
	}
	return l.nodes[l.top:min(l.top+l.height, len(l.nodes))]
}

// columns are the widths of what stands behind a path; 0 leaves one out.
type columns struct{ note, files, size, age int }

const (
	filesWidth = len(" 100,000")
	sizeWidth  = len(" 1023B")
	ageWidth   = len(" 24mo")
)

// newColumns returns the columns for which there is room: paths come first.
func newColumns(width int, files, notes bool) columns {
	var c columns
	if notes && width >= 50 {
		c.note = noteWidth
	}
	if width >= 40 {
		c.size = sizeWidth
	}
	if width >= 60 {
		c.age = ageWidth
	}
	if files && width >= 70 {
		c.files = filesWidth
	}
	return c
}

func (c columns) width() int { return c.note + c.files + c.size + c.age }

// painter is what it takes to render rows.
type painter struct {
	*styles
	selection *index.Selection
	partly    index.Bitset
	metas     *statCache
	refusal   func(node uint32) NotListedReason
	note      func(l *index.Listing, node uint32) Annotation
	columns   columns
	width     int
	now       time.Time
}

// view appends one line for each visible row.
func (l *list) view(lines []string, p *painter) []string {
	for i := range l.visible() {
		lines = append(lines, l.line(p, l.top+i))
	}
	return lines
}

func (l *list) line(p *painter, row int) string {
	var b strings.Builder
	node := l.nodes[row]
	pointer := byte(' ')
	if row == l.cursor {
		b.WriteString(p.cursor.on)
		pointer = '>'
	}
	b.WriteByte(pointer)
	b.WriteString(p.mark(l.result.listing, node))
	b.WriteByte(' ')
	behind, refusal := p.columns.width(), ""
	if l.result.listing.NonCandidate(node) {
		refusal = truncated(safe(p.refusal(node).Reason), p.width/2, p.glyphs.ellipsis)
		behind = width(refusal) + 1
		b.WriteString(p.dim.on)
	}
	room := p.width - gutter - behind
	cells := 0
	if l.tree() {
		lead := l.lead(row)
		lead = lead[:min(len(lead), max(room-minName, 0))]
		b.WriteString(lead)
		cells = len(lead)
	}
	text := l.text(row)
	var matched []int
	if refusal == "" { // a highlight would end what is dim
		matched = l.matched(text)
	}
	cells += p.writeTail(&b, text, matched, room-cells)
	writeFiller(&b, room-cells)
	if refusal != "" {
		b.WriteString(" " + refusal + p.dim.off)
	} else {
		p.writeColumns(&b, l.result.listing, node)
	}
	if row == l.cursor {
		b.WriteString(p.cursor.off)
	}
	return b.String()
}

// minName is how many cells of a name the tree view shows at any depth.
const minName = 15

// lead is what stands before a name in the tree view: its depth, and whether it is
// open.
func (l *list) lead(row int) string {
	sign := "  "
	if node := l.nodes[row]; index.IsDir(node) {
		sign = "+ "
		if l.open.Has(index.DirOf(node)) {
			sign = "- "
		}
	}
	return strings.Repeat("  ", l.depths[row]) + sign
}

// text returns a row's path as it is shown, in the tree view from the row of its
// directory on; a directory's ends in a slash.
func (l *list) text(row int) string {
	node := l.nodes[row]
	path := l.result.listing.AppendNode(nil, node)
	if l.result.listing.NodeKind(node) == scan.KindDir && len(path) > 1 {
		path = append(path, '/')
	}
	if l.tree() {
		path = path[l.prefix(row):]
	}
	return string(printable.AppendName(make([]byte, 0, len(path)), path))
}

// prefix returns how many bytes of a row's path are told by the row of its
// directory.
func (l *list) prefix(row int) int {
	if l.depths[row] == 0 {
		return 0
	}
	return len(l.result.listing.AppendNode(nil, l.result.listing.TreeParent(l.nodes[row]))) + 1
}

// matched returns where the query matches a text as it is shown, which can
// differ from the name that was searched.
func (l *list) matched(text string) []int {
	if l.result.text == "" {
		return nil
	}
	if a := search.NewAligner(l.result.text); a != nil {
		if _, ok := a.Align([]byte(text)); ok {
			return a.Positions()
		}
	}
	matches := fuzzy.FindNoSort(l.result.text, []string{text})
	if len(matches) == 0 {
		return nil
	}
	return matches[0].MatchedIndexes
}

// mark is what stands before a row: [x] marked, " x " covered by a marked
// directory, [-] something below is marked.
func (p *painter) mark(l *index.Listing, node uint32) string {
	if p.selection.Has(node) {
		return p.marked.render("[x]")
	}
	if _, covered := p.selection.CoveredBy(l, node); covered {
		return p.marked.render(" x ")
	}
	if index.IsDir(node) && p.partly.Has(index.DirOf(node)) {
		return p.marked.render("[-]")
	}
	return "[ ]"
}

// writeColumns writes what is known of a node.
func (p *painter) writeColumns(b *strings.Builder, l *index.Listing, node uint32) {
	c := p.columns
	if c.note > 0 {
		writeRight(b, truncated(safe(p.note(l, node).Short), c.note-1, p.glyphs.ellipsis), c.note)
	}
	if c.files > 0 {
		files := ""
		if index.IsDir(node) {
			files = grouped(l.FilesOf(node))
		}
		writeRight(b, files, c.files)
	}
	size, age := "", ""
	if m, known := p.metas.of(node); known && !m.Gone {
		size, age = printable.Size(m.Size), printable.Age(p.now.Sub(time.Unix(m.ModTime, 0)))
	}
	if c.size > 0 {
		writeRight(b, size, c.size)
	}
	if c.age > 0 {
		writeRight(b, age, c.age)
	}
}

// writeRight writes a text at the right of so many cells.
func writeRight(b *strings.Builder, text string, cells int) {
	writeFiller(b, cells-len(text))
	b.WriteString(text)
}
