package runas_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/probe"
	"github.com/DaRacci/list-ephemeral/internal/runas"
	"github.com/DaRacci/list-ephemeral/internal/securefile"
)

func TestLookupAgreesWithTheStandardLibrary(t *testing.T) {
	want, err := user.Lookup("root")
	if err != nil {
		t.Fatal(err)
	}
	got, err := runas.Lookup("root")
	if err != nil {
		t.Fatal(err)
	}
	if got.Name != want.Username || got.Home != want.HomeDir || got.Rights.UID != 0 || got.Rights.GID != 0 || !slices.Contains(got.Rights.Groups, 0) || !filepath.IsAbs(got.Shell) {
		t.Errorf("got %+v", got)
	}
	var unknown user.UnknownUserError
	if _, err := runas.Lookup("no such user"); !errors.As(err, &unknown) {
		t.Errorf("got %v, want an unknown user", err)
	}
}

func TestEnvironmentNamesTheUserAndHasNoSecrets(t *testing.T) {
	for name, value := range map[string]string{"SECRET_TOKEN": "x", "LC_TIME": "C", "LANG": "C.UTF-8", "SUDO_USER": "alice", "HOME": "/home/alice"} {
		t.Setenv(name, value)
	}
	u := &runas.User{Rights: securefile.User{UID: 4242}, Name: "eve", Home: "/home/eve", Shell: "/bin/zsh"}
	tests := []struct {
		name       string
		env        []string
		has, lacks []string
	}{
		{"of a login", u.Environment(), []string{"LC_TIME=C", "SHELL=/bin/zsh"}, []string{"SECRET_TOKEN="}},
		{"kept", u.KeptEnvironment(), []string{"LC_TIME=C", "SECRET_TOKEN=x", "PATH=" + os.Getenv("PATH")}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, want := range append(tt.has, "LANG=C.UTF-8", "HOME=/home/eve", "USER=eve", "LOGNAME=eve") {
				if !slices.Contains(tt.env, want) {
					t.Errorf("no %s in %q", want, tt.env)
				}
			}
			for _, entry := range tt.env {
				for _, leak := range append(tt.lacks, "SUDO_", "HOME=/home/alice") {
					if strings.HasPrefix(entry, leak) {
						t.Errorf("got %s", entry)
					}
				}
			}
		})
	}
}

func TestSessionVariablesComeFromTheRuntimeDirectory(t *testing.T) {
	t.Setenv("WAYLAND_DISPLAY", "")
	dir := t.TempDir()
	u := &runas.User{Rights: securefile.User{UID: uint32(os.Getuid())}}
	if diff := cmp.Diff([]string{"XDG_RUNTIME_DIR=" + dir}, u.SessionVariables(dir)); diff != "" {
		t.Error(diff)
	}
	for _, name := range []string{"bus", "wayland-1"} {
		socket, err := net.Listen("unix", filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		defer socket.Close()
	}
	got := u.SessionVariables(dir)
	for _, want := range []string{"DBUS_SESSION_BUS_ADDRESS=unix:path=" + dir + "/bus", "WAYLAND_DISPLAY=wayland-1"} {
		if !slices.Contains(got, want) {
			t.Errorf("no %s in %q", want, got)
		}
	}
	u.Rights.UID++
	if got := u.SessionVariables(dir); got != nil {
		t.Errorf("of another user: %q", got)
	}
}

func TestFindSearchesThePathOfTheUser(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	u := &runas.User{Name: "eve", Home: t.TempDir()}
	if path, err := u.Find("sh"); err != nil || filepath.Base(path) != "sh" {
		t.Errorf("sh: got %q, %v", path, err)
	}
	if _, err := u.Find("no such program"); !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	if _, err := u.Find("./no/such"); err == nil {
		t.Error("found a path that does not exist")
	}
}

func TestEnterLeavesADirectoryThatTheUserMayNotEnter(t *testing.T) {
	probe.Need(t, probe.Root)
	open := t.TempDir()
	closed := filepath.Join(open, "closed")
	for _, err := range []error{os.Chmod(filepath.Dir(open), 0o755), os.Chmod(open, 0o755), os.Mkdir(closed, 0o700)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	u := &runas.User{Rights: securefile.User{UID: 65534, GID: 65534}, Name: "nobody", Home: "/nonexistent"}
	tests := []struct{ name, dir, denied, program, in string }{
		{"an open directory", open, "", "./x", open},
		{"a closed directory", closed, closed, closed + "/x", "/"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Chdir(tt.dir)
			start, err := u.Enter("./x")
			if err != nil {
				t.Fatal(err)
			}
			in, _ := filepath.EvalSymlinks("/proc/self/cwd")
			start.Back()
			back, _ := filepath.EvalSymlinks("/proc/self/cwd")
			if start.Denied != tt.denied || start.Program != tt.program || in != tt.in || back != tt.dir {
				t.Errorf("got %+v in %s, and back in %s", start, in, back)
			}
		})
	}
}

func ExampleUser_KeptEnvironment() {
	u := &runas.User{Name: "eve", Home: "/home/eve"}
	env := u.KeptEnvironment()
	fmt.Println(env[len(env)-3:])
	// Output: [HOME=/home/eve USER=eve LOGNAME=eve]
}

// TestCallerVariablesAreThoseOfTheUser starts a process of another user with a child of root, as sudo
// does, and asks for the variables from the child on.
func TestCallerVariablesAreThoseOfTheUser(t *testing.T) {
	probe.Need(t, probe.Root)
	cmd := exec.Command("sh", "-c", "sleep 60 & echo $!; wait")
	cmd.Env = []string{"WAYLAND_DISPLAY=wayland-7", "XDG_CONFIG_HOME=/home/eve/conf", "SECRET=1", "XDG_EMPTY=", "PATH=" + os.Getenv("PATH")}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}, Setpgid: true}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
	})
	var child int
	if _, err := fmt.Fscan(out, &child); err != nil {
		t.Fatal(err)
	}
	u := &runas.User{Rights: securefile.User{UID: 65534}}
	if diff := cmp.Diff([]string{"WAYLAND_DISPLAY=wayland-7", "XDG_CONFIG_HOME=/home/eve/conf"}, u.CallerVariables(child)); diff != "" {
		t.Error(diff)
	}
	u.Rights.UID = 65533
	if got := u.CallerVariables(child); got != nil {
		t.Errorf("of another user: %q", got)
	}
}
