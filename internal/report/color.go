package report

import (
	"bytes"

	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/scan"
)

// The colours of listings are those of fd and ls, from the terminal's own 16.
const (
	DirColor  = "\x1b[34m" // blue
	LinkColor = "\x1b[36m" // cyan
	NoColor   = "\x1b[39m" // the terminal's default
)

// PathStyle is how listings print paths. The zero value prints bytes as they are.
type PathStyle struct {
	Safe  bool // control and invalid bytes are escaped
	Color bool
}

// Plain is the style without colours, for output that ends in NUL.
func (s PathStyle) Plain() PathStyle { return PathStyle{Safe: s.Safe} }

// Append appends a path. With colours the directory that it is in is blue, and its name
// is by its kind: blue for a directory, cyan for a symlink.
func (s PathStyle) Append(dst, path []byte, kind scan.Kind) []byte {
	if !s.Color {
		return s.text(dst, path)
	}
	name := bytes.LastIndexByte(path, '/') + 1
	if kind == scan.KindDir {
		name = len(path)
	}
	dst = append(s.text(append(dst, DirColor...), path[:name]), NoColor...)
	switch {
	case name == len(path):
		return dst
	case kind == scan.KindSymlink:
		return append(s.text(append(dst, LinkColor...), path[name:]), NoColor...)
	}
	return s.text(dst, path[name:])
}

func (s PathStyle) text(dst, text []byte) []byte {
	if s.Safe {
		return printable.AppendName(dst, text)
	}
	return append(dst, text...)
}
