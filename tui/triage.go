package tui

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/DaRacci/list-ephemeral/tui/keymap"

	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/triage"
	"github.com/DaRacci/list-ephemeral/tui/review"
)

// decisions is what the user has decided about paths, in this run and in earlier ones.
type decisions struct {
	review.Review
	counting newest[reviewOf]
	review.Progress
	withHidden bool     // shows what is ignored or postponed
	notes      []string // to show one after the other
	restored   int      // the generation of the selection that earlier runs have kept
	warned     bool     // that the next reboot wipes the decisions
}

// reviewOf identifies what is counted.
type reviewOf struct {
	groups  *index.Groups
	changes int // Review.Changes
}

// The messages of decisions.
type (
	// decisionsLoaded has the decisions of earlier runs.
	decisionsLoaded struct {
		loaded Decisions
		err    error
	}
	// decisionsSaved says that the first n decisions are saved.
	decisionsSaved struct {
		n     int
		saved Decisions
		err   error
	}
	// decisionsCounted has the progress of the review.
	decisionsCounted struct {
		gen int
		review.Progress
	}
)

func loadDecisionsCmd(ctx context.Context, machine Machine) tea.Cmd {
	return guarded("load decisions", func() tea.Msg {
		loaded, err := machine.LoadDecisions(ctx)
		return decisionsLoaded{loaded, err}
	})
}

func saveDecisionsCmd(ctx context.Context, machine Machine, all []triage.Decision) tea.Cmd {
	return guarded("save decisions", func() tea.Msg {
		saved, err := machine.SaveDecisions(ctx, all)
		return decisionsSaved{len(all), saved, err}
	})
}

func countDecisionsCmd(ctx context.Context, gen int, l *index.Listing, sums overviewSums, active *triage.Active) tea.Cmd {
	return guarded("count decisions", func() tea.Msg {
		p, err := review.Count(ctx, l, sums.groups, sums.totals, active)
		return answer(p, err, func(p review.Progress) tea.Msg { return decisionsCounted{gen, p} })
	})
}

// decides reports whether the user decides about paths here. There are no decisions on paths in storage.
func (m *app) decides() bool { return m.opts.Job.Key == keymap.AdoptJob.Key }

// takeLoaded adds the decisions of earlier runs. What they keep is selected, so the snippet has it.
func (m *app) takeLoaded(msg decisionsLoaded) tea.Cmd {
	if msg.err != nil {
		m.decisions.Broken()
		m.result.DecisionsErr = msg.err
		return m.notify("decisions are not saved: " + msg.err.Error())
	}
	m.decisions.Loaded(msg.loaded.Set, m.now())
	m.decisions.notes = append(m.decisions.notes, msg.loaded.Notes...)
	var restore tea.Cmd
	if kept := m.decisions.Active().With(triage.Keep); len(kept) > 0 && m.saved == nil && !m.opts.Listed && !m.annotated() {
		m.saved = &savedState{selected: map[string]bool{}, earlier: true}
		for _, path := range kept {
			m.saved.selected[path] = true
		}
		restore = m.restore()
	}
	return tea.Batch(m.askHidden(0), restore, m.save(), m.nextNote())
}

// save starts to save the decisions that are not saved yet, unless a save runs.
func (m *app) save() tea.Cmd {
	if pending := m.decisions.Next(); pending != nil {
		return saveDecisionsCmd(m.ctx, m.opts.Machine, pending)
	}
	return nil
}

// saveTime is how long the end of the program waits for the last decisions to be saved.
const saveTime = 2 * time.Second

// saveLast saves what is not saved yet, before the program ends. It returns nil if there is nothing
// to wait for.
func (m *app) saveLast() tea.Cmd {
	if !m.decisions.Saves() {
		return nil
	}
	return tea.Batch(m.save(), m.after(saveTime, replyTimeEnded{}))
}

// takeSaved adds what other runs have decided.
func (m *app) takeSaved(msg decisionsSaved) tea.Cmd {
	m.result.DecisionsErr = msg.err
	if msg.err != nil {
		m.decisions.Failed()
		if m.shutdown.leaving {
			return m.end()
		}
		return m.notify("decisions are not saved: " + msg.err.Error())
	}
	before := m.decisions.Generation()
	m.decisions.Saved(msg.n, msg.saved.Set, m.now())
	if msg.saved.Wiped != "" && !m.decisions.warned {
		m.decisions.warned = true
		m.decisions.notes = append(m.decisions.notes, msg.saved.Wiped)
	}
	if m.shutdown.leaving {
		return m.leave()
	}
	return tea.Batch(m.save(), m.askHidden(before), m.nextNote())
}

