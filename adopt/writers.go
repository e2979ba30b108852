package adopt

import (
	"encoding/binary"
	"errors"

	"golang.org/x/sys/unix"
)

// writers are the users and groups that may replace entries in a directory. The owner may always do
// so.
type writers struct {
	uid, gid uint32 // of the directory
	// users contains the users named in the ACL. groups contains the owning group and the groups
	// named in the ACL. The value reports whether the entry grants write permission.
	users, groups map[uint32]bool
	others        bool
}

// The format of system.posix_acl_access, include/uapi/linux/posix_acl_xattr.h: a version, and
// entries of a tag, permissions and an ID, all little-endian.
const (
	aclVersion    = 2
	aclHeaderSize = 4
	aclEntrySize  = 8

	aclUser     = 0x02
	aclGroupObj = 0x04
	aclGroup    = 0x08
	aclMask     = 0x10

	aclWrite = 0x02
)

var errACL = errors.New("its ACL is malformed")

// writersIn returns the writers of an open directory.
func writersIn(fd int) (writers, error) {
	st, err := fstat(fd)
	if err != nil {
		return writers{}, err
	}
	acl, err := xattr(procPath(fd), "system.posix_acl_access")
	if err != nil && !errors.Is(err, unix.ENODATA) && !errors.Is(err, unix.EOPNOTSUPP) {
		return writers{}, err
	}
	return writersOf(&st, acl)
}

// writersOf returns the writers for a directory's metadata and ACL, which may be empty. With an
// ACL, the group bits of the mode are the mask, which limits all entries except those of the owner
// and of others.
func writersOf(st *unix.Stat_t, acl []byte) (writers, error) {
	w := writers{uid: st.Uid, gid: st.Gid, users: map[uint32]bool{}, groups: map[uint32]bool{}}
	if st.Mode&unix.S_ISVTX != 0 { // sticky: only owners may (inode(7))
		return w, nil
	}
	w.others = st.Mode&unix.S_IWOTH != 0
	w.groups[st.Gid] = st.Mode&unix.S_IWGRP != 0
	if len(acl) == 0 {
		return w, nil
	}
	if len(acl)%aclEntrySize != aclHeaderSize || binary.LittleEndian.Uint32(acl) != aclVersion {
		return w, errACL
	}
	// A process has the permissions of all matching group entries: one that grants is enough
	// (acl(5)).
	w.groups[st.Gid] = false
	mask := true
	for e := acl[aclHeaderSize:]; len(e) > 0; e = e[aclEntrySize:] {
		id, may := binary.LittleEndian.Uint32(e[4:]), binary.LittleEndian.Uint16(e[2:])&aclWrite != 0
		switch binary.LittleEndian.Uint16(e) {
		case aclUser:
			w.users[id] = may
		case aclGroup:
			w.groups[id] = w.groups[id] || may
		case aclGroupObj:
			w.groups[st.Gid] = w.groups[st.Gid] || may
		case aclMask:
			mask = may
		}
	}
	for _, entries := range []map[uint32]bool{w.users, w.groups} {
		for id, may := range entries {
			entries[id] = may && mask
		}
	}
	return w, nil
}

// user reports whether a user may write who is in none of the groups with an entry.
func (w writers) user(uid uint32) bool {
	if may, named := w.users[uid]; named || uid == w.uid {
		return may || uid == w.uid
	}
	return w.others
}

// group reports whether those members of a group may write that have no entry of their own.
func (w writers) group(gid uint32) bool {
	if may, named := w.groups[gid]; named {
		return may
	}
	return w.others
}

// unnamed reports whether any user may write who is neither the owner nor named.
func (w writers) unnamed() bool {
	for _, may := range w.groups {
		if may {
			return true
		}
	}
	return w.others
}
