package search_test

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/search"
	"github.com/DaRacci/list-ephemeral/scan"
)

// place is a row of the view of places as text: the path, and the path inside if that matches.
type place struct{ Path, Inside string }

func placesOf(t testing.TB, l *index.Listing, q search.Query, opts search.PlaceOptions) []place {
	t.Helper()
	var known search.Recall
	found, _, err := known.Find(t.Context(), l, q)
	if err != nil {
		t.Fatal(err)
	}
	ranked, err := found.Places(t.Context(), l, q, opts)
	if err != nil {
		t.Fatal(err)
	}
	var places []place
	for _, p := range ranked {
		row := place{Path: nodePath(l, p.Node)}
		if !p.Own() {
			row.Inside = nodePath(l, p.Inside)
		}
		places = append(places, row)
	}
	return places
}

func nodePath(l *index.Listing, node uint32) string {
	path := string(l.AppendNode(nil, node))
	if index.IsDir(node) {
		path += "/"
	}
	return path
}

// splitsExcept returns a function that splits all directories except some, like a table of places.
func splitsExcept(dirs ...string) func(string) bool {
	return func(dir string) bool { return !slices.Contains(dirs, dir) }
}

func TestPlacesAreRankedByTheirOwnPath(t *testing.T) {
	l := listing(t,
		"/home/me/.cache/mozilla/firefox/a", "/home/me/.config/app/a.conf", "/home/me/.mozilla/firefox/prefs.js", "/home/me/.ssh/config",
		"/home/me/notes", "/root/.ssh/config", "/var/lib/systemd/coredump/core.firefox.zst", "/var/lib/systemd/random-seed",
	)
	splits := splitsExcept(
		"/home/me/.cache/mozilla/firefox", "/home/me/.config/app", "/home/me/.mozilla/firefox", "/home/me/.ssh", "/root/.ssh", "/var/lib/systemd",
	)
	for _, tt := range []struct {
		name, text string
		want       []place
	}{
		{"a match inside is last, with the path", "firefox", []place{
			{Path: "/home/me/.mozilla/firefox/"},
			{Path: "/home/me/.cache/mozilla/firefox/"},
			{"/var/lib/systemd/", "/var/lib/systemd/coredump/core.firefox.zst"},
		}},
		{"the own path, then what is inside", "config", []place{
			{Path: "/home/me/.config/app/"}, {"/home/me/.ssh/", "/home/me/.ssh/config"}, {"/root/.ssh/", "/root/.ssh/config"},
		}},
		{"the home wins a tie", ".ssh", []place{{Path: "/home/me/.ssh/"}, {Path: "/root/.ssh/"}}},
		{"a directory that ends the match, without a file that matches", ".ssh$", []place{{Path: "/home/me/.ssh/"}, {Path: "/root/.ssh/"}}},
		{"terms that match in place and inside", "systemd 'core", []place{
			{"/var/lib/systemd/", "/var/lib/systemd/coredump/"},
		}},
		{"a file that is a place", "notes", []place{{Path: "/home/me/notes"}}},
		{"only negated terms", "!^/home !^/root", []place{{Path: "/var/lib/systemd/"}}},
		{"nothing", "qqqq", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := placesOf(t, l, search.Query{Text: tt.text, Home: "/home/me", Dirs: true}, search.PlaceOptions{Splits: splits})
			if diff := gocmp.Diff(tt.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%q (-want +got):\n%s", tt.text, diff)
			}
		})
	}
}

func TestTieOrdersEqualScoresOnly(t *testing.T) {
	l := listing(t, "/a/x1", "/a/x2", "/a/x3", "/b/q/x4")
	last := func(a, b uint32) int { return cmp.Compare(nodePath(l, b), nodePath(l, a)) }
	q := search.Query{Text: "/a"}
	got := placesOf(t, l, q, search.PlaceOptions{Splits: splitsExcept(), Tie: last})
	if want := []place{{Path: "/a/x3"}, {Path: "/a/x2"}, {Path: "/a/x1"}}; !slices.Equal(got, want) {
		t.Errorf("places %v, want %v", got, want)
	}
	found, err := search.Find(t.Context(), l, search.Query{Text: "x | a"})
	if err != nil {
		t.Fatal(err)
	}
	rows := found.RowsBy(last)
	for i := range rows[1:] {
		a, b := slices.Index(found.Rows, rows[i]), slices.Index(found.Rows, rows[i+1])
		if found.Scores[a] < found.Scores[b] || found.Scores[a] == found.Scores[b] && nodePath(l, rows[i]) < nodePath(l, rows[i+1]) {
			t.Errorf("%s is before %s", nodePath(l, rows[i]), nodePath(l, rows[i+1]))
		}
	}
}

// The places of a query must be those of all its matches, and its order that of the definition.
func TestPlacesEqualTheDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 31))
	l := operatorListing(t, r, 3000)
	checkPlaces(t, r, l, 60)
}

