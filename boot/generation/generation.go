package generation

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/rootfs"
	"github.com/DaRacci/list-ephemeral/internal/unitfile"
)

// Options say how a generation is read. The zero value reads the running machine.
type Options struct {
	// Root is the directory to which absolute paths and links refer, as after chroot(2). "" is "/".
	Root string
	// Wiped reports whether a reboot wipes the file system of an entry, which is an
	// OwnFileSystem. nil means that only "/" is wiped.
	Wiped func(Entry) bool
	// Unlisted, if set, reports whether a path, for which the generation mounts only "/", is on another
	// file system that a boot mounts and keeps: a dataset with the property mountpoint, which
	// zfs-mount.service mounts without a line in fstab (zfs-mount(8)).
	Unlisted func(path string) bool
	// Homes are home directories by user name, for users whose home the generation does not
	// name.
	Homes map[string]string
	// Profiles are profiles of Home Manager that are not part of the system.
	Profiles []Profile
	// Stop, if set, reports that nothing at or below a path is to be read, as on a file system
	// that does not answer. It concerns storage paths, whose Kind and Presence stay unknown.
	Stop func(path string) bool
}

// Profile is a Home Manager profile of a user, such as
// ~/.local/state/nix/profiles/home-manager. Its links are followed into the store.
type Profile struct {
	User string
	Home string // absolute; "" takes the home from the generation or from Options.Homes
	Path string
}

// Generation is what a built system declares.
type Generation struct {
	// System is the path in the store, without links.
	System string
	// Entries are sorted by path. Those that a boot does not carry out are among them.
	Entries []Entry
	// Problems are those that belong to no entry.
	Problems []Problem
	// PasswordFiles are the files from which the activation reads passwords of users.
	PasswordFiles []PasswordFile
	// Initrd says whether entries of the initrd may be missing.
	Initrd InitrdState

	byPath map[string]int // the entry that decides about a path
	opts   Options
}

// PasswordFile is the option hashedPasswordFile of a user. The script update-users-groups.pl of
// NixOS reads it in stage 2, before systemd mounts anything.
type PasswordFile struct {
	User, Path string
}

// InitrdState says what the initrd, which is not read, may hide.
type InitrdState uint8

// The states.
const (
	InitrdUnknown    InitrdState = iota
	NoInitrd                     // the generation has none
	InitrdUnused                 // no sign of a module that declares entries in it
	InitrdRepeats                // impermanence: its entries of the initrd are in stage 2 as well
	InitrdNotVisible             // preservation: entries with inInitrd are in the initrd only
)

// String returns a few words.
func (s InitrdState) String() string {
	switch s {
	case NoInitrd:
		return "no initrd"
	case InitrdUnused:
		return "no entries in the initrd"
	case InitrdRepeats:
		return "entries of the initrd are repeated in the system"
	case InitrdNotVisible:
		return "entries of the initrd are not visible"
	default:
		return "unknown"
	}
}

// store is where everything is that a generation consists of.
const store = "/nix/store"

// Limits of files in bytes. Activation scripts of large systems have some 100 KiB.
const (
	maxText   = unitfile.MaxLine
	maxScript = 16 << 20
)

// reader collects what the files of a system say.
type reader struct {
	opts     Options
	files    *rootfs.FS
	system   string
	units    *unitfile.SearchPath
	entries  []Entry
	problems []Problem
	owners   map[string]owner
	homes    map[string]string
	secrets  []PasswordFile
	// preservation and impermanence are signs of these modules.
	preservation, impermanence bool
}

// Read reads the generation that a path leads to, such as /run/booted-system or
// /nix/var/nix/profiles/system. The only errors are that Options.Root cannot be opened, and that
// the path does not lead to a directory with a directory "etc", as each system has; every other
// problem is in the result.
func Read(system string, opts Options) (*Generation, error) {
	files, err := rootfs.Open(opts.Root)
	if err != nil {
		return nil, fmt.Errorf("read generation %s: %w", system, err)
	}
	defer func() { _ = files.Close() }() // an O_PATH descriptor has nothing to write
	resolved, _, err := files.Resolve(system, nil)
	if err == nil {
		err = isDirectory(files, resolved)
	}
	if err == nil {
		err = isDirectory(files, path.Join(resolved, "etc"))
	}
	if err != nil {
		return nil, fmt.Errorf("read generation %s: %w", system, err)
	}
	r := &reader{opts: opts, files: files, system: resolved, owners: map[string]owner{}, homes: map[string]string{}}
	r.units = unitfile.Search(files, r.at("etc/systemd/system"))
	r.activation()
	r.mounts()
	r.persistServices()
	r.tmpfiles()
	r.etcLinks()
	r.homeServices()
	for _, profile := range opts.Profiles {
		r.profile(profile)
	}
	for _, p := range r.units.Problems() {
		r.problem(fromUnit(p, ""))
	}
	return r.finish(), nil
}

