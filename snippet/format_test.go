package snippet

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// This formatter formats the subset of Nix in snippets by the rules of nixfmt 1.4: its standard.md,
// and renderList and prettySet in its Pretty.hs. It is independent of the writer: it reads tokens
// and decides every line break again. A text that it does not change therefore follows the rules:
//
//   - Each level is indented by two spaces; a line may have 100 code points after them.
//   - A list with one element stays on one line if it fits; a list with two never does.
//   - The same applies to a set that is an element of a list, and its bindings.
//   - A set that is the value of a binding never stays on one line, unless it is empty.
//   - Strings are never broken. Each comment has its own line. Several blank lines become one.

// A token is a word, a string, a comment, one of {}[]=; or a blank line ("").
type token string

func (k token) comment() bool { return strings.HasPrefix(string(k), "#") }

// tokenize splits a text into tokens.
func tokenize(text string) (tokens []token, err error) {
	for text != "" {
		space := len(text) - len(strings.TrimLeft(text, " \n"))
		if strings.Count(text[:space], "\n") > 1 && len(tokens) > 0 && space < len(text) {
			tokens = append(tokens, "")
		}
		if text = text[space:]; text == "" {
			break
		}
		size := 1
		switch c := text[0]; {
		case strings.IndexByte("{}[]=;", c) >= 0:
		case c == '#':
			if size = strings.IndexByte(text, '\n'); size < 0 {
				return nil, errors.New("comment without an end")
			}
		case c == '"':
			if _, rest, err := readString(text); err != nil {
				return nil, err
			} else if size = len(text) - len(rest); strings.ContainsAny(text[:size], "\n\r\t") {
				return nil, errors.New("raw control character in a string")
			}
			if strings.HasPrefix(text[size:], ".") { // it begins an attribute path
				if size, err = wordSize(text); err != nil {
					return nil, err
				}
			}
		default:
			if size, err = wordSize(text); err != nil {
				return nil, err
			}
		}
		tokens = append(tokens, token(text[:size]))
		text = text[size:]
	}
	return tokens, nil
}

// wordSize returns the length of the attribute path at the start of text.
func wordSize(text string) (int, error) {
	rest := text
	for {
		if strings.HasPrefix(rest, `"`) {
			var err error
			if _, rest, err = readString(rest); err != nil {
				return 0, err
			}
		} else {
			trimmed := strings.TrimLeftFunc(rest, func(r rune) bool {
				return r == '_' || r == '-' || r == '\'' || r < utf8.RuneSelf && isIdentifier("a"+string(r))
			})
			if trimmed == rest {
				return 0, fmt.Errorf("expected a name at %.20q", rest)
			}
			rest = trimmed
		}
		if !strings.HasPrefix(rest, ".") {
			return len(text) - len(rest), nil
		}
		rest = rest[1:]
	}
}

// A node is a comment, a blank line or a string (all in text), a binding (name
// and one child), a list or a set.
type node struct {
	kind     byte // '#', ' ', '"', '=', '[', '{'
	text     string
	children []node
}

// elements counts the children that are neither comments nor blank lines.
func (n *node) elements() (count int, commented bool) {
	for i := range n.children {
		if k := n.children[i].kind; k == '#' || k == ' ' {
			commented = true
		} else {
			count++
		}
	}
	return count, commented
}

// A parser reads nodes from tokens.
type parser struct{ tokens []token }

func (p *parser) next() token {
	if len(p.tokens) == 0 {
		return "end of text"
	}
	k := p.tokens[0]
	p.tokens = p.tokens[1:]
	return k
}

func (p *parser) expect(want token) error {
	if got := p.next(); got != want {
		return fmt.Errorf("expected %s, got %s", want, got)
	}
	return nil
}

