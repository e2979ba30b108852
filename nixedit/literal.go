package nixedit

import (
	"encoding/json"
	"path"
	"strings"
	"unicode/utf8"
)

// literal returns the value of a string that can be read without evaluating it: without
// interpolations, or with those of JSON strings only, in the form that package snippet writes.
func (n Node) literal() (string, bool) {
	for n.Kind() == NodeParen {
		n = n.first()
	}
	switch n.Kind() {
	case NodeString:
		return n.quotedValue()
	case NodeIndented:
		return n.indentedValue()
	default:
	}
	return "", false
}

// quotedValue returns the value of a string in double quotes.
func (n Node) quotedValue() (string, bool) {
	f, at, end := n.file, n.Start()+1, n.End()-1
	if text := f.text[at:end]; n.first().IsZero() && strings.IndexByte(text, '\\') < 0 && strings.IndexByte(text, '\r') < 0 {
		return text, true
	}
	var b strings.Builder
	for part := range n.Children() {
		unescape(&b, f.text[at:part.Start()])
		value, ok := part.jsonValue()
		if !ok {
			return "", false
		}
		b.WriteString(value)
		at = part.End()
	}
	unescape(&b, f.text[at:end])
	return b.String(), true
}

// unescape writes the value of the text of a string (unescapeStr in Nix's scanner).
func unescape(b *strings.Builder, text string) {
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '\\' && i+1 < len(text):
			i++
			switch c = text[i]; c {
			case 'n':
				c = '\n'
			case 'r':
				c = '\r'
			case 't':
				c = '\t'
			}
		case c == '\r':
			continue // Nix reads \r\n as \n
		}
		b.WriteByte(c)
	}
}

// jsonValue returns the value of ${builtins.fromJSON "…"} with a JSON string.
func (n Node) jsonValue() (string, bool) {
	call := n.first()
	if call.Kind() != NodeApply {
		return "", false
	}
	argument := call.first().following()
	if call.first().Text() != "builtins.fromJSON" || argument.Kind() != NodeString || !argument.following().IsZero() || !argument.first().IsZero() {
		return "", false
	}
	text, _ := argument.quotedValue()
	var value string
	if json.Unmarshal([]byte(text), &value) != nil || strings.ContainsRune(value, utf8.RuneError) {
		return "", false
	}
	return value, true
}

// indentedValue returns the value of an indented string on one line.
func (n Node) indentedValue() (string, bool) {
	text := n.Text()
	text = text[2 : len(text)-2]
	if !n.first().IsZero() || strings.ContainsAny(text, "\n\r") || strings.HasPrefix(text, " ") {
		return "", false // Nix strips indentation
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch size := indentedEscape(text[i:]); {
		case size == 3 && text[i+2] == '\'':
			b.WriteString("''")
			i += 2
		case size == 3:
			b.WriteByte('$')
			i += 2
		case size == 4:
			unescape(&b, text[i+2:i+4])
			i += 3
		default:
			b.WriteByte(text[i])
		}
	}
	return b.String(), true
}

// attrName returns the name of an attribute, unless it is computed.
func (n Node) attrName() (string, bool) {
	switch n.Kind() {
	case NodeName:
		return n.Text(), true
	case NodeString:
		return n.literal()
	case NodeDynamic:
		return n.first().literal()
	default:
	}
	return "", false
}

// attribute returns an attribute in Nix, in quotes only if they are required. It returns false for
// names that have characters for which Nix has no escape.
func attribute(name string) (string, bool) {
	plain := name != "" && isLetter(name[0]) && keyword(name) == TokenIdentifier
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(name) {
		c := name[i]
		plain = plain && (isNameByte(c) || c == '\'')
		switch {
		case c < ' ' || c == 0x7f:
			return "", false
		case c == '"', c == '\\', c == '$' && strings.HasPrefix(name[i:], "${"):
			b.WriteByte('\\')
		}
		b.WriteByte(c)
	}
	if plain {
		return name, true
	}
	b.WriteByte('"')
	return b.String(), utf8.ValidString(name)
}

// absolute returns the clean path that an element of a list means.
func (l *List) absolute(value string) string {
	clean := value != "" && !strings.Contains(value, "//") && !strings.HasSuffix(value, "/") && value[0] != '.' && !strings.Contains(value, "/.")
	switch {
	case l.Base != "" && clean && value[0] != '/' && l.Base[len(l.Base)-1] != '/':
		return l.Base + "/" + value
	case l.Base != "":
		return path.Join(l.Base, value)
	case clean && value[0] == '/':
		return value
	}
	return path.Join("/", value)
}

// element returns the path of an element of a list and the node that contains it. ok is false if the
// path cannot be read without evaluating it.
func (l *List) element(n Node) (value string, where Node, ok bool) {
	for n.Kind() == NodeParen {
		n = n.first()
	}
	if n.Kind() == NodeSet || n.Kind() == NodeRecSet {
		n = n.bindingOf(l.Key)
	}
	if n.IsZero() {
		return "", n, false
	}
	value, ok = n.literal()
	return value, n, ok
}

// bindingOf returns the value of the binding of one attribute in a set, or the zero Node.
func (n Node) bindingOf(name string) Node {
	for b := range n.Children() {
		if b.Kind() != NodeBinding {
			continue
		}
		attr := b.first().first()
		if got, ok := attr.attrName(); ok && got == name && attr.following().IsZero() {
			return b.first().following()
		}
	}
	return Node{}
}