// If there are more matches than ranked rows, a directory that matches only beyond them must have a
// row too.
func TestPlacesAreCompleteBeyondTheBestRows(t *testing.T) {
	var s index.Store
	eachText(7, func(path string) { s.AddPath([]byte("/d/"+path), scan.KindFile) })
	for _, path := range []string{"/q/far/away/from/the/top/with/a/long/path/aa", "/q/far/other"} {
		s.AddPath([]byte(path), scan.KindFile)
	}
	l := listOf(t, &s)
	got := placesOf(t, l, search.Query{Text: "a"}, search.PlaceOptions{Splits: splitsExcept("/q/far", "/d")})
	want := []place{{Path: "/q/far/"}, {"/d/", got[len(got)-1].Inside}}
	if !slices.Equal(got, want) || want[1].Inside == "" {
		t.Errorf("places %v, want %v", got, want)
	}
	got = placesOf(t, l, search.Query{Text: "a 'aa"}, search.PlaceOptions{Splits: splitsExcept("/q/far", "/d")})
	if !slices.Contains(got, place{"/q/far/", "/q/far/away/from/the/top/with/a/long/path/aa"}) {
		t.Errorf("places %v", got)
	}
}

func checkPlaces(t *testing.T, r *rand.Rand, l *index.Listing, queries int) {
	t.Helper()
	paths := pathsOf(l)
	splits := func(dir string) bool { return strings.Count(dir, "/") < 2 || strings.HasSuffix(dir, "a") }
	for range queries {
		q := search.Query{Text: randomTerms(r, paths), Dirs: true, Home: "/home/me"}
		found, err := search.Find(t.Context(), l, q)
		if err != nil {
			t.Fatal(err)
		}
		ranked, err := found.Places(t.Context(), l, q, search.PlaceOptions{Splits: splits})
		if err != nil {
			t.Fatal(err)
		}
		nodes := make([]uint32, len(ranked))
		m := search.NewMatcher(q, found.CaseIgnored)
		fits := func(node uint32) (matches, well bool) {
			score, matches := m.Match([]byte(nodePath(l, node)))
			positions := m.Positions([]byte(nodePath(l, node)))
			n := len(positions)
			return matches, matches && (n == 0 || score >= 20*n || positions[n-1]-positions[0] == n-1)
		}
		for i, p := range ranked {
			nodes[i] = p.Node
			own, ownWell := fits(p.Node)
			_, well := fits(p.Inside)
			want := search.FitScattered
			switch {
			case ownWell:
				want = search.FitOwn
			case well && !p.Own():
				want = search.FitInside
			}
			if p.Fit != want || own && !p.Own() && want != search.FitInside || ownWell && !p.Own() {
				t.Fatalf("%q: %s has the fit %v by %s, want %v", q.Text, nodePath(l, p.Node), p.Fit, nodePath(l, p.Inside), want)
			}
			inside := nodePath(l, p.Inside)
			if _, ok := m.Match([]byte(inside)); !ok || !strings.HasPrefix(inside, nodePath(l, p.Node)) {
				t.Fatalf("%q: %s is not a match in %s", q.Text, inside, nodePath(l, p.Node))
			}
			if i > 0 && (ranked[i-1].Fit > p.Fit || ranked[i-1].Fit == p.Fit && ranked[i-1].Score < p.Score) {
				t.Fatalf("%q: place %d, %s, is not in order", q.Text, i, nodePath(l, p.Node))
			}
		}
		want := l.RollUp(found.Rows, splits)
		slices.Sort(want)
		slices.Sort(nodes)
		if !slices.Equal(nodes, want) {
			t.Fatalf("%q: %d places, want %d", q.Text, len(nodes), len(want))
		}
	}
}

func TestScatteredLettersComeAfterAMatchInside(t *testing.T) {
	l := listing(t, "/etc/NetworkManager/a", "/home/me/.config/qBittorrent/a", "/home/me/.mozilla/firefox/x/prefs.js", "/home/me/.xfirefox/y", "/srv/data/xnm.conf",
		"/home/me/.config/xfx/xix/yrxe", "/home/me/.config/ferdium/ire/firewall")
	opts := search.PlaceOptions{Splits: splitsExcept("/etc/NetworkManager", "/home/me/.config/qBittorrent", "/home/me/.mozilla", "/home/me/.xfirefox", "/srv/data", "/home/me/.config/xfx", "/home/me/.config/ferdium")}
	for query, want := range map[string][]place{
		// A place whose own letters are scattered has a better reason inside, or is last.
		"fire": {
			{Path: "/home/me/.xfirefox/"},
			{"/home/me/.mozilla/", "/home/me/.mozilla/firefox/"},
			{"/home/me/.config/ferdium/", "/home/me/.config/ferdium/ire/firewall"},
			{Path: "/home/me/.config/qBittorrent/"},
			{"/home/me/.config/xfx/", "/home/me/.config/xfx/xix/yrxe"},
		},
		"nm": {{Path: "/etc/NetworkManager/"}, {"/srv/data/", "/srv/data/xnm.conf"}},
	} {
		got := placesOf(t, l, search.Query{Text: query, Dirs: true, Home: "/home/me"}, opts)
		if diff := gocmp.Diff(want, got[:min(len(got), len(want))]); diff != "" {
			t.Errorf("%s: (-want +got):\n%s", query, diff)
		}
	}
}

func TestPlacesStopWhenCancelled(t *testing.T) {
	l := listing(t, "/a/b")
	q := search.Query{Text: "b"}
	found, err := search.Find(t.Context(), l, q)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := found.Places(ctx, l, q, search.PlaceOptions{Splits: splitsExcept()}); !errors.Is(err, context.Canceled) {
		t.Errorf("err is %v", err)
	}
}
