package draw

import (
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/textcell"
)

// Excluded says how many excluded files are kept with a row, as list --dirs --long does: "+402
// excluded". It returns "" for none.
func Excluded(files int) string {
	if files <= 0 {
		return ""
	}
	return "+" + printable.Grouped(files) + " excluded"
}

// writeAlso fills the rest of the cells of a name. They have Row.Also at their end if it fits, or its
// number.
func (s *Styles) writeAlso(b *strings.Builder, r *Row, room int) {
	also := "  " + r.Also + " "
	if number, _, _ := strings.Cut(r.Also, " "); textcell.Width(also) > room && strings.HasPrefix(number, "+") {
		also = "  " + number + " "
	}
	if r.Also == "" || r.Reason != "" || textcell.Width(also) > room {
		also = ""
	}
	textcell.WriteFiller(b, room-textcell.Width(also))
	b.WriteString(s.Dim.Render(also))
}

// insideName returns the name of the match inside a directory. If it does not fit, it begins with the
// first match.
func (s *Styles) insideName(r *Row, room int) *Name {
	n := &Name{Text: r.Inside, Matched: r.InsideMatched, Parent: s.Dim, Base: s.Dim}
	if textcell.Width(n.Text) <= room || len(n.Matched) == 0 || n.Matched[0] <= minHead {
		return n
	}
	cut := n.Matched[0] - len(s.Glyphs.Ellipsis)
	n.Text, n.Matched = s.Glyphs.Ellipsis+n.Text[n.Matched[0]:], nil
	for _, at := range r.InsideMatched {
		n.Matched = append(n.Matched, at-cut)
	}
	return n
}
