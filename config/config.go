package config

import "slices"

// Config is a whole, valid configuration: what the file says, and the defaults
// for what it does not. All paths are absolute and lexically clean.
type Config struct {
	// Source is the file as it was found, or "" if there is none.
	Source string
	// Warnings tell of mistakes that change nothing, in the order of the file.
	Warnings []Warning

	// Home is the home directory: homeDir, else that of the user who called
	// sudo, else $HOME, else the user database's. It is never empty, and without
	// symlinks as far as it exists, for that is where its files are found.
	Home string
	// Excludes are the exclude patterns: the file's, which may be none, or the
	// built-in ones if the file has no such key.
	Excludes List
	// ExtraExcludes are further exclude patterns.
	ExtraExcludes List
	// ExtraIncludes are paths that are candidates whatever else is said of them.
	ExtraIncludes List
	// PersistedFiles and PersistedDirs are kept across reboots.
	PersistedFiles, PersistedDirs List
	// Programs are package names for the program filter.
	Programs []string
	// Roots are the trees that a reboot wipes. None, be it that the file says
	// nothing or an empty list, means that the machine decides.
	Roots List
	// StoragePaths say where persistent data lives. None means that the machine
	// decides.
	StoragePaths List
	// Users maps names of users to their home directories. It may be nil.
	Users map[string]string
	// Snippet says how Nix is to be written.
	Snippet Snippet
	// UI says how the screen is to look.
	UI UI
}

// Snippet says how Nix is to be written.
type Snippet struct {
	// Dialect is never DialectUnknown.
	Dialect       Dialect
	DialectOrigin Origin
	// StoragePath is the place that dialects with a storage path name: the
	// file's, else the only one of StoragePaths. Its Text is "" if there is none or
	// several, and the machine decides.
	StoragePath Value
	// User is the name for dialects that write users.<name>; "" if not given.
	User string
	// HomeAttr and HostAttr are the attribute paths of the two blocks of the
	// plain dialect; their Text is "" if they are not given, and else whatever
	// the file says: only the writer of Nix knows what an attribute path is.
	HomeAttr, HostAttr Value
}

// UI says how the screen is to look.
type UI struct {
	// Theme is never ThemeUnknown.
	Theme Theme
	// View is what the screen opens with; never ViewUnknown.
	View View
	// ASCII draws with nothing but ASCII characters.
	ASCII bool
	// Mouse takes wheel and clicks from the terminal. It is on by default.
	Mouse bool
}

// Value is a string of the configuration that knows where it was written.
type Value struct {
	Text   string
	Origin Origin
}

// List is a list of strings, in the order of the file.
type List []Value

// Texts returns the strings alone.
func (l List) Texts() []string {
	texts := make([]string, len(l))
	for i, v := range l {
		texts[i] = v.Text
	}
	return texts
}

// Patterns returns all exclude patterns: Excludes, then ExtraExcludes.
func (c *Config) Patterns() List { return slices.Concat(c.Excludes, c.ExtraExcludes) }
