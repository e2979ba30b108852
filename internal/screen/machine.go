package screen

import (
	"context"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/snippet"
	"github.com/DaRacci/list-ephemeral/tui"
	"github.com/DaRacci/list-ephemeral/tui/table"
)

// Machine implements tui.Machine for a session on this machine.
type Machine struct {
	*session.Session
	rollup *scan.Rollup
	places known.Homes
	style  snippet.Options // for CannotKeep; only its paths matter
	// describing is held while the selection is described in a dialect: the session caches what it reads.
	describing *sync.Mutex
}

// New returns the machine of a session.
func New(s *session.Session) Machine {
	s.Style.LeaveShared = false // WholeDoubt asks before they are selected
	return Machine{s, scan.NewRollup(s.Policy, s.Homes()...), known.HomesOf(s.Homes()...), s.Style, new(sync.Mutex)}
}

// Scan implements tui.Machine.
func (m Machine) Scan(ctx context.Context, into *index.Store, all bool) (tui.Summary, error) {
	stats, err := scan.Walk(ctx, scan.Options{Policy: m.Policy, NonCandidates: all}, into.AddDir)
	summary := tui.Summary{Errors: len(stats.Errors), NoLongerKept: m.NoLongerKept()}
	for _, unread := range stats.Errors[:min(len(stats.Errors), mostUnread)] {
		summary.Unread = append(summary.Unread, unread.Error())
	}
	return summary, err
}

// Excluded counts the excluded files in a directory that is kept as a whole, as list --dirs --long
// does. It leaves all CPUs but one to the screen.
func (m Machine) Excluded(ctx context.Context, dir string) scan.Extent {
	along, _, err := scan.Excluded(ctx, scan.Options{Policy: m.Policy, Workers: 1}, []string{dir})
	if err != nil || len(along) == 0 {
		return scan.Extent{}
	}
	return along[0].Excluded
}

// mostUnread is the number of paths that could not be read that the screen lists.
const mostUnread = 1000

// NotListed implements tui.Machine.
func (m Machine) NotListed(path string, kind scan.Kind) table.NotListedReason {
	v := m.Judge(path, kind)
	switch v.Class {
	case scan.ClassCandidate, scan.ClassIncluded, scan.ClassRoot:
		return table.NotListedReason{Reason: "contains no candidates", Selectable: true}
	default:
	}
	return table.NotListedReason{Reason: report.VerdictText(v), Selectable: v.Class == scan.ClassExcluded || v.Class == scan.ClassHidden}
}

// Splits implements tui.Machine.
func (m Machine) Splits(dir string) bool { return m.rollup.Splits(dir) }

// CannotKeep implements tui.Machine: it returns why a snippet would not contain a directory. The screen
// itself says which key shows what is in it.
func (m Machine) CannotKeep(dir string) string {
	why, _, _ := strings.Cut(snippet.WhyNot(dir, &m.style), "; persist directories in it instead")
	return why
}

// WholeDoubt implements tui.Machine.
func (m Machine) WholeDoubt(dir string) (why string, ask bool) {
	return report.DivisionText(m.rollup.Division(dir)), m.rollup.Homes().Shared(dir)
}

// Kept implements tui.Machine.
func (m Machine) Kept(path string) bool {
	_, found := known.Keeper(m.places, path)
	return found
}

// KeptPaths implements hits.Keeper: what the configuration persists, and the mount points below the
// roots. It stats nothing.
func (m Machine) KeptPaths() []string {
	var kept []string
	for _, p := range m.ScanRules.Persisted {
		kept = append(kept, p.Path)
	}
	for _, mount := range m.Mounts.Points() {
		if class := m.Policy.Judge(mount.Point, scan.KindUnknown).Class; class == scan.ClassMounted || class == scan.ClassPersisted {
			kept = append(kept, mount.Point)
		}
	}
	slices.Sort(kept)
	return slices.Compact(kept)
}

// Known implements tui.Machine: owner and kind, and the last recorded write.
func (m Machine) Known(path string) string {
	o := m.OwnerOf(path)
	text := report.OwnerShort(&o)
	if w, ok := m.Written(path); ok {
		text = strings.TrimPrefix(text+"; "+report.WriterText(&w, time.Now()), "; ")
	}
	return text
}

// Owner implements tui.Machine.
func (m Machine) Owner(uid, gid uint32) string { return m.Owners.UserAndGroup(uid, gid) }

// Annotate implements tui.Machine.
func (m Machine) Annotate(string) table.Annotation { return table.Annotation{} }

// Explain implements tui.Machine.
func (m Machine) Explain(_ context.Context, path string) []string {
	e := m.Explanation(path)
	e.OnScreen = true
	return e.Lines()
}

// Snippet implements tui.Machine.
func (m Machine) Snippet(selected []index.Selected, dialect int) tui.SnippetText {
	m.describing.Lock()
	defer m.describing.Unlock()
	return Text(m.Render(m.items(selected, dialect)))
}

// Text returns a snippet as the screen shows it and the command line prints it.
func Text(s session.SnippetText) tui.SnippetText {
	text := tui.SnippetText{
		Text: s.Text, Visible: s.Visible, Notes: s.Notes, Commented: s.Commented, LeftOut: s.LeftOut, Shared: s.Shared,
		Groups: make([]tui.NoteGroup, len(s.Groups)),
	}
	for i, g := range s.Groups {
		text.Groups[i] = tui.NoteGroup(g)
	}
	return text
}

// items describes the selection in a dialect. The caller locks describing.
func (m Machine) items(selected []index.Selected, dialect int) []snippet.Item {
	m.Style.Dialect = setting.Dialect(dialect)
	items := make([]snippet.Item, len(selected))
	for i, s := range selected {
		items[i] = m.Describe(s.Path, s.Kind)
	}
	return items
}

// Copy implements tui.Machine.
func (m Machine) Copy(ctx context.Context, text string) string { return copyToClipboard(ctx, text) }

// Listed is a machine whose candidates are the lines of a stream.
type Listed struct {
	Machine
	lines io.Reader
	end   byte // of a line
}

// NewListed returns a machine whose candidates are lines, each ended with end.
func NewListed(s *session.Session, lines io.Reader, end byte) Listed {
	return Listed{New(s), lines, end}
}

// Scan implements tui.Machine.
func (m Listed) Scan(ctx context.Context, into *index.Store, _ bool) (tui.Summary, error) {
	return readCandidates(ctx, m.lines, m.end, into)
}
