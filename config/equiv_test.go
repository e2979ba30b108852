package config

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// These tests compare the tree with positions with two JSON parsers without them: encoding/json, in
// one pass, and jq.

// plain converts a tree to the types of encoding/json, and fails the test if a position is wrong.
func plain(t *testing.T, text []byte, n *node) any {
	t.Helper()
	first := map[kind]string{kindNull: "n", kindBoolean: "tf", kindNumber: "-0123456789", kindString: `"`, kindList: "[", kindObject: "{"}
	if at := offsetOf(text, n.at); at >= len(text) || strings.IndexByte(first[n.kind], text[at]) < 0 {
		t.Fatalf("%s has the wrong position %v in %q", n.kind, n.at, text)
	}
	switch n.kind {
	case kindBoolean:
		return n.yes
	case kindNumber:
		return json.Number("0")
	case kindString:
		return n.text
	case kindList:
		list := make([]any, len(n.items))
		for i, item := range n.items {
			list[i] = plain(t, text, item)
		}
		return list
	case kindObject:
		object := make(map[string]any)
		for _, m := range n.members {
			if at := offsetOf(text, m.at); text[at] != '"' {
				t.Fatalf("the key %q has the wrong position %v in %q", m.name, m.at, text)
			}
			object[m.name] = plain(t, text, m.value)
		}
		return object
	default:
		return nil
	}
}

// offsetOf returns the offset of a position, by splitting text into lines and characters.
func offsetOf(text []byte, at place) int {
	lines := strings.SplitAfter(string(text), "\n")
	offset := len(strings.Join(lines[:at.line-1], ""))
	return offset + len(string([]rune(lines[at.line-1])[:at.column-1]))
}

// oneRead reads the next value in one pass; all numbers become 0.
func oneRead(t *testing.T, d *json.Decoder) any {
	t.Helper()
	d.UseNumber()
	var whole any
	if err := d.Decode(&whole); err != nil {
		t.Fatalf("read a value with encoding/json: %v", err)
	}
	return withoutNumbers(whole)
}

func withoutNumbers(value any) any {
	switch value := value.(type) {
	case json.Number:
		return json.Number("0")
	case []any:
		for i := range value {
			value[i] = withoutNumbers(value[i])
		}
	case map[string]any:
		for name := range value {
			value[name] = withoutNumbers(value[name])
		}
	}
	return value
}

// generator writes random JSON with random white space, escapes and numbers.
type generator struct {
	rand *rand.Rand
	text bytes.Buffer
}

func (g *generator) blank() {
	for g.rand.IntN(3) == 0 {
		g.text.WriteString([]string{" ", "\n", "\t", "\r\n"}[g.rand.IntN(4)])
	}
}

func (g *generator) string() {
	parts := []string{"a", "é", "日", "😀", `\"`, `\\`, `\/`, `\n`, `\u00e9`, `\uD83D\uDE00`, ",", ":", "[", "}", " ", `\u0000`, "\u2028", "\ufffd", `\ufffd`}
	g.text.WriteByte('"')
	for range g.rand.IntN(6) {
		g.text.WriteString(parts[g.rand.IntN(len(parts))])
	}
	g.text.WriteByte('"')
}

func (g *generator) value(depth int) {
	g.blank()
	kinds := 6
	if depth == 0 {
		kinds = 4
	}
	switch g.rand.IntN(kinds) {
	case 0:
		g.text.WriteString([]string{"null", "true", "false"}[g.rand.IntN(3)])
	case 1:
		g.text.WriteString([]string{"0", "-1.5e+300", "123456789012345678901234567890", "1E999"}[g.rand.IntN(4)])
	case 2, 3:
		g.string()
	case 4:
		g.many('[', ']', func() { g.value(depth - 1) })
	case 5:
		g.many('{', '}', func() {
			g.blank()
			g.string()
			g.blank()
			g.text.WriteByte(':')
			g.value(depth - 1)
		})
	}
	g.blank()
}

func (g *generator) many(open, end byte, one func()) {
	g.text.WriteByte(open)
	for i := range g.rand.IntN(5) {
		if i > 0 {
			g.text.WriteByte(',')
		}
		one()
	}
	g.blank()
	g.text.WriteByte(end)
}

func TestParseMatchesOtherParsers(t *testing.T) {
	const count = 3000
	g := &generator{rand: rand.New(rand.NewPCG(1, 2))}
	var all bytes.Buffer
	var got []any
	for range count {
		g.text.Reset()
		g.value(4)
		text := g.text.Bytes()
		root, err := parse("f", text)
		if err != nil {
			t.Fatalf("parse(%q): %v", text, err)
		}
		got = append(got, plain(t, text, root))
		if diff := cmp.Diff(oneRead(t, json.NewDecoder(bytes.NewReader(text))), got[len(got)-1]); diff != "" {
			t.Fatalf("%q differs from encoding/json (-want +got):\n%s", text, diff)
		}
		all.Write(text)
		all.WriteByte('\n')
	}
	cmd := exec.Command(probe.Tool(t, "jq"), "-c", ".")
	cmd.Stdin = &all
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("run jq: %v", err)
	}
	d := json.NewDecoder(bytes.NewReader(out))
	for i := range got {
		if diff := cmp.Diff(oneRead(t, d), got[i]); diff != "" {
			t.Fatalf("value %d differs from jq (-want +got):\n%s", i, diff)
		}
	}
	if d.More() {
		t.Error("jq returns more values")
	}
}

// TestParseRejectsInvalidJSON changes one byte of valid texts and compares with encoding/json.
func TestParseRejectsInvalidJSON(t *testing.T) {
	const breakers = "[]{}:,\"\\ x0\x01\xff"
	g := &generator{rand: rand.New(rand.NewPCG(3, 4))}
	var refused int
	for range 5000 {
		g.text.Reset()
		g.value(3)
		text := bytes.Clone(g.text.Bytes())
		text[g.rand.IntN(len(text))] = breakers[g.rand.IntN(len(breakers))]
		_, err := parse("f", text)
		if valid := json.Valid(text) && utf8.Valid(text); valid != (err == nil) {
			// Half of a surrogate pair is valid in the JSON grammar, but not a character.
			half := bytes.Contains(text, []byte(`\uD83D`)) || bytes.Contains(text, []byte(`\uDE00`))
			if !half || !valid || !strings.Contains(err.Error(), "surrogate") {
				t.Fatalf("parse(%q) = %v, but valid: %v", text, err, valid)
			}
		}
		if err != nil {
			refused++
			checkPlaces(t, text, err)
		}
	}
	if refused < 2000 || refused > 4900 {
		t.Errorf("%d of 5000 texts are invalid: the test needs enough valid and invalid ones", refused)
	}
}
