package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/setting"
)

// checkPlaces fails the test unless err consists of *Errors with a position in the text: on an
// existing line, at one of its characters or directly after the last.
func checkPlaces(t *testing.T, text []byte, err error) {
	t.Helper()
	list := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		list = joined.Unwrap()
	}
	for _, err := range list {
		var e *Error
		if !errors.As(err, &e) {
			t.Fatalf("%q: %T is not an *Error: %v", text, err, err)
		}
		lines := bytes.Split(text, []byte("\n"))
		if e.Line < 1 || e.Line > len(lines) || e.Column < 1 || e.Column > utf8.RuneCount(lines[e.Line-1])+1 {
			t.Fatalf("%q: %d:%d of %v is not in the text", text, e.Line, e.Column, err)
		}
	}
	for _, r := range err.Error() {
		if r < ' ' && r != '\n' || r == utf8.RuneError && !bytes.ContainsRune(text, utf8.RuneError) {
			t.Fatalf("%q: message %q is not safe for a terminal", text, err)
		}
	}
}

// FuzzLoadIsStrict loads arbitrary bytes. Load must not panic, must return either a complete
// configuration or errors with positions in the file, and must reject everything that encoding/json
// rejects.
func FuzzLoadIsStrict(f *testing.F) {
	// Seeds are short, because the fuzzer spends its time minimising long ones.
	for _, seed := range []string{
		"", "{}", "\ufeff{}", "null", "[[[", "{\"excludes\":[1,\n\"é\"]}", `{"homeDir":"/a/../b/","roots":["~/x"]}`,
		`{"users":{"a.b":"/x","":"/"},"snippet":{"dialect":"plain","homeAttr":"\ud800"},"ui":{"mouse":null,"theme":"dark"}}`,
		`{"exclude":{"a":[{"b":0}]},"excludes":[],"excludes":[]}`, `{"extraIncludes":["x\u0000"]}`, `{"ui":{"view":tru`, "{}\xff",
	} {
		f.Add([]byte(seed))
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte) {
		file := filepath.Join(dir, "config.json")
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := Load(ordinary(), file)
		if (c == nil) == (err == nil) {
			t.Fatalf("%q: Load = %v, %v", text, c, err)
		}
		if err != nil {
			checkPlaces(t, text, err)
			return
		}
		var whole map[string]any
		if err := json.Unmarshal(text, &whole); err != nil || !utf8.Valid(text) {
			t.Fatalf("%q is accepted, but encoding/json reports %v", text, err)
		}
		if patterns, ok := whole["excludes"].([]any); ok && len(patterns) != len(c.Excludes) {
			t.Fatalf("%q: got %d patterns", text, len(c.Excludes))
		}
		checkConfig(t, text, c)
	})
}

// checkConfig checks the guarantees of every configuration.
func checkConfig(t *testing.T, text []byte, c *Config) {
	t.Helper()
	paths := []string{c.Home}
	if storage := c.Snippet.StoragePath.Text; storage != "" {
		paths = append(paths, storage)
	}
	for _, list := range []List{c.ExtraIncludes, c.PersistedFiles, c.PersistedDirs, c.Roots, c.StoragePaths} {
		paths = append(paths, list.Texts()...)
	}
	for _, home := range c.Users {
		paths = append(paths, home)
	}
	for _, p := range paths {
		if !path.IsAbs(p) || path.Clean(p) != p || strings.IndexByte(p, 0) >= 0 {
			t.Fatalf("%q: the path %q is not absolute and clean", text, p)
		}
	}
	if int(c.Snippet.Dialect) >= len(setting.DialectNames) || int(c.UI.Theme) >= len(setting.ThemeNames) || int(c.UI.View) >= len(setting.ViewNames) {
		t.Fatalf("%q: a choice is unknown: %+v %+v", text, c.Snippet, c.UI)
	}
	for _, w := range c.Warnings {
		if w.Text == "" || w.Origin.Line < 1 {
			t.Fatalf("%q: empty warning %+v", text, w)
		}
	}
}

// FuzzLoadReadsWhatWasWritten writes a configuration of arbitrary strings, loads it and compares.
func FuzzLoadReadsWhatWasWritten(f *testing.F) {
	f.Add("tmp", "var/lib", "firefox", true)
	f.Add("{a,b}\\", "x//../y/", "\u2028<&>", false)
	f.Add("", "\xff", "é\x00", true)
	f.Add("~", "~/x", "\x1b[2J\"", false)
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, pattern, name, program string, yes bool) {
		for _, s := range []string{pattern, name, program} {
			if !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
				return // not possible in JSON, or rejected by Load: tested elsewhere
			}
		}
		if home := path.Clean("/home/" + name); path.Clean("/"+name) == "/" || path.Clean(home+"/"+name) == "/" {
			return // "/" cannot be persisted
		}
		written := map[string]any{
			"excludes": []string{pattern, "a"}, "extraExcludes": []string{pattern},
			"persistedDirs": []string{"/" + name}, "persistedFiles": []string{"~/" + name}, "extraIncludes": []string{"x" + name},
			"programs": []string{program}, "homeDir": "/home/" + name, "users": map[string]string{"al": "/" + name},
			"roots": []string{"/" + name + "/"}, "ui": map[string]any{"ascii": yes, "mouse": !yes}, "other " + program: name,
		}
		text, err := json.MarshalIndent(written, "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, "config.json")
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := Load(ordinary(), file)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		home := path.Clean("/home/" + name)
		want := []any{
			[]string{pattern, "a", pattern},
			[]string{path.Clean("/" + name), path.Clean(home + "/" + name), path.Clean(home + "/x" + name), path.Clean("/" + name)},
			[]string{program},
			home,
			map[string]string{"al": path.Clean("/" + name)},
			yes, !yes,
		}
		kept := slices.Concat(c.PersistedDirs, c.PersistedFiles, c.ExtraIncludes, c.Roots)
		got := []any{c.Patterns().Texts(), kept.Texts(), c.Programs, c.Home, c.Users, c.UI.ASCII, c.UI.Mouse}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s\ndiffers (-want +got):\n%s", text, diff)
		}
		checkConfig(t, text, c)
	})
}
