package pattern

import (
	"fmt"
	"regexp"
	"strings"
)

// reference matches a pattern as globset does, with one regular expression for whole paths. It
// shares only the parser with the package.
type reference struct {
	expression *regexp.Regexp
	onlyDirs   bool
	tokens     []token
}

// newReference translates a pattern. Go's regular expressions match runes, globset's match bytes,
// so each byte b becomes the rune b in the expression and in paths. flags are the flags of the
// expression; with "s", a dot also matches a newline.
func newReference(text, flags string) (*reference, error) {
	line, onlyDirs, err := parseLine(text)
	if err != nil {
		return nil, err
	}
	tokens, err := parse(line)
	if err != nil {
		return nil, err
	}
	body := translate(tokens)
	if len(tokens) == 1 && tokens[0].kind == recursivePrefix {
		body = ".*"
	}
	if flags != "" {
		flags = "(?" + flags + ")"
	}
	expression, err := regexp.Compile(flags + `\A` + body + `\z`)
	if err != nil {
		return nil, err
	}
	return &reference{expression, onlyDirs, tokens}, nil
}

func (r *reference) match(path string, isDir bool) bool {
	return (isDir || !r.onlyDirs) && r.expression.MatchString(latin1(path))
}

// latin1 returns a string with a rune for each byte of s.
func latin1(s string) string {
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}

func translate(tokens []token) string {
	var re strings.Builder
	for _, t := range tokens {
		switch t.kind {
		case literalToken:
			for _, b := range []byte(string(t.char)) {
				fmt.Fprintf(&re, `\x{%02x}`, b)
			}
		case anyToken:
			re.WriteString("[^/]")
		case zeroOrMore:
			re.WriteString("[^/]*")
		case recursivePrefix:
			re.WriteString("(?:/?|.*/)")
		case recursiveSuffix:
			re.WriteString("/.*")
		case recursiveInfix:
			re.WriteString("(?:/|/.*/)")
		case classToken:
			re.WriteByte('[')
			for _, b := range t.class.bytes() {
				fmt.Fprintf(&re, `\x{%02x}`, b)
			}
			re.WriteByte(']')
		case alternatesToken:
			var parts []string
			for _, branch := range t.branches {
				parts = append(parts, translate(branch))
			}
			if len(parts) > 0 {
				re.WriteString("(?:" + strings.Join(parts, "|") + ")")
			}
		default:
			panic("unknown token " + t.kind.String())
		}
	}
	return re.String()
}
