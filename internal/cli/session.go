package cli

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/spf13/cobra"

	"github.com/DaRacci/list-ephemeral/config"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/scan"
)

// newSession returns the session of a command for its PATHs, and reports problems of the
// configuration and the PATHs on stderr. PATHs that cannot be resolved are reported and skipped;
// the exit status is then 1.
func (a *app) newSession(ctx context.Context, paths []string) (*session.Session, error) {
	var made atomic.Pointer[session.Session]
	err := session.WaitFor(ctx, func() error {
		s, err := session.New(session.Options{
			Config: a.config, Roots: a.roots, Excludes: a.excludes, Includes: a.includes, NoCache: a.noCache, All: a.all, Paths: paths, MayLackRoots: a.mayLackRoots,
		})
		made.Store(s)
		return err
	})
	s := made.Load()
	if s != nil && s.Config != nil {
		for _, w := range s.Config.Warnings {
			a.notice("warning", w.String())
		}
	}
	if err != nil {
		return nil, err
	}
	if s.Config.Source == "" && !a.brief {
		a.notice("hint", noConfiguration)
	}
	for _, err := range s.Unresolved {
		a.notice("error", err.Error())
		a.failed = exitError(exitFailed)
	}
	if len(s.Only) == 0 && a.failed != nil {
		return nil, a.failed
	}
	return s, nil
}

// noConfiguration is the hint about a missing configuration.
const noConfiguration = "no configuration file; using built-in knowledge and detected mounts"

// notice prints a message on stderr, and also shows it on the screen, which hides stderr.
func (a *app) notice(kind, text string) {
	say(a.err, kind, text)
	a.notices = append(a.notices, text)
}

// explainNothing reports that there are no candidates, and the PATHs that are the reason.
func (a *app) explainNothing(s *session.Session) {
	say(a.err, "hint", "no candidates found")
	for _, path := range s.Only {
		kind, _, _ := scan.Stat(path)
		v := s.Policy.Judge(path, kind)
		if v.Class != scan.ClassCandidate && v.Class != scan.ClassRoot {
			say(a.err, "hint", fmt.Sprintf("%s: %s; list-ephemeral explain shows why", path, v.Class))
		}
	}
}

// isConfigError reports whether an error is about the configuration or an exclude pattern in it.
func isConfigError(err error) bool {
	var wrong *config.Error
	return errors.As(err, &wrong)
}

// sayFate says of which roots nothing shows that a boot wipes them, and of which more is listed
// than a boot wipes.
func (a *app) sayFate(s *session.Session) {
	for _, text := range fateNotices(s) {
		say(a.err, "hint", text)
	}
}

// fateNotices are what sayFate says.
func fateNotices(s *session.Session) (texts []string) {
	for _, tree := range s.Doubtful() {
		texts = append(texts, report.DoubtText(tree)+"; use --root or the key roots to name what a boot wipes")
	}
	for _, tree := range s.Fates().Roots() {
		if text := report.LowerLayersText(tree); text != "" {
			texts = append(texts, text)
		}
	}
	return texts
}

// leaveStuck changes a command, which has to be read-only, so that a signal ends it even while it
// waits for a file system that does not respond.
func leaveStuck(cmd *cobra.Command) *cobra.Command {
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return session.Unstuck(cmd.Context(), func() error { return run(cmd, args) })
	}
	return cmd
}
