package past_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/history"
	"github.com/DaRacci/list-ephemeral/internal/must"
	"github.com/DaRacci/list-ephemeral/internal/past"
	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// said is an entry of a receipt that a test writes.
type said struct {
	path  string
	class history.Class
	kind  history.FileKind
}

// receipt writes a receipt of another boot, at a time.
func (g *ground) receipt(at time.Time, entries []said) {
	g.t.Helper()
	slices.SortFunc(entries, func(a, b said) int { return strings.Compare(a.path, b.path) })
	m := history.ThisMachine()
	m.Boot = "another"
	r := history.Receipts{Storage: g.stored}
	_, err := r.Write(g.t.Context(), m, history.WriteOptions{Now: func() time.Time { return at }}, func(w *history.Writer) error {
		for _, e := range entries {
			kind := e.kind
			if kind == history.FileUnknown {
				kind = history.FileRegular
			}
			err := w.Add(&history.Entry{Item: history.Item{Path: []byte(e.path), Kind: kind, Size: 3}, Class: e.class})
			if err != nil {
				return err
			}
		}
		return nil
	})
	must.Do(g.t, err)
}

// TestVerifyFindsEachLie writes receipts that are true except for one entry.
func TestVerifyFindsEachLie(t *testing.T) {
	const listed, kept = history.ClassListed, history.ClassKept
	tests := []struct {
		name  string
		path  string // below the ground
		class history.Class
		kind  history.FileKind
		want  string
	}{
		{"a lost file is still there", "root/old", listed, 0, "survived"},
		{"a lost file is still there, in a directory", "root/dir/old", listed, 0, "survived"},
		{"a lost symlink is still there", "root/link", listed, history.FileSymlink, "survived"},
		{"a lost file is in storage", "persist/stored", listed, 0, "kept"},
		{"a lost file is outside of every root", "outside", listed, 0, "survived"},
		{"a kept file is gone", "root/never", kept, 0, "gone"},
		{"a kept file is gone with its directory", "root/never/below", kept, 0, "gone"},
		{"a kept path is below a file now", "root/old/below", kept, 0, "gone"},
		{"a kept file is a directory now", "root/dir", kept, 0, "other-type"},
		{"a kept directory is a file now", "root/old", kept, history.FileDir, "other-type"},
		{"a kept directory is a symlink now", "root/link", kept, history.FileDir, "other-type"},
		{"a path that cannot be read", "root/loop/x", listed, 0, "unread"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := newGround(t)
			for _, name := range []string{"root/old", "root/dir/old", "root/kept", "persist/stored", "outside"} {
				g.write(name, "old")
			}
			must.Do(t, os.Symlink("old", g.root+"/link"), os.Symlink("loop", g.root+"/loop"))
			time.Sleep(20 * time.Millisecond) // the times of the kernel have a granularity
			at := time.Now()
			time.Sleep(20 * time.Millisecond)
			g.write("root/again", "new")
			g.receipt(at, []said{
				{g.root + "/again", listed, 0},
				{g.root + "/gone", listed, 0},
				{g.root + "/gone/below", listed, 0},
				{g.root + "/kept", kept, 0},
				{filepath.Join(g.dir, tt.path), tt.class, tt.kind},
			})
			v, problems, err := past.Verify(t.Context(), g.session())
			must.Do(t, err)
			if v == nil || len(problems) > 0 {
				t.Fatalf("%v, %v", v, problems)
			}
			var got []string
			for _, d := range v.Differences {
				got = append(got, strings.TrimPrefix(d.Path, g.dir+"/")+" "+d.Kind.String())
			}
			if want := []string{tt.path + " " + tt.want}; !slices.Equal(got, want) || v.Gone != 2 || v.Again != 1 || v.Kept != 1 {
				t.Errorf("%q, want %q; %d gone, %d again, %d kept", got, want, v.Gone, v.Again, v.Kept)
			}
		})
	}
}

