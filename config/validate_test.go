package config

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// mistake is a file and the expected error.
type mistake struct{ name, text, want string }

var notJSON = []mistake{
	{"an empty file", "", `1:1: the file is empty, expected a JSON object`},
	{"a file with only white space", " \n\t\n", `1:1: the file is empty, expected a JSON object`},
	{"a byte order mark", "\ufeff{}", `1:1: the file begins with a byte order mark, which JSON does not allow`},
	{"only a byte order mark", "\ufeff", `1:1: the file begins with a byte order mark, which JSON does not allow`},
	{"UTF-16", "\xff\xfe{\x00}\x00", `1:1: the byte 0xff is not UTF-8`},
	{"Latin 1", "{\n \"homeDir\": \"/é/caf\xe9\"}", `2:20: the byte 0xe9 is not UTF-8`},
	{"cut off in an object", "{\"excludes\": [\"a\"]\n\n", `1:19: invalid JSON: unexpected end of file`},
	{"cut off in a string", `{"homeDir": "/home`, `1:19: invalid JSON: unexpected end of file`},
	{"cut off in a word", `{"ui": {"ascii": tru`, `1:21: invalid JSON: unexpected end of file`},
	{"text after the end", "{}\n{}", `2:1: invalid JSON: unexpected '{' after top-level value`},
	{"a trailing comma in a list", "{\"roots\": [\n  \"/\",\n]}", `3:1: invalid JSON: unexpected comma before ']'`},
	{"a trailing comma in an object", `{"roots": [], }`, `1:15: invalid JSON: unexpected comma before '}'`},
	{"no comma", "{\n\"roots\": []\n\"ui\": {}}", `3:1: invalid JSON: unexpected '"' after object key:value pair`},
	{"two commas", `{"roots": ["/",, "/x"]}`, `1:16: invalid JSON: unexpected ',' looking for beginning of value`},
	{"a comment", "{\n  // mine\n}", `2:3: invalid JSON: comments are not allowed`},
	{"a shell comment", "# mine\n{}", `1:1: invalid JSON: comments are not allowed`},
	{"single quotes", `{'roots': []}`, `1:2: invalid JSON: unexpected '\'' looking for beginning of object key string`},
	{"an unknown escape", `{"roots": ["\/\'"]}`, `1:16: invalid JSON: unexpected '\'' in string escape code`},
	{"an escape with a hash", `{"roots": ["\#"]}`, `1:14: invalid JSON: unexpected '#' in string escape code`},
	{"a raw newline in a string", "{\"roots\": [\"/a\nb\"]}", `1:15: invalid JSON: unexpected '\n' in string literal`},
	{"a raw escape character", "{\"roots\": [\"é\x1b\"]}", `1:14: invalid JSON: unexpected '\x1b' in string literal`},
	{"a non-ASCII letter", "{é}", `1:2: invalid JSON: unexpected 'é' looking for beginning of object key string`},
	{"a word", "{\"ui\": yes}", `1:8: invalid JSON: unexpected 'y' looking for beginning of value`},
	{"an invalid number", `{"ui": - 1}`, `1:9: invalid JSON: unexpected ' ' in numeric literal`},
	{"half of a surrogate pair", `{"roots": ["/a", "/\ud83d"]}`, `1:18: half of a surrogate pair (\ud800 to \udfff) is not a character`},
	{"deep nesting", strings.Repeat("[", 100) + strings.Repeat("]", 100), `1:65: nested more than 64 deep`},
	{"very deep nesting", strings.Repeat("[", 20000), `1:10001: invalid JSON: nested more than 64 deep`},
}

