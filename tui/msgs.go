package tui

import (
	"time"

	"github.com/DaRacci/list-ephemeral/internal/crash"
	"github.com/DaRacci/list-ephemeral/internal/index"
)

// Messages are data about what has happened. Where a newer question may have been
// asked meanwhile, gen is the number of the one that is answered.
type (
	// ticked says that it is time to look at the store.
	ticked struct{}
	// scanEnded comes once, after the last file has been added.
	scanEnded struct {
		gen     int
		summary Summary
		err     error
	}
	// listed brings a sorted snapshot, and what it took.
	listed struct {
		gen     int
		listing *index.Listing
		took    time.Duration
	}
	// composed brings what to show.
	resultReady struct {
		gen    int
		result *result
	}
	// looked brings metadata for the first of some nodes.
	statted struct {
		gen   int
		nodes []uint32
		metas []index.NodeStat
	}
	// weighed brings the bytes of what is selected.
	sizeSummed struct {
		gen  int
		size int64
	}
	// counted brings the number of each program's files, in order of
	// Options.Programs.
	counted struct {
		gen    int
		counts []int
	}
	// rendered brings the snippet.
	rendered struct {
		gen     int
		drawing renderRequest
		snippet SnippetText
		paths   int
	}
	// copied says which program has put a text on the clipboard; none if there is
	// no such program.
	copied struct{ what, text, tool string }
	// written says what became of the file that the snippet was to go to.
	written struct {
		name string
		err  error
	}
	// located brings the nodes of what was selected in an earlier scan, and those
	// where the cursor was.
	restored struct {
		gen           int
		nodes, cursor []uint32
	}
	// explained brings why a path is a candidate.
	explained struct{ lines []string }
	// sideDue says that the cursor has rested on its line.
	sideDue struct{ gen int }
	// previewed brings what there is to say of that line.
	previewed struct {
		gen   int
		lines []string
	}
	// adoptPlanned brings what would be copied into storage.
	adoptPlanned struct {
		gen      int
		adoption Adoption
		err      error
	}
	// adoptTicked says that it is time to look how far the copying is.
	adoptTicked struct{ gen int }
	// adoptEnded says what became of it.
	adoptEnded struct {
		gen   int
		lines []string
	}
	// noticeExpired says that a notice has been up long enough.
	noticeExpired struct{ gen int }
	// quitDue says that the terminal has had time to answer.
	replyTimeEnded struct{}
	// cancelled is the answer to a question that nobody waits for any more.
	cancelled struct{}
	// panicked ends the program.
	panicked struct{ err *crash.Error }
	// interrupted ends it too, because its context is done.
	interrupted struct{ cause error }
)
