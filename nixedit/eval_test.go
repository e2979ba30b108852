package nixedit_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/nixtest"
	"github.com/DaRacci/list-ephemeral/internal/probe"
	"github.com/DaRacci/list-ephemeral/nixedit"
)

// tree is a set of options: its values are trees and lists of names.
type tree map[string]any

// layout writes a tree as Nix in a random layout.
type layout struct{ *rand.Rand }

func (l layout) one(of ...string) string { return of[l.IntN(len(of))] }

// names returns up to three names.
func (l layout) names(prefix string) (names []string) {
	for i := range l.IntN(4) {
		names = append(names, fmt.Sprintf("%s%c%d", prefix, 'a'+rune(l.IntN(26)), i))
	}
	return names
}

// options returns a random tree.
func (l layout) options() tree {
	lists := func(prefix string) tree {
		t := tree{}
		for _, name := range []string{"directories", "files"} {
			if l.IntN(3) > 0 {
				t[name] = l.names(prefix)
			}
		}
		return t
	}
	keep := lists("/var/")
	if users := (tree{}); l.IntN(2) == 0 {
		for _, name := range []string{"alice", "bob"} {
			if l.IntN(2) == 0 {
				users[name] = lists(".")
			}
		}
		keep["users"] = users
	}
	stores := tree{}
	if l.IntN(4) > 0 {
		stores["/keep"] = keep
	}
	if l.IntN(4) == 0 {
		stores["/other"] = lists("/srv/")
	}
	t := tree{"zsh": tree{"enable": []string{"x"}}}
	if l.IntN(4) > 0 {
		t["environment"] = tree{"persistence": stores, "variables": tree{"A": []string{}}}
	}
	return t
}

// bindings writes the bindings of a tree. A child that is a tree is written as a set, as bindings
// with dotted paths, or as both.
func (l layout) bindings(b *strings.Builder, prefix string, t tree, indent string) {
	var names []string
	for name := range t {
		names = append(names, name)
	}
	slices.Sort(names)
	l.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	for _, name := range names {
		attr := name
		if strings.Contains(name, "/") || l.IntN(8) == 0 {
			attr = `"` + name + `"`
		}
		if list, ok := t[name].([]string); ok {
			fmt.Fprintf(b, "%s%s%s = %s;%s", indent, prefix, attr, l.list(list, indent), l.one("\n", "\n", " # c\n", " "))
			continue
		}
		child := t[name].(tree)
		switch l.IntN(5) {
		case 0, 1:
			if len(child) > 0 {
				l.bindings(b, prefix+attr+".", child, indent)
				continue
			}
		case 2:
			first, second := tree{}, tree{}
			for name, value := range child {
				if l.IntN(2) == 0 {
					first[name] = value
				} else {
					second[name] = value
				}
			}
			l.bindings(b, prefix+attr+".", first, indent)
			// Nix accepts both only if the second one is a plain set.
			fmt.Fprintf(b, "%s%s%s = %s;\n", indent, prefix, attr, l.plain(second, indent))
			continue
		}
		fmt.Fprintf(b, "%s%s%s = %s;\n", indent, prefix, attr, l.set(child, indent))
	}
}

// plain writes a tree as a set.
func (l layout) plain(t tree, indent string) string {
	var b strings.Builder
	b.WriteString(l.one("{\n", "{\n", "{ ", "{ # c\n"))
	l.bindings(&b, "", t, indent+l.one("  ", "  ", "\t"))
	b.WriteString(indent + "}")
	return b.String()
}

// set writes a tree as an expression.
func (l layout) set(t tree, indent string) string {
	text := l.plain(t, indent)
	switch l.IntN(14) {
	case 0:
		return "(" + text + ")"
	case 1:
		return "with { }; " + text
	case 2:
		return "let unused = [ ]; in " + text
	case 3:
		return "{ other = [ ]; } // " + text
	case 4:
		return text + " // { other = [ ]; }"
	case 5:
		return "lib.mkIf true " + text
	}
	return text
}

