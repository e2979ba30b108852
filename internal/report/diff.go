package report

import (
	"github.com/DaRacci/list-ephemeral/internal/unidiff"
)

// The colours of a diff are those of git and diff(1).
const (
	boldText     = "\x1b[1m"
	plainText    = "\x1b[0m"
	hunkColor    = "\x1b[36m" // cyan
	addedColor   = "\x1b[32m" // green
	removedColor = "\x1b[31m" // red
)

// AppendDiff appends a line of a diff, without a newline.
func (s PathStyle) AppendDiff(dst []byte, line unidiff.Line) []byte {
	color := ""
	switch line.Kind {
	case unidiff.KindFile:
		color = boldText
	case unidiff.KindHunk:
		color = hunkColor
	case unidiff.KindAdded:
		color = addedColor
	case unidiff.KindRemoved:
		color = removedColor
	case unidiff.KindUnknown, unidiff.KindContext, unidiff.KindNote:
	}
	if !s.Color || color == "" {
		return s.text(dst, []byte(line.String()))
	}
	return append(s.text(append(dst, color...), []byte(line.String())), plainText...)
}
