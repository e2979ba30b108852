package pattern

import (
	"math/rand/v2"
	"strings"
)

// generator makes patterns and paths that are likely to match, because both consist of the same few
// names. Equal seeds give equal lists.
type generator struct {
	*rand.Rand
	nesting int // how deep braces may be nested
}

func newGenerator(seed uint64) generator {
	return generator{rand.New(rand.NewPCG(seed, 2)), 2}
}

func (g generator) pick(list ...string) string { return list[g.IntN(len(list))] }

// pattern returns a pattern: usually a valid one, sometimes random characters.
func (g generator) pattern() string {
	if g.IntN(10) == 0 {
		return g.soup()
	}
	var b strings.Builder
	b.WriteString(g.pick("", "", "", "", "/", "**/", "**/", "/**/", "./", "!", "#", " "))
	for n := 1 + g.IntN(3); n > 0; n-- {
		b.WriteString(g.component(g.nesting))
		if n > 1 {
			b.WriteString(g.pick("/", "/", "/", "/**/", "/*/", "/**/**/", "//", "", `\/`))
		}
	}
	b.WriteString(g.pick("", "", "", "", "", "", "/", "/**", "/*", "/**/", " ", `\ `, "\t", ".", `\/`, `\\/`))
	return b.String()
}

// component returns a part of a pattern, with braces nested up to a depth.
func (g generator) component(depth int) string {
	var b strings.Builder
	for n := 1 + g.IntN(3); n > 0; n-- {
		switch k := g.IntN(12); {
		case k < 4:
			b.WriteString(g.pick("a", "b", "ab", "foo", "d", "x", "log", ".", "é", "-", ",", "c"))
		case k < 6:
			b.WriteString(g.pick("*", "*", "?", "??", "**", "***"))
		case k < 8:
			b.WriteString(g.class())
		case k < 9:
			b.WriteString(`\` + g.pick("a", "*", "?", "[", "]", "{", "}", `\`, ",", "!", " ", "é"))
		case k < 11 && depth > 0:
			b.WriteString(g.braces(depth - 1))
		default:
			b.WriteString(g.pick("foo", "a.b", ".x", "a b", "]", "c.", "б"))
		}
	}
	return b.String()
}

func (g generator) class() string {
	members := g.pick("a", "ab", "a-c", "a-", "-a", "]", "]a", `\`, "/", "a/b", "a-c-e", "--a",
		"é", "а-я", ".", "*", "!", "^", "x-z", "+-9", "{", "z-a", "")
	return "[" + g.pick("", "", "!", "^") + members + "]"
}

func (g generator) braces(depth int) string {
	var parts []string
	for n := 1 + g.IntN(3); n > 0; n-- {
		switch g.IntN(8) {
		case 0:
			parts = append(parts, "")
		case 1:
			parts = append(parts, g.pick("**", "**/", "**/a", "a/**", "a/b", "/a", "a/", "/**", "**/**", `\,**`, `\{**/b`))
		default:
			parts = append(parts, g.component(depth))
		}
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// soup returns random characters.
func (g generator) soup() string {
	var b strings.Builder
	for n := g.IntN(7); n > 0; n-- {
		b.WriteString(g.pick("a", "b", "d", ".", "/", "/", "*", "*", "**", "?", "[", "]", "{", "}", ",",
			`\`, "!", "^", "-", "#", " ", "é"))
	}
	return b.String()
}

// path returns a path without a leading slash.
func (g generator) path() string {
	var parts []string
	for n := 1 + g.IntN(4); n > 0; n-- {
		parts = append(parts, g.name())
	}
	return strings.Join(parts, "/")
}

// name returns a file name.
func (g generator) name() string {
	if g.IntN(2) == 0 {
		return g.pick(trickyNames()...)
	}
	var b strings.Builder
	for n := 1 + g.IntN(3); n > 0; n-- {
		b.WriteString(g.pick("a", "b", "ab", "foo", "d", "x", "log", "c", "é", "-", ",", ".x", "\xff", "\n", " "))
	}
	return b.String()
}

// trickyNames returns file names with special characters, and some plain ones for the patterns to
// match.
func trickyNames() []string {
	return []string{
		"a", "b", "c", "d", "x", "ab", "abc", "axc", "foo", "foobar", "Foo", "log", "xlog", "logs",
		".a", ".x", ".foo", "a.b", "a.b.c", "c.", "dot.", "..a", "...", "-", "--", "a-b", "!", "!bang", "#hash",
		"*", "**", "?", "[", "]", "[a]", "{", "}", "{a,b}", ",", "a,b", `\`, `foo\`, `a\b`, `\*`, "^", "~", "+",
		" ", " a", "a ", "trail ", "a b", "\t", "é", "aé", "б", "日本", "e\u0301", "\xff", "\xff\xfe", "\xc3", "a\xa9",
	}
}
