package cli

import (
	"os"

	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/tui"
)

// This file implements --color.

// colorAuto reports whether --color auto uses colours on a terminal. It does not if NO_COLOR is
// set and not empty (https://no-color.org) or the terminal is dumb.
func colorAuto() bool {
	return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// screenColor returns the value of --color for the screen.
func (a *app) screenColor() tui.Color {
	if a.color == "auto" && !colorAuto() {
		return tui.ColorNever
	}
	return colors[a.color]
}

var colors = map[string]tui.Color{"auto": tui.ColorAuto, "always": tui.ColorAlways, "never": tui.ColorNever}

// pathStyle returns the style of paths on stdout, according to --color.
func (a *app) pathStyle() report.PathStyle {
	terminal := isTerminal(a.out)
	return report.PathStyle{Safe: terminal, Color: a.color == "always" || a.color == "auto" && terminal && colorAuto()}
}
