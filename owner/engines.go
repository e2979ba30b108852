package owner

import (
	"encoding/json"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// containers returns the claims of the storage of Podman and Docker, of the system and of users.
func (r *reader) containers() []claim {
	all := r.podman(r.graphRoot(), "/var/lib/containers")
	all = append(all, r.docker(dockerRoot(r.read("/etc/docker/daemon.json"), "/var/lib/docker"))...)
	all = append(all, engineClaim("/var/lib/containerd", "containerd", KindRegenerated, "the storage of containerd; images can be fetched again"))
	for _, u := range r.users {
		all = append(all, r.podman(r.userGraphRoot(u), u.Home+"/.local/share/containers")...)
		all = append(all, r.docker(dockerRoot(r.read(u.Home+"/.config/docker/daemon.json"), u.Home+"/.local/share/docker"))...)
	}
	return all
}

// storageConf returns a value of the first containers-storage.conf(5) of the system.
func (r *reader) storageConf(key string) string {
	text := r.read("/etc/containers/storage.conf")
	if tomlValue(text, "storage", "graphroot") == "" {
		text = r.read("/usr/share/containers/storage.conf")
	}
	return tomlValue(text, "storage", key)
}

// graphRoot returns the storage of the system's Podman.
func (r *reader) graphRoot() string {
	return absolute(r.storageConf("graphroot"), "/var/lib/containers/storage")
}

// userGraphRoot returns the storage of a user's Podman. The user's own file replaces that of the
// system.
func (r *reader) userGraphRoot(u User) string {
	graph := r.storageConf("rootless_storage_path")
	if own := r.read(u.Home + "/.config/containers/storage.conf"); own != "" {
		graph = tomlValue(own, "storage", "graphroot")
	}
	graph = strings.NewReplacer("$HOME", u.Home, "$UID", strconv.FormatUint(uint64(u.UID), 10), "$USER", u.Name).Replace(graph)
	return absolute(graph, u.Home+"/.local/share/containers/storage")
}

// absolute returns a clean path, or a default if it is not absolute.
func absolute(name, otherwise string) string {
	if path.IsAbs(name) {
		return path.Clean(name)
	}
	return otherwise
}

func engineClaim(name, program string, kind Kind, text string) claim {
	return claim{path: name, typ: TypeProgram, name: program, kind: kind, from: Evidence{Source: SourceContainers, File: name, Text: text}}
}

// podman returns the claims of a containers/storage, whose volumes are state, and the rest of which
// can be pulled and built again.
func (r *reader) podman(storage, top string) []claim {
	all := []claim{engineClaim(storage, "podman", KindRegenerated, "images and layers can be pulled again")}
	if storage != top {
		all = append(all, engineClaim(top, "podman", KindUnknown, "the storage of Podman"))
	}
	return append(all, r.volumes(storage, "podman")...)
}

// docker returns the claims of a data-root of Docker.
func (r *reader) docker(root string) []claim {
	all := []claim{engineClaim(root, "docker", KindUnknown, "the data-root of Docker")}
	for _, name := range [...]string{"overlay2", "containerd", "image", "buildkit", "rootfs"} {
		all = append(all, engineClaim(path.Join(root, name), "docker", KindRegenerated, "images and layers can be pulled again"))
	}
	return append(all, r.volumes(root, "docker")...)
}

// volumes returns a claim for each named volume.
func (r *reader) volumes(storage, program string) []claim {
	dir := path.Join(storage, "volumes")
	all := []claim{engineClaim(dir, program, KindState, "volumes")}
	for _, entry := range r.list(dir) {
		if entry.Type&fs.ModeDir != 0 {
			all = append(all, engineClaim(path.Join(dir, entry.Name), program, KindState, "the volume "+entry.Name))
		}
	}
	return all
}

// tomlValue returns the string of a key in a table of TOML, or "". It reads what
// containers-storage.conf(5) contains: one assignment a line, strings in one pair of quotes.
func tomlValue(text, table, key string) string {
	at := ""
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "["); ok {
			name, _, _ = strings.Cut(name, "]")
			at = strings.TrimSpace(name)
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if !ok || at != table || strings.Trim(strings.TrimSpace(name), `"'`) != key {
			continue
		}
		value = strings.TrimSpace(value)
		if value == "" || value[0] != '"' && value[0] != '\'' {
			return ""
		}
		if end := strings.IndexByte(value[1:], value[0]); end >= 0 {
			return value[1 : 1+end]
		}
		return ""
	}
	return ""
}

// dockerRoot returns the data-root of a daemon.json of Docker, or the default.
func dockerRoot(text, otherwise string) string {
	var config struct {
		Root string `json:"data-root"`
	}
	if err := json.Unmarshal([]byte(text), &config); err != nil {
		return otherwise
	}
	return absolute(config.Root, otherwise)
}
