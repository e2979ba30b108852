package cli

import (
	"errors"
	"os"
	"syscall"

	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/session"
)

// messages is standard error. It has no method Write: text is written only by the methods below,
// which escape it. So a name in a message cannot move the cursor, set the title of the terminal,
// or look like a separate message.
type messages struct{ file *os.File }

// say prints one message on one line. A line break in text is part of a name and is escaped.
func say(to messages, kind, text string) { to.line("list-ephemeral: " + kind + ": " + text) }

// line prints a text on one line. Errors are ignored, because there is no other stream to report
// them on.
func (m messages) line(text string) { _, _ = m.file.WriteString(printable.Name(text) + "\n") }

// clearLine returns to the first column and erases the line of the terminal.
const clearLine = "\r\x1b[K"

// progress replaces the current line of the terminal by a text, which may be empty.
func (m messages) progress(text string) { _, _ = m.file.WriteString(clearLine + printable.Name(text)) }

// helpTexts writes the texts of cobra, which have several lines.
type helpTexts struct{ to messages }

// Write implements io.Writer.
func (h helpTexts) Write(text []byte) (int, error) {
	_, err := h.to.file.WriteString(visible(string(text)))
	return len(text), err
}

// reportError prints an error and its hint, and returns the exit status for it.
func reportError(to messages, err error) int {
	var stopped signalError
	switch {
	case err == nil, errors.Is(err, syscall.EPIPE):
		return exitDone
	case errors.As(err, &stopped):
		return 128 + int(stopped.signal)
	}
	for _, one := range session.Parts(err) {
		if silent := exitError(0); !errors.As(one, &silent) {
			say(to, "error", one.Error())
		}
	}
	if hinted := (session.HintedError{}); errors.As(err, &hinted) {
		say(to, "hint", hinted.Hint)
	}
	return statusOf(err)
}

// statusOf returns the exit status for an error.
func statusOf(err error) int {
	var silent exitError
	var asked statusError
	switch {
	case errors.As(err, &silent):
		return int(silent)
	case errors.As(err, &asked):
		return asked.status
	case isMisuse(err):
		return exitMisused
	}
	return exitFailed
}

// reportAll prints errors, and returns the exit status for them; nil if there are no errors.
func (a *app) reportAll(all []error) error {
	for _, err := range all {
		say(a.err, "error", err.Error())
	}
	if len(all) > 0 {
		return exitError(exitFailed)
	}
	return nil
}
