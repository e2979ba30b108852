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
	tokens []token
	nodes  []node
	root   uint32
	lines  []uint32 // offsets of the beginnings of the lines
}

// Parse reads a file of Nix. The error is a *RefusalError with the position of the first byte or token
// that was not accepted.
//
// Parse accepts what the grammar of Nix 2.8 accepts (parser.y, lexer.l), and pipe operators. It does
// not check what Nix checks after parsing: names without a definition, attributes and arguments that
// are defined twice.
func Parse(text string, opts Options) (*File, error) {
	f := &File{text: text, opts: opts}
	if len(text) > MaxSize {
		return nil, &RefusalError{Reason: TooLarge, List: -1, Detail: fmt.Sprintf("the file has %d bytes, expected at most %d", len(text), MaxSize)}
	}
	f.indexLines()
	if offset, detail := checkEncoding(text); detail != "" {
		return nil, f.refusal(offset, BadEncoding, detail)
	}
	l := lexer{text: text, tokens: make([]token, 0, len(text)/5+16)}
	l.run()
	if l.refusal != nil {
		return nil, f.refusal(l.refusal.Offset, l.refusal.Reason, l.refusal.Detail)
	}
	f.tokens = l.tokens
	p := parser{file: f, nodes: make([]node, 1, len(l.tokens)/2+16)}
	f.root = p.parse()
	f.nodes = p.nodes
	if p.refusal != nil {
		return nil, f.refusal(p.refusal.Offset, p.refusal.Reason, p.refusal.Detail)
	}
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
