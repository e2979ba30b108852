package cli

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/recording"
)

// TestReadmePictureIsUpToDate runs the program on the fixture machine in a pseudo-terminal, draws the
// screen as SVG, and compares it with docs/screen.svg. With -update it writes the file ("make
// picture").
func TestReadmePictureIsUpToDate(t *testing.T) {
	t.Parallel()
	const file, columns, rows = "../../docs/screen.svg", 120, 35
	s := startFixture(t, columns, rows)
	s.send("\n")
	s.waitFor("places", "will be lost", "▌[ ]!~/.ssh/")
	s.send(keySpace + keySpace)
	s.waitFor("2 kept")
	for i, query := range []string{"prismlauncher", "system-connections"} {
		s.send("/" + query)
		s.waitFor("/ "+query, "1 of ")
		s.send(keySpace)
		s.waitFor(fmt.Sprint(i+3, " kept"))
		s.send(keyEscape)
		s.waitFor("⟨sort: what matters")
	}
	s.send("g" + strings.Repeat("j", 13))
	s.waitFor("▌[ ] ~/.mozilla/", "─ ~/.mozilla/ ─", "4 kept · plain", "[x]!~/.ssh/")
	if *update {
		s.settle()
		if err := os.WriteFile(file, []byte(s.frame().SVG(columns, rows)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	got := s.becomes(string(want), func() string { return s.frame().SVG(columns, rows) })
	s.send(keyCtrlC)
	if got != string(want) {
		t.Errorf("docs/screen.svg is not up to date; make picture updates it (-picture +program):\n%s", cmp.Diff(string(want), got))
	}
}

// changing matches dates. They differ in each run, so the picture has fixedDate instead.
var changing = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d`)

const fixedDate = "2026-01-31 12:00"

// took matches the time of the scan behind the number of files or places.
var took = regexp.MustCompile(`((?:places|files)\W+)\d\.\ds`)

// free matches the free space of storage.
var free = regexp.MustCompile(`(into /persist, )\d[\d.]*[KMGT] *`)

// fixed returns a text of the screen without what differs in each run. It keeps the width.
func fixed(text string) string {
	text = free.ReplaceAllStringFunc(text, func(found string) string {
		return fmt.Sprintf("%-*s", len(found), free.FindStringSubmatch(found)[1]+"74G")
	})
	return took.ReplaceAllString(changing.ReplaceAllString(text, fixedDate), "${1}0.1s")
}

// frame returns what is on the screen, without what differs in each run.
func (s *ptySession) frame() recording.Frame {
	s.mu.Lock()
	defer s.mu.Unlock()
	return recording.Take(s.emulator).Map(fixed)
}

// settle waits until the screen has not changed for a second.
func (s *ptySession) settle() {
	for {
		select {
		case <-s.changed:
		case <-time.After(time.Second):
			return
		}
	}
}

// becomes waits until get returns want, and returns its last result.
func (s *ptySession) becomes(want string, get func() string) string {
	deadline := time.After(20 * time.Second)
	for {
		got := get()
		if got == want {
			return got
		}
		select {
		case <-s.changed:
		case <-deadline:
			return got
		}
	}
}
