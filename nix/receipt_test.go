package nix_test

import (
	"os"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/session"
)

// TestWatchUnitRecords checks that the unit writes the file that the other commands read.
func TestWatchUnitRecords(t *testing.T) {
	t.Parallel()
	var units map[string]map[string]struct {
		WantedBy      []string                                     `json:"wantedBy"`
		ServiceConfig struct{ ExecStart, RuntimeDirectory string } `json:"serviceConfig"`
	}
	mustEval(t, "receipt", &units)
	s, ok := units["watch"]["list-ephemeral-watch"]
	want := "/pkg/bin/list-ephemeral watch --record " + session.DefaultRecord + " --record-size 1Mi"
	if !ok || s.ServiceConfig.ExecStart != want || !strings.HasPrefix(session.DefaultRecord, "/run/"+s.ServiceConfig.RuntimeDirectory+"/") {
		t.Errorf("got %+v", units["watch"])
	}
	if _, other := units["plain"]["list-ephemeral-watch"]; other {
		t.Error("the unit is there without its option")
	}
	text, err := os.ReadFile("../docs/list-ephemeral-watch.service")
	if err != nil || !strings.Contains(string(text), "watch --record "+session.DefaultRecord+"\n") {
		t.Errorf("the unit in docs: %v\n%s", err, text)
	}
}

// TestReceiptUnitRunsAtShutdown checks the parts of the unit on which its order depends.
func TestReceiptUnitRunsAtShutdown(t *testing.T) {
	t.Parallel()
	type service struct {
		Before, After, Conflicts []string
		WantedBy                 []string `json:"wantedBy"`
		UnitConfig               struct {
			DefaultDependencies bool
			RequiresMountsFor   []string
		} `json:"unitConfig"`
		ServiceConfig struct {
			Type, ExecStop  string
			RemainAfterExit bool
		} `json:"serviceConfig"`
	}
	var units map[string]map[string]service
	mustEval(t, "receipt", &units)
	if len(units["disabled"]) != 0 {
		t.Errorf("units without the option: %v", units["disabled"])
	}
	const name = "list-ephemeral-receipt"
	for kind, flags := range map[string]string{"plain": "", "graveyard": " --graveyard --max-file 1Mi --max-total 256Mi --max-age 7d"} {
		s, ok := units[kind][name]
		if !ok || s.ServiceConfig.ExecStop != "/pkg/bin/list-ephemeral receipt"+flags || !s.ServiceConfig.RemainAfterExit || s.ServiceConfig.Type != "oneshot" {
			t.Errorf("%s: %+v", kind, s.ServiceConfig)
		}
		if strings.Join(s.Before, " ") != "basic.target shutdown.target" || strings.Join(s.Conflicts, " ") != "shutdown.target" || s.UnitConfig.DefaultDependencies {
			t.Errorf("%s does not stop after the services: %+v", kind, s)
		}
		if strings.Join(s.UnitConfig.RequiresMountsFor, " ") != "/persist" {
			t.Errorf("%s: it stops after storage is unmounted: %v", kind, s.UnitConfig.RequiresMountsFor)
		}
	}
}
