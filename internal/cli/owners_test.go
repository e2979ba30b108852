package cli

import (
	"os"
	"os/exec"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// withoutRootScript hides the names of all users and groups, as in a container without
// /etc/passwd.
const withoutRootScript = `
D=$1 PROGRAM=$2
mount -t tmpfs -o mode=755 none "$D"
mkdir -p "$D/root/app"; echo x > "$D/root/app/file"; chmod 700 "$D/root/app"
: > "$D/empty"
mount --bind "$D/empty" /etc/passwd
mount --bind "$D/empty" /etc/group
cat > "$D/names.json" <<JSON
{"excludes": [], "roots": ["$D/root"], "storagePaths": ["$D/none"], "persistedDirs": [], "persistedFiles": [], "homeDir": "/nowhere"}
JSON
le() { "$PROGRAM" --config "$D/names.json" "$@"; }
le list -l | awk '{ print $2 }'
le snippet --dialect json "$D/root/app" | grep -o '"user".*"group":"[^"]*"'
le snippet --dialect impermanence --storage /persist "$D/root/app" 2>&1 | grep -c 'has no name on this machine' || :
`

// TestUserZeroIsRootWithoutPasswd runs the program with an empty passwd(5) and group(5).
func TestUserZeroIsRootWithoutPasswd(t *testing.T) {
	t.Parallel()
	unshare := probe.Unshare(t)
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("unshare", slices.Concat(unshare, []string{"sh", "-euc", withoutRootScript, "sh", dir, buildStatic(t)})...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	const want = "root\n\"user\":\"root\",\"group\":\"root\"\n0\n"
	if diff := cmp.Diff(want, string(out)); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
}
