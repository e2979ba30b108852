package adopt

import (
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// TestCoveredFilesAreCopied mounts over a directory and over a file, and copies what is beneath.
func TestCoveredFilesAreCopied(t *testing.T) {
	probe.Need(t, probe.Root, probe.Namespaces)
	g := newGround(t)
	out := g.onMachine(`
mount -t tmpfs -o mode=750 parent "$SOURCE"
mkdir -p "$SOURCE/app/dir/sub" "$SOURCE/other"; chmod 710 "$SOURCE/app"; chown 12:13 "$SOURCE/app"
echo hidden > "$SOURCE/app/dir/f"; echo hidden > "$SOURCE/app/dir/differs"; echo deep > "$SOURCE/app/dir/sub/g"; echo hidden > "$SOURCE/app/file"
chmod 640 "$SOURCE/app/dir/f"
mount -t tmpfs cover "$SOURCE/app/dir"; echo visible > "$SOURCE/app/dir/visible"
mount --bind /etc/hostname "$SOURCE/app/file"
export ` + beneathEnv + `="$SOURCE"
adopt "$SOURCE/app/dir/sub/g" "$SOURCE/app/file"
stat -c '%a %u %g' "$TARGET/app"
cat "$TARGET/app/file" "$TARGET/app/dir/sub/g"
echo visible > "$TARGET/app/dir/differs"
echo --- merge
adopt "$SOURCE/app/dir"
cat "$TARGET/app/dir/differs"; stat -c '%a %s' "$TARGET/app/dir/f"
find "$TARGET/app" -name visible; ls -A "$STORE"
echo --- beside
adopt "$SOURCE/other" "$SOURCE/missing"
umount "$SOURCE/app/dir"; cat "$SOURCE/app/dir/f"
echo --- again
mount -t tmpfs cover "$SOURCE/app/dir"
adopt "$SOURCE/app/dir/f"
`)
	g.says(out, "copied "+g.at("app/dir/sub/g"), "copied "+g.at("app/file"), "status 0\n710 12 13\nhidden\ndeep\n--- merge",
		"partly "+g.at("app/dir"), g.at("app/dir/differs")+" already in storage", "status 1\nvisible\n640 7\n",
		"!"+g.stored("app/dir/visible"), "failed "+g.at("missing"), "\nhidden\n--- again\npresent "+g.at("app/dir/f"))
}

// TestStorageThatCoversItsSourceIsRefused has data below the mount of storage.
func TestStorageThatCoversItsSourceIsRefused(t *testing.T) {
	probe.Need(t, probe.Root, probe.Namespaces)
	g := newGround(t)
	out := g.onMachine(`
mount -t tmpfs parent "$SOURCE"; mkdir "$SOURCE/persist"; echo hidden > "$SOURCE/persist/f"
mount -t tmpfs storage "$SOURCE/persist"
export ` + beneathEnv + `="$SOURCE"; STORE="$SOURCE/persist"
adopt "$SOURCE/persist"
find "$STORE" -type f
`)
	g.says(out, "failed "+g.at("persist"), ErrCoveredByStorage.Error(), "status 1\n")
}

// TestAnotherMountIsNotCloned names a mount by a number that is not its own.
func TestAnotherMountIsNotCloned(t *testing.T) {
	probe.Need(t, probe.Root)
	g := newGround(t)
	g.write("f", "x")
	options := Options{Beneath: Root{Path: "/", Mount: 1 << 40}}
	if _, err := Prepare(t.Context(), g.store, []string{g.at("f")}, options); err == nil {
		t.Error("no error")
	}
}
