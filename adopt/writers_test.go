package adopt

import (
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/disktest"
	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// This file tests which users may replace entries in directories with ACLs.

// entry is an entry of an ACL.
type entry struct {
	tag, perm uint16
	id        uint32
}

// aclOf returns the value of system.posix_acl_access for a directory with mode 0755 and additional
// entries, in the order that the kernel requires.
func aclOf(entries ...entry) []byte {
	const none, owner, other = math.MaxUint32, 0x01, 0x20
	acl := binary.LittleEndian.AppendUint32(nil, aclVersion)
	add := func(e entry) {
		acl = binary.LittleEndian.AppendUint16(acl, e.tag)
		acl = binary.LittleEndian.AppendUint16(acl, e.perm)
		acl = binary.LittleEndian.AppendUint32(acl, e.id)
	}
	add(entry{owner, 7, none})
	mask := entry{aclMask, 7, none}
	groupAdded := false
	for _, e := range entries {
		if e.tag == aclMask {
			mask = entry{aclMask, e.perm, none}
			continue
		}
		if e.tag == aclGroup && !groupAdded {
			groupAdded = true
			add(entry{aclGroupObj, 5, none})
		}
		add(e)
	}
	if !groupAdded {
		add(entry{aclGroupObj, 5, none})
	}
	add(mask)
	add(entry{other, 5, none})
	return acl
}

// TestGainsByACL compares directories with ACLs that belong to root.
func TestGainsByACL(t *testing.T) {
	const alice, mallory, staff = 1000, 1001, 50
	mayWrite, mayRead := uint16(7), uint16(5)
	tests := []struct {
		name             string
		to, from         []byte
		toMode, fromMode uint32
		owner            uint32 // of the copy
		refused          bool
	}{
		{"a named user", aclOf(entry{aclUser, mayWrite, mallory}), nil, 0o775, 0o755, alice, true},
		{"a named user who owns the copy", aclOf(entry{aclUser, mayWrite, mallory}), nil, 0o775, 0o755, mallory, false},
		{"a named user who may read", aclOf(entry{aclUser, mayRead, mallory}), nil, 0o775, 0o755, alice, false},
		{"a named user limited by the mask", aclOf(entry{aclUser, mayWrite, mallory}, entry{aclMask, 5, 0}), nil, 0o755, 0o755, alice, false},
		{"the same ACL", aclOf(entry{aclUser, mayWrite, mallory}), aclOf(entry{aclUser, mayWrite, mallory}), 0o775, 0o775, alice, false},
		{"the source's mask denies it", aclOf(entry{aclUser, mayWrite, mallory}), aclOf(entry{aclUser, mayWrite, mallory}, entry{aclMask, 5, 0}), 0o775, 0o755, alice, true},
		{"another user in the source", aclOf(entry{aclUser, mayWrite, mallory}), aclOf(entry{aclUser, mayWrite, alice}), 0o775, 0o775, alice, true},
		{"the source writable by all", aclOf(entry{aclUser, mayWrite, mallory}), nil, 0o775, 0o757, alice, false},
		{"the source writable by all except one", aclOf(entry{aclUser, mayWrite, mallory}), aclOf(entry{aclUser, mayRead, mallory}), 0o775, 0o777, alice, true},
		{"writable by a user whom the source denies", nil, aclOf(entry{aclUser, mayRead, mallory}), 0o757, 0o777, alice, true},
		{"a named group", aclOf(entry{aclGroup, mayWrite, staff}), nil, 0o775, 0o755, alice, true},
		{"root's group", aclOf(entry{aclGroup, mayWrite, 0}), nil, 0o775, 0o755, alice, false},
		{"the same named group", aclOf(entry{aclGroup, mayWrite, staff}), aclOf(entry{aclGroup, mayWrite, staff}), 0o775, 0o775, alice, false},
		{"named and sticky", aclOf(entry{aclUser, mayWrite, mallory}), nil, 0o1775, 0o755, alice, false},
		{"the mask is not the group's", aclOf(entry{aclUser, mayRead, mallory}), nil, 0o775, 0o755, 0, false},
		{"the source's mask is not the group's", nil, aclOf(entry{aclUser, mayWrite, mallory}), 0o775, 0o775, 0, true},
	}
	for _, tt := range tests {
		of := func(acl []byte, mode uint32) writers {
			w, err := writersOf(&unix.Stat_t{Gid: 100, Mode: unix.S_IFDIR | mode}, acl)
			if err != nil {
				t.Fatalf("%s: %v", tt.name, err)
			}
			return w
		}
		err := refusedBy(gainsOf("/persist", absolute("/d"), of(tt.to, tt.toMode), of(tt.from, tt.fromMode)), tt.owner)
		if errors.Is(err, ErrReplaceable) != tt.refused {
			t.Errorf("%s: %v, want refused: %t", tt.name, err, tt.refused)
		}
	}
	for _, acl := range []string{"\x02", "\x03\x00\x00\x00", "\x02\x00\x00\x00\x02\x00\x07"} {
		if _, err := writersOf(&unix.Stat_t{}, []byte(acl)); !errors.Is(err, errACL) {
			t.Errorf("%q: %v, want %v", acl, err, errACL)
		}
	}
}

// TestACLsOfParentsInStorage uses directories in storage on a disk with an ACL that lets a user or
// a group write to them: above an adopted path, and merged ones.
func TestACLsOfParentsInStorage(t *testing.T) {
	probe.Need(t, probe.Root, probe.Loop, probe.Ext4)
	g := newGround(t)
	tool(t, "mount", "-o", "loop", disktest.New(t), g.store)
	t.Cleanup(func() { tool(t, "umount", "-l", g.store) })
	const mallory, staff = 65534, 50
	for name, acl := range map[string][]byte{
		"user":  aclOf(entry{aclUser, 7, mallory}),
		"group": aclOf(entry{aclGroup, 7, staff}),
		"read":  aclOf(entry{aclUser, 5, mallory}),
		"fine":  aclOf(entry{aclUser, 7, mallory}),
	} {
		g.write(name+"/dir/key", "k")
		g.must(os.MkdirAll(g.stored(name), 0o755), unix.Setxattr(g.stored(name), "system.posix_acl_access", acl, 0))
		if name == "fine" {
			g.must(unix.Setxattr(g.at(name), "system.posix_acl_access", acl, 0))
		}
	}
	for _, below := range []string{"", "/dir", "/dir/key"} {
		for _, name := range []string{"user", "group", "read", "fine"} {
			results := g.adopt(name + below)
			refused := false
			for _, p := range results[0].Problems {
				refused = refused || errors.Is(p.Err, ErrReplaceable) && strings.Contains(p.Err.Error(), "ACL")
			}
			if want := name == "user" || name == "group"; refused != want {
				t.Errorf("%s%s: %s", name, below, g.outcomes(results))
			}
			_, err := os.Lstat(filepath.Join(g.stored(name), "dir/key"))
			if stored := err == nil; stored != (name == "read" || name == "fine") {
				t.Errorf("%s%s: in storage: %t", name, below, stored)
			}
		}
	}
}
