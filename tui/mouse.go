package tui

import (
	"strings"

	"github.com/DaRacci/list-ephemeral/tui/table"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/internal/textcell"
	"github.com/DaRacci/list-ephemeral/tui/draw"
)

// wheelLines is the number of lines that one step of the wheel scrolls.
const wheelLines = 3

func (m *app) wheel(mouse tea.Mouse) {
	lines := wheelLines
	switch mouse.Button {
	case tea.MouseWheelUp:
		lines = -lines
	case tea.MouseWheelDown:
	default:
		return
	}
	switch {
	case m.overlay.Top() != nil:
		m.overlay.Top().Scroll(lines)
	case m.snippet != nil:
		m.snippet.Scroll(lines)
	case m.overList(mouse):
		m.list.moveTo(max(m.list.cursor+lines, 0))
	default:
		m.scrollCard(mouse, lines)
	}
}

// scrollCard scrolls the card under the mouse.
func (m *app) scrollCard(mouse tea.Mouse, lines int) {
	of := &m.side.placeTop
	switch {
	case m.layout.side > 0 && mouse.X >= m.layout.listWidth:
		if first, height := m.sideArea(); mouse.Y >= first+height-height*2/5 {
			of = &m.side.snippetTop
		}
	case m.layout.below > 0 && mouse.Y < m.layout.body+m.layout.bodyHeight:
		if place, _ := m.belowWidths(); mouse.X >= place {
			of = &m.side.snippetTop
		}
	default:
		return
	}
	*of = max(*of+lines, 0)
}

// overList reports whether the mouse is over the list, and not over a pane beside or below it.
func (m *app) overList(mouse tea.Mouse) bool {
	return mouse.X < m.layout.listWidth && mouse.Y < m.layout.body+m.layout.listHeight
}

// click moves the cursor to a row. A click on the mark of the row toggles it, and so does a second
// click on the row.
func (m *app) click(mouse tea.Mouse) tea.Cmd {
	if mouse.Button != tea.MouseLeft || m.shutdown.leaving {
		return nil
	}
	if cmd, hit := m.clickHint(mouse.X, mouse.Y); hit {
		return cmd
	}
	if m.overlay.Top() != nil {
		return m.perform(m.overlay.Click(mouse.X, mouse.Y))
	}
	if m.snippet != nil || m.layout.tooSmall {
		return nil
	}
	if cmd, hit := m.clickFrame(mouse.X, mouse.Y); hit || !m.overList(mouse) {
		return cmd
	}
	row, ok := m.list.rowAt(mouse.Y - m.layout.body)
	if !ok {
		return nil
	}
	m.list.moveTo(row)
	again := m.clicked == row+1
	m.clicked = row + 1
	switch {
	case m.list.folded(row), m.overSign(mouse.X, row):
		m.clicked = 0
		m.list.setOpen(!m.isOpen(row))
	case mouse.X < draw.Gutter, again:
		return m.toggle(row)
	}
	return nil
}

// clickHint presses the key of a hint on the last line. It does nothing where a dialog covers the
// line.
func (m *app) clickHint(x, y int) (tea.Cmd, bool) {
	if y != m.layout.height-1 || m.layout.tooSmall || m.overlay.Over(x, y) {
		return nil, false
	}
	for _, h := range m.placedHints() {
		if h.at.Has(x) {
			return m.press(keyPress(h.Binding.Keys()[0])), true
		}
	}
	return nil, false
}

// keyPress returns the message of a key, as Bubble Tea names it.
func keyPress(name string) tea.KeyPressMsg {
	switch name {
	case "space":
		return tea.KeyPressMsg{Code: tea.KeySpace, Text: " "}
	case "enter":
		return tea.KeyPressMsg{Code: tea.KeyEnter}
	case "esc":
		return tea.KeyPressMsg{Code: tea.KeyEscape}
	case "tab":
		return tea.KeyPressMsg{Code: tea.KeyTab}
	case "up":
		return tea.KeyPressMsg{Code: tea.KeyUp}
	case "down":
		return tea.KeyPressMsg{Code: tea.KeyDown}
	case "f1":
		return tea.KeyPressMsg{Code: tea.KeyF1}
	}
	if letter, ok := strings.CutPrefix(name, "ctrl+"); ok {
		return tea.KeyPressMsg{Code: []rune(letter)[0], Mod: tea.ModCtrl}
	}
	return tea.KeyPressMsg{Code: []rune(name)[0], Text: name}
}

