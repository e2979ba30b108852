package unitfile_test

import (
	"path"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/unitfile"
)

// FuzzParse writes what Parse returns as a unit file, which must read the same.
func FuzzParse(f *testing.F) {
	f.Add("[Mount]\nWhat=/keep\nOptions=bind, \\\n# c\n x\n")
	f.Add("\ufeff[A]\r\nk=v\x00\n\nl\n=\n[B\n")
	f.Add("k=v\\\\\\\n;\n\\\n[A]\\\n")
	f.Fuzz(func(t *testing.T, text string) {
		settings, problems := unitfile.Parse(text, "f")
		var again strings.Builder
		for _, s := range settings {
			again.WriteString("[" + s.Section + "]\n" + s.Key + "=" + s.Value + " \n")
			if s.Line < 1 || s.File != "f" || s.Key == "" || strings.ContainsAny(s.Value, "\n\r\x00") {
				t.Errorf("%+v", s)
			}
		}
		for i, p := range problems {
			if p.Kind.Fatal() && i != len(problems)-1 {
				t.Errorf("%v is not the last problem", p)
			}
		}
		back, wrong := unitfile.Parse(again.String(), "f")
		if len(wrong) != 0 || len(back) != len(settings) {
			t.Fatalf("%q: %v", again.String(), wrong)
		}
		for i := range back {
			back[i].Line = settings[i].Line
		}
		if diff := cmp.Diff(settings, back); diff != "" {
			t.Errorf("%q: (-first +again):\n%s", text, diff)
		}
	})
}

// FuzzEscapePath escapes any path and reads it back.
func FuzzEscapePath(f *testing.F) {
	for _, seed := range []string{"/", "/var/log", "/.a-b/c d", "//a/./b/", "/a/../b", "a", "/\xff\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, p string) {
		name, err := unitfile.EscapePath(p)
		if err != nil {
			return
		}
		if back, err := unitfile.UnescapePath(name); err != nil || back != path.Clean(p) {
			t.Errorf("%q is %q, and that is %q, %v", p, name, back, err)
		}
		if len(name) < 200 && !unitfile.ValidName(name+".mount") {
			t.Errorf("%q: %q is not a valid name", p, name)
		}
	})
}

// FuzzUnescapePath unescapes any name, and the path must be absolute and clean.
func FuzzUnescapePath(f *testing.F) {
	for _, seed := range []string{"-", "var-log", `a\x2db`, `\xff`, `a--b`, `\x00`, `..`, `\x2e\x2e-a`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if p, err := unitfile.UnescapePath(name); err == nil && (!strings.HasPrefix(p, "/") || p != path.Clean(p) || strings.Contains(p, "\x00")) {
			t.Errorf("%q is %q", name, p)
		}
	})
}

// FuzzWords quotes the words that were found, which must be the same words again.
func FuzzWords(f *testing.F) {
	for _, seed := range []string{`a "b c" 'd'\''e'`, `\x20\u00e9\q`, `"`, `\`, "a\n;\tb"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		for _, escapes := range []unitfile.Escapes{unitfile.Keep, unitfile.Drop, unitfile.Undo, unitfile.Relaxed} {
			words, err := unitfile.Words(value, escapes)
			if err != nil || escapes == unitfile.Keep {
				continue
			}
			var again []string
			for _, word := range words {
				again = append(again, `"`+strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(word)+`"`)
			}
			back, err := unitfile.Words(strings.Join(again, " "), escapes)
			if diff := cmp.Diff(words, back); diff != "" || err != nil {
				t.Errorf("%s: %q: %v (-first +again):\n%s", escapes, value, err, diff)
			}
		}
	})
}

// FuzzCommands reads any command line, with and without specifiers.
func FuzzCommands(f *testing.F) {
	for _, seed := range []string{"/bin/a 'b c' ; -@/bin/b c \\;", "%n %% $$ ;;", "@-", "\"\" \"\"", "; ;"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		commands, err := unitfile.Commands(value, unitfile.System("x@y.service").Expand)
		if len(commands) > len(value)+1 || err == nil && len(commands) == 0 && strings.Trim(value, " \t\r\n;") != "" {
			t.Errorf("%q: %q, %v", value, commands, err)
		}
	})
}

// FuzzTmpfiles reads any text, and each path must be absolute and clean.
func FuzzTmpfiles(f *testing.F) {
	for _, seed := range []string{
		"d /a 0755 root root 10d x\n", `'L' '/etc/k' '0644' 'root' 'root' '-' /keep/a\x20b`, "L+! /%S/%%l - - - - -", "d /a/../b", "d \"", "L - - - - - \\q", "\x00\r\nq /\xff",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		lines, problems := unitfile.ParseTmpfiles(text, "f", tmpfilesOptions)
		for _, line := range lines {
			if !strings.HasPrefix(line.Path, "/") || line.Path != path.Clean(line.Path) || line.Line < 1 || line.Type == 0 {
				t.Errorf("%q: %+v", text, line)
			}
		}
		kept, wrong := unitfile.Effective(lines)
		if len(kept)+len(wrong) > len(lines) || len(lines)+len(problems) > strings.Count(text, "\n")+strings.Count(text, "\r")+strings.Count(text, "\x00")+1 {
			t.Errorf("%q: %d lines, %d kept, %d problems", text, len(lines), len(kept), len(problems))
		}
		if again, _ := unitfile.Effective(kept); len(again) != len(kept) {
			t.Errorf("%q: %d lines, then %d", text, len(kept), len(again))
		}
	})
}