var wrongTypes = []mistake{
	{"a list for an object", `["excludes"]`, `1:1: expected an object, got a list`},
	{"null for the whole file", ` null`, `1:2: expected an object, got null`},
	{"null for a list", `{"excludes": null}`, `1:14: excludes: expected a list of strings, got null`},
	{"a string for a list", `{"extraExcludes": "a"}`, `1:19: extraExcludes: expected a list of strings, got a string`},
	{"an object for a list", `{"programs": {}}`, `1:14: programs: expected a list of strings, got an object`},
	{"a number in a list", "{\"excludes\": [\n  \"a\", \"b\",\n        7\n]}", `3:9: excludes[2]: expected a string, got a number`},
	{"a huge number", `{"roots": [1e999999]}`, `1:12: roots[0]: expected a string, got a number`},
	{"null in a list", `{"programs": ["é日本", null]}`, `1:22: programs[1]: expected a string, got null`},
	{"a list in a list", `{"persistedDirs": [["/a"]]}`, `1:20: persistedDirs[0]: expected a string, got a list`},
	{"a boolean for a string", `{"homeDir": false}`, `1:13: homeDir: expected a string, got a boolean`},
	{"null for a string", `{"homeDir": null}`, `1:13: homeDir: expected a string, got null`},
	{"a string for a boolean", `{"ui": {"mouse": "no"}}`, `1:18: ui.mouse: expected true or false, got a string`},
	{"a number for an object", `{"ui": 3}`, `1:8: ui: expected an object, got a number`},
	{"null for an object", `{"snippet": null}`, `1:13: snippet: expected an object, got null`},
	{"old roots that are no list", `{"oldRoots": {"dir": "x"}}`, `1:14: oldRoots: expected a list of objects, got an object`},
	{"old roots that are strings", `{"oldRoots": ["x"]}`, `1:15: oldRoots[0]: expected an object, got a string`},
	{"old roots without a directory", `{"oldRoots": [{"dir": "x"}, {"root": "/"}]}`, `1:29: oldRoots[1]: expected the key dir`},
	{"old roots at the top level", `{"oldRoots": [{"dir": "/"}]}`, `1:23: oldRoots[0].dir: expected a path below the top level of the file system, got "/"`},
	{"old roots outside", `{"oldRoots": [{"dir": "a/../../x"}]}`, `1:23: oldRoots[0].dir: expected a path below the top level of the file system, got "a/../../x"`},
	{"old roots with names without a time", `{"oldRoots": [{"dir": "x", "names": "%H"}]}`, `1:37: oldRoots[0].names: expected %Y, %m and %d, or %s`},
	{"old roots of a relative path", `{"oldRoots": [{"dir": "x", "root": "home"}]}`, `1:36: oldRoots[0].root: expected an absolute path, got "home"`},
	{"a list of users", `{"users": ["alice"]}`, `1:11: users: expected an object of home directories by user name, got a list`},
	{"a number for a home", `{"users": {"a.b": 1}}`, `1:19: users["a.b"]: expected a string, got a number`},
}

