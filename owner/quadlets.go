package owner

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/unitfile"
)

// quadletDirs is the search path of the containers that Podman 4.4 and later make services of,
// podman-systemd.unit(5).
var quadletDirs = []string{"/run/containers/systemd", "/etc/containers/systemd", "/usr/share/containers/systemd"}

// quadletUsers is the directory with the containers of all users, and of users by their number.
const quadletUsers = "/etc/containers/systemd/users"

// userQuadletDirs returns the search path of a user's containers.
func userQuadletDirs(u User, runtime string) []string {
	return []string{
		runtime + "/containers/systemd", u.Home + "/.config/containers/systemd",
		quadletUsers + "/" + path.Base(runtime), quadletUsers, "/usr/share/containers/systemd/users",
	}
}

// deepestQuadlet is how many directories below those of the search path are read.
const deepestQuadlet = 3

// quadletFiles are the files of a search path by name: the earlier directory wins.
type quadletFiles struct {
	paths map[string]string
	drops map[string][]string // NAME.d, by the name
}

// findQuadlets adds the files at or below a directory.
func (r *reader) findQuadlets(into *quadletFiles, dir string, depth int) {
	for _, entry := range r.list(dir) {
		name, at := entry.Name, path.Join(dir, entry.Name)
		switch {
		case entry.Type&fs.ModeDir == 0:
			if _, earlier := into.paths[name]; !earlier {
				into.paths[name] = at
			}
		case strings.HasSuffix(name, ".d"):
			into.drops[name] = append(into.drops[name], at)
		case depth < deepestQuadlet && at != quadletUsers:
			r.findQuadlets(into, at, depth+1)
		}
	}
}

// quadlets adds what the containers of a search path say to the services of a manager. A container
// of which the generator has made no service yet becomes one. storage is the graph root of Podman.
func (r *reader) quadlets(units []Declaration, like Declaration, specifiers unitfile.Specifiers, storage string, dirs []string) []Declaration {
	files := quadletFiles{paths: map[string]string{}, drops: map[string][]string{}}
	for _, dir := range dirs {
		r.findQuadlets(&files, dir, 0)
	}
	var names []string
	for name := range files.paths {
		if stem, ok := strings.CutSuffix(name, ".container"); ok && unitfile.ValidName(stem+".service") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		u := r.readQuadlet(&files, name)
		if u.State == unitfile.Masked {
			continue
		}
		service := strings.TrimSuffix(name, ".container") + ".service"
		if own := u.Value("Container", "ServiceName"); unitfile.ValidName(own + ".service") {
			service = own + ".service"
		}
		at := slices.IndexFunc(units, func(d Declaration) bool { return d.Name == service })
		if at < 0 {
			d := like
			d.Name, d.File, d.DropIns, d.State = service, u.Path, u.DropIns, StateLoaded
			d.Template, d.Description = strings.Contains(service, "@."), u.Value("Unit", "Description")
			at, units = len(units), append(units, d)
		}
		if units[at].State == StateLoaded {
			r.mountsOf(&units[at], u, &files, specifiers, storage)
		}
	}
	return units
}

// readQuadlet reads a file and its drop-ins.
func (r *reader) readQuadlet(files *quadletFiles, name string) *unitfile.Unit {
	u := &unitfile.Unit{Name: name, ID: name, Path: files.paths[name], State: unitfile.Loaded}
	if at, _, _ := r.files.Resolve(u.Path, nil); at == "/dev/null" {
		u.State = unitfile.Masked
		return u
	}
	u.Settings, _ = unitfile.Parse(r.read(u.Path), u.Path)
	drops := map[string]string{}
	for _, dir := range files.drops[name+".d"] {
		for _, entry := range r.list(dir) {
			if _, earlier := drops[entry.Name]; !earlier && strings.HasSuffix(entry.Name, ".conf") {
				drops[entry.Name] = path.Join(dir, entry.Name)
			}
		}
	}
	for _, at := range sortedValues(drops) {
		more, _ := unitfile.Parse(r.read(at), at)
		u.Settings, u.DropIns = append(u.Settings, more...), append(u.DropIns, at)
	}
	return u
}

