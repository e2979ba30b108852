package cli

import (
	"bytes"
	"os"

	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/tui"
)

// This file says where colours are used, and which.

// The colours of listings are those of fd and ls, from the terminal's own 16.
const (
	dirColor  = "\x1b[34m" // blue
	linkColor = "\x1b[36m" // cyan
	noColor   = "\x1b[39m" // the terminal's default
)

// colorAuto reports whether --color auto may use colours on a terminal: not where
// NO_COLOR is set and not empty (https://no-color.org), nor on one that has none.
func colorAuto() bool {
	return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// screenColor is --color for the screen.
func (a *app) screenColor() tui.Color {
	if a.color == "auto" && !colorAuto() {
		return tui.ColorNever
	}
	return colors[a.color]
}

var colors = map[string]tui.Color{"auto": tui.ColorAuto, "always": tui.ColorAlways, "never": tui.ColorNever}

// pathStyle is how listings print paths. The zero value prints bytes as they are.
type pathStyle struct {
	safe  bool // control and invalid bytes are escaped
	color bool
}

// pathStyle is that of stdout, by --color.
func (a *app) pathStyle() pathStyle {
	terminal := isTerminal(a.out)
	return pathStyle{safe: terminal, color: a.color == "always" || a.color == "auto" && terminal && colorAuto()}
}

// plain is the style without colours, for output that ends in NUL.
func (s pathStyle) plain() pathStyle { return pathStyle{safe: s.safe} }

// append appends a path. With colours the directory that it is in is blue, and its name
// is by its kind: blue for a directory, cyan for a symlink.
func (s pathStyle) append(dst, path []byte, kind scan.Kind) []byte {
	if !s.color {
		return s.text(dst, path)
	}
	name := bytes.LastIndexByte(path, '/') + 1
	if kind == scan.KindDir {
		name = len(path)
	}
	dst = append(s.text(append(dst, dirColor...), path[:name]), noColor...)
	switch {
	case name == len(path):
		return dst
	case kind == scan.KindSymlink:
		return append(s.text(append(dst, linkColor...), path[name:]), noColor...)
	}
	return s.text(dst, path[name:])
}

func (s pathStyle) text(dst, text []byte) []byte {
	if s.safe {
		return printable.AppendName(dst, text)
	}
	return append(dst, text...)
}
