package tui

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// mostCopied is how many bytes go to the terminal's clipboard: terminals limit
// what OSC 52 may bring, xterm to some 100,000 characters in base64.
const mostCopied = 74_000

// copyText puts a text on the clipboard, and answers with how.
func (m *app) copyText(what, text string) tea.Cmd {
	if m.opts.Copy == nil {
		return m.copyByTerminal(copied{what: what, text: text})
	}
	return copyCmd(m.ctx, m.opts.Copy, what, text)
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
	return tea.Batch(
		tea.SetClipboard(msg.text),
		m.notify("sent to the terminal's clipboard (OSC 52)"),
	)
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
	if !overwrite {
		return writeNew(name, text, 0o644)
	}
	target, err := filepath.EvalSymlinks(name)
	if err != nil {
		return cause(err)
	}
	info, err := os.Stat(target)
	if err != nil {
		return cause(err)
	}
	if !info.Mode().IsRegular() {
		return errors.New("it is no regular file")
	}
	temp := fmt.Sprintf("%s.%d.tmp", target, os.Getpid())
	if err := writeNew(temp, text, info.Mode().Perm()); err != nil {
		return err
	}
	if err := os.Rename(temp, target); err != nil {
		_ = os.Remove(temp) // it is ours, and of no use
		return cause(err)
	}
	return nil
}

// writeNew writes a file that is not there yet; one that cannot be finished is
// removed.
func writeNew(name, text string, mode fs.FileMode) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if errors.Is(err, fs.ErrExist) {
		return errExists
	}
	if err != nil {
		return cause(err)
	}
	_, err = f.WriteString(text)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		_ = os.Remove(name) // half of a snippet is worse than none
		return cause(err)
	}
	return nil
}

// cause is an error without the name of the file, which the screen shows already.
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