// sortedValues returns the values of a map in the order of its keys.
func sortedValues(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for i, key := range keys {
		keys[i] = m[key]
	}
	return keys
}

// mountsOf adds what a container mounts: Volume= and Mount=, without what it only reads.
func (r *reader) mountsOf(d *Declaration, u *unitfile.Unit, files *quadletFiles, specifiers unitfile.Specifiers, storage string) {
	specifiers.Unit = d.Name
	if d.Template {
		specifiers.Unit = strings.Replace(d.Name, "@.", "@"+anyInstance+".", 1)
	}
	for _, key := range [...]string{"Volume", "Mount"} {
		for setting := range u.All("Container", key) {
			source, ok := volumeSource(setting.Value)
			if key == "Mount" {
				source, ok = mountSource(setting.Value)
			}
			source, err := specifiers.Expand(source)
			source = strings.ReplaceAll(source, anyInstance, "*")
			switch {
			case !ok || err != nil:
			case path.IsAbs(source):
				d.addPath(source, setting, key+"="+setting.Value)
			case strings.HasPrefix(source, "."):
				d.addPath(path.Join(path.Dir(u.Path), source), setting, key+"="+setting.Value)
			case validVolume(source):
				volume := path.Join(storage, "volumes", r.volumeName(files, source))
				d.Paths = append(d.Paths, PathSign{volume, Evidence{SourceContainers, setting.File, setting.Line, key + "=" + setting.Value}})
			}
		}
	}
}

// volumeName returns the name that Podman gives to a volume. "x.volume" is a file of the search
// path, whose volume is systemd-x unless it has a VolumeName=.
func (r *reader) volumeName(files *quadletFiles, source string) string {
	stem, ok := strings.CutSuffix(source, ".volume")
	if !ok {
		return source
	}
	if files.paths[source] != "" {
		if name := r.readQuadlet(files, source).Value("Volume", "VolumeName"); validVolume(name) {
			return name
		}
	}
	return "systemd-" + stem
}

// validVolume reports whether a text is the name of a volume: "[a-zA-Z0-9][a-zA-Z0-9_.-]*",
// podman-volume-create(1). "*" stands for an instance.
func validVolume(name string) bool {
	for _, c := range []byte(name) {
		alphanumeric := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !alphanumeric && strings.IndexByte("_.-*", c) < 0 {
			return false
		}
	}
	return name != "" && name[0] != '.' && name[0] != '-'
}

// volumeSource returns the source of a Volume=: "SOURCE:TARGET[:OPTIONS]". ok is false for a volume
// without a name, and for one that is only read.
func volumeSource(value string) (source string, ok bool) {
	parts := strings.Split(value, ":")
	if len(parts) < 2 || len(parts) > 2 && slices.Contains(strings.Split(parts[2], ","), "ro") {
		return "", false
	}
	return parts[0], isSource(parts[0])
}

// mountSource returns the source of a Mount=: fields "KEY=VALUE" separated by commas, of the types
// bind and volume.
func mountSource(value string) (source string, ok bool) {
	for field := range strings.SplitSeq(value, ",") {
		key, value, assigned := strings.Cut(field, "=")
		switch key {
		case "type":
			ok = value == "bind" || value == "volume"
		case "source", "src":
			source = value
		case "ro", "readonly":
			if !assigned || value == "true" {
				return "", false
			}
		}
	}
	return source, ok && isSource(source)
}

// isSource reports whether a text is a path or the name of a volume, or may become one when its
// specifiers are expanded.
func isSource(source string) bool {
	return strings.HasPrefix(source, "/") || strings.HasPrefix(source, "%") || strings.HasPrefix(source, ".") || validVolume(source)
}
