package tui

import (
	tea "charm.land/bubbletea/v2"
	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/setting"
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
	}
}

// overList reports whether the mouse is over the list, and not over a pane beside or below it.
func (m *app) overList(mouse tea.Mouse) bool {
	return mouse.X < m.layout.listWidth && mouse.Y < m.layout.body+m.layout.listHeight
}

// click moves the cursor to a row. A click on the mark of the row toggles it.
func (m *app) click(mouse tea.Mouse) tea.Cmd {
	if mouse.Button != tea.MouseLeft || m.shutdown.leaving {
		return nil
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
	switch {
	case m.list.folded(row), m.overSign(mouse.X, row):
		m.list.setOpen(!m.isOpen(row))
	case mouse.X < draw.Gutter:
		return m.toggle(row)
	}
	return nil
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
			return m.sortBy(keyOf(c, m.view)), true
		}
	}
	return nil, false
}
