package cli

import (
	"github.com/DaRacci/list-ephemeral/adopt"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/session"
)

// warn prints warnings about paths.
func (a *app) warn(warnings []adopt.Problem) {
	for _, w := range warnings {
		say(a.err, "warning", report.ProblemText(w))
	}
}

// remedy prints the remedy for the first problem that has one.
func (a *app) remedy(results []*adopt.Result) {
	for _, r := range results {
		for _, p := range r.Problems {
			if hint := session.RemedyFor(p.Err); hint != "" {
				say(a.err, "hint", hint)
				return
			}
		}
	}
}
