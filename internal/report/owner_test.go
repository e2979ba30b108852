package report_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/owner"
)

// bluetooth is what a unit file says of its state directory.
var bluetooth = owner.Owner{
	Type: owner.TypeUnit, Name: "bluetooth.service", Unit: "bluetooth.service", Program: "bluetoothd", Kind: owner.KindState, Mode: "0700",
	User: "root", Group: "root", Share: known.Entry{Repositories: 115}, Kept: true, Path: "/var/lib/bluetooth",
	From:        owner.Evidence{Source: owner.SourceUnitDirectory, File: "/etc/systemd/system/bluetooth.service", Line: 7, Text: "StateDirectory=bluetooth"},
	UnitFrom:    owner.Evidence{Source: owner.SourceUnitDirectory, File: "/etc/systemd/system/bluetooth.service", Line: 7, Text: "StateDirectory=bluetooth"},
	KindFrom:    owner.Evidence{Source: owner.SourceKnowledge, File: "classes.tsv", Text: "Pairings."},
	ProgramFrom: owner.Evidence{Source: owner.SourceKnowledge, File: "program-paths.tsv", Text: "bluez"},
	ModeFrom:    owner.Evidence{Source: owner.SourceLocation},
}

func TestOwnerLinesGiveEachStatementItsSource(t *testing.T) {
	want := []string{
		"owner: unit bluetooth.service (/etc/systemd/system/bluetooth.service:7: StateDirectory=bluetooth)",
		"program: bluetoothd (public configurations: bluez)",
		"kind: state (built-in knowledge: Pairings.)",
		"usual mode: 0700 root root (location)",
		"kept by 115 of 230 public configurations (50 %)",
	}
	if diff := cmp.Diff(want, report.OwnerLines(&bluetooth)); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
}

func TestOwnerLinesOfAnUnknownPathAreEmpty(t *testing.T) {
	if lines := report.OwnerLines(&owner.Owner{}); len(lines) > 0 {
		t.Errorf("%q", lines)
	}
}

func TestOwnerLinesNameSeveralUnitsAndTheDataBehindALink(t *testing.T) {
	o := bluetooth
	o.Units, o.Data = []string{"a.service", "b.service"}, "/var/lib/private/x"
	text := strings.Join(report.OwnerLines(&o), "\n")
	for _, want := range []string{"used by the units a.service and b.service", "the data is in /var/lib/private/x"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in:\n%s", want, text)
		}
	}
}

func TestPathsThatAreLeftOutOfBackupsHaveALine(t *testing.T) {
	for want, ignored := range map[string]known.Ignored{
		"": {Pattern: "/etc/passwd", Owners: 7, Ephemeral: 7},
		"4 owners of public configurations leave it out of backups (pattern ~/.local/share/Steam)": {Pattern: "~/.local/share/Steam", Owners: 4, Backups: 4},
	} {
		if got := report.IgnoredText(ignored); got != want {
			t.Errorf("%+v: %q, want %q", ignored, got, want)
		}
	}
}

func TestOwnerShortIsOneLine(t *testing.T) {
	for want, o := range map[string]owner.Owner{
		"unit bluetooth.service, state": bluetooth,
		"program firefox":               {Type: owner.TypeProgram, Name: "firefox"},
		"cache":                         {Kind: owner.KindCache},
		"":                              {},
	} {
		if got := report.OwnerShort(&o); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
