package trace

import (
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// A path is a text, and what it names can change while the command runs: a symlink is removed or
// gets another target, a directory is renamed. The journal contains these changes, in order. Each
// ends an epoch:
//
//	epoch 0         change 0         epoch 1          change 1        epoch 2
//	open cur/a  →  cur → v1 is  →  open cur/b   →  d is renamed  →  open e/f
//	                replaced        open d/f        to e
//
// The recorder keeps the paths of each epoch apart. After the run, a path is resolved with the
// symlinks of its epoch (cur/a is v1/a), and then followed through the later renames (d/f is e/f).

// nameChange is a change of the journal. Names are absolute, as in the call.
type nameChange struct {
	name string
	view int
	// target is that of the symlink that is removed or replaced.
	target string
	// to is the new name of a directory, and file the directory. In an exchange, both names change.
	to       string
	exchange bool
	file     fileID
	// certain is set if the rename is known to have succeeded.
	certain bool
}

// mostChanges is the maximum number of changes in a journal. What further ones do to paths is
// not taken into account.
const mostChanges = 10_000

// changesOf returns the changes that a call makes to what paths name.
func changesOf(call []touch, certain bool) (list []nameChange) {
	for i := range call {
		t := &call[i]
		if t.before.kind == unix.S_IFLNK && t.op&(Delete|Rename) != 0 {
			list = append(list, nameChange{name: string(t.path), view: t.view, target: t.before.target})
		}
	}
	if len(call) != 2 || call[0].op&Rename == 0 || call[0].view != call[1].view {
		return list
	}
	from, to := &call[0], &call[1]
	mayBeDir := func(b before) bool { return !b.known || b.kind == unix.S_IFDIR }
	moves := mayBeDir(from.before) || from.exchange && mayBeDir(to.before)
	if !moves || from.before.known && !from.before.exists {
		return list
	}
	return append(list, nameChange{
		name: string(from.path), to: string(to.path), view: from.view, exchange: from.exchange, file: from.before.file, certain: certain,
	})
}

// journal resolves paths of all epochs. It is made after the run.
type journal struct {
	// epochs is the number of the current epoch, which equals the number of changes.
	epochs int
	links  map[string][]entry // by name, in order
	moves  map[string][]entry
	disk   map[string]string // cached targets of symlinks on the disk; "" for other names
}

// entry is a change of one name: the end of an epoch, and the target or the new name.
type entry struct {
	epoch int
	to    string
}

// newJournal interprets changes. toHost converts a path of a view, or returns false. It begins with the last
// change, because what an earlier one names depends on the later ones.
func newJournal(changes []nameChange, toHost func(view int, path string) (string, bool)) *journal {
	j := &journal{epochs: len(changes), links: make(map[string][]entry), moves: make(map[string][]entry), disk: make(map[string]string)}
	for epoch := len(changes) - 1; epoch >= 0; epoch-- {
		c := changes[epoch]
		host, ok := toHost(c.view, c.name)
		if !ok {
			continue
		}
		name := j.physical(host, epoch)
		if c.to == "" {
			j.links[name] = prepend(j.links[name], entry{epoch, c.target})
			continue
		}
		host, ok = toHost(c.view, c.to)
		if !ok {
			continue
		}
		to := j.physical(host, epoch)
		if !c.certain && !j.tookEffect(c, name, to, epoch) {
			continue
		}
		j.moves[name] = prepend(j.moves[name], entry{epoch, to})
		if c.exchange {
			j.moves[to] = prepend(j.moves[to], entry{epoch, name})
		}
	}
	return j
}

func prepend(list []entry, e entry) []entry { return append([]entry{e}, list...) }

// tookEffect reports whether a rename with an unknown result has succeeded: the directory is now
// where the new name leads, or in neither place.
func (j *journal) tookEffect(c nameChange, name, to string, epoch int) bool {
	is := func(path string) (exists, same bool) {
		st, err := statx(j.now(path, epoch+1))
		return err == nil && st.Mode&unix.S_IFMT == unix.S_IFDIR, err == nil && idOf(&st) == c.file
	}
	atName, sameAtName := is(name)
	atTo, sameAtTo := is(to)
	if c.file == (fileID{}) {
		return !atName && atTo
	}
	return sameAtTo || !sameAtName
}

// mostHops limits the symlinks and renames that one path is followed through, because they can be
// circular. 40 is the limit of the kernel for symlinks (path_resolution(7)).
const mostHops = 40

// now returns the current name of a physical path of an epoch.
func (j *journal) now(path string, epoch int) string {
	for range mostHops {
		at, to := j.nextMove(path, epoch)
		if at < 0 {
			break
		}
		path, epoch = to, at+1
	}
	return path
}

// nextMove returns the end of the epoch in which a path, or a directory above it, is renamed next,
// and its name then; or -1.
func (j *journal) nextMove(path string, epoch int) (at int, to string) {
	at = -1
	if len(j.moves) == 0 {
		return at, ""
	}
	for i := 1; i <= len(path); i++ {
		if i < len(path) && path[i] != '/' {
			continue
		}
		if e, ok := after(j.moves[path[:i]], epoch); ok && (at < 0 || e.epoch < at) {
			at, to = e.epoch, e.to+path[i:]
		}
	}
	return at, to
}

// after returns the first entry that ends an epoch, or a later one.
func after(list []entry, epoch int) (entry, bool) {
	for _, e := range list {
		if e.epoch >= epoch {
			return e, true
		}
	}
	return entry{}, false
}

// link returns the target that a name had in an epoch if it was a symlink.
func (j *journal) link(name string, epoch int) (target string, ok bool) {
	for range mostHops {
		removed, isLink := after(j.links[name], epoch)
		at, to := j.nextMove(name, epoch)
		if isLink && (at < 0 || removed.epoch <= at) {
			return removed.to, true
		}
		if at < 0 {
			break
		}
		name, epoch = to, at+1
	}
	target, known := j.disk[name]
	if !known {
		target, _ = os.Readlink(name) // not a symlink, or gone
		j.disk[name] = target
	}
	return target, target != ""
}

// physical resolves the symlinks of an epoch in a path, except in the last component, and "..".
func (j *journal) physical(path string, epoch int) string {
	rest := strings.Split(path, "/")
	at, hops := "", 0
	for len(rest) > 0 {
		name := rest[0]
		rest = rest[1:]
		switch name {
		case "", ".":
			continue
		case "..":
			at = strings.TrimSuffix(filepath.Dir("/"+at), "/")
			continue
		}
		at += "/" + name
		if len(rest) == 0 {
			break
		}
		target, ok := j.link(at, epoch)
		if !ok || hops == mostHops {
			continue
		}
		hops++
		rest = append(strings.Split(target, "/"), rest...)
		if at = filepath.Dir(at); target[0] == '/' || at == "/" {
			at = ""
		}
	}
	if at == "" {
		return "/"
	}
	return at
}

// target returns the path to which a symlink of an epoch leads; false if the path was not a symlink,
// or they were circular.
func (j *journal) target(path string, epoch int) (string, bool) {
	to := path
	for range mostHops {
		next, ok := j.link(to, epoch)
		if !ok {
			return to, to != path
		}
		if next[0] != '/' {
			next = filepath.Dir(to) + "/" + next
		}
		to = j.physical(next, epoch)
	}
	return "", false
}
