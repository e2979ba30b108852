package known

import (
	"path"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/paths"
)

// Homes are home directories: some that are given, /root, and every directory in
// /home. The zero value has the latter two.
type Homes struct {
	given []string
	above map[string]bool // the directories above those given
}

// HomesOf returns the homes of a machine where these are homes as well. Paths are
// absolute and clean; empty ones are left out.
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
	// Of homes within homes the innermost counts.
	slices.SortStableFunc(h.given, func(a, b string) int { return len(b) - len(a) })
	return h
}

// Within returns where a path lies relative to the home that holds it, "." for
// the home itself, and whether one does.
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

// Container reports whether a directory belongs to no program, as its children
// do: containers.txt lists them, and what lies above a home is one as well.
func (h Homes) Container(dir string) bool {
	return h.above[dir] || containers().has(h, dir)
}

// Regenerated reports whether a boot makes a path again, or the directory that it is
// in: regenerated.txt lists them.
func (h Homes) Regenerated(name string) bool {
	for ; name != "/"; name = path.Dir(name) {
		if regenerated().has(h, name) {
			return true
		}
	}
	return false
}

// Replaced reports whether programs are known to save a file by renaming another
// one onto it: replaced.txt lists them.
func (h Homes) Replaced(file string) bool { return replaced().has(h, file) }
