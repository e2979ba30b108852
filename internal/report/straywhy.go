package report

import "strings"

// StrayReason is why nothing at a path in storage is stray, or why a stray is not moved.
type StrayReason struct {
	Kind StrayReasonKind
	// Path is the path of the running machine, for StrayLive.
	Path string
	// Storage are the storage paths, for StrayOutside.
	Storage []string
	// Declared is the declaration, for StrayDeclared.
	Declared StrayDeclaration
	// Err is why the path could not be read, for StrayUnread and StrayUnclear.
	Err error
}

// StrayReasonKind says what kind of reason a StrayReason is.
type StrayReasonKind uint8

// The kinds.
const (
	StrayReasonUnknown StrayReasonKind = iota
	// StrayOutside, StrayUnread, StrayDeclared and StrayNone are why nothing is stray: the path
	// is not in storage, it cannot be read, it is declared, and everything in it is declared.
	StrayOutside
	StrayUnread
	StrayDeclared
	StrayNone
	// StrayOfFileSystem, StrayLive, StrayUnclear and StrayPartly are why a stray is not moved:
	// it is lost+found, the path that it would be a copy of exists, it is not known whether
	// that exists, and something in it is declared.
	StrayOfFileSystem
	StrayLive
	StrayUnclear
	StrayPartly
)

// String returns the kind as a few words.
func (k StrayReasonKind) String() string {
	return nameOf(int(k), "unknown", "outside", "unread", "declared", "none", "of the file system", "live", "unclear", "partly declared")
}

// Text returns the reason, as a clause.
func (r *StrayReason) Text() string {
	switch r.Kind {
	case StrayOutside:
		return "it is not in " + strings.Join(r.Storage, " or ")
	case StrayUnread:
		return r.Err.Error()
	case StrayDeclared:
		return r.Declared.text()
	case StrayNone:
		return "nothing in it is stray"
	case StrayOfFileSystem:
		return "it belongs to the file system, fsck(8)"
	case StrayLive:
		return r.Path + " exists, so it may have been adopted and not be declared yet"
	case StrayUnclear:
		return "it is not known whether it has been adopted: " + r.Err.Error()
	case StrayPartly:
		return "something in it is declared"
	case StrayReasonUnknown:
	}
	return "the reason is not known"
}

// StrayDeclaration says what declares a path in storage.
type StrayDeclaration struct {
	// Key is the key of the configuration that declares the path, or "".
	Key string
	// Mount is the mount point that shows the path, if no key declares it.
	Mount string
	// At is the file and line of the Nix code that declares it, or "".
	At string
}

// Source returns the declaration as a noun phrase.
func (d StrayDeclaration) Source() string {
	if d.Key == "" {
		return "the mount at " + d.Mount
	}
	return d.Key
}

func (d StrayDeclaration) text() string {
	text := "it is declared by " + d.Source()
	if d.At != "" {
		text += "; " + d.At
	}
	return text
}
