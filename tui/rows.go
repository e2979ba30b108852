package tui

import (
	"fmt"
	"strings"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/triage"
	"github.com/DaRacci/list-ephemeral/tui/draw"
	"github.com/DaRacci/list-ephemeral/tui/places"
	"github.com/DaRacci/list-ephemeral/tui/table"
)

// painter has everything that is needed to render rows.
type painter struct {
	*draw.Styles
	app     *app
	list    *list
	partial index.Bitset
	totals  *index.Totals // of the whole listing of the result, or nil
	columns draw.Columns
	now     time.Time
}

func (m *app) painter() *painter {
	p := &painter{
		Styles: &m.styles, app: m, list: &m.list, now: m.now(),
		columns: m.columns(), totals: m.overview.of(m.list.result.From),
	}
	if m.list.result.View != setting.ViewFiles && m.selection.Len() > 0 {
		p.partial = m.partial.Of(m.list.result.From, &m.selection)
	}
	return p
}

// columns returns the columns of the list.
func (m *app) columns() draw.Columns {
	p := m.list.result
	wants := draw.Wants{Note: m.annotated(), Live: m.opts.Live}
	if p != nil {
		switch {
		case p.Matches != nil:
			wants.Hits = max(p.Widest, len("matching"))
		case p.View == setting.ViewPrograms:
			wants.Hits = len("places")
		case p.View == setting.ViewTree:
			wants.Hits = len("100,000")
		}
		wants.Owner = !m.opts.Listed
	}
	return draw.NewColumns(m.layout.width, m.layout.rowWidth(), wants)
}

// view appends one line for each line of the list on the screen.
func (p *painter) view(lines []string) []string {
	l := p.list
	bar := p.ScrollBar(l.height, l.lines(), l.top)
	for i := 0; i < l.height && l.top+i < l.lines(); i++ {
		var b strings.Builder
		row, of := l.lineAt(l.top + i)
		if of != nil {
			b.WriteString(p.Section(p.section(of), p.columns.Width))
		} else {
			line := p.row(row)
			p.WriteRow(&b, &line, &p.columns)
		}
		if bar != nil {
			b.WriteString(bar[i])
		} else {
			b.WriteByte(' ')
		}
		lines = append(lines, b.String())
	}
	return lines
}

// section describes a section.
func (p *painter) section(of *sectionHead) *draw.Section {
	s := &draw.Section{Size: of.section.Size, Sized: of.section.Sized}
	switch of.section.Kind {
	case places.KindHome:
		s.Title = "home " + safe(of.section.Home[strings.LastIndexByte(of.section.Home, '/')+1:])
		s.Note = p.largest(&of.section)
	case places.KindUnlikely:
		s.Title = "probably not"
		s.Note = safe(strings.Join(of.section.Reasons, ", "))
	case places.KindInside:
		s.Title = "inside"
	case places.KindScattered:
		s.Title = "letters far apart"
	case places.KindSystem:
		s.Title = "system"
		s.Note = p.largest(&of.section)
	case places.KindUnknown:
	}
	return s
}

// largest names the largest place of a section.
func (p *painter) largest(s *places.Section) string {
	if !s.Sized || s.Count < 2 {
		return ""
	}
	place := &p.list.result.Places[s.Largest]
	return "largest: " + p.app.pathText(place.Node) + " " + printable.Size(place.Stat.Size)
}

// row describes a row.
func (p *painter) row(row int) draw.Row {
	if of := p.list.programAt(row); of != nil {
		return p.programRow(row, of)
	}
	if p.list.folded(row) {
		return p.foldRow(row)
	}
	l, node := p.list, p.list.nodes[row]
	r := draw.Row{Current: row == l.cursor, Mark: p.mark(node), Text: l.text(p.app, row)}
	r.Dir = strings.HasSuffix(r.Text, "/")
	if l.depths != nil {
		r.Lead = p.lead(row)
	}
	if l.result.Listing.NonCandidate(node) {
		r.Reason = safe(p.app.notListed(node).Reason)
		if r.Mark == draw.MarkNone && !p.app.notListed(node).Selectable {
			r.Mark = draw.MarkUnknown
		}
		if facts := p.app.facts.Lookup(l.result.From, node); facts.Coming == places.ComingRemoved {
			r.Reason, r.Loss = facts.Coming.Text(), true
		}
		return r
	}
	h := l.result.Found.Highlight(l.result.Listing, node, func(node uint32) string {
		if node == l.nodes[row] {
			return r.Text
		}
		return p.app.pathText(node)
	})
	r.Matched, r.Inside, r.InsideMatched = h.Positions, h.Inside, h.InsidePositions
	p.describe(&r, row, node)
	return r
}

