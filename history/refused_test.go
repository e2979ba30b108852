package history_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/history"
	"github.com/DaRacci/list-ephemeral/internal/must"
	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// TestDamagedReceiptsAreRefused changes a receipt in each way. The reader gives the reason, and the
// receipt before it is used.
func TestDamagedReceiptsAreRefused(t *testing.T) {
	intact := func() []byte {
		r := storage(t)
		writeAt(t, r, second, noon.Add(time.Hour), entries)
		text, err := os.ReadFile(files(t, r)[0])
		must.Do(t, err)
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
			must.Do(t, os.WriteFile(file, tt.data, 0o600))
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
	must.Do(t, err)
	text, err := io.ReadAll(z)
	must.Do(t, err)
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
	must.Do(t, err)
	name := func(hour int) string {
		return filepath.Join(filepath.Dir(good), fmt.Sprintf("2026-11-30T%02d0000Z-x.jsonl.gz", hour))
	}
	must.Do(t, os.WriteFile(name(1), text, 0o600), os.Chown(name(1), 1234, 1234), os.Symlink(good, name(2)), unix.Mkfifo(name(3), 0o600), os.Mkdir(name(4), 0o700))
	must.Do(t, os.WriteFile(name(5), text, 0o600), os.Chmod(name(5), 0o666))
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
		must.Do(t, put(filepath.Join(r.Storage, history.Name)), os.Chown(r.Storage, 1234, 1234))
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
	must.Do(t, os.Mkdir(dir+"/small", 0o755))
	must.Run(t, "mount", "-t", "tmpfs", "-o", "size=256k", "none", dir+"/small")
	t.Cleanup(func() { must.Do(t, unix.Unmount(dir+"/small", unix.MNT_DETACH)) })
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

// TestReceiptsOfRootNeedRoot reads the receipts of root as another user.
func TestReceiptsOfRootNeedRoot(t *testing.T) {
	probe.Need(t, probe.Root)
	r := storage(t)
	writeAt(t, r, first, noon, entries)
	must.Do(t, os.Chmod(filepath.Dir(r.Storage), 0o755), os.Chmod(r.Storage, 0o755))
	done := make(chan string)
	go func() { // the thread ends with the goroutine, because it stays locked
		done <- asOther(1234, func() string {
			_, _, err := r.Newest(t.Context(), second)
			var p *history.ReasonError
			if !errors.As(err, &p) {
				return fmt.Sprint("no reason: ", err)
			}
			return p.Reason.String()
		})
	}()
	if got := <-done; got != "needs-root" {
		t.Error(got)
	}
}
