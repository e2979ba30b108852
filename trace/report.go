package trace

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/truepath"
)

// reporter converts records to the paths of a report. It runs after the traced programs, because it
// accesses file systems that these programs could have been serving.
type reporter struct {
	start   time.Time
	exact   bool
	nnp     bool
	drop    func(path []byte) bool
	true    truepath.Resolver
	parents map[string]state // cached states of directories
	journal *journal
	// changed are the records of changes by name, which are merged before they are judged: a file may
	// be created in one epoch, or by one name, and deleted in another.
	changed map[string]record
	who     *who
	// found are the paths, unsorted and with duplicates.
	found    []Path
	executed map[string]bool
	report   *Report
	record   *recorder
	// toHost converts a path of a view to one of this process, or returns false; sandboxed counts
	// the latter.
	toHost    func(view int, path string) (string, bool)
	sandboxed int
}

// progressEvery is the number of paths between two calls of Options.Progress.
const progressEvery = 4096

// report sets the fields of r about paths.
func (s *session) report(r *Report) {
	rp := newReporter(s.record, r, s.opts.Drop, s.views.mappers().toHost)
	rp.exact, rp.nnp = s.tracer.exact(), !privileged()
	r.Stats = s.resolve.stats
	r.Unreadable = s.resolve.unread
	r.KeptReadable = slices.DeleteFunc(s.resolve.keptReadable, func(name string) bool { return slices.Contains(r.Unreadable, name) })
	rp.all(func(done int) {
		if s.opts.Progress != nil {
			s.opts.Progress(done, s.record.paths)
		}
	})
	r.Stats.Sandboxed = int64(rp.sandboxed)
	for i := range s.resolve.handles {
		h := &s.resolve.handles[i]
		if mount, ok := rp.toHost(h.view, h.mount); ok {
			if path, ok := h.path(mount); ok && !rp.drop([]byte(path)) {
				rp.add(path, record{tried: h.op, done: h.op, by: rp.who.add(0, h.program, h.op)}, rp.journal.epochs)
			}
		}
	}
	rp.finish()
}

func newReporter(from *recorder, r *Report, drop func([]byte) bool, toHost func(int, string) (string, bool)) *reporter {
	return &reporter{
		start: r.Started, nnp: r.NoNewPrivs, drop: drop, parents: make(map[string]state), executed: make(map[string]bool), changed: make(map[string]record),
		journal: newJournal(from.changes, toHost), who: &from.who, report: r, record: from, toHost: toHost,
	}
}

// all adds all records, and removes them. It calls progress about every 4,096 records.
func (rp *reporter) all(progress func(done int)) {
	rp.record.former = append(rp.record.former, rp.record.views)
	done := 0
	for epoch, views := range rp.record.former {
		for view, records := range views {
			for name, rec := range records {
				if done++; done%progressEvery == 0 {
					progress(done)
				}
				host, ok := rp.toHost(view, name)
				if !ok {
					rp.sandboxed++
					continue
				}
				if view > 0 && rp.drop([]byte(host)) {
					continue
				}
				rp.add(host, rec, epoch)
			}
			views[view] = nil
		}
	}
}

// finish judges the changes, and sets the paths of the report.
func (rp *reporter) finish() {
	for name, rec := range rp.changed {
		rp.judge(name, rec)
	}
	rp.report.Paths = merged(rp.found)
	slices.Sort(rp.report.Privileged)
}

// merged sorts paths and merges those with the same name.
func merged(paths []Path) []Path {
	slices.SortFunc(paths, func(a, b Path) int { return cmp.Compare(a.Name, b.Name) })
	n := 0
	for i := range paths {
		if n > 0 && paths[n-1].Name == paths[i].Name {
			paths[n-1].Ops |= paths[i].Ops
			paths[n-1].By = UnionOfBy(paths[n-1].By, paths[i].By)
			continue
		}
		paths[n] = paths[i]
		n++
	}
	return paths[:n]
}

// add adds a record of an epoch to the report, under the real names of the path. Operations that
// followed a symlink are added to its target.
func (rp *reporter) add(called string, rec record, epoch int) {
	name := filepath.Clean(rp.physical(called, epoch))
	if name != called && rp.drop([]byte(name)) {
		return
	}
	if rec.follow != 0 {
		rec = rp.follow(name, rec, epoch)
	}
	now := rp.journal.now(name, epoch)
	if now == name {
		rp.put(name, rec)
		return
	}
	if _, found := rp.statx(name); !found { // otherwise it is another file, with a record of its own
		rp.put(name, rec)
	}
	if !rp.drop([]byte(now)) {
		rp.put(now, rec)
	}
}

