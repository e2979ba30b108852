package nixedit_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/probe"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/nixedit"
	"github.com/DaRacci/list-ephemeral/snippet"
)

// hostile are parts of names that a careless reader or writer of Nix gets wrong.
var hostile = []string{
	"a", "b", " ", "$", "$$", "${", "{", "}", "${x}", `"`, `\`, `\n`, "''", "'", "#", ";", "]", "[", "/*", "*/", "=", "\n", "\r", "\t", "\r\n", "\x1b[2J", "\x7f",
	"é", "日本", "😀", "\u0301", "\u200b", "\u202e", "\ufeff", "\U000e0041", "\U0010ffff", "~", "..", "-",
}

// dialects are the dialects of package snippet with their lists.
var dialects = []struct {
	dialect setting.Dialect
	lists   []nixedit.List
}{
	{setting.DialectPlain, plain}, {setting.DialectImpermanence, impermanence}, {setting.DialectImpermanenceHM, homeManager}, {setting.DialectPreservation, preservation},
}

// hostileItems returns items with hostile names and different owners.
func hostileItems(r *rand.Rand) []snippet.Item {
	items := make([]snippet.Item, 1+r.IntN(12))
	for i := range items {
		var name strings.Builder
		for range 1 + r.IntN(6) {
			name.WriteString(strings.ReplaceAll(hostile[r.IntN(len(hostile))], "/", "∕"))
		}
		parent := []string{"/etc/", "/var/lib/", home + "/", home + "/.config/"}[r.IntN(4)]
		items[i] = snippet.Item{Path: parent + "n" + name.String(), Dir: r.IntN(2) == 0}
		if r.IntN(3) == 0 {
			items[i].Access = &snippet.Access{Mode: 0o700, User: "bar", Group: "bar"}
		}
	}
	return items
}

// elements returns the elements of all lists below a node, without their indentation.
func elements(file *nixedit.File, n nixedit.Node) (items []string) {
	for child := range n.Children() {
		if n.Kind() == nixedit.NodeList {
			indent := strings.Repeat(" ", file.Position(child.Start()).Column-1)
			items = append(items, strings.ReplaceAll(child.Text(), "\n"+indent, "\n"))
		} else {
			items = append(items, elements(file, child)...)
		}
	}
	return items
}

// TestSnippetsAreReadAndInserted writes snippets with hostile names, reads their paths back, and
// inserts their elements into another file.
func TestSnippetsAreReadAndInserted(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(25, 18))
	for range probe.Cases(300, 3000) {
		d := dialects[r.IntN(len(dialects))]
		items := hostileItems(r)
		s := snippet.Render(items, snippet.Options{
			Dialect: d.dialect, Form: snippet.Module, Home: home, Storage: "/keep", Users: []snippet.User{{Name: "alice", Home: home, Group: "users"}},
		})
		if s.Text == "" {
			continue
		}
		file := parse(t, s.Text)
		lists := d.lists
		declared := file.Declared(lists)
		if len(declared) != s.Directories+s.Files && d.dialect != setting.DialectImpermanenceHM {
			t.Fatalf("read %d paths, want %d, in\n%s", len(declared), s.Directories+s.Files, s.Text)
		}
		for _, declaration := range declared {
			if !slices.ContainsFunc(items, func(item snippet.Item) bool { return item.Path == declaration.Path }) {
				t.Fatalf("%q is not selected, in\n%s", declaration.Path, s.Text)
			}
		}
		edit := nixedit.Edit{Lists: lists, Entries: entriesOf(t, lists, declared, elements(file, file.Root()))}
		result, err := parse(t, "{ ... }:\n{ }\n").Insert(edit)
		if err != nil {
			t.Fatalf("%v of\n%s", err, s.Text)
		}
		again := parse(t, result.Text).Declared(lists)
		if diff := cmp.Diff(paths(declared), paths(again)); diff != "" {
			t.Fatalf("%s\n%s\nbecame\n%s", diff, s.Text, result.Text)
		}
	}
}

// paths returns the paths of declarations, sorted.
func paths(declared []nixedit.Declaration) (all []string) {
	for _, d := range declared {
		all = append(all, d.Path)
	}
	slices.Sort(all)
	return all
}

// entriesOf returns entries with the given elements.
func entriesOf(t *testing.T, lists []nixedit.List, declared []nixedit.Declaration, texts []string) (entries []nixedit.Entry) {
	t.Helper()
	for _, text := range texts {
		for _, d := range declared {
			e := nixedit.Entry{List: d.List, Item: text, Path: d.Path}
			if _, err := parse(t, "{ }").Insert(nixedit.Edit{Lists: lists, Entries: []nixedit.Entry{e}}); err == nil {
				entries = append(entries, e)
				break
			}
		}
	}
	if len(entries) != len(declared) {
		t.Fatalf("found %d of %d elements: %q", len(entries), len(declared), texts)
	}
	return entries
}
