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

// writeAlso fills the rest of the cells of a name. They have Row.Also at their end if it fits.
func (s *Styles) writeAlso(b *strings.Builder, r *Row, room int) {
	also := "  " + r.Also + " "
	if r.Also == "" || r.Reason != "" || textcell.Width(also) > room {
		also = ""
	}
	textcell.WriteFiller(b, room-textcell.Width(also))
	b.WriteString(s.Dim.Render(also))
}
