package reboot

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"os"
	"testing"
	"time"
)

// Offsets in the structures of btrfs on a disk (Linux, include/uapi/linux/btrfs_tree.h).
const (
	superBlock   = 64 << 10 // struct btrfs_super_block
	superFSID    = 32
	superNode    = 148 // nodesize
	nodeFSID     = 32  // struct btrfs_header, with the checksum in front
	nodeOwner    = 88
	nodeItems    = 96
	nodeLevel    = 100
	nodeHeader   = 101
	itemSize     = 25 // struct btrfs_item: the key, and where the data is
	itemType     = 8
	itemOffset   = 17
	rootOtime    = 339 // in struct btrfs_root_item
	rootTree     = 1
	typeRootItem = 132
)

// backdate sets the birth of all subvolumes in an image with btrfs that is not mounted. No system
// call can: a machine that was installed long ago cannot be made otherwise.
func backdate(t *testing.T, image string, at time.Time) {
	t.Helper()
	f, err := os.OpenFile(image, os.O_RDWR, 0)
	must(t, err)
	defer f.Close()
	super := make([]byte, 4096)
	_, err = f.ReadAt(super, superBlock)
	must(t, err)
	node := make([]byte, binary.LittleEndian.Uint32(super[superNode:]))
	fsid := string(super[superFSID : superFSID+16])
	changed := 0
	for offset := int64(0); ; offset += int64(len(node)) {
		_, err := f.ReadAt(node[:nodeHeader], offset)
		if errors.Is(err, io.EOF) {
			break
		}
		must(t, err)
		if string(node[nodeFSID:nodeFSID+16]) != fsid || binary.LittleEndian.Uint64(node[nodeOwner:]) != rootTree || node[nodeLevel] != 0 {
			continue
		}
		_, err = f.ReadAt(node, offset)
		must(t, err)
		if n := backdateLeaf(node, at); n > 0 {
			_, err = f.WriteAt(node, offset)
			must(t, err)
			changed += n
		}
	}
	if changed == 0 {
		t.Fatalf("found no subvolume in %s", image)
	}
}

// backdateLeaf changes the root items of a leaf, with its checksum, and returns their number.
func backdateLeaf(node []byte, at time.Time) int {
	changed := 0
	for i := range binary.LittleEndian.Uint32(node[nodeItems:]) {
		item := node[nodeHeader+itemSize*i:]
		if item[itemType] != typeRootItem {
			continue
		}
		root := node[nodeHeader+binary.LittleEndian.Uint32(item[itemOffset:]):]
		binary.LittleEndian.PutUint64(root[rootOtime:], uint64(at.Unix()))
		binary.LittleEndian.PutUint32(root[rootOtime+8:], uint32(at.Nanosecond()))
		changed++
	}
	if changed > 0 {
		binary.LittleEndian.PutUint32(node, crc32.Checksum(node[32:], crc32.MakeTable(crc32.Castagnoli)))
	}
	return changed
}
