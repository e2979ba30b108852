package watch_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/probe"
	"github.com/DaRacci/list-ephemeral/watch"
)

// insideVariable is set in the process that runs a test in its own mount namespace.
const insideVariable = "LIST_EPHEMERAL_WATCH_INSIDE"

// inNamespace runs the test again in a mount namespace of its own, and returns true in that process.
func inNamespace(t *testing.T) bool {
	t.Helper()
	if os.Getenv(insideVariable) != "" {
		return true
	}
	probe.Need(t, probe.Fanotify, probe.Namespaces)
	cmd := exec.Command("unshare", "--mount", os.Args[0], "-test.run", "^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), insideVariable+"=1")
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS") {
		t.Errorf("%v\n%s", err, out)
	}
	return false
}

func TestSubvolumeOfBtrfsIsWatchedByName(t *testing.T) {
	t.Parallel()
	probe.Need(t, probe.Btrfs, probe.Loop)
	if !inNamespace(t) {
		return
	}
	dir := t.TempDir()
	shell(t, dir, `truncate -s 200M image; mkfs.btrfs -q image; mkdir top root
		mount -o loop image top; btrfs -q subvolume create top/root; btrfs -q subvolume create top/root/inner; umount top
		mount -o loop,subvol=root image root`)
	root := filepath.Join(dir, "root")
	got, mark := watching(t, root, func() {
		shell(t, root, `mkdir d; echo 1 >d/a; mv d/a d/b; echo 2 >inner/c; unshare --mount sh -c "mount --bind d /mnt; echo 3 >/mnt/bound"`)
	})
	shell(t, dir, `umount root`)
	if mark.How != watch.ByName {
		t.Errorf("it is watched %s: %v", mark.How, mark.Err)
	}
	for path, op := range map[string]watch.Op{"/d": watch.Create, "/d/b": watch.Rename, "/inner/c": watch.Write, "/d/bound": watch.Write} {
		if got[root+path].Op&op == 0 {
			t.Errorf("%s is not %v: %v", path, op, got[root+path])
		}
	}
}

func TestOverlayIsWatchedByFile(t *testing.T) {
	t.Parallel()
	probe.Need(t, probe.Overlay)
	if !inNamespace(t) {
		return
	}
	dir := t.TempDir()
	shell(t, dir, `mkdir t o; mount -t tmpfs t t; mkdir t/lower t/upper t/work; mount -t overlay o -o lowerdir=t/lower,upperdir=t/upper,workdir=t/work o`)
	over := filepath.Join(dir, "o")
	got, mark := watching(t, over, func() {
		shell(t, over, `mkdir d; echo 1 >d/a; unshare --mount sh -c "echo 2 >d/other"`)
	})
	shell(t, dir, `umount o t`)
	if mark.How != watch.ByFile || mark.Err == nil {
		t.Errorf("it is watched %s: %v", mark.How, mark.Err)
	}
	for _, path := range []string{"/d/a", "/d/other"} {
		if got[over+path].Op != watch.Write {
			t.Errorf("%s: %v", path, got[over+path])
		}
	}
}

func TestTmpfsIsWatchedByName(t *testing.T) {
	t.Parallel()
	if !inNamespace(t) {
		return
	}
	dir := t.TempDir()
	shell(t, dir, `mount -t tmpfs t .`)
	got, mark := watching(t, dir, func() { shell(t, dir, `mkdir d e; echo 1 >d/a; mount -t tmpfs over e; echo 2 >e/other`) })
	shell(t, "/", `umount `+dir+`/e `+dir)
	if mark.How != watch.ByName || got[dir+"/d/a"].Op&watch.Create == 0 {
		t.Errorf("%s: %v", mark.How, got)
	}
	if _, ok := got[dir+"/e/other"]; ok {
		t.Error("a file of another file system is reported")
	}
}
