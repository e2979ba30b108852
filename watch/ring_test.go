package watch_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/watch"
)

var noon = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

func written(path string, at time.Time) *watch.Record {
	return &watch.Record{Path: path, Op: watch.Write, Time: at, By: watch.Process{PID: 7, Exe: "/bin/a", Comm: "a", Unit: "a.service"}}
}

func readAll(t *testing.T, name string) (all []watch.Record) {
	t.Helper()
	wrong, err := watch.ReadRing(name, func(r *watch.Record) { all = append(all, *r) })
	if wrong != 0 || err != nil {
		t.Fatalf("%d wrong lines, %v", wrong, err)
	}
	return all
}

func TestRingReturnsWhatWasAdded(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "ring")
	ring, err := watch.OpenRing(name, 0)
	if err != nil {
		t.Fatal(err)
	}
	var want []watch.Record
	for i, path := range []string{"/a", "/日本", "/\xff\n", "/ \x1b[31m"} {
		e := written(path, noon.Add(time.Duration(i)*time.Second))
		want = append(want, *e)
		if err := ring.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	lost := &watch.Record{Overflow: true, Time: noon.Add(time.Hour)}
	if err := ring.Add(lost); err != nil {
		t.Fatal(err)
	}
	if err := ring.Close(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(append(want, *lost), readAll(t, name)); diff != "" {
		t.Error(diff)
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestRingIsBounded(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "ring")
	const size = 4000
	ring, err := watch.OpenRing(name, size)
	if err != nil {
		t.Fatal(err)
	}
	const count = 500
	for i := range count {
		if err := ring.Add(written(fmt.Sprintf("/file-%d", i), noon)); err != nil {
			t.Fatal(err)
		}
	}
	ring.Close()
	var total int64
	for _, part := range []string{name, name + ".1"} {
		info, err := os.Stat(part)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Fatalf("%s: %v, %v", part, info, err)
		}
		total += info.Size()
	}
	all := readAll(t, name)
	if total > size || len(all) < 10 || all[len(all)-1].Path != fmt.Sprintf("/file-%d", count-1) {
		t.Errorf("%d bytes, %d records, the last is %v", total, len(all), all[len(all)-1])
	}
	for i := range all[1:] {
		if all[i+1].Path == all[i].Path {
			t.Errorf("%s is there twice", all[i].Path)
		}
	}
}

func TestRingSkipsRepeatedWrites(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "ring")
	ring, err := watch.OpenRing(name, 0)
	if err != nil {
		t.Fatal(err)
	}
	other := written("/a", noon.Add(time.Second))
	other.By.Exe = "/bin/b"
	for _, e := range []*watch.Record{
		written("/a", noon), written("/a", noon.Add(time.Second)), other, // another program
		written("/a", noon.Add(2*time.Second)), written("/a", noon.Add(3*time.Second)), written("/a", noon.Add(3*watch.RingAgain)),
	} {
		if err := ring.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	ring.Close()
	var exes string
	for _, r := range readAll(t, name) {
		exes += filepath.Base(r.By.Exe)
	}
	if exes != "abaa" {
		t.Errorf("got records of %q", exes)
	}
}

func TestRingContinuesAfterACrash(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "ring")
	record := written("/whole", noon)
	if err := os.WriteFile(name, append(record.Append(nil), `{"time":"2026-`...), 0o644); err != nil {
		t.Fatal(err)
	}
	ring, err := watch.OpenRing(name, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(ring.Add(written("/joined", noon)), ring.Add(written("/after", noon)), ring.Close()); err != nil {
		t.Fatal(err)
	}
	var got []string
	wrong, err := watch.ReadRing(name, func(r *watch.Record) { got = append(got, r.Path) })
	if diff := cmp.Diff([]string{"/whole", "/joined", "/after"}, got); diff != "" || wrong != 1 || err != nil {
		t.Errorf("%d wrong, %v\n%s", wrong, err, diff)
	}
}

func TestRingRefusesOtherFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	target := filepath.Join(dir, "target")
	if err := errors.Join(os.WriteFile(target, nil, 0o600), os.Symlink(target, filepath.Join(dir, "link")), os.Mkdir(filepath.Join(dir, "dir"), 0o700)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"link", "dir", "missing/ring"} {
		if ring, err := watch.OpenRing(filepath.Join(dir, name), 0); err == nil {
			ring.Close()
			t.Errorf("%s is opened", name)
		}
	}
	if _, err := watch.ReadRing(filepath.Join(dir, "none"), func(*watch.Record) {}); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// FuzzParseRecord reads arbitrary lines. A record that is read is written as a line that is read as
// the same record.
func FuzzParseRecord(f *testing.F) {
	record := written("/a\xff", noon)
	f.Add(record.Append(nil))
	f.Add([]byte(`{"time":"2026-11-30T12:00:00Z","overflow":true}`))
	f.Add([]byte(`{"path":"/a","ops":["written","unknown"],"pid":-5,"exe":"\u0000"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		first, err := watch.ParseRecord(text)
		if err != nil || first.Time.UTC().Year() < 0 || first.Time.UTC().Year() > 9999 {
			return
		}
		second, err := watch.ParseRecord(first.Append(nil))
		first.Time = first.Time.UTC().Truncate(time.Millisecond)
		if diff := cmp.Diff(first, second); diff != "" || err != nil {
			t.Errorf("%v\n%s", err, diff)
		}
	})
}

func BenchmarkRingAdd(b *testing.B) {
	ring, err := watch.OpenRing(filepath.Join(b.TempDir(), "ring"), 0)
	if err != nil {
		b.Fatal(err)
	}
	defer ring.Close()
	e := written("/home/alice/.config/program/file", noon)
	b.ReportAllocs()
	for b.Loop() {
		e.Time = e.Time.Add(watch.RingAgain)
		if err := ring.Add(e); err != nil {
			b.Fatal(err)
		}
	}
}
