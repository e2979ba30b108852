package draw

import (
	"github.com/charmbracelet/x/ansi"

	"github.com/DaRacci/list-ephemeral/internal/setting"
)

// Styles are the styles of the parts of the screen, as pairs of escape sequences. A frame has
// hundreds of them, so they are precomputed (BenchmarkKey). Only the terminal's 16 colours are
// used, which follow the user's palette. Without colours, bold, reverse and the text itself
// convey the same.
type Styles struct {
	Title, Dim, Bold Style
	// Marked and Partly are marks; Program, Heading, Stake and Secret are columns and headings.
	Marked, Partly, Program, Heading, Stake, Secret Style
	Match, Cursor, Warning, Key, Frame, Bar         Style
	// Code is text in quotes in a snippet.
	Code   Style
	Glyphs Glyphs
}

// Style is a pair of escape sequences that switch attributes on and off and leave others
// unchanged. The zero value changes nothing.
type Style struct{ On, Off string }

// Render returns a text in the style.
func (s Style) Render(text string) string {
	if text == "" {
		return ""
	}
	return s.On + text + s.Off
}

// Glyphs are the characters that have a Unicode and an ASCII variant.
type Glyphs struct {
	Ellipsis                                   string
	Horizontal, Vertical                       string
	TopLeft, TopRight, BottomLeft, BottomRight string
	Pointer                                    string // of the row under the cursor
	Full, Half                                 string // one cell and half a cell of a size bar
	Dot, NoDot                                 string // of a share; "" writes a percentage
	Done, Todo                                 string // of a progress bar
	Thumb, Track                               string // of a scroll bar
	ChipLeft, ChipRight                        string
	Folded, Open                               string // of a directory or a section
	Up, Down                                   string // sort arrows
	From                                       string // before the reason of a row
	Separator                                  string // between facts on one line
}

var unicodeGlyphs = Glyphs{
	Ellipsis: "…", Horizontal: "─", Vertical: "│", TopLeft: "╭", TopRight: "╮", BottomLeft: "╰", BottomRight: "╯",
	Pointer: "▌", Full: "━", Half: "╸", Dot: "●", NoDot: "·", Done: "▰", Todo: "▱", Thumb: "█", Track: "│",
	ChipLeft: "⟨", ChipRight: "⟩", Folded: "▸", Open: "▾", Up: "▴", Down: "▾", From: "←", Separator: "·",
}

var asciiGlyphs = Glyphs{
	Ellipsis: "...", Horizontal: "-", Vertical: "|", TopLeft: "+", TopRight: "+", BottomLeft: "+", BottomRight: "+",
	Pointer: ">", Full: "=", Half: "-", Done: "#", Todo: ".", Thumb: "#", Track: "|",
	ChipLeft: "<", ChipRight: ">", Folded: "+", Open: "-", Up: "^", Down: "v", From: "<-", Separator: "-",
}

// palette assigns some of the 16 colours.
type palette struct{ marked, partly, warning, key, frame, program, section, secret ansi.Attr }

// palettes has one palette for each theme. The default is readable on any background: it avoids
// yellow, which is unreadable on white, and uses blue only for lines. The program does not query
// the background colour, because the reply could arrive after the program has ended, and the
// shell would read it as input.
var palettes = map[setting.Theme]palette{
	setting.ThemeAuto: {
		marked:  ansi.AttrGreenForegroundColor,
		partly:  ansi.AttrMagentaForegroundColor,
		warning: ansi.AttrMagentaForegroundColor,
		key:     ansi.AttrCyanForegroundColor,
		frame:   ansi.AttrBlueForegroundColor,
		program: ansi.AttrCyanForegroundColor,
		section: ansi.AttrCyanForegroundColor,
		secret:  ansi.AttrRedForegroundColor,
	},
	setting.ThemeLight: {
		marked:  ansi.AttrGreenForegroundColor,
		partly:  ansi.AttrMagentaForegroundColor,
		warning: ansi.AttrRedForegroundColor,
		key:     ansi.AttrBlueForegroundColor,
		frame:   ansi.AttrBlueForegroundColor,
		program: ansi.AttrBlueForegroundColor,
		section: ansi.AttrBlueForegroundColor,
		secret:  ansi.AttrRedForegroundColor,
	},
	setting.ThemeDark: {
		marked:  ansi.AttrBrightGreenForegroundColor,
		partly:  ansi.AttrBrightYellowForegroundColor,
		warning: ansi.AttrBrightYellowForegroundColor,
		key:     ansi.AttrBrightCyanForegroundColor,
		frame:   ansi.AttrBrightBlueForegroundColor,
		program: ansi.AttrBrightCyanForegroundColor,
		section: ansi.AttrBrightBlueForegroundColor,
		secret:  ansi.AttrBrightRedForegroundColor,
	},
}

// NewStyles returns the styles of a theme.
func NewStyles(theme setting.Theme, ascii bool) Styles {
	p := palettes[theme]
	sgr := func(attrs ...ansi.Attr) string { return ansi.NewStyle(attrs...).String() }
	foreground := func(color ansi.Attr) Style {
		return Style{sgr(color), sgr(ansi.AttrDefaultForegroundColor)}
	}
	bold := func(color ansi.Attr) Style {
		return Style{sgr(ansi.AttrBold, color), sgr(ansi.AttrNormalIntensity, ansi.AttrDefaultForegroundColor)}
	}
	s := Styles{
		Title:   Style{sgr(ansi.AttrBold), sgr(ansi.AttrNormalIntensity)},
		Bold:    Style{sgr(ansi.AttrBold), sgr(ansi.AttrNormalIntensity)},
		Dim:     Style{sgr(ansi.AttrFaint), sgr(ansi.AttrNormalIntensity)},
		Marked:  foreground(p.marked),
		Partly:  foreground(p.partly),
		Program: foreground(p.program),
		Heading: bold(p.section),
		Stake:   bold(p.warning),
		Secret:  bold(p.secret),
		Cursor:  Style{sgr(ansi.AttrReverse), sgr(ansi.AttrNoReverse)},
		Warning: foreground(p.warning),
		Key:     foreground(p.key),
		Code:    foreground(p.marked),
		Frame:   foreground(p.frame),
		Bar:     foreground(p.frame),
		Match: Style{
			sgr(ansi.AttrBold, ansi.AttrUnderline, p.marked),
			sgr(ansi.AttrNormalIntensity, ansi.AttrNoUnderline, ansi.AttrDefaultForegroundColor),
		},
		Glyphs: unicodeGlyphs,
	}
	if ascii {
		s.Glyphs = asciiGlyphs
	}
	return s
}
