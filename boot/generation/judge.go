package generation

import (
	"path"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/rootfs"
)

// judge finds out which entries a boot carries out, and which of them keep data.
func (g *Generation) judge() {
	g.pullIn()
	g.hide()
	g.index()
	for i := range g.Entries {
		if e := &g.Entries[i]; e.Storage != "" && e.How == Symlink && !e.blocked() && paths.AtOrBelow(e.Storage, e.Path) {
			e.add(LinkLoop, e.Storage)
		}
	}
	g.index()
	for i := range g.Entries {
		g.judgeEntry(i)
	}
	g.index() // without what judgeEntry found to be a loop
}

// pullIn activates mounts that nothing starts, but on which an active mount depends:
// systemd adds Requires= for the mounts above a mount point and above the source of a bind
// mount, systemd.mount(5).
func (g *Generation) pullIn() {
	for changed := true; changed; {
		changed = false
		for i := range g.Entries {
			e := &g.Entries[i]
			if !e.has(NotWanted) && !e.has(NoAuto) || !e.How.mounts() || e.How == BindOrSymlink || !g.required(i) {
				continue
			}
			kept := e.Problems[:0]
			for _, p := range e.Problems {
				if p.Kind != NotWanted && p.Kind != NoAuto {
					kept = append(kept, p)
				}
			}
			e.Problems, changed = kept, true
		}
	}
}

// required reports whether an active mount needs the mount of an entry.
func (g *Generation) required(i int) bool {
	for j := range g.Entries {
		m := &g.Entries[j]
		if j == i || m.blocked() || !m.How.mounts() || m.How == BindOrSymlink || m.How == BindFS && m.order == orderHome {
			continue
		}
		if paths.Below(m.Path, g.Entries[i].Path) || paths.AtOrBelow(m.Storage, g.Entries[i].Path) {
			return true
		}
	}
	return false
}

// hide marks the entries below a mount that is made later. systemd mounts parents first,
// so that happens between the stages only. The paths that a boot needs are mounted in the
// initrd, whatever their lines say.
func (g *Generation) hide() {
	var mounts []*Entry
	for i := range g.Entries {
		if m := &g.Entries[i]; m.How.mounts() && m.order == orderMount && !slices.Contains(BootPaths, m.Path) && !m.blocked() {
			mounts = append(mounts, m)
		}
	}
	for i := range g.Entries {
		e := &g.Entries[i]
		for _, m := range mounts {
			if m.order > e.order && paths.Below(e.Path, m.Path) {
				e.add(HiddenByMount, m.Path)
				break
			}
		}
	}
}

// index chooses the entry for each path: the first that is carried out, by precedence. The
// others get a problem.
func (g *Generation) index() {
	g.byPath = make(map[string]int, len(g.Entries))
	for i := range g.Entries {
		e := &g.Entries[i]
		if e.blocked() {
			continue
		}
		if first, taken := g.byPath[e.Path]; taken {
			e.add(DuplicateEntry, g.Entries[first].Storage)
			continue
		}
		g.byPath[e.Path] = i
	}
}

// judgeEntry sets the verdict of an entry.
func (g *Generation) judgeEntry(i int) {
	e := &g.Entries[i]
	if e.blocked() {
		e.Verdict = Inactive
		return
	}
	at := g.follow(e.Path)
	switch {
	case at.loop:
		e.add(LinkLoop, e.Storage)
		e.Verdict = Inactive
	case at.kept:
		e.Verdict = Kept
	case at.unknown:
		e.Verdict = VerdictUnknown
	case e.How == Tmpfs || e.How == OwnFileSystem && e.Storage == "":
		e.Verdict = Wiped
	default:
		e.Verdict = StorageWiped
		// What would have the data without this entry?
		if without := g.follow(path.Dir(e.Path)); without.entry == at.entry && e.How != OwnFileSystem && e.How != Overlay {
			e.add(StorageInSameTree, at.path)
		}
	}
}

// place is where the data of a path is in the end.
type place struct {
	path  string // where it is, on the file system of entry
	entry int    // the file system's mount; -1 for "/" without one
	kept  bool
	// unknown: an overlay without an upper directory. loop: symlinks that lead back.
	unknown, loop bool
}

// follow follows bind mounts and symlinks from a path to the file system that has its data.
// A bind mount without rbind shows one file system: what is mounted below its source is not
// seen through it, and with rbind it is. Mounts that are made below the source later, and
// propagate, do not count (mount_namespaces(7)).
func (g *Generation) follow(path string) place { return g.followTo(path, lookup{latest: orderHome}) }

// lookup is which entries count on the way.
type lookup struct {
	used   []int // these do not: the source of a mount is looked up without that mount
	latest order // later ones do not: they were not there when a mount was made
}

func (g *Generation) followTo(at string, seen lookup) place {
	for {
		i, loop := g.deepest(at, seen)
		switch {
		case loop || len(seen.used) > rootfs.MostLinks:
			return place{path: at, entry: -1, loop: true}
		case i < 0:
			return place{path: at, entry: -1, kept: g.unlisted(at) || !g.wiped(Entry{Path: "/", How: OwnFileSystem, Kind: Directory})}
		}
		e := &g.Entries[i]
		if e.Path == "/" && g.unlisted(at) {
			return place{path: at, entry: -1, kept: true}
		}
		seen.used = append(seen.used, i)
		if e.fixed() {
			seen.latest = orderMount
		}
		switch {
		case e.How == Tmpfs:
			return place{path: at, entry: i}
		case e.How == Overlay && e.Storage == "":
			return place{path: at, entry: i, unknown: true}
		case e.How == OwnFileSystem && e.Storage == "":
			return place{path: at, entry: i, kept: !g.wiped(*e)}
		case e.How == OwnFileSystem: // in a file, which must be kept as well
			return place{path: at, entry: i, kept: !g.wiped(*e) && g.followTo(e.Storage, seen).kept}
		}
		rel, _ := paths.Rel(at, e.Path)
		if e.How == Overlay || e.How == Bind && !hasOption(e.Options, "rbind") {
			below := g.followTo(e.Storage, seen)
			below.path = join(below.path, rel)
			return below
		}
		at = join(e.Storage, rel)
	}
}

// fixed reports whether the source is looked up once, when the mount is made: the symlinks of
// tmpfiles.d and of homes are not there yet. The stages are not distinguished, since a file system may be
// mounted in the initrd by something that is not visible. A symlink is looked up
// at each access, and bindfs reads its source through the mounts of that time.
func (e *Entry) fixed() bool { return e.How == Bind || e.How == Overlay || e.How == OwnFileSystem }

// storageOf follows the storage of an entry as the entry itself does.
func (g *Generation) storageOf(i int) place {
	seen := lookup{used: []int{i}, latest: orderHome}
	if g.Entries[i].fixed() {
		seen.latest = orderMount
	}
	return g.followTo(g.Entries[i].Storage, seen)
}

// join adds what paths.Rel returned.
func join(dir, rel string) string {
	switch {
	case rel == ".":
		return dir
	case dir == "/":
		return "/" + rel
	}
	return dir + "/" + rel
}

// unlisted asks the caller about a path below "/".
func (g *Generation) unlisted(path string) bool {
	return path != "/" && g.opts.Unlisted != nil && g.opts.Unlisted(path)
}

// wiped asks the caller about a file system. One on compressed memory never outlives a boot.
func (g *Generation) wiped(e Entry) bool {
	switch {
	case strings.HasPrefix(e.Device, "/dev/zram"):
		return true
	case g.opts.Wiped == nil:
		return e.Path == "/"
	}
	return g.opts.Wiped(e)
}
