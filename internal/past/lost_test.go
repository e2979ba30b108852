package past_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/history"
	"github.com/DaRacci/list-ephemeral/internal/must"
	"github.com/DaRacci/list-ephemeral/internal/past"
	"github.com/DaRacci/list-ephemeral/internal/probe"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/scan"
)

// filesByFind lists the regular files below a directory with find(1), and their contents.
func filesByFind(t testing.TB, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	out := must.Run(t, "find", dir, "-type", "f", "-printf", `%P\0`)
	for name := range strings.SplitSeq(strings.TrimSuffix(out, "\x00"), "\x00") {
		text, err := os.ReadFile(filepath.Join(dir, name))
		must.Do(t, err)
		files[name] = string(text)
	}
	return files
}

// changed changes files at random: content, time, type and name.
func (g *ground) changed(random *rand.Rand, names []string, i int) {
	for range 120 {
		name := names[random.IntN(len(names))]
		at := filepath.Join(g.root, name)
		switch random.IntN(6) {
		case 0:
			_ = os.Remove(at)
		case 1: // the same content at another time
			if text, err := os.ReadFile(at); err == nil {
				g.write("root/"+name, string(text))
			}
		case 2: // other content of the same length
			g.write("root/"+name, fmt.Sprintf("%08d", random.IntN(9)))
		case 3: // other content with the same time
			g.write("root/"+name, strings.Repeat("x", random.IntN(99)))
			must.Do(g.t, os.Chtimes(at, time.Unix(1, 0), time.Unix(1, 0)))
		case 4:
			_ = os.Remove(at)
			must.Do(g.t, os.Symlink("elsewhere", at))
		default:
			g.write(fmt.Sprintf("root/new/%d/%s", i, name), name)
		}
	}
}

// TestLostIsTheDifferenceThatFindGives changes a tree at random between three snapshots and now, and
// compares with find.
func TestLostIsTheDifferenceThatFindGives(t *testing.T) {
	g := newGround(t)
	random := rand.New(rand.NewPCG(19, 1))
	var names []string
	for i := range 200 {
		names = append(names, fmt.Sprintf("%c/%c/f%d", 'a'+rune(i%7), 'a'+rune(i%3), i))
	}
	g.withSnapshots(3, func(i int) {
		if i == 0 {
			for _, name := range names {
				g.write("root/"+name, "original")
			}
			g.write("root/hostile/\x1b[31m\xff\n name", "x")
		}
		g.changed(random, names, i)
	})
	g.changed(random, names, 3)
	must.Do(t, os.RemoveAll(g.root+"/hostile"))
	now := filesByFind(t, g.root)
	was := [3]map[string]string{} // the newest first
	for i := range was {
		was[i] = filesByFind(t, fmt.Sprintf("%s/top/btrbk_snapshots/data.202601%02d", g.dir, 3-i))
	}
	recurrences := map[history.Recurrence]int{}
	for _, states := range []int{1, 3} {
		want := map[string]string{}
		for name, text := range union(was[:states]) {
			in, first, changed := 0, -1, false
			at := func(i int) time.Time {
				return mtime(t, fmt.Sprintf("%s/top/btrbk_snapshots/data.202601%02d/%s", g.dir, 3-i, name))
			}
			for i := range states {
				if was, has := was[i][name]; has {
					if in++; first < 0 {
						first = i
					}
					changed = changed || was != text && (len(was) != len(text) || !at(i).Equal(at(first)))
				}
			}
			recurrence := history.OneOff
			switch {
			case states == 1:
				recurrence = history.RecurrenceUnknown
			case in == states && !changed:
				recurrence = history.Regenerated
			case 2*in > states:
				recurrence = history.Evolving
			}
			recurrences[recurrence]++
			current, there := now[name]
			sameTime := there && mtime(t, g.root+"/"+name).Equal(at(first))
			change := "gone"
			if _, err := os.Lstat(g.root + "/" + name); err == nil {
				change = "differs"
			}
			if there && (current == text || sameTime && len(current) == len(text)) {
				continue
			}
			want[g.root+"/"+name] = fmt.Sprintf("%s %s %d/%d from %d", change, recurrence, in, states, first)
		}
		s := g.session()
		p := g.find(s, past.Options{States: states})
		lost, err := past.Lost(t.Context(), s, p, past.LostOptions{Kinds: scan.KindsOf(scan.KindFile)})
		must.Do(t, err)
		got := map[string]string{}
		for _, r := range lost.Rows {
			if r.Recurrence == history.RecurrenceUnknown != (states == 1) {
				t.Errorf("%s is %s", r.Path, r.Recurrence)
			}
			first := slices.IndexFunc(p.Trees[0], func(s history.State) bool { return s.Name == r.State.Name })
			got[r.Path] = fmt.Sprintf("%s %s %d/%d from %d", r.Change, r.Recurrence, r.States, r.Of, first)
		}
		if diff := cmp.Diff(want, got); diff != "" || len(lost.Unread)+len(lost.Problems) > 0 {
			t.Errorf("%d states, %v, %v: differs (-find +lost):\n%s", states, lost.Unread, lost.Problems, diff)
		}
		if len(want) < 40 {
			t.Errorf("only %d files are lost", len(want))
		}
		if !slices.IsSortedFunc(lost.Rows, func(a, b report.LostRow) int { return strings.Compare(order(&a), order(&b)) }) {
			t.Error("the rows are not sorted")
		}
	}
	if len(recurrences) != 4 {
		t.Errorf("not each recurrence occurs: %v", recurrences)
	}
}

