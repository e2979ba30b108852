package check_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/boot/check"
	"github.com/DaRacci/list-ephemeral/internal/disktest"
	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// runEnv makes the test program check the machine that it runs on, and print the results.
const runEnv = "CHECK_TEST_RUN"

func TestMain(m *testing.M) {
	if os.Getenv(runEnv) != "" {
		if err := printChecks(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// printChecks prints a line for each check that is not ok, or cannot be made: its ID, then the
// findings.
func printChecks() error {
	table, err := mounts.Read()
	if err != nil {
		return err
	}
	// The disk is made by the test, so the boot that it survives is in the future.
	later := time.Now().Add(time.Hour)
	options := boot.Options{Time: boot.Time{Start: later, Now: later}}
	if os.Getenv("STATED") != "" {
		options.Stated = []string{"/"}
	}
	if os.Getenv("SURVIVORS") != "" {
		options.Sample = boot.NewSample(table)
		for i := range 32 {
			options.Sample.Of(table.At("/").ID).Add(fmt.Sprint("/", i), later.AddDate(0, -1, 0), later.AddDate(0, -1, 0))
		}
	}
	trees, err := boot.Judge(context.Background(), table, options)
	if err != nil {
		return err
	}
	checked := check.Options{Table: table, Trees: trees, Storage: strings.Fields(os.Getenv("STORAGE")), Homes: []string{"/home/alice"}, Known: known.HomesOf("/home/alice")}
	checked.Decisions = []string{"/home/alice/.local/state/list-ephemeral", "/home/bob/.local/state/list-ephemeral"}
	for _, path := range strings.Fields(os.Getenv("DECLARED")) {
		checked.Declared = append(checked.Declared, check.Declared{Path: path, Source: "config"})
	}
	results, err := check.Run(context.Background(), checked)
	for _, r := range results {
		line := r.ID.String()
		for _, f := range r.Findings {
			if f.Severity > check.OK || os.Getenv("ALL") != "" {
				line += fmt.Sprintf(" %s:%s(%s)", f.Severity, f.Kind, f.Path)
				if f.Kind == check.OldRootsFound && f.Bytes >= 1<<20 {
					line += fmt.Sprintf(" %dM", f.Bytes>>20)
				}
			}
		}
		if r.Gap != check.NoGap {
			line += fmt.Sprintf(" [%s", r.Gap)
			if r.Err != nil {
				line += ": " + r.Err.Error()
			}
			line += "]"
		}
		if r.Severity != check.OK || os.Getenv("ALL") != "" {
			fmt.Println(line)
		}
	}
	return err
}

// machineScript makes a healthy machine whose root is a tmpfs, in a mount namespace of its own, and
// checks it: $DIR is where to mount it, $DISK a disk for storage, $PROGRAM the test program. The
// variables ROOT (mount the root), EARLY (before storage is mounted) and PLANT have commands.
const machineScript = `
cd "$DIR"
if [ -n "$ROOT" ]; then eval "$ROOT"; else mount -t tmpfs -o mode=755 root .; fi
cd "$DIR"
cp "$PROGRAM" program
# A test program for the race detector is linked dynamically.
for library in $(ldd "$PROGRAM" 2>/dev/null | grep -o '/[^ ]*'); do mkdir -p ".$(dirname "$library")"; cp -L "$library" ".$library"; done
mkdir -p proc run dev persist etc/ssh home/alice/Documents var/lib/systemd var/lib/nixos var/lib/app srv tmp
mkdir -m 700 var/lib/private
system=nix/store/h-nixos-system; mkdir -p $system/etc/systemd/system/local-fs.target.wants nix/store/h-pkg
mount --rbind /proc proc; mount --rbind /dev dev; mount -t tmpfs run run; ln -s /$system run/current-system
eval "$EARLY"
mount -o loop "$DISK" persist
chmod 755 persist
mkdir -p persist/etc/ssh persist/passwords persist/home/alice/Documents persist/var/lib/systemd persist/var/lib/nixos persist/var/lib/app
mkdir -m 700 persist/var/lib/private
echo id > persist/etc/machine-id; : > etc/machine-id
echo key > persist/etc/ssh/ssh_host_ed25519_key; echo seed > persist/var/lib/systemd/random-seed
echo hash > persist/passwords/alice; echo map > persist/var/lib/nixos/uid-map
printf 'Port 22\nHostKey "/persist/etc/ssh/ssh_host_ed25519_key"\n' > etc/ssh/sshd_config
# unit NAME PATH declares a bind mount and mounts it.
unit() {
	declare_unit "$1" "$2"
	mount --bind "persist$2" ".$2"
}
declare_unit() {
	printf '[Mount]\nWhat=/persist%s\nWhere=%s\nOptions=bind\n' "$2" "$2" > "$system/etc/systemd/system/$1.mount"
	ln -s "../$1.mount" "$system/etc/systemd/system/local-fs.target.wants/$1.mount"
}
# undeclare NAME removes a unit.
undeclare() { rm "$system/etc/systemd/system/$1.mount" "$system/etc/systemd/system/local-fs.target.wants/$1.mount"; }
unit var-lib-systemd /var/lib/systemd
unit var-lib-nixos /var/lib/nixos
unit var-lib-app /var/lib/app
unit home-alice-Documents /home/alice/Documents
unit 'etc-machine\x2did' /etc/machine-id
printf 'root / tmpfs mode=755,x-initrd.mount 0 0\n/dev/disk/by-label/persist /persist ext4 defaults,x-initrd.mount 0 2\n' > $system/etc/fstab
echo '... /nix/store/h-update-users-groups.pl /nix/store/h-users-groups.json' > $system/activate
echo '{"users":[{"name":"alice","home":"/home/alice","hashedPasswordFile":"/persist/passwords/alice"},{"name":"bob","hashedPasswordFile":null}]}' > nix/store/h-users-groups.json
eval "$PLANT"
chroot ${USERSPEC:+--userspec=$USERSPEC} . /program
`

// machine is a machine with a fault.
type machine struct {
	// root mounts the root at "."; "" is a tmpfs. early runs before storage is mounted.
	root, early, plant string
	env                []string
}

// check returns what the checks print.
func (m machine) check(t *testing.T) string {
	t.Helper()
	probe.Need(t, probe.Root, probe.Namespaces, probe.Loop, probe.Ext4)
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("unshare", append(probe.Unshare(t), "sh", "-euc", machineScript)...)
	cmd.Env = append(os.Environ(), runEnv+"=1", "DIR="+dir, "DISK="+disktest.New(t), "PROGRAM="+os.Args[0], "STORAGE=/persist",
		"ROOT="+m.root, "EARLY="+m.early, "PLANT="+m.plant)
	cmd.Env = append(cmd.Env, m.env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}