// body reads the contents of a set, up to its closing brace or the end.
func (p *parser) body() (nodes []node, err error) {
	for len(p.tokens) > 0 && p.tokens[0] != "}" {
		k := p.next()
		switch {
		case k == "":
			nodes = append(nodes, node{kind: ' '})
		case k.comment():
			nodes = append(nodes, node{kind: '#', text: string(k)})
		default:
			if err := p.expect("="); err != nil {
				return nil, err
			}
			value, err := p.value(p.next())
			if err != nil {
				return nil, err
			}
			if err := p.expect(";"); err != nil {
				return nil, err
			}
			nodes = append(nodes, node{'=', string(k), []node{value}})
		}
	}
	return nodes, nil
}

// value reads a string, a list or a set.
func (p *parser) value(k token) (n node, err error) {
	switch {
	case strings.HasPrefix(string(k), `"`), k == "true":
		return node{kind: '"', text: string(k)}, nil
	case k == "{":
		n.kind = '{'
		if n.children, err = p.body(); err != nil {
			return n, err
		}
		return n, p.expect("}")
	case k != "[":
		return n, fmt.Errorf("expected a value, got %s", k)
	}
	n.kind = '['
	for k = p.next(); k != "]"; k = p.next() {
		switch {
		case k == "":
			n.children = append(n.children, node{kind: ' '})
		case k.comment():
			n.children = append(n.children, node{kind: '#', text: string(k)})
		default:
			child, err := p.value(k)
			if err != nil {
				return n, err
			}
			n.children = append(n.children, child)
		}
	}
	return n, nil
}

// flat returns a node on one line, if the rules allow that.
func (n *node) flat() (string, bool) {
	switch n.kind {
	case '"':
		return n.text, true
	case '=':
		value := &n.children[0]
		text, ok := value.flat()
		return n.text + " = " + text + ";", ok && (value.kind != '{' || len(value.children) == 0)
	}
	opened, closed := "{ ", " }"
	if n.kind == '[' {
		opened, closed = "[ ", " ]"
	}
	count, commented := n.elements()
	switch {
	case commented || count > 1:
		return "", false
	case count == 0:
		return strings.TrimSpace(opened) + closed, true
	}
	text, ok := n.children[0].flat()
	return opened + text + closed, ok
}

// write formats a node at a depth, with the texts before and after on its first and last line.
func (n *node) write(b *strings.Builder, depth int, before, after string) {
	indent := strings.Repeat("  ", depth)
	if n.kind == ' ' {
		b.WriteString("\n")
		return
	}
	if n.kind == '=' {
		if value := &n.children[0]; value.kind != '{' || len(value.children) == 0 {
			value.write(b, depth, before+n.text+" = ", ";"+after)
			return
		}
		n.children[0].expand(b, depth, before+n.text+" = ", ";"+after)
		return
	}
	if text, ok := n.flat(); n.kind == '#' || n.kind == '"' ||
		ok && utf8.RuneCountInString(before+text+after) <= 100 {
		if n.kind == '#' || n.kind == '"' {
			text = n.text
		}
		b.WriteString(indent + before + text + after + "\n")
		return
	}
	n.expand(b, depth, before, after)
}

// expand formats a list or a set on several lines.
func (n *node) expand(b *strings.Builder, depth int, before, after string) {
	indent, closed := strings.Repeat("  ", depth), "}"
	if n.kind == '[' {
		closed = "]"
	}
	b.WriteString(indent + before + string(n.kind) + "\n")
	for i := range n.children {
		n.children[i].write(b, depth+1, "", "")
	}
	b.WriteString(indent + closed + after + "\n")
}

// format formats bindings.
func format(tokens []token) (string, error) {
	p := parser{tokens}
	nodes, err := p.body()
	if err != nil {
		return "", err
	}
	if len(p.tokens) > 0 {
		return "", fmt.Errorf("expected the end, got %s", p.tokens[0])
	}
	var b strings.Builder
	for i := range nodes {
		nodes[i].write(&b, 0, "", "")
	}
	return b.String(), nil
}

