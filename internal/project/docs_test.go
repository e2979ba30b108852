package project

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/known"
)

const top = "../.."

// documents returns the names of all Markdown files of the project, relative to its top.
func documents(t *testing.T) []string {
	t.Helper()
	out, err := exec.Command("git", "-C", top, "ls-files", "-co", "--exclude-standard", "-z", "*.md").Output()
	if err != nil {
		t.Fatal(err)
	}
	names := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	names = slices.DeleteFunc(names, func(name string) bool {
		_, err := os.Stat(filepath.Join(top, name))
		return err != nil || strings.Contains(name, "testdata/")
	})
	if len(names) < 10 {
		t.Fatalf("found only %d documents: %q", len(names), names)
	}
	return names
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(top, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#{1,6} (.*)$`)
	fence   = regexp.MustCompile("(?ms)^```.*?^```$")
)

// anchors returns the anchors that GitHub generates for the headings of a document.
func anchors(text string) map[string]bool {
	found := map[string]bool{}
	for _, m := range heading.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		var b strings.Builder
		for _, r := range strings.ToLower(m[1]) {
			switch {
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
				b.WriteRune(r)
			case r == ' ':
				b.WriteByte('-')
			}
		}
		name := b.String()
		for n := 1; found[name]; n++ {
			name = fmt.Sprintf("%s-%d", b.String(), n)
		}
		found[name] = true
	}
	return found
}

// brokenLinks returns the links of a document whose targets do not exist. open returns the text of
// a file of the project and whether it exists.
func brokenLinks(name, text string, open func(name string) (string, bool)) []string {
	var broken []string
	for _, m := range link.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		target, anchor, _ := strings.Cut(m[1], "#")
		if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
			continue
		}
		of := text
		if target != "" {
			var ok bool
			if of, ok = open(filepath.Join(filepath.Dir(name), target)); !ok {
				broken = append(broken, m[1])
				continue
			}
		}
		if anchor != "" && !anchors(of)[anchor] {
			broken = append(broken, m[1])
		}
	}
	return broken
}

func TestLinksHaveTargets(t *testing.T) {
	t.Parallel()
	open := func(name string) (string, bool) {
		text, err := os.ReadFile(filepath.Join(top, name))
		if err != nil {
			info, statErr := os.Stat(filepath.Join(top, name))
			return "", statErr == nil && info.IsDir()
		}
		return string(text), true
	}
	for _, name := range documents(t) {
		for _, target := range brokenLinks(name, read(t, name), open) {
			t.Errorf("%s: the target of the link %s does not exist", name, target)
		}
	}
}

func TestBrokenLinksAreFound(t *testing.T) {
	t.Parallel()
	files := map[string]string{"docs/b.md": "# A `Title`, twice\n# A title, twice\n```\n# no heading\n```\n"}
	open := func(name string) (string, bool) {
		text, ok := files[name]
		return text, ok
	}
	text := "# Top\n[1](b.md) [2](b.md#a-title-twice) [3](b.md#a-title-twice-1) [4](#top) [5](https://x.invalid/y)\n" +
		"[6](c.md) [7](b.md#no-heading) [8](#bottom) [9](../b.md)\n```\n[10](no-link.md)\n```\n"
	got := brokenLinks("docs/a.md", text, open)
	if diff := cmp.Diff([]string{"c.md", "b.md#no-heading", "#bottom", "../b.md"}, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestIndexHasEveryDocument checks that docs/README.md links to every document in docs.
func TestIndexHasEveryDocument(t *testing.T) {
	t.Parallel()
	index := read(t, "docs/README.md")
	for _, name := range documents(t) {
		base, inDocs := strings.CutPrefix(name, "docs/")
		if inDocs && base != "README.md" && !strings.Contains(index, "]("+base+")") {
			t.Errorf("docs/README.md does not link %s", base)
		}
	}
}

// TestDocumentsAreWrapped checks the width of all documents, except of lines that cannot be wrapped:
// tables, code, and a line that is one link or picture.
func TestDocumentsAreWrapped(t *testing.T) {
	t.Parallel()
	for _, name := range documents(t) {
		text := fence.ReplaceAllStringFunc(read(t, name), func(code string) string {
			return strings.Repeat("\n", strings.Count(code, "\n"))
		})
		for i, line := range strings.Split(text, "\n") {
			whole := strings.HasPrefix(line, "|") || strings.HasPrefix(line, "    ") ||
				(strings.HasPrefix(line, "[") || strings.HasPrefix(line, "!")) && strings.HasSuffix(line, ")")
			if n := utf8.RuneCountInString(line); n > 100 && !whole {
				t.Errorf("%s:%d: %d columns, want at most 100", name, i+1, n)
			}
		}
	}
}

// TestDocumentedScriptsExist checks every script and make target in the documents.
// TestNumberOfConfigurationsIsThatOfTheData compares "230 public configurations" with the data.
func TestNumberOfConfigurationsIsThatOfTheData(t *testing.T) {
	count := regexp.MustCompile(`([0-9]+) public (?:NixOS )?configurations`)
	found := 0
	for _, name := range documents(t) {
		for _, m := range count.FindAllStringSubmatch(strings.Join(strings.Fields(read(t, name)), " "), -1) {
			if found++; m[1] != strconv.Itoa(known.Repositories) {
				t.Errorf("%s: %q, want %d", name, m[0], known.Repositories)
			}
		}
	}
	if found < 5 {
		t.Errorf("only %d numbers", found)
	}
}

func TestDocumentedScriptsExist(t *testing.T) {
	t.Parallel()
	script := regexp.MustCompile(`\bscripts/[\w-]+(\.sh)?\b`)
	target := regexp.MustCompile("(?m)(?:^    |`)make ([a-z][a-z -]*)")
	makefile := read(t, "Makefile")
	seen := 0
	for _, name := range documents(t) {
		text := read(t, name)
		for _, file := range script.FindAllString(text, -1) {
			seen++
			if _, err := os.Stat(filepath.Join(top, file)); err != nil {
				t.Errorf("%s: %s does not exist", name, file)
			}
		}
		for _, m := range target.FindAllStringSubmatch(text, -1) {
			for _, word := range strings.Fields(m[1]) {
				seen++
				if !strings.Contains(makefile, "\n"+word+":") {
					t.Errorf("%s: make %s: no such target", name, word)
				}
			}
		}
	}
	if seen < 10 {
		t.Errorf("found only %d scripts and targets", seen)
	}
}
