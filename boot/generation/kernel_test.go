package generation_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/boot/generation"
	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/probe"
	"github.com/DaRacci/list-ephemeral/internal/rootfs"
)

// TestKeptAgreesWithTheKernel mounts what random generations declare, in the order of a boot, and
// compares with the file system of each path.
func TestKeptAgreesWithTheKernel(t *testing.T) {
	t.Parallel()
	probe.Need(t, probe.Root, probe.Namespaces)
	seed := rand.New(rand.NewPCG(5, 6))
	kept, asked := 0, 0
	for range 40 {
		entries := randomMounts(seed)
		m := newMachine(t)
		var links []string
		for _, e := range entries {
			if e.How == generation.Symlink {
				links = append(links, "L+ "+e.Path+" - - - - "+e.Storage)
			} else {
				m.fstab(fstabText(e))
			}
		}
		m.tmpfiles("00-nixos.conf", links...)
		g := m.read(generation.Options{})
		queries := []string{"/", "/x", "/keep/a", "/a/b/c"}
		for _, e := range entries {
			queries = append(queries, e.Path, e.Path+"/a", path.Dir(e.Path), cmp.Or(e.Storage, "/")+"/b")
		}
		kernel := inNamespace(t, entries, queries)
		for i, query := range queries {
			query = path.Clean(query)
			if e, ok := g.Keeps(query); ok != kernel[i] {
				t.Fatalf("%s: %v by %s, the kernel has it in a kept file system: %v\n%s", query, ok, show(e), kernel[i], strings.Join(showAll(g), "\n"))
			} else if asked++; ok {
				kept++
			}
		}
	}
	if kept < asked/10 || kept > asked*9/10 {
		t.Errorf("%d of %d are kept", kept, asked)
	}
}

// fstabText is the line of a mount.
func fstabText(e generation.Entry) string {
	switch e.How {
	case generation.Bind:
		return e.Storage + " " + e.Path + " none " + e.Options + " 0 0"
	case generation.Tmpfs:
		return "none " + e.Path + " tmpfs 0 0"
	default:
		return "/dev/sda " + e.Path + " ext4 0 0"
	}
}

// randomMounts returns mounts in an order in which a boot can make them, then symlinks, which
// are neither at nor above a mount point. What is below the source of a bind mount is mounted first:
// whether a later mount appears there depends on the propagation, mount_namespaces(7).
func randomMounts(r *rand.Rand) []generation.Entry {
	name := func() string {
		p := ""
		for range 1 + r.IntN(3) {
			p += "/" + pick(r, "a", "b", "c")
		}
		return p
	}
	var mounts, links []generation.Entry
	for range 7 {
		e := generation.Entry{Path: name(), How: []generation.How{generation.Bind, generation.Bind, generation.Tmpfs, generation.OwnFileSystem, generation.Symlink}[r.IntN(5)]}
		if e.How == generation.Bind || e.How == generation.Symlink {
			e.Storage = pick(r, "/keep", "", "/other") + name()
			e.Options = pick(r, "bind", "rbind")
		}
		taken := slices.ContainsFunc(slices.Concat(mounts, links), func(o generation.Entry) bool { return o.Path == e.Path })
		switch {
		case taken || e.Storage != "" && (paths.AtOrBelow(e.Storage, e.Path) || paths.AtOrBelow(e.Path, e.Storage)):
		case e.How == generation.Symlink:
			links = append(links, e)
		default:
			mounts = append(mounts, e)
		}
	}
	var ordered []generation.Entry
	for len(mounts) > 0 {
		i := slices.IndexFunc(mounts, func(e generation.Entry) bool { // nothing else has to be there before
			return !slices.ContainsFunc(mounts, func(o generation.Entry) bool {
				return o.Path != e.Path && (paths.Below(e.Path, o.Path) || paths.AtOrBelow(e.Storage, o.Path) || paths.Below(o.Path, e.Storage))
			})
		})
		if i < 0 {
			break // a cycle: systemd does not mount the rest either
		}
		ordered, mounts = append(ordered, mounts[i]), slices.Delete(mounts, i, i+1)
	}
	for _, link := range links {
		if !slices.ContainsFunc(slices.Concat(ordered, links), func(o generation.Entry) bool {
			if o.How == generation.Bind && (paths.Below(link.Path, o.Path) || paths.AtOrBelow(link.Path, o.Storage)) {
				return true // it would be seen at both paths
			}
			return o.Path != link.Path && (paths.AtOrBelow(o.Path, link.Path) || paths.AtOrBelow(link.Storage, link.Path) || paths.AtOrBelow(o.Storage, link.Path) || paths.Below(link.Path, o.Path) && o.How == generation.Symlink)
		}) {
			ordered = append(ordered, link)
		}
	}
	return ordered
}