// squeeze writes tokens with as few line breaks as possible.
func squeeze(tokens []token) string {
	var b strings.Builder
	for _, k := range tokens {
		switch {
		case k == "":
			b.WriteString("\n\n")
		case k.comment() && !strings.HasSuffix(b.String(), "\n"):
			b.WriteString("\n" + string(k) + "\n")
		case k.comment():
			b.WriteString(string(k) + "\n")
		default:
			b.WriteString(" " + string(k))
		}
	}
	return b.String()
}

// checkStable checks that the formatter does not change a snippet, and returns the same text for
// the same tokens with other line breaks.
func checkStable(t *testing.T, text string) {
	t.Helper()
	tokens, err := tokenize(text)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	got, err := format(tokens)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	if got != text {
		t.Fatalf("the formatter changes the snippet (-snippet +formatted)\n%s", cmp.Diff(text, got))
	}
	again, err := tokenize(squeeze(tokens))
	if err != nil {
		t.Fatalf("%v in\n%s", err, squeeze(tokens))
	}
	if got, err = format(again); got != text || err != nil {
		t.Fatalf("formatting from one line differs, %v (-snippet +formatted)\n%s", err, cmp.Diff(text, got))
	}
}

// TestFormatMatchesNixfmt checks the formatter against the results of nixfmt.
func TestFormatMatchesNixfmt(t *testing.T) {
	long := `"` + strings.Repeat("x", 85) + `"` // fits exactly into: files = [ … ];
	tests := []struct{ name, in, want string }{
		{"empty", `a = [ ]; b = { };`, lines(`a = [ ];`, `b = { };`)},
		{"one element", "a = [\n\"b\"\n];", lines(`a = [ "b" ];`)},
		{"two elements", `a = [ "b" "d" ];`, lines(`a = [`, `  "b"`, `  "d"`, `];`)},
		{"one binding in a list", `a = [ { b = "/b"; } ];`, lines(`a = [ { b = "/b"; } ];`)},
		{"two bindings in a list", `a = [ { b = "/b"; c = "d"; } ];`, lines(`a = [`, `  {`, `    b = "/b";`, `    c = "d";`, `  }`, `];`)},
		{"a set is a value", `a.b = { c = [ "d" ]; };`, lines(`a.b = {`, `  c = [ "d" ];`, `};`)},
		{"a comment in a list", "a = [ # x\n\"b\" ];", lines(`a = [`, `  # x`, `  "b"`, `];`)},
		{"blank lines", "a = \"b\";\n\n\n\nc = \"d\";\n\n", lines(`a = "b";`, ``, `c = "d";`)},
		{"100 code points", `files = [ ` + long + ` ];`, lines(`files = [ ` + long + ` ];`)},
		{"101 code points", `filess = [ ` + long + ` ];`, lines(`filess = [`, `  `+long, `];`)},
		{"indentation does not count", `a = { files = [ ` + long + ` ]; };`, lines(`a = {`, `  files = [ `+long+` ];`, `};`)},
		{"strings are not broken", `a = [ "` + strings.Repeat("x", 200) + `" ];`, lines(`a = [`, `  "`+strings.Repeat("x", 200)+`"`, `];`)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tokens, err := tokenize(tt.in)
			if err != nil {
				t.Fatal(err)
			}
			got, err := format(tokens)
			if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
				t.Errorf("%v (-want +got)\n%s", err, diff)
			}
		})
	}
}

func TestRenderMatchesNixfmt(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 3000 {
		items, opts := hostile(r, 12)
		text := Render(items, opts).Text
		checkSafe(t, text)
		switch opts.Form {
		case Bindings:
			checkStable(t, text)
		case Module:
			if text != "" {
				checkStable(t, "m = "+strings.TrimSuffix(text, "\n")+";\n")
			}
		case Items: // in a list with several elements, which is written on several lines
			checkStable(t, "list = [\n"+indented(text)+"  \"x\"\n  \"y\"\n];\n")
		}
	}
}
