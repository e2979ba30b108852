package probe

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Environment variables that control the probes. Both are lists of names, separated by commas.
const (
	// MustVariable lists the probes that must succeed. If one fails, a test that needs it
	// fails too.
	MustVariable = "LIST_EPHEMERAL_MUST"
	// WithoutVariable lists the probes that act as if the feature were missing.
	WithoutVariable = "LIST_EPHEMERAL_WITHOUT"
)

// Probe checks for one feature of the machine.
type Probe struct {
	name, needs string
	ask         func() error
}

// String returns the name of the probe in the variables.
func (p *Probe) String() string { return p.name }

// Err returns an error that says what is missing, or nil. The check runs only once.
func (p *Probe) Err() error {
	if slices.Contains(listed(WithoutVariable), p.name) {
		return fmt.Errorf("%s: %s: switched off by %s", p.name, p.needs, WithoutVariable)
	}
	if err := p.ask(); err != nil {
		return fmt.Errorf("%s: %s: %w", p.name, p.needs, err)
	}
	return nil
}

// newProbe returns a probe whose check runs once. needs describes the requirement, including a
// kernel version or privilege.
func newProbe(name, needs string, ask func() error) *Probe {
	return &Probe{name, needs, sync.OnceValue(ask)}
}

// The probes.
var (
	Root       = newProbe("root", "needs root", askRoot)
	IA32       = newProbe("ia32", "needs a kernel with IA32 emulation, for 32-bit programs and int 0x80", askIA32)
	Namespaces = newProbe("namespaces", "needs a mount namespace of its own (unshare --mount, or --map-root-user)", askNamespaces)
	UserNS     = newProbe("userns", "needs user namespaces (user_namespaces(7), Linux 3.8)", askUserNS)
	Loop       = newProbe("loop", "needs loop devices and root", askLoop)
	FUSE       = newProbe("fuse", "needs FUSE (/dev/fuse)", askFUSE)
	Btrfs      = newProbe("btrfs", "needs btrfs in the kernel", fileSystem("btrfs"))
	Ext4       = newProbe("ext4", "needs ext4 in the kernel", fileSystem("ext4"))
	Disk       = newProbe("disk", "needs root, loop devices and ext4, or TMPDIR on a disk", askDisk)
	XFS        = newProbe("xfs", "needs XFS in the kernel", fileSystem("xfs"))
	Overlay    = newProbe("overlay", "needs overlayfs in the kernel", fileSystem("overlay"))
	Fanotify   = newProbe("fanotify", "needs fanotify and CAP_SYS_ADMIN (fanotify_init(2))", askFanotify)
	Nspawn     = newProbe("nspawn", "needs root, a Debian with systemd, and to boot it in a container (systemd-nspawn, time namespaces, Linux 5.6)", askNspawn)
	Packages   = newProbe("packages", "needs apt-get, dpkg-deb and a mirror of Debian that can be reached", askPackages)
	IOURing    = newProbe("io_uring", "needs io_uring, Linux 5.1 (kernel.io_uring_disabled, proc_sys_kernel(5))", askIOURing)
)

// All returns every probe.
func All() []*Probe {
	return []*Probe{Root, IA32, Namespaces, UserNS, Loop, FUSE, Btrfs, Ext4, Disk, XFS, Overlay, Fanotify, Nspawn, Packages, IOURing}
}

// Need skips a test if a feature that it needs is missing, or fails it if MustVariable lists the
// feature. A short run (go test -short) requires only Go, so Need always skips the test.
func Need(t testing.TB, probes ...*Probe) {
	t.Helper()
	if err := CheckVariables(); err != nil {
		t.Fatal(err)
	}
	for _, p := range probes {
		if testing.Short() {
			t.Skipf("%s: %s: not in a short run", p, p.needs)
		}
		switch err := p.Err(); {
		case err == nil:
		case slices.Contains(listed(MustVariable), p.name):
			t.Fatalf("%s, but %s lists it", err, MustVariable)
		default:
			t.Skip(err)
		}
	}
}

// CheckVariables returns an error for each name in the variables that is not the name of a probe.
func CheckVariables() error {
	var errs []error
	for _, variable := range []string{MustVariable, WithoutVariable} {
		for _, name := range listed(variable) {
			if !slices.ContainsFunc(All(), func(p *Probe) bool { return p.name == name }) {
				errs = append(errs, fmt.Errorf("%s: unknown probe %q, expected some of %s", variable, name, All()))
			}
		}
	}
	return errors.Join(errs...)
}

// listed returns the names in a variable.
func listed(variable string) []string {
	return strings.FieldsFunc(os.Getenv(variable), func(r rune) bool { return r == ',' || r == ' ' })
}

// Unshare returns the arguments of unshare(1) for a new mount namespace. For an ordinary user, it
// is in a new user namespace. Unshare skips the test if namespaces are not available.
func Unshare(t testing.TB) []string {
	t.Helper()
	Need(t, Namespaces)
	if os.Geteuid() == 0 {
		return []string{"--mount"}
	}
	return []string{"--map-root-user", "--mount"}
}
