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

// PathStyle is the style of paths in listings. The zero value prints bytes unchanged.
type PathStyle struct {
	Safe  bool // escape control characters and invalid bytes
	Color bool
}

// Plain returns the style without colours, for paths that end in NUL.
func (s PathStyle) Plain() PathStyle { return PathStyle{Safe: s.Safe} }

// Append appends a path. With colours, its parent directory is blue, and the colour of its name
// depends on its kind: blue for a directory, cyan for a symlink.
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
