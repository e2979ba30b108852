package tui

import (
	"time"

	"github.com/DaRacci/list-ephemeral/internal/crash"
	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/tui/card"
	"github.com/DaRacci/list-ephemeral/tui/pane"
	"github.com/DaRacci/list-ephemeral/tui/table"
)

// The messages that commands and timers send. gen is the generation of the request that a
// message answers; a newer request may exist.
type (
	// ticked means that it is time to read the store.
	ticked struct{}
	// scanEnded is sent once for each scan, after the last file was added.
	scanEnded struct {
		gen     int
		summary Summary
		err     error
		took    time.Duration
	}
	// listed has a sorted listing and the time that sorting took.
	listed struct {
		gen     int
		listing *index.Listing
		took    time.Duration
	}
	// resultReady has a new result to show.
	resultReady struct {
		gen    int
		result *table.Result
	}
	// statted has the metadata of nodes. metas can be shorter than nodes.
	statted struct {
		gen   int
		nodes []uint32
		metas []index.NodeStat
	}
	// excludedCounted has the excluded files of directories.
	excludedCounted struct {
		gen     int
		counted []table.Excluded
	}
	// sizeSummed has the size of the selection in bytes, and the number of places that it keeps.
	sizeSummed struct {
		gen int
		selectionSums
	}
	// counted has the programs and what belongs to each.
	counted struct {
		gen      int
		programs []string
		sums     index.ProgramSums
	}
	// filledFound has the places that the selected files fill.
	filledFound struct{ offer }
	// rendered has a snippet and what it is for.
	rendered struct {
		gen     int
		drawing renderRequest
		snippet SnippetText
		about   pane.Summary
		filled  index.Filled
	}
	// copied has the name of the program that put a text on the clipboard, or "" if there
	// is no such program.
	copied struct {
		what, text, tool string
		auto             bool // the user has not asked for it
	}
	// restored has the nodes that were selected before a rescan, and the nodes of the path
	// where the cursor was.
	restored struct {
		gen           int
		nodes, cursor []uint32
	}
	// explained says why a path is, or is not, a candidate.
	explained struct{ lines []string }
	// sideDue means that the cursor has rested on its line for sideDelay.
	sideDue struct{ gen int }
	// previewed has the preview of that line.
	previewed struct {
		gen     int
		preview card.Card
	}
	// worked has the answer of the work of a dialog.
	worked struct {
		gen  int
		take func() pane.Action
	}
	// workTicked means that it is time to show the progress of that work.
	workTicked struct {
		gen  int
		tick func()
	}
	// noticeExpired means that a notice has been shown long enough.
	noticeExpired struct{ gen int }
	// replyTimeEnded means that the terminal has had replyTime to answer.
	replyTimeEnded struct{}
	// cancelled is the answer to a cancelled request.
	cancelled struct{}
	// panicked ends the program because a goroutine panicked.
	panicked struct{ err *crash.Error }
	// interrupted ends the program because its context is done.
	interrupted struct{ cause error }
)
