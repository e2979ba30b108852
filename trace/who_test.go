package trace

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestProgramsOfPaths checks which program did what, also after a program has executed another one
// with the same process ID.
func TestProgramsOfPaths(t *testing.T) {
	eachBackend(t, func(t *testing.T, b Backend) {
		dir := t.TempDir()
		t.Chdir(dir)
		sh(t, dir, "echo old >read")
		got := run(t, Options{Backend: b}, "sh", "-c", "echo x >made; cat read; touch made; cp read copied; exec rm read")
		programOf := func(name string) string {
			path, err := exec.LookPath(name)
			if err == nil {
				path, err = filepath.EvalSymlinks(path)
			}
			if err != nil {
				t.Fatal(err)
			}
			return path
		}
		for _, want := range []struct {
			path, program string
			ops           Op
		}{
			{"made", "sh", Create | Write}, {"made", "touch", Create | Write}, {"read", "cat", Read}, {"read", "rm", Delete}, {"copied", "cp", Create | Write},
		} {
			i := slices.IndexFunc(got.report.Paths, func(p Path) bool { return p.Name == filepath.Join(dir, want.path) })
			if i < 0 {
				t.Errorf("%s: not in the report", want.path)
				continue
			}
			by := got.report.Paths[i].By
			at := slices.IndexFunc(by, func(by By) bool { return by.Program == programOf(want.program) })
			if at < 0 || by[at].Ops&want.ops == 0 {
				t.Errorf("%s: got %v, want %v by %s", want.path, by, want.ops, want.program)
			}
		}
		for _, p := range got.report.Paths {
			for _, by := range p.By {
				if by.Ops&^p.Ops != 0 {
					t.Errorf("%s: %s did %v, but the path has only %v", p.Name, by.Program, by.Ops, p.Ops)
				}
			}
		}
	})
}

func TestSetsOfProgramsAreStoredOnce(t *testing.T) {
	var w who
	a, b := w.number("/bin/a"), w.number("/bin/b")
	one := w.add(w.add(0, a, Read), b, Write)
	other := w.add(w.add(0, b, Write), a, Read)
	if one != other || len(w.sets) != 4 {
		t.Errorf("got sets %d and %d of %v", one, other, w.sets)
	}
	if got := w.add(one, b, Write|existed); got != one {
		t.Errorf("a known step: got set %d, want %d", got, one)
	}
	want := []By{{"/bin/a", Read}, {"/bin/b", Write}}
	if diff := cmp.Diff(want, w.of(one, Read|Write)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]By{{"/bin/b", Lookup}}, w.of(w.add(0, b, Write), Lookup)); diff != "" {
		t.Errorf("without effect: %s", diff)
	}
	if got := w.union(w.add(0, a, Read), w.add(0, b, Write)); got != one {
		t.Errorf("the union is %v", w.sets[got])
	}
	many := uint16(0)
	for i := range 100 {
		many = w.add(many, w.number(fmt.Sprint(i)), Read)
	}
	if len(w.sets[many]) != mostDoers {
		t.Errorf("got %d programs, want %d", len(w.sets[many]), mostDoers)
	}
}

// TestMergeFindsState checks the union of the runs of a packager's session.
func TestMergeFindsState(t *testing.T) {
	at := func(seconds int64, paths ...Path) *Report {
		return &Report{Command: []string{fmt.Sprint(seconds)}, Started: time.Unix(seconds, 0), Took: time.Second, Stats: Stats{Calls: 2}, Paths: paths}
	}
	by := func(name string, ops Op) []By { return []By{{name, ops}} }
	first := at(1,
		Path{Name: "/gone", Ops: Create}, Path{Name: "/log", Ops: Create | Write}, Path{Name: "/new", Ops: Create | Write},
		Path{Name: "/pid", Ops: Create | Write, Missing: true}, Path{Name: "/state", Ops: Create | Write, Size: 1, By: by("/a", Create)})
	second := at(2,
		Path{Name: "/gone", Ops: Delete, Missing: true}, Path{Name: "/log", Ops: Write}, Path{Name: "/new", Ops: Create | Write | Read},
		Path{Name: "/pid", Ops: Create | Read}, Path{Name: "/read", Ops: Read}, Path{Name: "/state", Ops: Read, Size: 2, By: by("/b", Read)})
	got := Merge(second, first) // in the order of the times, not of the arguments
	want := []Path{
		{Name: "/gone", Ops: Create | Delete, Missing: true},
		{Name: "/log", Ops: Create | Write},
		{Name: "/new", Ops: Create | Write | Read},
		{Name: "/pid", Ops: Create | Write | Read},
		{Name: "/read", Ops: Read},
		{Name: "/state", Ops: Create | Write | Read, Size: 2, Reread: true, By: []By{{"/a", Create}, {"/b", Read}}},
	}
	if diff := cmp.Diff(want, got.Paths); diff != "" {
		t.Error(diff)
	}
	if got.Command[0] != "2" || !got.Started.Equal(first.Started) || got.Took != 2*time.Second || got.Stats.Calls != 4 {
		t.Errorf("got %+v", got)
	}
	if again := Merge(first, first); cmp.Diff(first.Paths, again.Paths) != "" {
		t.Errorf("a run twice: got %+v", again.Paths)
	}
	if Merge() != nil || Merge(first) != first {
		t.Error("no report, or one, is changed")
	}
}

func TestReadReportsReadsSeveralRuns(t *testing.T) {
	var file bytes.Buffer
	for range 2 {
		if err := WriteReport(&file, sampleReport()); err != nil {
			t.Fatal(err)
		}
	}
	got, err := ReadReports(&file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]*Report{sampleReport(), sampleReport()}, got); diff != "" {
		t.Error(diff)
	}
	for text, want := range map[string]string{
		`{"path":"/a","ops":[],"by":[{"program":1,"ops":["read"]}]}`:   "line 2: program 1: must be between 0 and 0",
		`{"path":"/a","ops":[],"by":[{"program":-1,"ops":["read"]}]}`:  "line 2: program -1: must be between 0 and 0",
		`{"path":"/a","ops":[],"by":[{"program":0,"ops":["danced"]}]}`: `line 2: operation "danced"`,
		`{"format":"list-ephemeral trace","version":2}`:                "line 2: version: expected 1, got 2",
	} {
		const head = `{"format":"list-ephemeral trace","version":1,"backend":"notify","programs":[{"path":"/a"}]}` + "\n"
		if _, err := ReadReports(strings.NewReader(head + text + "\n")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
}
