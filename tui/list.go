package tui

import (
	"maps"
	"slices"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/tui/places"
	"github.com/DaRacci/list-ephemeral/tui/table"
)

// list shows the rows of a result. Only visible rows are rendered, so the cost of a frame does
// not depend on the number of rows. Between rows there are the heads of sections, which the cursor
// skips: a line of the list is a row or a head.
type list struct {
	result *table.Result // nil before the first result
	nodes  []uint32
	depths []int // of each row, in views that open and close; nil in others
	heads  []sectionHead
	// at are the positions of the rows in result.places; nil if a row is at its own position, or the
	// view has no places.
	at         []int
	open       index.Bitset         // directories that are open in the tree view
	openOwners map[index.Owner]bool // programs whose places are shown
	unfolded   bool                 // the places that are probably not worth keeping are shown
	cursor     int                  // a row
	top        int                  // the first line on the screen
	height     int
	// touched reports whether the user has moved the cursor or selected something. If so,
	// the cursor stays on its path while rows arrive; otherwise it stays on the first row.
	touched bool
	// anchor is the path that the cursor was on before the view of programs.
	anchor uint32
}

// sectionHead is the line of a section, before a row.
type sectionHead struct {
	row     int
	section places.Section
}

// foldNode is the row that stands for the places that are probably not worth keeping.
var foldNode = index.GroupNode(1 << 29)

// tree reports whether the rows are those of a tree of directories.
func (l *list) tree() bool { return l.depths != nil && l.result.View == setting.ViewTree }

// current returns the file or directory under the cursor.
func (l *list) current() (uint32, bool) {
	if l.cursor < len(l.nodes) {
		_, group := index.GroupOf(l.nodes[l.cursor])
		return l.nodes[l.cursor], !group
	}
	return 0, false
}

// programAt returns the program of a row, or nil.
func (l *list) programAt(row int) *table.Program {
	if row < len(l.nodes) {
		if i, group := index.GroupOf(l.nodes[row]); group && i < len(l.result.Programs) {
			return &l.result.Programs[i]
		}
	}
	return nil
}

// folded reports whether a row stands for places that are not shown.
func (l *list) folded(row int) bool { return row < len(l.nodes) && l.nodes[row] == foldNode }

// opensOnly reports whether the places of a row have nothing in common, so that it can be opened but
// not kept: what is probably not worth keeping, and what has no program.
func (l *list) opensOnly(row int) bool {
	of := l.programAt(row)
	return l.folded(row) || of != nil && of.Owner.Name == ""
}

// placeAt returns the place of a row, or nil.
func (l *list) placeAt(row int) *places.Place {
	if l.result.View != setting.ViewPlaces {
		return nil
	}
	if l.at != nil {
		row = l.at[row]
	}
	if row < 0 || row >= len(l.result.Places) {
		return nil
	}
	return &l.result.Places[row]
}

// show replaces the rows. If the path under the cursor is among the new rows, the cursor stays
// on it, and the path stays on its line of the screen. A new query starts on the best match.
// After the query is cleared, the cursor stays on the match.
func (l *list) show(p *table.Result) {
	at, line := -1, l.lineOf(l.cursor)-l.top
	of, from := l.programAt(l.cursor), l.cursorNode()
	before := l.result
	onFold := l.folded(l.cursor)
	switched := before != nil && before.View != p.View
	if switched && of == nil {
		l.anchor = from
	}
	if before != nil && before.Text != p.Text {
		l.touched = p.Text == ""
		switched = true
	}
	l.result = p
	if switched && l.touched && from != index.NoNode && p.View == setting.ViewTree {
		l.open = p.Listing.OpenTo(l.open, from)
	}
	l.fill()
	switch {
	case !l.touched:
	case onFold:
		at = slices.Index(l.nodes, foldNode)
	case of != nil && p.View == setting.ViewPrograms:
		at = l.find(of.Owner)
	case from != index.NoNode:
		at = l.rowFor(from, switched)
	}
	l.cursor = max(at, 0)
	l.top = 0
	if at >= 0 {
		l.top = max(l.lineOf(at)-line, 0)
	}
	l.clamp()
}

// cursorNode returns the path under the cursor, or index.NoNode: of a program, that of its first place.
func (l *list) cursorNode() uint32 {
	if of := l.programAt(l.cursor); of != nil && len(of.Shown) > 0 {
		if group, found := l.result.Groups.Of(l.anchor); found && l.result.Groups.All()[group].Owner == of.Owner {
			return l.anchor
		}
		return of.Shown[0]
	}
	if node, ok := l.current(); ok {
		return node
	}
	return index.NoNode
}

// rowFor returns the row of a node, or -1. near accepts a row close to it.
func (l *list) rowFor(node uint32, near bool) int {
	if at := slices.Index(l.nodes, node); at >= 0 || !near {
		return at
	}
	if l.result.View == setting.ViewPrograms {
		if group, found := l.result.Groups.Of(node); found {
			return l.find(l.result.Groups.All()[group].Owner)
		}
	}
	return l.near(node)
}

// find returns the row of a program, or -1.
func (l *list) find(owner index.Owner) int {
	for row := range l.nodes {
		if of := l.programAt(row); of != nil && of.Owner == owner {
			return row
		}
	}
	return -1
}

// fill makes the rows.
func (l *list) fill() {
	p := l.result
	l.nodes, l.depths, l.heads, l.at = p.Rows, nil, nil, nil
	switch {
	case p.View == setting.ViewPrograms:
		l.fillPrograms()
	case len(p.Sections) > 0:
		l.fillSections()
	case p.View == setting.ViewPlaces && p.Found != nil:
		for _, section := range p.FoundSections() {
			l.heads = append(l.heads, sectionHead{section.First, section})
		}
	case p.View == setting.ViewTree && p.Text == "":
		rows := p.Listing.TreeRows(l.open, p.Weights)
		l.nodes, l.depths = make([]uint32, len(rows)), make([]int, len(rows))
		for i, row := range rows {
			l.nodes[i], l.depths[i] = row.Node, row.Depth
		}
	}
}

