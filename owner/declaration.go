package owner

import (
	"path"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/unitfile"
)

// Declaration is what a service unit says of its files. Paths of a template contain "*" for the
// instance.
type Declaration struct {
	Name    string   // "bluetooth.service"
	Aliases []string // other names of the unit, sorted
	Manager Manager
	Home    string // the home of the user whose manager it is; "" for the system
	State   State
	File    string // the fragment
	DropIns []string
	// Description is that of the unit, as written.
	Description string
	// User and Group are as written; %i of a template is "*". Dynamic is DynamicUser=.
	User, Group string
	Dynamic     bool
	// Program is the base name of the first program of ExecStart=. Package is its package in a Nix
	// store: "bluez" for /nix/store/HASH-bluez-5.66/libexec/bluetooth/bluetoothd.
	Program, Package string
	Directories      []Directory
	// Paths are those that other keys name, the strongest sign first.
	Paths []PathSign
	// Template reports a template such as "x@.service".
	Template bool
}

// PathSign is a path that a unit names by another key than the directory keys.
type PathSign struct {
	Path string
	From Evidence
}

// anyInstance stands for the instance while a template is read; "*" is not valid in names.
const anyInstance = "any0instance"

// declare reads the settings of a unit that counts.
func (d *Declaration) declare(u *unitfile.Unit, specifiers unitfile.Specifiers, b bases) {
	specifiers.Unit = d.Name
	if d.Template {
		specifiers.Unit = strings.Replace(d.Name, "@.", "@"+anyInstance+".", 1)
	}
	expand := func(text string) (string, error) {
		out, err := specifiers.Expand(text)
		return strings.ReplaceAll(out, anyInstance, "*"), err
	}
	value := func(key string) string {
		out, err := expand(u.Value("Service", key))
		if err != nil {
			return ""
		}
		return out
	}
	d.Description = u.Value("Unit", "Description")
	d.User, d.Group = value("User"), value("Group")
	d.Dynamic, _ = unitfile.Bool(u.Value("Service", "DynamicUser"))
	commands := d.commands(u, expand)
	d.directories(u, expand, b)
	d.listedPaths(u, expand)
	if dir := strings.TrimPrefix(value("WorkingDirectory"), "-"); path.IsAbs(dir) {
		last, _ := u.Last("Service", "WorkingDirectory")
		d.addPath(dir, last, "WorkingDirectory="+dir)
	}
	d.environment(u, expand)
	for _, c := range commands {
		d.flags(c)
	}
}

// command is a command of ExecStart= with its place.
type command struct {
	unitfile.Command
	at unitfile.Setting
}

// commands returns the commands of ExecStart=, and sets the program.
func (d *Declaration) commands(u *unitfile.Unit, expand func(string) (string, error)) []command {
	var all []command
	for setting := range u.All("Service", "ExecStart") {
		// A word that cannot be expanded ends the line; what comes before it counts.
		found, _ := unitfile.Commands(setting.Value, expand)
		for _, c := range found {
			all = append(all, command{c, setting})
		}
	}
	for _, c := range all {
		if program := programName(c.Path, c.Args); program != "" {
			d.Program = program
			d.Package = storePackage(c.Path)
			break
		}
	}
	return all
}

// listedPaths returns the paths of keys with lists of paths. Words may begin with "-" and "+",
// systemd.exec(5); BindPaths= is SOURCE[:TARGET[:OPTIONS]].
func (d *Declaration) listedPaths(u *unitfile.Unit, expand func(string) (string, error)) {
	for _, key := range [...]string{"ReadWritePaths", "ReadWriteDirectories", "BindPaths"} {
		for setting := range u.All("Service", key) {
			words, _ := unitfile.Words(setting.Value, unitfile.Relaxed)
			for _, word := range words {
				name := strings.TrimLeft(word, "-+")
				if key == "BindPaths" {
					name, _, _ = strings.Cut(name, ":")
				}
				if name, err := expand(name); err == nil {
					d.addPath(name, setting, key+"="+word)
				}
			}
		}
	}
}

// environment returns the absolute paths in variables whose names say that they are data.
func (d *Declaration) environment(u *unitfile.Unit, expand func(string) (string, error)) {
	for setting := range u.All("Service", "Environment") {
		words, _ := unitfile.Words(setting.Value, unitfile.Relaxed)
		for _, word := range words {
			name, value, ok := strings.Cut(word, "=")
			isData := strings.HasSuffix(name, "_DIR") || strings.HasSuffix(name, "_HOME") || strings.Contains(name, "DATA")
			if value, err := expand(value); ok && isData && err == nil {
				d.addPath(value, setting, "Environment="+name)
			}
		}
	}
}

// dataFlags are flags of daemons that name their data.
var dataFlags = [...]string{"--data-dir", "--datadir", "-datadir", "--data", "--storage.tsdb.path", "--storage.path", "--home", "-D"}

// flags returns the paths of flags.
func (d *Declaration) flags(c command) {
	for i, arg := range c.Args {
		flag, value, ok := strings.Cut(arg, "=")
		if !slices.Contains(dataFlags[:], flag) {
			continue
		}
		if !ok && i+1 < len(c.Args) {
			value = c.Args[i+1]
		}
		d.addPath(value, c.at, "ExecStart= with "+flag)
	}
}

// sharedPlaces are directories that units name although they are not theirs.
var sharedPlaces = [...]string{
	"/run", "/var/run", "/boot", "/proc", "/sys", "/dev", "/home", "/nix", "/usr", "/var/log", "/tmp", "/var/tmp", "/efi", "/lib", "/bin",
	"/var/mail", "/var/log/lastlog", "/var/log/tallylog", "/var/log/wtmp", "/var/log/btmp",
}

// addPath adds an absolute path, unless it is a directory that many use.
func (d *Declaration) addPath(name string, at unitfile.Setting, text string) {
	if !path.IsAbs(name) || strings.ContainsAny(name, "\x00") {
		return
	}
	name = path.Clean(name)
	if name == "/" || slices.Contains(sharedPlaces[:], name) || slices.ContainsFunc(d.Paths, func(s PathSign) bool { return s.Path == name }) {
		return
	}
	for _, place := range [...]string{"/run/", "/proc/", "/sys/", "/dev/", "/nix/", "/usr/", "/tmp/", "/var/run/", "/lib/", "/bin/", "/boot/", "/efi/"} {
		if strings.HasPrefix(name, place) {
			return
		}
	}
	d.Paths = append(d.Paths, PathSign{name, Evidence{SourceUnitPath, at.File, at.Line, text}})
}
