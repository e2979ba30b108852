package owner

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"sync"

	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/rootfs"
)

// Limits of what is read.
const (
	mostEntries = 1 << 16 // names in one directory
	mostBytes   = 1 << 20 // of one file
)

// Options say what is read. The zero value reads the running machine.
type Options struct {
	// Root is the directory that is used as "/"; "" is "/". All other paths are below it.
	Root string
	// Users are the users whose units, programs and directories are read. Nil stands for the accounts
	// of /etc/passwd with the UID 0, or with 1000 or more and a home below /home.
	Users []User
	// Path are directories of programs such as those of $PATH, in addition to the usual ones.
	Path []string
	// DataDirs is $XDG_DATA_DIRS; nil stands for its default. The usual directories of NixOS, Home
	// Manager and Flatpak are read in any case.
	DataDirs []string
	// Systemd is the version of systemd, which says where the directories of user units are. 0 stands
	// for the version of its library below Root, or 254 and later.
	Systemd int
	// Caches says where caches are.
	Caches known.Caches
	// Classes, if set, gives the kind of paths of which no source says it.
	Classes *known.Classes
}

// User is an account with its home.
type User struct {
	Name string
	UID  uint32
	Home string // absolute and clean
}

// Problem is a file or directory that could not be read. Missing ones are not problems.
type Problem struct {
	Path string
	Err  error
}

// reader is one Read.
type reader struct {
	files    *rootfs.FS
	opts     Options
	accounts []account
	users    []User
	homes    known.Homes
	systemd  int

	mu       sync.Mutex // protects problems
	problems []Problem
}

// note keeps an error for the result.
func (r *reader) note(name string, err error) {
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.problems = append(r.problems, Problem{name, err})
}

// read returns the text of a file, or "" if it cannot be read.
func (r *reader) read(name string) string {
	content, err := r.files.Read(name, mostBytes)
	r.note(name, err)
	return string(content)
}

// list returns the entries of a directory, or none.
func (r *reader) list(name string) []rootfs.Entry {
	entries, err := r.files.List(name, mostEntries)
	r.note(name, err)
	return entries
}

// Read reads all sources, in parallel. It never fails: what could not be read is in
// [Table.Problems]. If the context is cancelled, the table has what was read until then, and
// the context's error is one of the problems. The files are those of the directory Options.Root, as
// a process would see them whose root directory this is; nothing is executed.
func Read(ctx context.Context, opts Options) *Table {
	t := newTable(opts)
	files, err := rootfs.Open(opts.Root)
	if err != nil {
		t.problems = append(t.problems, Problem{"/", err})
		return t
	}
	defer func() { _ = files.Close() }()
	r := &reader{files: files, opts: opts}
	r.prepare()
	t.homes, t.users = r.homes, r.users
	parts := r.readParts(ctx)
	t.problems = append(t.problems, r.problems...)
	if err := ctx.Err(); err != nil {
		t.problems = append(t.problems, Problem{"/", err})
	}
	slices.SortStableFunc(t.problems, func(a, b Problem) int { return compareText(a.Path, b.Path) })
	t.build(parts)
	return t
}

// prepare reads what the other sources need: accounts, homes and the version of systemd.
func (r *reader) prepare() {
	r.accounts = parsePasswd(r.read("/etc/passwd"))
	if r.users = r.opts.Users; r.users == nil {
		r.users = usersOf(r.accounts)
	}
	homes := make([]string, 0, len(r.users))
	for _, u := range r.users {
		if u.Home != "/" {
			homes = append(homes, u.Home)
		}
	}
	r.homes = known.HomesOf(homes...)
	if r.systemd = r.opts.Systemd; r.systemd == 0 {
		r.systemd = r.systemdVersion()
	}
}

// parts are the results of the sources.
type parts struct {
	units    []Declaration
	tmpfiles []claim
	places   []claim
	desktop  []entryOfDesktop
	binaries []binary
	packages []installed
	accounts []account
}

// readParts runs the sources. Each goroutine writes one part, and all end before it returns.
func (r *reader) readParts(ctx context.Context) parts {
	var p parts
	var tmp []claim
	var userTmp [][]claim
	p.accounts = r.accounts
	steps := []func(){
		func() { p.units = r.units(ctx) },
		func() { p.desktop = r.desktopFiles(ctx) },
		func() { tmp, userTmp = r.tmpfiles() },
		func() { p.places = r.places(ctx) },
		func() { p.binaries = r.programs(ctx) },
		func() { p.packages = r.packages() },
	}
	inParallel(ctx, len(steps), len(steps), func(i int) { steps[i]() })
	p.tmpfiles = slices.Concat(append([][]claim{tmp}, userTmp...)...)
	return p
}

// inParallel calls work for 0 to n-1 in some goroutines, and returns after all of them. After the
// context is cancelled, it makes no further call.
func inParallel(ctx context.Context, workers, n int, work func(i int)) {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	var next sync.Mutex
	at := 0
	take := func() (int, bool) {
		next.Lock()
		defer next.Unlock()
		if at >= n || ctx.Err() != nil {
			return 0, false
		}
		at++
		return at - 1, true
	}
	var group sync.WaitGroup
	for range min(workers, n) {
		group.Go(func() {
			for i, ok := take(); ok; i, ok = take() {
				work(i)
			}
		})
	}
	group.Wait()
}

// below returns paths with one name added.
func below(name string, dirs ...string) []string {
	out := make([]string, len(dirs))
	for i, dir := range dirs {
		out[i] = path.Join(dir, name)
	}
	return out
}
