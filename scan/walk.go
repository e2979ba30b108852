package scan

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/pattern"
)

// DefaultWorkers is how many directories are read at once where the disk has to
// be waited for, because it answers sixteen side by side. Where nothing is waited
// for, fewer are at work.
const DefaultWorkers = 16

// Options says what a walk looks for.
type Options struct {
	// Policy tells candidates from the rest; nil takes everything below "/"
	// but for the system directories.
	Policy *Policy
	// Kinds are the kinds of candidates; none means regular files.
	Kinds Kinds
	// Info asks for metadata with each candidate, at one statx(2) each.
	Info bool
	// Keep, if set, decides by metadata which candidates are handed over; it
	// implies Info and is called from several goroutines at once.
	Keep func(Kind, Info) bool
	// Tags says what becomes of directories that a CACHEDIR.TAG calls caches.
	Tags Tags
	// Refused has [Dir.Entries] yield what is no candidate too, where that starts:
	// the directory that is persisted, and nothing in it.
	Refused bool
	// Excluded, if set, has [List] hand over what exclude patterns leave out as
	// well: that for which the first pattern that excludes it is wanted. It is
	// called from several goroutines at once. Walk does not ask.
	Excluded func(pattern.Pattern) bool
	// Workers is the number of directories read at once; 0 means
	// DefaultWorkers. For each of them the caller has to allow a thread of its
	// own (runtime.GOMAXPROCS), or the walk is slow on a cold cache.
	Workers int
	// Waiting, if set, is called by List whenever it has to wait for the disk:
	// the moment to flush an output.
	Waiting func()
}

// Tags says what a walk does about a directory with a valid CACHEDIR.TAG
// (https://bford.info/cachedir/). A tag in a root says nothing, nor does one whose
// path is longer than PATH_MAX.
type Tags uint8

// The ways to deal with tags.
const (
	TagsIgnored Tags = iota // not looked for
	TagsMarked              // said of the candidates below
	TagsSkipped             // what is below is left out, as if excluded
)

var tagsNames = [...]string{"ignored", "marked", "skipped"}

// String returns the name in lower case.
func (t Tags) String() string {
	if int(t) < len(tagsNames) {
		return tagsNames[t]
	}
	return "unknown"
}

// Walk reads all directories that can hold candidates and calls visit for each,
// from several goroutines at once, in an order in which a directory comes after
// the one that holds it. It returns when all is done, or within milliseconds
// when ctx is: then with ctx's error, and with what was found so far.
//
// The walk goes by descriptors and not by paths, so that depth has no limit; it
// does not follow symlinks, does not enter mount points unless they are roots,
// and asks nothing of entries that readdir does not tell, but where Options ask
// for metadata or the file system does not say what an entry is (DT_UNKNOWN).
// A directory that vanishes meanwhile is skipped; one that refuses is an error
// in Stats, which never stops the walk. Directories that change while they are
// read are seen in some state between the two, as readdir(3) says.
func Walk(ctx context.Context, opts Options, visit func(*Dir)) (Stats, error) {
	w := newWalk(opts)
	w.visit = visit
	return w.run(ctx)
}

// walk is the state that the workers of one walk share.
type walk struct {
	kernel

	opts   Options
	policy *Policy
	visit  func(*Dir) // nil: nodes are kept for List
	// wants says which candidates are stored, before anything is asked of them;
	// nil means all.
	wants func(n *node, name []byte) bool
	root  node
	awake chan struct{} // List sleeps on it until a node is ready

	began   time.Time
	workers int
	lastID  atomic.Uint32
	stop    atomic.Bool
	// kept counts descriptors that wait for children to be opened; there may
	// be budget of them. Beyond it children are opened by path.
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
	if opts.Kinds == 0 {
		w.opts.Kinds = KindsOf(KindFile)
	}
	w.opts.Info = opts.Info || opts.Keep != nil
	w.workers = opts.Workers
	if w.workers <= 0 {
		w.workers = DefaultWorkers
	}
	w.limitDescriptors()
	w.blocking = !w.policy.local()
	w.root.at = w.policy.start()
	w.root.fd = -1
	w.queue.init(w.workers, firstWorkers())
	return w
}

// local reports whether all roots are on file systems that answer soon.
func (p *Policy) local() bool {
	for _, root := range p.roots {
		if !isLocal(root) {
			return false
		}
	}
	return true
}

// spareDescriptors are left to the rest of the program: standard streams, the
// terminal, the runtime's poller, and some.
const spareDescriptors = 24

// limitDescriptors fits workers and kept descriptors into RLIMIT_NOFILE: each
// worker has up to three open while it works.
func (w *walk) limitDescriptors() {
	limit := unix.Rlimit{Cur: 1024}
	_ = unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) // fails only for bad arguments
	free := int64(min(limit.Cur, 1<<20)) - spareDescriptors
	w.workers = int(max(1, min(int64(w.workers), free/4)))
	w.budget.Store(max(0, free-3*int64(w.workers)))
}

// run walks and returns when every worker has ended.
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

// work runs the workers until all is done.
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

// publish hands a node that is complete to whoever waits for it.
func (w *walk) publish(n *node) {
	if n.ready.Swap(nodeReady) == nodeAwaited {
		w.awake <- struct{}{}
	}
}

// opened says that one child of n less is to be opened, and closes n's
// descriptor when it was the last one.
func (w *walk) opened(n *node) {
	if n == nil || n.unopened.Add(-1) > 0 {
		return
	}
	if n.fd >= 0 {
		w.close(n.fd)
		w.kept.Add(-1)
	}
}
