package trash

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/owned"
	"github.com/DaRacci/list-ephemeral/internal/paths"
)

// store is an open storage path, with the open directories of its trash.
type store struct {
	path    string
	top     dir // O_PATH
	locked  dir
	trashes map[string]dir // by subvolume
	opened  map[string]dir // the directories of batches, by subvolume and name
}

// openStore opens a storage path, which must be absolute and contain no symlinks.
func openStore(storage string) (*store, error) {
	storage = path.Clean(storage)
	if !path.IsAbs(storage) || storage == "/" {
		return nil, fmt.Errorf("storage path %q: expected an absolute path below /", storage)
	}
	fd, err := unix.Open("/", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	root := dir{fd}
	defer root.close()
	top, err := root.dir(storage[1:], noSymlinks)
	if err != nil {
		return nil, fmt.Errorf("open storage %s: %w", storage, err)
	}
	return &store{path: storage, top: top, locked: dir{-1}, trashes: map[string]dir{}, opened: map[string]dir{}}, nil
}

// lock excludes other runs until the store is closed. It also excludes adopt, which locks the same
// directory.
func (s *store) lock() error {
	fd, err := s.top.open(".", unix.O_RDONLY|unix.O_DIRECTORY, sameMount)
	if err != nil {
		return fmt.Errorf("open storage %s: %w", s.path, err)
	}
	s.locked = dir{fd}
	err = retried(func() error { return unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB) })
	if errors.Is(err, unix.EWOULDBLOCK) {
		err = ErrBusy
	}
	if err != nil {
		return fmt.Errorf("lock %s: %w", s.path, err)
	}
	return nil
}

func (s *store) close() {
	for _, d := range s.opened {
		d.close()
	}
	for _, d := range s.trashes {
		d.close()
	}
	if s.locked.fd >= 0 {
		s.locked.close()
	}
	s.top.close()
}

// parent opens the parent directory of a path. It also returns the top of the subvolume of that
// directory, relative to the storage path. Each component is opened separately, to detect changes
// of the device number, across which rename(2) cannot move. Mounts are not entered.
func (s *store) parent(rel string) (parent dir, subvolume string, err error) {
	at, err := s.top.dir(".", sameMount)
	if err != nil {
		return at, "", err
	}
	st, err := at.stat(".")
	for i := 0; err == nil && i < len(rel); i++ {
		if rel[i] != '/' {
			continue
		}
		var next dir
		if next, err = at.dir(path.Base(rel[:i]), sameMount); err != nil {
			if errors.Is(err, unix.EXDEV) {
				err = errMount
			}
			break
		}
		at.close()
		at = next
		device := st.Dev
		if st, err = at.stat("."); err == nil && st.Dev != device {
			subvolume = rel[:i]
		}
	}
	if err != nil {
		at.close()
		return dir{-1}, "", err
	}
	return at, subvolume, nil
}

var errMount = errors.New("a directory above it is another mount: specify that mount with --storage")

// trash opens the trash of a subvolume. If create is set, it makes a missing trash.
func (s *store) trash(subvolume string, create bool) (dir, error) {
	if d, ok := s.trashes[subvolume]; ok {
		return d, nil
	}
	in, found, err := s.parent(path.Join(subvolume, Name))
	if err != nil {
		return dir{-1}, err
	}
	defer in.close()
	if found != subvolume {
		return dir{-1}, fmt.Errorf("%s is no longer the top of a subvolume", path.Join(s.path, subvolume))
	}
	d, err := ourTrash(in, create)
	if err != nil {
		return dir{-1}, fmt.Errorf("open %s: %w", path.Join(s.path, subvolume, Name), err)
	}
	s.trashes[subvolume] = d
	return d, nil
}

// openOwned opens an owned directory. If create is set, it makes a missing one; otherwise it
// changes nothing.
func (d dir) openOwned(name string, create bool) (int, error) {
	if create {
		return owned.Make(d.fd, name)
	}
	return owned.Open(d.fd, name)
}

// ourTrash opens a trash directory. It must be one that this program has made.
func ourTrash(in dir, create bool) (dir, error) {
	fd, err := in.openOwned(Name, create)
	if err != nil {
		return dir{-1}, err
	}
	d := dir{fd}
	names, err := d.names()
	if err == nil && len(names) > 0 {
		err = owned.Check(in.fd, fd)
	}
	if err == nil && create {
		err = owned.Claim(fd)
	}
	if err != nil {
		d.close()
		return dir{-1}, err
	}
	return d, nil
}

