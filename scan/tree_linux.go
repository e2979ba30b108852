package scan

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/sizes"
)

// Tree is what a btrfs subvolume contains, read in bulk: the entries of its directories, and on
// request the metadata of its inodes. [Base].Tree takes it in place of the directories.
//
//	metadata of the file system, in the order of inode numbers           │ kept
//	256  INODE_ITEM  DIR_INDEX etc  DIR_INDEX home …                     │ 256 → entries of the top
//	257  INODE_ITEM  INODE_REF …                                         │ 257 → size, time, mode …
//
// One call returns some thousand items, where a walk needs four calls for a directory and one for a
// file: half of the processor time of getdents64(2) and a quarter of that of statx(2)
// (make bench-lost). It reads the whole subvolume, also what a policy excludes.
type Tree struct {
	dev    uint64
	dirs   map[uint64][]byte // the entries of a directory, as getdents64(2) returns them
	inodes []treeInode       // sorted by number; nil if not requested
}

// treeInode is the metadata of an inode.
type treeInode struct {
	number, size        uint64
	sec                 int64
	nsec, uid, gid, how uint32 // how is st_mode
}

// ErrNoTree reports that a directory cannot be read as a Tree: it is not the top of a btrfs subvolume,
// the user is not root, or it is too large. It can be walked.
var ErrNoTree = errors.New("no tree of the subvolume")

// The limits of a Tree. Beyond them, or if much of the subvolume is not of interest, a walk is faster.
const (
	mostTreeItems   = 3_000_000
	mostTreeEntries = 24 << 20  // bytes, of some 700,000 names
	treeBuffer      = 256 << 10 // for items; an item has at most 64 KiB
	treeBlock       = 1 << 20   // of entries
)

// treeSettled is the time after which a change of a subvolume is in its metadata on the disk. It is
// three times the longest interval of commits of which the kernel does not warn, 5 minutes (btrfs(5),
// commit=); the usual interval is 30 s. Before, ReadTree writes it out.
const treeSettled = 15 * time.Minute

// ReadTree reads the subvolume whose top directory is open as fd, BTRFS_IOC_TREE_SEARCH_V2 (Linux
// 3.14). It requires CAP_SYS_ADMIN. The error is ErrNoTree if a walk can be tried instead.
//
// The kernel keeps changes of inodes in memory for a while. If the subvolume was changed in the last
// minutes, ReadTree lets the kernel write them to the disk first, syncfs(2).
func ReadTree(ctx context.Context, fd int, info bool) (*Tree, error) {
	var st unix.Stat_t
	var fs unix.Statfs_t
	if unix.Fstat(fd, &st) != nil || unix.Fstatfs(fd, &fs) != nil || fs.Type != unix.BTRFS_SUPER_MAGIC || st.Ino != treeTop {
		return nil, ErrNoTree
	}
	changed, ok := changeOfSubvolume(fd)
	if !ok || time.Since(changed).Abs() < treeSettled && unix.Syncfs(fd) != nil {
		return nil, ErrNoTree
	}
	r := treeReader{Tree: Tree{dev: st.Dev, dirs: map[uint64][]byte{}}, info: info}
	args := make([]byte, treeArgs+treeBuffer)
	from := treeKey{number: treeTop, kind: 1}
	for items := 0; items < mostTreeItems && r.size < mostTreeEntries; {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n, errno := searchTree(fd, args, from)
		if errno != 0 {
			return nil, ErrNoTree
		}
		if n == 0 {
			r.endDir()
			return &r.Tree, nil
		}
		items += n
		from = r.take(args[treeArgs:], n).next()
		if r.damaged {
			return nil, ErrNoTree
		}
	}
	return nil, ErrNoTree
}

// The structures of linux/btrfs_tree.h. All numbers are little-endian.
const (
	treeTop       = 256 // BTRFS_FIRST_FREE_OBJECTID, the top directory
	treeLast      = 1<<64 - 256
	treeArgs      = 112 // struct btrfs_ioctl_search_args_v2, without its buffer
	treeHeader    = 32  // struct btrfs_ioctl_search_header
	inodeItem     = 1   // BTRFS_INODE_ITEM_KEY
	dirIndex      = 96  // BTRFS_DIR_INDEX_KEY
	inodeItemSize = 160 // struct btrfs_inode_item
	dirItemSize   = 30  // struct btrfs_dir_item, without the name
)

