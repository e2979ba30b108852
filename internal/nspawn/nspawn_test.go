package nspawn_test

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/nspawn"
	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// newTree returns the directory of a new tree. It skips the test if this computer cannot boot one.
func newTree(t *testing.T) string {
	t.Helper()
	probe.Need(t, probe.Nspawn)
	root := filepath.Join(t.TempDir(), "root")
	if err := nspawn.Tree(t.Context(), root); err != nil {
		t.Fatal(err)
	}
	return root
}

func start(t *testing.T, options nspawn.Options) *nspawn.Machine {
	t.Helper()
	m, err := nspawn.Start(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Kill)
	return m
}

// in runs a command in the machine.
func in(t *testing.T, m *nspawn.Machine, program string, args ...string) string {
	t.Helper()
	out, err := m.Command(t.Context(), program, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", program, args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func TestMachineRunsUnitsAndKeepsItsRoot(t *testing.T) {
	root := newTree(t)
	storage := t.TempDir()
	unit := "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/bash -c 'echo boot >> /kept/log'\nExecStop=/bin/bash -c 'echo stop >> /kept/log'\n"
	err := nspawn.AddMount(root, nspawn.Mount{What: "/persist", Where: "/kept", Type: "none", Options: "bind"})
	if err == nil {
		unit = "[Unit]\nRequiresMountsFor=/kept\n\n" + unit
		err = nspawn.AddUnit(root, "log.service", unit, "test.target")
	}
	if err != nil {
		t.Fatal(err)
	}
	options := nspawn.Options{Root: root, Binds: []nspawn.Bind{{From: storage, To: "/persist"}}}
	for range 2 {
		m := start(t, options)
		in(t, m, "bash", "-c", "echo counted >> /counter")
		if state := in(t, m, "systemctl", "is-system-running"); state != "running" {
			t.Errorf("the machine is %s", state)
		}
		if _, err := os.Stat(m.Root() + "/kept/log"); err != nil {
			t.Errorf("Root does not show the mounts of the machine: %v", err)
		}
		if err := m.PowerOff(); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{
		filepath.Join(storage, "log"): "boot\nstop\nboot\nstop\n", filepath.Join(root, "counter"): "counted\ncounted\n",
	} {
		text, err := os.ReadFile(name)
		if err != nil || string(text) != want {
			t.Errorf("%s has %q, %v, want %q", name, text, err, want)
		}
	}
}

func TestMachineLosesTheUpperLayerOfItsRoot(t *testing.T) {
	root := newTree(t)
	for range 2 {
		m := start(t, nspawn.Options{Root: root, Overlay: true})
		if out := in(t, m, "bash", "-c", "ls /; echo > /counter"); strings.Contains(out, "counter") {
			t.Error("a file of the last boot is there")
		}
		if err := m.PowerOff(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestMachineHasJustBooted compares the time of the boot that a machine sees with the clock
// before its start. The tolerance is for clocks that tick in seconds.
func TestMachineHasJustBooted(t *testing.T) {
	root := newTree(t)
	before := time.Now().Add(-2 * time.Second)
	m := start(t, nspawn.Options{Root: root})
	text := in(t, m, "bash", "-c", "while read -r name value; do if [ $name = btime ]; then echo $value; fi; done < /proc/stat")
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	if boot := time.Unix(seconds, 0); boot.Before(before) || boot.After(time.Now().Add(2*time.Second)) {
		t.Errorf("the machine was booted at %s, and started after %s", boot, before)
	}
	if err := m.PowerOff(); err != nil {
		t.Fatal(err)
	}
}

func TestPowerFailureEndsAllProcesses(t *testing.T) {
	root := newTree(t)
	m := start(t, nspawn.Options{Root: root})
	top := m.Root()
	m.Kill()
	if _, err := os.Stat(top + "/."); err == nil {
		t.Errorf("%s is still there", top)
	}
	start(t, nspawn.Options{Root: root}) // the lock is free
}

// TestInside starts a machine in a process that TestMachineEndsWithTheProcessThatStartedIt ends.
func TestInside(t *testing.T) {
	root := os.Getenv(insideVariable)
	if root == "" {
		return
	}
	m, err := nspawn.Start(t.Context(), nspawn.Options{Root: root})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println(m.Root())
	_, _ = io.Copy(io.Discard, os.Stdin) // until the process is killed
}

const insideVariable = "NSPAWN_TEST_INSIDE"

func TestMachineEndsWithTheProcessThatStartedIt(t *testing.T) {
	root := newTree(t)
	inside := exec.Command(os.Args[0], "-test.run", "^TestInside$")
	inside.Env = append(os.Environ(), insideVariable+"="+root)
	inside.Stderr = os.Stderr
	if _, err := inside.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := inside.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := inside.Start(); err != nil {
		t.Fatal(err)
	}
	var leader int
	if _, err := fmt.Fscanf(out, "/proc/%d/root\n", &leader); err != nil {
		t.Fatal(err)
	}
	pidfd, err := unix.PidfdOpen(leader, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(pidfd)
	_ = inside.Process.Kill()
	_ = inside.Wait()
	const most = 60_000 // milliseconds
	if n, err := unix.Poll([]unix.PollFd{{Fd: int32(pidfd), Events: unix.POLLIN}}, most); n != 1 {
		t.Errorf("the machine still runs: %v", err)
		_ = unix.PidfdSendSignal(pidfd, unix.SIGKILL, nil, 0)
	}
}

func TestStartReportsWhyAMachineDoesNotBoot(t *testing.T) {
	probe.Need(t, probe.Nspawn)
	root := t.TempDir()
	m, err := nspawn.Start(t.Context(), nspawn.Options{Root: root})
	if err == nil {
		m.Kill()
		t.Fatal("an empty directory booted")
	}
	for _, want := range []string{"boot " + root, "exit status 1", "OS"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error lacks %q: %v", want, err)
		}
	}
}

func TestTreeHasNoFilesOfThisMachine(t *testing.T) {
	probe.Need(t, probe.Root, probe.Nspawn)
	root := newTree(t)
	for _, path := range []string{"etc/fstab", "etc/hostname", "etc/shadow", "root/.bashrc", "usr/share/doc"} {
		if _, err := os.Lstat(filepath.Join(root, path)); err == nil {
			t.Errorf("it has /%s", path)
		}
	}
	var st unix.Stat_t
	if err := unix.Lstat(filepath.Join(root, "usr/bin/mount"), &st); err != nil || st.Mode&unix.S_ISUID == 0 {
		t.Errorf("mount is not setuid: %o, %v", st.Mode, err)
	}
	if text, err := os.ReadFile(filepath.Join(root, "etc/machine-id")); err != nil || len(text) > 0 {
		t.Errorf("it has a machine ID: %q, %v", text, err)
	}
}

func TestClosure(t *testing.T) {
	t.Parallel()
	const installed = "a\tii \t,b (>= 1), c:any | d\t\n" + "b\tii \te\t\n" + "d\tii \tvirtual\t\n" + "e\tii \ta\t\n" +
		"f\tii \t\tother (= 2), virtual\n" + "gone\trc \tb\t\n" + "g\tii \tmissing, gone\t\n" + "short line\n"
	for _, tt := range []struct {
		name, wanted, want, err string
	}{
		{"dependencies of dependencies, in a circle", "b", "a b d e f", ""},
		{"the first alternative that is installed", "a", "a b d e f", ""},
		{"a name that another package provides", "d", "d f", ""},
		{"no dependencies", "f", "f", ""},
		{"a dependency that is missing or removed", "g", "g", ""},
		{"several packages", "f g", "f g", ""},
		{"a package that is not installed", "f nosuch", "", "package nosuch is not installed"},
		{"a package that was removed", "gone", "", "package gone is not installed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := nspawn.Closure(installed, strings.Fields(tt.wanted))
			if strings.Join(got, " ") != tt.want || err != nil && err.Error() != tt.err || (err == nil) != (tt.err == "") {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func FuzzClosure(f *testing.F) {
	f.Add("a\tii \tb | c, d:any (>= 1)\tp (= 1)\nb\tii \t\t\nd\tii \tp\t\n", "a")
	f.Add("a\tii \ta\ta\n", "a")
	f.Add("a\tii \t,,|\t,\n", "a b")
	f.Fuzz(func(t *testing.T, text, names string) {
		wanted := strings.Fields(names)
		got, err := nspawn.Closure(text, wanted)
		if err != nil {
			return
		}
		if !slices.IsSorted(got) {
			t.Errorf("not sorted: %q", got)
		}
		for _, name := range wanted {
			if !slices.Contains(got, name) {
				t.Errorf("%q is missing", name)
			}
		}
		again, err := nspawn.Closure(text, got)
		if diff := cmp.Diff(got, again); err != nil || diff != "" {
			t.Errorf("a closure is not closed: %v\n%s", err, diff)
		}
	})
}

// TestEscapeAgreesWithSystemd compares the names of units with those of systemd-escape(1).
func TestEscapeAgreesWithSystemd(t *testing.T) {
	escape := probe.Tool(t, "systemd-escape")
	for _, path := range []string{
		"/", "/home", "/var/lib/svc", "/a-b/c_d:e.f", "/.hidden/.more", "/with space/\"quote\"", "/tab\there", "/é日本", "/back\\slash", "/100%", "/x@y",
	} {
		out, err := exec.Command(escape, "--path", path).CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if want, got := strings.TrimSuffix(string(out), "\n"), nspawn.Escape(path); got != want {
			t.Errorf("%q: got %q, want %q", path, got, want)
		}
	}
}

func ExampleMount() {
	fmt.Print(nspawn.Mount{What: "/persist/srv", Where: "/srv", Type: "none", Options: "bind", Needs: "/persist"})
	// Output:
	// [Unit]
	// DefaultDependencies=no
	// Conflicts=umount.target
	// Before=local-fs.target umount.target
	// RequiresMountsFor=/persist
	//
	// [Mount]
	// What=/persist/srv
	// Where=/srv
	// Type=none
	// Options=bind
}