// describe sets the columns of a file or a directory.
func (p *painter) describe(r *draw.Row, row int, node uint32) {
	l, m := p.list, p.app
	r.Note = safe(m.annotation(l.result.Listing, node).Short)
	facts := m.facts.Lookup(l.result.From, node)
	var stat index.NodeStat
	sized := false
	if place := l.placeAt(row); place != nil {
		stat, sized = place.Stat, place.Sized
		if l.result.Matches != nil {
			r.Hits = table.CountText(l.result.Matches[l.position(row)], stat.Files)
		}
	}
	if !sized {
		stat, sized = p.stat(node)
	}
	if l.result.View == setting.ViewTree && index.IsDir(node) {
		r.Hits = table.CountText(l.result.Listing.FilesOf(node), l.result.From.FilesOf(node))
	}
	r.Program, r.Secret = safe(facts.Program()), facts.Secret
	if l.result.View == setting.ViewPrograms { // the column has the number of files
		r.Program = filesText(stat.Files)
	}
	r.Share, r.ShareOf = facts.Kept, m.opts.Configurations
	r.Tag, r.TagWord, r.Loss = facts.Coming.Short(), facts.Coming.String(), facts.Coming == places.ComingRemoved
	r.Also = draw.Excluded(m.excludedOf(row).Files)
	switch {
	case !sized || stat.Files == 0:
	case stat.Gone:
		r.Age = "gone"
	default:
		// The size of what is in a directory of a list of paths is not known.
		r.Size, r.Sized = stat.Size, index.IsDir(node) || l.result.Listing.NodeKind(node) != scan.KindDir
		r.Age = printable.Age(p.now.Sub(time.Unix(stat.ModTime, 0)))
	}
	if m.opts.Listed && r.Tag == "" {
		if why := m.notListed(node); !why.Selectable {
			r.Tag = safe(why.Reason)
			r.TagWord, _, _ = strings.Cut(r.Tag, ":")
		}
	}
}

// stat returns the size and time of a node: those of everything that is kept with it.
func (p *painter) stat(node uint32) (index.NodeStat, bool) {
	if p.totals != nil {
		return p.totals.Of(node), true
	}
	return p.app.statCache.Of(node)
}

// programRow describes the row of a program.
func (p *painter) programRow(row int, of *table.Program) draw.Row {
	r := draw.Row{
		Current: row == p.list.cursor, Mark: p.app.programMark(of), Secret: of.Secret,
		Lead: p.Glyphs.Folded + " ", Text: programName(of), Dir: true,
		Share: of.Kept, ShareOf: p.app.opts.Configurations,
		Size: of.Stat.Size, Sized: of.Sized, Program: filesText(of.Stat.Files),
		Tag: of.Coming.Short(), TagWord: of.Coming.String(), Loss: of.Coming == places.ComingRemoved,
		Also: draw.Excluded(p.app.excludedOf(row).Files),
	}
	if p.list.openOwners[of.Owner] {
		r.Lead = p.Glyphs.Open + " "
	}
	r.Hits = printable.Grouped(len(of.All))
	if p.list.result.Matches != nil {
		r.Hits = table.CountText(of.Matches, of.Stat.Files)
	}
	if of.Sized && of.Stat.ModTime > 0 {
		r.Age = printable.Age(p.now.Sub(time.Unix(of.Stat.ModTime, 0)))
	}
	return r
}

// filesText returns a number of files, right-aligned.
func filesText(files int) string { return fmt.Sprintf("%6s", printable.Grouped(files)) }

// programName returns the name of a program as it is shown.
func programName(of *table.Program) string {
	if of.Owner.Name == "" {
		return "no program"
	}
	return safe(of.Program())
}

