package reboot

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// stage is a machine without users and configuration: only its mounts show what a boot wipes.
type stage struct {
	t    *testing.T
	top  string // where its root is mounted
	disk string // a directory that survives
	nix  string // the directory that is bound at /nix
	// laterBoot makes the machine believe that it was booted after everything on its disks was
	// made.
	laterBoot bool
}

func newStage(t *testing.T) *stage {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	must(t, err)
	s := &stage{t: t, top: filepath.Join(dir, "machine"), disk: filepath.Join(dir, "disk"), nix: filepath.Join(dir, "nix")}
	must(t, os.Mkdir(s.top, 0o755), os.Mkdir(s.disk, 0o755), os.MkdirAll(filepath.Join(s.nix, "bin"), 0o755))
	return s
}

func (s *stage) at(path string) string { return s.top + path }

// onDisk returns a directory that survives, and creates it if needed.
func (s *stage) onDisk(name string) string {
	s.t.Helper()
	dir := filepath.Join(s.disk, name)
	must(s.t, os.MkdirAll(dir, 0o755))
	return dir
}

// halt unmounts everything.
func (s *stage) halt() {
	s.t.Helper()
	for unix.Unmount(s.top, unix.MNT_DETACH) == nil {
	}
}

// memoryRoot mounts a tmpfs as the root.
func (s *stage) memoryRoot() {
	s.t.Helper()
	must(s.t, mount(s.t, "none", s.top, "tmpfs", 0, "mode=755"))
}

// base mounts what each machine has. The root has to be mounted.
func (s *stage) base() {
	t := s.t
	t.Helper()
	for _, dir := range []string{"/proc", "/run", "/nix", "/etc", "/var/lib", "/home/alice", "/home/bob", "/root", "/srv", "/opt"} {
		must(t, os.MkdirAll(s.at(dir), 0o755))
	}
	must(t, mount(t, s.nix, s.at("/nix"), "", unix.MS_BIND, ""), mount(t, program, s.at("/nix/bin"), "", unix.MS_BIND, ""),
		mount(t, "/proc", s.at("/proc"), "", unix.MS_BIND|unix.MS_REC, ""))
	if s.laterBoot { // and no /run that was made at this boot
		stat := filepath.Join(s.nix, "stat")
		must(t, os.WriteFile(stat, fmt.Appendf(nil, "btime %d\n", time.Now().Add(time.Hour).Unix()), 0o644),
			mount(t, stat, s.at("/proc/stat"), "", unix.MS_BIND, ""))
		return
	}
	must(t, mount(t, "run", s.at("/run"), "tmpfs", 0, "mode=755"))
}

// tmpfs mounts one.
func (s *stage) tmpfs(path string) {
	s.t.Helper()
	must(s.t, os.MkdirAll(s.at(path), 0o755), mount(s.t, "none", s.at(path), "tmpfs", 0, "mode=755"))
}

// bind mounts a directory that survives.
func (s *stage) bind(name, path string) {
	s.t.Helper()
	must(s.t, os.MkdirAll(s.at(path), 0o755), mount(s.t, s.onDisk(name), s.at(path), "", unix.MS_BIND, ""))
}

// either mounts what is wiped, or in a control what survives.
func (s *stage) either(kept bool, path string) {
	s.t.Helper()
	if kept {
		s.bind("kept"+path, path)
	} else {
		s.tmpfs(path)
	}
}

// inside calls f in a thread whose root is dir, so the kernel records paths as they are there. The
// thread ends with f.
func (s *stage) inside(dir string, f func() error) {
	s.t.Helper()
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		err := unix.Unshare(unix.CLONE_FS)
		if err == nil {
			err = unix.Chroot(dir)
		}
		if err == nil {
			err = unix.Chdir("/")
		}
		if err == nil {
			err = f()
		}
		done <- err
	}()
	must(s.t, <-done)
}

// overlay mounts one. All paths are those of the machine.
func (s *stage) overlay(point, lower, rw string) {
	s.t.Helper()
	for _, dir := range []string{point, rw + "/upper", rw + "/work"} {
		must(s.t, os.MkdirAll(s.at(dir), 0o755))
	}
	s.inside(s.top, func() error {
		return unix.Mount("overlay", point, "overlay", 0, fmt.Sprintf("lowerdir=%s,upperdir=%s/upper,workdir=%s/work", lower, rw, rw))
	})
}

// write creates files whose contents are their paths.
func (s *stage) write(paths ...string) {
	s.t.Helper()
	for _, path := range paths {
		must(s.t, os.MkdirAll(filepath.Dir(s.at(path)), 0o755), os.WriteFile(s.at(path), []byte(path), 0o640))
	}
}

// run runs the program, and returns its output and messages.
func (s *stage) run(args ...string) (stdout, stderr string, status int) {
	s.t.Helper()
	cmd := exec.Command("/nix/bin/list-ephemeral", args...)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: s.top}
	cmd.Env = []string{"HOME=/root"}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); cmd.ProcessState == nil {
		s.t.Fatalf("run %q: %v", args, err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// listed returns what list prints, of all kinds.
func (s *stage) listed() []string {
	s.t.Helper()
	out, errs, status := s.run("list", "--type", "f,l,s,p", "--print0", "--all")
	if status != 0 {
		s.t.Errorf("list: status %d\n%s", status, errs)
	}
	return nulCut(out)
}

// lost returns the paths that are not directories and that a reboot has removed or changed.
func lost(before, after tree) (paths []string) {
	for _, path := range before.paths() {
		if was := before[path]; was.kind != 'd' && withoutInode(after[path]) != withoutInode(was) {
			paths = append(paths, path)
		}
	}
	return paths
}

func withoutInode(e entry) entry {
	e.inode = ""
	return e
}

// sources replaces paths in bind mounts by those that they show, without duplicates.
func sources(paths []string, aliases map[string]string) []string {
	var all []string
	for _, path := range paths {
		for alias, source := range aliases {
			if rest, ok := strings.CutPrefix(path, alias); ok && (rest == "" || rest[0] == '/') {
				path = source + rest
			}
		}
		all = append(all, path)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
