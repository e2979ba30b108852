package scan

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/pattern"
)

// DefaultWorkers is how many directories are read at once while the walk waits for the disk, which
// can serve sixteen requests in parallel. On a warm cache, fewer workers are active.
const DefaultWorkers = 16

// Options are the options of a walk.
type Options struct {
	// Policy decides which paths are candidates; nil means everything below "/" except the system
	// directories.
	Policy *Policy
	// Kinds are the kinds of candidates; empty means regular files.
	Kinds Kinds
	// Info requests metadata for each candidate, which takes one statx(2) call each.
	Info bool
	// Keep, if set, filters candidates by their metadata. It implies Info and is called from
	// several goroutines at once.
	Keep func(Kind, Info) bool
	// ChangedSince, if not zero, filters candidates by the time of their last change of any kind
	// (ctime, inode(7)), which must be at or after it. It implies Info.
	ChangedSince time.Time
	// Tags decides how directories with a CACHEDIR.TAG are treated.
	Tags Tags
	// NonCandidates makes [Dir.Entries] also yield paths that are not candidates, but nothing below them:
	// for example a persisted directory, without its contents.
	NonCandidates bool
	// Excluded, if set, makes [List] also report excluded paths: those for which Excluded returns
	// true, given the first pattern that excludes the path. It is called from several goroutines at
	// once. Walk ignores it.
	Excluded func(pattern.Pattern) bool
	// Hidden says what the walk does with paths that are hidden by their class.
	Hidden HiddenMode
	// Ages, if set, takes the ages of some files below roots that are mount points.
	Ages Ages
	// Workers is the number of directories read at once; 0 means DefaultWorkers. The caller has to
	// allow one thread for each (runtime.GOMAXPROCS); otherwise the walk is slow on a cold cache.
	Workers int
	// Base, if set, is read by [List] in place of the running machine. Walk ignores it.
	Base *Base
	// Linked makes [Excluded] count symlinks of [ClassLinked], which takes up to three system calls for
	// each symlink. The other functions ignore it.
	Linked bool
	// Lengths makes Info.Size the length of sparse files too, for comparing files.
	Lengths bool
	// Waiting, if set, is called by List whenever it has to wait for the walk. The caller can flush
	// its output then.
	Waiting func()
}

// Tags is how a walk treats a directory with a valid CACHEDIR.TAG (https://bford.info/cachedir/). A
// tag in a root is ignored, and so is a tag whose path is longer than PATH_MAX.
type Tags uint8

// The treatments of tags.
const (
	TagsIgnored Tags = iota // tags are not read
	TagsMarked              // candidates below are marked as tagged
	TagsSkipped             // everything below is skipped, as if excluded
)

var tagsNames = [...]string{"ignored", "marked", "skipped"}

// String returns the name in lower case.
func (t Tags) String() string {
	if int(t) < len(tagsNames) {
		return tagsNames[t]
	}
	return "unknown"
}

// Walk reads all directories that can contain candidates and calls visit for each, from several
// goroutines at once. A directory always comes after its parent. Walk returns when all directories
// are read. If ctx is cancelled, it returns within milliseconds, with ctx's error and the
// statistics so far.
//
// The walk uses descriptors and not paths, so its depth has no limit. It does not follow symlinks
// and does not enter mount points unless they are roots. It calls statx(2) only if Options request
// metadata or if the file system does not report the type of an entry (DT_UNKNOWN). A directory
// that vanishes during the walk is skipped. A directory that cannot be read is an error in Stats
// and never stops the walk. If a directory changes while it is read, its listing may be any state
// in between, as readdir(3) says.
func Walk(ctx context.Context, opts Options, visit func(*Dir)) (Stats, error) {
	opts.Base = nil
	w := newWalk(opts)
	w.visit = visit
	return w.run(ctx)
}

