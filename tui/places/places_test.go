package places_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/tui/places"
)

func equal[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

var now = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// level counts a level for each ten configurations.
func level(kept int) int { return min(kept/10, 5) }

// place is a place with a size in bytes and an age in days.
func place(node uint32, facts places.Facts, size, days int64) places.Place {
	return places.Place{Node: node, Facts: facts, Stat: index.NodeStat{Size: size, ModTime: now.Unix() - days*86400, Files: 1}, Sized: true}
}

func program(name string) index.Owner { return index.Owner{Type: "program", Name: name} }

// sample has one place for each reason to be before or after another.
func sample() []places.Place {
	return []places.Place{
		place(0, places.Facts{Owner: index.Owner{Type: "user", Name: "al"}, Home: "/home/al"}, 1, 1),
		place(1, places.Facts{Owner: program("zed"), Home: "/home/al"}, 50, 90),
		place(2, places.Facts{Owner: program("zed"), Home: "/home/al"}, 40, 1),
		place(3, places.Facts{Owner: program("ssh"), Home: "/home/al", Secret: true, Unlikely: "caches"}, 2, 1),
		place(4, places.Facts{Owner: program("ff"), Home: "/home/al", Kept: 33}, 2, 1),
		place(5, places.Facts{Owner: program("ff"), Home: "/home/al", Kept: 31}, 3, 1),
		place(6, places.Facts{Home: "/home/al", Unlikely: "logs"}, 900, 1),
		place(7, places.Facts{Home: "/home/al"}, 9, 1),
		place(8, places.Facts{Owner: program("cups")}, 5, 1),
		place(9, places.Facts{Home: "/home/bo"}, 7, 1),
		place(10, places.Facts{Unlikely: "caches"}, 8, 1),
		place(11, places.Facts{Unlikely: "logs"}, 1, 1),
	}
}

func nodes(all []places.Place) (list []uint32) {
	for i := range all {
		list = append(list, all[i].Node)
	}
	return list
}

func TestOrdersOfPlaces(t *testing.T) {
	for by, want := range map[places.Order][]uint32{
		places.OrderMatters: {3, 5, 4, 2, 8, 1, 6, 7, 10, 9, 0, 11},
		places.OrderSize:    {6, 1, 2, 7, 10, 9, 8, 5, 3, 4, 0, 11},
		places.OrderKept:    {4, 5, 0, 1, 2, 3, 6, 7, 8, 9, 10, 11},
		places.OrderPath:    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11},
		places.OrderProgram: {0, 8, 4, 5, 3, 1, 2, 6, 7, 9, 10, 11},
	} {
		t.Run(by.String(), func(t *testing.T) {
			all := sample()
			places.Sort(all, by, level, now)
			equal(t, "order", nodes(all), want)
		})
	}
}

func TestSectionsAreHomesThenTheSystemThenTheRest(t *testing.T) {
	all := sample()
	places.Sort(all, places.OrderMatters, level, now)
	sections := places.Divide(all, "/home/bo")
	type section struct {
		Kind  string
		Home  string
		Nodes []uint32
		Size  int64
	}
	var got []section
	for _, s := range sections {
		got = append(got, section{s.Kind.String(), s.Home, nodes(all[s.First : s.First+s.Count]), s.Size})
	}
	equal(t, "sections", got, []section{
		{"home", "/home/bo", []uint32{9}, 7},
		{"home", "/home/al", []uint32{3, 5, 4, 2, 1, 7, 0}, 107},
		{"system", "", []uint32{8}, 5},
		{"unlikely", "", []uint32{6, 10, 11}, 909},
	})
	equal(t, "reasons", sections[3].Reasons, []string{"logs", "caches"})
	equal(t, "largest", all[sections[1].Largest].Node, uint32(1))
}

func TestSectionsOfNothing(t *testing.T) {
	equal(t, "sections", len(places.Divide(nil, "/home/al")), 0)
}

func ExampleDivide() {
	all := []places.Place{
		{Node: 1}, {Node: 2, Facts: places.Facts{Home: "/home/al"}}, {Node: 3, Facts: places.Facts{Unlikely: "caches"}},
	}
	for _, s := range places.Divide(all, "/home/al") {
		fmt.Println(s.Kind, s.Count)
	}
	// Output:
	// home 1
	// system 1
	// unlikely 1
}
