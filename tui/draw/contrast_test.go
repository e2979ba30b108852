package draw_test

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/tui/draw"
)

// scheme is a colour scheme of a terminal: background, foreground, and the 16 colours.
type scheme struct {
	name       string
	light      bool
	back, fore string
	colours    string
}

// schemes are popular ones, from the files of their projects.
var schemes = []scheme{
	{"Tokyo Night", false, "1a1b26", "c0caf5", "15161e f7768e 9ece6a e0af68 7aa2f7 bb9af7 7dcfff a9b1d6 414868 f7768e 9ece6a e0af68 7aa2f7 bb9af7 7dcfff c0caf5"},
	{"Catppuccin Mocha", false, "1e1e2e", "cdd6f4", "45475a f38ba8 a6e3a1 f9e2af 89b4fa f5c2e7 94e2d5 bac2de 585b70 f38ba8 a6e3a1 f9e2af 89b4fa f5c2e7 94e2d5 a6adc8"},
	{"Dracula", false, "282a36", "f8f8f2", "21222c ff5555 50fa7b f1fa8c bd93f9 ff79c6 8be9fd f8f8f2 6272a4 ff6e6e 69ff94 ffffa5 d6acff ff92df a4ffff ffffff"},
	{"Gruvbox dark", false, "282828", "ebdbb2", "282828 cc241d 98971a d79921 458588 b16286 689d6a a89984 928374 fb4934 b8bb26 fabd2f 83a598 d3869b 8ec07c ebdbb2"},
	{"Nord", false, "2e3440", "d8dee9", "3b4252 bf616a a3be8c ebcb8b 81a1c1 b48ead 88c0d0 e5e9f0 4c566a bf616a a3be8c ebcb8b 81a1c1 b48ead 8fbcbb eceff4"},
	{"VS Code dark", false, "1e1e1e", "cccccc", "000000 cd3131 0dbc79 e5e510 2472c8 bc3fbc 11a8cd e5e5e5 666666 f14c4c 23d18b f5f543 3b8eea d670d6 29b8db e5e5e5"},
	{"GitHub light", true, "ffffff", "1f2328", "24292f cf222e 116329 4d2d00 0969da 8250df 1b7c83 6e7781 57606a a40e26 1a7f37 633c01 218bff a475f9 3192aa 8c959f"},
	{"Modus Operandi", true, "ffffff", "000000", "000000 a60000 006800 6f5500 0031a9 721045 005e8b e1e1e1 585858 972500 00663f 884900 3548cf 531ab6 005a5f ffffff"},
}

// luminance is the relative luminance of a colour, WCAG 2.2.
func luminance(hex string) float64 {
	channel := func(i int) float64 {
		n, _ := strconv.ParseUint(hex[i:i+2], 16, 8)
		c := float64(n) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(0) + 0.7152*channel(2) + 0.0722*channel(4)
}

// contrast is the contrast ratio of two colours, WCAG 2.2.
func contrast(a, b string) float64 {
	high, low := luminance(a), luminance(b)
	return (max(high, low) + 0.05) / (min(high, low) + 0.05)
}

// halfway is the colour between two, as terminals draw faint text.
func halfway(a, b string) string {
	var mixed strings.Builder
	for i := 0; i < 6; i += 2 {
		x, _ := strconv.ParseUint(a[i:i+2], 16, 8)
		y, _ := strconv.ParseUint(b[i:i+2], 16, 8)
		mixed.WriteString(strconv.FormatUint(0x100+(x+y)/2, 16)[1:])
	}
	return mixed.String()
}

// shown returns the colours of text and background in a style, and whether the text is faint.
func (s *scheme) shown(style draw.Style) (fore, back string, faint bool) {
	fore, back = s.fore, s.back
	colours := strings.Fields(s.colours)
	for _, code := range strings.FieldsFunc(style.On, func(r rune) bool { return r == '\x1b' || r == '[' || r == ';' || r == 'm' }) {
		switch n, _ := strconv.Atoi(code); {
		case n >= 30 && n < 38:
			fore = colours[n-30]
		case n >= 90 && n < 98:
			fore = colours[n-90+8]
		case n == 2:
			faint = true
		case n == 7:
			fore, back = back, fore
		}
	}
	if faint {
		fore = halfway(fore, back)
	}
	return fore, back, faint
}

// TestContrast checks each pair of text and background in popular schemes: 4.5 : 1 for text, and 3 : 1
// for faint text and for bars, as WCAG 2.2 wants for text and for graphics.
func TestContrast(t *testing.T) {
	for _, s := range schemes {
		fitting := setting.ThemeDark
		if s.light {
			fitting = setting.ThemeLight
		}
		for _, theme := range []setting.Theme{setting.ThemeAuto, fitting} {
			st := draw.NewStyles(theme, false)
			for name, style := range map[string]draw.Style{
				"text": {}, "title": st.Title, "bold": st.Bold, "dim": st.Dim, "marked": st.Marked, "partial": st.Partial, "program": st.Program,
				"heading": st.Heading, "loss": st.Loss, "secret": st.Secret, "match": st.Match, "cursor": st.Cursor, "warning": st.Warning,
				"key": st.Key, "frame": st.Frame, "bar": st.Bar, "code": st.Code,
			} {
				fore, back, faint := s.shown(style)
				want := 4.5
				if faint || name == "bar" {
					want = 3
				}
				if got := contrast(fore, back); got < want {
					t.Errorf("%s, theme %s: %s has a contrast of %.1f, want %.1f", s.name, theme, name, got, want)
				}
			}
		}
	}
}
