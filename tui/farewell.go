package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"
)

// farewell holds the end back until the terminal has answered what Bubble Tea
// asks at the start (modes 2026 and 2027), or has had the time to: the answers
// would else arrive at the shell's prompt, as text.
type farewell struct {
	started time.Time
	replies int
	leaving bool
}

const (
	queries   = 2
	replyTime = 150 * time.Millisecond
)

// leave ends the program, at once or when it may.
func (m *app) leave() tea.Cmd {
	m.farewell.leaving = true
	wait := replyTime - time.Since(m.farewell.started)
	if m.farewell.replies >= queries || wait <= 0 {
		return tea.Quit
	}
	return m.after(wait, quitDue{})
}

// replied notes an answer of the terminal.
func (m *app) replied() tea.Cmd {
	m.farewell.replies++
	if m.farewell.leaving && m.farewell.replies >= queries {
		return tea.Quit
	}
	return nil
}
