package reboot

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/nspawn"
)

// The users of the machine, and a service. If the test does not run as root, root owns all files,
// because only root can change owners.
const (
	alice, bob, service = 1000, 1001, 990
	aliceHome           = "/home/alice"
)

// keep is a path that the configuration of the machine persists. Every boot creates a bind mount of
// it, or a symlink to it.
type keep struct {
	path string
	dir  bool
	// access is what preservation sets at every boot. It is nil for other modules.
	access *access
}

// access is a mode and an owner, in the format of a snippet.
type access struct{ mode, user, group string }

// machine is a machine whose root is wiped when it boots.
type machine struct {
	t     *testing.T
	disk  disk
	inner directories // what users create subvolumes with
	top   string      // where its root is mounted
	etc   string      // the directory that is bound at /nix
	links bool        // persists with symlinks, not with bind mounts
	home  bool        // /home is a separate tmpfs
	keeps []keep
	// booted is the container if the machine really boots; nil if it is simulated.
	booted *nspawn.Machine
	// blank are the paths after the boot, before the machine is used; nil if it is simulated.
	blank tree
	// vendor means that /usr is read-only.
	vendor bool
}

// newMachine returns a machine with empty storage that has not booted yet.
func newMachine(t *testing.T, l layout) *machine {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	must(t, err)
	m := &machine{t: t, top: filepath.Join(dir, "machine"), etc: filepath.Join(dir, "nix"), links: l.links, home: l.tmpfsHome}
	must(t, os.Mkdir(m.top, 0o755), os.MkdirAll(filepath.Join(m.etc, "bin"), 0o755), os.MkdirAll(filepath.Join(m.etc, "etc"), 0o755))
	m.disk = l.disk(t, dir)
	m.inner = m.disk
	m.nix("etc/passwd", "root:x:0:0::/root:/bin/sh\nalice:x:1000:100::/home/alice:/bin/sh\nbob:x:1001:100::/home/bob:/bin/sh\nsvc:x:990:990::/var/empty:/bin/sh\n")
	m.nix("etc/group", "root:x:0:\nusers:x:100:\nsvc:x:990:\n")
	m.nix("etc/systemd/system/home-manager-alice.service", "")
	return m
}

// nix writes a file to the replacement of the Nix store.
func (m *machine) nix(name, text string) {
	m.t.Helper()
	path := filepath.Join(m.etc, name)
	must(m.t, os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644))
}

// homeFiles is where Home Manager has the files of homes in the store.
const homeFiles = "store/0-home-manager-files/"

// configure writes config.json to the store, like the Home Manager module.
func (m *machine) configure(l layout, declared []keep) {
	m.t.Helper()
	config := map[string]any{}
	if !l.builtin {
		config["excludes"] = []string{}
	}
	var dirs, files []string
	for _, k := range declared {
		if k.dir {
			dirs = append(dirs, k.path)
		} else {
			files = append(files, k.path)
		}
	}
	if dirs != nil {
		config["persistedDirs"] = dirs
	}
	if files != nil {
		config["persistedFiles"] = files
	}
	text, err := json.Marshal(config)
	must(m.t, err)
	m.nix(homeFiles+"config.json", string(text))
}

// at returns the real path of a path of the machine.
func (m *machine) at(path string) string { return m.top + path }

// boot wipes the root and mounts an empty one. Then it does what NixOS with our configuration does
// before anybody logs in.
func (m *machine) boot() {
	t := m.t
	t.Helper()
	if err := unix.Unmount(m.top, unix.MNT_DETACH); err != nil && err != unix.EINVAL { // EINVAL: not mounted yet
		t.Fatal(err)
	}
	m.disk.blank(t, m.top)
	if names, err := os.ReadDir(m.top); err != nil || len(names) > 0 {
		t.Fatalf("the root is not empty: %v, %v", names, err)
	}
	for _, dir := range []string{"/proc", "/run", "/nix", "/persist", "/etc", "/var", "/var/lib", "/home"} {
		m.mkdir(dir, 0o755, 0)
	}
	m.mkdir("/tmp", 0o1777, 0)
	m.mkdir("/root", 0o700, 0)
	m.disk.storage(t, m.at("/persist"))
	must(t, mount(t, m.etc, m.at("/nix"), "", unix.MS_BIND, ""), mount(t, program, m.at("/nix/bin"), "", unix.MS_BIND, ""),
		mount(t, "/proc", m.at("/proc"), "", unix.MS_BIND|unix.MS_REC, ""), mount(t, "run", m.at("/run"), "tmpfs", 0, "mode=755"))
	if m.home {
		must(t, mount(t, "homes", m.at("/home"), "tmpfs", 0, "mode=755"))
	}
	m.mkdir(aliceHome, 0o700, alice)
	m.mkdir("/home/bob", 0o700, bob)
	must(t, os.Symlink("/nix", m.at("/run/current-system")), os.Symlink("/nix/etc", m.at("/etc/static")))
	for _, name := range []string{"passwd", "group", "systemd"} {
		must(t, os.Symlink("/etc/static/"+name, m.at("/etc/"+name)))
	}
	m.mkdir(aliceHome+"/.config", 0o755, alice)
	m.mkdir(aliceHome+"/.config/list-ephemeral", 0o755, alice)
	must(t, os.Symlink("/nix/"+homeFiles+"config.json", m.at(aliceHome+"/.config/list-ephemeral/config.json")))
	slices.SortFunc(m.keeps, func(a, b keep) int { return strings.Compare(a.path, b.path) })
	for _, k := range m.keeps {
		m.persist(k)
	}
}

