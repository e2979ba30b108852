package owner

import (
	"bytes"
	"context"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// entryOfDesktop is a desktop file of an application.
type entryOfDesktop struct {
	id      string // "org.gnome.Nautilus", without ".desktop"
	name    string // Name=, for people
	program string // of Exec=
	class   string // StartupWMClass=
	icon    string // Icon=, unless it is a path
	flatpak string // X-Flatpak=, the ID of the application
	file    string
	hidden  bool // Hidden=true deletes the ID
}

// The keys of a desktop file that are read.
const (
	desktopType = iota
	desktopName
	desktopHidden
	desktopExec
	desktopClass
	desktopIcon
	desktopFlatpak
	desktopKeys // how many there are
)

// desktopKey returns the number of a key; ok is false for any other one.
func desktopKey(key []byte) (n int, ok bool) {
	switch string(key) {
	case "Type":
		return desktopType, true
	case "Name":
		return desktopName, true
	case "Hidden":
		return desktopHidden, true
	case "Exec":
		return desktopExec, true
	case "StartupWMClass":
		return desktopClass, true
	case "Icon":
		return desktopIcon, true
	case "X-Flatpak":
		return desktopFlatpak, true
	}
	return 0, false
}

// desktopValues returns the values of the group "Desktop Entry" as parseKeyFile does. A system has a
// thousand such files, most of whose lines are translations: a line is left after its key, and nothing
// is copied but the values.
func desktopValues(text []byte) (values [desktopKeys]string) {
	var seen [desktopKeys]bool
	inside := false
	for len(text) > 0 {
		line := text
		if end := bytes.IndexByte(text, '\n'); end >= 0 {
			line, text = text[:end], text[end+1:]
		} else {
			text = nil
		}
		for len(line) > 0 && (line[0] == ' ' || line[0] == '\t' || line[0] == '\r') {
			line = line[1:]
		}
		if len(line) > 0 && line[0] == '[' {
			if inside {
				break
			}
			inside = string(bytes.TrimSuffix(bytes.TrimRight(line[1:], " \t\r"), []byte("]"))) == "Desktop Entry"
			continue
		}
		if !inside {
			continue
		}
		end := 0
		for end < len(line) && line[end] != '=' && line[end] != '[' && line[end] != ' ' && line[end] != '\t' {
			end++
		}
		n, ok := desktopKey(line[:end])
		if !ok || seen[n] {
			continue
		}
		if value := bytes.TrimLeft(line[end:], " \t"); len(value) > 0 && value[0] == '=' {
			seen[n] = true
			values[n] = string(bytes.TrimLeft(bytes.TrimRight(value[1:], " \t\r"), " \t"))
		}
	}
	return values
}

// parseDesktop reads the text of a desktop file. ok is false for anything but an application.
func parseDesktop(text []byte, id, file string) (e entryOfDesktop, ok bool) {
	values := desktopValues(text)
	e = entryOfDesktop{id: id, file: file, name: unescapeValue(values[desktopName]), hidden: values[desktopHidden] == "true"}
	if e.hidden {
		return e, true
	}
	if values[desktopType] != "Application" {
		return e, false
	}
	if words := execWords(unescapeValue(values[desktopExec])); len(words) > 0 {
		e.program = programName(words[0], words[1:])
	}
	e.class, e.flatpak = unescapeValue(values[desktopClass]), values[desktopFlatpak]
	if icon := unescapeValue(values[desktopIcon]); !strings.Contains(icon, "/") {
		e.icon = icon
	}
	return e, true
}

// dataDirs returns $XDG_DATA_DIRS for a user, with the directories that NixOS, Home Manager and
// Flatpak add at login.
func (r *reader) dataDirs(u User) []string {
	dirs := r.opts.DataDirs
	if dirs == nil {
		dirs = []string{"/usr/local/share", "/usr/share"}
	}
	var all []string
	for _, dir := range slices.Concat(r.profileDirs(u), []string{u.Home + "/.local/share/flatpak/exports", "/var/lib/flatpak/exports"}) {
		all = append(all, dir+"/share")
	}
	for _, dir := range dirs {
		if path.IsAbs(dir) && !slices.Contains(all, path.Clean(dir)) {
			all = append(all, path.Clean(dir))
		}
	}
	return all
}

// profileDirs returns the profiles of Nix that a user has.
func (r *reader) profileDirs(u User) []string {
	return []string{
		u.Home + "/.nix-profile", u.Home + "/.local/state/nix/profile", u.Home + "/.local/state/nix/profiles/home-manager/home-path",
		"/etc/profiles/per-user/" + u.Name, "/run/current-system/sw",
	}
}

// eachUser returns the users, or one without a name and home if there is none.
func (r *reader) eachUser() []User {
	if len(r.users) > 0 {
		return r.users
	}
	return []User{{Home: "/root"}}
}

// desktopFiles reads the desktop files of all users. The first file of an ID counts, and a directory
// is read once, however many users have it.
func (r *reader) desktopFiles(ctx context.Context) []entryOfDesktop {
	type file struct{ id, path string }
	var files []file
	seenDir, seenID := map[string]bool{}, map[string]bool{}
	for _, u := range r.eachUser() {
		for _, dir := range append([]string{u.Home + "/.local/share"}, r.dataDirs(u)...) {
			top := dir + "/applications"
			resolved, _, err := r.files.Resolve(top, nil)
			if err != nil || seenDir[resolved] {
				continue
			}
			seenDir[resolved] = true
			r.findDesktop(top, "", 0, func(id, name string) {
				if !seenID[id] {
					seenID[id] = true
					files = append(files, file{id, name})
				}
			})
		}
	}
	found := make([]entryOfDesktop, len(files))
	const batch = 64
	inParallel(ctx, 0, (len(files)+batch-1)/batch, func(n int) {
		buffer := make([]byte, 32<<10)
		for i := n * batch; i < min(len(files), (n+1)*batch); i++ {
			content, err := r.files.ReadInto(files[i].path, mostBytes, buffer)
			r.note(files[i].path, err)
			if e, ok := parseDesktop(content, files[i].id, files[i].path); ok && !e.hidden {
				found[i] = e
			}
		}
	})
	return slices.DeleteFunc(found, func(e entryOfDesktop) bool { return e.id == "" })
}

// deepestDesktop is how many directories below "applications" are read; KDE and Wine use two.
const deepestDesktop = 4

// findDesktop calls add for each desktop file below a directory. The ID is the path with "-" for
// "/", without the suffix.
func (r *reader) findDesktop(dir, prefix string, depth int, add func(id, name string)) {
	for _, entry := range r.list(dir) {
		name := dir + "/" + entry.Name
		if id, ok := strings.CutSuffix(entry.Name, ".desktop"); ok && entry.Type&fs.ModeDir == 0 {
			add(prefix+id, name)
		} else if entry.Type&fs.ModeDir != 0 && depth < deepestDesktop {
			r.findDesktop(name, prefix+entry.Name+"-", depth+1, add)
		}
	}
}

// binary is a program in a directory of programs.
type binary struct{ name, dir string }

// programs returns the names in the directories of programs. It reads names only.
func (r *reader) programs(ctx context.Context) []binary {
	dirs := slices.Clone(r.opts.Path)
	for _, u := range r.eachUser() {
		dirs = append(dirs, u.Home+"/.local/bin", u.Home+"/bin")
		dirs = append(dirs, below("bin", r.profileDirs(u)...)...)
	}
	dirs = append(dirs, "/usr/local/bin", "/usr/bin", "/bin", "/usr/games", "/opt/bin")
	var all []binary
	seenDir, seen := map[string]bool{}, map[string]bool{}
	for _, dir := range dirs {
		if ctx.Err() != nil || !path.IsAbs(dir) {
			continue
		}
		resolved, _, err := r.files.Resolve(dir, nil)
		if err != nil || seenDir[resolved] {
			continue
		}
		seenDir[resolved] = true
		for _, entry := range r.list(dir) {
			if name := unwrapped(entry.Name); entry.Type&fs.ModeDir == 0 && !seen[name] && !strings.HasPrefix(name, ".") {
				seen[name] = true
				all = append(all, binary{name, dir})
			}
		}
	}
	return all
}
