package history

import (
	"errors"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/sizes"
)

// Prune removes the graves that are older than the limit, then the oldest ones until all of them are
// within the limit of size, and what killed runs have left. Graves whose record cannot be read are
// left alone. It returns the names of the removed graves. The errors are *[ReasonError] errors.
//
// It removes only entries of the graveyard's own directory whose names it gives itself. It follows
// no symlink and enters no mount.
func (g *Graveyard) Prune(now time.Time, limits Limits) (removed []string, err error) {
	in, err := openStore(g.Storage, graveyardName, true)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return g.pruneIn(in, now, limits.withDefaults())
}

func (g *Graveyard) pruneIn(in *Dir, now time.Time, limits Limits) (removed []string, err error) {
	names, err := in.names()
	if err != nil {
		return nil, problem(KindGraveyard, g.path(""), err)
	}
	var problems []error
	remove := func(name string) bool {
		if err := removeTree(in.fd, name); err != nil {
			problems = append(problems, problem(KindGraveyard, g.path(name), err))
			return false
		}
		return true
	}
	for _, name := range names {
		if ours().MatchString(name) && strings.HasSuffix(name, unfinished) {
			remove(name)
		}
	}
	graves, err := g.gravesIn(in)
	problems = append(problems, err)
	total := int64(0)
	for _, grave := range graves { // the newest first
		total = sizes.Add(total, grave.Bytes)
		if now.Sub(grave.Time) <= limits.Age && total <= limits.TotalBytes {
			continue
		}
		if remove(grave.Name) {
			removed = append(removed, grave.Name)
			total -= grave.Bytes
		}
	}
	return removed, errors.Join(problems...)
}

// mostDepth limits how many directories removeTree has open. Graves are not deeper, because bury
// leaves out paths longer than PATH_MAX.
const mostDepth = unix.PathMax / 2

// removeTree removes an entry of a directory with everything in it.
func removeTree(dir int, name string) error { return removeDepth(dir, name, 0) }

func removeDepth(dir int, name string, depth int) error {
	err := retried(func() error { return unix.Unlinkat(dir, name, 0) })
	switch {
	case err == nil || errors.Is(err, unix.ENOENT):
		return nil
	case !errors.Is(err, unix.EISDIR) && !errors.Is(err, unix.EPERM):
		return err
	case depth >= mostDepth:
		return unix.ENAMETOOLONG
	}
	sub, err := openDirBelow(dir, name)
	if errors.Is(err, unix.EACCES) { // an ordinary user: the mode is that of the source
		if err = chmodBelow(dir, name); err == nil {
			sub, err = openDirBelow(dir, name)
		}
	}
	if err != nil {
		return err
	}
	defer sub.Close()
	if os.Geteuid() != 0 {
		_ = unix.Fchmod(sub.fd, unix.S_IRWXU)
	}
	names, err := sub.names()
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := removeDepth(sub.fd, name, depth+1); err != nil {
			return err
		}
	}
	return retried(func() error { return unix.Unlinkat(dir, name, unix.AT_REMOVEDIR) })
}

// chmodBelow lets the owner enter a directory.
func chmodBelow(dir int, name string) error {
	fd, err := openBelow(dir, name, unix.O_PATH|unix.O_DIRECTORY, sameMount)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return unix.Chmod(procPath(fd), unix.S_IRWXU)
}