// treeKey is the key of an item.
type treeKey struct {
	number, offset uint64
	kind           uint32
}

func (k treeKey) next() treeKey {
	if k.offset++; k.offset == 0 {
		k.kind++
	}
	return k
}

// searchTree fills the buffer of args with items from a key on, and returns how many there are.
func searchTree(fd int, args []byte, from treeKey) (int, syscall.Errno) {
	const request = 0xc0709411 // _IOWR(0x94, 17, struct btrfs_ioctl_search_args_v2)
	u32, u64 := binary.NativeEndian.PutUint32, binary.NativeEndian.PutUint64
	clear(args[:treeArgs])
	u64(args[8:], from.number)
	u64(args[16:], treeLast)
	u64(args[24:], from.offset)
	u64(args[32:], 1<<64-1) // the largest offset
	u64(args[48:], 1<<64-1) // the largest transaction
	u32(args[56:], from.kind)
	u32(args[60:], 255) // the largest kind
	u32(args[64:], 1<<32-1)
	u64(args[104:], uint64(len(args)-treeArgs))
	for {
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), request, uintptr(unsafe.Pointer(&args[0])))
		if errno != unix.EINTR {
			return int(binary.NativeEndian.Uint32(args[64:])), errno
		}
	}
}

// changeOfSubvolume returns when anything in a subvolume was changed last, BTRFS_IOC_GET_SUBVOL_INFO
// (Linux 4.18).
func changeOfSubvolume(fd int) (time.Time, bool) {
	const request, ctime = 0x81f8943c, 376 // _IOR(0x94, 60, struct btrfs_ioctl_get_subvol_info_args)
	var args [504]byte
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), request, uintptr(unsafe.Pointer(&args[0]))); errno != 0 {
		return time.Time{}, false
	}
	return time.Unix(int64(binary.NativeEndian.Uint64(args[ctime:])), 0), true
}

// treeReader builds a Tree from items, which come sorted by inode number and kind.
type treeReader struct {
	Tree

	info  bool
	dir   uint64 // the directory whose entries are being added, or 0
	block []byte // the entries of several directories
	start int    // of the entries of dir in block
	size  int    // of all entries
	// damaged is set if a name contains what no name contains. The image may be of another machine.
	damaged bool
}

// take adds n items, and returns the key of the last one.
func (r *treeReader) take(items []byte, n int) (last treeKey) {
	u32, u64 := binary.NativeEndian.Uint32, binary.NativeEndian.Uint64
	for range n {
		last = treeKey{number: u64(items[8:]), offset: u64(items[16:]), kind: u32(items[24:])}
		length := int(u32(items[28:]))
		body := items[treeHeader : treeHeader+length]
		items = items[treeHeader+length:]
		switch {
		case last.kind == dirIndex && length >= dirItemSize:
			if last.number != r.dir {
				r.endDir()
				r.dir, r.start = last.number, len(r.block)
			}
			r.addEntry(body)
		case last.kind == inodeItem && r.info && length >= inodeItemSize:
			r.addInode(last.number, body)
		}
	}
	return last
}

func (r *treeReader) endDir() {
	if r.dir != 0 {
		r.dirs[r.dir] = r.block[r.start:len(r.block):len(r.block)]
	}
}

// treeKinds are the d_types of getdents64(2), by those of btrfs.
var treeKinds = [...]byte{unix.DT_UNKNOWN, unix.DT_REG, unix.DT_DIR, unix.DT_CHR, unix.DT_BLK, unix.DT_FIFO, unix.DT_SOCK, unix.DT_LNK}

// addEntry adds an entry of a directory. A nested subvolume has the inode number 0.
func (r *treeReader) addEntry(item []byte) {
	const inodeKey = 1
	le := binary.LittleEndian
	number, kind := le.Uint64(item), byte(unix.DT_UNKNOWN)
	if item[8] != inodeKey {
		number = 0
	}
	if int(item[29]) < len(treeKinds) {
		kind = treeKinds[item[29]]
	}
	end := dirItemSize + int(le.Uint16(item[27:]))
	if end > len(item) || bytes.ContainsAny(item[dirItemSize:end], "/\x00") {
		r.damaged = true
		return
	}
	name := item[dirItemSize:end]
	length := (19 + len(name) + 1 + 7) &^ 7
	if len(r.block)+length > cap(r.block) { // the entries of one directory are in one block
		part := r.block[r.start:]
		r.block = append(make([]byte, 0, max(treeBlock, 2*len(part)+length)), part...)
		r.start = 0
	}
	at := len(r.block)
	r.block = r.block[:at+length]
	r.size += length
	entry := r.block[at:] // zeroed
	le.PutUint64(entry, number)
	le.PutUint16(entry[16:], uint16(length))
	entry[18] = kind
	copy(entry[19:], name)
}

