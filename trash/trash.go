package trash

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Name is the name of trash directories.
const Name = ".trash"

// layout is the format of batch names, in UTC: 2026-11-25T041505Z. If a batch of that second
// exists, -2, -3 … is appended.
const layout = "2006-01-02T150405Z"

// Batch contains the items that one run has moved.
type Batch struct {
	// Name is the name of its directory in the trash.
	Name string
	Time time.Time
	// Items are the items that are still in the trash, or may be: items in a subvolume that was
	// renamed or is hidden by a mount are only known from the manifest.
	Items []Item
}

// Item is a path in the trash.
type Item struct {
	// Path is the original absolute path, below the storage path.
	Path string
	// At is the current path, in the trash.
	At    string
	Batch string
	name  string // the number in its directory
	in    string // the subvolume with the trash, relative to the storage path; "" for its top
	rel   string // Path, relative to the storage path
}

// Result is the result for a path.
type Result struct {
	Item
	// Err is the reason if the path was not moved, restored or removed.
	Err error
}

// ErrBusy is the error if another run of stray or adopt is using the same storage.
var ErrBusy = errors.New("another adopt or stray is running there")

// Is reports whether a path is a trash directory of the current user or root: a directory with the
// name Name that no other user may enter. An ordinary user cannot read root's trash.
func Is(name string) bool {
	var st unix.Stat_t
	if path.Base(name) != Name || unix.Lstat(name, &st) != nil {
		return false
	}
	ours := st.Uid == 0 || int(st.Uid) == os.Geteuid()
	return st.Mode&unix.S_IFMT == unix.S_IFDIR && ours && st.Mode&0o777 == 0o700
}

// List returns the batches in the trash of a storage path, oldest first. It returns no batches if
// there is no trash. If some batches cannot be read, it returns the others and an error.
func List(storage string) ([]Batch, error) {
	s, err := openStore(storage)
	if err != nil {
		return nil, err
	}
	defer s.close()
	return s.batches()
}

// Dirs returns the trash directories of a storage path: at its top, and in the subvolumes of the
// batches.
func Dirs(storage string, batches []Batch) []string {
	dirs := []string{path.Join(storage, Name)}
	for _, b := range batches {
		for _, item := range b.Items {
			if dir := path.Join(storage, item.in, Name); !slices.Contains(dirs, dir) {
				dirs = append(dirs, dir)
			}
		}
	}
	return dirs
}

// batches reads the manifests.
func (s *store) batches() ([]Batch, error) {
	top, err := s.trash("", false)
	if errors.Is(err, unix.ENOENT) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	names, err := top.names()
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var all []Batch
	var unread error
	for _, name := range names {
		at, err := time.Parse(layout, name[:min(len(name), len(layout))])
		if err != nil {
			continue
		}
		b := Batch{Name: name, Time: at}
		if b.Items, err = s.items(name); err != nil {
			unread = errors.Join(unread, fmt.Errorf("read %s: %w", path.Join(s.path, Name, name, manifestName), err))
			continue
		}
		all = append(all, b)
	}
	slices.SortStableFunc(all, func(a, b Batch) int { return a.Time.Compare(b.Time) })
	return all, unread
}

// manifestName is the file of a batch that records the original paths of its items. Each line
// contains the number of an item, the subvolume whose trash contains it, and its original path.
// Both paths are relative to the storage path and quoted as in Go.
const manifestName = "manifest"

// items returns the items of a batch that are still in the trash.
func (s *store) items(batch string) ([]Item, error) {
	all, err := s.manifest(batch)
	return slices.DeleteFunc(all, func(item Item) bool { return !s.holds(&item) }), err
}

// manifest reads the manifest of a batch. If the manifest was not finished, nothing was moved.
func (s *store) manifest(batch string) ([]Item, error) {
	items, _, err := s.readManifest(batch, manifestName)
	return items, err
}

// readManifest reads a manifest of a batch and reports whether it exists.
func (s *store) readManifest(batch, manifest string) (items []Item, found bool, err error) {
	in, err := s.batch("", batch, false)
	if err != nil {
		return nil, false, err
	}
	fd, err := in.open(manifest, unix.O_RDONLY, sameMount)
	if errors.Is(err, unix.ENOENT) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	f := os.NewFile(uintptr(fd), manifest)
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		return nil, true, bare(err)
	}
	for line := range strings.Lines(string(text)) {
		item, err := parseItem(line)
		if err != nil {
			return items, true, err
		}
		item.Batch = batch
		item.Path = path.Join(s.path, item.rel)
		item.At = path.Join(s.path, item.in, Name, batch, item.name)
		items = append(items, item)
	}
	return items, true, nil
}

// holds reports whether an item is in the trash: it was moved and has not been restored. If its
// part of the batch cannot be opened, holds returns true.
func (s *store) holds(item *Item) bool {
	in, err := s.part(item)
	if err == nil {
		_, err = in.stat(item.name)
		return !errors.Is(err, unix.ENOENT)
	}
	return true
}

func (item *Item) appendTo(dst []byte) []byte {
	return fmt.Appendf(dst, "%s %q %q\n", item.name, item.in, item.rel)
}

// parseItem parses a line of a manifest.
func parseItem(line string) (item Item, err error) {
	wrong := fmt.Errorf("expected a number and two quoted paths, got %q", line)
	name, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
	quoted, err := strconv.QuotedPrefix(rest)
	if err != nil || !isNumber(name) {
		return item, wrong
	}
	item.name = name
	if item.in, err = strconv.Unquote(quoted); err != nil {
		return item, wrong
	}
	if item.rel, err = strconv.Unquote(strings.TrimPrefix(rest[len(quoted):], " ")); err != nil {
		return item, wrong
	}
	if item.rel == "" || !isBelow(item.rel) || !isBelow(item.in) {
		return item, wrong
	}
	return item, nil
}

// isBelow reports whether a path is relative, clean, and does not start with "..".
func isBelow(rel string) bool {
	return rel == "" || rel != "." && path.Clean(rel) == rel && filepath.IsLocal(rel)
}
