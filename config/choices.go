package config

// Dialect is the form in which the snippet is written.
type Dialect uint8

// The dialects that a configuration can select.
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

// String returns the name of the dialect in a configuration.
func (d Dialect) String() string { return choiceName(dialectNames, d) }

// Theme is a set of colours.
type Theme uint8

// The themes that a configuration can select.
const (
	ThemeUnknown Theme = iota
	ThemeAuto          // readable on any background; the default
	ThemeLight         // for light backgrounds
	ThemeDark          // for dark backgrounds
)

var themeNames = []string{"unknown", "auto", "light", "dark"}

// String returns the name of the theme in a configuration.
func (t Theme) String() string { return choiceName(themeNames, t) }

// View is a way of showing candidates.
type View uint8

// The views that a configuration can select.
const (
	ViewUnknown View = iota
	ViewFiles        // one path per line; the default
	ViewDirs         // rolled up into directories
	ViewTree
)

var viewNames = []string{"unknown", "files", "dirs", "tree"}

// String returns the name of the view in a configuration.
func (v View) String() string { return choiceName(viewNames, v) }

// choiceName returns the name of a choice, or "unknown" for an invalid one.
func choiceName[T ~uint8](names []string, choice T) string {
	if int(choice) < len(names) {
		return names[choice]
	}
	return names[0]
}
