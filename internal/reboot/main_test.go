package reboot

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// insideAs is an environment variable that is set if the test has entered a mount namespace: to
// "root", or to "user" in a user namespace.
const insideAs = "LIST_EPHEMERAL_REBOOT_AS"

// program is the directory with the program, built like a release.
var program string

// TestMain runs the tests in a new mount namespace, which is in a new user namespace if an ordinary
// user runs them. Their mounts are not visible outside and disappear with the last process, however
// it ends.
func TestMain(m *testing.M) {
	if flag.Parse(); testing.Short() {
		fmt.Println("needs a mount namespace: not in a short run")
		return
	}
	if os.Getenv(insideAs) == "" {
		os.Exit(enter())
	}
	os.Exit(run(m))
}

// enter runs this program again in new namespaces. The child is killed if this process ends.
func enter() int {
	runtime.LockOSThread() // Pdeathsig is sent when the thread ends
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNS, Pdeathsig: unix.SIGKILL}
	as := "root"
	if os.Geteuid() != 0 {
		as = "user"
		cmd.SysProcAttr.Cloneflags |= unix.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
	}
	cmd.Env = append(os.Environ(), insideAs+"="+as)
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return max(exit.ExitCode(), 1)
	case err != nil:
		fmt.Fprintf(os.Stderr, "enter a mount namespace: %v\n", err)
		return 1
	}
	return 0
}

func run(m *testing.M) int {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		fmt.Fprintf(os.Stderr, "make all mounts private: %v\n", err)
		return 1
	}
	dir, err := os.MkdirTemp("", "reboot")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	program = dir
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "list-ephemeral"), "../..")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build: %v\n%s", err, out)
		return 1
	}
	defer func() {
		if base.dir != "" {
			os.RemoveAll(base.dir)
		}
	}()
	return m.Run()
}

// isRoot reports whether root runs the test. Only root can mount disks and change owners; other
// users cannot, not even in their own namespaces (user_namespaces(7)).
func isRoot() bool { return os.Getenv(insideAs) == "root" }

// must ends the test at the first error.
func must(t *testing.T, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// tool runs a program that the tests need, and returns its output.
func tool(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return string(out)
}
