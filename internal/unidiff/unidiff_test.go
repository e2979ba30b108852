package unidiff_test

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/probe"
	"github.com/DaRacci/list-ephemeral/internal/unidiff"
)

// text returns a diff as diff(1) prints it.
func text(lines []unidiff.Line) string {
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(line.String() + "\n")
	}
	return b.String()
}

func TestOfWritesWhatDiffWrites(t *testing.T) {
	t.Parallel()
	const ten = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n"
	at := func(line string) int { return strings.Index(ten, line+"\n") }
	for _, tt := range []struct {
		name, old string
		edits     []unidiff.Edit
		want      string
	}{
		{"no edits", ten, nil, ""},
		{"an edit without effect", ten, []unidiff.Edit{{0, 1, "1"}}, ""},
		{"lines inserted", ten, []unidiff.Edit{{at("5"), at("5"), "a\nb\n"}}, "--- f\n+++ f\n@@ -2,6 +2,8 @@\n 2\n 3\n 4\n+a\n+b\n 5\n 6\n 7\n"},
		{"inserted at the end of a line", ten, []unidiff.Edit{{at("5") - 1, at("5") - 1, "\na"}}, "--- f\n+++ f\n@@ -2,6 +2,7 @@\n 2\n 3\n 4\n+a\n 5\n 6\n 7\n"},
		{"a line changed", "a [ b ];\n", []unidiff.Edit{{3, 4, "\n"}, {5, 6, "\nc\n"}}, "--- f\n+++ f\n@@ -1 +1,4 @@\n-a [ b ];\n+a [\n+b\n+c\n+];\n"},
		{"two hunks", ten, []unidiff.Edit{{0, 0, "a\n"}, {at("10"), at("10"), "b\n"}}, "--- f\n+++ f\n@@ -1,3 +1,4 @@\n+a\n 1\n 2\n 3\n@@ -7,4 +8,5 @@\n 7\n 8\n 9\n+b\n 10\n"},
		{"one hunk for near changes", ten, []unidiff.Edit{{at("3"), at("3"), "a\n"}, {at("9"), at("9"), "b\n"}}, "--- f\n+++ f\n@@ -1,10 +1,12 @@\n 1\n 2\n+a\n 3\n 4\n 5\n 6\n 7\n 8\n+b\n 9\n 10\n"},
		{"no newline at the end", "a", []unidiff.Edit{{1, 1, "b"}}, "--- f\n+++ f\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+ab\n\\ No newline at end of file\n"},
		{"two changes of a last line without a newline", "ab", []unidiff.Edit{{0, 1, "x\n"}, {2, 2, "c"}}, "--- f\n+++ f\n@@ -1 +1,2 @@\n-ab\n\\ No newline at end of file\n+x\n+bc\n\\ No newline at end of file\n"},
		{"an empty text", "", []unidiff.Edit{{0, 0, "a\n"}}, "--- f\n+++ f\n@@ -0,0 +1 @@\n+a\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, text(unidiff.Of("f", tt.old, tt.edits))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// random returns a text and edits of it, and the new text.
func random(r *rand.Rand) (old string, edits []unidiff.Edit, result string) {
	word := func(n int) string {
		var b strings.Builder
		for range r.IntN(n) {
			b.WriteByte("ab\n\n\r"[r.IntN(5)])
		}
		return b.String()
	}
	old = word(60)
	var offsets []int
	for range 2 * r.IntN(4) {
		offsets = append(offsets, r.IntN(len(old)+1))
	}
	slices.Sort(offsets)
	at := 0
	for i := 0; i < len(offsets); i += 2 {
		e := unidiff.Edit{Start: offsets[i], End: offsets[i+1], New: word(8)}
		edits = append(edits, e)
		result += old[at:e.Start] + e.New
		at = e.End
	}
	return old, edits, result + old[at:]
}

func TestGitAppliesTheDiff(t *testing.T) {
	t.Parallel()
	git := probe.Tool(t, "git")
	r := rand.New(rand.NewPCG(18, 1))
	for range probe.Cases(100, 3000) {
		old, edits, want := random(r)
		lines := unidiff.Of("f", old, edits)
		if old == want && lines == nil || old == "" || want == "" { // an empty file has a form of its own in git
			continue
		}
		dir := t.TempDir()
		file := filepath.Join(dir, "f")
		if err := os.WriteFile(file, []byte(old), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(git, "apply", "-p0", "--unidiff-zero", "--whitespace=nowarn", "-")
		cmd.Dir, cmd.Stdin = dir, strings.NewReader(text(lines))
		cmd.Env = append(os.Environ(), "GIT_CEILING_DIRECTORIES="+filepath.Dir(dir))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%q with %v: %v\n%s\n%s", old, edits, err, out, text(lines))
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != want {
			t.Fatalf("%q with %v becomes %q, %v; want %q\n%s", old, edits, got, err, want, text(lines))
		}
	}
}

// FuzzOf checks that the lines of a diff are those of the two texts.
func FuzzOf(f *testing.F) {
	f.Add("a\nb\nc\n", 2, 4, "x\n")
	f.Add("a", 1, 1, "\n")
	f.Add("\r\n\r\n", 0, 4, "")
	f.Fuzz(func(t *testing.T, old string, start, end int, add string) {
		if start < 0 || end < start || end > len(old) {
			return
		}
		want := old[:start] + add + old[end:]
		var before, after strings.Builder
		for _, line := range unidiff.Of("f", old, []unidiff.Edit{{Start: start, End: end, New: add}}) {
			switch line.Kind {
			case unidiff.KindContext:
				before.WriteString(line.Text + "\n")
				after.WriteString(line.Text + "\n")
			case unidiff.KindRemoved:
				before.WriteString(line.Text + "\n")
			case unidiff.KindAdded:
				after.WriteString(line.Text + "\n")
			case unidiff.KindUnknown, unidiff.KindFile, unidiff.KindHunk, unidiff.KindNote:
			}
		}
		if !strings.Contains(old+"\n", before.String()) || !strings.Contains(want+"\n", after.String()) {
			t.Fatalf("%q and %q are not parts of %q and %q", before.String(), after.String(), old, want)
		}
	})
}

func BenchmarkOf(b *testing.B) {
	old := strings.Repeat("      \"/var/lib/something\"\n", 200_000)
	edits := []unidiff.Edit{{0, 0, "a\n"}, {len(old) / 2, len(old) / 2, "b\n"}, {len(old), len(old), "c\n"}}
	b.ReportAllocs()
	b.SetBytes(int64(len(old)))
	for b.Loop() {
		if len(unidiff.Of("f", old, edits)) == 0 {
			b.Fatal("no difference")
		}
	}
}
