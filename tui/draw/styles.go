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
	// Marked and Partial are marks; Program, Heading, Loss and Secret are columns and headings.
	Marked, Partial, Program, Heading, Loss, Secret Style
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
	Pointer: "▌", Full: "━", Half: "╸", Dot: "●", NoDot: "·", Done: "▰", Todo: "▱", Thumb: "┃", Track: "│",
	ChipLeft: "⟨", ChipRight: "⟩", Folded: "▸", Open: "▾", Up: "▴", Down: "▾", From: "←", Separator: "·",
}

var asciiGlyphs = Glyphs{
	Ellipsis: "...", Horizontal: "-", Vertical: "|", TopLeft: "+", TopRight: "+", BottomLeft: "+", BottomRight: "+",
	Pointer: ">", Full: "=", Half: "-", Done: "#", Todo: ".", Thumb: "#", Track: "|",
	ChipLeft: "<", ChipRight: ">", Folded: "+", Open: "-", Up: "^", Down: "v", From: "<-", Separator: "-",
}

// palette assigns some of the 16 colours; 0 is the default foreground.
type palette struct{ marked, partial, warning, loss, key, bar, program, section, secret, dim ansi.Attr }

// palettes has one palette for each theme. ThemeAuto is readable on any background: green and cyan have
// enough contrast on dark and on light ones, and all else is bold or faint (TestContrast). On light
// backgrounds, faint text is too pale, and bright black is dark enough; on dark ones it is the other
// way round.
var palettes = map[setting.Theme]palette{
	setting.ThemeAuto: {
		marked:  ansi.AttrGreenForegroundColor,
		partial: ansi.AttrCyanForegroundColor,
		key:     ansi.AttrCyanForegroundColor,
		bar:     ansi.AttrCyanForegroundColor,
		program: ansi.AttrCyanForegroundColor,
		section: ansi.AttrCyanForegroundColor,
	},
	setting.ThemeLight: {
		marked:  ansi.AttrGreenForegroundColor,
		partial: ansi.AttrMagentaForegroundColor,
		warning: ansi.AttrRedForegroundColor,
		loss:    ansi.AttrRedForegroundColor,
		key:     ansi.AttrBlueForegroundColor,
		bar:     ansi.AttrBlueForegroundColor,
		program: ansi.AttrBlueForegroundColor,
		section: ansi.AttrMagentaForegroundColor,
		secret:  ansi.AttrRedForegroundColor,
		dim:     ansi.AttrBrightBlackForegroundColor,
	},
	setting.ThemeDark: {
		marked:  ansi.AttrBrightGreenForegroundColor,
		partial: ansi.AttrBrightYellowForegroundColor,
		warning: ansi.AttrBrightYellowForegroundColor,
		loss:    ansi.AttrBrightYellowForegroundColor,
		key:     ansi.AttrBrightCyanForegroundColor,
		bar:     ansi.AttrBrightBlueForegroundColor,
		program: ansi.AttrBrightCyanForegroundColor,
		section: ansi.AttrBrightBlueForegroundColor,
		secret:  ansi.AttrBrightYellowForegroundColor,
	},
}

// NewStyles returns the styles of a theme.
func NewStyles(theme setting.Theme, ascii bool) Styles {
	p := palettes[theme]
	plain, bold := func(color ansi.Attr) Style { return styleOf(color, false) }, func(color ansi.Attr) Style { return styleOf(color, true) }
	s := Styles{
		Title:   bold(0),
		Bold:    bold(0),
		Dim:     Style{sgr(ansi.AttrFaint), sgr(ansi.AttrNormalIntensity)},
		Marked:  plain(p.marked),
		Partial: plain(p.partial),
		Program: plain(p.program),
		Heading: bold(p.section),
		Loss:    bold(p.loss),
		Secret:  bold(p.secret),
		Cursor:  Style{sgr(ansi.AttrReverse), sgr(ansi.AttrNoReverse)},
		Warning: styleOf(p.warning, p.warning == 0),
		Key:     plain(p.key),
		Code:    plain(p.marked),
		Bar:     plain(p.bar),
		Match: Style{
			sgr(ansi.AttrBold, ansi.AttrUnderline, p.marked),
			sgr(ansi.AttrNormalIntensity, ansi.AttrNoUnderline, ansi.AttrDefaultForegroundColor),
		},
		Glyphs: unicodeGlyphs,
	}
	if p.dim != 0 {
		s.Dim = plain(p.dim)
	}
	s.Frame = s.Dim
	if ascii {
		s.Glyphs = asciiGlyphs
	}
	return s
}

func sgr(attrs ...ansi.Attr) string { return ansi.NewStyle(attrs...).String() }

// styleOf returns a style with a colour, or with the default one if it is 0.
func styleOf(color ansi.Attr, bold bool) (s Style) {
	if bold {
		s = Style{sgr(ansi.AttrBold), sgr(ansi.AttrNormalIntensity)}
	}
	if color != 0 {
		s.On += sgr(color)
		s.Off = sgr(ansi.AttrDefaultForegroundColor) + s.Off
	}
	return s
}
