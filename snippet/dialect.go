package snippet

import (
	"fmt"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/setting"
)

// dialects is the table of all dialects.
var dialects = [...]struct {
	// users returns the users whose homes have separate lists.
	users func(*Options) []User
	// blocks converts a selection to Nix; nil for dialects that are not Nix.
	blocks func(*selection, *Options) []block
}{
	setting.DialectPlain:          {owner, plainBlocks},
	setting.DialectImpermanence:   {everybody, impermanenceBlocks},
	setting.DialectImpermanenceHM: {owner, homeBlocks},
	setting.DialectPreservation:   {everybody, preservationBlocks},
	setting.DialectJSON:           {everybody, nil},
	setting.DialectPaths:          {everybody, nil},
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
