package index_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/scan"
)

// unknown is the owner of places of which nothing is known.
var unknown = index.Owner{}

func program(name string) index.Owner { return index.Owner{Type: "program", Name: name} }

// byTop splits "/", /home and /etc. The owner of a place is the part of its name before "-"; nothing
// is known of names that begin with "_". A name with k digits is kept by k configurations.
func byTop() index.Owners {
	return index.Owners{
		Splits: func(dir string) bool { return dir == "/" || dir == "/home" || dir == "/etc" },
		Of: func(name string) (index.Owner, int) {
			digits := strings.Count(name, "1")
			base, _, _ := strings.Cut(path.Base(name), "-")
			if strings.HasPrefix(base, "_") {
				return unknown, digits
			}
			return program(base), digits
		},
	}
}

// storeOf returns a store with files. Those that begin with "!" are not candidates.
func storeOf(files ...string) *index.Store {
	var s index.Store
	for _, name := range files {
		if rest, ok := strings.CutPrefix(name, "!"); ok {
			s.AddNonCandidate([]byte(rest), scan.KindFile)
			continue
		}
		s.AddPath([]byte(name), scan.KindFile)
	}
	return &s
}

func groupsOf(t testing.TB, l *index.Listing, owners index.Owners, before *index.Groups) *index.Groups {
	t.Helper()
	g, err := l.GroupByOwner(t.Context(), owners, before)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// placesOf returns the paths of the places of a group.
func placesOf(l *index.Listing, group *index.Group) []string {
	var names []string
	for _, node := range group.Places {
		names = append(names, string(l.AppendNode(nil, node)))
	}
	return names
}

var shop = []string{
	"/home/shop/a", "/home/shop/b/c", "/home/shop-11/x", "/home/_own/x", "/home/_own/y", "/home/mail/x", "/etc/shop-1", "/etc/mail-1",
	"!/etc/mail", "!/home/managed/x", "/home/mail/y", "!/home/mail/z",
}

func TestGroupsHaveThePlacesOfEachOwner(t *testing.T) {
	l := listOf(t, storeOf(shop...))
	groups := groupsOf(t, l, byTop(), nil).All()
	type want struct {
		owner       index.Owner
		places      []string
		files, kept int
	}
	for i, w := range []want{
		{program("mail"), []string{"/etc/mail-1", "/home/mail"}, 3, 1},
		{program("shop"), []string{"/etc/shop-1", "/home/shop-11", "/home/shop"}, 4, 2},
		{unknown, []string{"/home/_own"}, 2, 0},
	} {
		g := groups[i]
		equal(t, "owner", g.Owner, w.owner)
		equal(t, "places", placesOf(l, &g), w.places)
		equal(t, "files", g.Files, w.files)
		equal(t, "kept", g.Kept, w.kept)
	}
	equal(t, "number of groups", len(groups), 3)
}

func TestGroupsOfAnEmptyListingAreEmpty(t *testing.T) {
	g := groupsOf(t, listOf(t, storeOf()), byTop(), nil)
	equal(t, "groups", len(g.All()), 0)
	equal(t, "rows", len(g.Rows(index.GroupOptions{})), 0)
}

func TestOwnersWithOneNameAndTwoTypesAreTwoGroups(t *testing.T) {
	l := listOf(t, storeOf("/home/a/x", "/home/b/x"))
	owners := byTop()
	owners.Of = func(name string) (index.Owner, int) { return index.Owner{Type: path.Base(name), Name: "al"}, 0 }
	g := groupsOf(t, l, owners, nil)
	equal(t, "groups", len(g.All()), 2)
	at, found := g.Find(index.Owner{Type: "b", Name: "al"})
	equal(t, "found", found, true)
	equal(t, "places", placesOf(l, &g.All()[at]), []string{"/home/b"})
	_, found = g.Find(unknown)
	equal(t, "found", found, false)
}

func TestGroupsOfALaterListingAskForNewPlacesOnly(t *testing.T) {
	s := storeOf(shop...)
	before := groupsOf(t, listOf(t, s), byTop(), nil)
	s.AddPath([]byte("/home/aaa/x"), scan.KindFile)
	s.AddPath([]byte("/home/mail/later"), scan.KindFile)
	var asked []string
	owners := byTop()
	of := owners.Of
	owners.Of = func(name string) (index.Owner, int) {
		asked = append(asked, name)
		return of(name)
	}
	l := listOf(t, s)
	g := groupsOf(t, l, owners, before)
	equal(t, "asked", asked, []string{"/home/aaa"})
	fresh := groupsOf(t, l, byTop(), nil)
	equal(t, "groups", g.All(), fresh.All())
}

func TestGroupingStopsWhenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := listOf(t, storeOf(shop...)).GroupByOwner(ctx, byTop(), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("err is %v", err)
	}
}

