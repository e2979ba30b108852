package setting_test

import (
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/setting"
)

func TestNamesAreParsedToTheirValues(t *testing.T) {
	for i, name := range setting.DialectNames {
		if d, err := setting.DialectNames.Parse(name); err != nil || int(d) != i || d.String() != name {
			t.Errorf("%s: %v, %v", name, d, err)
		}
	}
	for i, name := range setting.ThemeNames {
		if v, err := setting.ThemeNames.Parse(name); err != nil || int(v) != i || v.String() != name {
			t.Errorf("%s: %v, %v", name, v, err)
		}
	}
	for i, name := range setting.ViewNames {
		if v, err := setting.ViewNames.Parse(name); err != nil || int(v) != i || v.String() != name {
			t.Errorf("%s: %v, %v", name, v, err)
		}
	}
}

func TestUnknownNamesAreErrors(t *testing.T) {
	_, err := setting.ThemeNames.Parse("Dark")
	if err == nil || err.Error() != `expected auto, light or dark, got "Dark"` {
		t.Errorf("got %v", err)
	}
	if got := setting.View(7).String(); got != "7" {
		t.Errorf("an invalid view is called %q", got)
	}
}

func TestDialectsDifferInWhatTheyWrite(t *testing.T) {
	for d, want := range map[setting.Dialect][3]bool{
		setting.DialectPlain: {true, false, false}, setting.DialectImpermanence: {true, false, true}, setting.DialectImpermanenceHM: {true, false, true},
		setting.DialectPreservation: {true, true, true}, setting.DialectJSON: {false, true, false}, setting.DialectPaths: {false, false, false},
	} {
		if got := [3]bool{d.Nix(), d.CarriesFiles(), d.NamesStorage()}; got != want {
			t.Errorf("%s: %v, want %v", d, got, want)
		}
	}
}
