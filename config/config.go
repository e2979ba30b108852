package config

import (
	"slices"

	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/internal/timeform"
)

// Config is a complete, valid configuration: the values of the file, and defaults for missing keys.
// All paths are absolute and lexically clean.
type Config struct {
	// Source is the path of the file as it was found, or "" if there is none.
	Source string
	// Warnings are mistakes without effect, in the order of the file.
	Warnings []Warning

	// Home is the home directory. It is homeDir if set, otherwise the home of the user who called
	// sudo, otherwise $HOME, otherwise the entry in the user database. It is never empty. Symlinks
	// in it are resolved as far as it exists, because scans find its files there.
	Home string
	// Excludes are the exclude patterns of the file; nil if it has none, and then the knowledge of
	// the program decides what is hidden.
	Excludes List
	// ExtraExcludes are further exclude patterns.
	ExtraExcludes List
	// ExtraIncludes are paths that are always candidates.
	ExtraIncludes List
	// PersistedFiles and PersistedDirs are kept across reboots.
	PersistedFiles, PersistedDirs List
	// Programs are package names for the program filter.
	Programs []string
	// Roots are the trees that a reboot wipes. If the key is missing or the list is empty, they are
	// detected on the machine.
	Roots List
	// StoragePaths are the directories of persistent data. If there are none, they are detected on
	// the machine.
	StoragePaths List
	// OldRoots are directories that contain old roots, in addition to the usual ones.
	OldRoots []OldRoots
	// Users maps user names to home directories. It may be nil.
	Users map[string]string
	// Snippet configures the Nix code.
	Snippet Snippet
	// UI configures the screen.
	UI UI
}

// OldRoots is a directory of a btrfs in which a rollback at boot keeps old roots.
type OldRoots struct {
	// Dir is a clean path below the top level of the file system, without a leading slash.
	Dir Value
	// Names is the form of the names, as date(1) writes them. It is zero if the file has none.
	Names timeform.Form
	// Root is the absolute path of the running machine that the old roots were; "" means "/".
	Root string
}

// Snippet configures the Nix code.
type Snippet struct {
	Dialect setting.Dialect
	// StoragePath is the storage path in the snippet, for dialects that have one. It is the value
	// of the file, otherwise the only element of StoragePaths. Its Text is "" if there are no or
	// several StoragePaths; the storage path is then detected on the machine.
	StoragePath Value
	// User is the user name for dialects that write users.<name>; "" if not set.
	User string
	// File is the Nix file into which snippets are inserted, or a directory below which it is searched.
	// Its Text is "" if it is not set.
	File Value
	// Sources are the Nix files from which the configuration was built that define what is persisted, by
	// their path below the source of the flake. They are used if File is not set.
	Sources List
	// HomeAttr and HostAttr are the attribute paths of the two blocks of the plain dialect. Their
	// Text is "" if they are not set. It is not checked here; package snippet parses attribute
	// paths.
	HomeAttr, HostAttr Value
}

// UI configures the screen.
type UI struct {
	Theme setting.Theme
	// View is the initial view.
	View setting.View
	// ASCII restricts the screen to ASCII characters.
	ASCII bool
	// Mouse enables the wheel and clicks. It is on by default.
	Mouse bool
}

// Value is a string of the configuration, with its position in the file.
type Value struct {
	Text   string
	Origin Origin
}

// List is a list of strings, in the order of the file.
type List []Value

// Texts returns the strings without their positions.
func (l List) Texts() []string {
	texts := make([]string, len(l))
	for i, v := range l {
		texts[i] = v.Text
	}
	return texts
}

// HidesKnown reports whether the program's knowledge of paths decides what is hidden, because
// excludes is not set.
func (c *Config) HidesKnown() bool { return c.Excludes == nil }

// Patterns returns all exclude patterns: Excludes, then ExtraExcludes.
func (c *Config) Patterns() List { return slices.Concat(c.Excludes, c.ExtraExcludes) }