// nextNote shows the next note, when no other notice is shown.
func (m *app) nextNote() tea.Cmd {
	if m.notice.text != "" || len(m.decisions.notes) == 0 {
		return nil
	}
	text := m.decisions.notes[0]
	m.decisions.notes = m.decisions.notes[1:]
	return m.notify(text)
}

// askHidden requests rows again if other paths are hidden than at a generation.
func (m *app) askHidden(before int) tea.Cmd {
	if m.decisions.Generation() == before || m.decisions.withHidden {
		return nil
	}
	return m.ask(true)
}

// followDecisions counts how many places are decided, after a scan and after each change.
func (m *app) followDecisions() tea.Cmd {
	now := reviewOf{m.overview.groups, m.decisions.Changes()}
	if now.groups == nil || now == m.decisions.counting.request || m.shutdown.leaving || !m.decides() {
		return nil
	}
	ctx, gen := m.decisions.counting.start(m.ctx, now)
	return countDecisionsCmd(ctx, gen, m.progress.latest, m.overview.overviewSums, m.decisions.Copy())
}

func (m *app) takeCounted(msg decisionsCounted) tea.Cmd {
	if !m.decisions.counting.done(msg.gen) {
		return nil
	}
	m.decisions.Progress = msg.Progress
	before := m.decisions.Generation()
	m.decisions.Measured(msg.Sizes, m.now())
	return m.askHidden(before)
}

// mostRemembered is the size of a selection up to which each path that is kept is remembered as a
// decision. The file of decisions has room for 100,000.
const mostRemembered = 5000

// remember makes decisions of the changes of the selection since the last call: to keep what was
// selected, and to decide again on what was deselected.
func (m *app) remember() tea.Cmd {
	if !m.decides() {
		return nil
	}
	before, changes := m.decisions.Generation(), m.decisions.Changes()
	m.history.Note(&m.selection, func(before, after *index.Selection) (made int) {
		if before.Len() > mostRemembered || after.Len() > mostRemembered {
			return 0
		}
		l := m.progress.latest
		kept := slices.DeleteFunc(after.Nodes(l), before.Has)
		dropped := slices.DeleteFunc(before.Nodes(l), func(node uint32) bool {
			return after.Has(node) || m.decisions.Active().On(string(l.AppendNode(nil, node))) != triage.Keep
		})
		if len(kept) > 0 && m.decisions.Decide(m.sized(kept), triage.Keep, m.now()).Paths > 0 {
			made++
		}
		if len(dropped) > 0 && m.decisions.Decide(m.sized(dropped), triage.Undecided, m.now()).Paths > 0 {
			made++
		}
		return made
	})
	if m.decisions.Changes() == changes {
		return nil // a save that has failed is tried again with the next decision
	}
	return tea.Batch(m.save(), m.askHidden(before))
}

// sized returns the paths of nodes, with their sizes if they are known.
func (m *app) sized(nodes []uint32) []triage.Sized {
	l := m.progress.latest
	totals := m.overview.of(l)
	all := make([]triage.Sized, len(nodes))
	for i, node := range nodes {
		all[i] = triage.Sized{Path: string(l.AppendNode(nil, node)), Bytes: -1}
		if totals != nil {
			all[i].Bytes = totals.Of(node).Size
		}
	}
	return all
}

// nodesAt returns the nodes that a row stands for: itself, or all places of a program or of what is
// folded.
func (m *app) nodesAt(row int) []uint32 {
	switch of := m.list.programAt(row); {
	case row >= len(m.list.nodes):
		return nil
	case of != nil:
		return of.All
	case m.list.folded(row):
		section := m.list.heads[len(m.list.heads)-1].section
		return m.list.result.Rows[section.First : section.First+section.Count]
	}
	return m.list.nodes[row : row+1]
}

// decide decides on the row under the cursor, and moves on.
func (m *app) decide(v triage.Verdict) tea.Cmd {
	nodes := m.nodesAt(m.list.cursor)
	if len(nodes) == 0 {
		return m.notify("nothing to decide")
	}
	l := m.progress.latest
	for _, node := range nodes {
		if why := m.whyUndecidable(node); why != "" {
			return m.notify(why)
		}
		if dir, covered := m.selection.CoveredBy(l, node); covered {
			return m.notify(m.opts.Job.Selected + " with " + m.pathText(index.DirNode(dir)))
		}
	}
	told := m.remember()
	before := m.decisions.Generation()
	m.history.Push(&m.selection)
	for _, node := range nodes {
		if m.selection.Has(node) {
			m.selection.Toggle(l, node)
		} else if index.IsDir(node) && m.selection.Len() > 0 {
			m.selection.Toggle(l, node) // deselects everything below it
			m.selection.Toggle(l, node)
		}
	}
	change := m.decisions.Decide(m.sized(nodes), v, m.now())
	m.history.Decided()
	m.moveOn()
	text := m.opts.Machine.ChangeText(change) + ": " + m.keys.Browse.Undo.Keys()[0] + " undoes"
	return tea.Batch(told, m.notify(text), m.save(), m.askHidden(before))
}

