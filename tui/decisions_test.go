package tui

import (
	"context"

	"github.com/DaRacci/list-ephemeral/triage"
)

// The machine of the tests has no decisions of earlier runs, and saves nothing.

func (f fakeMachine) LoadDecisions(context.Context) (Decisions, error) { return Decisions{}, nil }

func (f fakeMachine) SaveDecisions(_ context.Context, all []triage.Decision) (Decisions, error) {
	return Decisions{Set: triage.SetOf(all...)}, nil
}

func (f fakeMachine) ChangeText(c triage.Change) string { return c.Action.String() }

func (f fakeMachine) IgnoredSnippet(*triage.Active) SnippetText { return SnippetText{} }
