package history_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/history"
	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// item returns an entry of a listing: "/a file 3 10" has the size 3 and the mtime 10.
func item(text string) history.Item {
	f := strings.Fields(text)
	kind := map[string]history.FileKind{"file": history.FileRegular, "dir": history.FileDir, "link": history.FileSymlink}[f[1]]
	size, _ := strconv.ParseInt(f[2], 10, 64)
	mtime, _ := strconv.ParseInt(f[3], 10, 64)
	return history.Item{Path: []byte(f[0]), Kind: kind, Size: size, ModTime: time.Unix(mtime, 0)}
}

func items(texts ...string) history.Listing {
	var all []history.Item
	for _, text := range texts {
		all = append(all, item(text))
	}
	return history.Items(all)
}

func TestDiffClassifiesEachPath(t *testing.T) {
	earlier := items("/a file 1 1", "/a-b file 1 1", "/a/c file 5 1", "/d dir 10 1", "/e file 1 1", "/f file 1 1", "/g link 1 1", "/z file 7 1")
	now := items("/a file 1 1", "/a/c file 6 2", "/b file 1 1", "/d dir 99 5", "/e file 1 2", "/f file 2 1", "/g file 1 1")
	var got []string
	counts, err := history.Diff(earlier, now, func(d *history.Difference) error {
		got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s %s", d.Path, d.Change, d.Differs)))
		return nil
	})
	must(t, err)
	want := []string{"/a same", "/a-b gone", "/a/c differs size,mtime", "/b new", "/d same", "/e differs mtime", "/f differs size", "/g differs kind", "/z gone"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if want := (history.Counts{Gone: 2, Differing: 4, Same: 2, New: 1, GoneBytes: 8}); counts != want {
		t.Errorf("%+v, expected %+v", counts, want)
	}
}

func TestErrorsEndAComparison(t *testing.T) {
	mine := errors.New("mine")
	broken := func(yield func(history.Item, error) bool) {
		_ = yield(item("/a file 1 1"), nil) && yield(history.Item{}, mine)
	}
	none := func(*history.Difference) error { return nil }
	for name, tt := range map[string]struct {
		a, b history.Listing
		emit func(*history.Difference) error
		want error
	}{
		"earlier":    {broken, items(), none, mine},
		"now":        {items("/b file 1 1"), broken, none, mine},
		"emit":       {items("/b file 1 1"), items(), func(*history.Difference) error { return mine }, mine},
		"not sorted": {items("/b file 1 1", "/a file 1 1"), items(), none, history.ErrOrder},
		"twice":      {items(), items("/a file 1 1", "/a file 1 1"), none, history.ErrOrder},
		"none":       {items(), items(), none, nil},
	} {
		if _, err := history.Diff(tt.a, tt.b, tt.emit); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	recur := history.Recur([]history.Listing{items("/a file 1 1"), broken}, history.RecurOptions{}, func(*history.Recurring) error { return nil })
	if !errors.Is(recur, mine) {
		t.Error(recur)
	}
}

func TestRecurrenceOverFiveStates(t *testing.T) {
	state := func(n int, also ...string) history.Listing {
		all := append([]string{"/regenerated file 4 1", fmt.Sprintf("/same-content file 4 %d", n), fmt.Sprintf("/state file 8 %d", n), fmt.Sprintf("/sized file %d 1", n), fmt.Sprintf("/dir dir %d %d", n, n)}, also...)
		slices.Sort(all)
		return items(all...)
	}
	states := []history.Listing{
		state(1, "/often file 1 1"), state(2, "/once file 1 1", "/twice file 1 1"), state(3, "/often file 1 1"), state(4, "/often file 1 1", "/twice file 1 1"), state(5),
	}
	got := map[string]string{}
	options := history.RecurOptions{Equal: func(path []byte, a, b int) (bool, error) {
		if a != 0 || b < 1 || b > 4 {
			t.Errorf("asked about the states %d and %d", a, b)
		}
		return string(path) == "/same-content", nil
	}}
	var order []string
	must(t, history.Recur(states, options, func(r *history.Recurring) error {
		got[string(r.Path)] = fmt.Sprint(r.Recurrence, " ", r.States, " ", r.First, " ", r.Changed)
		order = append(order, string(r.Path))
		return nil
	}))
	want := map[string]string{
		"/regenerated": "regenerated 5 0 false", "/same-content": "regenerated 5 0 false", "/dir": "regenerated 5 0 false", "/state": "evolving 5 0 true",
		"/sized": "evolving 5 0 true", "/often": "evolving 3 0 false", "/once": "one-off 1 1 false", "/twice": "one-off 2 1 false",
	}
	if diff := cmp.Diff(want, got); diff != "" || !slices.IsSorted(order) {
		t.Error(diff, order)
	}
	must(t, history.Recur(states[:1], options, func(r *history.Recurring) error {
		if r.Recurrence != history.RecurrenceUnknown {
			t.Errorf("%s of one state is %s", r.Path, r.Recurrence)
		}
		return nil
	}))
	must(t, history.Recur([]history.Listing{state(1), state(2)}, history.RecurOptions{}, func(r *history.Recurring) error {
		if string(r.Path) == "/same-content" && r.Recurrence != history.Evolving {
			t.Errorf("content that was not compared is %s", r.Recurrence)
		}
		return nil
	}))
}

func TestEqualContent(t *testing.T) {
	dir := tempDir(t)
	for state, texts := range map[string][]string{"1": {"same", "one", "x"}, "2": {"same", "two", "longer"}} {
		for i, text := range texts {
			write(t, fmt.Sprintf("%s/%s/home/f%d", dir, state, i), text)
		}
		must(t, os.Symlink("to", filepath.Join(dir, state, "same")), os.Symlink(state, filepath.Join(dir, state, "other")))
		must(t, os.WriteFile(filepath.Join(dir, state, "large"), make([]byte, 200_000), 0o600))
	}
	found := find(t, history.Options{From: []string{dir + "/1", dir + "/2"}})
	var open [2]*history.Dir
	for i := range open {
		d, err := found.States[i].Open()
		must(t, err)
		defer d.Close()
		open[i] = d
	}
	for name, want := range map[string]bool{"/home/f0": true, "/home/f1": false, "/home/f2": false, "/same": true, "/other": false, "/home": false, "/large": true} {
		if got, err := history.EqualContent(open[0], open[1], []byte(name), 200_000); err != nil || got != want {
			t.Errorf("%s: %t, %v", name, got, err)
		}
	}
	if got, err := history.EqualContent(open[0], open[1], []byte("/large"), 199_999); err != nil || got {
		t.Errorf("above the limit: %t, %v", got, err)
	}
	if _, err := history.EqualContent(open[0], open[1], []byte("/missing"), 9); err == nil {
		t.Error("a missing file has content")
	}
}

// foundBy is a listing of find(1): the type, size and mtime of each path.
func foundBy(t *testing.T, top string) map[string]string {
	t.Helper()
	out := tool(t, "find", top, "-mindepth", "1", "-printf", `%y %s %T@\t/%P\0`)
	all := map[string]string{}
	for record := range strings.SplitSeq(strings.TrimSuffix(out, "\x00"), "\x00") {
		if rest, name, ok := strings.Cut(record, "\t"); ok {
			if strings.HasPrefix(rest, "d ") {
				rest = "d" // of directories, only the type is compared
			}
			all[name] = rest
		}
	}
	return all
}

// walk lists a tree as the caller of Diff does.
func walk(t *testing.T, top string) history.Listing {
	t.Helper()
	var all []history.Item
	must(t, filepath.WalkDir(top, func(name string, e os.DirEntry, err error) error {
		if err != nil || name == top {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		kind := history.FileRegular
		switch info.Mode().Type() {
		case os.ModeDir:
			kind = history.FileDir
		case os.ModeSymlink:
			kind = history.FileSymlink
		default:
		}
		all = append(all, history.Item{Path: []byte(strings.TrimPrefix(name, top)), Kind: kind, Size: info.Size(), ModTime: info.ModTime()})
		return nil
	}))
	slices.SortFunc(all, func(a, b history.Item) int { return strings.Compare(string(a.Path), string(b.Path)) })
	return history.Items(all)
}

// TestDiffAgreesWithFind changes random trees, and compares with what find(1) lists before and
// after.
func TestDiffAgreesWithFind(t *testing.T) {
	for seed := range probe.Cases(3, 30) {
		r := rand.New(rand.NewPCG(uint64(seed), 9))
		dir := tempDir(t)
		a, b := dir+"/a", dir+"/b"
		for range 400 {
			name := fmt.Sprintf("%s/d%d/%s%d", a, r.IntN(12), []string{"f", "f-", "caf\xe9", "x\ty", "n\n"}[r.IntN(5)], r.IntN(50))
			write(t, name, strings.Repeat("x", r.IntN(20)))
		}
		tool(t, "cp", "-a", a, b)
		names, err := filepath.Glob(b + "/*/*")
		must(t, err)
		for i, name := range names {
			switch {
			case i%7 == 0:
				must(t, os.Remove(name))
			case i%7 == 1:
				must(t, os.WriteFile(name, []byte(strings.Repeat("y", r.IntN(20))), 0o600))
			case i%29 == 2:
				must(t, os.Remove(name), os.Symlink("x", name))
			case i%29 == 3:
				must(t, os.Remove(name), os.Mkdir(name, 0o755))
			case i%29 == 4:
				write(t, name+".new", "x")
			}
		}
		want := map[string]string{}
		before, after := foundBy(t, a), foundBy(t, b)
		for name, line := range before {
			switch now, ok := after[name]; {
			case !ok:
				want[name] = "gone"
			case now != line:
				want[name] = "differs"
			default:
				want[name] = "same"
			}
		}
		for name := range after {
			if _, ok := before[name]; !ok {
				want[name] = "new"
			}
		}
		got := map[string]string{}
		_, err = history.Diff(walk(t, a), walk(t, b), func(d *history.Difference) error {
			got[string(d.Path)] = d.Change.String()
			return nil
		})
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" || len(got) < 200 {
			t.Errorf("seed %d: %d paths\n%s", seed, len(got), diff)
		}
	}
}
