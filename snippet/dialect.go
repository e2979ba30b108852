package snippet

import (
	"fmt"
	"strings"
)

// Dialect is a form in which the snippet is written.
type Dialect uint8

// The dialects. The zero value is Plain.
const (
	// Plain is for wrapper options that a configuration declares itself:
	//
	//	user.persistence = { directories = […]; files = […]; };
	//	host.persistence = { directories = […]; files = […]; };
	//
	// A home entry is a string. A host directory is a string, or a set with mode, user and group. A
	// host file is a string, or a set with those of its directory.
	Plain Dialect = iota
	// Impermanence is for the NixOS module of impermanence:
	// environment.persistence."/persist", with users.<name> for each home.
	Impermanence
	// ImpermanenceHM is for its Home Manager module (version 2): home.persistence."/persist", with
	// the paths below Options.Home. If Options.Storage ends in the home, the snippet is written for
	// version 1.
	ImpermanenceHM
	// Preservation is for preservation.preserveAt."/persist", with users.<name>.
	Preservation
	// JSON is one object per line, for scripts.
	JSON
	// Paths is one path per line, for scripts, byte for byte.
	Paths
)

// dialects is the table of all dialects.
var dialects = [...]struct {
	name string
	// users returns the users whose homes have separate lists.
	users func(*Options) []User
	// blocks converts a selection to Nix; nil for dialects that are not Nix.
	blocks func(*selection, *Options) []block
}{
	Plain:          {"plain", owner, plainBlocks},
	Impermanence:   {"impermanence", everybody, impermanenceBlocks},
	ImpermanenceHM: {"impermanence-hm", owner, homeBlocks},
	Preservation:   {"preservation", everybody, preservationBlocks},
	JSON:           {"json", everybody, nil},
	Paths:          {"paths", everybody, nil},
}

// String returns the dialect's name, which ParseDialect accepts.
func (d Dialect) String() string {
	if int(d) < len(dialects) {
		return dialects[d].name
	}
	return fmt.Sprintf("dialect %d", uint8(d))
}

// Nix reports whether the dialect writes Nix.
func (d Dialect) Nix() bool { return int(d) < len(dialects) && dialects[d].blocks != nil }

// CarriesFiles reports whether the dialect writes the mode and owner of files.
func (d Dialect) CarriesFiles() bool { return d == Preservation || d == JSON }

// NamesStorage reports whether the dialect writes the storage path.
func (d Dialect) NamesStorage() bool { return d.Nix() && d != Plain }

// Dialects returns all dialects, in the order for menus.
func Dialects() []Dialect {
	all := make([]Dialect, len(dialects))
	for i := range all {
		all[i] = Dialect(i)
	}
	return all
}

// DialectNames returns the names of all dialects.
func DialectNames() []string {
	var names []string
	for _, d := range Dialects() {
		names = append(names, d.String())
	}
	return names
}

// ParseDialect returns the dialect with that name.
func ParseDialect(name string) (Dialect, error) {
	for _, d := range Dialects() {
		if d.String() == name {
			return d, nil
		}
	}
	return 0, fmt.Errorf("parse dialect %q: expected %s", name, oneOf(DialectNames()))
}

// Form is the amount of Nix around the paths.
type Form uint8

// The forms. The zero value is Bindings.
const (
	// Bindings can be pasted into a module.
	Bindings Form = iota
	// Module is a complete file that can be imported.
	Module
	// Items are only the elements, which can be pasted into existing lists. A comment names the
	// list.
	Items
)

var formNames = []string{"bindings", "module", "items"}

// String returns the form's name, which ParseForm accepts.
func (f Form) String() string {
	if int(f) < len(formNames) {
		return formNames[f]
	}
	return fmt.Sprintf("form %d", uint8(f))
}

// FormNames returns the names of all forms.
func FormNames() []string { return append([]string(nil), formNames...) }

// ParseForm returns the form with that name.
func ParseForm(name string) (Form, error) {
	for i, known := range formNames {
		if known == name {
			return Form(i), nil
		}
	}
	return 0, fmt.Errorf("parse form %q: expected %s", name, oneOf(formNames))
}

// oneOf joins names for a sentence: "a, b or c".
func oneOf(names []string) string {
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// owner returns the user with the home Options.Home. If Options.Users does not contain it, only the
// home is set.
func owner(opts *Options) []User {
	home := cleanHome(opts.Home)
	if home == "" {
		return nil
	}
	for _, user := range opts.Users {
		if cleanHome(user.Home) == home {
			return []User{{user.Name, home, user.Group}}
		}
	}
	return []User{{Home: home}}
}

// everybody returns the users that have a name and a home.
func everybody(opts *Options) []User {
	var users []User
	for _, user := range opts.Users {
		if user.Home = cleanHome(user.Home); user.Home != "" && user.Name != "" {
			users = append(users, user)
		}
	}
	return users
}
