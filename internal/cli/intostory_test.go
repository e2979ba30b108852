package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// intoStory makes a tree with a file, a Nix file and a configuration that names it.
func intoStory(t *testing.T) (root, nix, config string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil { // otherwise the snippet has a comment on it
		t.Fatal(err)
	}
	root, nix, config = filepath.Join(dir, "root"), filepath.Join(dir, "persist.nix"), filepath.Join(dir, "config.json")
	for name, text := range map[string]string{
		filepath.Join(root, "alpha"): "x",
		nix:                          "{\n  host.persistence.files = [\n    \"/a\"\n  ];\n}\n",
		config:                       `{ "snippet": { "file": "` + nix + `" } }`,
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root, nix, config
}

// contains checks whether a file contains a text.
func contains(t *testing.T, name, text string, want bool) {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil || strings.Contains(string(content), text) != want {
		t.Errorf("%s contains %q, %v; want %q in it: %v", name, content, err, text, want)
	}
}

func TestStoryIntoAsksBeforeItWrites(t *testing.T) {
	t.Parallel()
	root, nix, config := intoStory(t)
	for _, tt := range []struct {
		answer, want string
		status       int
		written      bool
	}{{"n\r", "nothing was written", 1, false}, {"\r", "nothing was written", 1, false}, {"y\r", "wrote 1 path into", 0, true}} {
		s := start(t, 120, 24, "exec list-ephemeral --config "+config+" snippet --into auto "+root+"/alpha")
		s.waitFor("@@ -1,5 +1,6 @@", `+    "`+root+`/alpha"`, "Write 1 path into", "[y/N]")
		contains(t, nix, "alpha", false)
		s.send(tt.answer)
		s.waitFor(tt.want)
		if status := s.status(); status != tt.status {
			t.Errorf("answer %q: status %d, want %d", tt.answer, status, tt.status)
		}
		contains(t, nix, "alpha", tt.written)
	}
}

func TestStoryIntoOnTheScreen(t *testing.T) {
	t.Parallel()
	root, nix, config := intoStory(t)
	s := start(t, 120, 30, "exec list-ephemeral --config "+config+" --root "+root)
	s.waitFor("alpha", "will be lost")
	s.send("\r")
	s.waitFor("snippet for 1 path")
	s.send("i")
	s.waitFor("persist.nix?", "@@ -1,5 +1,6 @@", "parsed by nix-instantiate", "Enter writes the file")
	contains(t, nix, "alpha", false)
	s.send("\r")
	s.waitFor("wrote ", "rebuild: ")
	contains(t, nix, "    \"/a\"\n    \""+root+"/alpha\"\n  ];", true)
	s.send("\r")
	s.waitFor("snippet for 1 path")
	s.send("q")
	if status := s.status(); status != 0 {
		t.Errorf("status %d", status)
	}
}