// foldRow describes the row of the places that are probably not worth keeping.
func (p *painter) foldRow(row int) draw.Row {
	section := p.list.heads[len(p.list.heads)-1].section
	text := printable.Plural(section.Count, "place", "places") + ": "
	for i := section.First; i < section.First+min(section.Count, foldNames); i++ {
		text += p.app.pathText(p.list.result.Rows[i]) + "  "
	}
	return draw.Row{Current: row == p.list.cursor, Quiet: true, Lead: p.Glyphs.Folded + " ", Text: strings.TrimRight(text, " ")}
}

// foldNames is the number of paths that the row of a folded section names.
const foldNames = 4

// lead returns what precedes a name in a tree: the indentation for its depth, and the sign of an
// open or closed directory.
func (p *painter) lead(row int) string {
	sign := "  "
	if node := p.list.nodes[row]; p.list.tree() && index.IsDir(node) {
		sign = p.Glyphs.Folded + " "
		if p.list.open.Has(index.DirOf(node)) {
			sign = p.Glyphs.Open + " "
		}
	}
	return strings.Repeat("  ", p.list.depths[row]) + sign
}

// mark returns the mark of a file or a directory.
func (p *painter) mark(node uint32) draw.Mark {
	m, l := p.app, p.list.result.From
	if m.selection.Has(node) {
		return draw.MarkOn
	}
	if _, covered := m.selection.CoveredBy(l, node); covered {
		return draw.MarkCovered
	}
	if index.IsDir(node) && p.partial.Has(index.DirOf(node)) {
		return draw.MarkPartly
	}
	if m.decisions.withHidden {
		return m.verdictMark(node)
	}
	return draw.MarkNone
}

// verdictMark returns the mark of a row that is shown although it is ignored or postponed.
func (m *app) verdictMark(node uint32) draw.Mark {
	switch d, _ := m.decisions.Active().OfBytes(m.list.result.From.AppendNode(nil, node)); d.Verdict {
	case triage.Ignore:
		return draw.MarkIgnored
	case triage.NotNow:
		return draw.MarkNotNow
	default:
		return draw.MarkNone
	}
}

// programMark returns the mark of a program.
func (m *app) programMark(of *table.Program) draw.Mark {
	if m.selection.Len() == 0 {
		return draw.MarkNone
	}
	l := m.list.result.From
	partial := m.partial.Of(l, &m.selection)
	some := 0
	for _, node := range of.All {
		if _, covered := m.selection.CoveredBy(l, node); covered || m.selection.Has(node) {
			some++
		} else if index.IsDir(node) && partial.Has(index.DirOf(node)) {
			return draw.MarkPartly
		}
		if some > 0 && some <= mostMarks && some == mostMarks {
			break
		}
	}
	switch some {
	case 0:
		return draw.MarkNone
	case len(of.All):
		return draw.MarkOn
	}
	return draw.MarkPartly
}

// mostMarks is the number of places of a program that are checked for each frame.
const mostMarks = 1000

// text returns the path of a row as it is shown. In a tree it is relative to the row of its parent.
// A directory ends in a slash.
func (l *list) text(m *app, row int) string {
	node := l.nodes[row]
	if !l.tree() || l.depths[row] == 0 {
		return m.pathText(node)
	}
	path := l.result.Listing.AppendNode(nil, node)
	if l.result.Listing.NodeKind(node) == scan.KindDir {
		path = append(path, '/')
	}
	path = path[len(l.result.Listing.AppendNode(nil, l.result.Listing.TreeParent(node)))+1:]
	return string(printable.AppendName(make([]byte, 0, len(path)), path))
}

// pathText returns the path of a node as it is shown: "~" stands for the user's home.
func (m *app) pathText(node uint32) string {
	l := m.list.result.Listing
	path := l.AppendNode(nil, node)
	if l.NodeKind(node) == scan.KindDir && len(path) > 1 {
		path = append(path, '/')
	}
	text := make([]byte, 0, len(path))
	if home := m.opts.Home; len(home) > 1 && strings.HasPrefix(string(path), home+"/") {
		text, path = append(text, '~'), path[len(home):]
	}
	return string(printable.AppendName(text, path))
}

// position returns the position of a row in the result.
func (l *list) position(row int) int {
	if l.at != nil {
		return l.at[row]
	}
	return row
}