// fillPrograms makes the rows of programs, and of the places of those that are open.
func (l *list) fillPrograms() {
	l.nodes, l.depths = nil, []int{}
	for i := range l.result.Programs {
		l.nodes, l.depths = append(l.nodes, index.GroupNode(i)), append(l.depths, 0)
		if of := &l.result.Programs[i]; l.openOwners[of.Owner] {
			for _, node := range of.Shown {
				l.nodes, l.depths = append(l.nodes, node), append(l.depths, 1)
			}
		}
	}
}

// fillSections makes the rows of sections. What is probably not worth keeping is one row, unless it
// was opened or is in the selection that the user reviews.
func (l *list) fillSections() {
	l.nodes, l.at = nil, []int{}
	for _, section := range l.result.Sections {
		l.heads = append(l.heads, sectionHead{len(l.nodes), section})
		if section.Kind == places.KindUnlikely && !l.unfolded && l.result.Marked == 0 && len(l.result.Sections) > 1 {
			l.nodes, l.at = append(l.nodes, foldNode), append(l.at, -1)
			continue
		}
		for i := section.First; i < section.First+section.Count; i++ {
			l.nodes, l.at = append(l.nodes, l.result.Rows[i]), append(l.at, i)
		}
	}
}

// near returns the row closest to a node of another view: the first file below it, otherwise the
// nearest directory above it. It returns -1 if there is no such row.
func (l *list) near(node uint32) int {
	lst := l.result.Listing
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

// setOpen opens or closes the row under the cursor: a directory of the tree, a program, or the places
// that are probably not worth keeping. It reports whether anything changed.
func (l *list) setOpen(open bool) bool {
	node, shown := l.current()
	switch of := l.programAt(l.cursor); {
	case l.folded(l.cursor) && open, l.unfoldedAt(l.cursor) && !open:
		l.unfolded = open
	case of != nil && l.openOwners[of.Owner] != open:
		l.openOwners = maps.Clone(l.openOwners)
		if l.openOwners == nil {
			l.openOwners = map[index.Owner]bool{}
		}
		l.openOwners[of.Owner] = open
	case l.tree() && shown && index.IsDir(node) && l.open.Has(index.DirOf(node)) != open:
		l.open = l.open.Grown(int(index.DirOf(node)) + 1)
		l.open.Flip(index.DirOf(node))
	default:
		return false
	}
	l.fill()
	if l.cursor >= len(l.nodes) {
		l.cursor = len(l.nodes) - 1
	}
	l.touched = true
	l.clamp()
	return true
}

// opens reports whether rows of the view open and close.
func (l *list) opens() bool {
	return l.depths != nil || len(l.heads) > 0
}

// unfoldedAt reports whether a row is one of the places that are probably not worth keeping.
func (l *list) unfoldedAt(row int) bool {
	for _, h := range l.heads {
		if h.section.Kind == places.KindUnlikely {
			return l.unfolded && row >= h.row && len(l.heads) > 1
		}
	}
	return false
}

// toParent moves the cursor to the row of the parent directory or of the program.
func (l *list) toParent() {
	if l.depths == nil || l.cursor >= len(l.nodes) || l.depths[l.cursor] == 0 {
		return
	}
	if !l.tree() {
		for row := l.cursor; row >= 0; row-- {
			if l.depths[row] == 0 {
				l.moveTo(row)
				return
			}
		}
	}
	if row := slices.Index(l.nodes, l.result.Listing.TreeParent(l.nodes[l.cursor])); row >= 0 {
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

// lines returns the number of lines: rows and heads.
func (l *list) lines() int { return len(l.nodes) + len(l.heads) }

// lineOf returns the line of a row. There are only a few heads.
func (l *list) lineOf(row int) int {
	line := row
	for _, h := range l.heads {
		if h.row <= row {
			line++
		}
	}
	return line
}

// lineAt returns the row or the head at a line of the list.
func (l *list) lineAt(line int) (row int, of *sectionHead) {
	row = line
	for i := range l.heads {
		h := &l.heads[i]
		switch at := h.row + i; {
		case at == line:
			return h.row, h
		case at < line:
			row--
		}
	}
	return row, nil
}

// clamp moves the cursor to an existing row, and scrolls so that this row is visible and no line
// stays empty if there are enough rows. If the cursor is on the first row of a section, the head is
// visible too.
func (l *list) clamp() {
	n := l.lines()
	l.cursor = max(0, min(l.cursor, len(l.nodes)-1))
	line := l.lineOf(l.cursor)
	first := line
	if _, of := l.lineAt(line - 1); of != nil && line > 0 {
		first--
	}
	l.top = min(l.top, first, n-l.height)
	l.top = max(0, l.top, line-l.height+1)
}

// rowAt returns the row at a line of the screen.
func (l *list) rowAt(line int) (int, bool) {
	if line < 0 || line >= l.height || l.top+line >= l.lines() {
		return 0, false
	}
	row, of := l.lineAt(l.top + line)
	return row, of == nil
}

// visible returns the files and directories on the screen.
func (l *list) visible() []uint32 {
	var nodes []uint32
	for line := range l.height {
		if row, ok := l.rowAt(line); ok {
			if _, group := index.GroupOf(l.nodes[row]); !group {
				nodes = append(nodes, l.nodes[row])
			}
		}
	}
	return nodes
}
