package nixedit_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/DaRacci/list-ephemeral/internal/nixtest"
	"github.com/DaRacci/list-ephemeral/internal/probe"
	"github.com/DaRacci/list-ephemeral/nixedit"
)

// generator writes random expressions of the whole grammar.
type generator struct {
	*rand.Rand
	strings.Builder
}

func (g *generator) pick(parts ...string) { g.WriteString(parts[g.IntN(len(parts))]) }

// space writes white space or a comment.
func (g *generator) space() { g.pick(" ", " ", "\n", "\t", "  ", "\r\n", " # c\n", "/* c */", "") }

func (g *generator) name() { g.pick("a", "b", "c'", "d-e", "_f", "x", "or2") }

func (g *generator) attr(depth int) {
	switch g.IntN(6) {
	case 0:
		g.string(depth)
	case 1:
		g.WriteString("${")
		g.expression(depth - 1)
		g.WriteString("}")
	case 2:
		g.pick("or", "a'")
	default:
		g.name()
	}
}

func (g *generator) attrPath(depth int) {
	g.attr(depth)
	for g.IntN(3) == 0 {
		g.pick(".", " . ")
		g.attr(depth)
	}
}

func (g *generator) string(depth int) {
	quote := `"`
	if g.IntN(3) == 0 {
		quote = "''"
	}
	g.WriteString(quote)
	for g.IntN(3) > 0 {
		if g.IntN(3) == 0 && depth > 0 {
			g.WriteString("${")
			g.expression(depth - 1)
			g.WriteString("}")
			continue
		}
		g.pick("a", " ", "$", "$$", "\\n", "\\", "''$", "'''", "''\\n", "'", "\n", "{", "}", "#", "/*", "é", `\"`, `\${`, "''${")
	}
	g.WriteString(quote)
}

func (g *generator) bindings(depth int) {
	for g.IntN(3) > 0 {
		g.space()
		if g.IntN(4) == 0 {
			g.pick("inherit ", "inherit (a) ", "inherit(b)")
			g.pick("", "x", "x y", `"z"`, "or", "${\"q\"}")
		} else {
			g.attrPath(depth - 1)
			g.space()
			g.WriteString("=")
			g.space()
			g.expression(depth - 1)
		}
		g.WriteString(";")
	}
}

func (g *generator) operand(depth int) {
	if depth <= 0 {
		g.pick("1", "a", "b", "2.5", ".5", "1.", "0.1e3", "./x", "<n/m>", "a:b", "{ }", "[ ]", "\"\"", "true", "~/x", "x/y", "007")
		return
	}
	switch g.IntN(9) {
	case 0:
		g.string(depth - 1)
	case 1:
		g.WriteString("[")
		for g.IntN(4) > 0 {
			g.space()
			g.selection(depth - 1)
			g.space()
		}
		g.WriteString("]")
	case 2:
		g.pick("{", "rec {", "rec{", "let {")
		g.bindings(depth)
		g.space()
		g.WriteString("}")
	case 3:
		g.WriteString("(")
		g.space()
		g.expression(depth - 1)
		g.space()
		g.WriteString(")")
	case 4:
		g.pick("./a/${", "x/${", "~/${", "/a/${")
		g.expression(depth - 1)
		g.pick("}", "}b", "}/c", "}.d", "}//e", "}${x}")
	default:
		g.operand(0)
	}
}

func (g *generator) selection(depth int) {
	g.operand(depth)
	if g.IntN(4) == 0 {
		g.pick(".", " .", ". ")
		g.attrPath(depth - 1)
		if g.IntN(2) == 0 {
			g.WriteString(" or ")
			g.selection(depth - 1)
		}
	} else if g.IntN(20) == 0 {
		g.WriteString(" or")
	}
}

func (g *generator) operators(depth int) {
	for range 1 + g.IntN(3) {
		if g.IntN(6) == 0 {
			g.pick("!", "-", "! ", "- ")
		}
		for g.selection(depth); g.IntN(4) == 0; {
			g.space()
			g.selection(depth)
		}
		if g.IntN(10) == 0 {
			g.WriteString(" ? ")
			g.attrPath(depth - 1)
		}
		g.space()
		g.pick("+", "-", "*", "/", "++", "//", "<", "<=", ">", ">=", "==", "!=", "&&", "||", "->", " - ", " / ")
		g.space()
	}
	g.selection(depth)
}

