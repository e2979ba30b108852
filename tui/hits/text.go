package hits

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/search"
	"github.com/DaRacci/list-ephemeral/scan"
)

// Highlight is what the query matches in a row. Positions are byte positions, in ascending order.
type Highlight struct {
	// Positions are those in the text of the row.
	Positions []int
	// Inside is the path, relative to the row, that is the only reason for it, or "". InsidePositions
	// are those in Inside; Positions are then those of the same match before it.
	Inside          string
	InsidePositions []int
}

// Highlight returns what the query matches in a row. show returns the text of a node as the screen
// shows it, escaped: its path or the end of it; "~" may stand for the home. rows may be nil: then
// nothing is highlighted.
func (rows *Rows) Highlight(l *index.Listing, node uint32, show func(node uint32) string) (h Highlight) {
	if rows == nil {
		return h
	}
	inside, only := rows.Inside(node)
	if !only {
		h.Positions = rows.shown(l, node, show(node))
		return h
	}
	whole, row := show(inside), show(node)
	h.Inside = strings.TrimPrefix(whole, row)
	cut := len(whole) - len(h.Inside)
	for _, at := range rows.shown(l, inside, whole) {
		if at < cut {
			h.Positions = append(h.Positions, at)
		} else {
			h.InsidePositions = append(h.InsidePositions, at-cut)
		}
	}
	return h
}

// shown returns the matching positions of a path in a text that is the end of the path, or "~" and the
// end of it.
func (rows *Rows) shown(l *index.Listing, node uint32, text string) (positions []int) {
	path := l.AppendNode(nil, node)
	if l.NodeKind(node) == scan.KindDir && len(path) > 1 {
		path = append(path, '/')
	}
	whole := printable.Name(string(path))
	end := text
	if !strings.HasSuffix(whole, end) {
		end = strings.TrimPrefix(text, "~")
	}
	if !strings.HasSuffix(whole, end) {
		return nil
	}
	cut, home := len(whole)-len(end), len(text)-len(end)
	for _, at := range rows.Positions([]byte(whole)) {
		switch {
		case at >= cut:
			positions = append(positions, at-cut+home)
		case home > 0 && len(positions) == 0:
			positions = append(positions, 0)
		}
	}
	return positions
}

// Nothing returns the lines for a query without rows: one for the query, and one for each of the first
// paths that match although they have no row. key is the label of the key that shows persisted and
// excluded paths, or "" if it has no effect.
func (rows *Rows) Nothing(query, home, key string) []string {
	a := &rows.Absent
	lines := []string{nothing(query, a, key)}
	for _, p := range a.First {
		lines = append(lines, "  "+printable.Name(Short(p.Path, home))+"  "+absence(p.Why))
	}
	return lines
}

func nothing(query string, a *search.Absent, key string) string {
	if a.Total == 0 {
		return "nothing matches " + printable.Name(query)
	}
	var parts []string
	for _, why := range []search.Absence{search.Persisted, search.Excluded, search.Filtered} {
		if n := a.Of[why]; n > 0 {
			parts = append(parts, printable.Grouped(n)+" "+absence(why))
		}
	}
	does, them := "do", "them"
	if a.Total == 1 {
		does, them = "does", "it"
	}
	line := "nothing matches; " + strings.Join(parts, " and ") + " " + does
	if key != "" && a.Of[search.Filtered] < a.Total {
		line += ": Esc, then " + key + " shows " + them
	}
	return line
}

// absence returns the words for a reason.
func absence(why search.Absence) string {
	if why == search.Filtered {
		return "filtered out"
	}
	return why.String()
}

// Short returns a path with "~" for the home.
func Short(path, home string) string {
	rest, below := strings.CutPrefix(path, strings.TrimSuffix(home, "/")+"/")
	if !below || home == "" || home == "/" {
		return path
	}
	return "~/" + rest
}

// Printable returns the part of a typed or pasted text that a line of input can contain, up to most
// bytes. Newlines become spaces, and unprintable characters are dropped.
func Printable(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case r == utf8.RuneError || !unicode.IsPrint(r):
			return -1
		}
		return r
	}, text)
	for len(text) > most {
		_, size := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-size]
	}
	return text
}
