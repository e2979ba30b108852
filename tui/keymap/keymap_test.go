package keymap_test

import (
	"testing"

	"github.com/DaRacci/list-ephemeral/tui/keymap"
	"github.com/DaRacci/list-ephemeral/tui/pane"
)

func TestAKeyDoesOneThingInAContext(t *testing.T) {
	keys := keymap.New()
	for _, c := range []pane.Context{pane.ContextBrowse, pane.ContextSearch, pane.ContextSnippet, pane.ContextHelp} {
		actions := map[string]string{}
		for _, b := range keys.Bindings(c) {
			for _, k := range b.Keys() {
				if other, taken := actions[k]; taken && other != b.Help().Desc {
					t.Errorf("%s: %q does %q and %q", c, k, other, b.Help().Desc)
				}
				actions[k] = b.Help().Desc
			}
		}
		if len(actions) == 0 {
			t.Errorf("%s has no keys", c)
		}
	}
	if keys.Bindings(pane.ContextUnknown) != nil {
		t.Error("an unknown context has keys")
	}
}

func TestTheTableHasEachKeyOnceInAContext(t *testing.T) {
	seen := map[[2]string]bool{}
	for _, row := range keymap.KeyTable() {
		if id := [2]string{row.Context, row.Keys}; seen[id] || row.Keys == "" || row.Action == "" {
			t.Errorf("%+v is twice in the table, or empty", row)
		} else {
			seen[id] = true
		}
	}
}

func TestHintsAreNamedByTheJob(t *testing.T) {
	keys := keymap.New()
	job := keymap.AdoptJob
	job.Picks, job.Shows = "restore", "list"
	labels := map[string]bool{}
	for _, h := range keys.Hints(pane.ContextBrowse, &job) {
		labels[h.Label] = true
	}
	if !labels["restore"] || !labels["list"] || labels["keep"] {
		t.Errorf("the hints are %v", labels)
	}
}