func (r *treeReader) addInode(number uint64, item []byte) {
	le := binary.LittleEndian
	r.inodes = append(r.inodes, treeInode{
		number: number, size: le.Uint64(item[16:]), uid: le.Uint32(item[44:]), gid: le.Uint32(item[48:]), how: le.Uint32(item[52:]),
		sec: int64(le.Uint64(item[136:])), nsec: le.Uint32(item[144:]),
	})
}

// foreign is the number of directories that are not in the tree of the walk.
const foreign = 1<<64 - 1

// inTree reports whether the entries of a directory are taken from the tree.
func (k *worker) inTree(n *node) bool {
	return k.tree() != nil && n.number != 0 && n.number != foreign && n.at.scanned()
}

func (k *worker) tree() *Tree {
	if k.base == nil {
		return nil
	}
	return k.base.Tree
}

// identify finds the number of a directory that was opened because its number is not known: the top
// one, those that are reached by rules, and nested subvolumes.
func (k *worker) identify(n *node, fd int32) {
	if k.tree() == nil || n.number != 0 {
		return
	}
	var st unix.Stat_t
	n.number = foreign
	if unix.Fstat(int(fd), &st) == nil && st.Dev == k.base.Tree.dev {
		n.number = st.Ino
	}
}

// readTree copies the entries of a directory into the buffer, and returns their size.
func (k *worker) readTree(n *node) int {
	entries := k.base.Tree.dirs[n.number]
	if len(k.buf) < len(entries) {
		k.buf = make([]byte, max(len(entries), 2*readSize))
	}
	return copy(k.buf, entries)
}

// numberOf returns the inode number of an entry of a directory, 0 if it has to be asked for.
func (k *worker) numberOf(n *node, f found) uint64 {
	switch {
	case k.tree() == nil || !n.at.scanned() || n.number == 0:
		return 0
	case n.number == foreign:
		return foreign
	}
	return binary.LittleEndian.Uint64(k.buf[f.name-19:])
}

// statEntry reads the metadata of an entry into k.stx, from the tree if it is there.
func (k *worker) statEntry(n *node, fd int32, f found) syscall.Errno {
	number := k.numberOf(n, f)
	if number == 0 || number == foreign || k.base.Tree.inodes == nil {
		return k.stat(k.lend(n, fd), &k.buf[f.name], &k.stx)
	}
	inodes := k.base.Tree.inodes
	i, ok := slices.BinarySearchFunc(inodes, number, func(i treeInode, number uint64) int {
		switch {
		case i.number < number:
			return -1
		case i.number > number:
			return 1
		}
		return 0
	})
	if !ok {
		return syscall.ENOENT
	}
	in := &inodes[i]
	k.stx = unix.Statx_t{Mode: uint16(in.how), Uid: in.uid, Gid: in.gid, Size: min(in.size, sizes.Max), Mtime: unix.StatxTimestamp{Sec: in.sec, Nsec: in.nsec}}
	return 0
}

// lend returns a descriptor of a directory: fd, or one that is opened for an entry that needs it
// although the directory is in the tree. It is opened from the base, because the descriptor of its
// parent may be closed already. visitNode closes it.
func (k *worker) lend(n *node, fd int32) int32 {
	if fd >= 0 || k.lent >= 0 || k.base == nil {
		return max(fd, k.lent)
	}
	const resolve = unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_XDEV
	top, errno := opened(k.openDir(int32(k.base.FD), []byte(".\x00"), pathFlags, resolve))
	if errno == 0 {
		k.path = n.appendPath(k.path[:0])
		k.lent, _ = k.openFrom(top, k.path[1:], openFlags, resolve)
	}
	return k.lent
}
