package live_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/live"
	"github.com/DaRacci/list-ephemeral/internal/probe"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/watch"
)

var noon = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

func event(path string, op watch.Op, seconds int, program string) *watch.Event {
	return &watch.Event{Path: []byte(path), Op: op, Time: noon.Add(time.Duration(seconds) * time.Second), By: watch.Process{Comm: program}}
}

func TestEventsOfAPathAreOneRecord(t *testing.T) {
	t.Parallel()
	events := []*watch.Event{
		event("/a", watch.Create, 0, "x"), event("/b", watch.Rename, 1, "y"), event("/a", watch.Write, 2, ""),
		{Overflow: true, Time: noon.Add(3 * time.Second)},
		event("/c", watch.Write, 4, "z"),
	}
	text := func(records []watch.Record) (all []string) {
		for _, r := range records {
			all = append(all, fmt.Sprint(r.Path, " ", r.Op, " ", r.By.Name(), " ", r.Time.Sub(noon).Seconds(), r.Overflow))
		}
		return all
	}
	want := []string{"/a created,written x 2 false", "/b renamed y 1 false", " unknown  3 true"}
	if diff := cmp.Diff(want, text(live.Settle(events, noon.Add(4*time.Second)))); diff != "" {
		t.Error(diff)
	}
	if all := live.Settle(events, time.Time{}); len(all) != 4 {
		t.Errorf("at the end: %v", text(all))
	}
	if none := live.Settle(events, noon); len(none) != 0 {
		t.Errorf("before the first: %v", text(none))
	}
}

func TestSeenIsTrueOnce(t *testing.T) {
	t.Parallel()
	seen := live.NewSeen()
	if !seen.Add("/a") || seen.Add("/a") || !seen.Add("/b") {
		t.Error("a path is printed twice, or not at all")
	}
}

func TestFollowersGetOldAndNewPaths(t *testing.T) {
	t.Parallel()
	w := live.NewWrites()
	add := func(path string) {
		w.Add(&live.Write{Record: watch.Record{Path: path, Op: watch.Write}, Kind: scan.KindFile})
	}
	add("/old")
	ctx, cancel := context.WithCancel(t.Context())
	var got []string
	err := w.Follow(ctx, func(path string, _ scan.Kind) {
		switch got = append(got, path); path {
		case "/old":
			add("/old") // known already
			add("/new")
		case "/new":
			cancel()
		}
	})
	w.Add(&live.Write{Record: watch.Record{Overflow: true}})
	if !slices.Equal(got, []string{"/old", "/new"}) || !errors.Is(err, context.Canceled) || w.Lost() != 1 {
		t.Errorf("got %q, %v, %d lost", got, err, w.Lost())
	}
}

// watched returns what is emitted below a root while a script runs in it.
func watched(t *testing.T, o live.Options, script string) (lines []string) {
	t.Helper()
	probe.Need(t, probe.Fanotify)
	root := t.TempDir()
	s, err := session.New(session.Options{Config: emptyConfig(t), Roots: []string{root}, Excludes: []string{"*.cache"}})
	if err != nil {
		t.Fatal(err)
	}
	w, err := live.Open(s, o)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	cmd := exec.Command("sh", "-euc", script)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // what was written before is read
	if err := w.Run(ctx, func(v *live.Write) error {
		lines = append(lines, fmt.Sprint(strings.TrimPrefix(v.Path, root), " ", v.Op, " ", v.Kind, " ", v.Missing))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(lines)
	if n := w.Hidden(); n > 0 {
		lines = append(lines, fmt.Sprint("hidden ", n))
	}
	return lines
}

func emptyConfig(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(name, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

const script = "echo 1 >a; echo 1 >b.cache; mkdir d; echo 1 >tmp; mv tmp d/final; ln -s a link; mv d e"

func TestOnlyCandidatesThatExistCount(t *testing.T) {
	t.Parallel()
	want := []string{"/a created,written file false", "/e renamed directory false", "/e/final renamed file false", "/link created symlink false", "hidden 1"}
	if diff := cmp.Diff(want, watched(t, live.Options{}, script)); diff != "" {
		t.Error(diff)
	}
}

func TestMissingPathsCountOnRequest(t *testing.T) {
	t.Parallel()
	got := watched(t, live.Options{Missing: true}, script)
	if !slices.Contains(got, "/tmp created,written unknown true") {
		t.Errorf("got %q", got)
	}
}

func TestHiddenPathsCountOnRequest(t *testing.T) {
	t.Parallel()
	got := watched(t, live.Options{All: true}, script)
	if !slices.Contains(got, "/b.cache created,written file false") || slices.Contains(got, "hidden 1") {
		t.Errorf("got %q", got)
	}
}
