package owner

import (
	"context"
	"encoding/xml"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// places returns the claims of what is known by its place: Flatpak, containers, libvirt,
// NetworkManager, systemd-homed, and the directories of users.
func (r *reader) places(ctx context.Context) []claim {
	all := slices.Concat(r.containers(), r.libvirt(), r.networkManager(), r.homed())
	for _, u := range r.users {
		all = append(all, r.flatpak(ctx, u)...)
		all = append(all, r.userLibvirt(u)...)
		all = append(all, r.userDirs(u)...)
	}
	return all
}

// fixed is a path of a service that is the same on all systems.
type fixed struct {
	path string
	kind Kind
	mode string
	text string
}

func fixedClaims(source Source, unit string, list []fixed) []claim {
	all := make([]claim, 0, len(list))
	for _, f := range list {
		all = append(all, claim{
			path: f.path, typ: TypeUnit, name: unit, unit: unit, kind: f.kind, mode: f.mode, from: Evidence{Source: source, File: f.path, Text: f.text},
		})
	}
	return all
}

// libvirtPlaces are the directories of libvirtd(8).
var libvirtPlaces = []fixed{
	{"/var/lib/libvirt", KindState, "", "machines and their disks"},
	{"/var/lib/libvirt/images", KindData, "0711", "disks of machines"},
	{"/var/lib/libvirt/qemu", KindState, "", "saved machines, snapshots and firmware variables"},
	{"/var/lib/libvirt/swtpm", KindState, "0711", "TPMs of machines"},
	{"/etc/libvirt", KindConfig, "", "machines, networks and pools"},
	{"/var/cache/libvirt", KindCache, "", "capabilities of the host"},
	{"/var/log/libvirt", KindLog, "", "logs of machines"},
}

// pool is a storage pool of libvirt, "Storage pool XML format" of its documentation.
type pool struct {
	Name   string `xml:"name"`
	Target string `xml:"target>path"`
}

// libvirt returns the directories of libvirt, and the targets of its pools. It is nothing without
// the directory /var/lib/libvirt or /etc/libvirt.
func (r *reader) libvirt() []claim {
	if !r.exists("/var/lib/libvirt") && !r.exists("/etc/libvirt") {
		return nil
	}
	all := fixedClaims(SourceLibvirt, "libvirtd.service", libvirtPlaces)
	for _, dir := range [...]string{"/etc/libvirt/storage", "/var/lib/libvirt/storage"} {
		for _, entry := range r.list(dir) {
			if !strings.HasSuffix(entry.Name, ".xml") || entry.Type&fs.ModeDir != 0 {
				continue
			}
			file := path.Join(dir, entry.Name)
			if p, ok := parsePool(r.read(file)); ok {
				all = append(all, claim{
					path: p.Target, typ: TypeUnit, name: "libvirtd.service", unit: "libvirtd.service", kind: KindData,
					from: Evidence{Source: SourceLibvirt, File: file, Text: "the storage pool " + p.Name},
				})
			}
		}
	}
	return all
}

// userLibvirt returns the directories of a user's own machines, "Session driver" of libvirt's
// documentation. It is nothing without one of them.
func (r *reader) userLibvirt(u User) []claim {
	data, config := u.Home+"/.local/share/libvirt", u.Home+"/.config/libvirt"
	if !r.exists(data) && !r.exists(config) {
		return nil
	}
	all := fixedClaims(SourceLibvirt, "", []fixed{
		{data, KindState, "", "machines of the user"},
		{data + "/images", KindData, "", "disks of the user's machines"},
		{config, KindConfig, "", "the user's machines, networks and pools"},
		{u.Home + "/.cache/libvirt", KindCache, "", "logs and capabilities of the user's machines"},
	})
	for i := range all {
		all[i].typ, all[i].name, all[i].user = TypeProgram, "libvirt", u.Name
	}
	return all
}

// parsePool reads a pool whose target is a directory.
func parsePool(text string) (pool, bool) {
	var p pool
	if err := xml.Unmarshal([]byte(text), &p); err != nil || !path.IsAbs(p.Target) || strings.HasPrefix(p.Target, "/dev") {
		return pool{}, false
	}
	p.Target = path.Clean(p.Target)
	return p, p.Target != "/"
}

// networkManagerPlaces are the directories of NetworkManager(8).
var networkManagerPlaces = []fixed{
	{"/etc/NetworkManager/system-connections", KindConfig, "0700", "connections with their secrets"},
	{"/etc/NetworkManager/conf.d", KindConfig, "", "settings"},
	{"/etc/NetworkManager/dispatcher.d", KindConfig, "", "scripts"},
	{"/var/lib/NetworkManager", KindState, "0700", "leases, the secret key, times of connections"},
}

func (r *reader) networkManager() []claim {
	if !r.exists("/etc/NetworkManager") && !r.exists("/var/lib/NetworkManager") {
		return nil
	}
	const dir, unit = "/etc/NetworkManager/system-connections", "NetworkManager.service"
	all := fixedClaims(SourceNetworkManager, unit, networkManagerPlaces)
	for _, entry := range r.list(dir) {
		if entry.Type&fs.ModeDir != 0 {
			continue
		}
		file := path.Join(dir, entry.Name)
		// The file is readable by root only. Without that, its own name has to do.
		text := "the connection " + strings.TrimSuffix(entry.Name, ".nmconnection")
		content, err := r.files.Read(file, mostBytes)
		r.note(file, err)
		if err == nil {
			if id := unescapeValue(parseKeyFile(string(content), "connection")["connection"]["id"]); id != "" {
				text = "the connection " + id
			}
		}
		all = append(all, claim{
			path: file, typ: TypeUnit, name: unit, unit: unit, kind: KindConfig, mode: "0600", user: "root", group: "root",
			from: Evidence{Source: SourceNetworkManager, File: file, Text: text},
		})
	}
	return all
}

// homed returns the directories of systemd-homed.service(8): keys and identities in
// /var/lib/systemd/home, and homes below /home.
func (r *reader) homed() []claim {
	const unit = "systemd-homed.service"
	if !r.exists("/var/lib/systemd/home") {
		return nil
	}
	all := fixedClaims(SourceHomed, unit, []fixed{{"/var/lib/systemd/home", KindState, "", "keys and identities of users"}})
	for _, entry := range r.list("/var/lib/systemd/home") {
		text := "a public key"
		switch {
		case entry.Name == "local.private":
			text = "the private key; without it, users cannot be changed"
		case strings.HasSuffix(entry.Name, ".identity"):
			text = "the user " + strings.TrimSuffix(entry.Name, ".identity")
		}
		all = append(all, fixedClaims(SourceHomed, unit, []fixed{{"/var/lib/systemd/home/" + entry.Name, KindState, "0600", text}})...)
	}
	for _, entry := range r.list("/home") {
		for _, suffix := range [...]string{".home", ".homedir"} {
			if user, ok := strings.CutSuffix(entry.Name, suffix); ok && user != "" {
				all = append(all, claim{
					path: "/home/" + entry.Name, typ: TypeUser, name: user, unit: unit, kind: KindData, user: user,
					from: Evidence{Source: SourceHomed, File: "/home/" + entry.Name, Text: "the home of " + user},
				})
			}
		}
	}
	return all
}

// exists reports whether a path leads to something.
func (r *reader) exists(name string) bool {
	_, err := r.files.Stat(name)
	return err == nil
}

// userDirNames are the keys of user-dirs.dirs(5) with the default name of the directory.
var userDirNames = map[string]string{
	"XDG_DESKTOP_DIR": "Desktop", "XDG_DOWNLOAD_DIR": "Downloads", "XDG_TEMPLATES_DIR": "Templates", "XDG_PUBLICSHARE_DIR": "Public",
	"XDG_DOCUMENTS_DIR": "Documents", "XDG_MUSIC_DIR": "Music", "XDG_PICTURES_DIR": "Pictures", "XDG_VIDEOS_DIR": "Videos",
}

// userDirs returns the directories of user-dirs.dirs, or the usual ones if the user has no such file.
func (r *reader) userDirs(u User) []claim {
	file := u.Home + "/.config/user-dirs.dirs"
	dirs := parseUserDirs(r.read(file), u.Home)
	if len(dirs) == 0 {
		for _, name := range userDirNames {
			dirs = append(dirs, path.Join(u.Home, name))
		}
	}
	slices.Sort(dirs)
	all := make([]claim, 0, len(dirs))
	for _, dir := range slices.Compact(dirs) {
		all = append(all, claim{
			path: dir, typ: TypeUser, name: u.Name, kind: KindData, user: u.Name, from: Evidence{Source: SourceUserDirs, File: file, Text: "a directory of the user"},
		})
	}
	return all
}

// parseUserDirs reads the text of user-dirs.dirs(5): lines XDG_NAME_DIR="$HOME/PATH" or "/PATH", with
// backslashes as in a shell. The home itself means that the directory is not used.
func parseUserDirs(text, home string) []string {
	var dirs []string
	for line := range strings.SplitSeq(text, "\n") {
		key, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if _, known := userDirNames[strings.TrimSpace(key)]; !ok || !known {
			continue
		}
		value = strings.TrimSpace(value)
		if len(value) < 2 || value[0] != '"' || value[len(value)-1] != '"' {
			continue
		}
		value = value[1 : len(value)-1]
		inHome := strings.HasPrefix(value, "$HOME/")
		if inHome {
			value = home + strings.TrimPrefix(value, "$HOME")
		}
		out := make([]byte, 0, len(value))
		for i := 0; i < len(value); i++ {
			if value[i] == '\\' && i+1 < len(value) {
				i++
			}
			out = append(out, value[i])
		}
		if dir := path.Clean(string(out)); path.IsAbs(dir) && dir != path.Clean(home) && dir != "/" {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}
