package owner

import (
	"cmp"
	"path"
	"slices"
	"strings"
)

// claim is what one source says of one path.
type claim struct {
	path  string // absolute and clean
	glob  bool   // path is a glob, also without "*", the instance of a template
	data  string // where the data is, if elsewhere
	typ   Type
	name  string // of the owner; "" where the source does not say
	unit  string
	kind  Kind
	mode  string
	guess bool // the mode is a default
	user  string
	group string
	from  Evidence
}

// compareClaims orders claims of one path: those that decide come first. Of two units, the one with
// the name of the directory decides, and a service before a template. A unit that uses a volume
// comes before Podman.
func compareClaims(a, b claim) int {
	named := func(c claim) int {
		if c.unit != "" && sameStem(c.unit, path.Base(c.path)) {
			return 0
		}
		return 1
	}
	template := func(c claim) int {
		if c.unit == "" || strings.Contains(c.unit, "@") {
			return 1
		}
		return 0
	}
	return cmp.Or(
		cmp.Compare(a.from.Source.rank(), b.from.Source.rank()), cmp.Compare(named(a), named(b)), cmp.Compare(template(a), template(b)),
		cmp.Compare(a.name, b.name), cmp.Compare(a.from.File, b.from.File), cmp.Compare(a.from.Line, b.from.Line))
}

// claims is the set of claims by path.
type claims struct {
	exact map[string][]claim
	globs []claim
}

func (c *claims) add(all ...claim) {
	for _, one := range all {
		if !path.IsAbs(one.path) {
			continue
		}
		if one.glob || strings.Contains(one.path, "*") {
			c.globs = append(c.globs, one)
			continue
		}
		c.exact[one.path] = append(c.exact[one.path], one)
	}
}

// sort orders the claims of each path.
func (c *claims) sort() {
	for _, list := range c.exact {
		slices.SortStableFunc(list, compareClaims)
	}
	slices.SortStableFunc(c.globs, compareClaims)
}

// at returns the claims of exactly a path. Those of templates are last.
func (c *claims) at(name string) []claim {
	list := c.exact[name]
	for _, glob := range c.globs {
		if globMatches(glob.path, name) {
			list = append(slices.Clip(list), glob)
		}
	}
	return list
}

// globMatches is path.Match with two rules of glob(7) that it lacks: "[!" negates, and no wildcard
// matches a dot at the beginning of a name.
func globMatches(glob, name string) bool {
	if ok, _ := path.Match(strings.ReplaceAll(glob, "[!", "[^"), name); !ok {
		return false
	}
	for glob != "" && name != "" { // they have equally many slashes
		var g, n string
		g, glob, _ = strings.Cut(glob, "/")
		n, name, _ = strings.Cut(name, "/")
		if strings.HasPrefix(n, ".") && !strings.HasPrefix(strings.TrimPrefix(g, `\`), ".") {
			return false
		}
	}
	return true
}

// compareText orders text bytewise.
func compareText(a, b string) int { return cmp.Compare(a, b) }
