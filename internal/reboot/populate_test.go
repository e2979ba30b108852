package reboot

import (
	"bytes"
	"encoding/binary"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// installed are the paths that the configuration persists from the beginning, with their contents
// in storage.
var installed = []struct {
	keep
	mode  uint32
	owner int
	holds []string
}{
	{keep{path: "/etc/machine-id"}, 0o444, 0, nil},
	{keep{path: "/var/lib/bluetooth", dir: true}, 0o700, 0, []string{"00:11/info", "00:11/cache/x"}},
	{keep{path: "/var/lib/svc/state.key"}, 0o600, service, nil},
	{keep{path: "/var/log", dir: true}, 0o755, 0, []string{"journal/system"}},
	{keep{path: aliceHome + "/.bash_history"}, 0o600, alice, nil},
	{keep{path: aliceHome + "/.config/tool/keep me.toml"}, 0o644, alice, nil},
	{keep{path: aliceHome + "/.ssh", dir: true}, 0o700, alice, []string{"id_ed25519", "known hosts"}},
	{keep{path: aliceHome + "/Documents\n#1", dir: true}, 0o755, alice, []string{"letter", ".gitignore", "a/b/c"}},
}

// install creates the installed paths in storage.
func (m *machine) install() {
	m.disk.blank(m.t, m.top)
	must(m.t, os.Mkdir(m.at("/persist"), 0o755))
	m.disk.storage(m.t, m.at("/persist"))
	for _, k := range installed {
		path := "/persist" + k.path
		if k.dir {
			m.dirs(path, k.owner)
			for _, name := range k.holds {
				m.file(path+"/"+name, name, 0o640, k.owner)
			}
		} else {
			m.file(path, k.path, k.mode, k.owner)
		}
		must(m.t, os.Chmod(m.at(path), fs.FileMode(k.mode)))
		m.keeps = append(m.keeps, k.keep)
	}
	must(m.t, os.Chmod(m.at("/persist"+aliceHome), 0o700))
	m.age("/persist")
}

// dirs creates a directory and its missing parents.
func (m *machine) dirs(path string, owner int) {
	m.t.Helper()
	if _, err := os.Lstat(m.at(path)); err == nil {
		return
	}
	m.dirs(filepath.Dir(path), owner)
	if strings.Count(strings.TrimPrefix(path, "/persist"), "/") < 3 && owner != service {
		owner = 0 // for /var/lib and /home, but not for directories in a home
		if strings.HasSuffix(path, aliceHome) {
			owner = alice
		}
	}
	must(m.t, os.Mkdir(m.at(path), 0o755), m.give(m.at(path), owner))
}

func (m *machine) file(path, text string, mode uint32, owner int) {
	m.t.Helper()
	m.dirs(filepath.Dir(path), owner)
	must(m.t, os.WriteFile(m.at(path), []byte(text), 0o600), m.give(m.at(path), owner), unix.Chmod(m.at(path), mode))
}

// hostileNames are names that the program must handle correctly everywhere.
var hostileNames = []string{
	"new\nline", "esc\x1b]0;title\x07", "quote\"", "back\\slash", "${x}", "$${x}", "''${x}", "bad\xff\xfe", "tab\there", "cr\rhere",
	" lead and trail ", "-rf", "{a,b}", "[x]*?", "\u202egnp.exe", "é日本😀", "#c", "*", `\134`, "a: excluded", strings.Repeat("n", 255),
}

// hostileDir is a directory that is persisted itself. Its name can be written in Nix, and it is
// escaped in the mount table.
const hostileDir = aliceHome + "/a \"dir\"\n\t${x} ''#\\ of é"

// populate writes the files of users and services: persisted or not, cache or not, and matched by
// ignore files or not.
func (m *machine) populate() {
	for _, name := range []string{
		".config/app/settings", ".config/app/empty", ".config/app/sub/deeper/x", ".config/tool/other.toml", ".config/lone.conf",
		".config/Code/User/settings.json", ".config/Code/Code Cache/js", ".config/Code/Preferences",
		".mozilla/firefox/x.default/prefs.js", ".mozilla/firefox/x.default/cache2/entries/0A", ".cache/thing/blob", ".cache/thing/CACHEDIR.TAG",
		"src/project/.gitignore", "src/project/.git/HEAD", "src/project/secret.env", "src/project/target/debug.log", "src/.ignore", "src/.fdignore",
		"one", ".zsh_history", ".local/share/game/save", ".local/state/wireplumber/x", ".npm/y",
		"vms/notes", "deep/" + strings.Repeat("d/", 300) + "end",
		"wide/" + strings.Repeat(strings.Repeat("w", 250)+"/", 8) + "end",
	} {
		m.file(aliceHome+"/"+name, name, 0o644, alice)
	}
	must(m.t, os.WriteFile(m.at(aliceHome+"/src/project/.gitignore"), []byte("*\n"), 0o644), os.Truncate(m.at(aliceHome+"/.config/app/empty"), 0))
	for _, name := range hostileNames {
		m.file(aliceHome+"/hostile/"+name, name, 0o644, alice)
		m.file(aliceHome+"/hostile/dirs/"+name+"/"+name, name, 0o600, alice)
		m.file(aliceHome+"/"+name, name, 0o644, alice)
	}
	m.file(hostileDir+"/f", "f", 0o644, alice)
	m.file("/home/bob/.config/chat/log.db", "bob", 0o600, bob)
	m.file("/home/bob/notes", "bob", 0o600, bob)
	for _, name := range []string{
		"/top", "/etc/hostname", "/etc/ssh/ssh_host_ed25519_key", "/etc/NetworkManager/system-connections/wifi.nmconnection", "/etc/resolv.conf",
		"/root/.ssh/known_hosts", "/srv/www/index.html", "/opt/thing/bin/run", "/var/spool/cron/root", "/var/cache/pkg/x", "/var/tmp/y",
		"/var/lib/private/dyn/data", "/var/lib/svc/other", "/tmp/session/lock", "/var/lib/app/logs/today",
	} {
		m.file(name, name, 0o600, 0)
	}
	if !m.vendor {
		m.file("/usr/local/bin/tool", "tool", 0o600, 0)
	}
	must(m.t, unix.Chmod(m.at("/var/lib/private"), 0o700), unix.Chmod(m.at(aliceHome+"/.config/Code"), 0o750),
		unix.Chmod(m.at(aliceHome+"/.local"), 0o700))
	m.menagerie("/var/lib/app", service)
	m.menagerie(aliceHome+"/.config/app", alice)
	for _, inner := range []string{aliceHome + "/vms/inner", aliceHome + "/vms/inner/most", "/var/lib/machines"} {
		m.inner.mkdir(m.t, m.at(inner))
		m.file(inner+"/disk image", inner, 0o644, 0)
	}
	must(m.t, os.Link(m.at(aliceHome+"/one"), m.at(aliceHome+"/two")), os.Link(m.at(aliceHome+"/one"), m.at(aliceHome+"/three")),
		os.Symlink("hostname", m.at("/etc/alias")), os.Symlink("/nowhere", m.at("/etc/dangling")),
		os.Symlink("/persist/var/log", m.at(aliceHome+"/logs of persist")), unix.Mkfifo(m.at("/srv/pipe"), 0o622))
	for _, dir := range []string{"/etc", "/home", "/opt", "/root", "/srv", "/tmp", "/top", "/usr/local", "/var"} {
		if dir != "/usr/local" || !m.vendor {
			m.age(dir)
		}
	}
}

// menagerie creates files of all types and with all kinds of attributes in a directory.
func (m *machine) menagerie(dir string, owner int) {
	t := m.t
	t.Helper()
	in := func(name string) string { return m.at(dir + "/" + name) }
	m.file(dir+"/state", "state", 0o640, owner)
	m.file(dir+"/large", string(bytes.Repeat([]byte("0123456789abcdef"), 20_000)), 0o644, owner)
	m.file(dir+"/secret/key", "k", 0o400, owner)
	m.file(dir+"/tool", "t", 0o644, owner)
	m.dirs(dir+"/hollow/inner", owner)
	must(t, unix.Chmod(in("tool"), 0o6755), unix.Chmod(in("secret"), 0o2710), unix.Chmod(in("hollow"), 0o1777), unix.Chmod(in("hollow/inner"), 0),
		os.Link(in("large"), in("secret/large too")), os.Symlink("state", in("link")), os.Link(in("link"), in("hollow/link too")),
		unix.Mkfifo(in("pipe"), 0o620), unix.Mknod(in("socket"), unix.S_IFSOCK|0o755, 0))
	sparse, err := os.Create(in("sparse"))
	must(t, err)
	_, err = sparse.WriteAt([]byte("in the middle"), 300<<10)
	must(t, err, sparse.Truncate(1<<20), sparse.Close())
	m.attribute(in("state"), "user.mime", []byte("a\x00b"))
	m.attribute(in("secret/key"), "system.posix_acl_access", acl(0o4, 0o4))
	m.attribute(in("secret"), "system.posix_acl_default", acl(0o7, 0o5))
	if isRoot() {
		m.attribute(in("link"), "trusted.note", []byte("of a link"))
		m.attribute(in("large"), "security.capability", []byte("\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"))
	}
}

// attribute sets an extended attribute if the file system supports it. tmpfs supports user
// attributes since Linux 6.6 (xattr(7)).
func (m *machine) attribute(name, attribute string, value []byte) {
	m.t.Helper()
	if err := unix.Lsetxattr(name, attribute, value, 0); err != unix.EOPNOTSUPP {
		must(m.t, err)
	}
}

// acl returns an access control list with an entry for root, in the format of the kernel: version 2
// and entries of tag, permissions and ID (linux/posix_acl_xattr.h).
func acl(owner, named uint16) []byte {
	list := []byte{2, 0, 0, 0}
	for _, e := range []struct {
		tag, permissions uint16
		id               uint32
	}{{0x01, owner, ^uint32(0)}, {0x02, named, 0}, {0x04, 0, ^uint32(0)}, {0x10, named, ^uint32(0)}, {0x20, 0, ^uint32(0)}} {
		list = binary.LittleEndian.AppendUint16(list, e.tag)
		list = binary.LittleEndian.AppendUint16(list, e.permissions)
		list = binary.LittleEndian.AppendUint32(list, e.id)
	}
	return list
}

// age sets old times, all different, on everything in a directory except persisted paths, and
// what a real boot has made.
func (m *machine) age(dir string) {
	when := time.Unix(1_000_000_000, 123_456_789)
	must(m.t, filepath.WalkDir(m.at(dir), func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if path := strings.TrimPrefix(name, m.top); slices.ContainsFunc(m.keeps, func(k keep) bool { return k.path == path }) {
			if info, err := os.Lstat(name); err == nil && info.IsDir() {
				return filepath.SkipDir
			}
			return nil
		} else if _, made := m.blank[path]; made {
			return nil
		}
		when = when.Add(time.Hour + time.Nanosecond)
		stamps := []unix.Timespec{{Sec: when.Unix() + 5, Nsec: 987_654_321}, {Sec: when.Unix(), Nsec: int64(when.Nanosecond())}}
		return unix.UtimesNanoAt(unix.AT_FDCWD, name, stamps, unix.AT_SYMLINK_NOFOLLOW)
	}))
}
