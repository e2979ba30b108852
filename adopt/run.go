package adopt

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/sizes"
)

// mostStaged and mostPlaces limit a batch. Each batch is synced once and keeps its directories
// open.
const (
	mostStaged = 10_000
	mostPlaces = 500
)

// descriptors is how many descriptors a run needs in addition to those of places: the program's own
// (16), two for each directory that the walker has open and for each directory of a job, two for
// each file that a worker copies, and one for listing a directory.
const descriptors = 16 + 2*2*(mostOpenLevels+1) + 2*(2*workers+1) + 2*workers + 1

// placesAllowed returns how many places, at two descriptors each, fit into RLIMIT_NOFILE. Go has
// already raised the soft limit to the hard limit.
func placesAllowed() int {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil || limit.Cur < descriptors {
		return 1
	}
	return int(max(1, min((limit.Cur-descriptors)/2, mostPlaces)))
}

// ErrBusy is the error if another run is using the same storage.
var ErrBusy = errors.New("another adopt is running")

// run is the execution of a plan.
type run struct {
	sources     sources
	storage     dir
	force       bool
	content     content
	links       links
	places      map[string]*place // places of this batch, by source
	open, most  int               // how many places are open, and may be open
	missing     []*staged         // units to be copied
	batch       []*staged         // units that have been copied
	created     []createdParent
	stagingDirs map[reach]*stagingDir
	path        string          // the storage path
	differing   map[string]bool // sources whose directory in storage differs
	stages      int
	topKind     int64 // the type of the file system at the top of storage (statfs(2))
}

// staged is a unit that is copied to the staging directory and then put in place.
type staged struct {
	result      *Result
	at          *place
	source      string // the name in the source, or "." for a root
	name, stage string
	placed      bool // it has been put in place
	node        *node
	files       int
	bytes       int64
	tries       int
	mounts      []string
	warnings    []Problem
}

// path returns the path of the source.
func (s *staged) path() string { return s.at.path.child(s.name).String() }

// Run executes the plan and returns the result for each path, in the order of the plan. It returns
// an error if nothing could be done. If ctx is cancelled, it returns the results so far and ctx's
// error.
func (p *Plan) Run(ctx context.Context, progress *Progress) (results []*Result, err error) {
	r := &run{places: map[string]*place{}, stagingDirs: map[reach]*stagingDir{}, path: p.Storage, differing: map[string]bool{}, most: placesAllowed(), force: p.force}
	r.content.progress = progress
	root, err := openOrigin(p.beneath, p.source)
	if err != nil {
		return nil, err
	}
	defer root.close()
	r.sources = root.sources(p.roots)
	if r.storage, err = openStorage(root.live, p.Storage, p.source); err != nil {
		return nil, err
	}
	defer r.storage.close()
	if err := retried(func() error { return unix.Flock(r.storage.fd, unix.LOCK_EX|unix.LOCK_NB) }); err != nil {
		if errors.Is(err, unix.EWOULDBLOCK) {
			err = ErrBusy
		}
		return nil, fmt.Errorf("lock %s: %w", p.Storage, err)
	}
	defer func() { err = errors.Join(err, r.dropStaging()) }()
	r.links = links{storage: r.storage, made: map[inode]*copyWithNames{}}
	for _, unit := range p.Units {
		result := &Result{Path: unit.Path, Target: unit.Target}
		results = append(results, result)
		if ctx.Err() != nil {
			result.fail(unit.Path, ctx.Err())
			continue
		}
		r.begin(ctx, result, unit)
		if r.open >= r.most {
			r.makeMissing(ctx)
		}
	}
	r.makeMissing(ctx)
	r.dropParents()
	for _, result := range results {
		result.conclude()
	}
	return results, ctx.Err()
}

// begin queues the unit of a selected path, or the units that an existing directory lacks.
func (r *run) begin(ctx context.Context, result *Result, unit Unit) {
	if unit.Err != nil {
		result.fail(unit.Path, unit.Err)
		return
	}
	at, name, err := r.parents(result, unit.Path)
	if err != nil {
		result.fail(unit.Path, err)
		return
	}
	defer at.release()
	if in := r.adoptEntry(ctx, result, at, name, path.Base(unit.Path)); in != nil {
		r.merge(ctx, result, in)
	}
}