// TestStatesAreChosenAndLeftOut names states, and removes one before it is opened.
func TestStatesAreChosenAndLeftOut(t *testing.T) {
	g := newGround(t)
	g.withSnapshots(4, func(i int) { g.write("root/file", fmt.Sprint("content ", i)) })
	s := g.session()
	parse := func(text string) (time.Time, error) { return time.ParseInLocation(time.DateOnly, text, time.Local) }
	for _, tt := range []struct {
		name string
		o    past.Options
		want string
	}{
		{"the newest", past.Options{}, "data.20260104"},
		{"several", past.Options{States: 3}, "data.20260104 data.20260103 data.20260102"},
		{"more than there are", past.Options{States: 9}, "data.20260104 data.20260103 data.20260102 data.20260101"},
		{"a name", past.Options{From: "data.20260102"}, "data.20260102"},
		{"a path", past.Options{From: "btrbk_snapshots/data.20260103", States: 2}, "data.20260103 data.20260102"},
		{"a time", past.Options{From: "2026-01-03", Time: parse}, "data.20260103"},
		{"a time before all", past.Options{From: "2025-01-03", Time: parse}, ""},
	} {
		p := g.find(s, tt.o)
		var got []string
		for _, tree := range p.Trees {
			for _, state := range tree {
				if state.Root != g.root || state.Kind != history.KindBtrbk {
					t.Errorf("%s: %s of %s", tt.name, state.Kind, state.Root)
				}
				got = append(got, filepath.Base(state.Name))
			}
		}
		if text := strings.Join(got, " "); text != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, text, tt.want)
		}
	}
	p := g.find(s, past.Options{States: 4})
	seen, err := past.See(t.Context(), s, 4)
	must.Do(t, err)
	defer seen.Close()
	must.Run(t, "btrfs", "-q", "subvolume", "delete", g.dir+"/top/btrbk_snapshots/data.20260103")
	lost, err := past.Lost(t.Context(), s, p, past.LostOptions{Kinds: scan.KindsOf(scan.KindFile)})
	must.Do(t, err)
	if len(lost.Problems) != 1 || lost.Problems[0].Reason != history.NotFound || len(lost.Rows) != 0 {
		t.Errorf("%v, %v", lost.Problems, lost.Rows)
	}
	must.Do(t, os.Remove(g.root+"/file"))
	r, err := past.PlanRestore(t.Context(), p, session.AdoptPaths{Names: []string{g.root + "/file", g.root + "/never"}}, past.RestoreOptions{})
	must.Do(t, err)
	defer r.Close()
	if len(r.Parts) != 1 || len(r.Absent) != 1 || len(r.Problems) != 1 || len(r.Parts[0].Plans()) != 1 {
		t.Errorf("%+v", r)
	}
	for path, want := range map[string]string{g.root + "/file": "3 4", g.root + "/never": "0 4", "/elsewhere": "0 0"} {
		// A deleted subvolume is empty, or can be read until it is cleaned.
		if have, of := seen.Of(path); fmt.Sprint(have, of) != want && (path != g.root+"/file" || have != 4) {
			t.Errorf("%s: in %d of %d states", path, have, of)
		}
	}
}

