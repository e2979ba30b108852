package config

// Dialect is a way of writing the snippet.
type Dialect uint8

// The dialects that a configuration may name.
const (
	DialectUnknown        Dialect = iota
	DialectPlain                  // user.persistence and host.persistence; the default
	DialectImpermanence           // environment.persistence."/persist"
	DialectImpermanenceHM         // home.persistence."/persist"
	DialectPreservation           // preservation.preserveAt."/persist"
	DialectJSON                   // for scripts
	DialectPaths                  // for scripts
)

var dialectNames = []string{"unknown", "plain", "impermanence", "impermanence-hm", "preservation", "json", "paths"}

// String returns the dialect as a configuration writes it.
func (d Dialect) String() string { return choiceName(dialectNames, d) }

// Theme is a choice of colours.
type Theme uint8

// The themes that a configuration may name.
const (
	ThemeUnknown Theme = iota
	ThemeAuto          // colours that can be read on any background; the default
	ThemeLight         // those for a light background
	ThemeDark          // those for a dark one
)

var themeNames = []string{"unknown", "auto", "light", "dark"}

// String returns the theme as a configuration writes it.
func (t Theme) String() string { return choiceName(themeNames, t) }

// View is a way of showing candidates.
type View uint8

// The views that a configuration may name.
const (
	ViewUnknown View = iota
	ViewFiles        // one path a line; the default
	ViewDirs         // rolled up into directories
	ViewTree
)

var viewNames = []string{"unknown", "files", "dirs", "tree"}

// String returns the view as a configuration writes it.
func (v View) String() string { return choiceName(viewNames, v) }

// choiceName returns the name of a choice; what is no choice is unknown.
func choiceName[T ~uint8](names []string, choice T) string {
	if int(choice) < len(names) {
		return names[choice]
	}
	return names[0]
}
