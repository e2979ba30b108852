package tui

import (
	"github.com/charmbracelet/x/ansi"
)

// styles holds what everything looks like, as pairs of escape sequences that are
// put around a text: hundreds of them make a frame (BenchmarkKey). Only the terminal's own 16 colours are used, so that the user's palette
// rules; without colours bold, reverse and the text itself say the same.
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

func newStyles(ascii bool) styles {
	sgr := func(attrs ...ansi.Attr) string { return ansi.NewStyle(attrs...).String() }
	foreground := func(color ansi.Attr) style {
		return style{sgr(color), sgr(ansi.AttrDefaultForegroundColor)}
	}
	s := styles{
		title:   style{sgr(ansi.AttrBold), sgr(ansi.AttrNormalIntensity)},
		dim:     style{sgr(ansi.AttrFaint), sgr(ansi.AttrNormalIntensity)},
		marked:  foreground(ansi.AttrGreenForegroundColor),
		cursor:  style{sgr(ansi.AttrReverse), sgr(ansi.AttrNoReverse)},
		warning: foreground(ansi.AttrYellowForegroundColor),
		key:     foreground(ansi.AttrCyanForegroundColor),
		text:    foreground(ansi.AttrGreenForegroundColor),
		frame:   foreground(ansi.AttrBlueForegroundColor),
		match: style{
			sgr(ansi.AttrBold, ansi.AttrUnderline, ansi.AttrGreenForegroundColor),
			sgr(ansi.AttrNormalIntensity, ansi.AttrNoUnderline, ansi.AttrDefaultForegroundColor),
		},
		glyphs: glyphs{"…", "─", "│", "┌", "┐", "└", "┘"},
	}
	if ascii {
		s.glyphs = glyphs{"...", "-", "|", "+", "+", "+", "+"}
	}
	return s
}
