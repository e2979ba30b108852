package screen_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/screen"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/tui/places"
)

// writeAll writes files and, where the text begins with "-> ", symlinks.
func writeAll(t *testing.T, top string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(top, name)
		err := os.MkdirAll(filepath.Dir(path), 0o755)
		if target, link := strings.CutPrefix(text, "-> "); link && err == nil {
			err = os.Symlink(target, path)
		} else if err == nil {
			err = os.WriteFile(path, []byte(text), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestPlacesSayWhatTheNextBootChanges reads two generations with binds in fstab. Nothing is mounted.
func TestPlacesSayWhatTheNextBootChanges(t *testing.T) {
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	live, system := filepath.Join(top, "live"), filepath.Join(top, "system")
	bind := func(name string) string { return "/keep/" + name + " " + live + "/" + name + " none bind 0 0\n" }
	const disks = "none / tmpfs mode=755 0 0\n/dev/k /keep ext4 defaults 0 0\n"
	writeAll(t, live, map[string]string{"gone/a": "", "part/of/b": "", "part/c": "", "stored/d": "", "missing/e": "", "other/f": ""})
	writeAll(t, system, map[string]string{
		"nix/store/now/etc/fstab": disks + bind("gone") + bind("part/of") + bind("empty"), "nix/store/next/etc/fstab": disks + bind("stored") + bind("missing"),
		"run/booted-system": "-> /nix/store/now", "run/current-system": "-> /nix/store/now", "nix/var/nix/profiles/system": "-> /nix/store/next",
		"keep/stored/d": "",
	})
	config := filepath.Join(top, "config.json")
	writeAll(t, top, map[string]string{"config.json": `{ "homeDir": "/home/al" }`})
	s, err := session.New(session.Options{Config: config, Roots: []string{live}, System: system})
	if err != nil {
		t.Fatal(err)
	}
	m := screen.New(s)
	for path, want := range map[string]struct {
		coming places.Coming
		at     string
	}{
		"gone": {places.ComingRemoved, ""}, "gone/a": {places.ComingRemoved, ""}, "stored": {places.ComingKept, ""},
		"missing/e": {places.ComingMissing, ""}, "other": {}, "part/c": {}, "part/of/b": {places.ComingRemoved, ""},
		"part": {places.ComingRemoved, live + "/part/of"},
	} {
		got, at := m.Place(filepath.Join(live, path)).Coming, m.RemovedIn(filepath.Join(live, path))
		if got != want.coming || at != want.at {
			t.Errorf("%s: got %v at %q, want %v at %q", path, got, at, want.coming, want.at)
		}
	}
	summary, err := m.Scan(t.Context(), new(index.Store), false)
	want := []string{
		live + "/gone: removed: /nix/store/now/etc/fstab:3; it is no longer mounted, so what is there now is not in /keep/gone",
		live + "/part/of: removed: /nix/store/now/etc/fstab:4; it is no longer mounted, so what is there now is not in /keep/part/of",
	}
	if diff := cmp.Diff(want, summary.NoLongerKept); diff != "" || err != nil {
		t.Errorf("no longer kept (-want +got), %v:\n%s", err, diff)
	}
}
