package cli

import (
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/disktest"
	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// hungAdoptScript runs adopt on FUSE file systems that stop responding: it stops bindfs. One is
// mounted in a directory to copy. The other is a root with a file that takes 30 s to read. The
// script always kills bindfs at the end. A command that does not end after the signal is
// killed, and its status is 137.
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
head -c 1 "$D/slow/large" > "$D/out" # the kernel learns that bindfs does not implement FLUSH
cat > "$D/names.json" <<JSON
{"excludes": [], "roots": ["$D/root", "$D/slow"], "storagePaths": ["$D/disk"], "persistedDirs": [], "persistedFiles": []}
JSON
# A shell starts background processes with SIGINT ignored.
le() { env --default-signal=INT "$PROGRAM" --config "$D/names.json" "$@" > "$D/out" 2>&1 & command=$!; }
le adopt "$D/slow/large"
for i in $(seq 200); do
	[ -z "$(find "$D/disk/.list-ephemeral-adopt" -type f -size +0 2> /dev/null)" ] || break
	sleep 0.05
done
# The kernel does not end a process while bindfs works on its request, so stop the command first.
kill -STOP $command
sleep 2
kill -STOP $slow
kill -CONT $command
sleep 0.5
kill -$SIGNAL $command
for i in $(seq 1200); do
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
	status=0; timeout --preserve-status -k 60 -s $SIGNAL 1 "$PROGRAM" --config "$D/names.json" adopt $args > "$D/out" 2>&1 || status=$?
	echo "adopt $args: $status"
done
# The next run removes the staging directory.
kill -CONT $inner $slow
le adopt "$D/root/app/file"
wait $command
grep -v -e ' copied into ' "$D/out"
[ -e "$D/disk/.list-ephemeral-adopt" ] || echo cleared
`

// TestASignalEndsAdoptOnAHungMount stops a file system before the planning and during a run.
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
