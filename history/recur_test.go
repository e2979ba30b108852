package history_test

import (
	"errors"
	"fmt"
	"maps"
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
	"github.com/DaRacci/list-ephemeral/internal/leak"
	"github.com/DaRacci/list-ephemeral/internal/must"
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
	return func(yield func(history.Item, error) bool) {
		for _, text := range texts {
			if !yield(item(text), nil) {
				return
			}
		}
	}
}

func TestErrorsEndTheMerging(t *testing.T) {
	mine := errors.New("mine")
	broken := func(yield func(history.Item, error) bool) {
		_ = yield(item("/a file 1 1"), nil) && yield(history.Item{}, mine)
	}
	none := func(*history.Recurring) error { return nil }
	for name, tt := range map[string]struct {
		a, b history.Listing
		emit func(*history.Recurring) error
		want error
	}{
		"the first":  {broken, items(), none, mine},
		"the second": {items("/b file 1 1"), broken, none, mine},
		"emit":       {items("/b file 1 1"), items(), func(*history.Recurring) error { return mine }, mine},
		"not sorted": {items("/b file 1 1", "/a file 1 1"), items(), none, history.ErrOrder},
		"twice":      {items(), items("/a file 1 1", "/a file 1 1"), none, history.ErrOrder},
		"none":       {items(), items(), none, nil},
	} {
		if err := history.Recur([]history.Listing{tt.a, tt.b}, tt.emit); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	must.Do(t, history.Recur(nil, none))
}

func TestRecurrenceOverFiveStates(t *testing.T) {
	state := func(n int, also ...string) history.Listing {
		all := append([]string{"/always file 4 1", fmt.Sprintf("/sized file %d 1", n)}, also...)
		slices.Sort(all)
		return items(all...)
	}
	states := []history.Listing{
		state(1, "/often file 1 1"), state(2, "/once file 1 1", "/twice file 1 1"), state(3, "/often file 1 1"), state(4, "/often file 1 1", "/twice file 2 1"), state(5),
	}
	got := map[string]string{}
	var order []string
	must.Do(t, history.Recur(states, func(r *history.Recurring) error {
		got[string(r.Path)] = fmt.Sprint(r.Recurrence, " ", r.States, " ", r.First, " ", r.Item.Size)
		order = append(order, string(r.Path))
		return nil
	}))
	want := map[string]string{
		"/always": "regenerated 5 0 4", "/sized": "regenerated 5 0 1", "/often": "evolving 3 0 1", "/once": "one-off 1 1 1", "/twice": "one-off 2 1 1",
	}
	if diff := cmp.Diff(want, got); diff != "" || !slices.IsSorted(order) {
		t.Error(diff, order)
	}
	must.Do(t, history.Recur(states[:1], func(r *history.Recurring) error {
		if r.Recurrence != history.RecurrenceUnknown {
			t.Errorf("%s of one state is %s", r.Path, r.Recurrence)
		}
		return nil
	}))
}

// TestRecurAgreesWithMaps merges random listings, some of which are longer than what is read ahead,
// with paths of up to 40,000 bytes, and compares with maps.
func TestRecurAgreesWithMaps(t *testing.T) {
	leak.Check(t)
	for seed := range probe.Cases(5, 100) {
		r := rand.New(rand.NewPCG(uint64(seed), 19))
		states := make([]history.Listing, r.IntN(6))
		want := map[string]string{}
		have := map[string][]int{}
		for i := range states {
			paths := map[string]bool{}
			for range []int{0, 1, 600, 3000}[r.IntN(4)] {
				paths["/"+strings.Repeat("d", r.IntN(50)*r.IntN(50)*r.IntN(2)*16)+strconv.Itoa(r.IntN(4000))] = true
			}
			sorted := slices.Sorted(maps.Keys(paths))
			for _, path := range sorted {
				have[path] = append(have[path], i)
			}
			states[i] = func(yield func(history.Item, error) bool) {
				var reused []byte // an entry is valid until the next one is asked for
				for _, path := range sorted {
					reused = append(reused[:0], path...)
					if !yield(history.Item{Path: reused, Size: int64(i)}, nil) {
						return
					}
				}
			}
		}
		for path, in := range have {
			want[path] = fmt.Sprint(len(in), in[0], in[0])
		}
		got, last := map[string]string{}, ""
		must.Do(t, history.Recur(states, func(r *history.Recurring) error {
			if path := string(r.Path); path <= last {
				t.Errorf("%.20q after %.20q", path, last)
			}
			last = string(r.Path)
			got[last] = fmt.Sprint(r.States, r.First, r.Item.Size)
			return nil
		}))
		if !maps.Equal(want, got) {
			t.Errorf("seed %d: %d paths, want %d", seed, len(got), len(want))
		}
		stop := errors.New("stop")
		if n := r.IntN(900); len(want) > n {
			if err := history.Recur(states, func(*history.Recurring) error {
				if n--; n < 0 {
					return stop
				}
				return nil
			}); !errors.Is(err, stop) {
				t.Error(err)
			}
		}
	}
}

func TestEqualContent(t *testing.T) {
	dir := tempDir(t)
	for state, texts := range map[string][]string{"1": {"same", "one", "x"}, "2": {"same", "two", "longer"}} {
		for i, text := range texts {
			write(t, fmt.Sprintf("%s/%s/home/f%d", dir, state, i), text)
		}
		must.Do(t, os.Symlink("to", filepath.Join(dir, state, "same")), os.Symlink(state, filepath.Join(dir, state, "other")))
		must.Do(t, os.WriteFile(filepath.Join(dir, state, "large"), make([]byte, 200_000), 0o600))
	}
	found := find(t, history.Options{From: []string{dir + "/1", dir + "/2"}})
	var open [2]*history.Dir
	for i := range open {
		d, err := found.States[i].Open()
		must.Do(t, err)
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
