package known

import (
	"slices"
	"strings"
)

// Match says how well a name matches a program.
type Match uint8

// The matches. A better match is greater.
const (
	MatchUnknown Match = iota // not compared yet
	MatchNone                 // does not match
	MatchInside               // contains the program's name
	MatchExact                // is the program's name
)

var matchNames = [...]string{"unknown", "none", "inside", "exact"}

// String returns the match in lower case.
func (m Match) String() string {
	if int(m) < len(matchNames) {
		return matchNames[m]
	}
	return matchNames[MatchUnknown]
}

// affixes are suffixes that packaging adds to a program's name.
var affixes = [...]string{"-gui", "-cli", "-desktop", "-bin", "-unwrapped", "-wrapped", "-kde"}

// Normalize returns the name of a package in lower case and without packaging affixes: "1password"
// for "_1password-gui". An affix is kept if nothing else would remain.
func Normalize(pkg string) string {
	name := strings.TrimLeft(fold(pkg), "_")
	for {
		short := name
		for _, affix := range affixes {
			short = strings.TrimSuffix(short, affix)
		}
		if short == name || short == "" {
			return name
		}
		name = short
	}
}

// Component is a path component, prepared for comparison with many programs.
type Component struct {
	text    []byte
	letters uint64
}

// ComponentOf returns the component with this name. It does not copy the name.
func ComponentOf(name []byte) Component { return Component{name, lettersOf(name)} }

// Program matches the paths of a program by their components.
type Program struct {
	name    string
	letters uint64
	aliases []alias
}

// alias is another name of a program's directories and the set of its letters.
type alias struct {
	name    string
	letters uint64
}

// NewProgram returns the program of a package. An empty name matches nothing.
func NewProgram(pkg string) Program {
	p := Program{name: Normalize(pkg)}
	p.letters = lettersOf(p.name)
	for _, name := range aliases()[p.name] {
		p.aliases = append(p.aliases, alias{name, lettersOf(name)})
	}
	return p
}

// Name returns the normalised name.
func (p *Program) Name() string { return p.name }

// Match compares one path component with the names of the program. It is an exact match if it
// equals one of them, ignoring case, leading dots and packaging affixes: ".steam" for steam, "Code"
// for vscode. It is a match inside if it contains the program's own name. Names contain no slash,
// so a path matches if one of its components does.
func (p *Program) Match(c Component) Match {
	for i := range p.aliases {
		if a := &p.aliases[i]; a.letters&^c.letters == 0 && isNamed(c.text, a.name) {
			return MatchExact
		}
	}
	switch {
	case p.letters&^c.letters != 0 || p.name == "" || !containsFold(c.text, p.name):
		return MatchNone
	case isNamed(c.text, p.name):
		return MatchExact
	}
	return MatchInside
}

// isNamed reports whether a component equals a name, ignoring leading dots and trailing affixes.
func isNamed(component []byte, name string) bool {
	for len(component) > len(name) && component[0] == '.' {
		component = component[1:]
	}
	if len(component) < len(name) || !hasPrefixFold(component, name) {
		return false
	}
	rest := component[len(name):]
	for len(rest) > 0 {
		cut := cutAffix(rest)
		if cut == 0 {
			return false
		}
		rest = rest[cut:]
	}
	return true
}

// cutAffix returns the length of the affix at the start of a text, or 0.
func cutAffix(text []byte) int {
	for _, affix := range affixes {
		if len(text) >= len(affix) && hasPrefixFold(text, affix) {
			return len(affix)
		}
	}
	return 0
}

// lettersOf returns the set of the bytes in a text: one bit for each ASCII letter regardless of
// case, one for each digit, and one for all other bytes. A text can contain a name only if its set
// contains the set of the name. One AND rejects most texts.
func lettersOf[T string | []byte](text T) uint64 {
	var set uint64
	for i := range len(text) {
		set |= letterOf[text[i]]
	}
	return set
}

var letterOf = letterTable()

func letterTable() (table [256]uint64) {
	for i := range table {
		switch c := lower(byte(i)); {
		case 'a' <= c && c <= 'z':
			table[i] = 1 << (c - 'a')
		case '0' <= c && c <= '9':
			table[i] = 1 << (26 + c - '0')
		default:
			table[i] = 1 << 63
		}
	}
	return table
}

// fold returns a text with ASCII capitals in lower case. Other bytes are unchanged, because file
// names may contain any bytes. Package names are ASCII.
func fold(text string) string {
	i := 0
	for i < len(text) && text[i] == lower(text[i]) {
		i++
	}
	if i == len(text) {
		return text
	}
	folded := []byte(text)
	for i, c := range folded {
		folded[i] = lower(c)
	}
	return string(folded)
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// containsFold reports whether text contains name, ignoring case. name must be folded and not
// empty.
func containsFold(text []byte, name string) bool {
	for i := 0; i+len(name) <= len(text); i++ {
		if hasPrefixFold(text[i:], name) {
			return true
		}
	}
	return false
}

// hasPrefixFold reports whether text begins with name, ignoring case. name must be folded and not
// longer than text.
func hasPrefixFold(text []byte, name string) bool {
	for i := range len(name) {
		if lower(text[i]) != name[i] {
			return false
		}
	}
	return true
}

// AliasesOf returns the names of the directories of a package that differ from its own name, in
// lower case and without leading dots.
func AliasesOf(pkg string) []string { return slices.Clone(aliases()[Normalize(pkg)]) }