// rowsText returns rows as lines: the owner, or the path indented by depth.
func rowsText(l *index.Listing, g *index.Groups, rows []index.GroupRow) []string {
	var lines []string
	for _, row := range rows {
		if row.Node == index.NoNode {
			lines = append(lines, g.All()[row.Group].Owner.Name)
			continue
		}
		lines = append(lines, strings.Repeat(" ", row.Depth)+string(l.AppendNode(nil, row.Node)))
	}
	return lines
}

func TestGroupRowsOpenAndClose(t *testing.T) {
	l := listOf(t, storeOf(shop...))
	g := groupsOf(t, l, byTop(), nil)
	part, err := l.Part(t.Context(), func(id uint32) bool {
		return strings.HasSuffix(string(l.AppendNode(nil, id)), "/c")
	})
	if err != nil {
		t.Fatal(err)
	}
	nodes, _ := l.Locate(t.Context(), map[string]bool{"/home/shop": true}, "")
	var open index.Bitset
	for _, node := range nodes {
		open = open.Grown(l.Dirs())
		open.Add(index.DirOf(node))
	}
	second := index.NewBitset(3)
	second.Add(1)
	stats, err := l.StatAll(t.Context(), sizeOfName, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		opts index.GroupOptions
		want []string
	}{
		"all closed":     {index.GroupOptions{}, []string{"mail", "shop", ""}},
		"an order":       {index.GroupOptions{Order: []int{2, 1}}, []string{"", "shop"}},
		"one open":       {index.GroupOptions{Open: second}, []string{"mail", "shop", " /etc/shop-1", " /home/shop-11", " /home/shop", ""}},
		"a place open":   {index.GroupOptions{Open: second, OpenDirs: open, Order: []int{1}}, []string{"shop", " /etc/shop-1", " /home/shop-11", " /home/shop", "  /home/shop/a", "  /home/shop/b"}},
		"of a part":      {index.GroupOptions{Open: second, OpenDirs: open, Part: part}, []string{"shop", " /home/shop", "  /home/shop/b"}},
		"sorted by size": {index.GroupOptions{Open: second, By: l.SizeKeys(stats), Order: []int{1}}, []string{"shop", " /home/shop", " /home/shop-11", " /etc/shop-1"}},
	} {
		t.Run(name, func(t *testing.T) {
			equal(t, "rows", rowsText(l, g, g.Rows(test.opts)), test.want)
		})
	}
}

// sizeOfName says that a file has as many bytes as its path, and is as old as that in seconds.
func sizeOfName(name string) (scan.Kind, scan.Info, error) {
	return scan.KindFile, scan.Info{Size: int64(len(name)), ModTime: time.Unix(int64(len(name)), 0)}, nil
}

// naiveGroup is a group of the reference implementation.
type naiveGroup struct {
	places      map[string]bool
	files, kept int
	size, time  int64
	paths       []string
}

// naive groups paths one by one: the place of a path is the topmost directory above it that does not
// split, or the path itself.
func naive(paths []string, owners index.Owners) map[index.Owner]*naiveGroup {
	groups := map[index.Owner]*naiveGroup{}
	for _, name := range paths {
		place := name
		for dir := path.Dir(name); dir != "/"; dir = path.Dir(dir) {
			if !owners.Splits(dir) {
				place = dir
			}
		}
		owner, kept := owners.Of(place)
		if groups[owner] == nil {
			groups[owner] = &naiveGroup{places: map[string]bool{}}
		}
		g := groups[owner]
		g.places[place] = true
		g.files++
		g.kept = max(g.kept, kept)
		g.size += int64(len(name))
		g.time = max(g.time, int64(len(name)))
		g.paths = append(g.paths, name)
	}
	return groups
}

// randomGroups returns paths of few names, so that they share directories, owners and names.
func randomGroups(r *rand.Rand) (candidates, others []string) {
	seen := map[string]bool{}
	for range 1 + r.IntN(60) {
		name := [...]string{"/home", "/etc", "/var"}[r.IntN(3)]
		for range 1 + r.IntN(4) {
			name += "/" + [...]string{"a", "b", "_c", "a-1", "b-11"}[r.IntN(5)]
		}
		name += fmt.Sprintf("/f%d", r.IntN(9))
		if seen[name] {
			continue
		}
		seen[name] = true
		if r.IntN(5) == 0 {
			others = append(others, name)
			continue
		}
		candidates = append(candidates, name)
	}
	return candidates, others
}

