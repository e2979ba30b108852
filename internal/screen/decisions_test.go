package screen_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/screen"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/triage"
	"github.com/DaRacci/list-ephemeral/tui"
)

var _ tui.Machine = screen.Machine{}

// machineWithState returns a machine without storage whose decisions are in a directory.
func machineWithState(t *testing.T, state string, roots ...string) screen.Machine {
	t.Helper()
	t.Setenv("XDG_STATE_HOME", state)
	t.Setenv("SUDO_USER", "")
	config := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(config, []byte(`{ "homeDir": "/home/al", "storagePaths": ["/nowhere/persist"] }`), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := session.New(session.Options{Config: config, Roots: roots})
	if err == nil {
		err = s.SetStyle(session.Style{})
	}
	if err != nil {
		t.Fatal(err)
	}
	return screen.New(s)
}

// TestRunsShareDecisions decides in two runs at once, with books as the screen does.
func TestRunsShareDecisions(t *testing.T) {
	state, now := t.TempDir(), time.Date(2026, 11, 30, 10, 0, 0, 0, time.UTC)
	one, two := machineWithState(t, state), machineWithState(t, state)
	var books [2]triage.Book
	for i, m := range []screen.Machine{one, two} {
		loaded, err := m.LoadDecisions(t.Context())
		if err != nil || loaded.Set.Len() > 0 || len(loaded.Notes) > 0 {
			t.Fatalf("loaded %+v, %v", loaded, err)
		}
		books[i] = *triage.NewBook(loaded.Set, now, nil)
	}
	change := books[0].Decide([]triage.Sized{{Path: "/home/al/a", Bytes: 1}}, triage.Ignore, now)
	if got := one.ChangeText(change); got != "ignored ~/a" {
		t.Errorf("words %q", got)
	}
	books[1].Decide([]triage.Sized{{Path: "/home/al/b", Bytes: 1}}, triage.Keep, now)
	for i, m := range []screen.Machine{one, two} {
		pending := books[i].Pending()
		saved, err := m.SaveDecisions(t.Context(), pending)
		if err != nil {
			t.Fatal(err)
		}
		books[i].Saved(len(pending), saved.Set, now, nil)
	}
	if a := books[1].Active(); a.On("/home/al/a") != triage.Ignore || a.On("/home/al/b") != triage.Keep {
		t.Errorf("the second run has %v and %v", a.On("/home/al/a"), a.On("/home/al/b"))
	}
	if got := two.IgnoredSnippet(books[1].Active()); got.Text != "programs.list-ephemeral.extraExcludes = [ \"/home/al/a\" ];\n" || got.LeftOut != 0 {
		t.Errorf("snippet %+v", got)
	}
	loaded, err := one.LoadDecisions(t.Context())
	if err != nil || loaded.Set.Len() != 2 || loaded.Wiped != "" {
		t.Errorf("loaded %+v, %v", loaded, err)
	}
}

func TestDecisionsThatARebootWipesAreNamed(t *testing.T) {
	state := t.TempDir()
	m := machineWithState(t, state, state)
	loaded, err := m.LoadDecisions(t.Context())
	if err != nil || !strings.Contains(loaded.Wiped, "list-ephemeral snippet "+state+"/list-ephemeral") {
		t.Errorf("loaded %+v, %v", loaded, err)
	}
}

func TestForeignDecisionsAreRefusedWithARemedy(t *testing.T) {
	state := t.TempDir()
	m := machineWithState(t, state)
	if err := os.Mkdir(state+"/list-ephemeral", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(state+"/list-ephemeral/decisions", []byte("x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := m.LoadDecisions(t.Context())
	if err == nil || !strings.HasSuffix(err.Error(), "it is not a file of decisions; move the file away; a new one is made when you decide") {
		t.Errorf("load: %v", err)
	}
	if _, err := m.SaveDecisions(t.Context(), []triage.Decision{{Path: "/a", Verdict: triage.Keep}}); err == nil {
		t.Error("saved over a foreign file")
	}
}

// TestDecisionsAreSavedWhileASnippetIsMade is for the race detector.
func TestDecisionsAreSavedWhileASnippetIsMade(t *testing.T) {
	m := machineWithState(t, t.TempDir())
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() { m.Snippet([]index.Selected{{Path: "/etc/x", Kind: scan.KindFile}}, 0) })
		group.Go(func() {
			if _, err := m.LoadDecisions(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}
