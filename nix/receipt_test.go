package nix_test

import (
	"strings"
	"testing"
)

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
