package card_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/tui/card"
	"github.com/DaRacci/list-ephemeral/tui/draw"
	"github.com/DaRacci/list-ephemeral/tui/places"
)

func equal[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// machine knows that all paths belong to one program.
type machine struct{}

func (machine) Place(string) places.Facts { return places.Facts{Kept: 46} }
func (machine) Known(string) string       { return "program \x1bssh" }
func (machine) RemovedIn(string) string   { return "/a/\x1bgone" }
func (machine) Owner(_, _ uint32) string  { return "al users" }

var now = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// stat says that a file has as many bytes as its path, and is two days old.
func stat(path string) (scan.Kind, scan.Info, error) {
	return scan.KindFile, scan.Info{Size: int64(len(path)), Mode: 0o600, ModTime: now.Add(-48 * time.Hour)}, nil
}

func source(t *testing.T, stat index.StatFunc, paths ...string) card.Source {
	t.Helper()
	var s index.Store
	for _, path := range paths {
		s.AddPath([]byte(path), scan.KindFile)
	}
	l, err := s.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return card.Source{Listing: l, Stat: stat, Machine: machine{}, Now: now, Title: "~/.ssh/", Configurations: 230}
}

func TestCardOfADirectoryListsTheLargestFirst(t *testing.T) {
	from := source(t, stat, "/a/b", "/a/longer\x1b", "/a/dir/with/files")
	from.Note = func(string) string { return "read, written" }
	got := from.Of(t.Context(), from.Children(0)[0])
	equal(t, "card", got, card.Card{
		Title: "~/.ssh/", Known: `program \essh`, Share: 46, ShareOf: 230, Sum: "3 files, 31B, newest 2d ago", Facts: "al users 0600", Note: "read, written",
		Entries: []card.Entry{{Name: "dir/with/", Size: 17, Sized: true}, {Name: `longer\e`, Size: 10, Sized: true}, {Name: "b", Size: 4, Sized: true}},
	})
	st := draw.NewStyles(setting.ThemeAuto, false)
	want := []string{
		`program \essh`, "●●●·· 46 of 230 configurations", "3 files, 31B, newest 2d ago", "al users 0600", "read, written", "",
		"━━━━━━━━  17B  dir/with/", "━━━━╸     10B  longer\\e", "━━         4B  b",
	}
	equal(t, "lines", strings.Split(ansi.Strip(strings.Join(got.Lines(&st, 40, 20), "\n")), "\n"), want)
	want = append(want[:7:7], "+ 2 more")
	equal(t, "lines of a low card", strings.Split(ansi.Strip(strings.Join(got.Lines(&st, 40, 8), "\n")), "\n"), want)
}

func TestACardSaysWhatTheNextBootChanges(t *testing.T) {
	st := draw.NewStyles(setting.ThemeAuto, false)
	for _, tt := range []struct {
		name string
		of   card.Card
		want []string
	}{
		{"kept", card.Card{Coming: places.ComingKept}, []string{"kept from the next boot on: it shows", "what storage has there"}},
		{"not stored", card.Card{Coming: places.ComingMissing}, []string{"declared, but storage has nothing there:", "adopt copies it"}},
		{"lost", card.Card{Coming: places.ComingRemoved}, []string{"NO LONGER KEPT after the next boot"}},
		{"lost in it", card.Card{Coming: places.ComingRemoved, ComingAt: "/var/lib/a/b"}, []string{"NO LONGER KEPT after the next boot", "/var/lib/a/b"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			lines := tt.of.Lines(&st, 40, 20)
			equal(t, "lines", strings.Split(ansi.Strip(strings.TrimSpace(strings.Join(lines, "\n"))), "\n")[:len(tt.want)], tt.want)
			if loss := strings.HasPrefix(lines[0], st.Loss.On); loss != (tt.of.Coming == places.ComingRemoved) && st.Loss != st.Warning {
				t.Errorf("drawn as a loss: %t", loss)
			}
		})
	}
}

func TestLinesFitIntoTheCard(t *testing.T) {
	from := source(t, stat, "/a/日本語日本語日本語", "/a/"+strings.Repeat("x", 90), "/a/c/d")
	got := from.Of(t.Context(), from.Children(0)[0])
	got.Text = []string{"", "日本語" + strings.Repeat("y", 90)}
	st := draw.NewStyles(setting.ThemeAuto, false)
	for width := range 60 {
		for height := range 12 {
			lines := got.Lines(&st, width, height)
			if len(lines) > height {
				t.Fatalf("%d lines of %d", len(lines), height)
			}
			for _, line := range lines {
				if w := ansi.StringWidth(line); w > max(width, 15) {
					t.Fatalf("a line has %d cells of %d: %q", w, width, line)
				}
			}
		}
	}
}

func TestCardOfWhatIsGone(t *testing.T) {
	from := source(t, func(string) (scan.Kind, scan.Info, error) { return 0, scan.Info{}, os.ErrNotExist }, "/a")
	equal(t, "text", from.Of(t.Context(), 0).Text, []string{"it no longer exists"})
}

func TestCardOfASymlinkNamesItsTarget(t *testing.T) {
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink("/etc/\x1bhostname", link); err != nil {
		t.Fatal(err)
	}
	from := source(t, scan.Stat, link)
	equal(t, "text", from.Of(t.Context(), 0).Text, []string{`symlink to /etc/\ehostname`})
}

func TestFirstLinesAreOnlyText(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	pipe, link := filepath.Join(dir, "pipe"), filepath.Join(dir, "link")
	if err := unix.Mkfifo(pipe, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/passwd", link); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, path string
		want       []string
	}{
		{"text", file("text", "a\tb\r\nc\x1b[2J\xff\n"), []string{"a    b", `c\e[2J\xff`, ""}},
		{"binary", file("binary", "a\x00b"), []string{"binary file"}},
		{"empty", file("empty", ""), []string{"empty file"}},
		{"gone", filepath.Join(dir, "gone"), []string{"cannot read: no such file or directory"}},
		{"a pipe without a writer", pipe, nil},
		{"a symlink", link, []string{"cannot read: too many levels of symbolic links"}},
		{"a long file", file("long", strings.Repeat("x\n", card.HeadSize)), strings.Split(strings.Repeat("x", card.MostLines), "")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			equal(t, "lines", card.FirstLines(tt.path), tt.want)
		})
	}
}
