package screen

import (
	"context"

	"github.com/DaRacci/list-ephemeral/internal/decisions"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/triage"
	"github.com/DaRacci/list-ephemeral/tui"
)

// LoadDecisions implements tui.Machine.
func (m Machine) LoadDecisions(ctx context.Context) (tui.Decisions, error) {
	file, err := m.decisionsFile()
	if err != nil {
		return tui.Decisions{}, err
	}
	loaded, err := file.Load(ctx)
	if err != nil {
		return tui.Decisions{}, withDecisionsHint(err)
	}
	return m.decisionsOf(file, &loaded), nil
}

// SaveDecisions implements tui.Machine.
func (m Machine) SaveDecisions(ctx context.Context, all []triage.Decision) (tui.Decisions, error) {
	file, err := m.decisionsFile()
	if err != nil {
		return tui.Decisions{}, err
	}
	saved, err := file.Save(ctx, all)
	if err != nil {
		return tui.Decisions{}, withDecisionsHint(err)
	}
	return m.decisionsOf(file, &saved), nil
}

func (m Machine) decisionsOf(file *triage.File, loaded *triage.Loaded) tui.Decisions {
	d := tui.Decisions{Set: loaded.Set, Notes: report.DamageTexts(file.Path(), loaded.Damaged)}
	if decisions.Wiped(m.Session, file) {
		d.Wiped = report.DecisionsWipedText(file.Dir())
	}
	return d
}

// decisionsFile returns the file of the user. The session notes which storage it has found.
func (m Machine) decisionsFile() (*triage.File, error) {
	m.describing.Lock()
	defer m.describing.Unlock()
	return decisions.File(m.Session)
}

// withDecisionsHint adds what to do about an error.
func withDecisionsHint(err error) error {
	if hint := report.DecisionsErrorHint(err); hint != "" {
		return withHint(session.WithRemedy(err, hint))
	}
	return err
}

// ChangeText implements tui.Machine.
func (m Machine) ChangeText(c triage.Change) string { return report.ChangeText(c, m.Config.Home) }

// IgnoredSnippet implements tui.Machine.
func (m Machine) IgnoredSnippet(active *triage.Active) tui.SnippetText {
	e := decisions.ExcludesOf(active)
	return tui.SnippetText{Text: e.Text, Notes: report.ExcludesNotes(e.Hides, e.NoPattern), LeftOut: len(e.NoPattern)}
}
