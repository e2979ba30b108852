package generation

// Entry is one path that a generation declares, or a mount that decides about the paths below
// it.
type Entry struct {
	// Path is where processes see the data: absolute and clean. Its bytes are those of the
	// file; they may be any but NUL.
	Path string
	// Storage is where the data is: the source of a bind mount, the target of a symlink,
	// the upper directory of an overlay, the file of a loop device. "" for other file systems.
	Storage string
	Kind    Kind
	How     How
	Stage   Stage
	Source  Source
	// Device, FSType and Options are those of a mount, as written.
	Device, FSType, Options string
	// OnAccess is true for an automount: the mount is made at the first access.
	OnAccess bool
	// Mode, Owner and Group are those that a boot gives to the path, "" where the generation
	// does not say. Mode is octal or symbolic, as chmod(1) takes it.
	Mode, Owner, Group string
	// Presence says whether Storage was there when the generation was read.
	Presence Presence
	Verdict  Verdict
	Problems []Problem

	order order
}

// Source is the text that declares an entry.
type Source struct {
	File string // below Options.Root
	Line int    // the first line is 1; 0 for a symlink
	Unit string // the name of the unit, of an fstab line too; "" otherwise
}

// Kind is the type of what is persisted.
type Kind uint8

// The kinds.
const (
	KindUnknown Kind = iota // the generation does not say, and Storage is not there
	File
	Directory
)

// String returns one word.
func (k Kind) String() string {
	switch k {
	case File:
		return "file"
	case Directory:
		return "directory"
	default:
		return "unknown"
	}
}

// How says how the data gets to the path.
type How uint8

// The ways.
const (
	HowUnknown    How = iota
	Bind              // a bind mount
	Symlink           // a symlink
	BindOrSymlink     // impermanence's files: a bind mount if the storage is there, otherwise a symlink
	BindFS            // a FUSE mount of a directory, bindfs(1)
	OwnFileSystem     // a file system of its own
	Tmpfs             // tmpfs or ramfs: every boot wipes it
	Overlay           // an overlay: what its upper directory is
)

// String returns a few words.
func (h How) String() string {
	switch h {
	case Bind:
		return "bind mount"
	case Symlink:
		return "symlink"
	case BindOrSymlink:
		return "bind mount or symlink"
	case BindFS:
		return "bindfs"
	case OwnFileSystem:
		return "own file system"
	case Tmpfs:
		return "tmpfs"
	case Overlay:
		return "overlay"
	default:
		return "unknown"
	}
}

// mounts reports whether it is a mount, which hides what is below.
func (h How) mounts() bool { return h != Symlink && h != HowUnknown }

// Stage is the stage of the boot that carries an entry out.
type Stage uint8

// The stages.
const (
	StageUnknown Stage = iota
	Initrd             // stage 1
	System             // stage 2: systemd and the activation script on the real root
)

// String returns one word.
func (s Stage) String() string {
	switch s {
	case Initrd:
		return "initrd"
	case System:
		return "system"
	default:
		return "unknown"
	}
}

// Presence says whether storage is there.
type Presence uint8

// The answers.
const (
	PresenceUnknown Presence = iota // it could not be read, or there is no storage path
	Present
	Absent // the first boot with this entry has no data: adopt it
)

// String returns one word.
func (p Presence) String() string {
	switch p {
	case Present:
		return "present"
	case Absent:
		return "absent"
	default:
		return "unknown"
	}
}

// Verdict says what the generation does with the data at a path.
type Verdict uint8

// The verdicts.
const (
	VerdictUnknown Verdict = iota
	Kept                   // a reboot into this generation keeps it
	StorageWiped           // the storage is in a tree that a reboot wipes
	Wiped                  // the path is a file system that a reboot wipes
	Inactive               // this boot does not carry the entry out; Problems says why
)

// String returns a few words.
func (v Verdict) String() string {
	switch v {
	case Kept:
		return "kept"
	case StorageWiped:
		return "storage is wiped"
	case Wiped:
		return "wiped"
	case Inactive:
		return "inactive"
	default:
		return "unknown"
	}
}

// order is when a boot carries an entry out: a later mount hides earlier entries below it.
type order uint8

const (
	orderInitrd     order = iota + 1
	orderActivation       // the activation script: /etc
	orderMount            // local-fs.target, and the services before it
	orderTmpfiles
	orderHome // Home Manager's services
)

// precedence is which of several entries for the same path counts: the higher one.
func (e *Entry) precedence() int {
	switch {
	case e.order == orderMount && e.How != BindOrSymlink && e.How != Symlink:
		return 5
	case e.order == orderMount || e.order == orderInitrd:
		return 4
	case e.order == orderTmpfiles:
		return 3
	case e.order == orderActivation:
		return 2
	}
	return 1
}