// follow adds the operations that followed a symlink to its target, and returns the others.
func (rp *reporter) follow(name string, rec record, epoch int) record {
	var target string
	if epoch < rp.journal.epochs {
		to, ok := rp.journal.target(name, epoch)
		if !ok {
			return rec
		}
		target = to
	} else {
		st, found := rp.statx(name)
		if !found || st.Mode&unix.S_IFMT != unix.S_IFLNK {
			return rec
		}
		to, err := filepath.EvalSymlinks(name)
		if err != nil || to == name {
			return rec
		}
		target = to
	}
	followed := record{tried: rec.tried & rec.follow, done: rec.done & rec.follow, by: rec.by}
	if !rp.drop([]byte(target)) {
		rp.add(target, followed, epoch)
	}
	return record{tried: rec.tried&^rec.follow | Lookup, done: rec.done&^rec.follow | Lookup, by: rec.by}
}

// put adds a record under a name of the disk.
func (rp *reporter) put(name string, rec record) {
	if rec.tried&changing == 0 {
		rp.judge(name, rec)
		return
	}
	all := rp.changed[name]
	all.tried |= rec.tried
	all.done |= rec.done
	all.by = rp.who.union(all.by, rec.by)
	rp.changed[name] = all
}

// judge adds a path with the operations that took effect.
func (rp *reporter) judge(name string, rec record) {
	st, found := rp.statx(name)
	p := Path{Name: name, Missing: !found}
	if found {
		p.Mode, p.Size, p.ModTime = uint32(st.Mode), int64(st.Size), stamp(st.Mtime)
	}
	decide := judge
	if rp.exact {
		decide = judgeExact
	}
	p.Ops = decide(rec, rp.state(name, st, found), rp.start)
	p.By = rp.who.of(rec.by, p.Ops)
	rp.found = append(rp.found, p)
	if p.Ops&Exec != 0 && found && !rp.executed[name] {
		rp.executed[name] = true
		rp.addInterpreters(name, st, rec.by)
	}
}

// physical returns a path of an epoch without symlinks before the last component and without "..".
func (rp *reporter) physical(name string, epoch int) string {
	if epoch < rp.journal.epochs {
		return rp.journal.physical(name, epoch)
	}
	for {
		before, after, found := strings.Cut(name+"/", "/../")
		if !found {
			break
		}
		if before == "" {
			before = "/"
		}
		name = filepath.Join(filepath.Dir(truepath.Resolve(before)), after)
	}
	if name == "/" {
		return name
	}
	resolved, _ := rp.true.Parent(name)
	return resolved
}

// statx calls statx(2) without following a symlink or triggering an automount.
func (rp *reporter) statx(name string) (unix.Statx_t, bool) {
	st, err := statx(name)
	return st, err == nil // paths that we may not stat were not accessible to the command either
}

func statxFile(f *os.File) (st unix.Statx_t, err error) {
	err = unix.Statx(int(f.Fd()), "", unix.AT_EMPTY_PATH, unix.STATX_BASIC_STATS, &st)
	return st, err
}

func statx(name string) (st unix.Statx_t, err error) {
	err = unix.Statx(unix.AT_FDCWD, name, unix.AT_SYMLINK_NOFOLLOW|unix.AT_NO_AUTOMOUNT, unix.STATX_BASIC_STATS|unix.STATX_BTIME, &st)
	return st, err
}

func stamp(t unix.StatxTimestamp) time.Time { return time.Unix(t.Sec, int64(t.Nsec)) }

// state returns the state of a path for judge.
func (rp *reporter) state(name string, st unix.Statx_t, found bool) state {
	s := state{exists: found}
	if found {
		s.modified, s.changed = stamp(st.Mtime), stamp(st.Ctime)
		if st.Mask&unix.STATX_BTIME != 0 {
			s.born = stamp(st.Btime)
		}
		return s
	}
	dir := filepath.Dir(name)
	parent, known := rp.parents[dir]
	if !known {
		above, exists := rp.statx(dir)
		parent = state{parentExists: exists, parentChanged: exists && !stamp(above.Mtime).Before(rp.start)}
		rp.parents[dir] = parent
	}
	s.parentExists, s.parentChanged = parent.parentExists, parent.parentChanged
	return s
}

// addInterpreters adds files that the kernel opened to execute a program without a system call: the
// interpreter of a script, the loader of a program. It also records programs that ran without their
// additional privileges.
func (rp *reporter) addInterpreters(name string, st unix.Statx_t, by uint16) {
	if rp.nnp && gainsRights(name, st) {
		rp.report.Privileged = append(rp.report.Privileged, name)
	}
	for _, interpreter := range interpreters(name) {
		rp.add(interpreter, record{tried: Exec, done: Exec, follow: Exec, by: by}, rp.journal.epochs)
	}
}

// Uninteresting reports whether a path is in /proc, /sys or /dev, which contain no
// regular files. /dev/shm is an exception: it is an ordinary file system.
func Uninteresting(path []byte) bool {
	if len(path) < len("/dev") || path[1] != 'p' && path[1] != 's' && path[1] != 'd' {
		return false
	}
	return paths.AtOrBelow(path, "/proc") || paths.AtOrBelow(path, "/sys") || paths.AtOrBelow(path, "/dev") && !paths.AtOrBelow(path, "/dev/shm")
}