// adoptEntry queues a unit for an entry of a place, unless it is in storage already. If the entry
// is a directory that exists in storage, adoptEntry returns its place, and the caller merges it.
func (r *run) adoptEntry(ctx context.Context, result *Result, at *place, from, name string) (merge *place) {
	source := at.path.child(name)
	st, err := at.from.stat(from)
	if err != nil {
		result.failAt(source.String, err)
		return nil
	}
	if r.leftOut(result, at.from, from, source, &st) {
		return nil
	}
	there, err := at.to.stat(name)
	switch {
	case errors.Is(err, unix.ENOENT):
		if err := refusedBy(at.gains, st.Uid); err != nil {
			result.failAt(source.String, err)
			return nil
		}
		// The unit is copied later, when all existing entries are known, because another name of
		// this file may be in storage.
		r.missing = append(r.missing, &staged{result: result, at: at.keep(), source: from, name: name})
		if r.open >= r.most {
			r.makeMissing(ctx)
		}
	case err != nil:
		result.failAt(source.String, err)
	case isDir(&st) && isDir(&there):
		return r.enter(result, at, from, name)
	case isLink(&st) && result.Target != result.Path && source.openable() && at.from.leadsTo(from, strings.TrimSuffix(result.Target, result.Path)+source.String()):
		r.content.progress.Files.Add(1) // this symlink itself persists the path
	default:
		differs, err := r.content.compare(ctx, at.from, at.to, name, &st, &there)
		switch {
		case err != nil:
			result.failAt(source.String, err)
		case differs != "":
			result.failAt(source.String, differsError{differs, r.path == "/"})
		case st.Nlink > 1 && source.openable(): // links are made by path
			r.links.remember(&st, &there, location{rel: source.String()})
		}
		r.content.progress.Files.Add(1)
	}
	return nil
}

// leftOut reports whether an entry is not copied because of its type. For a selected path, this is
// a problem.
func (r *run) leftOut(result *Result, from dir, name string, source *pathname, st *unix.Stat_t) bool {
	selected := source.is(result.Path)
	switch {
	case from.isMount(name) && selected:
		result.failAt(source.String, mountedError(result.Path))
	case from.isMount(name):
		result.Mounts = append(result.Mounts, source.String())
	case from.limits.leavesOut(st) && selected:
		result.failAt(source.String, errDevice)
	case from.limits.leavesOut(st):
		result.warnAt(source.String, errDevice)
	default:
		return false
	}
	return true
}

// makeMissing copies the queued units and puts them in place, in batches.
func (r *run) makeMissing(ctx context.Context) {
	missing := r.missing
	r.missing = nil
	for _, s := range missing {
		r.stage(ctx, s)
		if len(r.batch) >= mostStaged {
			r.flush(ctx)
		}
	}
	r.flush(ctx)
	for source, p := range r.places {
		delete(r.places, source)
		p.release()
	}
}

// stage copies a unit to the staging directory.
func (r *run) stage(ctx context.Context, s *staged) {
	s.stage = r.nextStage()
	s.tries++
	problems := &Result{}
	if err := ctx.Err(); err != nil {
		problems.failAt(s.path, err)
		r.discard(s, problems)
		return
	}
	st, err := s.at.from.stat(s.source)
	switch {
	case err != nil:
		problems.failAt(s.path, err)
	case isDir(&st):
		var t *tree
		s.node, t = r.copyTree(ctx, s)
		problems, s.files, s.bytes = &t.problems, int(t.files.Load()), t.bytes.Load()
	default:
		s.node, s.files = &node{name: s.source, st: st}, 1
		warning, err := r.stageLeaf(ctx, s, &st)
		if err != nil {
			problems.failAt(s.path, err)
		}
		if warning != nil {
			problems.warnAt(s.path, warning)
		}
		r.content.progress.Files.Add(1)
	}
	s.mounts, s.warnings = problems.Mounts, problems.Warnings
	if ctx.Err() != nil && problems.More == 0 {
		problems.failAt(s.path, ctx.Err())
	}
	if problems.More > 0 {
		r.discard(s, problems)
		return
	}
	r.batch = append(r.batch, s)
}

