package unitfile

import (
	"slices"
	"strings"
)

// types are the suffixes of unit names, systemd.unit(5).
var types = []string{"automount", "device", "mount", "path", "scope", "service", "slice", "socket", "swap", "target", "timer"}

// maxName is the longest name of a unit, UNIT_NAME_MAX of systemd.
const maxName = 255

// name is a unit's name in parts: "prefix@instance.suffix".
type name struct {
	prefix   string
	at       bool // "@" is there
	instance string
	suffix   string // without the dot
}

func (n name) String() string {
	if n.at {
		return n.prefix + "@" + n.instance + "." + n.suffix
	}
	return n.prefix + "." + n.suffix
}

// isInstance reports whether the name is one of an instance: "x@i.service".
func (n name) isInstance() bool { return n.at && n.instance != "" }

// template returns "x@.service" for "x@i.service".
func (n name) template() name { return name{prefix: n.prefix, at: true, suffix: n.suffix} }

// splitName splits a unit's name, and reports whether it is a valid one.
func splitName(s string) (name, bool) {
	dot := strings.LastIndexByte(s, '.')
	if dot <= 0 || len(s) > maxName || !slices.Contains(types, s[dot+1:]) {
		return name{}, false
	}
	for i := range dot {
		if c := s[i]; !validByte(c) && c != '@' {
			return name{}, false
		}
	}
	n := name{suffix: s[dot+1:]}
	n.prefix, n.instance, n.at = strings.Cut(s[:dot], "@")
	return n, n.prefix != ""
}

// validByte reports the bytes of a unit name, VALID_CHARS of systemd's src/basic/unit-name.c.
func validByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte(`:-_.\`, c) >= 0
}

// ValidName reports whether s can be the name of a unit, of a template ("x@.service") or of an
// instance ("x@i.service"): systemd.unit(5), at most 255 bytes.
func ValidName(s string) bool {
	_, ok := splitName(s)
	return ok
}

// dropInNames returns the names whose drop-ins apply to a unit, the most specific first, in the
// order of unit_file_find_dirs in systemd's src/shared/dropin.c: for "a-b@i.service" that is
// a-b@i.service, a-b@.service, a-.service, a-@i.service, a-@.service.
func dropInNames(n name) []string {
	var found []string
	var visit func(n name)
	visit = func(n name) {
		s := n.String()
		if slices.Contains(found, s) {
			return
		}
		found = append(found, s)
		if n.isInstance() {
			visit(n.template())
		}
		if dash := strings.LastIndexByte(strings.TrimSuffix(n.prefix, "-"), '-'); dash > 0 {
			n.prefix = n.prefix[:dash+1]
			if n.instance == "" {
				n.at = false
			}
			visit(n)
		}
	}
	visit(n)
	return found
}