// whyUndecidable returns why a node cannot be decided on, or "". What cannot be kept as a whole cannot
// be ignored as a whole either.
func (m *app) whyUndecidable(node uint32) string {
	l := m.list.result.Listing
	if l.NonCandidate(node) {
		if why := m.notListed(node); !why.Selectable {
			return "not a candidate: " + why.Reason
		}
	}
	if index.IsDir(node) {
		if why := m.opts.Machine.CannotKeep(string(l.AppendNode(nil, node))); why != "" {
			return "cannot decide on all of it: " + why
		}
	}
	return ""
}

// moveOn moves the cursor to the next row that stays in the list, or to the last one.
func (m *app) moveOn() {
	l := &m.list
	from := l.cursor
	for row := from + 1; row < len(l.nodes); row++ {
		if !m.hidden(row) {
			l.moveTo(row)
			return
		}
	}
	for row := from; row >= 0; row-- {
		if !m.hidden(row) {
			l.moveTo(row)
			return
		}
	}
}

// hidden reports whether a row leaves the list because of a decision.
func (m *app) hidden(row int) bool {
	if m.hiddenGeneration() == 0 {
		return false
	}
	l := m.list.result.Listing
	var path []byte
	return !slices.ContainsFunc(m.nodesAt(row), func(node uint32) bool {
		path = l.AppendNode(path[:0], node)
		return !review.Hides(m.decisions.Active(), path)
	})
}

// hiddenGeneration identifies what decisions hide; 0 if they hide nothing.
func (m *app) hiddenGeneration() int {
	if m.decisions.withHidden || m.decisions.Hidden() == 0 {
		return 0
	}
	return m.decisions.Generation()
}

// toUndecided moves the cursor to the next undecided row in a direction, 1 or -1, also beyond the end
// of the list.
func (m *app) toUndecided(step int) tea.Cmd {
	n := len(m.list.nodes)
	var buf []byte
	for i := 1; i <= n; i++ {
		row := ((m.list.cursor+i*step)%n + n) % n
		if !m.decided(row, &buf) {
			if i == n {
				return m.notify("no other row is undecided")
			}
			m.list.moveTo(row)
			return nil
		}
	}
	return m.notify("every row here is decided")
}

// decided reports whether a row is kept or decided, or everything that it stands for is.
func (m *app) decided(row int, buf *[]byte) bool {
	l := m.list.result.From
	return !slices.ContainsFunc(m.nodesAt(row), func(node uint32) bool {
		if _, covered := m.selection.CoveredBy(l, node); covered || m.selection.Has(node) {
			return false
		}
		var decided bool
		*buf, decided = review.Decided(l, node, m.decisions.Active(), *buf)
		return !decided
	})
}

// undo undoes the last change of the selection and of the decisions, and says what that was.
func (m *app) undo() tea.Cmd {
	return m.revert(m.history.Undo, func() (triage.Change, bool) { return m.decisions.Undo(m.now()) }, "undone")
}

// redo does again what undo has undone last.
func (m *app) redo() tea.Cmd {
	return m.revert(m.history.Redo, func() (triage.Change, bool) { return m.decisions.Redo(m.now()) }, "redone")
}

func (m *app) revert(selection func(*index.Selection) int, decision func() (triage.Change, bool), word string) tea.Cmd {
	before, gen := m.selection.Len(), m.decisions.Generation()
	var words []string
	for range selection(&m.selection) {
		if change, found := decision(); found {
			words = append(words, m.opts.Machine.ChangeText(change))
		}
	}
	if len(words) == 0 {
		words = append(words, word+": "+printable.Plural(max(m.selection.Len()-before, before-m.selection.Len()), "path", "paths"))
		if m.selection.Len() < before {
			words[0] += " no longer " + m.opts.Job.Selected
		} else {
			words[0] += " " + m.opts.Job.Selected
		}
	}
	return tea.Batch(m.notify(strings.Join(words, "; ")), m.save(), m.askHidden(gen))
}

// toggleHidden shows or hides what is ignored or postponed.
func (m *app) toggleHidden() tea.Cmd {
	m.decisions.withHidden = !m.decisions.withHidden
	return m.ask(true)
}
