package project

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// checked are the directories whose Go files TestPlainEnglish checks, with everything below them.
// All files of the other kinds are checked.
var checked = []string{
	"bench/", "scripts/", "main.go", "nix/",
	"internal/crash/", "internal/disktest/", "internal/jsonline/", "internal/leak/", "internal/nearest/", "internal/nixtest/",
	"internal/octal/", "internal/paths/", "internal/project/", "internal/screen/", "internal/sizes/", "internal/truepath/", "nixedit/",
}

// habit is a row of testdata/words.txt.
type habit struct {
	re      *regexp.Regexp
	instead string
	example string
}

// habits returns the rows of testdata/words.txt.
func habits(t *testing.T) []habit {
	t.Helper()
	text, err := os.ReadFile("testdata/words.txt")
	if err != nil {
		t.Fatal(err)
	}
	var list []habit
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		columns := strings.Split(line, " | ")
		if len(columns) != 3 {
			t.Fatalf("words.txt: expected 3 columns, got %d in %q", len(columns), line)
		}
		list = append(list, habit{habitRegexp(columns[0]), columns[1], columns[2]})
	}
	return list
}

// habitRegexp compiles the first column of a row: whole words, in any case, across line breaks.
func habitRegexp(row string) *regexp.Regexp {
	first, last := "", `\b`
	if regexp.MustCompile(`^[\w(]`).MatchString(row) {
		first = `\b`
	}
	return regexp.MustCompile(`(?i)` + first + `(?:` + strings.ReplaceAll(row, " ", `\s+`) + `)` + last)
}

// prose is a part of a file: a comment, a string or the whole text.
type prose struct {
	line int // number of its first line
	text string
}

// marker matches the comment marker at the beginning of a line.
var marker = regexp.MustCompile(`(?m)^[ \t]*(?://+|#+|\*+)`)

// data matches the lines of a data file that are not comments.
var data = regexp.MustCompile(`(?m)^[^#\n].*`)

// proseOf returns the parts of a file that TestPlainEnglish checks: comments and strings of Go
// files, comments of data files, and the whole text of other files.
func proseOf(name string, text []byte) ([]prose, error) {
	switch filepath.Ext(name) {
	case ".go":
	case ".txt", ".tsv":
		return []prose{{1, data.ReplaceAllString(string(text), "")}}, nil
	default:
		return []prose{{1, string(text)}}, nil
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, text, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	var parts []prose
	add := func(n ast.Node) {
		from, to := fset.Position(n.Pos()), fset.Position(n.End())
		parts = append(parts, prose{from.Line, string(text[from.Offset:to.Offset])})
	}
	for _, group := range file.Comments {
		add(group)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			add(lit)
		}
		return true
	})
	return parts, nil
}

// finding is a habit in a file.
type finding struct {
	line          int
	word, instead string
}

// findHabits returns the habits in a file.
func findHabits(list []habit, name string, text []byte) ([]finding, error) {
	parts, err := proseOf(name, text)
	if err != nil {
		return nil, err
	}
	var found []finding
	for _, p := range parts {
		plain := marker.ReplaceAllStringFunc(p.text, func(s string) string { return strings.Repeat(" ", len(s)) })
		for _, h := range list {
			for _, at := range h.re.FindAllStringIndex(plain, -1) {
				word := strings.Join(strings.Fields(plain[at[0]:at[1]]), " ")
				found = append(found, finding{p.line + strings.Count(plain[:at[0]], "\n"), word, h.instead})
			}
		}
	}
	return found, nil
}

// hasProse reports whether TestPlainEnglish checks a file of the project.
func hasProse(name string) bool {
	if strings.Contains(name, "testdata/") || name == "internal/project/words_test.go" {
		return false
	}
	switch filepath.Ext(name) {
	case ".md", ".sh", ".nix", ".yml", ".yaml", ".c":
		return true
	case ".go":
		return slices.ContainsFunc(checked, func(dir string) bool { return strings.HasPrefix(name, dir) })
	}
	return name == "Makefile" || name == ".ci/run" || strings.HasPrefix(name, "internal/known/")
}

// TestPlainEnglish checks texts and comments for the habits in testdata/words.txt.
func TestPlainEnglish(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("git", "-C", top, "ls-files", "-co", "--exclude-standard", "-z").Output()
	if err != nil {
		t.Fatal(err)
	}
	list := habits(t)
	files := 0
	for name := range bytes.SplitSeq(bytes.TrimSuffix(out, []byte{0}), []byte{0}) {
		name := string(name)
		if !hasProse(name) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(top, name))
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		files++
		found, err := findHabits(list, name, text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, f := range found {
			t.Errorf("%s:%d: %q: write: %s", name, f.line, f.word, f.instead)
		}
	}
	if files < 50 {
		t.Errorf("only %d files are checked", files)
	}
}

// TestHabitsMatchTheirExamples also checks that no replacement has a habit.
func TestHabitsMatchTheirExamples(t *testing.T) {
	t.Parallel()
	list := habits(t)
	for _, h := range list {
		if !h.re.MatchString(h.example) {
			t.Errorf("%s does not match its example %q", h.re, h.example)
		}
		if found, _ := findHabits(list, "x.md", []byte(h.instead)); len(found) > 0 {
			t.Errorf("%q is not a replacement: it has %q", h.instead, found[0].word)
		}
	}
}

func TestHabitsAreFound(t *testing.T) {
	t.Parallel()
	list := habits(t)
	for _, c := range []struct {
		name, file, text string
		want             []finding
	}{
		{"Markdown, across lines", "x.md", "# A list\n\nThe file lies\nin storage.\n", []finding{{3, "lies in", "is in, is below"}}},
		{"Go comment, across lines", "x.go", "package x\n\n// A list: all but\n// for the last.\nvar x = 1\n", []finding{{3, "but for", "except"}}},
		{"Go string", "x.go", "package x\n\nvar x = \"made anew\"\n", []finding{{3, "anew", "again"}}},
		{"identifiers are not checked", "x.go", "package x\n\nvar anew = 1 // a number\n", nil},
		{"shell", "x.sh", "true\n# Nothing\n# but the path.\n", []finding{{2, "Nothing but", "only"}}},
		{"C", "x.c", "/* Numbers of\n * 32 bits. */\n", []finding{{1, "of 32 bits", "32-bit, 64-bit"}}},
		{"Nix", "x.nix", "{\n  description = \"but for one\";\n}\n", []finding{{2, "but for", "except"}}},
		{"data", "x.txt", "anew\n# A list. Nothing\n# but names.\nanew\n", []finding{{2, "Nothing but", "only"}}},
		{"parts of words", "x.md", "A manew, buttfor and shallow water. The layout in a 32-bit list. Two of the bits.\n", nil},
		{"proper text", "x.md", "Prints the paths that the reboot wipes, except those that are persisted. It is not a directory.\n", nil},
	} {
		got, err := findHabits(list, c.file, []byte(c.text))
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, %v, want %v", c.name, got, err, c.want)
		}
	}
}
