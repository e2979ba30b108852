package screen_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/screen"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/tui"
)

// machine returns a machine whose configuration names a Nix file.
func machine(t *testing.T, nix string) (m screen.Machine, file string) {
	t.Helper()
	dir := t.TempDir()
	file = filepath.Join(dir, "persist.nix")
	config := filepath.Join(dir, "config.json")
	for name, text := range map[string]string{
		file:   nix,
		config: `{ "homeDir": "` + dir + `/home", "storagePaths": ["/persist"], "snippet": { "file": "` + file + `" } }`,
	} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s, err := session.New(session.Options{Config: config})
	if err == nil {
		err = s.SetStyle(session.Style{Dialect: "impermanence"})
	}
	if err != nil {
		t.Fatal(err)
	}
	return screen.New(s), file
}

// text returns the lines of a plan of some kinds.
func text(plan tui.IntoPlan, kinds ...tui.LineKind) string {
	var b strings.Builder
	for _, line := range plan.Lines {
		for _, kind := range kinds {
			if line.Kind == kind {
				b.WriteString(line.Text + "\n")
			}
		}
	}
	return b.String()
}

func TestIntoPlansAndWrites(t *testing.T) {
	t.Parallel()
	m, file := machine(t, "{\n  environment.persistence.\"/persist\".directories = [\n    \"/a\"\n  ];\n}\n")
	files, err := m.IntoFiles(t.Context(), int(setting.DialectImpermanence))
	if err != nil || len(files) != 1 || files[0].Path != file || !strings.Contains(strings.Join(files[0].Places, ""), "line 2") {
		t.Fatalf("files %+v, %v", files, err)
	}
	selected := []index.Selected{{Path: "/no/such/\x1bdir", Kind: scan.KindDir}, {Path: "/nix/x", Kind: scan.KindFile}}
	plan, err := m.PlanInto(t.Context(), file, nil, selected, int(setting.DialectImpermanence))
	if err != nil || plan.Write == nil {
		t.Fatalf("plan %+v, %v", plan, err)
	}
	if got := text(plan, tui.LineAdded); !strings.Contains(got, "\n+    \"/no/such/") || strings.Contains(got, "\x1b") {
		t.Errorf("added %q", got)
	}
	if got := text(plan, tui.LineProblem); !strings.Contains(got, "it is in /nix") {
		t.Errorf("problems %q", got)
	}
	if got := strings.Join(plan.Write(t.Context()), "\n"); !strings.HasPrefix(got, "wrote "+file) || !strings.Contains(got, "nixos-rebuild") {
		t.Errorf("result %q", got)
	}
	written, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(written), "\"/a\"\n    # systemd") {
		t.Errorf("wrote %q, %v", written, err)
	}
	if got := strings.Join(plan.Write(t.Context()), "\n"); !strings.Contains(got, "it has changed since it was read") {
		t.Errorf("a second write: %q", got)
	}
	plan, err = m.PlanInto(t.Context(), file, nil, selected[:1], int(setting.DialectImpermanence))
	if err != nil || plan.Write != nil || !strings.Contains(text(plan, tui.LineNote), "nothing to insert") {
		t.Errorf("plan %+v, %v", plan, err)
	}
}

func TestIntoSaysWhyItIsNotPossible(t *testing.T) {
	t.Parallel()
	m, file := machine(t, "{ a = [ }")
	if _, err := m.IntoFiles(t.Context(), int(setting.DialectJSON)); err == nil || !strings.Contains(err.Error(), "dialect json") {
		t.Errorf("got %v", err)
	}
	if _, err := m.PlanInto(t.Context(), file, nil, nil, int(setting.DialectImpermanence)); err == nil || !strings.Contains(err.Error(), "line 1, column 9") {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.PlanInto(ctx, file, nil, nil, int(setting.DialectImpermanence)); err == nil {
		t.Error("a cancelled plan has no error")
	}
}

// TestIntoRunsBesideSnippets is for the race detector: a plan may still run when the dialect changes.
func TestIntoRunsBesideSnippets(t *testing.T) {
	t.Parallel()
	m, file := machine(t, "{ }\n")
	selected := []index.Selected{{Path: "/etc/passwd", Kind: scan.KindFile}}
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			_, _ = m.PlanInto(t.Context(), file, nil, selected, int(setting.DialectImpermanence))
			m.Snippet(selected, i%2)
			m.Explain(t.Context(), "/etc/passwd")
		})
	}
	all.Wait()
}
