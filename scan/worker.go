package scan

import (
	"encoding/binary"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/sizes"
)

// readSize is the minimum buffer size for a getdents64 call. glibc's readdir(3) uses the same size.
const readSize = 32 << 10

// worker reads directories one after the other, with its own buffers.
type worker struct {
	*walk

	stack   []*node
	buf     []byte  // the entries of the directory being read, as returned by the kernel
	entries []found // the entries to be stored
	infos   []byte  // metadata of the entry being stored
	name    [256]byte
	path    []byte
	slab    slab
	stx     unix.Statx_t
	counts  blockCounts
	counted Hidden // of the directory being read
	lent    int32  // open on the directory being read, if it is in Base.Tree; or -1
	stats   Stats
}

func newWorker(w *walk) *worker {
	return &worker{walk: w, counts: newBlockCounts(w.began), lent: -1}
}

// work reads directories until there are no more, or the walk is stopped.
func (k *worker) work() {
	var more bool
	if k.stack, more = k.queue.take(nil); more {
		k.buf = make([]byte, 2*readSize)
	}
	for more && !k.stop.Load() {
		if len(k.stack) == 0 {
			k.stack, more = k.queue.take(k.stack)
			continue
		}
		n := k.stack[len(k.stack)-1]
		k.stack = k.stack[:len(k.stack)-1]
		k.visitNode(n)
		if len(k.stack) > 1 && k.queue.wantsWork.Load() {
			half := len(k.stack) / 2
			k.queue.give(k.stack[:half])
			k.stack = append(k.stack[:0], k.stack[half:]...)
		}
	}
	for _, n := range append(k.stack, k.queue.drain()...) { // only if the walk was stopped
		k.opened(n.parent)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.walk.stats.add(k.stats)
}

// visitNode reads one directory, publishes it and pushes its children onto the stack.
func (k *worker) visitNode(n *node) {
	fd, errno := int32(-1), syscall.Errno(0)
	if !k.inTree(n) {
		fd, errno = k.open(n)
	}
	k.opened(n.parent)
	k.entries, k.counted = k.entries[:0], Hidden{}
	switch {
	case errno == 0:
		k.identify(n, fd)
		k.read(n, fd)
	case n.inUpper() && (errno == syscall.ENOENT || errno == syscall.ENOTDIR):
		k.readLower(n, 0)
	default:
		k.fail(n, "open", errno)
	}
	if k.ages.Load() {
		k.takeAge(n, fd)
	}
	k.store(n, fd)
	k.stats.Hidden.add(&k.counted)
	if k.lent >= 0 {
		k.close(k.lent)
		k.lent = -1
	}
	k.keep(n, fd)
	if k.visit != nil {
		k.visit(k.handOver(n))
	}
	children := n.children
	k.publish(n)
	for i := len(children) - 1; i >= 0; i-- { // the first in order ends up on top
		k.stack = append(k.stack, &children[i])
	}
	if cap(k.buf) > 8*readSize { // after a huge directory
		k.buf = make([]byte, 2*readSize)
		k.entries = nil
	}
}

func (k *worker) handOver(n *node) *Dir {
	d := &Dir{ID: n.id, Name: n.name, Tagged: n.at.tagged, records: n.records}
	if n.parent == nil {
		d.Name = []byte("/")
	} else {
		d.Parent = n.parent.id
	}
	n.records = nil
	return d
}

// keep keeps the descriptor open for opening the children, if there are any and the budget allows
// it, and closes it otherwise.
func (k *worker) keep(n *node, fd int32) {
	n.fd = -1
	n.unopened.Store(int32(len(n.children)))
	if fd < 0 {
		return
	}
	if len(n.children) > 0 && k.kept.Add(1) <= k.budget.Load() {
		n.fd = fd
		return
	}
	if len(n.children) > 0 {
		k.kept.Add(-1)
	}
	k.close(fd)
}

// read collects the entries of a directory that are to be stored.
func (k *worker) read(n *node, fd int32) {
	k.stats.Dirs++
	if !n.at.scanned() {
		if n.at.limited && n.at.region == regionInside && k.asksTag(n) {
			k.tag(n, fd)
		}
		k.readMarked(n, fd)
		return
	}
	size, inTree := 0, k.inTree(n)
	if inTree {
		size = k.readTree(n)
	}
	for !inTree && !k.stop.Load() {
		if len(k.buf)-size < readSize {
			k.buf = append(k.buf, make([]byte, len(k.buf))...)
		}
		got, errno := k.getdents(fd, k.buf[size:])
		if errno != 0 {
			k.fail(n, "read", errno)
			break
		}
		if got == 0 {
			break
		}
		size += got
	}
	if k.collect(n, fd, size) && k.tag(n, k.lend(n, fd)) {
		k.collectTagged(n, k.lend(n, fd), size)
	}
	if n.at.overlay != noOverlay {
		k.readLower(n, size)
	}
}

// collect goes through the entries in the buffer, and reports whether one is called CACHEDIR.TAG, if
// that would change anything.
func (k *worker) collect(n *node, fd int32, size int) (tag bool) {
	plain, tags := n.at.plain(), k.asksTag(n)
	for off := 0; off < size; {
		length := int(binary.LittleEndian.Uint16(k.buf[off+16:]))
		name := k.buf[off+19 : off+19+nameLength(k.buf[off:off+length])]
		if !isDots(name) {
			kind := kindOfType(k.buf[off+18])
			if kind == KindUnknown {
				kind = k.askKind(n, k.lend(n, fd), &k.buf[off+19])
			}
			if kind == KindChar && (n.at.overlay != noOverlay || k.base != nil) {
				kind = k.kindInUpper(k.lend(n, fd), &k.buf[off+19])
			}
			if tags && string(name) == known.TagName {
				tag = kind == KindFile
			}
			if plain {
				k.considerPlain(n, name, uint32(off+19), kind)
			} else {
				k.consider(n, name, uint32(off+19), kind)
			}
		}
		off += length
	}
	return tag
}

// readMarked collects the entries of a directory that the walk only passes through to reach rule
// nodes farther down. It takes the names from the rules and does not read the directory.
func (k *worker) readMarked(n *node, fd int32) {
	used := 0
	for _, name := range n.at.mark.reachable() {
		if len(name) > 255 { // NAME_MAX: there can be no such entry
			continue
		}
		k.buf = append(append(k.buf[:used], name...), 0)
		start := used
		used = len(k.buf)
		if kind := k.askKind(n, fd, &k.buf[start]); kind != KindUnknown {
			k.consider(n, k.buf[start:used-1], uint32(start), kind)
		}
	}
	k.buf = k.buf[:cap(k.buf)]
}

// considerPlain handles an entry of a directory where only patterns matter, as in almost all
// directories.
func (k *worker) considerPlain(n *node, name []byte, off uint32, kind Kind) {
	wanted := k.opts.Kinds.Has(kind)
	isDir := kind == KindDir
	if !wanted && !isDir {
		return
	}
	if k.policy.exclude.Match(n.at.exclude, name, isDir) {
		if k.opts.NonCandidates || k.policy.shows != nil {
			k.consider(n, name, off, kind)
		}
		return
	}
	if k.policy.hide && k.policy.hidesIn(n.at.class, name, kind) {
		k.consider(n, name, off, kind)
		return
	}
	if wanted {
		k.entries = append(k.entries, found{name: off, length: uint8(len(name)), tag: uint8(kind)})
	}
	if isDir {
		k.entries = append(k.entries, found{name: off, length: uint8(len(name)), tag: uint8(kind) | tagDescend})
	}
}

// consider handles an entry of any directory.
func (k *worker) consider(n *node, name []byte, off uint32, kind Kind) {
	class, in := k.policy.step(n.at, name, kind)
	tag := uint8(kind)
	switch {
	case in.included():
	case class == ClassExcluded && in.region == regionShown, class == ClassHidden && k.opts.Hidden == HiddenShown,
		class == ClassHidden && k.opts.Hidden == HiddenCounted && kind == KindSymlink: // storesSymlink counts it
		class, tag = ClassCandidate, tag|tagShown
	case class == ClassHidden && k.opts.Hidden == HiddenCounted && !in.limited && k.opts.Kinds.Has(kind):
		k.counted[k.policy.finding(n.at, name, kind).Class]++
	}
	listed := class == ClassCandidate && !in.limited && k.opts.Kinds.Has(kind)
	switch {
	case listed || in.included():
		k.entries = append(k.entries, found{name: off, length: uint8(len(name)), tag: tag})
	case k.opts.NonCandidates && n.at.scanned() && class.nonCandidate() && (kind == KindDir || k.opts.Kinds.Has(kind)):
		k.entries = append(k.entries, found{name: off, length: uint8(len(name)), tag: uint8(kind) | tagNonCandidate})
	}
	if kind == KindDir && in.mayContainCandidates() {
		k.entries = append(k.entries, found{name: off, length: uint8(len(name)), tag: tag | tagDescend})
	}
}

// store sorts the entries and stores them as the node's records and children.
func (k *worker) store(n *node, fd int32) {
	sortEntries(k.buf, k.entries)
	size, dirs := 0, 0
	for _, f := range k.entries {
		size += 2 + int(f.length)
		if f.tag&tagDescend != 0 {
			dirs++
		} else if k.opts.Info {
			size += infoSize
		}
	}
	run := k.slab.reserve(size)
	n.children = k.slab.children(dirs)
	id := k.lastID.Add(uint32(dirs)) - uint32(dirs)
	made := 0
	for _, f := range k.entries {
		name := f.nameIn(k.buf)
		switch {
		case f.tag&tagNonCandidate != 0:
			run = appendRecord(run, f.tag, name)
			continue
		case f.tag&tagDescend == 0:
			run = k.storeCandidate(run, n, fd, f, name)
			continue
		}
		run = appendRecord(run, f.tag, name)
		id++
		child := &n.children[made]
		made++
		child.parent, child.id, child.number = n, id, k.numberOf(n, f)
		child.name = run[len(run)-len(name) : len(run) : len(run)]
		if child.at = k.placeOf(n, name, f.tag); k.base != nil {
			child.at.overlay = noOverlay
		}
	}
	k.slab.giveBack(run)
	n.records = run
}

// placeOf returns the place of a child directory's contents.
func (k *worker) placeOf(n *node, name []byte, tag uint8) place {
	if n.at.plain() && tag&tagShown == 0 {
		at := place{region: regionInside, exclude: k.policy.exclude.Enter(n.at.exclude, name), tagged: n.at.tagged, overlay: n.at.overlay}
		k.policy.enterClass(n.at, &at, name, KindDir)
		return at
	}
	_, at := k.policy.step(n.at, name, KindDir)
	return at
}

// storeCandidate appends the record of a candidate, unless wants, its symlink target or its
// metadata rules it out.
func (k *worker) storeCandidate(run []byte, n *node, fd int32, f found, name []byte) []byte {
	kind := Kind(f.tag & tagKind)
	if k.linked != nil && kind == KindSymlink {
		if class, _ := k.classOfLink(n, fd, f, name); class == ClassLinked {
			k.linked(n)
			return run
		}
	}
	if k.wants != nil && !k.wants(n, name, kind) {
		return run
	}
	if kind == KindSymlink && !n.includes(name) {
		var stored bool
		if f.tag, stored = k.storesSymlink(n, k.lend(n, fd), f, name); !stored {
			return run
		}
	}
	if !k.opts.Info {
		k.stats.Candidates++
		return appendRecord(run, f.tag, name)
	}
	if errno := k.statEntry(n, fd, f); errno != 0 {
		if errno != syscall.ENOENT {
			k.failEntry(n, "stat", string(name), errno)
		}
		return run
	}
	if since := k.opts.ChangedSince; !since.IsZero() && timeOf(k.stx.Ctime).Before(since) {
		return run
	}
	k.infos = appendInfo(k.infos[:0], &k.stx, k.sizeOf(fd))
	if k.opts.Keep != nil && !k.opts.Keep(kind, decodeInfo(k.infos)) {
		return run
	}
	k.stats.Candidates++
	return append(appendRecord(run, f.tag|tagInfo, name), k.infos...)
}

// sizeOf returns Info.Size for the last metadata that was read, in the directory that fd is open on.
func (k *worker) sizeOf(fd int32) int64 {
	if k.opts.Lengths {
		return int64(min(k.stx.Size, sizes.Max))
	}
	return k.counts.size(&k.stx, fsTypeOf(fd))
}
