package search_test

import (
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/search"
)

func TestPastedTextIsAQuery(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"nothing", "\n \n", ""},
		{"words are terms", "ssh known", "ssh known"},
		{"the end of a line is dropped", "  /etc/ssh\r\n", "/etc/ssh"},
		{"quotes are removed", "'/etc/ssh'", "/etc/ssh"},
		{"double quotes are removed", `"/etc/ssh"`, "/etc/ssh"},
		{"a quoted path is one term", "'/home/me/My Documents'", `/home/me/My\ Documents`},
		{"an escaped space stays", `/home/me/My\ Documents`, `/home/me/My\ Documents`},
		{"one quote is an operator", "'exact", "'exact"},
		{"two lines are a union", "/a/b\n/c/d\n", "/a/b | /c/d"},
		{"each line is one term", "/a b\n'/c d'\n/e\\ f", `/a\ b | /c\ d | /e\ f`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := search.Pasted(tt.text); got != tt.want {
				t.Errorf("Pasted(%q) = %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}

func TestPastedLinesFindTheirPaths(t *testing.T) {
	l := listing(t, "/a b", "/c d/x", "/e")
	rows, _ := found(t, l, search.Query{Text: search.Pasted("'/a b'\n/c d/x\n")})
	if len(rows) != 2 {
		t.Errorf("rows %q", rows)
	}
}
