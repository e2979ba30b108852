package scan

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

	"github.com/DaRacci/list-ephemeral/internal/must"
	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// newVolume mounts a btrfs, and returns its top. Its image is in memory, because each tree that is read
// soon after a change is written out first, which takes long on a busy disk.
func newVolume(t *testing.T) string {
	t.Helper()
	probe.Need(t, probe.Root, probe.Loop, probe.Btrfs)
	dir := t.TempDir()
	memory, top := dir+"/memory", dir+"/top"
	image := memory + "/image"
	must.Do(t, os.Mkdir(memory, 0o755), unix.Mount("none", memory, "tmpfs", 0, "mode=700"))
	t.Cleanup(func() { must.Do(t, unix.Unmount(memory, unix.MNT_DETACH)) })
	must.Do(t, os.WriteFile(image, nil, 0o600), os.Truncate(image, 512<<20), os.Mkdir(top, 0o755))
	must.Run(t, "mkfs.btrfs", "-q", image)
	must.Run(t, "mount", "-o", "loop", image, top)
	t.Cleanup(func() { must.Do(t, unix.Unmount(top, unix.MNT_DETACH)) })
	return top
}

// readTree reads the subvolume of a base as a Tree.
func (b *Base) readTree(t *testing.T) *Tree {
	t.Helper()
	tree, err := ReadTree(t.Context(), b.FD, true)
	must.Do(t, err)
	return tree
}

// TestTreeHasWhatAWalkFinds lists generated trees with generated rules in subvolumes, with and
// without reading them in bulk. They have just been written, so much of them is only in memory.
func TestTreeHasWhatAWalkFinds(t *testing.T) {
	top := newVolume(t)
	choices := []string{"*log", "a*", "**/b", "a/", "*a/b*", "x/**", "é*", "日本"}
	listed := 0
	for seed := range uint64(probe.Cases(15, 150)) {
		random := rand.New(rand.NewPCG(seed, 1919))
		root, volume := fdTree(t, random), fmt.Sprint(top, "/", seed)
		must.Run(t, "btrfs", "-q", "subvolume", "create", volume)
		must.Run(t, "cp", "-a", root+"/.", volume)
		must.Run(t, "btrfs", "-q", "subvolume", "create", volume+"/nested")
		makeTree(t, volume, "tagged/below/x", "tagged/y", "home/.cache/z", "nested/deep/er", "kept/inner/x", "home/.config/y")
		must.Do(t, os.WriteFile(volume+"/tagged/CACHEDIR.TAG", []byte("Signature: 8a477f597d28d172789f06886806bc55"), 0o600))
		must.Do(t, os.Symlink("/nix/store/x", volume+"/link"), os.Symlink("tagged/y", volume+"/other"), os.Link(volume+"/tagged/y", volume+"/hard"))
		must.Do(t, unix.Mknod(volume+"/gone", unix.S_IFCHR, 0), unix.Mknod(volume+"/null", unix.S_IFCHR|0o600, int(unix.Mkdev(1, 3))), unix.Mkfifo(volume+"/pipe", 0o640))
		must.Do(t, os.WriteFile(volume+"/replaced", []byte("x"), 0o600), os.Rename(volume+"/replaced", volume+"/hard"))
		must.Do(t, os.Truncate(volume+"/home/.cache/z", 5<<30), os.Chown(volume+"/home", 1000, 100), os.Chtimes(volume+"/pipe", time.Unix(0, 0), time.Unix(0, 0)))
		source := volume
		if seed%3 == 0 { // its nested subvolume is an empty directory, whose time is that of its first use
			source += ".snapshot"
			must.Run(t, "btrfs", "-q", "subvolume", "snapshot", volume, source)
		}
		rules := Rules{
			Persisted: []Persisted{{Path: root + "/kept", Source: "test"}, {Path: root + "/home/.config", Source: "test"}},
			Storage:   []string{root + "/b"}, Include: []string{root + "/home/.cache", root + "/kept/inner"},
		}
		var texts []string
		for range random.IntN(5) {
			texts = append(texts, choices[random.IntN(len(choices))])
		}
		rules.Exclude = patterns(t, texts...)
		if random.IntN(2) == 0 {
			hidden := hidingRules()
			rules.Classes, rules.Hide = hidden.Classes, true
		}
		opts := rootOptions(root, rules)
		opts.Kinds = KindsOf(KindFile, KindDir, KindSymlink, KindPipe, KindChar, KindWhiteout, KindSocket)
		opts.Info, opts.Tags, opts.Lengths = random.IntN(4) > 0, Tags(random.IntN(3)), true
		opts.Base = baseOf(t, source, root)
		isNested := func(entry string) bool { return source != volume && strings.HasPrefix(entry, root+"/nested ") }
		walked := slices.DeleteFunc(entries(t, opts), isNested)
		opts.Base.Tree = opts.Base.readTree(t)
		if diff := cmp.Diff(walked, slices.DeleteFunc(entries(t, opts), isNested)); diff != "" {
			t.Fatalf("seed %d, excludes %q: differs (-walk +tree):\n%s", seed, texts, diff)
		}
		listed += len(walked)
	}
	if listed < 500 {
		t.Errorf("only %d entries", listed)
	}
}

