package scan

import (
	"bytes"
	"context"

	"github.com/DaRacci/list-ephemeral/internal/known"
)

// Entry is one candidate of a sorted listing. It is valid only during the call to which it is
// passed.
type Entry struct {
	// Path is absolute and may contain any bytes except NUL.
	Path []byte
	Kind Kind
	// Tagged reports that a directory above has a valid CACHEDIR.TAG. It is only set if [Options]
	// requests it.
	Tagged bool
	// Excluded reports that a pattern excludes the entry or a directory above it. It is only set if
	// [Options] requests it.
	Excluded bool
	// Hidden reports that its class hides the entry. It is only set with HiddenShown.
	Hidden bool

	info []byte

	policy *Policy
	at     place // of the directory
}

// Finding returns the class of data of the entry, and why, if [Rules].Hide is set. It is unknown for
// a symlink whose class depends on its target.
func (e *Entry) Finding() known.Finding {
	if e.policy == nil || !e.policy.hide {
		return known.Finding{}
	}
	return e.policy.finding(e.at, e.Path[bytes.LastIndexByte(e.Path, '/')+1:], e.Kind)
}

// Info returns the metadata if Options requested it, and the zero Info otherwise.
func (e *Entry) Info() Info {
	if e.info == nil {
		return Info{}
	}
	return decodeInfo(e.info)
}

// Clone returns a copy that stays valid.
func (e *Entry) Clone() Entry {
	return Entry{Path: bytes.Clone(e.Path), Kind: e.Kind, Tagged: e.Tagged, Excluded: e.Excluded, Hidden: e.Hidden, info: bytes.Clone(e.info), policy: e.policy, at: e.at}
}

// List walks like Walk and calls emit once for each candidate, sorted by the bytes of its path. It
// does so while the walk is running: the first call comes within milliseconds. It calls emit only
// from the caller's goroutine. If emit returns an error, List stops the walk and returns that
// error.
func List(ctx context.Context, opts Options, emit func(*Entry) error) (Stats, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	opts.NonCandidates = false
	w := newWalk(opts)
	if opts.Excluded != nil {
		w.policy = w.policy.showing(opts.Excluded)
	}
	ended := make(chan struct{})
	var stats Stats
	go func() {
		defer close(ended)
		stats, _ = w.run(ctx)
	}()
	e := emitter{walk: w, emit: emit}
	err := e.run(ctx)
	if err != nil {
		cancel()
	}
	<-ended
	return stats, err
}

// emitter emits the nodes that the workers have read, in sorted order.
type emitter struct {
	walk  *walk
	emit  func(*Entry) error
	stack []level
	path  []byte
	entry Entry
}

// level is a directory that is being emitted: its remaining records and children, and the length of
// its path with the trailing slash.
type level struct {
	records  []byte
	children []node
	path     int
	at       place
}

func (e *emitter) run(ctx context.Context) error {
	if e.walk.base != nil && e.walk.base.Path != "/" {
		e.path = append(e.path, e.walk.base.Path...)
	}
	e.path = append(e.path, '/')
	if err := e.enter(ctx, &e.walk.root); err != nil {
		return err
	}
	for len(e.stack) > 0 {
		top := &e.stack[len(e.stack)-1]
		child, err := e.emitUntilChild(top)
		if err != nil {
			return err
		}
		if child == nil {
			e.stack = e.stack[:len(e.stack)-1]
			continue
		}
		e.path = append(append(e.path[:top.path], child.name...), '/')
		if err := e.enter(ctx, child); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// emitUntilChild emits the records before the next child directory and returns that child, or nil
// at the end of the directory.
func (e *emitter) emitUntilChild(l *level) (*node, error) {
	for len(l.records) > 0 {
		var r record
		r, l.records = nextRecord(l.records)
		if r.descend() {
			child := &l.children[0]
			l.children = l.children[1:]
			return child, nil
		}
		e.path = append(e.path[:l.path], r.name...)
		e.entry = Entry{Path: e.path, Kind: r.kind(), Tagged: l.at.tagged, info: r.info, policy: e.walk.policy, at: l.at}
		if r.shown() {
			class, _ := e.walk.policy.step(l.at, r.name, r.kind())
			e.entry.Excluded, e.entry.Hidden = class == ClassExcluded, class != ClassExcluded
		}
		if err := e.emit(&e.entry); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// enter waits until a directory has been read and pushes it onto the stack. It clears the node's
// references, because nothing else reads them any more.
func (e *emitter) enter(ctx context.Context, n *node) error {
	if err := e.await(ctx, n); err != nil {
		return err
	}
	e.stack = append(e.stack, level{records: n.records, children: n.children, path: len(e.path), at: n.at})
	n.records, n.children = nil, nil
	return nil
}

func (e *emitter) await(ctx context.Context, n *node) error {
	if n.ready.Load() == nodeReady || !n.ready.CompareAndSwap(nodePending, nodeAwaited) {
		return nil
	}
	if e.walk.opts.Waiting != nil {
		e.walk.opts.Waiting()
	}
	select {
	case <-e.walk.awake:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
