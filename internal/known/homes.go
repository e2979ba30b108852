package known

import (
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/paths"
)

// Homes are the home directories of a machine: configured ones, /root, and every directory in
// /home. The zero value has no configured ones.
type Homes struct {
	given []string
	above map[string]bool // the directories above the given ones
}

// HomesOf returns Homes with the given directories as configured homes. Paths must be absolute and
// clean. Empty ones are ignored.
func HomesOf(given ...string) Homes {
	h := Homes{above: map[string]bool{}}
	for _, home := range given {
		if home == "" {
			continue
		}
		h.given = append(h.given, home)
		for dir := range paths.Ancestors(home) {
			h.above[dir] = true
		}
	}
	// Of nested homes, the innermost one counts.
	slices.SortStableFunc(h.given, func(a, b string) int { return len(b) - len(a) })
	return h
}

// Within returns a path relative to the home that it is in, or "." for the home itself, and whether
// it is in a home.
func (h Homes) Within(name string) (string, bool) {
	best := ""
	if rest, ok := strings.CutPrefix(name, "/home/"); ok && rest != "" {
		user, _, _ := strings.Cut(rest, "/")
		best = name[:len("/home/")+len(user)]
	} else if paths.AtOrBelow(name, "/root") {
		best = "/root"
	}
	for _, home := range h.given {
		if paths.AtOrBelow(name, home) {
			if len(home) > len(best) {
				best = home
			}
			break
		}
	}
	if best == "" {
		return "", false
	}
	return paths.Rel(name, best)
}

// Container reports whether a directory is a container: it belongs to no single program, only its
// children do. containers.txt lists them. Directories above a configured home are containers too.
func (h Homes) Container(dir string) bool {
	return h.above[dir] || containers().has(h, dir)
}

// Replaced reports whether programs are known to save a file by renaming another one onto it.
// replaced.txt lists such files.
func (h Homes) Replaced(file string) bool { return replaced().has(h, file) }