// walk is the state that the workers of one walk share.
type walk struct {
	kernel

	opts   Options
	policy *Policy
	visit  func(*Dir) // nil means that nodes are kept for List
	// wants reports whether a candidate is stored. It is called before any system call for the
	// candidate; nil means all.
	wants func(n *node, name []byte, kind Kind) bool
	// linked, if set, is called for each symlink of ClassLinked, also if it is not wanted.
	linked func(n *node)
	root   node
	base   *Base         // Options.Base, in List
	awake  chan struct{} // List waits on it until a node is ready

	began   time.Time
	workers int
	lastID  atomic.Uint32
	stop    atomic.Bool
	ages    atomic.Bool // Options.Ages wants more
	// kept counts the descriptors that are kept open for opening children; budget limits them.
	// Beyond the budget, children are opened by path.
	kept, budget atomic.Int64

	queue queue
	mu    sync.Mutex // guards stats
	stats Stats
}

func newWalk(opts Options) *walk {
	w := &walk{opts: opts, policy: opts.Policy, began: time.Now(), awake: make(chan struct{}, 1)}
	if w.policy == nil {
		w.policy = NewPolicy(Rules{})
	}
	if opts.Hidden != HiddenSkipped {
		w.policy = w.policy.showingHidden()
	}
	if opts.Kinds == 0 {
		w.opts.Kinds = KindsOf(KindFile)
	}
	w.opts.Info = opts.Info || opts.Keep != nil || !opts.ChangedSince.IsZero()
	w.workers = opts.Workers
	if w.workers <= 0 {
		w.workers = DefaultWorkers
	}
	w.limitDescriptors()
	w.blocking = !w.policy.local()
	w.root.at = w.policy.start()
	w.root.fd = -1
	w.queue.init(w.workers, firstWorkers())
	w.ages.Store(w.wantsAges())
	if opts.Base != nil {
		w.atBase()
	}
	return w
}

// local reports whether all roots are on local file systems.
func (p *Policy) local() bool {
	for _, root := range p.roots {
		if !isLocal(root) {
			return false
		}
	}
	return true
}

// spareDescriptors are reserved for the rest of the program: standard streams, the terminal, the
// runtime's poller, and some spare ones.
const spareDescriptors = 24

// limitDescriptors fits workers and kept descriptors into RLIMIT_NOFILE, or into the part of it that
// Base.Walks leaves: each worker has up to three open while it works.
func (w *walk) limitDescriptors() {
	limit := unix.Rlimit{Cur: 1024}
	_ = unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) // fails only for bad arguments
	free := int64(min(limit.Cur, 1<<20)) - spareDescriptors
	if b := w.opts.Base; b != nil {
		free /= int64(max(b.Walks, 1))
	}
	w.workers = int(max(1, min(int64(w.workers), free/4)))
	w.budget.Store(max(0, free-3*int64(w.workers)))
}

// run performs the walk and returns when every worker has ended.
func (w *walk) run(ctx context.Context) (Stats, error) {
	unhook := context.AfterFunc(ctx, func() {
		w.stop.Store(true)
		w.queue.close()
	})
	defer unhook()
	if w.root.at.mayContainCandidates() {
		w.work()
	} else {
		w.publish(&w.root)
	}
	w.stats.sortErrors()
	return w.stats, ctx.Err()
}

// work runs the workers until the walk is finished or stopped.
func (w *walk) work() {
	w.queue.give([]*node{&w.root})
	var workers, pacer sync.WaitGroup
	for range w.workers {
		workers.Go(func() { newWorker(w).work() })
	}
	done := make(chan struct{})
	pacer.Go(func() { w.pace(done) })
	workers.Wait()
	close(done)
	pacer.Wait()
}

// publish marks a node as complete and wakes List if it waits for the node.
func (w *walk) publish(n *node) {
	if n.ready.Swap(nodeReady) == nodeAwaited {
		w.awake <- struct{}{}
	}
}

// opened records that one more child of n has been opened, and closes n's descriptor after the last
// one.
func (w *walk) opened(n *node) {
	if n == nil || n.unopened.Add(-1) > 0 {
		return
	}
	if n.fd >= 0 {
		w.close(n.fd)
		w.kept.Add(-1)
	}
}