// TestTreeOfLargeDirectories has directories whose entries do not fit into a block or into the buffer
// of one call, with names of all lengths.
func TestTreeOfLargeDirectories(t *testing.T) {
	volume := newVolume(t) + "/volume"
	must.Run(t, "btrfs", "-q", "subvolume", "create", volume)
	for dir, count := range map[string]int{"small": 300, "large": 9000} {
		must.Do(t, os.Mkdir(filepath.Join(volume, dir), 0o755))
		for i := range count {
			name := fmt.Sprintf("%05d", i)
			must.Do(t, os.WriteFile(filepath.Join(volume, dir, name+strings.Repeat("x", (i*7)%250)), nil, 0o600))
		}
	}
	opts := rootOptions("/was", Rules{})
	opts.Info, opts.Lengths, opts.Base = true, true, baseOf(t, volume, "/was")
	walked := entries(t, opts)
	opts.Base.Tree = opts.Base.readTree(t)
	if diff := cmp.Diff(walked, entries(t, opts)); diff != "" || len(walked) != 9300 {
		t.Errorf("%d entries: differs (-walk +tree):\n%s", len(walked), diff)
	}
}

// TestTreeHasTheLastChanges changes files and reads them at once. What the kernel keeps in memory must
// not be missing.
func TestTreeHasTheLastChanges(t *testing.T) {
	volume := newVolume(t) + "/volume"
	must.Run(t, "btrfs", "-q", "subvolume", "create", volume)
	opts := rootOptions("/was", Rules{})
	opts.Info, opts.Lengths, opts.Base = true, true, baseOf(t, volume, "/was")
	file, err := os.Create(volume + "/grows")
	must.Do(t, err)
	defer file.Close()
	for i := range 20 {
		_, err := file.WriteString(strings.Repeat("x", 100_000*i))
		must.Do(t, err, os.WriteFile(fmt.Sprint(volume, "/", i), []byte("x"), 0o600))
		_ = os.Remove(fmt.Sprint(volume, "/", i-2))
		opts.Base.Tree = opts.Base.readTree(t)
		read := entries(t, opts)
		opts.Base.Tree = nil
		if diff := cmp.Diff(entries(t, opts), read); diff != "" {
			t.Fatalf("after change %d: differs (-walk +tree):\n%s", i, diff)
		}
	}
}

// TestSomeDirectoriesHaveNoTree asks for trees that cannot be read.
func TestSomeDirectoriesHaveNoTree(t *testing.T) {
	volume := newVolume(t) + "/volume"
	must.Run(t, "btrfs", "-q", "subvolume", "create", volume)
	must.Do(t, os.Mkdir(volume+"/dir", 0o755))
	for _, dir := range []string{volume + "/dir", "/proc", t.TempDir()} {
		if _, err := ReadTree(t.Context(), baseOf(t, dir, "/was").FD, false); !errors.Is(err, ErrNoTree) {
			t.Errorf("%s: %v", dir, err)
		}
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ReadTree(cancelled, baseOf(t, volume, "/was").FD, false); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