func (m *machine) mkdir(path string, mode uint32, owner int) {
	m.t.Helper()
	must(m.t, os.Mkdir(m.at(path), 0o700), m.give(m.at(path), owner), unix.Chmod(m.at(path), mode))
}

// give sets the owner of a file, with the group of users or of the service.
func (m *machine) give(name string, owner int) error {
	if !isRoot() || owner == 0 {
		return nil
	}
	group := 100
	if owner == service {
		group = service
	}
	return os.Lchown(name, owner, group)
}

// persist mounts or links a path of storage at its place.
func (m *machine) persist(k keep) {
	t := m.t
	t.Helper()
	stored := m.at("/persist" + k.path)
	m.parents(filepath.Dir(k.path))
	if k.access != nil {
		m.set(stored, k)
	}
	switch target := m.at(k.path); {
	case m.links:
		must(t, os.Symlink("/persist"+k.path, target))
	case k.dir:
		must(t, os.Mkdir(target, 0o755), mount(t, stored, target, "", unix.MS_BIND, ""))
	default:
		must(t, os.WriteFile(target, nil, 0o644), mount(t, stored, target, "", unix.MS_BIND, ""))
	}
}

// parents creates the directories above a path with the attributes of those in storage, like
// create-directories.bash of impermanence.
func (m *machine) parents(path string) {
	t := m.t
	t.Helper()
	if _, err := os.Lstat(m.at(path)); err == nil {
		return
	}
	m.parents(filepath.Dir(path))
	var st unix.Stat_t
	must(t, unix.Lstat(m.at("/persist"+path), &st), os.Mkdir(m.at(path), 0o700),
		os.Lchown(m.at(path), int(st.Uid), int(st.Gid)), unix.Chmod(m.at(path), st.Mode&0o7777))
}

// run runs the program on the machine as alice with sudo. paths are on stdin, each terminated by
// NUL.
func (m *machine) run(paths []string, args ...string) (stdout, stderr string, status int) {
	m.t.Helper()
	cmd := m.command("/nix/bin/list-ephemeral", args...)
	cmd.Env = []string{"HOME=/root", "SUDO_USER=alice"}
	cmd.Stdin = strings.NewReader(nulEnded(paths))
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); cmd.ProcessState == nil {
		m.t.Fatalf("run %q: %v", args, err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// command returns a command that runs on the machine.
func (m *machine) command(name string, args ...string) *exec.Cmd {
	if m.booted != nil {
		return m.booted.Command(m.t.Context(), name, args...)
	}
	cmd := exec.Command(name, args...)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: m.top}
	return cmd
}

// ask runs the program and expects success.
func (m *machine) ask(paths []string, args ...string) string {
	m.t.Helper()
	stdout, stderr, status := m.run(paths, args...)
	if status != 0 {
		m.t.Errorf("%q: status %d\n%s", args, status, stderr)
	}
	return stdout
}

// list returns the paths that list prints.
func (m *machine) list(args ...string) []string {
	m.t.Helper()
	return nulCut(m.ask(nil, append([]string{"list", "--print0"}, args...)...))
}

// explain returns the class that explain prints for each path, such as "mounted" or "excluded".
func (m *machine) explain(paths []string) map[string]string {
	m.t.Helper()
	classes := map[string]string{}
	for some := range slices.Chunk(paths, 500) {
		var verdicts []string
		for line := range strings.Lines(m.ask(nil, append([]string{"explain", "--"}, some...)...)) {
			if !strings.HasPrefix(line, "  ") { // a reason
				line = strings.TrimSuffix(line, "\n")
				verdicts = append(verdicts, line[strings.LastIndex(line, ": ")+2:])
			}
		}
		if len(verdicts) != len(some) {
			m.t.Fatalf("explain prints %d verdicts for %d paths", len(verdicts), len(some))
		}
		for i, path := range some {
			classes[path] = verdicts[i]
		}
	}
	return classes
}

func nulEnded(paths []string) string {
	var b strings.Builder
	for _, path := range paths {
		b.WriteString(path + "\x00")
	}
	return b.String()
}

func nulCut(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\x00"), "\x00")
}
