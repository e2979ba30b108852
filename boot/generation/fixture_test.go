package generation_test

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/boot/generation"
	"github.com/DaRacci/list-ephemeral/internal/unitfile"
)

// Where a fixture has its parts. NixOS has hashes in these names.
const (
	sys   = "/nix/store/h-nixos-system"
	etc   = "/nix/store/h-etc/etc"
	units = "/nix/store/h-system-units"
)

// machine is a directory tree with one generation, as NixOS builds it: SYSTEM/etc and the directory
// of units are links, and so is each file in them.
type machine struct {
	t    testing.TB
	root string
	tab  string
}

// newMachine returns a generation whose root is a tmpfs, with storage in /keep and /other.
func newMachine(t testing.TB) *machine {
	t.Helper()
	m := &machine{t: t, root: t.TempDir()}
	m.link(sys+"/etc", etc)
	m.link(sys+"/init", "/nix/store/h-init")
	m.link(etc+"/systemd/system", units)
	m.dir(units)
	m.link("/run/current-system", sys)
	m.link("/nix/var/nix/profiles/system", "system-7-link")
	m.link("/nix/var/nix/profiles/system-7-link", sys)
	m.fstab("none / tmpfs size=4G,mode=755 0 0",
		"/dev/disk/by-label/keep /keep btrfs subvol=keep,x-initrd.mount 0 0",
		"/dev/disk/by-label/keep /other btrfs subvol=other,x-initrd.mount 0 0",
		"/dev/disk/by-label/nix /nix ext4 x-initrd.mount 0 2")
	return m
}

func (m *machine) check(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

func (m *machine) at(name string) string {
	at := filepath.Join(m.root, name)
	m.check(os.MkdirAll(filepath.Dir(at), 0o755))
	return at
}

func (m *machine) dir(names ...string) {
	for _, name := range names {
		m.check(os.MkdirAll(m.at(name), 0o755))
	}
}

func (m *machine) file(name, text string) {
	at := m.at(name)
	os.Remove(at)
	m.check(os.WriteFile(at, []byte(text), 0o644))
}

func (m *machine) link(name, target string) {
	at := m.at(name)
	os.Remove(at)
	m.check(os.Symlink(target, at))
}

func (m *machine) fifo(name string) { m.check(unix.Mkfifo(m.at(name), 0o644)) }

// etcFile makes a file of /etc, a link to a file in the store.
func (m *machine) etcFile(name, text string) {
	stored := "/nix/store/h-etc-" + path.Base(name)
	m.file(stored, text)
	m.link(path.Join(etc, name), stored)
}

func (m *machine) fstab(lines ...string) {
	m.tab += strings.Join(lines, "\n") + "\n"
	m.etcFile("fstab", m.tab)
}

// unit makes a unit that targets want.
func (m *machine) unit(name, text string, targets ...string) {
	stored := path.Join("/nix/store/h-unit-"+strings.ReplaceAll(name, `\`, "-"), name)
	m.file(stored, text)
	m.link(path.Join(units, name), stored)
	for _, target := range targets {
		m.link(path.Join(units, target+".wants", name), "../"+name)
	}
}

// mount makes a mount unit with the keys in the order of NixOS, and returns its name.
func (m *machine) mount(what, where, options string, targets ...string) string {
	escaped, err := unitfile.EscapePath(where)
	m.check(err)
	m.unit(escaped+".mount", "[Unit]\nBefore=local-fs.target\nDefaultDependencies=false\n\n[Mount]\nOptions="+options+"\nType=none\nWhat="+what+"\nWhere="+where+"\n", targets...)
	return escaped + ".mount"
}

// persist makes a service of impermanence.
func (m *machine) persist(name, description, exec string) {
	m.unit("persist-"+name+".service", "[Unit]\nBefore=local-fs.target\nDefaultDependencies=false\nDescription="+description+"\n\n[Service]\nExecStart="+exec+"\n\nRemainAfterExit=true\nType=oneshot\n", "local-fs.target")
}

func (m *machine) tmpfiles(name string, lines ...string) {
	m.etcFile("tmpfiles.d/"+name, strings.Join(lines, "\n")+"\n")
}

// home makes a Home Manager generation of a user as a module of NixOS, and returns the directory of its links.
func (m *machine) home(user, dir string) string {
	gen := "/nix/store/h-home-manager-generation-" + user
	files := "/nix/store/h-home-manager-files-" + user
	m.dir(files)
	m.link(gen+"/home-files", files)
	m.unit("home-manager-"+user+".service", "[Unit]\nDescription=Home Manager environment for "+user+"\nRequiresMountsFor="+dir+"\n\n[Service]\nExecStart=/nix/store/h-hm-setup-env "+gen+"\nUser="+user+"\n", "multi-user.target")
	return files
}

// homeLink makes a link of a home to a path, as mkOutOfStoreSymlink does.
func (m *machine) homeLink(files, name, target string) {
	stored := "/nix/store/h-hm_" + path.Base(name)
	m.link(stored, target)
	m.link(path.Join(files, name), stored)
}

func (m *machine) read(opts generation.Options) *generation.Generation {
	m.t.Helper()
	opts.Root = m.root
	g, err := generation.Read("/nix/var/nix/profiles/system", opts)
	m.check(err)
	return g
}

// base are the paths of newMachine.
var base = []string{"/", "/keep", "/other", "/nix"}

// show writes an entry as "PATH: how kind < STORAGE: verdict (problem, problem)".
func show(e generation.Entry) string {
	out := fmt.Sprintf("%s: %s %s", e.Path, e.How, e.Kind)
	if e.Storage != "" {
		out += " < " + e.Storage
	}
	out += ": " + e.Verdict.String()
	if e.Stage == generation.Initrd {
		out += " in the initrd"
	}
	if e.OnAccess {
		out += " on access"
	}
	var problems []string
	for _, p := range e.Problems {
		problems = append(problems, p.Kind.String())
	}
	if len(problems) > 0 {
		out += " (" + strings.Join(problems, ", ") + ")"
	}
	return out
}

// showAll writes the entries, without those of newMachine, and the problems as "! kind: path".
func showAll(g *generation.Generation) []string {
	var out []string
	for _, e := range g.Entries {
		if !slices.Contains(base, e.Path) || !strings.HasSuffix(e.Source.File, "/fstab") {
			out = append(out, show(e))
		}
	}
	for _, p := range g.Problems {
		out = append(out, strings.TrimSuffix("! "+p.Kind.String()+": "+p.Path, ": "))
	}
	return out
}
