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

// Text returns the text of a row and the byte positions in it to highlight. text is the path as the
// screen shows it, escaped. If the row matches only by a path inside, arrow and the rest of that path
// follow. rows may be nil: then nothing is highlighted.
func (rows *Rows) Text(l *index.Listing, node uint32, text, arrow string) (string, []int) {
	if rows == nil {
		return text, nil
	}
	inside, only := rows.Inside(node)
	if !only {
		return text, rows.Positions([]byte(text))
	}
	path := l.AppendNode(nil, inside)
	if index.IsDir(inside) {
		path = append(path, '/')
	}
	whole := printable.Name(string(path))
	rest, below := strings.CutPrefix(whole, text)
	if !below {
		return text + arrow + whole, nil
	}
	matched := rows.Positions([]byte(whole))
	for i := range matched {
		if matched[i] >= len(text) {
			matched[i] += len(arrow)
		}
	}
	return text + arrow + rest, matched
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

// longestToggled is the length of the end of a path that Toggled contains, in bytes.
const longestToggled = 24

// Toggled returns the notice after Space in a search, where the next letter may remove the row that it
// changed. kept reports whether the node is selected now.
func Toggled(l *index.Listing, node uint32, home string, kept bool) string {
	path := string(l.AppendNode(nil, node))
	if l.NodeKind(node) == scan.KindDir {
		path += "/"
	}
	path = Short(path, home)
	if cut := len(path) - longestToggled; cut > 0 {
		if at := strings.IndexByte(path[cut:], '/'); at >= 0 && at < longestToggled-1 {
			path = "..." + path[cut+at:]
		}
	}
	verb := "keep "
	if !kept {
		verb = "do not keep "
	}
	return verb + path + ": Esc, u undoes; Ctrl-Space types a space"
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
