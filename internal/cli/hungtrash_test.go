package cli

import (
	"context"
	"errors"
	"syscall"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/probe"
	"github.com/DaRacci/list-ephemeral/internal/session"
)

// hungTrashScript runs stray on a FUSE file system that stops responding: it stops bindfs. The file
// system is first the storage path itself (hung), then a mount in another storage path (plain/in).
// In both cases, one path is already in the trash. The script always kills bindfs at the end. A
// command that does not end after the signal is killed, and its status is 137.
const hungTrashScript = `
D=$1 PROGRAM=$2 SIGNAL=$3
mount -t tmpfs -o mode=755 none "$D"
mkdir -p "$D/root" "$D/back" "$D/hung" "$D/plain/in" "$D/plain/etc"
for dir in back plain; do mkdir -p "$D/$dir/etc"; echo x > "$D/$dir/etc/old"; echo x > "$D/$dir/etc/new"; done
start() {
	bindfs -f -o allow_other,entry_timeout=0,attr_timeout=0 "$D/back" "$1" > "$D/log" 2>&1 &
	fuse=$!
	until [ -e "$1/etc/new" ]; do
		kill -0 $fuse || { cat "$D/log"; exit 3; }
		sleep 0.05
	done
}
fuse=
finish() { kill -CONT $fuse; kill -KILL $fuse; }
trap finish EXIT
names() {
	cat > "$D/names.json" <<JSON
{"excludes": [], "roots": ["$D/root"], "storagePaths": ["$1"], "persistedDirs": ["/etc/kept"], "persistedFiles": [], "homeDir": "/nowhere"}
JSON
}
# run STORAGE ARGS: the signal comes 1 s after the start.
run() {
	local status=0
	timeout --preserve-status -k 60 -s $SIGNAL 1 "$PROGRAM" --config "$D/names.json" stray "${@:2}" > "$D/out" 2>&1 || status=$?
	echo "$1 ${*:2}: $status"
}
start "$D/hung"
names "$D/hung"
"$PROGRAM" --config "$D/names.json" stray --trash "$D/hung/etc/old" > "$D/out" 2>&1 || { cat "$D/out"; exit 4; }
kill -STOP $fuse
for action in --trash "--trash $D/hung/etc/new" --restore --empty "--empty --yes"; do run hung $action; done
finish; wait $fuse || :
start "$D/plain/in"
names "$D/plain"
"$PROGRAM" --config "$D/names.json" stray --trash "$D/plain/etc/old" > "$D/out" 2>&1 || { cat "$D/out"; exit 4; }
kill -STOP $fuse
run plain --trash "$D/plain/in/etc/new"
kill -CONT $fuse
# The interrupted run does not block later runs.
"$PROGRAM" --config "$D/names.json" stray --restore 2> /dev/null
`

// TestASignalEndsTrashOnAHungMount stops storage or a mount in it. It does not check the hint: on a
// busy machine the signal may come before the run waits for storage, and then there is no hint.
// TestAbandonedTrashPrintsAHint checks it.
func TestASignalEndsTrashOnAHungMount(t *testing.T) {
	probe.Need(t, probe.Root, probe.FUSE)
	runHung(t, hungTrashScript, `hung --trash: END
hung --trash D/hung/etc/new: END
hung --restore: END
hung --empty: END
hung --empty --yes: END
plain --trash D/plain/in/etc/new: END
restored D/plain/etc/old
`, nil)
}

// TestAbandonedTrashPrintsAHint has a run that does not end and one that does.
func TestAbandonedTrashPrintsAHint(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(signalError{syscall.SIGINT})
	never := make(chan struct{})
	defer close(never)
	ended := errors.New("ended")
	for _, tt := range []struct {
		run  func() error
		err  error
		want string
	}{
		{func() error { <-never; return nil }, signalError{syscall.SIGINT}, "list-ephemeral: hint: " + session.TrashHint + "\n"},
		{func() error { return ended }, ended, ""},
	} {
		got := captured(t, func(to messages) {
			if err := (&app{streams: streams{err: to}}).unstuckTrash(ctx, tt.run); !errors.Is(err, tt.err) {
				t.Errorf("got %v, want %v", err, tt.err)
			}
		})
		if got != tt.want {
			t.Errorf("printed %q, want %q", got, tt.want)
		}
	}
}
