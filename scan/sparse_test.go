package scan

import (
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// Holes cannot be lost, so that a sparse file counts what du says that it takes up; any
// other file counts its length, and not the rest of its last block.
func TestSizesAreTheLesserOfBothThatDuKnows(t *testing.T) {
	root := t.TempDir()
	for name, layout := range map[string]struct {
		data   int // at the start
		length int64
	}{
		"empty": {}, "short": {data: 5, length: 5}, "whole": {data: 300_000, length: 300_000},
		"hollow": {length: 1 << 40}, "a hole behind": {data: 70_000, length: 1 << 30}, "a hole behind one byte": {data: 1, length: 1 << 20},
	} {
		path := filepath.Join(root, name)
		if err := os.WriteFile(path, make([]byte, layout.data), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, layout.length); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(strings.Repeat("x", 40), filepath.Join(root, "link")); err != nil {
		t.Fatal(err)
	}
	opts := rootOptions(root, Rules{})
	opts.Kinds, opts.Info = KindsOf(KindFile, KindSymlink), true
	seen := 0
	if _, err := List(t.Context(), opts, func(e *Entry) error {
		seen++
		name := string(e.Path)
		want := duBytes(t, "--apparent-size", name)
		if e.Kind == KindFile {
			want = min(want, duBytes(t, "--block-size=1", name))
		}
		_, info, err := Stat(name)
		if got := e.Info().Size; got != want || info.Size != want || err != nil {
			t.Errorf("%s: List says %d, Stat %d (%v), du %d", filepath.Base(name), got, info.Size, err, want)
		}
		return nil
	}); err != nil || seen != 7 {
		t.Fatalf("%d files, %v", seen, err)
	}
}

func duBytes(t *testing.T, args ...string) int64 {
	t.Helper()
	out, err := exec.Command("du", append([]string{"--block-size=1"}, args...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	size, err := strconv.ParseInt(strings.Fields(string(out))[0], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return size
}

// What a file system claims may be anything: those of users (FUSE) answer by their own
// program.
func TestClaimedSizesAreNeverNegative(t *testing.T) {
	for _, claim := range []struct{ size, blocks uint64 }{
		{math.MaxUint64, math.MaxUint64}, {1 << 63, 1 << 55}, {math.MaxInt64, 1 << 55}, {1 << 62, math.MaxUint64},
	} {
		for _, mode := range []uint16{unix.S_IFREG, unix.S_IFLNK, unix.S_IFBLK} {
			stx := unix.Statx_t{Size: claim.size, Blocks: claim.blocks, Mode: mode}
			if got := decodeInfo(appendInfo(nil, &stx)).Size; got < 1<<62 {
				t.Errorf("size %d with %d blocks of mode %o is %d", claim.size, claim.blocks, mode, got)
			}
		}
	}
}