// TestOldRootsOfTheConfigurationAreStates has old roots in an unusual directory.
func TestOldRootsOfTheConfigurationAreStates(t *testing.T) {
	g := newGround(t)
	g.withSnapshots(0, nil)
	g.write("root/file", "x")
	for _, name := range []string{"r 03.01.2026 at 08h", "r 02.01.2026 at 09h"} {
		must.Do(t, os.MkdirAll(g.dir+"/top/archive/of roots", 0o755))
		must.Run(t, "btrfs", "-q", "subvolume", "snapshot", g.root, g.dir+"/top/archive/of roots/"+name)
	}
	must.Do(t, os.Remove(g.root+"/file"))
	g.config["oldRoots"] = []map[string]string{
		{"dir": "archive/of roots", "names": "r %d.%m.%Y at %Hh", "root": g.root},
		{"dir": "not there"},
	}
	s := g.session()
	p := g.find(s, past.Options{States: 5})
	if len(p.Trees) != 1 || len(p.Trees[0]) != 2 || p.Trees[0][0].Root != g.root || !p.Trees[0][0].Time.Equal(time.Date(2026, 1, 3, 8, 0, 0, 0, time.Local)) {
		t.Fatalf("%+v", p.Trees)
	}
	if len(p.Problems) != 1 || p.Problems[0].Path != "not there" || p.Problems[0].Reason != history.NotFound {
		t.Errorf("%v", p.Problems)
	}
	lost, err := past.Lost(t.Context(), s, p, past.LostOptions{Kinds: scan.KindsOf(scan.KindFile)})
	must.Do(t, err)
	if len(lost.Rows) != 1 || lost.Rows[0].Path != g.root+"/file" || lost.Rows[0].Recurrence != history.Regenerated {
		t.Errorf("%+v", lost.Rows)
	}
}