var wrongValues = []mistake{
	{"a relative file", `{"persistedFiles": ["/a", "etc/x"]}`, `1:27: persistedFiles[1]: expected an absolute path or one that begins with ~/, got "etc/x"`},
	{"a relative directory", `{"persistedDirs": ["./x"]}`, `1:20: persistedDirs[0]: expected an absolute path or one that begins with ~/, got "./x"`},
	{"a home of another user", `{"persistedDirs": ["~bob/x"]}`, `1:20: persistedDirs[0]: expected an absolute path or one that begins with ~/, got "~bob/x"`},
	{"an empty path", `{"roots": [""]}`, `1:12: roots[0]: expected an absolute path or one that begins with ~/, got ""`},
	{"/ as a persisted directory", "{\n  \"persistedDirs\": [\"/a\", \"/\"]}", `2:27: persistedDirs[1]: expected a path below /, got "/"`},
	{"/ as a persisted file", `{"persistedFiles": ["/x/.."]}`, `1:21: persistedFiles[0]: expected a path below /, got "/x/.."`},
	{"~ with the home /", `{"homeDir": "/", "persistedDirs": ["~"]}`, `1:36: persistedDirs[0]: expected a path below /, got "~"`},
	{"/ as storage", `{"storagePaths": ["//"]}`, `1:19: storagePaths[0]: expected a path below /, got "//"`},
	{"/ as the storage path of snippets", `{"snippet": {"storagePath": "/"}}`, `1:29: snippet.storagePath: expected a path below /, got "/"`},
	{"a relative storage path", `{"storagePaths": ["persist"]}`, `1:19: storagePaths[0]: expected an absolute path or one that begins with ~/, got "persist"`},
	{"an empty include", `{"extraIncludes": [""]}`, `1:20: extraIncludes[0]: expected a path, got ""`},
	{"a relative home", `{"homeDir": "~/x"}`, `1:13: homeDir: expected an absolute path, got "~/x"`},
	{"an empty home", `{"homeDir": ""}`, `1:13: homeDir: expected an absolute path, got ""`},
	{"a relative home of a user", `{"users": {"bob": "home/bob"}}`, `1:19: users.bob: expected an absolute path, got "home/bob"`},
	{"an empty user name", `{"users": {"": "/home/bob"}}`, `1:12: users[""]: expected a user name, got ""`},
	{"a path as a user name", `{"snippet": {"user": "/home/bob"}}`, `1:22: snippet.user: expected a user name, got "/home/bob"`},
	{"a relative storage path of snippets", `{"snippet": {"storagePath": "~/p"}}`, `1:29: snippet.storagePath: expected an absolute path, got "~/p"`},
	{"an absolute source", `{"snippet": {"sources": ["a.nix", "/b.nix"]}}`, `1:35: snippet.sources[1]: expected a path below the flake, got "/b.nix"`},
	{"a source outside of the flake", `{"snippet": {"sources": ["a/../../b.nix"]}}`, `1:26: snippet.sources[0]: expected a path below the flake, got "a/../../b.nix"`},
	{"an empty source", `{"snippet": {"sources": [""]}}`, `1:26: snippet.sources[0]: expected a path below the flake, got ""`},
	{"an empty attribute path", `{"snippet": {"homeAttr": ""}}`, `1:26: snippet.homeAttr: expected an attribute path, got an empty string`},
	{"an unknown dialect", `{"snippet": {"dialect": "nix"}}`, `1:25: snippet.dialect: expected one of plain, impermanence, impermanence-hm, preservation, json, paths, got "nix"`},
	{"the dialect unknown", `{"snippet": {"dialect": "unknown"}}`, `1:25: snippet.dialect: expected one of plain, impermanence, impermanence-hm, preservation, json, paths, got "unknown"`},
	{"a number for a theme", `{"ui": {"theme": 1}}`, `1:18: ui.theme: expected a string, got a number`},
	{"an unknown theme", `{"ui": {"theme": "Dark"}}`, `1:18: ui.theme: expected one of auto, light, dark, got "Dark"`},
	{"an unknown view", `{"ui": {"view": ""}}`, `1:17: ui.view: expected one of places, programs, tree, files, dirs, got ""`},
	{"NUL in a path", `{"persistedFiles": ["/a\u0000b"]}`, `1:21: persistedFiles[0]: contains a NUL character`},
	{"NUL in a pattern", `{"excludes": ["\u0000"]}`, `1:15: excludes[0]: contains a NUL character`},
	{"a hostile value", `{"homeDir": "\u001b[2J\n\"\\\u202e"}`, `1:13: homeDir: expected an absolute path, got "\e[2J\n\"\\\u{202e}"`},
	{"a long value", `{"homeDir": "` + strings.Repeat("é", 1000) + `"}`, `1:13: homeDir: expected an absolute path, got "` + strings.Repeat("é", 80) + `…"`},
}

var givenTwice = []mistake{
	{"a duplicate key", "{\"excludes\": [],\n \"programs\": [],\n \"excludes\": [\"a\"]}", `3:2: excludes: duplicate key, first at 1:2`},
	{"a duplicate key in an object", `{"ui": {"ascii": true, "asc\u0069i": true}}`, `1:24: ui.ascii: duplicate key, first at 1:9`},
	{"a duplicate user", `{"users": {"bob": "/b", "bob": "/c"}}`, `1:25: users.bob: duplicate key, first at 1:12`},
	{"a duplicate unknown key", `{"x": 1, "x": 2}`, `1:10: x: duplicate key, first at 1:2`},
}

