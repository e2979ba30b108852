package owner

import (
	"path"
	"strconv"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/unitfile"
)

// Directory is a directory that a unit declares by a directory key, systemd.exec(5).
type Directory struct {
	// Path is the path that the unit sees. It contains "*" for the instance of a template.
	Path string
	// Data is where the data is: Path, or the directory behind it with DynamicUser=.
	Data string
	// Links are symlinks to it that the unit declares: StateDirectory=NAME:LINK.
	Links []string
	Kind  Kind
	// Mode is in four octal digits. Default reports that the unit does not give it.
	Mode    string
	Default bool
	// ReadOnly reports the flag "ro" (systemd 257): another unit writes it.
	ReadOnly bool
	From     Evidence
}

// directoryKey is one of the five directory keys.
type directoryKey struct {
	key  string
	kind Kind
}

var directoryKeys = [...]directoryKey{
	{"StateDirectory", KindState},
	{"CacheDirectory", KindCache},
	{"LogsDirectory", KindLog},
	{"ConfigurationDirectory", KindConfig},
	{"RuntimeDirectory", KindRuntime},
}

// bases are the directories below which a manager makes the directories of units.
type bases struct {
	state, cache, logs, config, runtime string
	systemd                             int // the version, for what has changed
}

func systemBases(systemd int) bases {
	return bases{"/var/lib", "/var/cache", "/var/log", "/etc", "/run", systemd}
}

// userBases returns the directories of a user's manager. Up to version 253, $XDG_STATE_HOME was not
// used (NEWS of systemd 254).
func userBases(u User, systemd int) bases {
	b := bases{
		state: u.Home + "/.local/state", cache: u.Home + "/.cache", logs: u.Home + "/.local/state/log", config: u.Home + "/.config",
		runtime: "/run/user/" + strconv.FormatUint(uint64(u.UID), 10), systemd: systemd,
	}
	if systemd < 254 {
		b.state, b.logs = u.Home+"/.config", u.Home+"/.config/log"
	}
	return b
}

func (b bases) of(kind Kind) string {
	switch kind {
	case KindState:
		return b.state
	case KindCache:
		return b.cache
	case KindLog:
		return b.logs
	case KindConfig:
		return b.config
	case KindRuntime:
		return b.runtime
	case KindUnknown, KindRegenerated, KindData:
	}
	return ""
}

// directories returns what the directory keys of a unit declare.
func (d *Declaration) directories(u *unitfile.Unit, expand func(string) (string, error), b bases) {
	dynamic := d.Dynamic && d.Manager == ManagerSystem
	for _, k := range directoryKeys {
		mode, explicit := directoryMode(u, k.key)
		private := dynamic && k.kind != KindConfig
		if k.kind == KindRuntime { // it moves only where it outlives the unit
			preserve := u.Value("Service", "RuntimeDirectoryPreserve")
			on, isBool := unitfile.Bool(preserve)
			private = private && preserve != "" && (!isBool || on)
		}
		for setting := range u.All("Service", k.key) {
			words, _ := unitfile.Words(setting.Value, unitfile.Keep)
			for _, word := range words {
				dir, ok := k.directory(word, b, expand)
				if !ok {
					continue
				}
				if private {
					dir.Data = path.Join(b.of(k.kind), "private", strings.TrimPrefix(dir.Path, b.of(k.kind)))
				}
				dir.Mode, dir.Default = mode, !explicit
				dir.From = Evidence{SourceUnitDirectory, setting.File, setting.Line, k.key + "=" + word}
				d.addDirectory(dir)
			}
		}
	}
}

// directory reads one word. systemd ignores a word with a wrong name or link, and before version 257
// one with a link for ConfigurationDirectory=.
func (k directoryKey) directory(word string, b bases, expand func(string) (string, error)) (dir Directory, ok bool) {
	name, link, flags := cutDirectory(word)
	if name, ok = relativeName(name, expand); !ok {
		return Directory{}, false
	}
	dir = Directory{Path: path.Join(b.of(k.kind), name), Kind: k.kind, ReadOnly: flags == "ro"}
	dir.Data = dir.Path
	if link == "" {
		return dir, true
	}
	if link, ok = relativeName(link, expand); !ok || k.kind == KindConfig && b.systemd < 257 {
		return Directory{}, false
	}
	dir.Links = []string{path.Join(b.of(k.kind), link)}
	return dir, true
}

// addDirectory adds a directory, or the links of one that is there.
func (d *Declaration) addDirectory(dir Directory) {
	for i := range d.Directories {
		if have := &d.Directories[i]; have.Path == dir.Path && have.Kind == dir.Kind {
			have.Links = append(have.Links, dir.Links...)
			return
		}
	}
	d.Directories = append(d.Directories, dir)
}

// cutDirectory splits a word of a directory key: NAME[:LINK[:FLAGS]].
func cutDirectory(word string) (name, link, flags string) {
	name, rest, _ := strings.Cut(word, ":")
	link, flags, _ = strings.Cut(rest, ":")
	return name, link, flags
}

// relativeName expands the name of a directory key. systemd ignores a name that is absolute or that
// leads out of its base.
func relativeName(name string, expand func(string) (string, error)) (string, bool) {
	name, err := expand(name)
	if err != nil || name == "" || path.IsAbs(name) {
		return "", false
	}
	for component := range strings.SplitSeq(name, "/") {
		if component == ".." {
			return "", false
		}
	}
	name = path.Clean(name)
	// A name in "private" is refused, exec_directory in systemd's src/core/load-fragment.c.
	return name, name != "." && name != "private" && !strings.HasPrefix(name, "private/")
}

// directoryMode returns the mode of a directory key. A wrong mode is ignored, and an empty assignment
// of the key itself resets the mode too (exec_directory_done in systemd's src/core/execute.c).
func directoryMode(u *unitfile.Unit, key string) (mode string, explicit bool) {
	mode = "0755"
	for _, s := range u.Settings {
		switch {
		case s.Section != "Service":
		case s.Key == key && s.Value == "":
			mode, explicit = "0755", false
		case s.Key == key+"Mode":
			if given, ok := modeOf(s.Value); ok {
				mode, explicit = given, true
			}
		}
	}
	return mode, explicit
}

// modeOf returns a mode in four octal digits. The default of systemd is 0755.
func modeOf(text string) (mode string, explicit bool) {
	n, err := strconv.ParseUint(text, 8, 12)
	if err != nil {
		return "0755", false
	}
	mode = strconv.FormatUint(n, 8)
	return strings.Repeat("0", max(0, 4-len(mode))) + mode, true
}
