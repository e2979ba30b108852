package cli

import (
	"github.com/DaRacci/list-ephemeral/adopt"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/session"
)

// warn prints what is to be said of paths that is not a problem.
func (a *app) warn(warnings []adopt.Problem) {
	for _, w := range warnings {
		say(a.err, "warning", report.ProblemText(w))
	}
}

// remedy says what helps against the first problem that there is a remedy for.
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