// inNamespace makes the mounts in a mount namespace of its own, below a directory, and reports of
// each query whether it is on a file system that is kept. Own file systems are tmpfs here.
func inNamespace(t *testing.T, entries []generation.Entry, queries []string) []bool {
	t.Helper()
	root := t.TempDir()
	answers, failed := make([]bool, len(queries)), make(chan error)
	go func() {
		runtime.LockOSThread() // not unlocked: the thread ends with the goroutine, and its mounts with it
		failed <- func() error {
			if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
				return fmt.Errorf("unshare: %w", err)
			}
			if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
				return fmt.Errorf("make private: %w", err)
			}
			return ask(root, entries, queries, answers)
		}()
	}()
	if err := <-failed; err != nil {
		t.Fatalf("%v: %+v", err, entries)
	}
	return answers
}

func ask(root string, entries []generation.Entry, queries []string, answers []bool) error {
	if err := unix.Mount("none", root, "tmpfs", 0, ""); err != nil {
		return fmt.Errorf("mount the root: %w", err)
	}
	files, err := rootfs.Open(root)
	if err != nil {
		return err
	}
	defer files.Close()
	kept := map[uint64]bool{}
	own := []generation.Entry{{Path: "/keep", How: generation.OwnFileSystem}, {Path: "/other", How: generation.OwnFileSystem}, {Path: "/nix", How: generation.OwnFileSystem}}
	for _, e := range append(own, entries...) {
		if err := carryOut(root, files, e); err != nil {
			return fmt.Errorf("%s: %w", show(e), err)
		}
		if info, err := files.Stat(e.Path); e.How == generation.OwnFileSystem && err == nil {
			kept[info.Dev] = true
		}
	}
	for i, query := range queries {
		if err := mkdirs(root, files, query); err != nil {
			return err
		}
		info, err := files.Stat(query)
		if err != nil {
			return err
		}
		answers[i] = kept[info.Dev]
	}
	return nil
}

// carryOut makes one mount or symlink.
func carryOut(root string, files *rootfs.FS, e generation.Entry) error {
	at := filepath.Join(root, e.Path)
	switch e.How {
	case generation.Bind:
		if err := mkdirs(root, files, e.Storage); err != nil {
			return err
		}
		if err := mkdirs(root, files, e.Path); err != nil {
			return err
		}
		flags := uintptr(unix.MS_BIND)
		if e.Options == "rbind" {
			flags |= unix.MS_REC
		}
		return unix.Mount(filepath.Join(root, e.Storage), at, "", flags, "")
	case generation.Symlink:
		if err := mkdirs(root, files, path.Dir(e.Path)); err != nil {
			return err
		}
		return os.Symlink(e.Storage, at)
	default:
		if err := mkdirs(root, files, e.Path); err != nil {
			return err
		}
		return unix.Mount("none", at, "tmpfs", 0, "")
	}
}

// mkdirs makes a directory and those above it, through symlinks as they are below the root.
func mkdirs(root string, files *rootfs.FS, name string) error {
	for dir := range paths.FromTop(path.Clean(name) + "/") {
		at, _, _ := files.Resolve(dir, nil)
		if err := os.MkdirAll(filepath.Join(root, at), 0o755); err != nil {
			return err
		}
	}
	return nil
}
