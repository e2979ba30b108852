package tui

import (
	"slices"
	"strings"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/internal/textcell"
	"github.com/DaRacci/list-ephemeral/scan"
)

// list shows the rows of a result. Only visible rows are rendered, so the cost of a frame does
// not depend on the number of rows.
type list struct {
	result *result // nil before the first result
	nodes  []uint32
	depths []int        // of each row, in the tree view
	open   index.Bitset // directories that are open in the tree view
	cursor int          // a row
	top    int          // the first row on the screen
	height int
	// touched reports whether the user has moved the cursor or selected something. If so,
	// the cursor stays on its path while rows arrive; otherwise it stays on the first row.
	touched bool
}

// gutter is the width of what precedes a path: cursor, mark and a space.
const gutter = len(">[x] ")

// tree reports whether the rows are those of a tree.
func (l *list) tree() bool { return l.depths != nil }

// current returns the node under the cursor.
func (l *list) current() (uint32, bool) {
	if l.cursor < len(l.nodes) {
		return l.nodes[l.cursor], true
	}
	return 0, false
}

// show replaces the rows. If the path under the cursor is among the new rows, the cursor stays
// on it, and the path stays on its line of the screen. A new query starts on the best match.
// After the query is cleared, the cursor stays on the match.
func (l *list) show(p *result) {
	node, shown := l.current()
	line := l.cursor - l.top
	switched := l.result != nil && l.result.view != p.view
	if l.result != nil && l.result.text != p.text {
		l.touched = p.text == ""
		switched = true
	}
	l.result = p
	if switched && shown && l.touched && p.view == setting.ViewTree {
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
	if l.result.view != setting.ViewTree || l.result.text != "" {
		return
	}
	rows := l.result.listing.TreeRows(l.open, l.result.weights)
	l.nodes, l.depths = make([]uint32, len(rows)), make([]int, len(rows))
	for i, row := range rows {
		l.nodes[i], l.depths[i] = row.Node, row.Depth
	}
}

// near returns the row closest to a node of another view: the first file below it, otherwise the
// nearest directory above it. It returns -1 if there is no such row.
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

// setOpen opens or closes a directory of the tree view. It reports whether anything changed.
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

// toParent moves the cursor to the row of the parent directory.
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

// moveTo puts the cursor on a row, or on the nearest row that exists.
func (l *list) moveTo(row int) {
	l.cursor = row
	l.touched = true
	l.clamp()
}

func (l *list) resize(height int) {
	l.height = height
	l.clamp()
}

// clamp keeps the cursor on an existing, visible row, and the screen full.
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

// columns are the widths of the columns to the right of a path; 0 omits a column.
type columns struct{ note, files, size, age int }

const (
	filesWidth = len(" 100,000")
	sizeWidth  = len(" 1023B")
	ageWidth   = len(" 24mo")
)

// newColumns returns the columns that leave enough room for paths.
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

// painter has everything that is needed to render rows.
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
		refusal = textcell.Truncate(safe(p.refusal(node).Reason), p.width/2, p.glyphs.ellipsis)
		behind = textcell.Width(refusal) + 1
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
	text, matched := l.result.found.Text(l.result.listing, node, l.text(row), p.glyphs.inside)
	if refusal != "" { // a highlight would end the dim style
		matched = nil
	}
	cells += p.writeTail(&b, text, matched, room-cells)
	textcell.WriteFiller(&b, room-cells)
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

// minName is the number of cells of a name that the tree view shows at any depth.
const minName = 15

// lead returns what precedes a name in the tree view: the indentation for its depth, and the
// sign of an open or closed directory.
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

// text returns the path of a row as it is shown. In the tree view it is relative to the row of
// its parent. A directory ends in a slash.
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

// prefix returns the length of the part of a path that the row of its parent already shows.
func (l *list) prefix(row int) int {
	if l.depths[row] == 0 {
		return 0
	}
	return len(l.result.listing.AppendNode(nil, l.result.listing.TreeParent(l.nodes[row]))) + 1
}

// mark returns the mark of a row: "[x]" if it is selected, " x " if a selected directory
// includes it, "[-]" if something below it is selected.
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

// writeColumns writes the columns of a node.
func (p *painter) writeColumns(b *strings.Builder, l *index.Listing, node uint32) {
	c := p.columns
	if c.note > 0 {
		writeRight(b, textcell.Truncate(safe(p.note(l, node).Short), c.note-1, p.glyphs.ellipsis), c.note)
	}
	if c.files > 0 {
		files := ""
		if index.IsDir(node) {
			files = printable.Grouped(l.FilesOf(node))
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

// writeRight writes a text, right-aligned in so many cells.
func writeRight(b *strings.Builder, text string, cells int) {
	textcell.WriteFiller(b, cells-len(text))
	b.WriteString(text)
}
