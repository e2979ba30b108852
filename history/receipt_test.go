package history_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/history"
	"github.com/DaRacci/list-ephemeral/internal/must"
	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// The machine of the tests, in three boots.
var (
	first  = history.Machine{Boot: "11111111-aaaa", Hardware: "hw", Host: "pc"}
	second = history.Machine{Boot: "22222222-bbbb", Hardware: "hw", Host: "pc"}
	third  = history.Machine{Boot: "33333333-cccc", Hardware: "hw", Host: "renamed"}
)

var noon = time.Date(2026, 11, 29, 12, 0, 0, 123, time.UTC)

// at returns a clock that stands still.
func at(when time.Time) history.WriteOptions {
	return history.WriteOptions{Now: func() time.Time { return when }}
}

// entries are one of each class, with hostile names.
var entries = []history.Entry{
	{Item: history.Item{Path: []byte("/a\n\x1b[2J"), Kind: history.FileRegular, Size: 1 << 40, ModTime: time.Unix(-5, 7)}, Class: history.ClassListed, Mode: 0o4755, UID: 7, GID: 8},
	{Item: history.Item{Path: []byte("/caf\xe9"), Kind: history.FileSymlink, Size: 3, ModTime: time.Unix(1<<40, 999_999_999)}, Class: history.ClassListed, Mode: 0o777},
	{Item: history.Item{Path: []byte("/z\u202e"), Kind: history.FileDir, Size: 4096, ModTime: noon}, Class: history.ClassKept, Mode: 0o1777, UID: 1<<32 - 1},
}

// list returns a function that writes entries.
func list(entries []history.Entry) func(*history.Writer) error {
	return func(w *history.Writer) error {
		for i := range entries {
			if err := w.Add(&entries[i]); err != nil {
				return err
			}
		}
		return nil
	}
}

// writeAt writes a receipt.
func writeAt(t testing.TB, r *history.Receipts, m history.Machine, when time.Time, entries []history.Entry) history.Header {
	t.Helper()
	header, err := r.Write(context.Background(), m, at(when), list(entries))
	must.Do(t, err)
	return header
}

// newest returns the header and the entries of the newest receipt, and the reasons of the others.
func newest(t testing.TB, r *history.Receipts, m history.Machine) (header history.Header, all []history.Entry, reasons []string) {
	t.Helper()
	found, refused, err := r.Newest(context.Background(), m)
	must.Do(t, err)
	for _, p := range refused {
		reasons = append(reasons, p.Reason.String())
	}
	if found == nil {
		return header, nil, reasons
	}
	defer found.Close()
	all, err = readAll(found.Reader)
	must.Do(t, err)
	return found.Header(), all, reasons
}

func readAll(r *history.Reader) (all []history.Entry, err error) {
	for {
		var e history.Entry
		switch err := r.Next(&e); {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return all, err
		}
		e.Path = bytes.Clone(e.Path)
		all = append(all, e)
	}
}

func storage(t testing.TB) *history.Receipts {
	return &history.Receipts{Storage: tempDir(t)}
}

// files returns the files with receipts.
func files(t testing.TB, r *history.Receipts) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(r.Storage, history.Name, "receipts/*"))
	must.Do(t, err)
	return names
}

func TestReceiptIsReadAsItWasWritten(t *testing.T) {
	r := storage(t)
	written := writeAt(t, r, first, noon, entries)
	header, all, _ := newest(t, r, second)
	if diff := cmp.Diff(written, header); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(entries, all); diff != "" {
		t.Error(diff)
	}
	want := history.Header{Schema: 1, Boot: first.Boot, Hardware: "hw", Host: "pc", Time: noon, Listed: 2, Kept: 1, Bytes: 1<<40 + 3, Complete: true}
	if diff := cmp.Diff(want, header); diff != "" {
		t.Error(diff)
	}
	file := files(t, r)[0]
	info, err := os.Stat(file)
	must.Do(t, err)
	if info.Mode() != 0o600 || filepath.Base(file) != "2026-11-29T120000Z-11111111.jsonl.gz" {
		t.Errorf("%s has the mode %v", file, info.Mode())
	}
	if dir, _ := os.Stat(filepath.Dir(filepath.Dir(file))); dir.Mode().Perm() != 0o700 || !history.Is(filepath.Join(r.Storage, history.Name)) {
		t.Errorf("the directory has the mode %v", dir.Mode())
	}
}