// batch opens the directory of a batch in the trash of a subvolume. If create is set, it makes a
// missing one.
func (s *store) batch(subvolume, name string, create bool) (dir, error) {
	key := subvolume + "\x00" + name
	if d, ok := s.opened[key]; ok {
		return d, nil
	}
	trash, err := s.trash(subvolume, create)
	if err != nil {
		return trash, err
	}
	fd, err := trash.openOwned(name, create)
	if err != nil {
		return dir{-1}, err
	}
	if create {
		if err := owned.Claim(fd); err != nil {
			dir{fd}.close()
			return dir{-1}, err
		}
	}
	s.opened[key] = dir{fd}
	return dir{fd}, nil
}

// dropEmpty removes the directories of a batch that has no items any more, and trash directories
// without a batch. As long as one part of the batch contains an item or cannot be opened, all parts
// and the manifest stay. Without them, a subvolume that was renamed or is hidden by a mount would
// look like one whose items have all been restored. The manifest is invalidated before the first
// part is removed, so the next run can finish an interrupted one.
func (s *store) dropEmpty(batch string) {
	subvolumes, inForce, err := s.subvolumes(batch)
	if err != nil {
		return
	}
	for _, subvolume := range subvolumes {
		in, err := s.batch(subvolume, batch, false)
		if !inForce && errors.Is(err, unix.ENOENT) {
			continue
		}
		if err != nil {
			return
		}
		if numbers, err := in.numbers(); err != nil || len(numbers) > 0 {
			return
		}
	}
	top, err := s.batch("", batch, false)
	if err != nil {
		return
	}
	if inForce {
		_ = top.unlink(newManifest, 0)
		if err := top.rename(manifestName, top, newManifest); err != nil {
			return
		}
	}
	for _, subvolume := range subvolumes {
		s.dropPart(subvolume, batch)
	}
}

// dropPart removes the empty part of a batch in the trash of a subvolume, and that trash if it
// contains no other batch.
func (s *store) dropPart(subvolume, batch string) {
	trash, err := s.trash(subvolume, false)
	if err != nil {
		return
	}
	if in, err := s.batch(subvolume, batch, false); err == nil && subvolume == "" {
		_ = in.unlink(newManifest, 0)
	}
	_ = trash.unlink(batch, unix.AT_REMOVEDIR)
	if above, _, err := s.parent(path.Join(subvolume, Name)); err == nil {
		_ = above.unlink(Name, unix.AT_REMOVEDIR)
		above.close()
	}
}

// subvolumes returns the subvolumes with parts of a batch, with the storage path last, and reports
// whether the manifest is valid. If it is, every part has been made.
func (s *store) subvolumes(batch string) (all []string, inForce bool, err error) {
	items, inForce, err := s.readManifest(batch, manifestName)
	if err == nil && !inForce {
		items, _, _ = s.readManifest(batch, newManifest) // may be incomplete
	}
	if err != nil {
		return nil, false, err
	}
	for _, item := range items {
		if item.in != "" && !slices.Contains(all, item.in) {
			all = append(all, item.in)
		}
	}
	return append(all, ""), inForce, nil
}

// part opens the part of the batch that contains an item.
func (s *store) part(item *Item) (dir, error) {
	in, err := s.batch(item.in, item.Batch, false)
	if err != nil {
		return in, fmt.Errorf("open trash directory %s: %w", path.Dir(item.At), bare(err))
	}
	return in, nil
}

// numbers lists the entries of a batch's directory whose names are numbers.
func (d dir) numbers() ([]string, error) {
	names, err := d.names()
	return slices.DeleteFunc(names, func(name string) bool { return !isNumber(name) }), err
}

// relative returns a path of storage relative to its top.
func (s *store) relative(name string) (string, error) {
	rel, ok := paths.Rel(path.Clean(name), s.path)
	if !ok || rel == "." {
		return "", fmt.Errorf("it is not in %s", s.path)
	}
	for part := range strings.SplitSeq(rel, "/") {
		if part == Name {
			return "", errors.New("it is a trash directory or in one")
		}
	}
	return rel, nil
}
