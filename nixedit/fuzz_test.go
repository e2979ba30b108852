package nixedit_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/nixedit"
)

// seeds are files for fuzzing: all shapes, and what is rare in them.
func seeds() []string {
	texts := []string{module}
	for _, s := range shapes {
		texts = append(texts, s.text)
	}
	return append(texts, valid...)
}

// valid are expressions with the rare parts of the grammar.
var valid = []string{
	"1", "a", "a.b.c or d", "f or", "f or g", "x: x", "x:x", "a:b", "{ }: 1", "{ }", "{ a, b ? 1, ... }@args: a", "args@{ a, }: a", "{ ... }: 1",
	"let in 1", "let a = 1; in a", "let { body = 1; }", "rec { a = 1; inherit b; inherit (c) d \"e\"; }", "[ 1 2.5 .5 1. 1.e3 0.5e-3 a.b (f x) ]",
	"!a && b || c -> d", "-1 - -2", "a ? b.c ? d", "(a ? b) ? c", "a ++ b ++ c // d // e", "a == b", "a < b == (c > d)", "if a then b else c",
	"assert a; b", "with a; b", "./a/b", "./a/${b}/c.nix", "~/a", "~/${a}", "/a/${b}c", "a/b", "a/${b}", "<nixpkgs/lib>", "http://a.b/c?d=e&f", "./a//b${c}//d//e",
	`"a ${b} \${c} $${d} $\{e} \" $"`, "''a ${b} ''${c} $${d} ''' ''\\n '$ $' ''", "''\n  a\n  b\n''", `"${"${"a"}"}"`, "{ ${a} = 1; \"b\" = 2; \"${c}\".d = 3; }",
	"let ${\"a\"} = 1; in a", "let ${a:b} = 1; ${(\"c\")} = 2; ${''d''} = 3; in 1", "{ inherit ${''a''}; }", "{ or = 1; a.or = 2; }", "a.or", "# c\n1 /* d */ # e", "/**/1", "/***/ 1", "[ a:b ]", "a' b-c _d", "a - b -c a-b",
	"a.${b}.\"c\"", "{ a = x: y: z: 1; }", "f { a = 1; } [ ] rec { } (x) \"s\" ''t''", "a |> b |> c", "a <| b <| c", "a |> (b <| c)", "a+b*c/ d",
	"{a=1;b.c=2;}", "x@{y}:y", "{x}@y: y", "a>=b", "a!=b", "a||b", "9223372036854775807",
	"{ a.b = { imports = [ { } ]; } // { directories = 1; }; }",
	"{ environment.persistence.\"/keep\".users = { ${a}.files = [ ]; ${b}.files = [ ]; bob = { }; }; }",
}

// invalid are texts that are not expressions of Nix.
var invalid = []string{
	"", " ", "# c", "{", "}", "[", "]", "(", ")", "\"", "''", "/*", "${a}", "a b:", "./a//b", "./a//b//c${d}", "a == b == c", "a < b < c", "let a = 1;", "let in", "{ a }",
	"{ a, }", "{ , }: 1", "{ ..., a }: 1", "{ a b }: 1", "x@y: 1", "{ a = 1 }", "{ inherit ${a}; }", "let ${a} = 1; in 1", "{ a.b.c; }", "let ${./a} = 1; in 1", "let ${''a${b}''} = 1; in 1", "let ${\"a\" + \"b\"} = 1; in 1", "let \"${\"a\"}\" = 1; in 1", "if a then b", "a.", ".a",
	"./a/", "./a/${b}/", "a/ ", "~a", "[ -1 ]", "[ a + b ]", "f x: y", "1 + if a then b else c", "a |> b <| c", "a <| b |> c", "\\", "`", "%", "a & b", "a | b", "é",
	"9223372036854775808", "1e999.", "inherit", "assert a b", "with a b", "rec a", "let { } in", "[ 1, 2 ]", "{ a = 1;; }", "a = 1", "= 1", "\"${a\"", "{ \"a\" }: 1",
	"''a", "or", "{ a ? }: a", "<a", "<a/>", "a or.b", "<<a>>",
}

func FuzzParseKeepsEveryByte(f *testing.F) {
	for _, s := range seeds() {
		f.Add(s)
	}
	for _, s := range invalid {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) { checkParse(t, text) })
}

// checkParse checks the tokens and the tree of a text, or its refusal.
func checkParse(t *testing.T, text string) *nixedit.File {
	t.Helper()
	file, err := nixedit.Parse(text, nixedit.Options{})
	if err != nil {
		var refusal *nixedit.RefusalError
		if !errors.As(err, &refusal) || refusal.Offset > len(text) || refusal.Line < 1 || refusal.Column < 1 || refusal.Detail == "" {
			t.Fatalf("bad refusal %#v of %q", err, text)
		}
		return nil
	}
	var b strings.Builder
	end := 0
	for token := range file.Tokens() {
		if token.Start != end || token.End <= token.Start || token.Kind == 0 {
			t.Fatalf("bad token %+v of %q", token, text)
		}
		end = token.End
		b.WriteString(text[token.Start:token.End])
	}
	if b.String() != text {
		t.Fatalf("the tokens of %q are %q", text, b.String())
	}
	checkTree(t, file.Root())
	return file
}

