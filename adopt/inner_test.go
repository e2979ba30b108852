package adopt

import (
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// TestUnsafeMountsWithinStorageAreRefused mounts, within storage on a disk, a file system that a
// reboot wipes and one that a user's process may serve.
func TestUnsafeMountsWithinStorageAreRefused(t *testing.T) {
	probe.Need(t, probe.Root, probe.Loop, probe.Ext4, probe.FUSE)
	probe.Tool(t, "bindfs")
	g := newGround(t)
	for _, name := range []string{"mem/f", "served/dir/f", "plain/f"} {
		g.write(name, "secret")
	}
	out := g.onMachine(`
cd "$(dirname "$SOURCE")"
truncate -s 64m disk; mkfs.ext4 -q disk; mount -o loop disk "$STORE"
mkdir -p "$TARGET/mem" "$TARGET/served" back; chmod 700 back
mount -t tmpfs none "$TARGET/mem"
bindfs -o allow_other back "$TARGET/served"
trap 'cd /; umount -l "$TARGET/served"; umount -l "$STORE"' EXIT
adopt "$SOURCE/mem/f" "$SOURCE/served/dir" "$SOURCE/plain/f"
find back -type f
`)
	g.says(out, "failed "+g.at("mem/f"), "failed "+g.at("served/dir"), "copied "+g.at("plain/f"), ErrInnerMount.Error(), "!back/")
}