func TestGroupsEqualTheReference(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 16))
		candidates, others := randomGroups(r)
		files := slices.Clone(candidates)
		for _, name := range others {
			files = append(files, "!"+name)
		}
		l := listOf(t, storeOf(files...))
		owners := byTop()
		want := naive(candidates, owners)
		g := groupsOf(t, l, owners, nil)
		if len(g.All()) != len(want) {
			t.Fatalf("seed %d: %d groups, want %d", seed, len(g.All()), len(want))
		}
		stats, err := l.StatAll(t.Context(), sizeOfName, nil)
		if err != nil {
			t.Fatal(err)
		}
		sums := g.Stats(stats)
		for i, group := range g.All() {
			w := want[group.Owner]
			places := placesOf(l, &group)
			slices.Sort(places)
			equal(t, "places", places, slices.Sorted(maps.Keys(w.places)))
			equal(t, "files", group.Files, w.files)
			equal(t, "kept", group.Kept, w.kept)
			equal(t, "sum", sums[i], index.GroupStat{Size: w.size, ModTime: w.time})
			checkGroup(t, l, g, i, w)
		}
	}
}

// checkGroup compares the other views of one group with the reference: its part of the listing, and
// what a selection of its places covers.
func checkGroup(t *testing.T, l *index.Listing, g *index.Groups, i int, want *naiveGroup) {
	t.Helper()
	part, err := l.Part(t.Context(), g.Only(i))
	if err != nil {
		t.Fatal(err)
	}
	for other, count := range g.FilesIn(part) {
		equal(t, "files in the part", count, cmp.Or(map[int]int{i: want.files}[other], 0))
	}
	var s index.Selection
	s.ToggleNodes(l, g.All()[i].Places)
	covered := map[string]bool{}
	for _, id := range l.Order() {
		if _, in := s.CoveredBy(l, id); (in || s.Has(id)) && !l.NonCandidate(id) {
			covered[string(l.AppendNode(nil, id))] = true
		}
	}
	equal(t, "covered by the selection", slices.Sorted(maps.Keys(covered)), slices.Sorted(slices.Values(want.paths)))
	equal(t, "places that are covered", s.Covered(l, g.All()[i].Places), len(want.places))
	s.ToggleNodes(l, g.All()[i].Places)
	equal(t, "left after the second toggle", s.Len(), 0)
}

func TestToggleNodesFirstSelectsTheRest(t *testing.T) {
	l := listOf(t, storeOf("/home/a/x", "/home/b/x", "/etc/c"))
	g := groupsOf(t, l, index.Owners{Splits: byTop().Splits, Of: func(string) (index.Owner, int) { return program("p"), 0 }}, nil)
	places := g.All()[0].Places
	var s index.Selection
	s.Toggle(l, places[1])
	equal(t, "covered", s.Covered(l, places), 1)
	s.ToggleNodes(l, places)
	equal(t, "selected", s.Len(), 3)
	s.ToggleNodes(l, places)
	equal(t, "selected", s.Len(), 0)
	s.Select(index.DirNode(0)) // "/" covers all
	s.ToggleNodes(l, places)
	equal(t, "selected", s.Len(), 1)
	equal(t, "covered", s.Covered(l, places), 3)
}

func TestFilledAreThePlacesOfWhichNearlyAllFilesAreSelected(t *testing.T) {
	var files []string
	for i := range 10 {
		files = append(files, fmt.Sprintf("/home/full/%d", i), fmt.Sprintf("/home/half/%d", i))
	}
	files = append(files, "/home/one/file", "/etc/x", "!/home/full/cache")
	l, err := storeOf(files...).List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var chosen index.Selection
	selected := index.NewBitset(l.Files())
	for _, id := range l.Order() {
		name := string(l.AppendPath(nil, id))
		if name != "/home/full/3" && (!strings.HasPrefix(name, "/home/half") || name < "/home/half/5") {
			selected.Add(id)
		}
	}
	chosen.AddFiles(l, selected)
	f := l.Filled(&chosen, byTop().Splits)
	if f.Files != 9 || len(f.Dirs) != 1 || string(l.AppendNode(nil, f.Dirs[0])) != "/home/full" {
		t.Errorf("%d files, %d directories", f.Files, len(f.Dirs))
	}
	before := l.Filled(&index.Selection{}, byTop().Splits)
	chosen.AddNodes(l, f.Dirs)
	if after := l.Filled(&chosen, byTop().Splits); len(before.Dirs)+len(after.Dirs) > 0 {
		t.Error("places are filled when nothing, or the place itself, is selected")
	}
}
