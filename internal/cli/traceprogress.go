package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/trace"
)

// checkDelay is how long the disk check may take before a message is shown.
const checkDelay = 300 * time.Millisecond

// showChecks sets the options that show what happens between the end of the command and the report:
// its paths are checked on the disk, and then the disk is checked for other changes.
func (a *app) showChecks(opts *trace.Options, s *session.Session, noCheck bool) {
	shown := isTerminal(a.err.file)
	if shown {
		opts.Progress = func(done, total int) {
			a.err.progress(fmt.Sprintf("list-ephemeral: checking %d of %d paths", done, total))
			if done+progressPaths > total {
				a.err.progress("")
			}
		}
	}
	if noCheck {
		return
	}
	opts.Changed = func(ctx context.Context, since time.Time, found func(string)) error {
		if shown {
			timer := time.AfterFunc(checkDelay, func() {
				a.err.progress("list-ephemeral: checking the disk for changes that were not traced; Ctrl-C skips this")
			})
			defer func() {
				if !timer.Stop() {
					a.err.progress("")
				}
			}()
		}
		return s.ChangedSince(ctx, since, found)
	}
}

// progressPaths is the number of paths between two calls of trace.Options.Progress.
const progressPaths = 4096