// TestReceiptIsPlainJSON compares the text with that of gzip and jq.
func TestReceiptIsPlainJSON(t *testing.T) {
	r := storage(t)
	writeAt(t, r, first, noon, entries)
	out, err := exec.Command(probe.Tool(t, "gzip"), "-dc", files(t, r)[0]).Output()
	must.Do(t, err)
	jq := exec.Command(probe.Tool(t, "jq"), "-c", `select(.class) | [.path // .pathBytes, .kind, .size, .mtime, .mtimeNs, .mode, .uid, .gid, .class]`)
	jq.Stdin = bytes.NewReader(out)
	got, err := jq.Output()
	must.Do(t, err)
	const want = `["/a\n\u001b[2J","file",1099511627776,-5,7,2541,7,8,"listed"]
["L2NhZuk=","symlink",3,1099511627776,999999999,511,0,0,"listed"]
["/z` + "\u202e" + `","directory",4096,1795953600,123,1023,4294967295,0,"kept"]
`
	if string(got) != want {
		t.Errorf("got\n%s\nexpected\n%s", got, want)
	}
	for _, c := range string(out) {
		if c != '\n' && (c < ' ' || c > '~') {
			t.Errorf("the text contains %q", c)
		}
	}
}

func TestNewestReceiptOfAnotherBoot(t *testing.T) {
	r := storage(t)
	if _, all, _ := newest(t, r, third); all != nil {
		t.Error("there is a receipt in empty storage")
	}
	writeAt(t, r, first, noon, entries)
	writeAt(t, r, first, noon, entries[:1]) // in the same second
	writeAt(t, r, second, noon.Add(time.Hour), entries[:2])
	writeAt(t, r, third, noon.Add(2*time.Hour), entries)
	for _, tt := range []struct {
		machine history.Machine
		boot    string
		refused []string
	}{
		{third, second.Boot, nil},
		{second, third.Boot, nil},
		{history.Machine{Boot: "4", Hardware: "hw", Host: "any"}, third.Boot, nil},
		{history.Machine{Boot: "4", Hardware: "other", Host: "pc"}, "", []string{"other-machine", "other-machine", "other-machine"}},
		{history.Machine{Boot: "4", Host: "pc"}, second.Boot, []string{"other-machine"}}, // hardware not known
	} {
		header, _, refused := newest(t, r, tt.machine)
		if header.Boot != tt.boot || !slices.Equal(refused, tt.refused) {
			t.Errorf("%+v: %q, %v; expected %q, %v", tt.machine, header.Boot, refused, tt.boot, tt.refused)
		}
	}
}

func TestOldReceiptsAreRemoved(t *testing.T) {
	r := storage(t)
	r.Keep = 3
	writeAt(t, r, first, noon, nil)
	dir := filepath.Dir(files(t, r)[0])
	write(t, dir+"/precious", "x")
	write(t, dir+"/2020-01-01T000000Z-abc.jsonl.gz.new", "left by a killed run")
	write(t, dir+"/2020-01-01T000000Z-abc.txt", "x")
	for i := range 12 { // the last boot writes several
		m := first
		m.Boot = fmt.Sprint("boot", min(i, 6))
		writeAt(t, r, m, noon.Add(time.Duration(i)*time.Hour), nil)
	}
	var names []string
	for _, name := range files(t, r) {
		names = append(names, strings.TrimSuffix(filepath.Base(name), ".jsonl.gz"))
	}
	if want := []string{"2020-01-01T000000Z-abc.txt", "2026-11-29T160000Z-boot4", "2026-11-29T170000Z-boot5", "2026-11-29T230000Z-boot6", "precious"}; !slices.Equal(names, want) {
		t.Errorf("%q, expected %q", names, want)
	}
}