// expression writes an expression, or something that is close to one.
func (g *generator) expression(depth int) {
	if depth <= 0 {
		g.operand(0)
		return
	}
	switch g.IntN(9) {
	case 0:
		g.name()
		g.pick(": ", ":", " : ")
		g.expression(depth - 1)
	case 1:
		g.pick("{ a }", "{a,b?1}", "{ a, ... }", "{ }", "{...}", "{ a, }", "x@{ a }", "{ a }@x", "{ a ? { b = 1; }, c }", "{ a, b }@ y")
		g.pick(": ", ":")
		g.expression(depth - 1)
	case 2:
		g.pick("with ", "assert ")
		g.expression(depth - 1)
		g.WriteString("; ")
		g.expression(depth - 1)
	case 3:
		g.WriteString("if ")
		g.expression(depth - 1)
		g.WriteString(" then ")
		g.expression(depth - 1)
		g.WriteString(" else ")
		g.expression(depth - 1)
	case 4:
		g.WriteString("let ")
		g.bindings(depth)
		g.WriteString(" in ")
		g.expression(depth - 1)
	case 5, 6:
		g.operators(depth - 1)
	default:
		g.selection(depth)
	}
}

// mutate changes a text in a few places.
func mutate(r *rand.Rand, text string) string {
	parts := []string{
		"{", "}", "[", "]", "(", ")", "\"", "''", "${", ";", ":", "=", ".", "?", "@", ",", "...", "/", "//", "#", "/*", "*/", " ", "\n", "or", "in", "a", "'", "$", "-", "<", "~", "1", "\\", "!",
		"rec ", "let ", "inherit ", "==",
	}
	for range 1 + r.IntN(3) {
		at := r.IntN(len(text) + 1)
		end := min(len(text), at+r.IntN(4))
		switch r.IntN(3) {
		case 0:
			text = text[:at] + text[end:]
		case 1:
			text = text[:at] + parts[r.IntN(len(parts))] + text[at:]
		default:
			from := r.IntN(len(text) + 1)
			text = text[:at] + text[from:min(len(text), from+r.IntN(8))] + text[at:]
		}
	}
	return text
}

// TestParseAgreesWithNix compares Parse with nix-instantiate --parse on known, generated and mutated
// texts.
func TestParseAgreesWithNix(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(18, uint64(probe.Cases(1, 2))))
	known := append(append(append([]string{}, valid...), invalid...), seeds()...)
	texts := append([]string{}, known...)
	for range probe.Cases(80, 1000) {
		g := generator{Rand: r}
		g.expression(1 + r.IntN(4))
		texts = append(texts, g.String())
		mutated := mutate(r, g.String())
		if r.IntN(2) == 0 {
			mutated = mutate(r, known[r.IntN(len(known))])
		}
		texts = append(texts, mutated)
	}
	var accepted, refused []string
	for _, text := range texts {
		// Names that are not defined are an error of Nix, except in with.
		text = "with { }; (\n" + text + "\n)"
		_, err := nixedit.Parse(text, nixedit.Options{RefusePipes: true})
		var refusal *nixedit.RefusalError
		switch {
		case errors.As(err, &refusal) && (refusal.Reason == nixedit.BadEncoding || refusal.Reason == nixedit.PipeOperator):
		case !utf8.ValidString(text):
		case err == nil:
			accepted = append(accepted, text)
		default:
			refused = append(refused, text)
		}
	}
	t.Logf("%d texts: %d accepted, %d refused", len(texts), len(accepted), len(refused))
	compareWithNix(t, accepted, refused)
}

// compareWithNix checks that Nix accepts and refuses the same texts.
func compareWithNix(t *testing.T, accepted, refused []string) {
	dir := t.TempDir()
	file := func(i int, text string) string {
		name := filepath.Join(dir, fmt.Sprintf("%d.nix", i))
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	var check func(texts []string)
	check = func(texts []string) { // one process for many texts; the halves if Nix refuses one of them
		args := []string{"--parse"}
		for i, text := range texts {
			args = append(args, file(i, text))
		}
		_, err := nixtest.Instantiate(t, args...)
		switch {
		case err == nil || len(texts) == 0:
		case len(texts) == 1:
			if !afterParsing(err.Error()) {
				t.Errorf("Nix refuses %q: %v", texts[0], err)
			}
		default:
			check(texts[:len(texts)/2])
			check(texts[len(texts)/2:])
		}
	}
	for len(accepted) > 0 {
		batch := min(len(accepted), 50)
		check(accepted[:batch])
		accepted = accepted[batch:]
	}
	for i, text := range refused {
		if _, err := nixtest.Instantiate(t, "--parse", file(i, text)); err == nil {
			t.Errorf("Nix accepts %q", text)
		}
	}
}

// afterParsing reports whether an error of Nix is about the meaning of a text. Nix may find it before
// a syntax error.
func afterParsing(text string) bool {
	for _, message := range []string{"already defined at", "duplicate formal function argument", "undefined variable"} {
		if strings.Contains(text, message) {
			return true
		}
	}
	return false
}
