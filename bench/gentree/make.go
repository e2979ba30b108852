package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// tinyEvery means that one in tinyEvery files is not empty. The compared programs do
// not read contents; a few files have some, so that not all files are empty.
const tinyEvery = 64

// make creates the plan on disk below root. Existing entries are left as they are, so
// make also finishes a partial tree.
func (p *plan) make(root string) error {
	if err := os.Mkdir(root, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("create tree: %w", err)
	}
	top, err := unix.Open(root, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("open %s: %w", root, err)
	}
	defer unix.Close(top)
	for _, d := range p.dirs {
		if err := unix.Mkdirat(top, d.path, 0o755); err != nil && !errors.Is(err, unix.EEXIST) {
			return fmt.Errorf("create directory %q: %w", d.path, err)
		}
	}
	return p.fill(top)
}

// fill creates the entries of all directories, several directories in parallel.
func (p *plan) fill(top int) error {
	workers := runtime.GOMAXPROCS(0)
	errs := make([]error, workers)
	var next atomic.Int64
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for errs[w] == nil {
				i := int(next.Add(1)) - 1
				if i >= len(p.dirs) {
					return
				}
				errs[w] = p.dirs[i].fill(top)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

func (d *directory) fill(top int) error {
	if len(d.entries) == 0 {
		return nil
	}
	fd, err := unix.Openat(top, d.path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("open directory %q: %w", d.path, err)
	}
	defer unix.Close(fd)
	for i, e := range d.entries {
		if err := e.make(fd, i%tinyEvery == tinyEvery-1); err != nil && !errors.Is(err, unix.EEXIST) {
			return fmt.Errorf("create %s %q in %q: %w", e.kind, e.name, d.path, err)
		}
	}
	return nil
}

func (e entry) make(dirfd int, tiny bool) error {
	switch {
	case e.kind == kindFile && tiny:
		fd, err := unix.Openat(dirfd, e.name, unix.O_WRONLY|unix.O_CREAT|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o644)
		if err != nil {
			return err
		}
		_, err = unix.Write(fd, []byte("tiny\n"))
		return errors.Join(err, unix.Close(fd))
	case e.kind == kindFile:
		// mknod creates an empty file with one system call, and needs no privilege.
		return unix.Mknodat(dirfd, e.name, unix.S_IFREG|0o644, 0)
	case e.kind == kindFIFO:
		return unix.Mknodat(dirfd, e.name, unix.S_IFIFO|0o644, 0)
	case e.kind == kindSymlink:
		return unix.Symlinkat("../nowhere", dirfd, e.name)
	}
	return fmt.Errorf("unexpected kind %s", e.kind)
}
