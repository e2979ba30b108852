package textcell_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/textcell"
)

// combined is one cell of two characters; 日 has two cells.
const combined = "e\u0301"

func TestWidth(t *testing.T) {
	tests := []struct {
		name, text string
		want       int
	}{
		{"empty", "", 0},
		{"ASCII", "/etc/nixos", 10},
		{"two cells each", "日本", 4},
		{"a combining mark", combined, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := textcell.Width(tt.text); got != tt.want {
				t.Errorf("Width(%q) = %d, want %d", tt.text, got, tt.want)
			}
		})
	}
}

func TestWrapBreaksAtSpacesAndSlashes(t *testing.T) {
	tests := []struct {
		name, text string
		cells      int
		want       []string
	}{
		{"at a space", "one two", 5, []string{"one", "two"}},
		{"at a slash", "/etc/nixos", 6, []string{"/etc/", "nixos"}},
		{"inside a long word", "abcdef", 4, []string{"abcd", "ef"}},
		{"no room at all", "ab", 0, []string{"a", "b"}},
		{"nothing to break", "ab", 9, []string{"ab"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, textcell.Wrap(tt.text, tt.cells)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestTruncateShortensOnTheRight(t *testing.T) {
	tests := []struct {
		name, text string
		room       int
		want       string
	}{
		{"it fits", "abc", 3, "abc"},
		{"an ellipsis", "abcd", 3, "ab…"},
		{"no room for an ellipsis", "abcd", 1, "a"},
		{"no room", "abcd", -1, ""},
		{"half a character does not fit", "日本語", 4, "日…"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := textcell.Truncate(tt.text, tt.room, "…"); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestTailStartKeepsTheEnd(t *testing.T) {
	tests := []struct {
		name, text string
		room       int
		tail       string
		cells      int
	}{
		{"it fits", "abc", 3, "abc", 3},
		{"room for an ellipsis", "abcd", 3, "cd", 2},
		{"characters of two cells", "日本語", 4, "語", 2},
		{"no room", "abcd", 0, "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			start, cells := textcell.TailStart(tt.text, tt.room, 1)
			if tt.text[start:] != tt.tail || cells != tt.cells {
				t.Errorf("got %q of %d cells, want %q of %d", tt.text[start:], cells, tt.tail, tt.cells)
			}
		})
	}
}

func TestClusterSizeCountsCombiningMarks(t *testing.T) {
	for text, want := range map[string]int{"a": 1, "ab": 1, combined + "x": len(combined), "日x": len("日")} {
		if got := textcell.ClusterSize(text); got != want {
			t.Errorf("ClusterSize(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestWriteFillerWritesSpaces(t *testing.T) {
	for _, cells := range []int{-1, 0, 1, 64, 65, 200} {
		var b strings.Builder
		textcell.WriteFiller(&b, cells)
		if want := strings.Repeat(" ", max(cells, 0)); b.String() != want {
			t.Errorf("%d cells: got %q", cells, b.String())
		}
	}
}

// FuzzCells compares the fast path for ASCII with package ansi, and checks that no text is wider
// than its room.
func FuzzCells(f *testing.F) {
	f.Add("/home/alice/日本", 5)
	f.Add(combined+" x", 1)
	f.Fuzz(func(t *testing.T, text string, room int) {
		for _, r := range text {
			if r < ' ' || r >= 0x7f && r < 0xa0 || r == utf8.RuneError {
				t.Skip("not a text of package printable")
			}
		}
		if got, want := textcell.Width(text), ansi.StringWidth(text); got != want {
			t.Errorf("Width(%q) = %d, want %d", text, got, want)
		}
		room %= 100
		if got := textcell.Truncate(text, room, "…"); textcell.Width(got) > max(room, 0) {
			t.Errorf("Truncate(%q, %d) = %q", text, room, got)
		}
		start, cells := textcell.TailStart(text, room, 1)
		if cells > max(room, 0) || start > len(text) {
			t.Errorf("TailStart(%q, %d) = %d, %d", text, room, start, cells)
		}
		if text != "" {
			if n := textcell.ClusterSize(text); n < 1 || n > len(text) {
				t.Errorf("ClusterSize(%q) = %d", text, n)
			}
		}
	})
}

func ExampleTruncate() {
	fmt.Println(textcell.Truncate("/etc/NetworkManager", 8, "…"))
	// Output: /etc/Ne…
}

func BenchmarkWidth(b *testing.B) {
	for name, text := range map[string]string{"ASCII": "/home/alice/.config/app/settings.json", "Unicode": "/home/alice/日本語/設定"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				textcell.Width(text)
			}
		})
	}
}
