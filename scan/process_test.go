package scan

import (
	"os"
	"os/exec"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// These tests need a separate process: one with another user, or with few descriptors. They start
// the test binary again and run only the calling test in it.

// rerun runs the calling test in a new process and fails if that process fails. attr and an
// environment variable prepare the new process.
func rerun(t *testing.T, variable string, attr *syscall.SysProcAttr) {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	tmp := t.TempDir()
	for dir := tmp; dir != "/tmp" && dir != "/"; dir = parentOf(dir) { // the other user has to reach it
		if err := os.Chmod(dir, 0o777); err != nil {
			break
		}
	}
	copied := tmp + "/scan.test" // the original may be in a directory that only root can read
	if out, err := exec.Command("cp", binary, copied).CombinedOutput(); err != nil {
		t.Fatalf("copy the test binary: %v\n%s", err, out)
	}
	cmd := exec.Command(copied, "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Dir = tmp
	cmd.Env = append(os.Environ(), variable+"=1", "TMPDIR="+tmp)
	cmd.SysProcAttr = attr
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%s in a separate process: %v\n%s", t.Name(), err, out)
	}
}

func parentOf(dir string) string {
	for i := len(dir) - 1; i > 0; i-- {
		if dir[i] == '/' {
			return dir[:i]
		}
	}
	return "/"
}

// becomeOrdinaryUser runs the test again as a user without privileges.
func becomeOrdinaryUser(t *testing.T) {
	t.Helper()
	const nobody = 65534
	rerun(t, "SCAN_TEST_USER", &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}})
}

func TestListIsCompleteWithFewDescriptors(t *testing.T) {
	const variable = "SCAN_TEST_DESCRIPTORS"
	if os.Getenv(variable) == "" {
		rerun(t, variable, nil)
		return
	}
	for _, limit := range []uint64{64, 32} {
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: limit, Max: 8192}); err != nil {
			t.Fatal(err)
		}
		root, want := ladder(t, 1200)
		got, stats := list(t, rootOptions(root, Rules{}))
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 8192, Max: 8192}); err != nil { // to clean up
			t.Fatal(err)
		}
		if len(got) != want || len(stats.Errors) > 0 {
			t.Errorf("limit %d: got %d files of %d, %d errors", limit, len(got), want, len(stats.Errors))
		}
	}
}

// ladder makes a chain of directories with two subdirectories each and returns the number of files
// in it. This shape keeps the most descriptors open.
func ladder(t *testing.T, depth int) (string, int) {
	t.Helper()
	root := t.TempDir()
	fd, err := unix.Open(root, unix.O_DIRECTORY|unix.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	for range depth {
		makeAt(t, fd, "a")
		makeAt(t, fd, "b")
		for _, name := range []string{"a/f", "b/f"} {
			if err := unix.Mknodat(fd, name, unix.S_IFREG|0o644, 0); err != nil {
				t.Fatal(err)
			}
		}
		next, err := unix.Openat(fd, "b", unix.O_DIRECTORY|unix.O_RDONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		unix.Close(fd)
		fd = next
	}
	unix.Close(fd)
	return root, 2 * depth
}
