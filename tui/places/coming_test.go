package places_test

import (
	"testing"

	"github.com/DaRacci/list-ephemeral/tui/places"
)

func TestChangesHaveWords(t *testing.T) {
	for change, want := range map[places.Coming][3]string{
		places.ComingUnknown: {},
		places.ComingKept:    {"kept", "kept from next boot", "kept from the next boot on: it shows what storage has there"},
		places.ComingMissing: {"missing", "not in storage", "declared, but storage has nothing there: adopt copies it"},
		places.ComingRemoved: {"removed", "no longer kept", "NO LONGER KEPT after the next boot"},
		200:                  {},
	} {
		equal(t, "words", [3]string{change.String(), change.Short(), change.Text()}, want)
	}
}

func TestWhatIsNoLongerKeptComesFirst(t *testing.T) {
	all := sample()
	all[11].Coming = places.ComingRemoved
	all[1].Coming = places.ComingMissing // that is not urgent
	places.Sort(all, places.OrderMatters, level, now)
	equal(t, "order", nodes(all), []uint32{11, 3, 5, 4, 2, 8, 1, 6, 7, 10, 9, 0})
}