func TestWriterRefusesWhatTheReaderWould(t *testing.T) {
	good := entries[0]
	change := func(f func(*history.Entry)) history.Entry {
		e := good
		f(&e)
		return e
	}
	for name, list := range map[string][]history.Entry{
		"twice":         {good, good},
		"not sorted":    {entries[1], good},
		"relative":      {change(func(e *history.Entry) { e.Path = []byte("a") })},
		"not clean":     {change(func(e *history.Entry) { e.Path = []byte("/a/../b") })},
		"NUL":           {change(func(e *history.Entry) { e.Path = []byte("/a\x00") })},
		"no path":       {change(func(e *history.Entry) { e.Path = nil })},
		"no kind":       {change(func(e *history.Entry) { e.Kind = 0 })},
		"no class":      {change(func(e *history.Entry) { e.Class = 0 })},
		"negative size": {change(func(e *history.Entry) { e.Size = -1 })},
		"mode":          {change(func(e *history.Entry) { e.Mode = 0o100644 })},
	} {
		r := storage(t)
		_, err := r.Write(t.Context(), first, at(noon), func(w *history.Writer) error {
			var last error
			for i := range list {
				last = w.Add(&list[i])
			}
			return last
		})
		if err == nil || len(files(t, r)) > 0 {
			t.Errorf("%s: %v, %q", name, err, files(t, r))
		}
	}
}

func TestErrorOfTheListingLeavesNoReceipt(t *testing.T) {
	r := storage(t)
	mine := errors.New("mine")
	_, err := r.Write(t.Context(), first, at(noon), func(*history.Writer) error { return mine })
	if !errors.Is(err, mine) || len(files(t, r)) > 0 {
		t.Errorf("%v, %q", err, files(t, r))
	}
}

// TestKeptPathsAreAddedAfterTheBudget adds entries to a receipt whose time is over.
func TestKeptPathsAreAddedAfterTheBudget(t *testing.T) {
	r, many := storage(t), manyEntries(3)
	many[1].Class = history.ClassKept
	calls := 0
	later := func() time.Time { calls++; return noon.Add(time.Duration(calls) * time.Hour) }
	_, err := r.Write(t.Context(), first, history.WriteOptions{Now: later, Budget: time.Minute}, func(w *history.Writer) error {
		listed, kept, again := w.Add(&many[0]), w.Add(&many[1]), w.Add(&many[2])
		if !errors.Is(listed, history.ErrBudget) || kept != nil || !errors.Is(again, history.ErrBudget) {
			t.Errorf("%v, %v, %v", listed, kept, again)
		}
		return again
	})
	must.Do(t, err)
	if got, all, _ := newest(t, r, second); got.Complete || got.Listed != 0 || got.Kept != 1 || len(all) != 1 {
		t.Errorf("%d entries, %+v", len(all), got)
	}
}

func TestBudgetCutsTheListing(t *testing.T) {
	many := manyEntries(2000)
	r := storage(t)
	calls := 0
	options := history.WriteOptions{Budget: time.Hour, Now: func() time.Time {
		if calls++; calls > 4 {
			return noon.Add(2 * time.Hour)
		}
		return noon
	}}
	header, err := r.Write(t.Context(), first, options, list(many))
	must.Do(t, err)
	got, all, _ := newest(t, r, second)
	if got.Complete || header.Complete || len(all) == 0 || len(all) >= len(many) || int64(len(all)) != got.Listed {
		t.Errorf("%d entries, %+v", len(all), got)
	}
}

// TestCancelledReceiptIsNotWritten cancels a receipt at some entry, also at the last one: the one
// before is kept, and nothing is left.
func TestCancelledReceiptIsNotWritten(t *testing.T) {
	many := manyEntries(2000)
	r := storage(t)
	writeAt(t, r, first, noon, entries)
	for _, after := range []int{0, 700, len(many)} {
		ctx, stop := context.WithCancel(t.Context())
		_, err := r.Write(ctx, first, at(noon.Add(time.Hour)), func(w *history.Writer) error {
			err := list(many[:after])(w)
			stop()
			return errors.Join(err, list(many[after:])(w))
		})
		stop()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled after %d: %v", after, err)
		}
		if _, all, reasons := newest(t, r, second); len(all) != len(entries) || len(reasons) > 0 || len(files(t, r)) != 1 {
			t.Errorf("cancelled after %d: %d entries, %v, %q", after, len(all), reasons, files(t, r))
		}
	}
}

func manyEntries(n int) []history.Entry {
	all := make([]history.Entry, n)
	for i := range all {
		all[i] = history.Entry{
			Item:  history.Item{Path: fmt.Appendf(nil, "/home/alice/.local/share/dir-%04d/file-%07d.txt", i/50, i), Kind: history.FileRegular, Size: int64(i % 5000), ModTime: noon.Add(time.Duration(i) * time.Millisecond)},
			Class: history.ClassListed, Mode: 0o644, UID: 1000, GID: 100,
		}
	}
	return all
}
