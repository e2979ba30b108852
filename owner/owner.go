package owner

import (
	"github.com/DaRacci/list-ephemeral/internal/known"
)

// Owner is what a table says of one path. A field with the zero value is not known.
type Owner struct {
	// Type and Name are the owner: the unit "bluetooth.service", the program "firefox", the package
	// "knot-resolver", or the user "al". From says why.
	Type Type
	Name string
	From Evidence
	// Path is the path that the evidence names: the one asked for, or a directory above it. It
	// contains "*" for the instance of a template.
	Path string
	// Data is where the data is if Path is a symlink that systemd makes, or "": /var/lib/private/x for
	// /var/lib/x of a unit with DynamicUser=, systemd.exec(5).
	Data string
	// Unit and Program are the unit and the program that use the path, even if they are not the
	// owner. Units are all units that declare Path, sorted; Unit is among them.
	Unit, Program         string
	UnitFrom, ProgramFrom Evidence
	Units                 []string
	// Kind is what sort of data it is.
	Kind     Kind
	KindFrom Evidence
	// Mode is the usual mode of exactly this path, in four octal digits, and User and Group its owner,
	// as names or numbers.
	Mode, User, Group string
	ModeFrom          Evidence
	// Share is how many public configurations keep the path; Kept reports whether any is known.
	Share known.Entry
	Kept  bool
}

// Evidence is where a statement is from.
type Evidence struct {
	Source Source
	// File is a path below Options.Root, with the line if there is one (the first is 1).
	File string
	Line int
	// Text is what the file says: "StateDirectory=bluetooth", or the reason for a guess.
	Text string
}

// Type is the type of an owner.
type Type uint8

// The types.
const (
	TypeUnknown Type = iota
	TypeUnit         // a unit of systemd
	TypeProgram      // a program of a user
	TypePackage      // a package that has no unit with that name
	TypeUser         // the user's own files
)

// String returns one word.
func (t Type) String() string { return nameOf(int(t), "unknown", "unit", "program", "package", "user") }

// Kind is the kind of data at a path.
type Kind uint8

// The kinds. State and config are worth keeping; data is what users make.
const (
	KindUnknown     Kind = iota
	KindState            // what a program has to remember
	KindCache            // filled again by its program
	KindLog              // records
	KindConfig           // settings
	KindRuntime          // of the running system only
	KindRegenerated      // a boot or an installation makes it again
	KindData             // files of users
)

// String returns one word.
func (k Kind) String() string {
	return nameOf(int(k), "unknown", "state", "cache", "log", "config", "runtime", "regenerated", "data")
}

// ParseKind returns the kind with a name, and whether there is one. "unknown" is not a kind.
func ParseKind(name string) (Kind, bool) {
	for k := KindState; k <= KindData; k++ {
		if k.String() == name {
			return k, true
		}
	}
	return KindUnknown, false
}

// Source is where a statement is from. A smaller one has precedence, except for modes.
type Source uint8

// The sources.
const (
	SourceUnknown        Source = iota
	SourceUnitDirectory         // StateDirectory= and the other directory keys, systemd.exec(5)
	SourceFlatpak               // an application of Flatpak
	SourceContainers            // the storage of Podman, Docker or containerd
	SourceLibvirt               // the directories of libvirt
	SourceNetworkManager        // the directories of NetworkManager
	SourceHomed                 // the directories of systemd-homed
	SourceUserDirs              // user-dirs.dirs(5)
	SourceTmpfiles              // a line of tmpfiles.d(5)
	SourceUnitPath              // ReadWritePaths=, WorkingDirectory=, BindPaths= or a flag of ExecStart=
	SourcePasswd                // the home of User= in passwd(5)
	SourceKnowledge             // public configurations, or the classes of paths
	SourceDesktop               // a desktop file
	SourcePath                  // a directory of programs
	SourcePackage               // the packages of dpkg or rpm
	SourceName                  // the name of a unit or a program equals the name of the directory
	SourceLocation              // the directory above: /var/cache, a home
)

// String returns a few words.
func (s Source) String() string {
	return nameOf(int(s), "unknown", "unit directory", "flatpak", "containers", "libvirt", "NetworkManager", "homed", "user-dirs", "tmpfiles.d",
		"unit path", "passwd", "knowledge", "desktop file", "program directory", "package", "name", "location")
}

// rank is the precedence of a source: a smaller rank decides. Sources that know exactly whose a
// directory is have the same rank, and the deeper directory decides.
func (s Source) rank() int {
	switch s {
	case SourceUnitDirectory, SourceFlatpak, SourceContainers, SourceLibvirt, SourceNetworkManager, SourceHomed, SourceUserDirs:
		return 1
	case SourceTmpfiles:
		return 2
	case SourceUnitPath:
		return 3
	case SourcePasswd:
		return 4
	case SourceKnowledge:
		return 5
	case SourceUnknown, SourceDesktop, SourcePath, SourcePackage, SourceName, SourceLocation:
	}
	return 6
}

// Manager is the service manager of a unit.
type Manager uint8

// The managers.
const (
	ManagerUnknown Manager = iota
	ManagerSystem          // process 1
	ManagerUser            // of a user
)

// String returns one word.
func (m Manager) String() string { return nameOf(int(m), "unknown", "system", "user") }

// State says whether systemd would load a unit.
type State uint8

// The states.
const (
	StateUnknown State = iota
	StateLoaded        // the settings count
	StateMasked        // an empty file or a link to /dev/null: it declares nothing
	StateRefused       // a file is unreadable, or systemd refuses it
)

// String returns one word.
func (s State) String() string { return nameOf(int(s), "unknown", "loaded", "masked", "refused") }

// nameOf returns a name by number, or the first one.
func nameOf(i int, names ...string) string {
	if i < len(names) {
		return names[i]
	}
	return names[0]
}
