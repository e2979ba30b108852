package snippet

import (
	"io/fs"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/setting"
)

func FuzzAppendStringReadsBack(f *testing.F) {
	for _, l := range literals {
		f.Add(l.name)
	}
	for _, p := range pieces {
		f.Add(p + "$" + p + "{")
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) || strings.Contains(s, "\x00") {
			return // left out before quoting
		}
		checkLiteral(t, s)
		var w writer
		if w.string(s); w.String() != string(appendString(nil, s)) {
			t.Fatalf("%q is written as %s", s, w.String())
		}
	})
}

func FuzzParseAttrPath(f *testing.F) {
	for _, s := range []string{"a.b", `a."/persist".c`, `"a\"\\\${b}"`, `a."${b}"`, "a..b", "a.with", `"é"`, `"0".A`, `"a`, `"a"b`} {
		f.Add(s)
	}
	f.Fuzz(checkAttrPath)
}

// FuzzRenderWritesWhatIsSelected reads paths from a text; a path that begins with a plus sign is a
// directory.
func FuzzRenderWritesWhatIsSelected(f *testing.F) {
	f.Add("+/a\x00/a/b\x00/a-b\x00+/home/alice/.ssh\x00/home/alice/x", home)
	f.Add("+/\x00+/home/alice\x00relative\x00/a/../b//c/.", home)
	f.Add("/caf\xe9\x00+/\x1b[2J\x00/new\nline\x00/${x}\"\\", "")
	f.Add("+/a\xff\x00/a\xff/b\x00+/\u202e\x00/\u0301", "/a\xff")
	f.Fuzz(func(t *testing.T, selection, home string) {
		var items []Item
		for p := range strings.SplitSeq(selection, "\x00") {
			p, isDir := strings.CutPrefix(p, "+")
			items = append(items, Item{Path: p, Dir: isDir})
		}
		s := Render(items, Options{Home: home})
		checkSafe(t, s.Text)
		checkStable(t, s.Text)
		tokens, err := tokenize(s.Text)
		if err != nil {
			t.Fatal(err)
		}
		home = cleanHome(home)
		if utf8.ValidString(home) { // the oracle supports only whole paths
			if diff := cmp.Diff(uncoveredNames(items, Options{Home: home}), writtenIn(t, tokens, home)); diff != "" {
				t.Fatalf("(-want +got)\n%s\n%s", diff, s.Text)
			}
		}
		if (s.Text == "") != (s.Directories+s.Files+len(s.LeftOut) == 0) {
			t.Fatalf("got %d directories, %d files, %d left out in %q", s.Directories, s.Files, len(s.LeftOut), s.Text)
		}
	})
}

// FuzzDialects checks the guarantees for the text of every Nix dialect.
func FuzzDialects(f *testing.F) {
	f.Add(uint8(1), "/etc/x", "/home/alice", "alice", "root", uint32(0o700))
	f.Add(uint8(2), "/home/alice/a'%h", "/home/alice", "1st user", "1000", uint32(0o1777))
	f.Add(uint8(3), "/var/lib/private/${x}", "/home/a\"b", `"`, "\xff", uint32(0))
	f.Add(uint8(3), "/etc/ssh/ssh_host_\n_key", "", "", "\u202e", uint32(0o644))
	f.Fuzz(func(t *testing.T, dialect uint8, path, home, user, owner string, mode uint32) {
		if !utf8.ValidString(user) || strings.Contains(user+owner, "\x00") || len(user) > 32 {
			return // not a possible user
		}
		a := &Access{Mode: fs.FileMode(mode), User: owner, Group: user}
		items := []Item{{Path: path, Dir: true, Access: a, Parent: a}, {Path: path + "-", Access: a, Parent: a, Replaced: true}, {Path: path + "=", Kept: owner}}
		s := Render(items, Options{Dialect: setting.Dialect(dialect % 4), Home: home, Users: []User{{user, home, owner}}})
		checkSafe(t, s.Text)
		checkStable(t, s.Text)
	})
}

// writtenIn returns the paths listed in a snippet of strings.
func writtenIn(t *testing.T, tokens []token, home string) map[string]bool {
	t.Helper()
	written := map[string]bool{}
	base, isDir := "", false
	for _, k := range tokens {
		switch {
		case k == defaultHomeAttr:
			base = home + "/"
		case k == defaultHostAttr:
			base = ""
		case k == "directories", k == "files":
			isDir = k == "directories"
		case strings.HasPrefix(string(k), `"`):
			name, _, err := readString(string(k))
			if err != nil {
				t.Fatal(err)
			}
			written[base+name] = isDir
		}
	}
	return written
}
