package cli

import (
	"os"

	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/tui"
)

// This file says where colours are used, and which.

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

// pathStyle is that of stdout, by --color.
func (a *app) pathStyle() report.PathStyle {
	terminal := isTerminal(a.out)
	return report.PathStyle{Safe: terminal, Color: a.color == "always" || a.color == "auto" && terminal && colorAuto()}
}
