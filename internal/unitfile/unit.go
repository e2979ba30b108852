package unitfile

import "iter"

// Unit is a unit with everything that its files say.
type Unit struct {
	Name     string    // as asked for
	ID       string    // the name that Name is an alias of, or Name
	State    State     // Loaded, unless nothing of the unit counts
	Path     string    // of the fragment in the search path; "" if Missing
	DropIns  []string  // paths, in the order of reading
	Settings []Setting // of the fragment, then of the drop-ins
	Problems []Problem
}

// State says whether systemd would load a unit.
type State uint8

// The states.
const (
	StateUnknown State = iota
	Loaded             // the settings count
	Missing            // no directory of the search path has the unit
	Masked             // an empty file, or a link to /dev/null
	Refused            // a file is unreadable, or has a Fatal problem
)

// String returns one word.
func (s State) String() string {
	switch s {
	case Loaded:
		return "loaded"
	case Missing:
		return "missing"
	case Masked:
		return "masked"
	case Refused:
		return "refused"
	default:
		return "unknown"
	}
}

// Last returns the last assignment of a key that takes one value. If that is empty, it resets the
// key, and Last reports false.
func (u *Unit) Last(section, key string) (Setting, bool) {
	for i := len(u.Settings) - 1; i >= 0; i-- {
		if s := u.Settings[i]; s.Key == key && s.Section == section {
			return s, s.Value != ""
		}
	}
	return Setting{}, false
}

// Value is the value of Last, or "".
func (u *Unit) Value(section, key string) string {
	last, _ := u.Last(section, key)
	return last.Value
}

// All returns the assignments of a key that takes a list: those after the last empty one.
func (u *Unit) All(section, key string) iter.Seq[Setting] {
	return func(yield func(Setting) bool) {
		first := 0
		for i, s := range u.Settings {
			if s.Key == key && s.Section == section && s.Value == "" {
				first = i + 1
			}
		}
		for _, s := range u.Settings[first:] {
			if s.Key == key && s.Section == section && !yield(s) {
				return
			}
		}
	}
}

// Bool reads a boolean as systemd.syntax(7) defines it, ignoring case. ok is false for
// any other text.
func Bool(value string) (on, ok bool) {
	switch lower(value) {
	case "1", "yes", "y", "true", "t", "on":
		return true, true
	case "0", "no", "n", "false", "f", "off":
		return false, true
	}
	return false, false
}

// lower is for ASCII letters only, as strcaseeq of systemd is in the C locale.
func lower(s string) string {
	out := []byte(s)
	for i, c := range out {
		if 'A' <= c && c <= 'Z' {
			out[i] = c + 'a' - 'A'
		}
	}
	return string(out)
}
