package cli

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// hungScript mounts a FUSE file system that does not respond, in a mount namespace: it stops
// bindfs. The script always kills bindfs at the end. timeout(1) limits every command.
const hungScript = `
D=$1 PROGRAM=$2 SIGNAL=$3
mount -t tmpfs -o mode=755 none "$D"
mkdir -p "$D/back/deep/dir" "$D/root/hung" "$D/root/plain" "$D/state"
chmod 1777 "$D/state"
echo x > "$D/root/plain/file"; echo x > "$D/back/deep/dir/x"; ln -s hung/deep "$D/root/into"
bindfs -f -o allow_other,entry_timeout=0,attr_timeout=0 "$D/back" "$D/root/hung" > "$D/state/log" 2>&1 &
fuse=$!
trap 'kill -CONT $fuse; kill -KILL $fuse' EXIT
until [ -e "$D/root/hung/deep/dir/x" ]; do
	kill -0 $fuse || { cat "$D/state/log"; exit 3; }
	sleep 0.05
done
kill -STOP $fuse
cat > "$D/names.json" <<JSON
{"excludes": [], "roots": ["$D/root"], "storagePaths": ["$D/none"], "persistedDirs": ["$D/root/hung/deep/dir"],
 "persistedFiles": ["$D/root/hung/a/b"], "users": {"bob": "$D/root/hung/bob/home"}}
JSON
le() { timeout --preserve-status -k 60 -s $SIGNAL "$1" "$PROGRAM" --config "$D/names.json" ${@:2}; }
# Commands that only have such a path in the configuration end by themselves.
for command in "status --brief" "list" "list --dirs" "explain $D/root/plain/file" "snippet $D/root/plain/file"; do
	status=0; le 50 $command > "$D/state/out" 2> "$D/state/err" || status=$?
	echo "$command: $status"
	[ $status = 0 ] || cat "$D/state/err"
done
status=0; le 50 doctor > /dev/null 2>&1 || status=$?
echo "doctor: $status" # there is no storage
# One signal ends commands that read such a path.
for command in "list $D/root/hung/deep" "list $D/root/into" "explain $D/root/hung/deep/dir/x" "snippet $D/root/hung/deep/dir/x" \
	"adopt $D/root/hung/deep/x" "stray --storage $D/root/hung/deep" "list --include $D/root/hung/deep/y"; do
	status=0; le 1 $command > /dev/null 2>&1 || status=$?
	echo "$command: $status"
done
`

// runHung runs a script with SIGINT and with SIGTERM, as root of a user namespace and in a mount
// namespace, and compares its stdout with want. In want, D is the directory of the script, and END
// is the exit status after the signal. The arguments of the script are the directory, the program,
// the signal and those that more returns.
func runHung(t *testing.T, script, want string, more func(t *testing.T) []string) {
	t.Parallel()
	probe.Tool(t, "bindfs")
	unshare := probe.Unshare(t)
	binary := buildStatic(t)
	for signal, status := range map[string]string{"INT": "130", "TERM": "143"} {
		t.Run(signal, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.Chmod(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			args := slices.Concat(unshare, []string{"bash", "-euc", script, "sh", dir, binary, signal})
			if more != nil {
				args = append(args, more(t)...)
			}
			cmd := exec.Command("unshare", args...)
			var stderr strings.Builder
			cmd.Stderr = &stderr
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("%v\n%s%s", err, out, stderr.String())
			}
			want := strings.ReplaceAll(want, "END", status)
			if diff := cmp.Diff(want, strings.ReplaceAll(string(out), dir, "D")); diff != "" {
				t.Errorf("differs (-want +got):\n%s", diff)
			}
		})
	}
}

// TestASignalEndsCommandsOnAHungMount runs commands on a file system that does not respond. If a
// command ignores the signal, its status is 137, that of SIGKILL.
func TestASignalEndsCommandsOnAHungMount(t *testing.T) {
	probe.Need(t, probe.FUSE)
	runHung(t, hungScript, `status --brief: 0
list: 0
list --dirs: 0
explain D/root/plain/file: 0
snippet D/root/plain/file: 0
doctor: 1
list D/root/hung/deep: END
list D/root/into: END
explain D/root/hung/deep/dir/x: END
snippet D/root/hung/deep/dir/x: END
adopt D/root/hung/deep/x: END
stray --storage D/root/hung/deep: END
list --include D/root/hung/deep/y: END
`, nil)
}
