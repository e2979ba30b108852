package cli

import (
	"fmt"
	"image/color"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// TestReadmePictureIsUpToDate runs the program on a small machine in a pseudo-terminal, draws the
// screen as SVG, and compares it with docs/screen.svg. With -update it writes the file ("make
// picture").
func TestReadmePictureIsUpToDate(t *testing.T) {
	t.Parallel()
	const file, columns, rows = "../../docs/screen.svg", 120, 30
	script, err := filepath.Abs("testdata/picture/run.sh")
	if err != nil {
		t.Fatal(err)
	}
	namespace := "unshare --uts " + strings.Join(probe.Unshare(t), " ")
	s := start(t, columns, rows, fmt.Sprintf("%s %s %s %s /bin/list-ephemeral --config /config.json --root /home --root /var --root /etc",
		namespace, script, t.TempDir(), buildStatic(t)))
	s.waitFor("21 files", "13 places", "will be lost")
	for i, found := range []struct{ query, first string }{{"firefox", "▌[ ] ~/.mozilla/"}, {"ssh", "▌[ ]!~/.ssh/"}} {
		s.send("/" + found.query)
		s.waitFor("/ "+found.query, found.first)
		s.send(keySpace)
		s.waitFor(fmt.Sprint(i+1, " kept"))
		s.send("\x1b")
		s.waitFor("/var/lib/tailscale/")
	}
	s.send("g")
	s.waitFor("▌[x]!~/.ssh/", "─ ~/.ssh/ ─", "2 kept · plain", `".ssh"`, "2 of 13 decided")
	got := s.picture(columns, rows)
	s.send(keyCtrlC)
	s.status()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got, string(want)); diff != "" {
		t.Errorf("docs/screen.svg is not up to date; make picture updates it (-program +picture):\n%s", diff)
	}
}

// changing matches dates. They differ in each run, so the picture has fixedDate instead.
var changing = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d`)

const fixedDate = "2026-01-31 12:00"

// took matches the time of the scan behind the number of files or places.
var took = regexp.MustCompile(`((?:places|files)\W+)\d\.\ds`)

// fixed returns a text of the screen without what differs in each run.
func fixed(text string) string {
	return took.ReplaceAllString(changing.ReplaceAllString(text, fixedDate), "${1}0.1s")
}

// picture draws the screen as SVG, with one text element for each run of cells in the same style.
func (s *ptySession) picture(columns, rows int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	const cellWidth, cellHeight, margin = 8, 17, 10
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="monospace" font-size="13" xml:space="preserve">`+"\n",
		columns*cellWidth+2*margin, rows*cellHeight+2*margin)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" rx="8" fill="%s"/>`+"\n", background)
	for y := range rows {
		for _, r := range runsOf(s.emulator, columns, y) {
			x := margin + r.start*cellWidth
			if r.back != background {
				fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%d" height="%d" fill="%s"/>`+"\n",
					x, margin+y*cellHeight, r.cells*cellWidth, cellHeight, r.back)
			}
			if strings.TrimSpace(r.text) == "" {
				continue
			}
			fmt.Fprintf(&b, `<text x="%d" y="%d" textLength="%d" fill="%s"%s>%s</text>`+"\n",
				x, margin+y*cellHeight+13, r.cells*cellWidth, r.fore, r.attrs, escapeXML(fixed(r.text)))
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// cells are neighbouring cells in the same style.
type cells struct {
	start, cells      int
	text              string
	fore, back, attrs string
}

func runsOf(e *vt.Emulator, columns, y int) []cells {
	var runs []cells
	for x := 0; x < columns; {
		c := e.CellAt(x, y)
		next := cells{start: x, cells: 1, text: " ", fore: foreground, back: background}
		if c != nil {
			next.cells = max(c.Width, 1)
			if c.Content != "" {
				next.text = c.Content
			}
			next.fore, next.back, next.attrs = looks(&c.Style)
		}
		x += next.cells
		if last := len(runs) - 1; last >= 0 {
			if r := &runs[last]; r.fore == next.fore && r.back == next.back && r.attrs == next.attrs {
				r.text += next.text
				r.cells += next.cells
				continue
			}
		}
		runs = append(runs, next)
	}
	return runs
}

// The colours of the picture.
const (
	foreground = "#d0d0d0"
	background = "#1c1c1c"
)

var palette = [...]string{
	"#1c1c1c", "#d75f5f", "#87af5f", "#d7af5f", "#5f87d7", "#af87d7", "#5fafaf", "#d0d0d0",
	"#6c6c6c", "#ff8787", "#afd787", "#ffd787", "#87afff", "#d7afff", "#87d7d7", "#ffffff",
}

// looks returns the colours and the other attributes of a style.
func looks(style *uv.Style) (fore, back, attrs string) {
	fore, back = colorOf(style.Fg, foreground), colorOf(style.Bg, background)
	if style.Attrs&uv.AttrReverse != 0 {
		fore, back = back, fore
	}
	if style.Attrs&uv.AttrBold != 0 {
		attrs += ` font-weight="bold"`
	}
	if style.Attrs&uv.AttrFaint != 0 {
		attrs += ` fill-opacity="0.6"`
	}
	if style.Underline != 0 {
		attrs += ` text-decoration="underline"`
	}
	return fore, back, attrs
}

func colorOf(c color.Color, otherwise string) string {
	switch c := c.(type) {
	case nil:
		return otherwise
	case ansi.BasicColor:
		return palette[c%16]
	}
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}

func escapeXML(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", " ", "\u00a0").Replace(text)
}
