package unitfile_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/unitfile"
)

func TestWords(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, value string
		escapes     unitfile.Escapes
		want        []string
		err         error
	}{
		{"white space separates", " a\tb \n c ", unitfile.Keep, []string{"a", "b", "c"}, nil},
		{"nothing", "  ", unitfile.Keep, nil, nil},
		{"quotes group", `"a b" 'c "d'`, unitfile.Keep, []string{"a b", `c "d`}, nil},
		{"quotes within a word", `a'b c'd ""`, unitfile.Keep, []string{"ab cd", ""}, nil},
		{"a backslash is kept", `a\x20b c\`, unitfile.Keep, []string{`a\x20b`, `c\`}, nil},
		{"a backslash is dropped", `a\x20b "c\"d" e\ f`, unitfile.Drop, []string{"ax20b", `c"d`, "e f"}, nil},
		{"escapes are undone", `a\x20b "\t\u00e9\U0001F600\101" 'it'\''s'`, unitfile.Undo, []string{"a b", "\té😀A", "it's"}, nil},
		{"bytes are not characters", `\xc3\xa9 \377`, unitfile.Undo, []string{"é", "\xff"}, nil},
		{"an unknown escape is an error", `a\qb`, unitfile.Undo, nil, unitfile.ErrEscape},
		{"an unknown escape is kept", `a\qb c\`, unitfile.Relaxed, []string{`a\qb`, `c\`}, nil},
		{"a NUL is refused", `a\x00`, unitfile.Undo, nil, unitfile.ErrEscape},
		{"a short escape is refused", `a\x2`, unitfile.Undo, nil, unitfile.ErrEscape},
		{"an octal number above 255 is refused", `\777`, unitfile.Undo, nil, unitfile.ErrEscape},
		{"a surrogate is refused", `\ud800`, unitfile.Undo, nil, unitfile.ErrEscape},
		{"an open quote is an error", `a "b`, unitfile.Undo, []string{"a"}, unitfile.ErrQuotes},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := unitfile.Words(tt.value, tt.escapes)
			if diff := cmp.Diff(tt.want, got); diff != "" || !errors.Is(err, tt.err) {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestCommands(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, value, want string
		wrong             bool
	}{
		{name: "one command", value: "/bin/a b 'c d' ''", want: `[{"" "/bin/a" ["b" "c d" ""]}]`},
		{name: "flags in front", value: "-+/bin/a b", want: `[{"-+" "/bin/a" ["b"]}]`},
		{name: "a name of its own", value: "@/bin/a name b", want: `[{"@" "/bin/a" ["b"]}]`},
		{name: "several commands", value: "/bin/a ; -/bin/b c", want: `[{"" "/bin/a" []} {"-" "/bin/b" ["c"]}]`},
		{name: "an escaped semicolon", value: `/bin/a \; b;c`, want: `[{"" "/bin/a" [";" "b;c"]}]`},
		{name: "a quoted semicolon", value: `/bin/a ";"`, want: `[{"" "/bin/a" [";"]}]`},
		{name: "specifiers", value: "/bin/%p %i%%", want: `[{"" "/bin/x" ["y%"]}]`},
		{name: "a dollar sign", value: "/bin/a $$b ${C}", want: `[{"" "/bin/a" ["$b" "${C}"]}]`},
		{name: "an unknown specifier", value: "/bin/a %q", wrong: true, want: `[{"" "/bin/a" []}]`},
		{name: "an open quote", value: "/bin/a 'b", wrong: true, want: `[{"" "/bin/a" []}]`},
		{name: "nothing", value: "", want: "[]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			commands, err := unitfile.Commands(tt.value, unitfile.System("x@y.service").Expand)
			if got := fmt.Sprintf("%q", commands); got != tt.want || (err != nil) != tt.wrong {
				t.Errorf("got %s, %v, want %s", got, err, tt.want)
			}
		})
	}
}

func ExampleCommands() {
	commands, err := unitfile.Commands(`/nix/store/h-persistence-mount-file '/etc/my key' '/keep/etc/my key' auto ''`, nil)
	fmt.Printf("%q %v\n", commands[0].Args, err)
	// Output: ["/etc/my key" "/keep/etc/my key" "auto" ""] <nil>
}