func TestLoadReportsPositionAndReason(t *testing.T) {
	const want = "config.json:" // begins every line
	for _, tt := range slices.Concat(notJSON, wrongTypes, wrongValues, givenTwice) {
		t.Run(tt.name, func(t *testing.T) {
			c, err := loadText(t, tt.text)
			if c != nil || err == nil {
				t.Fatalf("Load = %+v, %v, want an error", c, err)
			}
			if diff := cmp.Diff(want+tt.want, err.Error()); diff != "" {
				t.Errorf("message differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLoadReportsErrorsInFileOrder(t *testing.T) {
	_, err := loadText(t, `{
  "users": {"bob": 1, "": 2},
  "programs": [1, "a", true],
  "homeDir": "x"
}`)
	want := `config.json:2:20: users.bob: expected a string, got a number
config.json:2:23: users[""]: expected a user name, got ""
config.json:2:27: users[""]: expected a string, got a number
config.json:3:16: programs[0]: expected a string, got a number
config.json:3:24: programs[2]: expected a string, got a boolean
config.json:4:14: homeDir: expected an absolute path, got "x"`
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Errorf("messages differ (-want +got):\n%s", diff)
	}
	var first *Error
	if !errors.As(err, &first) {
		t.Fatalf("%T contains no *Error", err)
	}
	if diff := cmp.Diff(Origin{File: "config.json", Line: 2, Column: 20, Key: "users.bob"}, first.Origin); diff != "" {
		t.Errorf("origin differs (-want +got):\n%s", diff)
	}
}

func TestLoadReportsAtMostTenErrors(t *testing.T) {
	_, err := loadText(t, `{"excludes": [`+strings.Repeat("0,", 5000)+`0]}`)
	if got := strings.Count(err.Error(), "\n") + 1; got != 10 {
		t.Errorf("got %d lines, want 10", got)
	}
}

func TestUnknownKeysAreWarnings(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{"none", `{"excludes": [], "ui": {"ascii": true}, "snippet": {}, "users": {"x": "/y"}}`, nil},
		{"a missing letter", "{\n  \"exclude\": []}", []string{`2:3: unknown key "exclude" (did you mean "excludes"?)`}},
		{"different case", `{"PersistedDirs": 1}`, []string{`1:2: unknown key "PersistedDirs" (did you mean "persistedDirs"?)`}},
		{"two letters swapped", `{"porgrams": []}`, []string{`1:2: unknown key "porgrams" (did you mean "programs"?)`}},
		{"spelt out", `{"persistedDirectories": []}`, []string{`1:2: unknown key "persistedDirectories" (did you mean "persistedDirs"?)`}},
		{"a prefix", `{"home": "/x"}`, []string{`1:2: unknown key "home" (did you mean "homeDir"?)`}},
		{"without a suggestion", `{"$schema": "x", "é": {"excludes": null, "y": ["\u0000"]}}`, []string{`1:2: unknown key "$schema"`, `1:18: unknown key "é"`}},
		{"in an object", `{"ui": {"ASCII": 1, "zzz": 2}}`, []string{`1:9: unknown key "ui.ASCII" (did you mean "ui.ascii"?)`, `1:21: unknown key "ui.zzz"`}},
		{"in the wrong object", `{"theme": "dark", "snippet": {"roots": []}}`, []string{
			`1:2: unknown key "theme" (did you mean "ui.theme"?)`, `1:31: unknown key "snippet.roots" (did you mean "roots"?)`,
		}},
		{"hostile", `{"\u001b]0;x\u0007": 1, "": 2, "` + strings.Repeat("x", 5000) + `": 3}`, []string{
			`1:2: unknown key "\e]0;x\x07"`, `1:25: unknown key ""`, `1:32: unknown key "` + strings.Repeat("x", 80) + `…"`,
		}},
		{"suspicious patterns", `{"excludes": ["", "a"], "extraExcludes": [" ", "~/.cache", "~"]}`, []string{
			`1:15: excludes[0]: an empty pattern excludes everything`,
			`1:43: extraExcludes[0]: an empty pattern excludes everything`,
			`1:48: extraExcludes[1]: patterns are relative to /, and ~ is not expanded`,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got, want []string
			for _, w := range mustLoad(t, tt.text).Warnings {
				got = append(got, w.String())
			}
			for _, line := range tt.want {
				want = append(want, "config.json:"+line)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("warnings differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFieldNamesAreUnique(t *testing.T) {
	d := decoder{config: new(Config)}
	seen := make(map[string]bool)
	var visit func(fields []field)
	visit = func(fields []field) {
		for _, f := range fields {
			// elsewhere requires unique names, because it finds the object by the name.
			if seen[f.name] {
				t.Errorf("two fields are named %s", f.name)
			}
			seen[f.name] = true
			if (f.read == nil) == (f.fields == nil) {
				t.Errorf("%s must have either read or fields", f.name)
			}
			visit(f.fields)
		}
	}
	visit(d.schema())
}

func TestOldRootsAreRead(t *testing.T) {
	c := mustLoad(t, `{"oldRoots": [{"dir": "/archive//roots/", "names": "%F_%T", "root": "/home/"}, {"dir": "old", "name": "%F"}]}`)
	if len(c.OldRoots) != 2 || c.OldRoots[0].Dir.Text != "archive/roots" || c.OldRoots[0].Names.String() != "%F_%T" || c.OldRoots[0].Root != "/home" {
		t.Errorf("%+v", c.OldRoots)
	}
	if o := c.OldRoots[1]; o.Dir.Text != "old" || !o.Names.IsZero() || o.Root != "" {
		t.Errorf("%+v", o)
	}
	if len(c.Warnings) != 1 || !strings.Contains(c.Warnings[0].Text, "oldRoots[1].name") {
		t.Errorf("warnings: %v", c.Warnings)
	}
}