func isDirectory(files *rootfs.FS, name string) error {
	info, err := files.Stat(name)
	if err == nil && !info.Mode.IsDir() {
		err = &fs.PathError{Op: "stat", Path: name, Err: unix.ENOTDIR}
	}
	return err
}

// at returns a path in the system.
func (r *reader) at(name string) string { return path.Join(r.system, name) }

// finish sorts and judges the entries.
func (r *reader) finish() *Generation {
	for i := range r.entries {
		e := &r.entries[i]
		if own, ok := r.owners[e.Path]; ok {
			e.Mode, e.Owner, e.Group = own.mode, own.user, own.group
		}
	}
	slices.SortStableFunc(r.entries, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(b.precedence(), a.precedence()), cmp.Compare(a.Source.File, b.Source.File), cmp.Compare(a.Source.Line, b.Source.Line))
	})
	g := &Generation{System: r.system, Entries: r.entries, Problems: r.problems, PasswordFiles: r.secrets, Initrd: r.initrd(), opts: r.opts}
	g.judge()
	for i := range g.Entries {
		e := &g.Entries[i]
		switch {
		case e.Storage == "":
		case e.blocked():
			r.inspect(e, e.Storage)
		default:
			r.inspect(e, g.storageOf(i).path)
		}
	}
	return g
}

// initrd says what is not read.
func (r *reader) initrd() InitrdState {
	_, err := r.files.Lstat(r.at("initrd"))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return NoInitrd
	case err != nil:
		return InitrdUnknown
	case r.preservation:
		return InitrdNotVisible
	case r.impermanence:
		return InitrdRepeats
	}
	return InitrdUnused
}

// declare adds an entry. One whose path cannot be one is a problem of the generation.
func (r *reader) declare(e Entry) {
	if _, _, ok := cleanPath(e.Path); !ok {
		r.problems = append(r.problems, e.Problems...)
		return
	}
	r.entries = append(r.entries, e)
}

// inspect sets the presence of an entry's storage, and the kind where the text does not say it.
// at is the path of the storage on its own file system: the mounts of this generation may not be
// there yet.
func (r *reader) inspect(e *Entry, at string) {
	stop := r.opts.Stop
	if !strings.HasPrefix(at, "/") || stop != nil && stop(at) {
		return
	}
	resolved, stopped, err := r.files.Resolve(at, stop)
	if stopped {
		return
	}
	var info rootfs.Info
	if err == nil {
		info, err = r.files.Lstat(resolved)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, unix.ENOTDIR):
		e.Presence = Absent
	case err != nil:
	case info.Mode.IsDir():
		e.Presence, e.Kind = Present, cmp.Or(e.Kind, Directory)
	default:
		e.Presence, e.Kind = Present, cmp.Or(e.Kind, File)
	}
}

// cleanPath returns a path as the running system sees it: clean, and without the "/sysroot" of
// the initrd, which it reports. A path that is relative, or has ".." or a NUL in it, is not ok.
func cleanPath(p string) (clean string, initrd, ok bool) {
	if !strings.HasPrefix(p, "/") || strings.IndexByte(p, 0) >= 0 {
		return p, false, false
	}
	for component := range strings.SplitSeq(p, "/") {
		if component == ".." {
			return p, false, false
		}
	}
	p = path.Clean(p)
	if rel, ok := paths.Rel(p, "/sysroot"); ok {
		return path.Join("/", rel), true, true
	}
	return p, false, true
}

// pseudo are directories of the kernel and of one boot: nothing in them is persistent.
var pseudo = []string{"/proc", "/sys", "/dev", "/run"}

// isPseudo reports whether a path is at or below one of them.
func isPseudo(p string) bool {
	return slices.ContainsFunc(pseudo, func(dir string) bool { return paths.AtOrBelow(p, dir) })
}

// isManaged reports whether a link's target is something that a boot makes again.
func isManaged(target string) bool {
	return isPseudo(target) || slices.ContainsFunc([]string{store, "/usr", "/etc/static"}, func(dir string) bool { return paths.AtOrBelow(target, dir) })
}

// kindOf is the kind of problem that an error of reading is.
func kindOf(err error) ProblemKind {
	switch {
	case errors.Is(err, rootfs.ErrTooLarge), errors.Is(err, rootfs.ErrTooMany):
		return TooLarge
	case errors.Is(err, unix.ELOOP):
		return TooManyLinks
	}
	return Unreadable
}
