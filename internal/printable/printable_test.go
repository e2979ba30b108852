package printable

import (
	"testing"
	"unicode"
	"unicode/utf8"
)

var names = []struct{ name, in, want string }{
	{"empty", "", ""},
	{"plain", "/home/alice/.config/My App~", "/home/alice/.config/My App~"},
	{"backslash is unchanged", `a\nb`, `a\nb`},
	{"newline tab return escape", "a\nb\tc\rd\x1b[2Je", `a\nb\tc\rd\e[2Je`},
	{"other controls", "\x01\x07\x1f\x7f", `\x01\x07\x1f\x7f`},
	{"device control string", "\x1bPq\x1b\\", `\ePq\e\`},
	{"C1 as UTF-8 differs from a raw byte", "\u009b2J\x9b2J\u0085", `\u{9b}2J\x9b2J\u{85}`},
	{"invalid bytes", "caf\xe9\xff\xfe", `caf\xe9\xff\xfe`},
	{"surrogate in UTF-8", "\xed\xa0\x80", `\xed\xa0\x80`},
	{"overlong slash", "\xc0\xaf", `\xc0\xaf`},
	{"cut off sequence", "a\xe2\x82", `a\xe2\x82`},
	{"letters of several scripts", "é/日本/файл/नमस्ते", "é/日本/файл/नमस्ते"},
	{"right to left letters", "שלום", "שלום"},
	{"wide and narrow spaces", "a\u00a0b\u3000c\u202fd", "a\u00a0b\u3000c\u202fd"},
	{"bidi override", "a\u202egnp.exe", `a\u{202e}gnp.exe`},
	{"bidi isolates and marks", "\u2066\u2069\u200e\u200f\u061c", `\u{2066}\u{2069}\u{200e}\u{200f}\u{61c}`},
	{"zero width and soft hyphen", "a\u200bb\u00adc\ufeffd", `a\u{200b}b\u{ad}c\u{feff}d`},
	{"line separators", "a\u2028b\u2029", `a\u{2028}b\u{2029}`},
	{"private use", "\ue0b0\U000f0000", `\u{e0b0}\u{f0000}`},
	{"noncharacters", "\ufdd0\uffff\U0010ffff", `\u{fdd0}\u{ffff}\u{10ffff}`},
	{"unassigned", "\u0378", `\u{378}`},
	{"invisible letters", "\u115f\u3164\uffa0\u034f", `\u{115f}\u{3164}\u{ffa0}\u{34f}`},
	{"tags", "\U000e0041", `\u{e0041}`},
	{"replacement character itself", "\ufffd", "\ufffd"},
	{"emoji", "😀🇩🇪👍🏽", "😀🇩🇪👍🏽"},
	{"joiner between emoji", "👩\u200d🚀 ❤\ufe0f\u200d🔥 👩🏽\u200d⚕\ufe0f", "👩\u200d🚀 ❤\ufe0f\u200d🔥 👩🏽\u200d⚕\ufe0f"},
	{"joiner elsewhere", "a\u200db 👩\u200d \u200d🚀", `a\u{200d}b 👩\u{200d} \u{200d}🚀`},
	{"two joiners", "👩\u200d\u200d🚀", `👩\u{200d}\u{200d}🚀`},
	{"joiner before an invalid byte", "🚀\u200d\xe2", "🚀" + `\u{200d}\xe2`},
	{"keycap", "1\ufe0f\u20e3", "1\ufe0f\u20e3"},
	{"joiner between symbols that are not emoji", "☐\u200d© ©\u200d☐", `☐\u{200d}© ©\u{200d}☐`},
	{"joiner after a joiner and a selector", "🚀\u200d\ufe0f\u200d🚀", `🚀\u{200d}\u{fe0f}\u{200d}🚀`},
	{"selectors after symbols", "❤\ufe0f❤\ufe0e↔\ufe0f‼\ufe0f", "❤\ufe0f❤\ufe0e↔\ufe0f‼\ufe0f"},
	{"selector without a symbol", "\ufe0fa\ufe0f/\ufe0f1\ufe0f+\ufe0f", `\u{fe0f}a\u{fe0f}/\u{fe0f}1\u{fe0f}+\u{fe0f}`},
	{"two selectors", "❤\ufe0f\ufe0f", "❤\ufe0f" + `\u{fe0f}`},
	{"selectors that encode a message", "😀\U000e0148日\U000e0155\ufe00", `😀\u{e0148}日\u{e0155}\u{fe00}`},
	{"accent on a letter", "e\u0301", "e\u0301"},
	{"leading accent", "\u0301a", "◌\u0301a"},
	{"two leading accents", "\u0301\u0302", "◌\u0301\u0302"},
	{"accent after a slash", "a/\u0301b", "a/◌\u0301b"},
	{"accent after an escape", "\n\u0301", `\n` + "◌\u0301"},
}

func TestNameAndAppendName(t *testing.T) {
	for _, tt := range names {
		t.Run(tt.name, func(t *testing.T) {
			if got := Name(tt.in); got != tt.want {
				t.Errorf("Name(%q) = %q, want %q", tt.in, got, tt.want)
			}
			if got := string(AppendName([]byte("x"), []byte(tt.in))); got != "x"+tt.want {
				t.Errorf("AppendName(x, %q) = %q, want %q", tt.in, got, "x"+tt.want)
			}
			check(t, tt.in)
		})
	}
}

func TestNameEscapesInvisibleCharacters(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		got := Name("a" + string(r))
		hidden := unicode.In(r, unicode.C, unicode.Zl, unicode.Zp) || // Cc, Cf, Co
			unicode.Is(unicode.Noncharacter_Code_Point, r) ||
			!unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z)
		if hidden && got == "a"+string(r) {
			t.Fatalf("U+%04X is invisible but not escaped", r)
		}
		ignorable := unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
		if !hidden && !ignorable && got != "a"+string(r) {
			t.Fatalf("U+%04X is visible but shown as %q", r, got)
		}
	}
}

func TestFirstUnsafeFindsTheRun(t *testing.T) {
	tests := []struct {
		name, in   string
		start, end int
	}{
		{"empty", "", 0, 0},
		{"plain", "abc", 3, 3},
		{"letters", "日本é", 8, 8},
		{"in the middle", "ab\x1b\x00c\n", 2, 4},
		{"at the end", "é\xff", 2, 3},
		{"marks without a base", "\u0301\u0302a", 0, 4},
		{"marks after an escape", "é\n\u0301a", 2, 5},
		{"marks after a slash", "/\u0301a", 1, 3},
		{"mark on a letter", "e\u0301", 3, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			start, end := FirstUnsafe(tt.in)
			if start != tt.start || end != tt.end {
				t.Errorf("FirstUnsafe(%q) = %d, %d, want %d, %d", tt.in, start, end, tt.start, tt.end)
			}
		})
	}
}

func TestNameOfPlainASCIIAllocatesNothing(t *testing.T) {
	dst := make([]byte, 0, 100)
	name := []byte("/home/alice/.config")
	if n := testing.AllocsPerRun(100, func() { dst = AppendName(dst[:0], name) }); n != 0 {
		t.Errorf("AppendName allocates %v times", n)
	}
	text := string(name) + "/é"
	if n := testing.AllocsPerRun(100, func() { text = Name(text) }); n != 0 {
		t.Errorf("Name of a safe name allocates %v times", n)
	}
}

// check checks the guarantees that apply to every input.
func check(t *testing.T, in string) {
	t.Helper()
	out := Name(in)
	if !utf8.ValidString(out) {
		t.Fatalf("Name(%q) = %q is not UTF-8", in, out)
	}
	ascii := true
	for _, r := range out {
		if unicode.In(r, unicode.Cc, unicode.Bidi_Control, unicode.Zl, unicode.Zp, unicode.Co) {
			t.Fatalf("Name(%q) = %q contains U+%04X", in, out, r)
		}
	}
	for i := range len(in) {
		ascii = ascii && plain(in[i])
	}
	if ascii && out != in {
		t.Fatalf("Name(%q) = %q changes plain ASCII", in, out)
	}
	if again := Name(out); again != out {
		t.Fatalf("Name(Name(%q)) = %q differs from %q", in, again, out)
	}
	if bytes := string(AppendName(nil, []byte(in))); bytes != out {
		t.Fatalf("AppendName(%q) = %q differs from Name's %q", in, bytes, out)
	}
	start, end := FirstUnsafe(in)
	if (start == len(in)) != (out == in) {
		t.Fatalf("FirstUnsafe(%q) = %d, but Name returns %q", in, start, out)
	}
	if start < len(in) && (end <= start || end > len(in)) || Name(in[:start]) != in[:start] {
		t.Fatalf("FirstUnsafe(%q) = %d, %d", in, start, end)
	}
}
