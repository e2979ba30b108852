package unitfile_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/unitfile"
)

// tmpfilesOptions are those of a current system.
var tmpfilesOptions = unitfile.TmpfilesOptions{Specifiers: unitfile.System("")}

// showLine writes the parts of a line.
func showLine(l unitfile.TmpfilesLine) string {
	return fmt.Sprintf("%c%s %q %s:%s:%s %s %q", l.Type, l.Modifiers, l.Path, l.Mode, l.User, l.Group, l.Age, l.Argument)
}

func TestParseTmpfiles(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"all fields", "L /a 0755 u g 10d x\n", []string{`L "/a" 0755:u:g 10d "x"`}},
		{"fields at the end may be missing", "d /a\n", []string{`d "/a" ::  ""`}},
		{"dashes are nothing", "L /a - - - - -", []string{`L "/a" ::  ""`}},
		{"quotes in fields", `'L' '/etc/my k' '0644' 'root' 'root' '-' /keep/k`, []string{`L "/etc/my k" 0644:root:root  "/keep/k"`}},
		{"quotes in the argument stay", `L /a - - - - "/keep/app"`, []string{`L "/a" ::  "\"/keep/app\""`}},
		{"escapes in the argument are undone", `L /a - - - - /keep/a\x20b`, []string{`L "/a" ::  "/keep/a b"`}},
		{"an unknown escape in the argument", `L /a - - - - /keep/a\qb`, []string{"!unknown escape@1"}},
		{"the argument is not unescaped for other types", `h /a - - - - +\q`, []string{`h "/a" ::  "+\\q"`}},
		{"escapes in the path are undone", `d /w\x20y`, []string{`d "/w y" ::  ""`}},
		{"an unknown escape in the path", `d /w\qy`, []string{"!malformed line@1"}},
		{"blanks and number signs in the argument stay", "L+ /a - - - -  /x  y #z  ", []string{`L+ "/a" ::  "/x  y #z"`}},
		{"modifiers", "d!-=~^$? /a\nL+! /b - - - - c", []string{`d!-=~^$? "/a" ::  ""`, `L+! "/b" ::  "c"`}},
		{"an unknown modifier", "d& /a\nd /b", []string{`d "/b" ::  ""`, "!malformed line@1"}},
		{"an unknown type", "y /a", []string{"!malformed line@1"}},
		{"no path", "d", []string{"!malformed line@1"}},
		{"an open quote", `d "/a`, []string{"!malformed line@1"}},
		{"specifiers", "L %S/%%l - - - - %L/x", []string{`L "/var/lib/%l" ::  "/var/log/x"`}},
		{"a specifier that is not known", "d /a%b", []string{"!unknown specifier@1"}},
		{"relative paths", "d a\nd /a/../b\nd -", []string{`!path is relative or contains ".."@1`, `!path is relative or contains ".."@2`, `!path is relative or contains ".."@3`}},
		{"slashes are cleaned", "d //a//b/ 0700", []string{`d "/a/b" 0700::  ""`}},
		{"leading blanks, comments, CR LF", "# c\r\n  d /a\r\n\n\td /b\n", []string{`d "/a" ::  ""`, `d "/b" ::  ""`}},
		{"invalid UTF-8", "d /\xff", []string{"!malformed line@1"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			lines, problems := unitfile.ParseTmpfiles(tt.text, "f", tmpfilesOptions)
			var got []string
			for _, line := range lines {
				got = append(got, showLine(line))
			}
			got = append(got, show(nil, problems)...)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestBackslashesOfOldVersionsAreDropped(t *testing.T) {
	t.Parallel()
	old := unitfile.TmpfilesOptions{Before254: true}
	lines, problems := unitfile.ParseTmpfiles(`L '/w\x20y\q' - - - - /keep/a\x20b`, "f", old)
	if len(problems) != 0 || showLine(lines[0]) != `L "/wx20yq" ::  "/keep/a b"` {
		t.Errorf("%v, %v", lines, problems)
	}
}

func TestEffectiveLines(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"the first line for a path wins", "d /a 0700\nd /a 0755\nL+ /a - - - - /keep", []string{`d "/a" 0700::  ""`, "!an earlier line creates this path@2", "!an earlier line creates this path@3"}},
		{"an earlier link wins over a later one", "L /a - - - - /b\nL+ /a - - - - /c", []string{`L "/a" ::  "/b"`, "!an earlier line creates this path@2"}},
		{"the same line again is no problem", "d /a\nd /a", []string{`d "/a" ::  ""`}},
		{"types that adjust add up", "d /a 0700\nz /a 0755\nz /a 0711", []string{`d "/a" 0700::  ""`, `z "/a" 0755::  ""`, `z "/a" 0711::  ""`}},
		{"a glob is not compared with a path", "d /a\nr /a\nR /a", []string{`d "/a" ::  ""`, `r "/a" ::  ""`, "!an earlier line creates this path@3"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			lines, _ := unitfile.ParseTmpfiles(tt.text, "f", tmpfilesOptions)
			lines, problems := unitfile.Effective(lines)
			var got []string
			for _, line := range lines {
				got = append(got, showLine(line))
			}
			if diff := cmp.Diff(tt.want, append(got, show(nil, problems)...)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadTmpfilesOfSeveralDirectories(t *testing.T) {
	t.Parallel()
	files, _ := tree(t, map[string]string{
		"etc/tmpfiles.d/b.conf":          "L /x - - - - /first\n",
		"etc/tmpfiles.d/masked.conf":     "-> /dev/null",
		"etc/tmpfiles.d/note.txt":        "L /note - - - - /y\n",
		"usr/lib/tmpfiles.d/b.conf":      "L /hidden - - - - /y\n",
		"usr/lib/tmpfiles.d/a.conf":      "L /x - - - - /sorted\n",
		"usr/lib/tmpfiles.d/masked.conf": "L /masked - - - - /y\n",
		"usr/lib/tmpfiles.d/z.conf":      "-> /nowhere",
	})
	lines, problems := unitfile.ReadTmpfiles(files, tmpfilesOptions, "/etc/tmpfiles.d", "/run/tmpfiles.d", "/usr/lib/tmpfiles.d")
	if len(lines) != 1 || lines[0].Argument != "/sorted" || lines[0].File != "/usr/lib/tmpfiles.d/a.conf" {
		t.Errorf("%+v", lines)
	}
	if diff := cmp.Diff([]string{"!unreadable@0", "!an earlier line creates this path@1"}, show(nil, problems)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func ExampleParseTmpfiles() {
	lines, _ := unitfile.ParseTmpfiles("L+ /var/lib/bluetooth - - - - /keep%S/bluetooth\n", "00-nixos.conf", unitfile.TmpfilesOptions{Specifiers: unitfile.System("")})
	fmt.Println(lines[0].Path, "->", lines[0].Argument)
	// Output: /var/lib/bluetooth -> /keep/var/lib/bluetooth
}
