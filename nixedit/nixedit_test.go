package nixedit_test

import (
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/nixedit"
)

// parse returns a file, or fails the test.
func parse(t testing.TB, text string) *nixedit.File {
	t.Helper()
	file, err := nixedit.Parse(text, nixedit.Options{})
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return file
}

// refusal returns the refusal that an error must be.
func refusal(t testing.TB, err error) *nixedit.RefusalError {
	t.Helper()
	var r *nixedit.RefusalError
	if !errors.As(err, &r) {
		t.Fatalf("got the error %v, want a refusal", err)
	}
	return r
}

func TestParseAcceptsTheGrammar(t *testing.T) {
	t.Parallel()
	for _, text := range valid {
		if checkParse(t, text) == nil {
			t.Errorf("%q is refused", text)
		}
	}
	for _, text := range invalid {
		if checkParse(t, text) != nil {
			t.Errorf("%q is accepted", text)
		}
	}
}

func TestParseRefusesWithAPosition(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text, at string
		opts           nixedit.Options
		want           nixedit.Reason
	}{
		{"byte order mark", "\ufeff{ }", "1:1", nixedit.Options{}, nixedit.BadEncoding},
		{"NUL", "{ a = \"\x00\"; }", "1:8", nixedit.Options{}, nixedit.BadEncoding},
		{"not UTF-8", "{\n  a = \"\xff\"; }", "2:8", nixedit.Options{}, nixedit.BadEncoding},
		{"carriage return alone", "{\r}", "1:2", nixedit.Options{}, nixedit.BadEncoding},
		{"string not closed", "{\r\n  a = \"x;\r\n}", "2:7", nixedit.Options{}, nixedit.BadToken},
		{"indented string not closed", "[ '' ]", "1:3", nixedit.Options{}, nixedit.BadToken},
		{"comment not closed", "1 /* ", "1:3", nixedit.Options{}, nixedit.BadToken},
		{"unknown character", "{ a = 1; é = 2; }", "1:10", nixedit.Options{}, nixedit.BadToken},
		{"path that ends in a slash", "[ ./a/ ]", "1:6", nixedit.Options{}, nixedit.BadToken},
		{"number out of range", "[ 99999999999999999999 ]", "1:3", nixedit.Options{}, nixedit.BadToken},
		{"missing semicolon", "{\n  a = 1\n}", "3:1", nixedit.Options{}, nixedit.BadSyntax},
		{"end of file", "{ a = 1;", "1:9", nixedit.Options{}, nixedit.BadSyntax},
		{"empty file", "", "1:1", nixedit.Options{}, nixedit.BadSyntax},
		{"pipe operator", "a |> b", "1:3", nixedit.Options{RefusePipes: true}, nixedit.PipeOperator},
		{"nested too deeply", strings.Repeat("(", 5000) + "1" + strings.Repeat(")", 5000), "1:1000", nixedit.Options{}, nixedit.TooDeep},
		{"chain of or", strings.Repeat("a.b or ", 5000) + "c", "1:20987", nixedit.Options{}, nixedit.TooDeep},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := nixedit.Parse(c.text, c.opts)
			r := refusal(t, err)
			if r.Reason != c.want || r.String() != c.at && c.want != nixedit.TooDeep {
				t.Errorf("got %v at %v: %v, want %v at %s", r.Reason, r.Position, r, c.want, c.at)
			}
		})
	}
}

func TestParseAcceptsLongChains(t *testing.T) {
	t.Parallel()
	for _, part := range []string{"a ++ ", "a // ", "a -> ", "a + ", "a |> ", "f ", "a.b c ", "[ ] "} {
		parse(t, strings.Repeat(part, 20000)+"a")
	}
	parse(t, "a"+strings.Repeat(".a", 20000))
	parse(t, "\""+strings.Repeat("${a}", 20000)+"\"")
}

func TestParseUsesLittleMemory(t *testing.T) {
	text := large(1 << 20)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	parse(t, text)
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > uint64(20*len(text)) {
		t.Errorf("used %d bytes for a file of %d", used, len(text))
	}
}

func TestNodesHaveTheTextsOfTheFile(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	var write func(n nixedit.Node)
	write = func(n nixedit.Node) {
		b.WriteString(n.Kind().String() + "(")
		for child := range n.Children() {
			write(child)
		}
		b.WriteString(")")
	}
	write(parse(t, "{ a, ... }@x: { b.\"c\" = f [ ./d ] + 1; inherit (x) y; }").Root())
	want := "function(arguments(argument(name()))name()set(binding(attribute path(name()string())operators(call(name()list(path()))number()))" +
		"inherit(parentheses(name())name())))"
	if b.String() != want {
		t.Errorf("got  %s\nwant %s", b.String(), want)
	}
	root := parse(t, " # c\n[ a /* b */ ] ").Root()
	if root.Text() != "[ a /* b */ ]" || root.Start() != 5 || root.End() != 18 || root.Kind() != nixedit.NodeList || root.IsZero() {
		t.Errorf("the list is %q from %d to %d", root.Text(), root.Start(), root.End())
	}
	if !(nixedit.Node{}).IsZero() || (nixedit.Node{}).Kind() != 0 {
		t.Error("the zero Node is a node")
	}
}

func TestEnumsHaveNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ got, want string }{
		{nixedit.Reason(0).String(), "unknown"},
		{nixedit.Unproven.String(), "not proven"},
		{nixedit.Reason(200).String(), "reason 200"},
		{nixedit.TokenKind(0).String(), "unknown"},
		{nixedit.TokenInterpolation.String(), "'${'"},
		{nixedit.TokenKind(200).String(), "token 200"},
		{nixedit.NodeKind(0).String(), "unknown"},
		{nixedit.NodeParen.String(), "parentheses"},
		{nixedit.NodeKind(200).String(), "node 200"},
		{nixedit.Role(0).String(), "unknown"},
		{nixedit.RoleFixed.String(), "fixed"},
		{nixedit.RoleStore.String(), "store"},
		{nixedit.RoleUser.String(), "user"},
		{nixedit.At{Line: 3, Attr: "a.b"}.String(), "a.b in line 3"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
