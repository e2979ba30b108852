package securefile

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBesideIsVisibleAndReplacesNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	must(t, os.WriteFile(path+".part", []byte("of another run"), 0o600))
	f, err := Create(path, Options{})
	must(t, err)
	defer f.Discard()
	b, err := f.Beside(".part")
	must(t, err)
	if diff := cmp.Diff([]string{path + ".part"}, b.Existing); diff != "" {
		t.Error(diff)
	}
	_, err = b.WriteString("new")
	must(t, err)
	holds(t, path+".part-2", "new", filepath.Base(f.name), "f.part")
	_, err = f.Write([]byte("done"))
	must(t, err, f.Commit())
	b.Remove()
	holds(t, path, "done", "f.part")
	holds(t, path+".part", "of another run", "f")
}

func TestBesideStaysWithoutRemove(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	f, err := Create(path, Options{})
	must(t, err)
	b, err := f.Beside(".part")
	must(t, err, b.Close())
	f.Discard()
	holds(t, path+".part", "")
}

func TestBesideIsNothingForADevice(t *testing.T) {
	f, err := Create(os.DevNull, Options{})
	must(t, err)
	defer f.Discard()
	if b, err := f.Beside(".part"); b != nil || err != nil {
		t.Errorf("got %v, %v", b, err)
	}
}
