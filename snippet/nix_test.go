package snippet

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/DaRacci/list-ephemeral/internal/nixtest"
	"github.com/DaRacci/list-ephemeral/internal/printable"
)

// literals are names and their expected string literals.
var literals = []struct{ name, want string }{
	{`.config/My App`, `".config/My App"`},
	{`a"b`, `"a\"b"`},
	{`a\b`, `"a\\b"`},
	{`a\`, `"a\\"`},
	{`${HOME}`, `"\${HOME}"`},
	{`$HOME`, `"$HOME"`},
	{`$`, `"$"`},
	{`$$`, `"$$"`},
	{`$${x}`, `"$\${x}"`},
	{`$$${x}`, `"$$\${x}"`},
	{`\${x}`, `"\\\${x}"`},
	{`''`, `"''"`},
	{`''${x}`, `"''\${x}"`},
	{`it's`, `"it's"`},
	{"new\nline", `"new\nline"`},
	{"tab\tx", `"tab\tx"`},
	{"cr\rx", `"cr\rx"`},
	{"crlf\r\nx", `"crlf\r\nx"`},
	{`*`, `"*"`},
	{`.mozilla/*/cache?`, `".mozilla/*/cache?"`},
	{`[a]{b,c}`, `"[a]{b,c}"`},
	{`-rf`, `"-rf"`},
	{`--`, `"--"`},
	{`~`, `"~"`},
	{`~/x`, `"~/x"`},
	{`~root`, `"~root"`},
	{`.hidden`, `".hidden"`},
	{`...`, `"..."`},
	{` lead`, `" lead"`},
	{`trail `, `"trail "`},
	{`#c`, `"#c"`},
	{`;]}`, `";]}"`},
	{`<nixpkgs>`, `"<nixpkgs>"`},
	{`@x@`, `"@x@"`},
	{`http:x`, `"http:x"`},
	{`100%`, `"100%"`},
	{`%h`, `"%h"`},
	{`é`, `"é"`},
	{`日本/файл`, `"日本/файл"`},
	{`😀`, `"😀"`},
	{`or`, `"or"`},
	{`null`, `"null"`},
	{`/*`, `"/*"`},
	{"\x1b[31mred", `"${builtins.fromJSON "\"\\u001b\""}[31mred"`},
	{"a\x07b", `"a${builtins.fromJSON "\"\\u0007\""}b"`},
	{"\x7f", `"${builtins.fromJSON "\"\\u007f\""}"`},
	{"\u009b", `"${builtins.fromJSON "\"\\u009b\""}"`},
	{"\u202egnp.exe", `"${builtins.fromJSON "\"\\u202e\""}gnp.exe"`},
	{"a\u200b\ufeffb", `"a${builtins.fromJSON "\"\\u200b\\ufeff\""}b"`},
	{"\U000e0041", `"${builtins.fromJSON "\"\\udb40\\udc41\""}"`},
	{"a\n\x01\tb", `"a\n${builtins.fromJSON "\"\\u0001\""}\tb"`},
	{"$\x01{", `"\$${builtins.fromJSON "\"\\u0001\""}{"`},
	{"$$\x01", `"$\$${builtins.fromJSON "\"\\u0001\""}"`},
	{"\\\x01", `"\\${builtins.fromJSON "\"\\u0001\""}"`},
	{"\u0301/\u0301", `"${builtins.fromJSON "\"\\u0301\""}/${builtins.fromJSON "\"\\u0301\""}"`},
}

func TestAppendStringQuotes(t *testing.T) {
	for _, tt := range literals {
		t.Run(fmt.Sprintf("%q", tt.name), func(t *testing.T) {
			if got := string(appendString(nil, tt.name)); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			var w writer
			w.string(tt.name)
			if got := w.String(); got != tt.want {
				t.Errorf("got %s from the writer, want %s", got, tt.want)
			}
			checkLiteral(t, tt.name)
		})
	}
}

// checkLiteral parses a literal by the rules of the Nix lexer and compares it with the name.
func checkLiteral(t *testing.T, name string) {
	t.Helper()
	literal := string(appendString(nil, name))
	got, rest, err := readString(literal)
	if err != nil || rest != "" || got != name {
		t.Fatalf("%q is written as %s, which parses as %q, %q, %v", name, literal, got, rest, err)
	}
	checkSafe(t, literal)
}

// checkSafe checks that a text contains no terminal control other than newlines.
func checkSafe(t *testing.T, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if shown := printable.Name(line); shown != line {
			t.Fatalf("%q is not safe on a terminal", line)
		}
	}
}

