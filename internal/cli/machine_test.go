package cli

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// buildStatic returns the path of the program. It is built once, with the flags of a release.
func buildStatic(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("builds the program: not in a short run")
	}
	binary, err := builtOnce()
	if err != nil {
		t.Fatal(err)
	}
	return binary
}

// buildDir is the directory of the built program. TestMain creates and removes it.
var buildDir string

var builtOnce = sync.OnceValues(func() (string, error) {
	binary := filepath.Join(buildDir, "list-ephemeral")
	cmd := exec.Command("go", "build", "-o", binary, "../..")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return binary, nil
})

// onMachine runs the program on the machine that testdata/machine/run.sh creates in a mount
// namespace. An ordinary user also gets a user namespace.
func onMachine(t *testing.T, binary string, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	return onMachineWith(t, nil, binary, args...)
}

// onMachineWith is onMachine with environment variables for the script.
func onMachineWith(t *testing.T, variables []string, binary string, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	script, err := filepath.Abs("testdata/machine/run.sh")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("unshare", append(append(probe.Unshare(t), script, t.TempDir(), binary, "/bin/list-ephemeral"), args...)...)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.Env = append(variables, "PATH="+os.Getenv("PATH"))
	if err := cmd.Run(); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			t.Fatalf("run: %v", err)
		}
		status = exit.Sys().(syscall.WaitStatus).ExitStatus()
	}
	return out.String(), errs.String(), status
}

func TestListOnAnImpermanentMachine(t *testing.T) {
	t.Parallel()
	binary := buildStatic(t)
	tests := []struct {
		name string
		args []string
		want []string
	}{
		{
			"built-in knowledge",
			[]string{"list"},
			[]string{"/bin/list-ephemeral", "/etc/hostname", "/etc/ssh/ssh_host_key", "/home/alice/.config/app/settings", "/home/alice/.config/kept", "/home/alice/.history", "/home/bob/ram/lost", "/srv/kept", "/var/lib/app/state"},
		},
		{
			"rolled up, with mounts in between",
			[]string{"list", "--dirs"},
			[]string{"/bin/", "/etc/hostname", "/etc/ssh/ssh_host_key", "/home/alice/.config/app/", "/home/alice/.config/kept", "/home/alice/.history", "/home/bob/ram/lost", "/srv/kept", "/var/lib/app/"},
		},
		{
			"a root in a mounted directory, rolled up",
			[]string{"list", "-d", "--root", "/home/bob/ram", "--root", "/etc", "--exclude", "lost"},
			[]string{"/etc/hostname", "/etc/ssh/ssh_host_key"},
		},
		{
			"a root in a mounted directory",
			[]string{"list", "--root", "/home/bob/ram", "--root", "/etc"},
			[]string{"/etc/hostname", "/etc/ssh/ssh_host_key", "/home/bob/ram/lost"},
		},
		{
			"limited to a persisted directory",
			[]string{"list", "/home/alice/Documents", "/persist"},
			nil,
		},
		{
			"include in an excluded directory and on a mount",
			[]string{"list", "--include", "/home/alice/.cache/x/blob", "--include", "/home/bob/kept", "--include", "/tmp/session", "/home", "/tmp"},
			[]string{"/home/alice/.cache/x/blob", "/home/alice/.config/app/settings", "/home/alice/.config/kept", "/home/alice/.history", "/home/bob/kept", "/home/bob/ram/lost", "/tmp/session"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			stdout, stderr, status := onMachine(t, binary, tt.args...)
			var got []string
			if stdout != "" {
				got = strings.Split(strings.TrimSuffix(stdout, "\n"), "\n")
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || status != 0 {
				t.Errorf("status %d, differs (-want +got):\n%s\nstderr: %s", status, diff, stderr)
			}
		})
	}
}

func TestExplainOnAnImpermanentMachine(t *testing.T) {
	t.Parallel()
	binary := buildStatic(t)
	stdout, stderr, status := onMachine(t, binary, "explain", "/etc/hostname", "/etc/machine-id", "/home/alice/Documents/letter",
		"/home/alice/.cache/x/blob", "/persist/machine-id", "/nix/store/pkg/file", "/home/bob/kept")
	if status != 0 {
		t.Fatalf("status %d: %s", status, stderr)
	}
	for _, want := range []string{
		"/etc/hostname: candidate",
		"/etc/machine-id: mounted",
		"/home/alice/Documents/letter: mounted",
		"/home/alice/.cache/x/blob: hidden",
		"/persist/machine-id: storage",
		"/nix/store/pkg/file: system",
		"/home/bob/kept: mounted",
	} {
		if !strings.Contains(stdout, want) {
			t.Errorf("output lacks %q:\n%s", want, stdout)
		}
	}
}
