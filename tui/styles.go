package tui

import (
	"github.com/charmbracelet/x/ansi"

	"github.com/DaRacci/list-ephemeral/internal/setting"
)

// styles are the styles of the parts of the screen, as pairs of escape sequences. A frame has
// hundreds of them, so they are precomputed (BenchmarkKey). Only the terminal's 16 colours are
// used, which follow the user's palette. Without colours, bold, reverse and the text itself
// convey the same.
type styles struct {
	title, dim, marked, match, cursor, warning, key, frame, text style
	glyphs                                                       glyphs
}

// style is a pair of escape sequences that switch attributes on and off and leave others
// unchanged.
type style struct{ on, off string }

func (s style) render(text string) string {
	if text == "" {
		return ""
	}
	return s.on + text + s.off
}

// glyphs are the characters that have a Unicode and an ASCII variant.
type glyphs struct {
	ellipsis                                   string
	inside                                     string // before a path inside a place
	horizontal, vertical                       string
	topLeft, topRight, bottomLeft, bottomRight string
}

// palette assigns some of the 16 colours.
type palette struct{ marked, warning, key, frame ansi.Attr }

// palettes has one palette for each theme. The default is readable on any background: it avoids
// yellow, which is unreadable on white, and uses blue only for lines. The program does not query
// the background colour, because the reply could arrive after the program has ended, and the
// shell would read it as input.
var palettes = map[setting.Theme]palette{
	setting.ThemeAuto: {
		marked:  ansi.AttrGreenForegroundColor,
		warning: ansi.AttrMagentaForegroundColor,
		key:     ansi.AttrCyanForegroundColor,
		frame:   ansi.AttrBlueForegroundColor,
	},
	setting.ThemeLight: {
		marked:  ansi.AttrGreenForegroundColor,
		warning: ansi.AttrRedForegroundColor,
		key:     ansi.AttrBlueForegroundColor,
		frame:   ansi.AttrBlueForegroundColor,
	},
	setting.ThemeDark: {
		marked:  ansi.AttrBrightGreenForegroundColor,
		warning: ansi.AttrBrightYellowForegroundColor,
		key:     ansi.AttrBrightCyanForegroundColor,
		frame:   ansi.AttrBrightBlueForegroundColor,
	},
}

func newStyles(theme setting.Theme, ascii bool) styles {
	p := palettes[theme]
	sgr := func(attrs ...ansi.Attr) string { return ansi.NewStyle(attrs...).String() }
	foreground := func(color ansi.Attr) style {
		return style{sgr(color), sgr(ansi.AttrDefaultForegroundColor)}
	}
	s := styles{
		title:   style{sgr(ansi.AttrBold), sgr(ansi.AttrNormalIntensity)},
		dim:     style{sgr(ansi.AttrFaint), sgr(ansi.AttrNormalIntensity)},
		marked:  foreground(p.marked),
		cursor:  style{sgr(ansi.AttrReverse), sgr(ansi.AttrNoReverse)},
		warning: foreground(p.warning),
		key:     foreground(p.key),
		text:    foreground(p.marked),
		frame:   foreground(p.frame),
		match: style{
			sgr(ansi.AttrBold, ansi.AttrUnderline, p.marked),
			sgr(ansi.AttrNormalIntensity, ansi.AttrNoUnderline, ansi.AttrDefaultForegroundColor),
		},
		glyphs: glyphs{"…", "  ← ", "─", "│", "┌", "┐", "└", "┘"},
	}
	if ascii {
		s.glyphs = glyphs{"...", "  <- ", "-", "|", "+", "+", "+", "+"}
	}
	return s
}
