package tui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/printable"
)

// mostCopied is the maximum number of bytes sent to the terminal's clipboard. Terminals limit
// the length of OSC 52, xterm to about 100,000 characters in base64.
const mostCopied = 74_000

// quotedPath describes the copy of a hostile path.
const quotedPath = "the path, quoted for the shell as $'...'"

// copyPath puts a path on the clipboard. A path that is not safe to paste into a shell or
// terminal is quoted for the shell.
func (m *app) copyPath(path string) tea.Cmd {
	quoted := printable.Quote(path)
	if quoted != path {
		return m.copyText(quotedPath, quoted)
	}
	return m.copyText("the path", path)
}

// copyText returns a command that puts a text on the clipboard and reports how it did that.
func (m *app) copyText(what, text string) tea.Cmd {
	return copyCmd(m.ctx, m.opts.Machine, copied{what: what, text: text})
}

// takeCopied reports the result of a copy. If no clipboard program took the text, it is sent
// to the terminal, which does not confirm it.
func (m *app) takeCopied(msg copied) tea.Cmd {
	if msg.tool == "" {
		return m.copyByTerminal(msg)
	}
	m.tellSnippet(msg, "copied with "+msg.tool)
	return m.notifyCopied(msg, fmt.Sprintf("copied %s with %s", msg.what, safe(msg.tool)))
}

func (m *app) copyByTerminal(msg copied) tea.Cmd {
	if len(msg.text) > mostCopied {
		m.tellSnippet(msg, "it is too long for the terminal's clipboard")
		return m.notifyCopied(msg, msg.what+" is too long for the terminal's clipboard")
	}
	m.tellSnippet(msg, "sent to the terminal's clipboard")
	notice := "sent " + msg.what + " to the terminal's clipboard (OSC 52)"
	if msg.what == quotedPath {
		notice = "sent " + quotedPath + ", by OSC 52"
	}
	return tea.Batch(tea.SetClipboard(msg.text), m.notifyCopied(msg, notice))
}

// notifyCopied shows how a text was copied. If the user has not asked for it, it does not replace another
// notice.
func (m *app) notifyCopied(msg copied, text string) tea.Cmd {
	if msg.auto && m.notice.text != "" {
		return nil
	}
	return m.notify(text)
}

// tellSnippet shows on the snippet screen how the snippet was copied.
func (m *app) tellSnippet(msg copied, how string) {
	if m.snippet != nil && msg.text == m.result.Snippet.Text {
		m.snippet.Copied(how)
	}
}
