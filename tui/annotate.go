package tui

import (
	"context"

	tea "charm.land/bubbletea/v2"
)

// Annotations say more of paths than the disk does: what a program did to them.
type Annotations struct {
	// Of annotates a path. It may be called from several goroutines.
	Of func(path string) Annotation
	// Groups are the names of the sets of paths that may be shown alone.
	Groups []string
}

// Annotation is what there is to say of one path. The zero value is nothing.
type Annotation struct {
	Short string // a word, for a column
	Long  string // all of it, for the preview
	// Rank orders paths: the highest first.
	Rank int
	// Groups has bit i set if the path belongs to group i.
	Groups uint32
}

// noteWidth is the width of the column for annotations.
const noteWidth = len(" looked up")

// annotation returns that of a node.
func (o *Options) annotation(l *listing, node uint32) Annotation {
	if o.Annotations == nil {
		return Annotation{}
	}
	return o.Annotations.Of(string(l.appendNode(nil, node)))
}

// nextGroup shows another set of paths alone, or all again.
func (m *app) nextGroup() tea.Cmd {
	if m.opts.Annotations == nil {
		return m.notify("only the paths of a trace can be filtered by operation: list-ephemeral trace -- CMD")
	}
	m.group = (m.group + 1) % (len(m.opts.Annotations.Groups) + 1)
	return m.ask(true)
}

// inGroup returns the rule for files of a group, which count from 1 on.
func (in *inquiry) inGroup() func(id uint32) bool {
	bit := uint32(1) << (in.group - 1)
	var path []byte
	return func(id uint32) bool {
		path = in.listing.appendPath(path[:0], id)
		return in.annotations.Of(string(path)).Groups&bit != 0
	}
}

// rank prepares the order by rank.
func (l *listing) rank(ctx context.Context, of func(string) Annotation) (*weights, error) {
	w := &weights{files: make([]int64, l.files), dirs: make([]int64, len(l.dirs))}
	var path []byte
	for i, id := range l.order {
		if i%checkEvery == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		path = l.appendPath(path[:0], id)
		w.files[id] = int64(of(string(path)).Rank)
		f, _ := l.file(id)
		w.dirs[f.dir()] = max(w.dirs[f.dir()], w.files[id])
	}
	for dir := len(l.dirs) - 1; dir > 0; dir-- { // a parent has the lower number
		parent := &w.dirs[l.dirs[dir].parent]
		*parent = max(*parent, w.dirs[dir])
	}
	return w, nil
}
