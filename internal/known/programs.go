package known

import "strings"

// Match says how much a name has to do with a program.
type Match uint8

// The matches, the better the greater.
const (
	MatchUnknown Match = iota // not asked yet
	MatchNone                 // nothing to do with it
	MatchInside               // the program's name occurs in it
	MatchExact                // it is the program's name
)

var matchNames = [...]string{"unknown", "none", "inside", "exact"}

// String returns the match in lower case.
func (m Match) String() string {
	if int(m) < len(matchNames) {
		return matchNames[m]
	}
	return matchNames[MatchUnknown]
}

// affixes are what packaging puts behind a program's name.
var affixes = [...]string{"-gui", "-cli", "-desktop", "-bin", "-unwrapped", "-wrapped", "-kde"}

// Normalize returns a package's name without what packaging adds to it, in lower
// case: "_1password-gui" is "1password". What would leave nothing is left.
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

// Component is a component of a path, made ready to be compared with many
// programs.
type Component struct {
	text    []byte
	letters uint64
}

// ComponentOf returns the component with this name, whose bytes it keeps.
func ComponentOf(name []byte) Component { return Component{name, lettersOf(name)} }

// Program recognises the paths of a program by the names in them.
type Program struct {
	name    string
	letters uint64
	aliases []alias
}

// alias is another name of a program's directories, and the letters in it.
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

// Match compares one component of a path with the program's names. A component
// that is one of them, but for case, dots in front and packaging's affixes, is an
// exact match: ".steam" for steam, "Code" for vscode. One that has the program's own
// name in it is a match inside. As names hold no slash, a path matches if one of
// its components does.
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

// isNamed reports whether a component is a name but for dots in front and affixes
// behind.
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

// cutAffix returns the length of the affix with which a text begins, or 0.
func cutAffix(text []byte) int {
	for _, affix := range affixes {
		if len(text) >= len(affix) && hasPrefixFold(text, affix) {
			return len(affix)
		}
	}
	return 0
}

// lettersOf returns the set of ASCII letters, without case, and digits in a text,
// with one bit for all the rest. A text can hold a name only if its set holds the
// name's, which refuses most by one AND.
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

// fold returns a text with ASCII capitals in lower case, and other bytes as they
// are: names of packages are ASCII, names of files any bytes.
func fold(text string) string {
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

// containsFold reports whether text holds name, which is folded and not empty.
func containsFold(text []byte, name string) bool {
	for i := 0; i+len(name) <= len(text); i++ {
		if hasPrefixFold(text[i:], name) {
			return true
		}
	}
	return false
}

// hasPrefixFold reports whether text, which is no shorter than name, begins with
// it but for case.
func hasPrefixFold(text []byte, name string) bool {
	for i := range len(name) {
		if lower(text[i]) != name[i] {
			return false
		}
	}
	return true
}