// TestReceiptSaysWhatIsListedAndKept writes a receipt with a graveyard, and reads it as the next boot
// does.
func TestReceiptSaysWhatIsListedAndKept(t *testing.T) {
	probe.Need(t, probe.Root, probe.Loop, probe.Btrfs) // "/" is not storage that can be filled
	g := newGround(t)
	g.withSnapshots(0, nil)
	must.Run(t, "mount", "--bind", g.stored, g.stored)
	t.Cleanup(func() { must.Run(t, "umount", g.stored) })
	for i := range 20 {
		g.write(fmt.Sprintf("root/f%02d", i), "abc")
	}
	g.write("root/big", strings.Repeat("x", 3000))
	g.write("root/kept", "kept")
	g.write("persist"+g.root+"/kept", "kept")
	g.config["persistedFiles"] = []string{g.root + "/kept"}
	for _, tt := range []struct {
		name string
		o    past.ReceiptOptions
		want string
	}{
		{"all", past.ReceiptOptions{}, "21 listed, complete"},
		{"with a graveyard", past.ReceiptOptions{Graveyard: true, Limits: history.Limits{FileBytes: 100}}, "21 listed, complete, 20 buried, 1 too large"},
		{"no time", past.ReceiptOptions{Budget: 1}, "0 listed, not complete"},
	} {
		tt.o.Storage = g.stored
		r, err := past.WriteReceipt(t.Context(), g.session(), tt.o)
		must.Do(t, err)
		if r.Header.Kept != 1 {
			t.Errorf("%s: %d paths are kept", tt.name, r.Header.Kept)
		}
		got := fmt.Sprintf("%d listed, complete", r.Header.Listed)
		if !r.Header.Complete {
			got = fmt.Sprintf("%d listed, not complete", r.Header.Listed)
		}
		if b := r.Buried; b != nil {
			got += fmt.Sprintf(", %d buried, %d too large", b.Files, b.TooLarge)
		}
		if got != tt.want || r.Storage != g.stored {
			t.Errorf("%s: %s in %s, want %s", tt.name, got, r.Storage, tt.want)
		}
	}
	// Receipts of this boot say nothing about an earlier one.
	if v, problems, err := past.Verify(t.Context(), g.session()); v != nil || err != nil || len(problems) > 0 {
		t.Errorf("%v, %v, %v", v, problems, err)
	}
	if loss := past.LastLoss(t.Context(), g.session()); loss != nil {
		t.Errorf("%+v", loss)
	}
}

// TestLastLossIsThatOfTheNewestReceipt has receipts in two storage paths, one of which is damaged.
func TestLastLossIsThatOfTheNewestReceipt(t *testing.T) {
	g := newGround(t)
	now := time.Now()
	g.receipt(now.Add(-time.Hour), []said{{g.root + "/one", history.ClassListed, 0}, {g.root + "/two", history.ClassListed, 0}})
	first := g.stored
	g.stored = g.dir + "/second"
	must.Do(t, os.Mkdir(g.stored, 0o755))
	g.receipt(now.Add(-2*time.Hour), []said{{g.root + "/three", history.ClassListed, 0}})
	g.config["storagePaths"] = []string{first, g.stored}
	loss := past.LastLoss(t.Context(), g.session())
	if loss == nil || loss.Files != 2 || loss.Bytes != 6 || loss.Newest != "" && !strings.HasPrefix(loss.Newest, g.root) {
		t.Fatalf("%+v", loss)
	}
	names, err := filepath.Glob(filepath.Join(first, history.Name, "receipts/*"))
	must.Do(t, err, os.Truncate(names[0], 1100))
	r, problems, err := past.LastReceipt(t.Context(), g.session())
	must.Do(t, err)
	defer r.Close()
	if diff := cmp.Diff(int64(1), r.Header().Listed); diff != "" || len(problems) != 1 || problems[0].Reason != history.Incomplete {
		t.Errorf("%s%v", diff, problems)
	}
}