// stageLeaf copies anything except a directory. It makes a link if there is already a copy of the
// same file.
func (r *run) stageLeaf(ctx context.Context, s *staged, st *unix.Stat_t) (warning, err error) {
	if st.Nlink > 1 {
		linked, err := r.links.link(s.at.staging.dir, s.stage, st, location{of: s})
		if linked || err != nil {
			return nil, err
		}
	}
	copied, err := r.content.leaf(ctx, s.at.staging.dir, s.stage, s.at.from, s.source, st)
	s.node.st, s.bytes = copied.st, copied.st.Size
	if st.Nlink > 1 && err == nil {
		r.links.add(&node{name: s.stage, st: *st}, s.at.staging.dir, location{of: s})
	}
	return copied.warning, err
}

// discard removes the copy of a unit that is not put in place.
func (r *run) discard(s *staged, problems *Result) {
	if err := s.at.staging.remove(s.stage); err != nil {
		problems.failAt(s.path, fmt.Errorf("remove staging entry %s: %w", s.stage, err))
	}
	for _, p := range problems.Problems {
		s.result.fail(p.Path, p.Err)
	}
	s.result.More += problems.More - len(problems.Problems)
	s.at.release()
}

// flush puts the units of a batch in place: it syncs them, checks that their sources have not
// changed, and renames them. Units whose source has changed are copied again.
func (r *run) flush(ctx context.Context) {
	for len(r.batch) > 0 {
		batch := r.batch
		r.batch = nil
		syncErrs := r.syncAll(batch)
		mapped := r.mappedFiles(ctx)
		placed := map[*place]*staged{}
		for _, s := range batch {
			at := s.at.keep()
			err := syncErrs[at]
			if err == nil {
				err = mapped.writer(s)
			}
			r.finish(ctx, s, err)
			if !s.placed || placed[at] != nil {
				at.release()
				continue
			}
			placed[at] = s
		}
		for at, s := range placed {
			if err := at.to.sync(); err != nil {
				s.result.failAt(s.path, fmt.Errorf("sync the directory: %w", err))
			}
			at.release()
		}
	}
}

// finish puts one unit in place, or copies it again if its source has changed.
func (r *run) finish(ctx context.Context, s *staged, err error) {
	problems := &Result{}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		problems.failAt(s.path, err)
		r.discard(s, problems)
		return
	}
	if changed := verify(s.at.from, s.path, s.node); len(changed) > 0 {
		if s.tries < attempts {
			if err := s.at.staging.remove(s.stage); err == nil {
				r.stage(ctx, s)
				return
			}
		}
		for _, p := range changed {
			problems.fail(p.Path, p.Err)
		}
		r.discard(s, problems)
		return
	}
	if err := s.at.staging.place(s.stage, s.at.to, s.name); err != nil {
		if errors.Is(err, unix.EEXIST) {
			err = fmt.Errorf("its target appeared during the copy: %w", err)
		}
		problems.failAt(s.path, err)
		r.discard(s, problems)
		return
	}
	s.placed, s.result.placed = true, true
	r.content.progress.Placed.Add(1)
	s.result.Mounts = append(s.result.Mounts, s.mounts...)
	for _, w := range s.warnings {
		s.result.warnAt(func() string { return w.Path }, w.Err)
	}
	s.result.Files += s.files
	s.result.Bytes = sizes.Add(s.result.Bytes, s.bytes)
	s.at.release()
}

// syncAll syncs the file systems of the units and returns the errors by place.
func (r *run) syncAll(batch []*staged) map[*place]error {
	errs := map[*place]error{}
	done := map[uint64]error{}
	for _, s := range batch {
		if _, seen := errs[s.at]; seen {
			continue
		}
		st, err := fstat(s.at.to.fd)
		if err == nil {
			var seen bool
			if err, seen = done[st.Dev]; !seen {
				err = s.at.to.syncFS()
				done[st.Dev] = err
			}
		}
		errs[s.at] = err
	}
	return errs
}

func (r *run) nextStage() string {
	r.stages++
	return itoa(r.stages)
}