// checkTree checks that children are in order and inside their parents.
func checkTree(t *testing.T, n nixedit.Node) {
	t.Helper()
	if n.Kind() == 0 || n.Start() >= n.End() && n.Kind() != 0 {
		t.Fatalf("bad node of kind %v at %d to %d", n.Kind(), n.Start(), n.End())
	}
	at := n.Start()
	for child := range n.Children() {
		if child.Start() < at || child.End() > n.End() {
			t.Fatalf("%v %q is outside of %v %q", child.Kind(), child.Text(), n.Kind(), n.Text())
		}
		at = child.End()
		checkTree(t, child)
	}
}

// FuzzInsertThenRemove inserts a name into a list of each dialect and checks that the file without
// the insertion is the old one, and that a second insertion changes nothing.
func FuzzInsertThenRemove(f *testing.F) {
	for i, s := range seeds() {
		f.Add(s, "new", uint8(i))
		f.Add(s, "a/b c", uint8(i+3))
	}
	f.Fuzz(func(t *testing.T, text, name string, list uint8) {
		file, err := nixedit.Parse(text, nixedit.Options{})
		if err != nil || strings.ContainsAny(name, "\"\\$\x00\r\n") || name == "" {
			return
		}
		for _, all := range [][]nixedit.List{impermanence, preservation, homeManager, plain, custom} {
			i := int(list) % len(all)
			e := entry(all, i, "n/"+name)
			edit := nixedit.Edit{Lists: all, Entries: []nixedit.Entry{e}}
			if list >= 128 {
				edit.At = []nixedit.At{{Line: int(list - 127)}}
			}
			result, err := file.Insert(edit)
			if err != nil {
				var refusal *nixedit.RefusalError
				if !errors.As(err, &refusal) || refusal.Reason == nixedit.Unproven {
					t.Fatalf("%v in %q", err, text)
				}
				continue
			}
			checkInserted(t, file, result, edit)
		}
	})
}

// checkInserted checks that a result without its insertions is the old file, and that it has all entries.
func checkInserted(t *testing.T, file *nixedit.File, result *nixedit.Result, edit nixedit.Edit) {
	t.Helper()
	checkResult(t, file, result)
	again := checkParse(t, result.Text)
	if again == nil {
		t.Fatalf("the result %q cannot be parsed", result.Text)
	}
	if err := nixedit.Verify(file, again, result.Changes); err != nil {
		t.Fatalf("%v: %q", err, result.Text)
	}
	second, err := again.Insert(edit)
	if err != nil || second.Text != result.Text || len(second.Present) != len(edit.Entries) {
		t.Fatalf("the second insertion made %v, %v of %q", second, err, result.Text)
	}
}

// checkCandidates checks that one walk finds the same places for several lists as a walk for each.
func checkCandidates(t *testing.T, file *nixedit.File, all []nixedit.List) {
	t.Helper()
	for i, got := range file.CandidatesOf(all) {
		if diff := cmp.Diff(file.Candidates(all[i]), got); diff != "" {
			t.Fatalf("list %d of %q: %s", i, file.Text(), diff)
		}
	}
}

// FuzzInsertIntoAllLists inserts a name into several lists of a dialect at once: those of the bits of
// which.
func FuzzInsertIntoAllLists(f *testing.F) {
	for i, s := range seeds() {
		f.Add(s, uint8(0xff), uint8(0))
		f.Add(s, uint8(i), uint8(i%5))
	}
	f.Fuzz(func(t *testing.T, text string, which, line uint8) {
		file, err := nixedit.Parse(text, nixedit.Options{})
		if err != nil {
			return
		}
		dialects := [][]nixedit.List{bothUsers, preservation, bothHomes, plain, custom, impermanence}
		checkCandidates(t, file, slices.Concat(dialects[which%6], dialects[line%6]))
		for _, all := range dialects {
			edit := nixedit.Edit{Lists: all}
			for i := range all {
				for n := range 2 {
					if which>>((2*i+n)%8)&1 == 1 {
						edit.Entries = append(edit.Entries, entry(all, i, fmt.Sprintf("n/new-%d-%d", i, n)))
					}
				}
			}
			if line > 0 {
				edit.At = []nixedit.At{{Line: int(line)}}
			}
			result, err := file.Insert(edit)
			if err != nil {
				var refusal *nixedit.RefusalError
				if !errors.As(err, &refusal) || refusal.Reason == nixedit.Unproven {
					t.Fatalf("%v in %q", err, text)
				}
				continue
			}
			checkInserted(t, file, result, edit)
		}
	})
}
