package hits_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/search"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/tui/hits"
)

// machine is a machine on which some directories are places.
type machine struct{ places map[string]bool }

func (m machine) Splits(dir string) bool { return !m.places[dir] }
func (m machine) Kept(string) bool       { return false }

// keeper is a machine that knows what is kept.
type keeper struct {
	machine
	kept []string
}

func (k keeper) KeptPaths() []string { return k.kept }

func listing(t *testing.T, candidates, others []string) *index.Listing {
	t.Helper()
	var s index.Store
	for _, p := range candidates {
		s.AddPath([]byte(p), scan.KindFile)
	}
	for _, p := range others {
		s.AddNonCandidate([]byte(p), scan.KindDir)
	}
	l, err := s.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func find(t *testing.T, r hits.Request) *hits.Rows {
	t.Helper()
	rows, err := hits.Find(t.Context(), &r)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// shown returns the text of a node as the screen shows it.
func shown(l *index.Listing, home string) func(node uint32) string {
	return func(node uint32) string {
		path := l.AppendNode(nil, node)
		if l.NodeKind(node) == scan.KindDir && len(path) > 1 {
			path = append(path, '/')
		}
		return printable.Name(hits.Short(string(path), home))
	}
}

// starred returns a text with stars around what is highlighted.
func starred(text string, positions []int) string {
	var b strings.Builder
	for at := range len(text) {
		if len(positions) > 0 && at == positions[0] {
			b.WriteByte('*')
		}
		b.WriteByte(text[at])
		if len(positions) > 0 && at == positions[len(positions)-1] {
			b.WriteByte('*')
		}
	}
	return b.String()
}

func TestHighlightShowsTheMatchInside(t *testing.T) {
	l := listing(t, []string{"/home/me/.ssh/config", "/var/lib/systemd/coredump/core.ssh\n.zst"}, nil)
	rows := find(t, hits.Request{
		Text: "'ssh", Machine: machine{map[string]bool{"/home/me/.ssh": true, "/var/lib/systemd": true}}, Listing: l, All: l, Places: true,
	})
	_, own := rows.Places(search.FitOwn)
	if rows.Total != 2 || own != 1 || len(rows.Nodes) != 2 {
		t.Fatalf("%d rows, %d by their own paths", rows.Total, own)
	}
	for i, want := range [][2]string{{"~/.*ssh*/", ""}, {"/var/lib/systemd/", `coredump/core.*ssh*\n.zst`}} {
		show := shown(l, "/home/me")
		h := rows.Highlight(l, rows.Nodes[i], show)
		got := [2]string{starred(show(rows.Nodes[i]), h.Positions), starred(h.Inside, h.InsidePositions)}
		if got != want {
			t.Errorf("row %d is %q, want %q", i, got, want)
		}
	}
	var none *hits.Rows
	if h := none.Highlight(l, rows.Nodes[0], shown(l, "")); h.Positions != nil || h.Inside != "" {
		t.Errorf("without a query: %+v", h)
	}
}

func TestHighlightOfScatteredLettersIsInBothParts(t *testing.T) {
	l := listing(t, []string{"/home/me/.config/xfx/xix/yrxe", "/home/me/xfire"}, nil)
	rows := find(t, hits.Request{
		Text: "fire", Machine: machine{map[string]bool{"/home/me/.config/xfx": true}}, Listing: l, All: l, Places: true,
	})
	if first, end := rows.Places(search.FitInside); first != 1 || end != 1 {
		t.Errorf("inside are the rows from %d to %d", first, end)
	}
	if first, end := rows.Places(search.FitScattered); first != 1 || end != 2 {
		t.Errorf("scattered are the rows from %d to %d", first, end)
	}
	show := shown(l, "/home/me")
	h := rows.Highlight(l, rows.Nodes[1], show)
	if got := show(rows.Nodes[1])[h.Positions[0]:][:1] + h.Inside; got != "fxix/yrxe" || len(h.Positions)+len(h.InsidePositions) != len("fire") {
		t.Errorf("got %s, %v and %v", got, h.Positions, h.InsidePositions)
	}
}

func TestHighlightFitsTheTextOfARow(t *testing.T) {
	l := listing(t, []string{"/home/me/.ssh/config"}, nil)
	rows := find(t, hits.Request{Text: "'me/.ssh", Machine: machine{}, Listing: l, All: l})
	for text, want := range map[string]string{
		"~/.ssh/config": "*~/.ssh*/config", ".ssh/config": "*.ssh*/config", "config": "config", "/home/me/.ssh/config": "/home/*me/.ssh*/config",
		"something else": "something else",
	} {
		h := rows.Highlight(l, l.Order()[0], func(uint32) string { return text })
		if got := starred(text, h.Positions); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

func TestKeysOrderPlacesThatMatchEqually(t *testing.T) {
	l := listing(t, []string{"/a/x", "/b/x"}, nil)
	ranks, err := l.RankKeys(t.Context(), func(path string) int { return int(path[1]) })
	if err != nil {
		t.Fatal(err)
	}
	for _, places := range []bool{false, true} {
		rows := find(t, hits.Request{Text: "x", Machine: machine{}, Listing: l, All: l, Keys: ranks, Places: places})
		if first := string(l.AppendNode(nil, rows.Nodes[0])); first != "/b/x" {
			t.Errorf("places %t: the first row is %s", places, first)
		}
	}
}

func TestQueriesWithoutRowsReportWhatMatches(t *testing.T) {
	all := listing(t, []string{"/home/me/a", "/home/me/other"}, []string{"/home/me/.cache", "/home/me/kept"})
	part, err := all.Part(t.Context(), func(id uint32) bool { return string(all.AppendPath(nil, id)) == "/home/me/a" })
	if err != nil {
		t.Fatal(err)
	}
	selectable := func(path string, kind scan.Kind) bool {
		return strings.HasSuffix(path, ".cache") && kind == scan.KindDir
	}
	without := listing(t, []string{"/home/me/a"}, nil)
	knows := keeper{kept: []string{"/home/me/.local/share/keyrings", "/var/lib/bluetooth"}}
	for _, tt := range []struct {
		name, text string
		listing    *index.Listing
		all        *index.Listing
		machine    hits.Machine
		want       []string
	}{
		{"nothing at all", "qqq", part, all, knows, []string{"nothing matches qqq"}},
		{"filtered", "'other", part, all, knows, []string{"nothing matches; 1 filtered out does", "  ~/other  filtered out"}},
		{"scanned with the reasons", "cache$ | kept$", part, all, knows, []string{
			"nothing matches; 1 persisted and 1 excluded do: Esc, then x shows them", "  ~/.cache/  excluded", "  ~/kept/  persisted",
		}},
		{"persisted and not scanned", "keyring | blue", without, without, knows, []string{
			"nothing matches; 2 persisted do: Esc, then x shows them", "  ~/.local/share/keyrings  persisted", "  /var/lib/bluetooth  persisted",
		}},
		{"a machine that does not know", "keyring", without, without, machine{}, []string{"nothing matches keyring"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rows := find(t, hits.Request{
				Text: tt.text, Home: "/home/me", Machine: tt.machine, Listing: tt.listing, All: tt.all, Selectable: selectable,
			})
			if diff := cmp.Diff(tt.want, rows.Nothing(tt.text, "/home/me", "x")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestPrintableTextFits(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		most       int
		want       string
	}{
		{"control characters", "a\x1b[2J\x00b", 20, "a[2Jb"},
		{"a tab and a newline", "a\tb\nc", 20, "a b c"},
		{"not UTF-8", "a\xffb", 20, "ab"},
		{"no half characters", "aéé", 4, "aé"},
		{"no room", "abc", 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := hits.Printable(tt.text, tt.most); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// Queries that the parser accepts must not break the rows of a screen.
func FuzzText(f *testing.F) {
	f.Add("'ssh !x | ^/", "/var/lib/systemd/core.ssh")
	f.Add("é\u212a$", "/var/É\n/\xff")
	l := func(t *testing.T, path string) *index.Listing { return listing(t, []string{path}, nil) }
	f.Fuzz(func(t *testing.T, query, path string) {
		if len(path) < 2 || path[0] != '/' || strings.Contains(path, "//") || strings.HasSuffix(path, "/") || strings.IndexByte(path, 0) >= 0 || len(path) > 300 {
			return
		}
		query = hits.Printable(query, search.MaxQuery)
		l := l(t, path)
		rows := find(t, hits.Request{Text: query, Machine: machine{map[string]bool{"/var": true}}, Listing: l, All: l, Places: true})
		for _, node := range rows.Nodes {
			show := shown(l, "/var")
			h := rows.Highlight(l, node, show)
			for text, matched := range map[string][]int{show(node): h.Positions, "\x00" + h.Inside: append([]int{0}, h.InsidePositions...)} {
				for i, at := range matched {
					if at < 0 || at >= len(text) || i > 1 && at <= matched[i-1] {
						t.Fatalf("%q in %q: positions %v", query, text, matched)
					}
				}
			}
		}
	})
}
