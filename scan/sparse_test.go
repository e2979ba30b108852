package scan

import (
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// Holes cannot be lost, so the size of a sparse file is its disk usage, as reported by du. The size
// of any other file is its length, without the rest of its last block.
func TestSizeIsTheLesserOfLengthAndDiskUsage(t *testing.T) {
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
			t.Errorf("%s: List reports %d, Stat %d (%v), du %d", filepath.Base(name), got, info.Size, err, want)
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

// On ZFS a file that was just written has no blocks yet, and a compressed one has few.
func TestInexactBlockCountsAreNotHoles(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	const old, length = 1_799_990_000, 1 << 30
	for name, tt := range map[string]struct {
		fsType int64
		err    error
		blocks uint64
		ctime  int64
		want   int64
	}{
		"ext4":                         {fsType: unix.EXT4_SUPER_MAGIC, ctime: now.Unix(), blocks: 1, want: 512},
		"ZFS, just written":            {fsType: zfsMagic, ctime: now.Unix(), blocks: 1, want: length},
		"ZFS, written after the start": {fsType: zfsMagic, ctime: now.Unix() + 60, blocks: 1, want: length},
		"ZFS, two minutes ago":         {fsType: zfsMagic, ctime: now.Unix() - 120, blocks: 1, want: length},
		"ZFS, before that":             {fsType: zfsMagic, ctime: now.Unix() - 121, blocks: 1, want: 512},
		"ZFS, compressed":              {fsType: zfsMagic, ctime: old, blocks: length / 512 / 32, want: length},
		"ZFS, whole":                   {fsType: zfsMagic, ctime: old, blocks: length / 512, want: length},
		"FUSE, blocks not counted":     {fsType: unix.FUSE_SUPER_MAGIC, ctime: old, want: length},
		"a file system without type":   {err: unix.EIO, ctime: now.Unix(), blocks: 1, want: length},
	} {
		counts := newBlockCounts(now)
		stx := unix.Statx_t{Mode: unix.S_IFREG, Size: length, Blocks: tt.blocks, Ctime: unix.StatxTimestamp{Sec: tt.ctime}}
		for range 2 {
			if got := counts.size(&stx, func() (int64, error) { return tt.fsType, tt.err }); got != tt.want {
				t.Errorf("%s: %d, want %d", name, got, tt.want)
			}
		}
		stx.Dev_minor++ // another device, which is exact
		if got := counts.size(&stx, func() (int64, error) { return unix.BTRFS_SUPER_MAGIC, nil }); got != min(length, int64(tt.blocks)*512) {
			t.Errorf("%s: on another device %d", name, got)
		}
	}
}

// TestSizeOfNewFilesOnFUSEIsTheirLength uses FUSE in place of ZFS: a file system whose block counts
// are not known to be exact.
func TestSizeOfNewFilesOnFUSEIsTheirLength(t *testing.T) {
	probe.Need(t, probe.Root, probe.FUSE)
	bindfs := probe.Tool(t, "bindfs")
	back, root := t.TempDir(), t.TempDir()
	file := filepath.Join(root, "new")
	if err := errors.Join(os.WriteFile(filepath.Join(back, "new"), nil, 0o644), os.Truncate(filepath.Join(back, "new"), 1<<40)); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(bindfs, back, root).CombinedOutput(); err != nil {
		t.Fatalf("bindfs: %v\n%s", err, out)
	}
	t.Cleanup(func() { _ = unix.Unmount(root, unix.MNT_DETACH) })
	opts := rootOptions(root, Rules{})
	opts.Info = true
	var listed []int64
	if _, err := List(t.Context(), opts, func(e *Entry) error { listed = append(listed, e.Info().Size); return nil }); err != nil {
		t.Fatal(err)
	}
	_, info, err := Stat(file)
	if len(listed) != 1 || listed[0] != 1<<40 || info.Size != 1<<40 || err != nil {
		t.Errorf("List reports %d, Stat %d, %v", listed, info.Size, err)
	}
}

// A file system can report any size: a FUSE file system answers with a user's own program.
func TestReportedSizesAreNeverNegative(t *testing.T) {
	for _, claim := range []struct{ size, blocks uint64 }{
		{math.MaxUint64, math.MaxUint64}, {1 << 63, 1 << 55}, {math.MaxInt64, 1 << 55}, {1 << 62, math.MaxUint64},
	} {
		for _, mode := range []uint16{unix.S_IFREG, unix.S_IFLNK, unix.S_IFBLK} {
			stx := unix.Statx_t{Size: claim.size, Blocks: claim.blocks, Mode: mode}
			counts := blockCounts{known: true, exact: true}
			if got := decodeInfo(appendInfo(nil, &stx, counts.size(&stx, nil))).Size; got < 1<<62 {
				t.Errorf("size %d with %d blocks of mode %o is %d", claim.size, claim.blocks, mode, got)
			}
		}
	}
}