// readString reads the string literal at the start of text like Nix (start condition STRING in its
// lexer.l, and unescapeStr). The only interpolation it supports is the call of fromJSON. It fails
// on input that Nix would not read unchanged.
func readString(text string) (value, rest string, err error) {
	if !strings.HasPrefix(text, `"`) {
		return "", "", errors.New("no string")
	}
	var b strings.Builder
	for text = text[1:]; text != ""; {
		switch c := text[0]; {
		case c == '"':
			return b.String(), text[1:], nil
		case c == '\\' && len(text) > 1:
			b.WriteString(unescape(text[1]))
			text = text[2:]
		case strings.HasPrefix(text, "${"):
			if value, text, err = readCall(text[2:]); err != nil {
				return "", "", err
			}
			b.WriteString(value)
		case c == '$' && len(text) > 1 && text[1] != '"' && text[1] != '\\':
			b.WriteString(text[:2]) // read together, so the second dollar of "$${" starts no interpolation
			text = text[2:]
		case c == '\r': // Nix reads it as a newline
			b.WriteByte('\n')
			text = strings.TrimPrefix(text[1:], "\n")
		case c == 0:
			return "", "", errors.New("NUL in a string")
		default:
			b.WriteByte(c)
			text = text[1:]
		}
	}
	return "", "", errors.New("string without an end")
}

func unescape(c byte) string {
	switch c {
	case 'n':
		return "\n"
	case 'r':
		return "\r"
	case 't':
		return "\t"
	}
	return string([]byte{c})
}

// readCall reads the contents of an interpolation and its closing brace.
func readCall(text string) (value, rest string, err error) {
	text, ok := strings.CutPrefix(text, "builtins.fromJSON ")
	if !ok {
		return "", "", errors.New("interpolation")
	}
	argument, rest, err := readString(text)
	if err != nil {
		return "", "", err
	}
	if err := json.Unmarshal([]byte(argument), &value); err != nil {
		return "", "", err
	}
	if rest, ok = strings.CutPrefix(rest, "}"); !ok {
		return "", "", errors.New("interpolation without an end")
	}
	return value, rest, nil
}

// TestReadStringMatchesNix checks the reader that the fuzz tests rely on.
func TestReadStringMatchesNix(t *testing.T) {
	literals := []string{
		`"a\$b"`, `"\u00e9"`, `"\x41\a\0\e"`, `"$${x}"`, `"$$"`, `"$$\${x}"`, `"$\${x}"`, `"$"`, `"\\"`, `"$\"$"`, `"$\\"`,
		"\"a\r\nb\rc\r\"", "\"a\nb\tc\"", `"\r\n\t\\"`, `"''\${x}''"`, "\"\x01\x7f\"", `"é\é"`,
		`"a${builtins.fromJSON "\"\\u001b\""}b"`, `"\$${builtins.fromJSON "\"\\udb40\\udc41\""}"`,
	}
	out, err := nixtest.Instantiate(t, "--eval", "--strict", "--json", "--expr", "[ "+strings.Join(literals, " ")+" ]")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	if err := json.Unmarshal(out, &want); err != nil {
		t.Fatal(err)
	}
	for i, literal := range literals {
		if got, rest, err := readString(literal); got != want[i] || rest != "" || err != nil {
			t.Errorf("readString(%s) = %q, %q, %v, want %q", literal, got, rest, err, want[i])
		}
	}
	for _, wrong := range []string{`"${x}"`, `"$$${x}"`, `"a`, `a"`, `"\"`, "\"a\x00\"", `"${builtins.fromJSON "\"a\"" }"`} {
		if got, _, err := readString(wrong); err == nil {
			t.Errorf("readString(%s) = %q, want an error", wrong, got)
		}
	}
}