// list writes a list as an expression.
func (l layout) list(names []string, indent string) string {
	if l.IntN(3) == 0 {
		slices.Sort(names)
	}
	var b strings.Builder
	gap := l.one(" ", "\n"+indent+"  ", "\n"+indent+"    ", " # c\n"+indent+"  ")
	b.WriteString("[")
	for i, name := range names {
		item := fmt.Sprintf("%q", name)
		if i > 0 && l.IntN(5) == 0 {
			item = "/* c */ " + item
		}
		b.WriteString(gap + item)
	}
	b.WriteString(l.one(" ", "\n"+indent, "\n", "") + "]")
	switch l.IntN(10) {
	case 0:
		return "(" + b.String() + ")"
	case 1:
		return b.String() + " ++ extra"
	case 2:
		return "lib.mkForce " + b.String()
	}
	return b.String()
}

// TestInsertChangesOnlyItsList inserts into random files and compares their values in Nix. Without
// the new element, and without the empty sets and lists, the values must be the same.
func TestInsertChangesOnlyItsList(t *testing.T) {
	t.Parallel()
	r := layout{rand.New(rand.NewPCG(18, 25))}
	dir := t.TempDir()
	checks, refused := 0, map[nixedit.Reason]int{}
	var pairs []string
	for i := range probe.Cases(400, 1500) {
		text := "{ lib, extra, ... }:\n" + r.set(r.options(), "") + "\n"
		file, err := nixedit.Parse(text, nixedit.Options{})
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		var entries []nixedit.Entry
		for list := range impermanence {
			if r.IntN(2) == 0 {
				entries = append(entries, entry(impermanence, list, []string{"/new/d", "/new/f", "new/d", "new/f"}[list]))
			}
		}
		result, err := file.Insert(nixedit.Edit{Lists: impermanence, Entries: entries})
		if err != nil {
			refused[refusal(t, err).Reason]++
			continue
		}
		checks++
		checkResult(t, file, result)
		for name, text := range map[string]string{"old": text, "new": result.Text} {
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s%d.nix", name, i)), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		pairs = append(pairs, fmt.Sprintf("%d %d", i, len(entries)))
	}
	t.Logf("%d files changed; refused: %v", checks, refused)
	if checks < len(refused) {
		t.Error("too few files were changed")
	}
	checkPairs(t, dir, pairs)
}

// checkPairs compares files before and after an insertion.
func checkPairs(t *testing.T, dir string, pairs []string) {
	t.Helper()
	if len(pairs) == 0 {
		return
	}
	expr := `{ dir }: let
  lib = { mkIf = _: x: x; mkForce = x: x; };
  load = name: import (dir + "/${name}.nix") { inherit lib; extra = [ "extra" ]; };
  isNew = x: builtins.elem x [ "/new/d" "/new/f" "new/d" "new/f" ];
  strip = v: if builtins.isList v then builtins.filter (x: !isNew x) v
    else if builtins.isAttrs v then builtins.listToAttrs (builtins.filter (x: x.value != [ ] && x.value != { })
      (map (name: { inherit name; value = strip v.${name}; }) (builtins.attrNames v)))
    else v;
  count = v: if builtins.isList v then builtins.length (builtins.filter isNew v)
    else builtins.foldl' (sum: x: sum + x) 0 (map count (builtins.attrValues v));
  check = i: n: strip (load "old${i}") == strip (load "new${i}") && count (load "new${i}") == n;
in builtins.all (x: x) [`
	for _, pair := range pairs {
		var i, n int
		if _, err := fmt.Sscan(pair, &i, &n); err != nil {
			t.Fatal(err)
		}
		expr += fmt.Sprintf(" (check \"%d\" %d)", i, n)
	}
	out, err := nixtest.Instantiate(t, "--eval", "--strict", "--expr", expr+" ]", "--argstr", "dir", dir)
	switch {
	case err == nil && strings.TrimSpace(string(out)) == "true":
	case len(pairs) > 1:
		checkPairs(t, dir, pairs[:len(pairs)/2])
		checkPairs(t, dir, pairs[len(pairs)/2:])
	default:
		number := strings.Fields(pairs[0])[0]
		before, _ := os.ReadFile(filepath.Join(dir, "old"+number+".nix"))
		after, _ := os.ReadFile(filepath.Join(dir, "new"+number+".nix"))
		if _, old := nixtest.Instantiate(t, "--parse", filepath.Join(dir, "old"+number+".nix")); old != nil {
			t.Logf("file %s: Nix refuses it before the insertion too", number)
			return
		}
		t.Errorf("%s, %v:\n%s\nbecame\n%s", out, err, before, after)
	}
}