// clickText returns the position of a click in a part of a line, if the line has it there.
func clickText(line, part string, x int) (at int, hit bool) {
	line, part = ansi.Strip(line), ansi.Strip(part)
	before, _, found := strings.Cut(line, part)
	at = x - textcell.Width(before)
	return at, found && part != "" && at >= 0 && at < textcell.Width(part)
}

// clickHeadline handles a click on the first line: on the number of errors, or on a tab.
func (m *app) clickHeadline(x int) tea.Cmd {
	line := m.headline()
	if _, hit := clickText(line, m.problems().Chip(), x); hit {
		return m.showProblems()
	}
	if m.layout.tabs >= 0 || m.layout.search >= 0 {
		return nil
	}
	for _, room := range []int{m.layout.width, shortTabs} {
		tabs, _, at := m.styles.Tabs(m.tabs(), room)
		if from, hit := clickText(line, tabs, x); hit {
			for i, tab := range at {
				if tab.Has(from) {
					return m.switchTo(m.tabAt(i, at))
				}
			}
			return nil
		}
	}
	return nil
}

// tabAt returns the view of a tab. A click on the only tab that is shown goes to the next view.
func (m *app) tabAt(i int, at []draw.Range) setting.View {
	shown := 0
	for _, tab := range at {
		if tab.End > tab.Start {
			shown++
		}
	}
	if shown == 1 {
		return m.view.Next()
	}
	return setting.View(i)
}

// overSign reports whether the mouse is over the sign of a row that opens and closes.
func (m *app) overSign(x, row int) bool {
	if m.list.depths == nil {
		return false
	}
	sign := draw.Gutter + 2*m.list.depths[row]
	return x == sign || x == sign+1
}

// isOpen reports whether a directory of the tree or a program is open.
func (m *app) isOpen(row int) bool {
	if of := m.list.programAt(row); of != nil {
		return m.list.openOwners[of.Owner]
	}
	node := m.list.nodes[row]
	return m.list.tree() && index.IsDir(node) && m.list.open.Has(index.DirOf(node))
}

// clickFrame handles a click above the list: on a tab, a chip, or the head of a column. It reports
// whether there is one.
func (m *app) clickFrame(x, y int) (tea.Cmd, bool) {
	switch y {
	case 0:
		return m.clickHeadline(x), true
	case m.layout.height - 2:
		return m.clickStatus(x), true
	case m.layout.tabs:
		_, used, at := m.styles.Tabs(m.tabs(), m.layout.width-1)
		for i, tab := range at {
			if tab.Has(x - 1) {
				return m.switchTo(setting.View(i)), true
			}
		}
		_, cells, chips := m.drawnChips(m.layout.width - used - 3)
		for i, at := range chips {
			if at.Has(x - (m.layout.width - cells)) {
				return m.press(m.chips()[i].key), true
			}
		}
		return nil, true
	case m.layout.heads:
		columns := m.columns()
		if c := columns.At(x); c != draw.ColumnUnknown && x < m.layout.listWidth {
			return m.sortBy(table.KeyOf(c, m.view)), true
		}
	}
	return nil, false
}

// clickStatus handles a click on a chip on the status line, where it is if there is no line for tabs.
func (m *app) clickStatus(x int) tea.Cmd {
	if m.layout.tabs >= 0 {
		return nil
	}
	line := m.status()
	for n := len(m.chips()); n > 0; n-- {
		drawn := make([]draw.Chip, n)
		for i, c := range m.chips()[:n] {
			drawn[i] = c.Chip
		}
		text, _, at := m.styles.Chips(drawn, m.layout.width)
		if from, hit := clickText(line, text, x); hit {
			for i, chip := range at {
				if chip.Has(from) {
					return m.press(m.chips()[i].key)
				}
			}
		}
	}
	return nil
}
