package roff_test

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/roff"
)

func TestEscape(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"plain text", "plain text", "plain text"},
		{"a dash", "--all", `\-\-all`},
		{"a backslash", `a\b`, `a\eb`},
		{"a line that looks like a request", ".TH\n'br\nx", "\\&.TH\n\\&'br\nx"},
		{"a point inside a line", "a.b", "a.b"},
		{"not ASCII", "…", `\[u2026]`},
		{"an empty text", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := roff.Escape(tt.text); got != tt.want {
				t.Errorf("Escape(%q) = %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}

func TestPageWritesMacros(t *testing.T) {
	var p roff.Page
	p.Macro("TH", "X", `a "b"`)
	p.Name("x-y", "does z")
	p.Text("one\n\ntwo")
	p.Verbatim("\n  x\n")
	p.Item("--all", "all of it")
	p.Line("a ", ".b")
	p.References("a", "b-c")
	want := `.TH "X" "a \(dqb\(dq"
x\-y \- does z
one
.PP
two
.nf
  x
.fi
.TP
.B "\-\-all"
all of it
a \&.b
.BR "a" "(1),"
.BR "b\-c" "(1)"
`
	if diff := cmp.Diff(want, p.String()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// shown returns what groff prints for a page, and its warnings.
func shown(t *testing.T, page string) (text, warnings string) {
	t.Helper()
	cmd := exec.Command("groff", "-man", "-ww", "-Kutf8", "-Tutf8", "-P-c", "-P-b", "-P-u", "-rLL=1000n")
	cmd.Stdin = strings.NewReader(page)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("groff: %v\n%s", err, errs.String())
	}
	return out.String(), errs.String()
}

// TestGroffPrintsExactlyTheText compares with groff, line by line.
func TestGroffPrintsExactlyTheText(t *testing.T) {
	lines := []string{
		"--flag=VALUE", `C:\path\n \fBx\fR`, ".SH x", "'br", `"quoted" and 'single'`, "a\\", "$(x) `y` ^ ~ @ %", "…—é", `\(dq \[u2026] \*x`, `.\" comment`,
	}
	var p roff.Page
	p.Macro("TH", "X", "1")
	p.Macro("SH", "NAME")
	p.Name("x", "y")
	for _, line := range lines {
		p.Verbatim(line)
		p.Item(line, "meaning")
	}
	text, warnings := shown(t, p.String())
	if warnings != "" {
		t.Error(warnings)
	}
	// groff prints some characters of ASCII as their typographic forms, which are not Escape's.
	plain := strings.NewReplacer("‘", "`", "’", "'", "−", "-", "ˆ", "^", "˜", "~").Replace(text)
	for _, line := range lines {
		if n := strings.Count(plain, line); n < 2 {
			t.Errorf("%q is printed %d times, want 2, in:\n%s", line, n, text)
		}
	}
}

func FuzzEscapedLinesAreNoRequests(f *testing.F) {
	f.Add(".TH \\x\n'y -z\xff…")
	f.Fuzz(func(t *testing.T, text string) {
		for line := range strings.SplitSeq(roff.Escape(text), "\n") {
			if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
				t.Errorf("%q is a request", line)
			}
		}
		for _, r := range roff.Escape(text) {
			if r > 0x7f {
				t.Errorf("%q is not ASCII", r)
			}
		}
	})
}

func ExamplePage() {
	var p roff.Page
	p.Macro("SH", "OPTIONS")
	p.Item("-v, --verbose", "print more")
	fmt.Print(p.String())
	// Output:
	// .SH "OPTIONS"
	// .TP
	// .B "\-v, \-\-verbose"
	// print more
}
