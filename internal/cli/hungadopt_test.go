package cli

import (
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/disktest"
	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// hungAdoptScript has adopt meet a FUSE file system that stops answering: bindfs, stopped. It is
// mounted in a directory to copy, and is a root itself, whose file takes 30 s to read. However the
// script ends, bindfs is killed. A command that has not ended 2 s after the signal is killed, which
// gives the status 137.
const hungAdoptScript = `
D=$1 PROGRAM=$2 SIGNAL=$3 DISK=$4
mkdir -p "$D/back" "$D/root/app/mnt" "$D/slow" "$D/disk"
mount -o loop "$DISK" "$D/disk"
head -c 30000000 /dev/zero > "$D/back/large"; echo x > "$D/root/app/file"
bindfs -f -o allow_other,entry_timeout=0,attr_timeout=0 "$D/back" "$D/root/app/mnt" > /dev/null 2>&1 &
inner=$!
bindfs -f -o allow_other --read-rate=1M "$D/back" "$D/slow" > /dev/null 2>&1 &
slow=$!
trap 'kill -CONT $inner $slow; kill -KILL $inner $slow; cd /; umount -l "$D/disk"' EXIT
until [ -e "$D/root/app/mnt/large" ] && [ -e "$D/slow/large" ]; do sleep 0.05; done
head -c 1 "$D/slow/large" > "$D/out" # so that the kernel knows that bindfs takes no FLUSH
cat > "$D/names.json" <<JSON
{"excludes": [], "roots": ["$D/root", "$D/slow"], "storagePaths": ["$D/disk"], "persistedDirs": [], "persistedFiles": []}
JSON
# A shell has what runs in the background ignore SIGINT.
le() { env --default-signal=INT "$PROGRAM" --config "$D/names.json" "$@" > "$D/out" 2>&1 & command=$!; }
le adopt "$D/slow/large"
for i in $(seq 200); do
	[ -z "$(find "$D/disk/.list-ephemeral-adopt" -type f -size +0 2> /dev/null)" ] || break
	sleep 0.05
done
# The kernel ends no process whose request bindfs has taken: that one is answered first.
kill -STOP $command
sleep 2
kill -STOP $slow
kill -CONT $command
sleep 0.5
kill -$SIGNAL $command
for i in $(seq 40); do
	kill -0 $command 2> /dev/null || break
	sleep 0.05
done
kill -KILL $command 2> /dev/null || :
status=0; wait $command || status=$?
echo "run: $status"
cat "$D/out"
find "$D/disk/.list-ephemeral-adopt" -type f | wc -l
kill -STOP $inner
for args in "--dry-run $D/root/app" "$D/root/app" "--storage $D/root/app/mnt/x $D/root/app/file"; do
	status=0; timeout --preserve-status -k 2 -s $SIGNAL 1 "$PROGRAM" --config "$D/names.json" adopt $args > "$D/out" 2>&1 || status=$?
	echo "adopt $args: $status"
done
# The next run clears.
kill -CONT $inner $slow
le adopt "$D/root/app/file"
wait $command
grep -v -e ' copied into ' "$D/out"
[ -e "$D/disk/.list-ephemeral-adopt" ] || echo cleared
`

// TestASignalEndsAdoptOnAHungMount has a file system stop answering before the planning and in the
// midst of a run.
func TestASignalEndsAdoptOnAHungMount(t *testing.T) {
	probe.Need(t, probe.Root, probe.FUSE, probe.Loop, probe.Ext4)
	runHung(t, hungAdoptScript, `run: END
list-ephemeral: hint: copying did not stop in time; the next adopt into this storage removes the staging directory
1
adopt --dry-run D/root/app: END
adopt D/root/app: END
adopt --storage D/root/app/mnt/x D/root/app/file: END
copied  D/diskD/root/app/file
cleared
`, func(t *testing.T) []string { return []string{disktest.New(t)} })
}