func TestParseAttrPath(t *testing.T) {
	tests := []struct{ name, in, want, err string }{
		{"a name", "persist", "persist", ""},
		{"names", "my.persist.home", "my.persist.home", ""},
		{"all characters of names", "_a-b'c9.B", "_a-b'c9.B", ""},
		{"a path in quotes", `environment.persistence."/persist"`, `environment.persistence."/persist"`, ""},
		{"unnecessary quotes", `a."b".c`, "a.b.c", ""},
		{"a dot in quotes", `users."a.b".x`, `users."a.b".x`, ""},
		{"a digit first", `"1user".x`, `"1user".x`, ""},
		{"an escape", `"a\"\\\${b}"`, `"a\"\\\${b}"`, ""},
		{"a dollar", `"user$"`, `"user$"`, ""},
		{"letters", `"日本 é"`, `"日本 é"`, ""},
		{"a keyword in quotes", `a."with"."or"`, `a."with"."or"`, ""},
		{"words that are not keywords", "true.null.builtins", "true.null.builtins", ""},
		{"80 characters", strings.Repeat("a", 80), strings.Repeat("a", 80), ""},
		{"empty", "", "", `parse attribute path "": part 1 is empty`},
		{"an empty part", "a..b", "", `parse attribute path "a..b": part 2 is empty`},
		{"a trailing dot", "a.", "", `parse attribute path "a.": part 2 is empty`},
		{"a leading dot", ".a", "", `parse attribute path ".a": part 1 is empty`},
		{"empty quotes", `a.""`, "", `part 2 is empty`},
		{"a space", "a b", "", `part 1 is not a name; write it "in quotes"`},
		{"spaces around a dot", "a . b", "", `part 1 is not a name`},
		{"a keyword", "a.with", "", `part 2 is not a name`},
		{"a digit first, bare", "1user", "", `part 1 is not a name`},
		{"a letter that Nix does not accept", "é", "", `part 1 is not a name`},
		{"a binding", "a = { }", "", `part 1 is not a name`},
		{"an injected binding", `a = 1; b`, "", `part 1 is not a name`},
		{"no dot after quotes", `"a"b`, "", `part 1 is not followed by a dot`},
		{"no closing quote", `a."b`, "", `part 2 has no closing quote`},
		{"a backslash at the end", `a."b\`, "", `part 2 has no closing quote`},
		{"interpolation", `a."${b}"`, "", `part 2 contains an interpolation`},
		{"dynamic attribute", `a.${b}`, "", `part 2 is not a name`},
		{"newline", "\"a\nb\"", "", `part 1 contains an invisible character`},
		{"newline, escaped", `"a\nb"`, "", `part 1 contains an invisible character`},
		{"bidi", "\"a\u202eb\"", "", `part 1 contains an invisible character`},
		{"not UTF-8", "\"a\xff\"", "", `part 1 is not UTF-8`},
		{"81 characters", strings.Repeat("a", 81), "", `has 81 characters, expected at most 80`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseAttrPath(tt.in)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Fatalf("ParseAttrPath(%q) = %v, %v, want error %s", tt.in, got, err, tt.err)
				}
				return
			}
			if err != nil || got.String() != tt.want {
				t.Fatalf("ParseAttrPath(%q) = %v, %v, want %s", tt.in, got, err, tt.want)
			}
			checkAttrPath(t, tt.in)
		})
	}
}

// TestKeywordsNeedQuotes checks each keyword with Nix.
func TestKeywordsNeedQuotes(t *testing.T) {
	for _, word := range []string{"assert", "else", "if", "in", "inherit", "let", "rec", "then", "with"} {
		if _, err := nixtest.Instantiate(t, "--parse", "--expr", "{ a."+word+" = 1; }"); err == nil {
			t.Errorf("%s is not a keyword", word)
		}
		if p, err := ParseAttrPath("a." + word); err == nil {
			t.Errorf("ParseAttrPath accepts %v", p)
		}
		p, err := ParseAttrPath(`a."` + word + `"`)
		if err != nil || p.String() != `a."`+word+`"` {
			t.Errorf("ParseAttrPath(%s in quotes) = %v, %v", word, p, err)
		}
	}
}

// checkAttrPath checks the guarantees for every path that can be parsed.
func checkAttrPath(t *testing.T, text string) {
	t.Helper()
	p, err := ParseAttrPath(text)
	if err != nil {
		if p != (AttrPath{}) {
			t.Fatalf("ParseAttrPath(%q) = %v with error %v", text, p, err)
		}
		return
	}
	if n := utf8.RuneCountInString(p.String()); n == 0 || n > maxAttrPath {
		t.Fatalf("ParseAttrPath(%q) = %v has %d characters", text, p, n)
	}
	if again, err := ParseAttrPath(p.String()); again != p || err != nil {
		t.Fatalf("ParseAttrPath(%q) = %v, which parses as %v, %v", text, p, again, err)
	}
	checkSafe(t, p.String())
	checkStable(t, Render([]Item{file("/a")}, Options{HostAttr: p}).Text)
}
