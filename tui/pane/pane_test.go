package pane_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/tui/draw"
	"github.com/DaRacci/list-ephemeral/tui/pane"
)

// screen stands for the screen: it carries out the actions of the dialog on top.
type screen struct {
	t     *testing.T
	stack pane.Stack
	last  pane.Action // that is not work
	held  []func()
	hold  bool
}

var codes = map[string]rune{"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "down": tea.KeyDown, "end": tea.KeyEnd, "backspace": tea.KeyBackspace}

func keyPress(name string) tea.KeyPressMsg {
	if code, ok := codes[name]; ok {
		return tea.KeyPressMsg{Code: code}
	}
	if letter, ok := strings.CutPrefix(name, "ctrl+"); ok {
		return tea.KeyPressMsg{Code: rune(letter[0]), Mod: tea.ModCtrl}
	}
	return tea.KeyPressMsg{Code: []rune(name)[0], Text: name}
}

func newKeys() *pane.Keys {
	keys := pane.NewKeys(pane.Bind("quit", "ctrl+c"))
	return &keys
}

func (s *screen) open(d pane.Dialog) {
	s.stack.Push(d)
	if starter, works := d.(pane.Starter); works {
		s.perform(starter.Start())
	}
}

func (s *screen) perform(a pane.Action) {
	switch a.Kind {
	case pane.ActionWork:
		ctx, gen := s.stack.Begin(s.t.Context())
		run := func() {
			if take := a.Work.Do(ctx); s.stack.Done(gen) {
				s.perform(take())
			}
		}
		if s.hold {
			s.held = append(s.held, run)
			return
		}
		run()
	case pane.ActionClose:
		s.stack.Pop()
		s.last = a
	case pane.ActionStop:
		s.stack.Stop()
	default:
		s.last = a
	}
}

func (s *screen) keys(names ...string) {
	for _, name := range names {
		s.perform(s.stack.Top().Press(keyPress(name)))
	}
}

func (s *screen) text() string {
	styles := draw.NewStyles(setting.ThemeAuto, false)
	return ansi.Strip(s.stack.Draw(strings.Repeat(strings.Repeat(" ", 80)+"\n", 24), &styles, 80, 24))
}

func (s *screen) has(texts ...string) {
	s.t.Helper()
	for _, text := range texts {
		if !strings.Contains(s.text(), text) {
			s.t.Errorf("%q is not in\n%s", text, s.text())
		}
	}
}

func TestAdoptPlansWhenItOpensAndRunsOnEnter(t *testing.T) {
	s := &screen{t: t}
	job := pane.Job{Title: "copy into storage", Asks: "Enter copies"}
	s.open(pane.NewAdopt(newKeys(), &job, func(context.Context) (pane.Adoption, error) {
		return pane.Adoption{Lines: []string{"2 files\x1b[2J"}, Run: func(context.Context) []string { return []string{"done"} }}, nil
	}))
	s.has("copy into storage?", `2 files\e[2J`, "Enter copies")
	s.keys("enter")
	s.has("done", "Esc goes back")
	if s.keys("enter"); s.stack.Top() != nil {
		t.Error("Enter does not close the dialog after the end")
	}
}

func TestAnswersOfClosedDialogsAreDropped(t *testing.T) {
	s := &screen{t: t, hold: true}
	var got context.Context
	s.open(pane.NewInto(newKeys(), pane.Insertion{Files: func(ctx context.Context) ([]pane.IntoFile, error) {
		got = ctx
		return []pane.IntoFile{{Path: "/late"}, {Path: "/later"}}, nil
	}}))
	s.has("searching")
	s.keys("esc")
	s.open(pane.NewText(newKeys(), "why", []string{"other"}))
	for _, run := range s.held {
		run()
	}
	s.has("other")
	if strings.Contains(s.text(), "late") || got.Err() == nil {
		t.Error("the answer was taken, or its context is not cancelled")
	}
}

func TestIntoShowsErrorsOfItsFunctions(t *testing.T) {
	s := &screen{t: t}
	s.open(pane.NewInto(newKeys(), pane.Insertion{Files: func(context.Context) ([]pane.IntoFile, error) { return nil, errors.New("no \x07") }}))
	s.has(`no \x07`, "Esc goes back")
}

func TestPromptWritesTheFileAndAsksBeforeItOverwrites(t *testing.T) {
	home := t.TempDir()
	s := &screen{t: t}
	write := func(text string) {
		s.open(pane.NewPrompt(newKeys(), pane.File{Text: text, Home: home}))
		s.keys("ctrl+u")
		s.stack.Top().(pane.Typist).Insert("~/a.nix")
		s.has("that is ", "/a.nix")
		s.keys("enter")
	}
	write("one\n")
	if s.stack.Top() != nil || s.last.Notice != "written to "+home+"/a.nix" {
		t.Errorf("open, or notice %q", s.last.Notice)
	}
	write("two\n")
	s.has("file exists")
	s.keys("enter")
	text, err := os.ReadFile(filepath.Join(home, "a.nix"))
	if err != nil || string(text) != "two\n" {
		t.Errorf("%q, %v", text, err)
	}
}

func TestProgramsChoosesWhatMatches(t *testing.T) {
	s := &screen{t: t}
	d := pane.NewPrograms(newKeys(), []string{"vscode", "firefox", "zed"}, "")
	s.open(d)
	d.Take([]string{"vscode", "firefox", "zed"}, []int{1, 5, 0}, nil)
	for _, key := range "zed" {
		s.keys(string(key))
	}
	if s.keys("enter"); s.last.Kind != pane.ActionFilter || s.last.Program != "zed" {
		t.Errorf("%v %q", s.last.Kind, s.last.Program)
	}
}

func TestATextThatFitsHasNothingMore(t *testing.T) {
	for _, tt := range []struct{ lines, hints int }{{3, 1}, {22, 1}, {23, 2}, {90, 2}} {
		s := &screen{t: t}
		d := pane.NewText(newKeys(), "why", slices.Repeat([]string{"because"}, tt.lines))
		s.open(d)
		s.text()
		if got := d.Hints(); len(got) != tt.hints {
			t.Errorf("%d lines: %d hints, want %d", tt.lines, len(got), tt.hints)
		}
	}
}

func TestClicksBesideADialogCloseIt(t *testing.T) {
	s := &screen{t: t}
	s.open(pane.NewText(newKeys(), "why", []string{"because"}))
	s.text()
	if a := s.stack.Click(0, 0); a.Kind != pane.ActionClose {
		t.Errorf("action %v", a.Kind)
	}
}

func TestEnumsHaveNames(t *testing.T) {
	for c := pane.ContextBrowse; c <= pane.ContextHelp; c++ {
		if c.String() == "unknown" {
			t.Errorf("context %d has no name", c)
		}
	}
	for k := pane.ActionNone; k <= pane.ActionStop; k++ {
		if k.String() == "" {
			t.Errorf("action %d has no name", k)
		}
	}
}

func TestPromptBeginsWithANameThatTypingReplaces(t *testing.T) {
	s := &screen{t: t}
	t.Chdir(t.TempDir())
	s.open(pane.NewPrompt(newKeys(), pane.File{Text: "x\n", Name: "persistence.nix"}))
	s.has("persistence.nix")
	s.keys("a", "enter")
	if _, err := os.Stat("a"); err != nil || s.last.Notice != "written to a" {
		t.Errorf("%v, notice %q", err, s.last.Notice)
	}
}

func TestPromptShowsThePathThatANameStandsFor(t *testing.T) {
	t.Chdir("/usr")
	for _, tt := range []struct{ name, home, want string }{
		{"a.nix", "/home/me", "that is /usr/a.nix"},
		{"~/a.nix", "/home/me", "that is /home/me/a.nix"},
		{"~/a.nix", "/root", "that is /root/a.nix"},
		{"~other/a.nix", "/home/me", "that is /usr/~other/a.nix"},
		{"../etc/", "/home/me", "that is /etc/"},
		{"/etc/a.nix", "/home/me", "that is /etc/a.nix"},
		{"", "/home/me", "that is /usr/"},
	} {
		s := &screen{t: t}
		s.open(pane.NewPrompt(newKeys(), pane.File{Home: tt.home}))
		s.stack.Top().(pane.Typist).Insert(tt.name)
		s.has(tt.want)
	}
}

func TestPromptCompletesNames(t *testing.T) {
	home := t.TempDir()
	for _, name := range []string{"nix-config/hosts/forge.nix", "nix-config/hosts/frame.nix", "nix-config/hosts/.hidden", "nix-config/hosts/\x1b", "other/é1", "other/è2"} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(filepath.Join(home, name)), 0o755), os.WriteFile(filepath.Join(home, name), nil, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct{ typed, tabs, want string }{
		{"~/n", "1", "~/nix-config/"},
		{"~/n", "3", "~/nix-config/hosts/f"},
		{"~/nix-config/hosts/fo", "1", "~/nix-config/hosts/forge.nix"},
		{"~/nix-config/hosts/f", "1", "forge.nix  frame.nix"},
		{"~/nothing/x", "1", "~/nothing/x"},
		{"~/zzz", "1", "~/zzz"},
		{"~/other/", "1", "è2  é1"},
		{home + "/oth", "1", "/other/"},
	} {
		s := &screen{t: t}
		s.open(pane.NewPrompt(newKeys(), pane.File{Home: home}))
		s.stack.Top().(pane.Typist).Insert(tt.typed)
		for range tt.tabs[0] - '0' {
			s.keys("tab")
		}
		s.has(tt.want)
		if strings.Contains(s.text(), "hidden") || strings.Contains(s.text(), `\e`) {
			t.Errorf("%s: a hidden or hostile name is completed\n%s", tt.typed, s.text())
		}
	}
}
