// Package setting has the choices that a user makes by a word, on the command line or in the
// configuration: the dialect of snippets, and theme and view of the screen. The zero value of each
// is the default.
package setting

import (
	"fmt"
	"slices"
	"strings"
)

// Dialect is a form in which the snippet is written.
type Dialect uint8

// The dialects.
const (
	// DialectPlain is for wrapper options that a configuration declares itself:
	//
	//	user.persistence = { directories = […]; files = […]; };
	//	host.persistence = { directories = […]; files = […]; };
	//
	// A home entry is a string. A host directory is a string, or a set with mode, user and group. A
	// host file is a string, or a set with those of its directory.
	DialectPlain Dialect = iota
	// DialectImpermanence is for the NixOS module of impermanence:
	// environment.persistence."/persist", with users.<name> for each home.
	DialectImpermanence
	// DialectImpermanenceHM is for its Home Manager module (version 2):
	// home.persistence."/persist", with the paths below the home. If the storage path ends in the
	// home, the snippet is written for version 1.
	DialectImpermanenceHM
	// DialectPreservation is for preservation.preserveAt."/persist", with users.<name>.
	DialectPreservation
	// DialectJSON is one object per line, for scripts.
	DialectJSON
	// DialectPaths is one path per line, for scripts, byte for byte.
	DialectPaths
)

// DialectNames are the names of the dialects, in the order for menus.
var DialectNames = Names[Dialect]{"plain", "impermanence", "impermanence-hm", "preservation", "json", "paths"}

// String returns the name of the dialect.
func (d Dialect) String() string { return DialectNames.name(d) }

// Nix reports whether the dialect writes Nix.
func (d Dialect) Nix() bool { return d <= DialectPreservation }

// CarriesFiles reports whether the dialect writes the mode and owner of files.
func (d Dialect) CarriesFiles() bool { return d == DialectPreservation || d == DialectJSON }

// NamesStorage reports whether the dialect writes the storage path.
func (d Dialect) NamesStorage() bool { return d.Nix() && d != DialectPlain }

// Theme is a choice among the terminal's 16 colours.
type Theme uint8

// The themes.
const (
	ThemeAuto  Theme = iota // readable on any background
	ThemeLight              // for light backgrounds
	ThemeDark               // for dark backgrounds
)

// ThemeNames are the names of the themes.
var ThemeNames = Names[Theme]{"auto", "light", "dark"}

// String returns the name of the theme.
func (t Theme) String() string { return ThemeNames.name(t) }

// View is a way to show candidates.
type View uint8

// The views.
const (
	ViewPlaces   View = iota // directories that are worth keeping as a whole, and files in none
	ViewPrograms             // one row for each owner of places
	ViewTree                 // a tree of directories that open and close
	ViewFiles                // one row for each file
)

// ViewNames are the names of the views, in the order of Tab. "dirs" is an older name of places, which
// is accepted too.
var ViewNames = Names[View]{"places", "programs", "tree", "files", "dirs"}

// views is the number of views.
const views = View(4)

// Next returns the view after v, in the order of Tab.
func (v View) Next() View { return (v + 1) % views }

// Known returns the view for a value that a name stands for: places for "dirs".
func (v View) Known() View {
	if v >= views {
		return ViewPlaces
	}
	return v
}

// Row returns what a row of the view is: "place", "program", "path" or "file".
func (v View) Row() string {
	switch v.Known() {
	case ViewPrograms:
		return "program"
	case ViewTree:
		return "path"
	case ViewFiles:
		return "file"
	case ViewPlaces, views:
	}
	return "place"
}

// String returns the name of the view.
func (v View) String() string { return ViewNames.name(v) }

// Names are the names of the values of a choice, by value.
type Names[T ~uint8] []string

// name returns the name of a value, or its number if it has none.
func (n Names[T]) name(value T) string {
	if int(value) < len(n) {
		return n[value]
	}
	return fmt.Sprintf("%d", uint8(value))
}

// Parse returns the value with a name.
func (n Names[T]) Parse(name string) (T, error) {
	i := slices.Index(n, name)
	if i < 0 {
		last := len(n) - 1
		return 0, fmt.Errorf("expected %s or %s, got %q", strings.Join(n[:last], ", "), n[last], name)
	}
	return T(i), nil
}
