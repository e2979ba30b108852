package unitfile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/unitfile"
)

// show writes settings as "section.key=value@line" and problems as "!kind@line".
func show(settings []unitfile.Setting, problems []unitfile.Problem) []string {
	var out []string
	for _, s := range settings {
		out = append(out, fmt.Sprintf("%s.%s=%s@%d", s.Section, s.Key, s.Value, s.Line))
	}
	for _, p := range problems {
		out = append(out, fmt.Sprintf("!%s@%d", p.Kind, p.Line))
	}
	return out
}

func TestParse(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("/nix/store/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-x/bin:", 200)
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"blanks around key and value are removed", "[A]\n \tk\t=  v w \t\n", []string{"A.k=v w@2"}},
		{"a value has equals signs and comments in it", "[A]\nk=a=b # c ; d\n", []string{"A.k=a=b # c ; d@2"}},
		{"comments and empty lines are left out", "# a\n;b\n\n[A]\n  # c\nk=v", []string{"A.k=v@6"}},
		{"a continuation is joined by a space", "[A]\nk=a \\\n  b\\\nc\nl=d", []string{"A.k=a    b c@2", "A.l=d@5"}},
		{"comments in a continuation are left out", "[A]\nk=a \\\n# note\n;note\n  b\n", []string{"A.k=a    b@2"}},
		{"an empty line ends a continuation", "[A]\nk=a \\\n\nb=c", []string{"A.k=a@2", "A.b=c@4"}},
		{"a continuation at the end of the file", "[A]\nk=a \\", []string{"A.k=a@2"}},
		{"two backslashes do not continue", "[A]\nk=a\\\\\nl=b", []string{`A.k=a\\@2`, "A.l=b@3"}},
		{"an empty value stays, it resets", "[A]\nk=\n", []string{"A.k=@2"}},
		{"sections repeat", "[A]\nk=1\n[B]\nk=2\n[A]\nk=3\n", []string{"A.k=1@2", "B.k=2@4", "A.k=3@6"}},
		{"CR LF, CR and NUL end lines", "\ufeff[A]\r\nk=1\rl=2\x00m=3\n", []string{"A.k=1@2", "A.l=2@3", "A.m=3@4"}},
		{"a long line is read", "[A]\nk=" + long + "\n", []string{"A.k=" + long + "@2"}},
		{"a line without an equals sign is left out", "[A]\ngarbage\nk=v\n", []string{"A.k=v@3", "!missing '='@2"}},
		{"a line without a key is left out", "[A]\n =v\nk=v\n", []string{"A.k=v@3", "!missing key before '='@2"}},
		{"an assignment before a section is left out", "k=v\n[A]\nk=w\n", []string{"A.k=w@3", "!assignment outside of a section@1"}},
		{"a broken section ends the file", "[A]\nk=v\n[B\nk=w\n", []string{"A.k=v@2", "!invalid section header@3"}},
		{"a bracket alone is a broken section", "[", []string{"!invalid section header@1"}},
		{"a quote in a section ends the file", "[A\"]\nk=v\n", []string{"!invalid section header@1"}},
		{"invalid UTF-8 ends the file", "[A]\nk=\xff\nl=b\n", []string{"!invalid UTF-8@2"}},
		{"invalid UTF-8 in a comment does not matter", "[A]\n#\xff\nl=b\n", []string{"A.l=b@3"}},
		{"more than 1 MiB in a line ends the file", "[A]\nk=v\nl=" + strings.Repeat("a", unitfile.MaxLine) + "\nm=v", []string{"A.k=v@2", "!line too long@3"}},
		{"keys are case-sensitive and may have blanks", "[a]\nK=1\nk k=2", []string{"a.K=1@2", "a.k k=2@3"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, show(unitfile.Parse(tt.text, "f"))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestUnitOverrides(t *testing.T) {
	t.Parallel()
	settings, _ := unitfile.Parse("[S]\nL=a\nL=b\nV=1\n[T]\nL=other\n[S]\nL=\nL=c\nV=2\nL=d\nE=x\nE=\n", "f")
	unit := &unitfile.Unit{Settings: settings}
	var all []string
	for s := range unit.All("S", "L") {
		all = append(all, s.Value)
	}
	if diff := cmp.Diff([]string{"c", "d"}, all); diff != "" {
		t.Errorf("an empty value resets a list (-want +got):\n%s", diff)
	}
	if got := unit.Value("S", "V"); got != "2" {
		t.Errorf("the last value counts: %q", got)
	}
	if _, ok := unit.Last("S", "E"); ok {
		t.Error("an empty value resets, but there is one")
	}
	for value, want := range map[string]bool{"1": true, "Yes": true, "ON": true, "t": true, "no": false, "F": false, "0": false} {
		if on, ok := unitfile.Bool(value); !ok || on != want {
			t.Errorf("%q: %v %v", value, on, ok)
		}
	}
	if _, ok := unitfile.Bool("maybe"); ok {
		t.Error("maybe is a boolean")
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"a.service": true, "a@.service": true, "a@b@c.mount": true, `var-a\x2db.mount`: true, "-.mount": true,
		"a": false, ".service": false, "a.conf": false, "a/b.service": false, "@a.service": false, "a b.mount": false, "é.mount": false,
		strings.Repeat("a", 247) + ".service": true, strings.Repeat("a", 248) + ".service": false,
	} {
		if got := unitfile.ValidName(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}

func TestSpecifiers(t *testing.T) {
	t.Parallel()
	system := unitfile.System(`a-b\x2dc@x-y.service`)
	system.Host = "h.example.org"
	for text, want := range map[string]string{
		"%n": `a-b\x2dc@x-y.service`, "%N": `a-b\x2dc@x-y`, "%p": `a-b\x2dc`, "%P": "a/b-c", "%i": "x-y", "%I": "x/y", "%j": `b\x2dc`, "%J": "b-c",
		"%S/a %C %L %t %E": "/var/lib/a /var/cache /var/log /run /etc", "%h %u %U": "/root root 0", "%T%V": "/tmp/var/tmp", "%%n 5%": "%n 5%", "%-": "%-",
		"%H %l": "h.example.org h", "a": "a",
	} {
		if got, err := system.Expand(text); err != nil || got != want {
			t.Errorf("%q: got %q, %v, want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"%m", "%q", "x%b"} {
		if got, err := system.Expand(text); err == nil {
			t.Errorf("%q: got %q without an error", text, got)
		}
	}
	if got, err := unitfile.System("").Expand("%n"); err == nil {
		t.Errorf("the name of no unit: %q", got)
	}
}

func ExampleParse() {
	settings, problems := unitfile.Parse("[Mount]\nWhat=/keep/var/log\nWhere=/var/log\nOptions=bind, \\\n# hidden in file managers\nx-gvfs-hide\n?\n", "var-log.mount")
	for _, s := range settings {
		fmt.Printf("%d: %s = %q\n", s.Line, s.Key, s.Value)
	}
	fmt.Println(problems[0].Line, problems[0].Kind)
	// Output:
	// 2: What = "/keep/var/log"
	// 3: Where = "/var/log"
	// 4: Options = "bind,  x-gvfs-hide"
	// 7 missing '='
}
