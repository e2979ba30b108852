package snippet

import "unicode/utf8"

// ExcludesAttr is the option of the modules for NixOS and Home Manager that has further exclude
// patterns.
const ExcludesAttr = "programs.list-ephemeral.extraExcludes"

// Excludes returns the binding of [ExcludesAttr] to exclude patterns, in their order, as nixfmt
// formats it; "" without patterns. They must be UTF-8 without NUL. It is safe on a terminal.
func Excludes(patterns []string) string {
	w := new(writer)
	switch len(patterns) {
	case 0:
		return ""
	case 1:
		if line := ExcludesAttr + " = [ " + quoted(patterns[0]) + " ];"; utf8.RuneCountInString(line) <= maxWidth {
			w.line(line)
			return w.String()
		}
	}
	w.open(ExcludesAttr, " = [")
	for _, p := range patterns {
		w.line(quoted(p))
	}
	w.close("];")
	return w.String()
}
