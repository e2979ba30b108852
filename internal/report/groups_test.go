package report_test

import (
	"strings"
	"testing"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/owner"
)

func TestKeyOfSeparatesOwnersOfTwoTypes(t *testing.T) {
	unit := owner.Owner{Type: owner.TypeUnit, Name: "x", Unit: "x", Program: "p", Kind: owner.KindLog}
	program := owner.Owner{Type: owner.TypeProgram, Name: "x"}
	if report.ByOwner.KeyOf(&unit) == report.ByOwner.KeyOf(&program) {
		t.Error("a unit and a program of one name are one group")
	}
	for by, want := range map[report.By]string{report.ByOwner: "x", report.ByProgram: "p", report.ByUnit: "x", report.ByKind: "log", report.ByUnknown: ""} {
		if got := by.KeyOf(&unit).Name; got != want {
			t.Errorf("by %s: %q, want %q", by, got, want)
		}
		if got := by.KeyOf(&owner.Owner{}); got != (report.GroupKey{}) {
			t.Errorf("by %s, unknown: %+v", by, got)
		}
	}
}

func TestByNamesAreParsed(t *testing.T) {
	for _, name := range report.ByNames() {
		if got := report.ParseBy(name); got.String() != name {
			t.Errorf("%s is %s", name, got)
		}
	}
	if got := report.ParseBy("unknown"); got != report.ByUnknown {
		t.Errorf("unknown is %s", got)
	}
}

func TestGroupsEscapeHostileNames(t *testing.T) {
	g := report.Group{GroupKey: report.GroupKey{Type: owner.TypeUnit, Name: "a\x1b]0;t\x07\nb.service"}}
	g.Count(2, 10, time.Unix(100, 0))
	for _, format := range []report.GroupFormat{report.GroupText(time.Unix(160, 0)), report.GroupJSON(report.ByOwner)} {
		line := string(format(nil, &g))
		if strings.ContainsAny(strings.TrimSuffix(line, "\n"), "\x1b\x07\n") || !strings.Contains(line, "b.service") {
			t.Errorf("%q", line)
		}
	}
}
