package trace

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// clone3Script executes two commands, with a "+" between them, in a mount namespace that clone3(2) creates.
const clone3Script = `
import ctypes, os, subprocess, sys
args = (ctypes.c_uint64 * 8)(0x20000, 0, 0, 0, 17)
pid = ctypes.CDLL(None).syscall(435, args, 64)
if pid == 0:
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    plus = sys.argv.index("+")
    for command in sys.argv[1:plus], sys.argv[plus + 1:]:
        subprocess.run(command, check=True)
    os._exit(0)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`

// TestPathsInOtherRootsAreConverted checks that the paths of programs with another root or mount
// namespace are converted to paths of the host.
func TestPathsInOtherRootsAreConverted(t *testing.T) {
	for _, tool := range []string{"bwrap", "unshare", "chroot", "python3"} {
		probe.Tool(t, tool)
	}
	const system = "--ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/lib /lib --symlink usr/lib64 /lib64 --proc /proc --dev /dev "
	for _, tt := range []struct {
		name, script string
		want         map[string]Op // below the directory of the test
	}{
		{
			"bwrap",
			"bwrap " + system + "--bind $PWD/inside /mnt/data --tmpfs /scratch -- sh -c 'echo x >/mnt/data/new; cat /mnt/data/old; cat /mnt/data/none; echo y >/scratch/z; rm /mnt/data/gone'",
			map[string]Op{"inside/new": Create, "inside/old": Read, "inside/gone": Delete, "inside/none": Lookup},
		},
		{
			"a private mount namespace",
			"unshare -m sh -c 'mount --bind inside other && echo x >other/new && cat other/old'",
			map[string]Op{"inside/new": Create, "inside/old": Read},
		},
		{
			// clone3(2) is not trapped.
			"a private mount namespace by clone3",
			"python3 -c '" + clone3Script + "' mount --bind inside other + sh -c 'echo x >other/new && cat other/old'",
			map[string]Op{"inside/new": Create, "inside/old": Read},
		},
		{
			"chroot in a private mount namespace",
			"mkdir -p root/usr root/data && ln -s usr/bin root/bin && ln -s usr/lib root/lib && ln -s usr/lib64 root/lib64 && " +
				"unshare -m sh -c 'mount --rbind /usr root/usr && mount --bind inside root/data && chroot root /bin/sh -c \"cat /data/old; echo x >/data/new; cd /data; echo y >new2; echo z >/top; cd /; echo z >top2\"'",
			map[string]Op{"inside/old": Read, "inside/new": Create, "inside/new2": Create, "root/top": Create, "root/top2": Create},
		},
		{
			"chroot",
			"mkdir -p root/usr root/data && mount --rbind /usr root/usr && mount --bind inside root/data && cd root && ln -s usr/bin bin && ln -s usr/lib lib && ln -s usr/lib64 lib64 && " +
				"chroot . /bin/sh -c 'cat /data/old; echo x >/data/new; echo y >/top'",
			map[string]Op{"root/data/old": Read, "root/data/new": Create, "root/top": Create},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.name != "bwrap" {
				probe.Need(t, probe.Root) // chroot(2), and mounts in this namespace
			}
			eachBackend(t, func(t *testing.T, b Backend) {
				dir := t.TempDir()
				sh(t, dir, "mkdir inside other; echo o >inside/old; echo g >inside/gone")
				t.Chdir(dir)
				args := []string{"sh", "-c", tt.script}
				if tt.name == "chroot" { // unmount its mounts afterwards, without changing ours
					t.Cleanup(func() {
						_ = exec.Command("umount", "-l", filepath.Join(dir, "root/usr"), filepath.Join(dir, "root/data")).Run()
					})
				}
				got := run(t, Options{Backend: b}, args...)
				if got.report.Status != 0 && tt.name != "bwrap" {
					t.Fatalf("got status %d: %s", got.report.Status, got.out)
				}
				paths := got.paths()
				for name, op := range tt.want {
					if paths[filepath.Join(dir, name)]&op == 0 {
						t.Errorf("%s: got %v, want %v", name, paths[filepath.Join(dir, name)], op)
					}
				}
				for _, name := range []string{"/mnt/data/new", "/mnt/data/old", "/scratch/z", "/data/old", "/top", filepath.Join(dir, "other/new")} {
					if paths[name] != 0 {
						t.Errorf("%s, which exists only for the program: got %v", name, paths[name])
					}
				}
				if t.Failed() {
					t.Log(got.out)
				}
			})
		})
	}
}