// TestOldUpperDirectoryIsAState has the upper directory of an overlay of an earlier boot, beside the
// one in use.
func TestOldUpperDirectoryIsAState(t *testing.T) {
	probe.Need(t, probe.Root, probe.Namespaces, probe.Overlay)
	g := newGround(t)
	memory := g.dir + "/memory"
	must.Do(t, os.Mkdir(memory, 0o755), unix.Mount("none", memory, "tmpfs", 0, "mode=755"))
	t.Cleanup(func() { must.Do(t, unix.Unmount(memory, unix.MNT_DETACH)) })
	for _, name := range []string{"lower/etc/kept", "lower/etc/deleted", "upper.1/etc/written", "upper.1/etc/kept", "upper/etc/now"} {
		g.write("memory/"+name, name)
	}
	must.Do(t, os.Mkdir(memory+"/work", 0o755), unix.Mknod(memory+"/upper.1/etc/deleted", unix.S_IFCHR, 0))
	must.Do(t, os.Chtimes(memory+"/upper.1", time.Unix(1, 0), time.Unix(1, 0))) // before this boot
	must.Do(t, unix.Mount("overlay", g.root, "overlay", 0, fmt.Sprintf("lowerdir=%s/lower,upperdir=%s/upper,workdir=%s/work", memory, memory, memory)))
	t.Cleanup(func() { must.Do(t, unix.Unmount(g.root, unix.MNT_DETACH)) })
	s := g.session()
	p := g.find(s, past.Options{})
	if len(p.Trees) != 1 || p.Trees[0][0].Kind != history.KindUpper || p.Trees[0][0].Root != g.root {
		t.Fatalf("%+v, %v", p.Trees, p.Problems)
	}
	lost, err := past.Lost(t.Context(), s, p, past.LostOptions{Kinds: scan.KindsOf(scan.KindFile, scan.KindChar)})
	must.Do(t, err)
	var got []string
	for _, r := range lost.Rows {
		got = append(got, r.Change.String()+" "+strings.TrimPrefix(r.Path, g.root))
	}
	if want := []string{"differs /etc/kept", "gone /etc/written"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q; %v", got, want, lost.Unread)
	}
}

// TestCancelledSearchEnds cancels a search before it begins and while it runs. Nothing is left open.
func TestCancelledSearchEnds(t *testing.T) {
	g := newGround(t)
	for i := range 3000 {
		g.write(fmt.Sprintf("was%s/d%d/f%d", g.root, i%50, i), "x")
	}
	s := g.session()
	p := g.find(s, past.Options{From: g.dir + "/was"})
	for _, after := range []time.Duration{0, time.Millisecond, 3 * time.Millisecond} {
		ctx, cancel := context.WithTimeout(t.Context(), after)
		lost, err := past.Lost(ctx, s, p, past.LostOptions{Kinds: scan.KindsOf(scan.KindFile)})
		cancel()
		if err == nil && len(lost.Rows) != 3000 || err != nil && !errors.Is(err, context.DeadlineExceeded) || after == 0 && err == nil {
			t.Errorf("after %s: %d rows, %v", after, len(lost.Rows), err)
		}
	}
}

// TestHostileStateIsNotFollowed names a directory that a user has prepared: symlinks that lead to
// other files, pipes in place of files, and a directory that cannot be read.
func TestHostileStateIsNotFollowed(t *testing.T) {
	probe.Need(t, probe.Root)
	g := newGround(t)
	was := "was" + g.root
	g.write("secret/key", "secret")
	g.write(was+"/plain", "x")
	must.Do(t, os.Symlink(g.dir+"/secret", g.dir+"/"+was+"/dir"), unix.Mkfifo(g.dir+"/"+was+"/pipe", 0o600))
	g.write("root/dir/key", "now")
	g.write("root/pipe", "now")
	s := g.session()
	p := g.find(s, past.Options{From: g.dir + "/was"})
	lost, err := past.Lost(t.Context(), s, p, past.LostOptions{Kinds: scan.KindsOf(scan.KindFile, scan.KindSymlink, scan.KindPipe)})
	must.Do(t, err)
	var got []string
	for _, r := range lost.Rows {
		got = append(got, r.Change.String()+" "+r.Kind.String()+" "+strings.TrimPrefix(r.Path, g.root))
	}
	if want := []string{"differs symlink /dir", "differs pipe /pipe", "gone file /plain"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// order is what rows are sorted by.
func order(r *report.LostRow) string {
	if r.Recurrence == history.Regenerated {
		return "1" + r.Path
	}
	return "0" + r.Path
}

func union(all []map[string]string) map[string]string {
	u := map[string]string{}
	for _, files := range slices.Backward(all) { // the newest content counts
		for name, text := range files {
			u[name] = text
		}
	}
	return u
}

func mtime(t testing.TB, name string) time.Time {
	t.Helper()
	info, err := os.Stat(name)
	must.Do(t, err)
	return info.ModTime()
}
