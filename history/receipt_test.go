package history_test

import (
	"bytes"
	"compress/gzip"
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
	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/history"
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
	must(t, err)
	return header
}

// newest returns the header and the entries of the newest receipt, and the reasons of the others.
func newest(t testing.TB, r *history.Receipts, m history.Machine) (header history.Header, all []history.Entry, reasons []string) {
	t.Helper()
	found, refused, err := r.Newest(context.Background(), m)
	must(t, err)
	for _, p := range refused {
		reasons = append(reasons, p.Reason.String())
	}
	if found == nil {
		return header, nil, reasons
	}
	defer found.Close()
	all, err = readAll(found.Reader)
	must(t, err)
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
	must(t, err)
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
	must(t, err)
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
	must(t, err)
	jq := exec.Command(probe.Tool(t, "jq"), "-c", `select(.class) | [.path // .pathBytes, .kind, .size, .mtime, .mtimeNs, .mode, .uid, .gid, .class]`)
	jq.Stdin = bytes.NewReader(out)
	got, err := jq.Output()
	must(t, err)
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
	writeAt(t, r, first, noon, entries[:1])
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

func TestBudgetCutsTheListing(t *testing.T) {
	many := manyEntries(2000)
	for name, cancel := range map[string]bool{"the time is over": false, "cancelled": true} {
		r := storage(t)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		calls := 0
		options := history.WriteOptions{Now: func() time.Time {
			if calls++; calls > 4 {
				return noon.Add(2 * time.Hour)
			}
			return noon
		}}
		if !cancel {
			options.Budget = time.Hour
		}
		header, err := r.Write(ctx, first, options, func(w *history.Writer) error {
			for i := range many {
				if i == 700 && cancel {
					stop()
				}
				if err := w.Add(&many[i]); err != nil {
					return err
				}
			}
			return nil
		})
		must(t, err)
		got, all, _ := newest(t, r, second)
		if got.Complete || header.Complete || len(all) == 0 || len(all) >= len(many) || int64(len(all)) != got.Listed {
			t.Errorf("%s: %d entries, %+v", name, len(all), got)
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

// TestDamagedReceiptsAreRefused changes a receipt in each way. The reader gives the reason, and the
// receipt before it is used.
func TestDamagedReceiptsAreRefused(t *testing.T) {
	intact := func() []byte {
		r := storage(t)
		writeAt(t, r, second, noon.Add(time.Hour), entries)
		text, err := os.ReadFile(files(t, r)[0])
		must(t, err)
		return text
	}()
	plain := unzip(t, intact)
	header, body := plain[:1024], plain[1024:]
	lines := strings.SplitAfter(string(body), "\n")
	edit := func(text []byte, old, new string) []byte {
		if !bytes.Contains(text, []byte(old)) {
			t.Fatalf("no %q in %s", old, text)
		}
		edited := bytes.Replace(text, []byte(old), []byte(new), 1)
		if extra := len(new) - len(old); len(text) == 1024 && extra > 0 {
			edited = append(bytes.TrimRight(edited, " \n"), bytes.Repeat([]byte(" "), 1024)...)[:1023]
			edited = append(edited, '\n')
		}
		return edited
	}
	for _, tt := range []struct {
		name string
		data []byte
		want history.Reason
	}{
		{"empty", nil, history.Incomplete},
		{"cut in the header", intact[:500], history.Incomplete},
		{"cut after the header", intact[:1060], history.Incomplete},
		{"cut in the entries", intact[:len(intact)-30], history.Incomplete},
		{"cut in the checksum", intact[:len(intact)-3], history.Incomplete},
		{"a bit flipped", flipped(intact, len(intact)-60), history.Malformed},
		{"the checksum", flipped(intact, len(intact)-6), history.Malformed},
		{"not gzip", []byte("hello, world, this is text"), history.Malformed},
		{"no footer", zip(header, []byte(lines[0])), history.Incomplete},
		{"an entry less", zip(header, []byte(lines[0]+lines[2]+lines[3])), history.Malformed},
		{"swapped", zip(header, []byte(lines[1]+lines[0]+lines[2]+lines[3])), history.Malformed},
		{"after the end", zip(header, append(body, lines[0]...)), history.Malformed},
		{"a third member", append(slices.Clone(intact), zip(header, nil)...), history.Malformed},
		{"a bomb", zip(header, bytes.Repeat([]byte("x"), 4<<20)), history.TooLarge},
		{"short header", zip(header[:100], body), history.Malformed},
		{"newer", zip(edit(header, `"schema":1`, `"schema":2`), body), history.NewerFormat},
		{"no version", zip(edit(header, `"schema":1`, `"schema":0`), body), history.Malformed},
		{"counts", zip(edit(header, `"listed":2`, `"listed":3`), body), history.Malformed},
		{"sum", zip(edit(header, `"bytes":1099511627779`, `"bytes":1099511627778`), body), history.Malformed},
		{"path", zip(header, edit(body, `"/a`, `"../a`)), history.Malformed},
		{"two paths", zip(header, edit(body, `"path":`, `"pathBytes":"Lw==","path":`)), history.Malformed},
		{"class", zip(header, edit(body, `"listed"`, `"safe"`)), history.Malformed},
		{"a huge number", zip(header, edit(body, `"size":3`, `"size":3e99`)), history.Malformed},
		{"nanoseconds", zip(header, edit(body, `"mtimeNs":999999999`, `"mtimeNs":9999999999`)), history.Malformed},
		{"other boot in the header", zip(edit(header, "22222222", "99999999"), body), history.Malformed},
		{"another machine", zip(edit(header, `"hardware":"hw"`, `"hardware":"xx"`), body), history.OtherMachine},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := storage(t)
			writeAt(t, r, first, noon, entries[:1])
			file := filepath.Join(filepath.Dir(files(t, r)[0]), "2026-11-29T130000Z-22222222.jsonl.gz")
			must(t, os.WriteFile(file, tt.data, 0o600))
			got, all, reasons := newest(t, r, third)
			if len(reasons) != 1 || reasons[0] != tt.want.String() || got.Boot != first.Boot || len(all) != 1 {
				t.Errorf("refused for %v, expected %s; used %q", reasons, tt.want, got.Boot)
			}
		})
	}
}

func unzip(t testing.TB, data []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(data))
	must(t, err)
	text, err := io.ReadAll(z)
	must(t, err)
	return text
}

// zip makes a receipt of two members.
func zip(members ...[]byte) []byte {
	var b bytes.Buffer
	for _, text := range members {
		z := gzip.NewWriter(&b)
		z.Write(text)
		z.Close()
	}
	return b.Bytes()
}

func flipped(data []byte, i int) []byte {
	data = bytes.Clone(data)
	data[i] ^= 0x40
	return data
}

// TestReceiptsOfOthersAreRefused puts files of other users, symlinks and pipes among the receipts.
func TestReceiptsOfOthersAreRefused(t *testing.T) {
	probe.Need(t, probe.Root)
	r := storage(t)
	writeAt(t, r, first, noon, entries)
	good := files(t, r)[0]
	text, err := os.ReadFile(good)
	must(t, err)
	name := func(hour int) string {
		return filepath.Join(filepath.Dir(good), fmt.Sprintf("2026-11-30T%02d0000Z-x.jsonl.gz", hour))
	}
	must(t, os.WriteFile(name(1), text, 0o600), os.Chown(name(1), 1234, 1234), os.Symlink(good, name(2)), unix.Mkfifo(name(3), 0o600), os.Mkdir(name(4), 0o700))
	must(t, os.WriteFile(name(5), text, 0o600), os.Chmod(name(5), 0o666))
	_, _, reasons := newest(t, r, second)
	if want := []string{"foreign", "malformed", "malformed", "not-directory", "foreign"}; !slices.Equal(reasons, want) {
		t.Errorf("%q, expected %q", reasons, want)
	}
}

// TestDirectoryOfAnotherUserIsNotUsed lets the owner of the storage path put a directory in place.
func TestDirectoryOfAnotherUserIsNotUsed(t *testing.T) {
	probe.Need(t, probe.Root)
	for name, put := range map[string]func(dir string) error{
		"of the user":      func(dir string) error { return errors.Join(os.Mkdir(dir, 0o700), os.Chown(dir, 1234, 1234)) },
		"a symlink":        func(dir string) error { return os.Symlink("/etc", dir) },
		"open to all":      func(dir string) error { return errors.Join(os.Mkdir(dir, 0o755), os.Chmod(dir, 0o777)) },
		"renamed, of root": func(dir string) error { return os.MkdirAll(dir+"/precious", 0o700) },
	} {
		r := storage(t)
		must(t, put(filepath.Join(r.Storage, history.Name)), os.Chown(r.Storage, 1234, 1234))
		_, err := r.Write(t.Context(), first, at(noon), list(entries))
		var p *history.ReasonError
		if !errors.As(err, &p) || p.Reason != history.Foreign {
			t.Errorf("%s: write: %v", name, err)
		}
		_, _, err = r.Newest(t.Context(), first)
		if !errors.As(err, &p) || p.Reason != history.Foreign {
			t.Errorf("%s: read: %v", name, err)
		}
		_, err = (&history.Graveyard{Storage: r.Storage}).Prune(noon, history.Limits{})
		if !errors.As(err, &p) || p.Reason != history.Foreign {
			t.Errorf("%s: prune: %v", name, err)
		}
	}
}

func TestSecondWriterIsRefused(t *testing.T) {
	r := storage(t)
	_, err := r.Write(t.Context(), first, at(noon), func(*history.Writer) error {
		_, err := r.Write(t.Context(), first, at(noon), list(entries))
		return err
	})
	var p *history.ReasonError
	if !errors.As(err, &p) || p.Reason != history.Busy {
		t.Errorf("%v", err)
	}
}

// TestFullStorage writes a receipt and a grave on a file system that is too small.
func TestFullStorage(t *testing.T) {
	probe.Need(t, probe.Root, probe.Namespaces)
	dir := tempDir(t)
	must(t, os.Mkdir(dir+"/small", 0o755))
	tool(t, "mount", "-t", "tmpfs", "-o", "size=256k", "none", dir+"/small")
	t.Cleanup(func() { must(t, unix.Unmount(dir+"/small", unix.MNT_DETACH)) })
	r := &history.Receipts{Storage: dir + "/small"}
	writeAt(t, r, first, noon, entries)
	_, err := r.Write(t.Context(), second, at(noon.Add(time.Hour)), list(manyEntries(100_000)))
	var p *history.ReasonError
	if !errors.As(err, &p) || p.Reason != history.NoSpace || len(files(t, r)) != 1 {
		t.Errorf("%v, %q", err, files(t, r))
	}
	write(t, dir+"/big", strings.Repeat("x", 200<<10))
	write(t, dir+"/big2", strings.Repeat("x", 200<<10))
	g := &history.Graveyard{Storage: dir + "/small"}
	_, err = g.Bury(t.Context(), second, slices.Values([]string{dir + "/big", dir + "/big2"}), history.BuryOptions{Roots: []string{dir}})
	if !errors.As(err, &p) || p.Reason != history.NoSpace {
		t.Errorf("%v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "small", history.Name, "graveyard/*")); len(left) > 0 {
		t.Errorf("left %q", left)
	}
	if _, all, reasons := newest(t, r, second); len(all) != len(entries) || len(reasons) > 0 {
		t.Errorf("%d entries, %v", len(all), reasons)
	}
}
