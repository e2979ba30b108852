package guide

import (
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/textcell"
	"github.com/DaRacci/list-ephemeral/tui/draw"
)

// Key is a key and what it does.
type Key struct{ Keys, Action string }

// Group is keys of one purpose.
type Group struct {
	Title string
	Keys  []Key
}

const (
	// gap is the width between two columns.
	gap = 3
	// leastColumn is the width of a column below which there is one column less.
	leastColumn = 44
	// leastAction is the width from which what a key does is wrapped, not shortened.
	leastAction = 12
)

// Help returns the keys in as many columns as fit into width cells, at most one for each group. Groups
// without keys are left out.
func Help(groups []Group, s *draw.Styles, width int) []string {
	var shown []Group
	keys := 0
	for _, g := range groups {
		if len(g.Keys) == 0 {
			continue
		}
		shown = append(shown, g)
		for _, k := range g.Keys {
			keys = max(keys, textcell.Width(k.Keys))
		}
	}
	if len(shown) == 0 {
		return nil
	}
	count := max(1, min((width+gap)/(leastColumn+gap), len(shown)))
	room := (width - gap*(count-1)) / count
	columns := balance(shown, count)
	var lines []string
	for i, column := range columns {
		cells := block(column, s, room, min(keys, room/2))
		for at, cell := range cells {
			if at == len(lines) {
				lines = append(lines, strings.Repeat(" ", i*(room+gap)))
			}
			lines[at] += cell
			if i < len(columns)-1 {
				lines[at] += strings.Repeat(" ", gap)
			}
		}
		for at := len(cells); at < len(lines) && i < len(columns)-1; at++ {
			lines[at] += strings.Repeat(" ", room+gap)
		}
	}
	return lines
}

// balance divides groups, in order, into at most count columns, whose greatest height is the least.
func balance(groups []Group, count int) [][]Group {
	for height := 1; ; height++ {
		if columns := divide(groups, height); len(columns) <= count || height > most {
			return columns
		}
	}
}

// most is a height that no help has.
const most = 1000

// divide fills columns up to a height. A group that is higher has a column of its own.
func divide(groups []Group, height int) (columns [][]Group) {
	used := 0
	for _, g := range groups {
		need := len(g.Keys) + 2 // with its title and the line after it
		if len(columns) == 0 || used+need > height+1 {
			columns, used = append(columns, nil), 0
		}
		last := len(columns) - 1
		columns[last] = append(columns[last], g)
		used += need
	}
	return columns
}

// block returns the lines of one column, each exactly width cells wide.
func block(groups []Group, s *draw.Styles, width, keys int) (lines []string) {
	for i, g := range groups {
		if i > 0 {
			lines = append(lines, strings.Repeat(" ", width))
		}
		if g.Title != "" {
			lines = append(lines, padded(s.Heading, g.Title, width, s))
		}
		for _, k := range g.Keys {
			name := textcell.Truncate(k.Keys, width, s.Glyphs.Ellipsis)
			room := width - textcell.Width(name)
			lead := min(max(keys-textcell.Width(name)+2, 1), room)
			actions := []string{k.Action}
			if room-lead >= leastAction {
				actions = textcell.Wrap(k.Action, room-lead)
			}
			head := s.Key.Render(name) + strings.Repeat(" ", lead)
			for _, action := range actions {
				lines = append(lines, head+padded(draw.Style{}, action, room-lead, s))
				head = strings.Repeat(" ", width-room+lead)
			}
		}
	}
	return lines
}

// padded returns a text in exactly width cells.
func padded(style draw.Style, text string, width int, s *draw.Styles) string {
	text = textcell.Truncate(text, width, s.Glyphs.Ellipsis)
	return style.Render(text) + strings.Repeat(" ", max(width-textcell.Width(text), 0))
}
