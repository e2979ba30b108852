package tui

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/securefile"
)

// mostCopied is how many bytes go to the terminal's clipboard: terminals limit
// what OSC 52 may bring, xterm to some 100,000 characters in base64.
const mostCopied = 74_000

// quotedPath is what a hostile path is copied as.
const quotedPath = "the path, quoted for the shell as $'...'"

// copyPath puts a path on the clipboard. One that would do something to the shell or
// terminal that it is pasted into is quoted for the shell.
func (m *app) copyPath(path string) tea.Cmd {
	quoted := printable.Quote(path)
	if quoted != path {
		return m.copyText(quotedPath, quoted)
	}
	return m.copyText("the path", path)
}

// copyText puts a text on the clipboard, and answers with how.
func (m *app) copyText(what, text string) tea.Cmd {
	return copyCmd(m.ctx, m.opts.Machine, what, text)
}

// takeCopied says what has become of a copy; what no program took goes to the
// terminal. Nobody can know whether that listens.
func (m *app) takeCopied(msg copied) tea.Cmd {
	if msg.tool == "" {
		return m.copyByTerminal(msg)
	}
	return m.notify(fmt.Sprintf("copied %s with %s", msg.what, safe(msg.tool)))
}

func (m *app) copyByTerminal(msg copied) tea.Cmd {
	if len(msg.text) > mostCopied {
		return m.notify("too long for a terminal's clipboard")
	}
	notice := "sent to the terminal's clipboard (OSC 52)"
	if msg.what == quotedPath {
		notice = "sent " + quotedPath + ", by OSC 52"
	}
	return tea.Batch(tea.SetClipboard(msg.text), m.notify(notice))
}

// errExists says that a file is there already.
var errExists = errors.New("it exists: Enter again overwrites it")

// writeFile writes a text to a new file, or in place of an old one if that is
// wanted: whole or not at all. "~/" is the home.
func writeFile(home, name, text string, overwrite bool) error {
	if rest, ok := strings.CutPrefix(name, "~/"); ok {
		if home == "" {
			var err error
			if home, err = os.UserHomeDir(); err != nil {
				return err
			}
		}
		name = filepath.Join(home, rest)
	}
	// The directory may belong to another user, who may swap it for a symlink.
	f, err := securefile.Create(name, securefile.Options{New: !overwrite, Regular: overwrite})
	if errors.Is(err, fs.ErrExist) {
		return errExists
	}
	if err != nil {
		return cause(err)
	}
	defer f.Discard()
	if _, err := f.Write([]byte(text)); err != nil {
		return cause(err)
	}
	err = f.Commit()
	if errors.Is(err, fs.ErrExist) { // made since
		return errExists
	}
	return cause(err)
}

// cause is an error without the name of the file, which the screen shows already.
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
