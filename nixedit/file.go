package nixedit

import (
	"fmt"
	"sort"
	"strings"
)

// MaxSize is the number of bytes of the largest file that is read. The largest file of nixpkgs has
// less than a third.
const MaxSize = 64 << 20

// Options change what Parse accepts. The zero value accepts all of Nix, with pipe operators.
type Options struct {
	// RefusePipes refuses the operators |> and <|, which are an experimental feature of Nix since
	// 2.24. A caller sets it if the Nix of the machine does not have the feature.
	RefusePipes bool
}

// A File is a parsed file of Nix. It is not changed after Parse, so it may be used concurrently.
type File struct {
	text   string
	opts   Options
	nodes  nodes
	root   uint32
	indent indentation
	lines  []uint32 // offsets of the beginnings of the lines
}

// Parse reads a file of Nix. The error is a *RefusalError with the position of the first byte or token
// that was not accepted.
//
// Parse accepts what the grammar of Nix 2.8 accepts (parser.y, lexer.l), and pipe operators. It does
// not check what Nix checks after parsing: names without a definition, attributes and arguments that
// are defined twice.
func Parse(text string, opts Options) (*File, error) { return parse(text, opts, nil) }

// parse parses a file. If changed is not nil, it contains the parts that are new, and most of the nodes
// outside of them are not kept.
func parse(text string, opts Options, changed []Span) (*File, error) {
	f := &File{text: text, opts: opts}
	if len(text) > MaxSize {
		return nil, &RefusalError{Reason: TooLarge, List: -1, Detail: fmt.Sprintf("the file has %d bytes, expected at most %d", len(text), MaxSize)}
	}
	f.indexLines()
	if offset, detail := checkEncoding(text); detail != "" {
		return nil, f.refusal(offset, BadEncoding, detail)
	}
	p := parser{file: f, lexer: newLexer(text, 0), changed: changed}
	f.nodes.last = make([]node, 1, min(len(text)/4+16, chunk)) // index 0 is not a node
	f.root = p.parse()
	for p.lexer.next() { // a refusal of the lexer comes first
	}
	for _, r := range []*RefusalError{p.lexer.refusal, p.refusal} {
		if r != nil {
			return nil, f.refusal(r.Offset, r.Reason, r.Detail)
		}
	}
	f.indent = p.lexer.indent
	return f, nil
}

// Text returns the text of the file.
func (f *File) Text() string { return f.text }

// Position returns the position of a byte. An offset outside of the file is moved to its nearest
// end.
func (f *File) Position(offset int) Position {
	offset = min(max(offset, 0), len(f.text))
	line := sort.Search(len(f.lines), func(i int) bool { return int(f.lines[i]) > offset })
	return Position{offset, line, offset - int(f.lines[line-1]) + 1}
}

// indexLines finds the beginnings of lines.
func (f *File) indexLines() {
	f.lines = make([]uint32, 1, strings.Count(f.text, "\n")+1)
	for i := 0; ; {
		next := strings.IndexByte(f.text[i:], '\n')
		if next < 0 {
			return
		}
		i += next + 1
		f.lines = append(f.lines, uint32(i))
	}
}

// refusal returns a refusal of the whole file.
func (f *File) refusal(offset int, reason Reason, detail string) *RefusalError {
	return &RefusalError{Position: f.Position(offset), Reason: reason, Detail: detail, List: -1}
}
