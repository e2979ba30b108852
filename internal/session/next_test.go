package session

import (
	"testing"

	"github.com/DaRacci/list-ephemeral/boot/generation"
	"github.com/DaRacci/list-ephemeral/internal/report"
)

// TestComingIsThatOfTheNearestDeclaration asks what the next boot changes about paths at, below and
// beside declared ones, one by one and in the order of a listing.
func TestComingIsThatOfTheNearestDeclaration(t *testing.T) {
	s := &Session{
		generations: generations{next: &generation.Generation{}},
		declared: map[string]report.Declaration{
			"/var/lib/a":     {Path: "/var/lib/a", Storage: "/keep/var/lib/a"},
			"/var/lib/a/in":  {Path: "/var/lib/a/in", Storage: "/keep/var/lib/a/in", InStorage: true},
			"/var/lib/sole":  {Path: "/var/lib/sole", Storage: "/keep/var/lib/sole", InStorage: true},
			"/var/lib/zz/zz": {Path: "/var/lib/zz/zz"},
		},
	}
	s.next.Do(func() {})
	s.next.changes = []report.NextChange{
		{Kind: generation.NoLongerKept, Path: "/srv/gone"},
		{Kind: generation.KeptFromNext, Path: "/srv/soon"},
	}
	listed := s.ComingsOf()
	for _, tt := range []struct {
		path string
		want report.Coming
	}{
		{"/srv/gone", report.ComingRemoved},
		{"/srv/gone/x/y", report.ComingRemoved},
		{"/srv/gone2", report.ComingUnknown},
		{"/srv/soon", report.ComingUnknown},
		{"/var/lib", report.ComingUnknown},
		{"/var/lib/a", report.ComingMissing},
		{"/var/lib/a/b", report.ComingMissing},
		{"/var/lib/a/in", report.ComingKept},
		{"/var/lib/a/in/x", report.ComingKept},
		{"/var/lib/a/z", report.ComingMissing},
		{"/var/lib/ab", report.ComingUnknown},
		{"/var/lib/sole", report.ComingKept},
		{"/var/lib/zz/y", report.ComingUnknown},
		{"/var/lib/zz/zz", report.ComingMissing},
	} {
		if got := s.ComingOf(tt.path); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.path, got, tt.want)
		}
		if got := listed(tt.path); got != tt.want {
			t.Errorf("%s in a listing: got %v, want %v", tt.path, got, tt.want)
		}
	}
	for _, tt := range []struct {
		path, within string
		want         report.Coming
	}{
		{"/srv", "/srv/gone", report.ComingRemoved},
		{"/", "/srv/gone", report.ComingRemoved},
		{"/srv/gone", "", report.ComingRemoved},
		{"/srv/go", "", report.ComingUnknown},
		{"/var/lib/a", "", report.ComingMissing},
	} {
		if got, within := s.ComingOfPlace(tt.path); got != tt.want || within != tt.within {
			t.Errorf("as a whole, %s: got %v for %q", tt.path, got, within)
		}
	}
	none := &Session{}
	none.next.Do(func() {})
	if none.ComingsOf() != nil {
		t.Error("nothing is declared, but candidates are asked for")
	}
}
