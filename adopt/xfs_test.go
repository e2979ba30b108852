package adopt

import (
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// TestACLsOnXFSAreCopiedOnce copies files with ACLs to and from XFS, which shows each ACL under two
// names.
func TestACLsOnXFSAreCopiedOnce(t *testing.T) {
	probe.Need(t, probe.Root, probe.Loop, probe.XFS, probe.Namespaces)
	g := newGround(t)
	g.write("ext4/f", "x")
	tool(t, "setfacl", "-m", "u:daemon:rw", g.at("ext4/f"))
	tool(t, "setfacl", "-m", "d:u:daemon:rx", g.at("ext4"))
	out := g.onMachine(`
truncate -s 400m "$STORE.disk"; mkfs.xfs -q "$STORE.disk"; mkdir "$SOURCE/xfs"; mount -o loop "$STORE.disk" "$SOURCE/xfs"
trap "umount -l '$SOURCE/xfs'" EXIT
mkdir "$SOURCE/xfs/persist" "$SOURCE/xfs/app"; STORE2="$STORE"; STORE="$SOURCE/xfs/persist"
adopt "$SOURCE/ext4"; adopt "$SOURCE/ext4"
echo x > "$SOURCE/xfs/app/f"; setfacl -m u:daemon:rw "$SOURCE/xfs/app/f"; setfacl -m d:u:daemon:rx "$SOURCE/xfs/app"
getfattr -d -m - "$SOURCE/xfs/app/f" | grep -c SGI_ACL
SOURCE="$SOURCE/xfs"; STORE="$STORE2"
adopt "$SOURCE/app"; adopt "$SOURCE/app"
getfattr -R -d -m - "$STORE" | grep SGI || echo nothing strange
`)
	for _, name := range []string{"ext4", "xfs/app"} {
		g.says(out, "copied "+g.at(name)+"\nstatus 0\npresent "+g.at(name)+"\nstatus 0\n")
	}
	g.says(out, "\n1\n", "nothing strange")
}
