package tui

import (
	"github.com/charmbracelet/x/ansi"
)

// styles holds what everything looks like, as pairs of escape sequences that are
// put around a text: hundreds of them make a frame (BenchmarkKey). Only the
// terminal's own 16 colours are used, so that the user's palette rules; without
// colours bold, reverse and the text itself say the same.
type styles struct {
	title, dim, marked, match, cursor, warning, key, frame, text style
	glyphs                                                       glyphs
}

// style is switched on and off without touching the attributes around it.
type style struct{ on, off string }

func (s style) render(text string) string {
	if text == "" {
		return ""
	}
	return s.on + text + s.off
}

// glyphs are the characters that are more than ASCII where they may be.
type glyphs struct {
	ellipsis                                   string
	horizontal, vertical                       string
	topLeft, topRight, bottomLeft, bottomRight string
}

// palette is which of the 16 colours things have.
type palette struct{ marked, warning, key, frame ansi.Attr }

// palettes has one palette for each theme. By default it is one that can be read on
// any background: yellow cannot on white, and blue draws lines only. The terminal
// is not asked for its background: its answer may come after the program has
// ended, and then it is typed into the shell.
var palettes = map[Theme]palette{
	ThemeAuto: {
		marked:  ansi.AttrGreenForegroundColor,
		warning: ansi.AttrMagentaForegroundColor,
		key:     ansi.AttrCyanForegroundColor,
		frame:   ansi.AttrBlueForegroundColor,
	},
	ThemeLight: {
		marked:  ansi.AttrGreenForegroundColor,
		warning: ansi.AttrRedForegroundColor,
		key:     ansi.AttrBlueForegroundColor,
		frame:   ansi.AttrBlueForegroundColor,
	},
	ThemeDark: {
		marked:  ansi.AttrBrightGreenForegroundColor,
		warning: ansi.AttrBrightYellowForegroundColor,
		key:     ansi.AttrBrightCyanForegroundColor,
		frame:   ansi.AttrBrightBlueForegroundColor,
	},
}

func newStyles(theme Theme, ascii bool) styles {
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
		glyphs: glyphs{"…", "─", "│", "┌", "┐", "└", "┘"},
	}
	if ascii {
		s.glyphs = glyphs{"...", "-", "|", "+", "+", "+", "+"}
	}
	return s
}
