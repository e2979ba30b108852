package trace

import (
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/internal/paths"
)

// views are the name spaces of paths: that of this process, and those of programs in other mount
// namespaces or with other roots. Until a call may have created one, nothing is looked up.
type views struct {
	suspected bool
	host      string // ns/mnt of this process
	byKey     map[viewKey]int
	tables    map[string]mountTable // by namespace
	list      []*namespaceView      // from 1 on; 0 is the host
	// generations counts the pivot_root(2) calls in each namespace.
	generations map[string]int
}

// viewKey identifies a view. The name of the root is "/" before and after a pivot_root(2).
type viewKey struct {
	namespace, root string
	generation      int
}

// view describes how the paths of a thread are interpreted.
type view struct {
	id     int
	prefix string // the root of the thread after a chroot(2) in our namespace
	root   string // its root in another namespace, or "" for "/"
}

// inside converts the target of a link in /proc to a path of the thread. The kernel returns the
// target relative to the top of the namespace.
func (v view) inside(path []byte) []byte {
	if paths.AtOrBelow(path, v.root) {
		return path[len(v.root):]
	}
	return path
}

// namespaceView is another mount namespace. It is kept open, so its files can be found after the
// program has ended.
type namespaceView struct {
	root, namespace *os.File // O_PATH; nil if they may not be opened
	key             viewKey
	mounts          mountTable // of the namespace; shared with views of other roots
	reads           int
	// stale is set if the program has mounted something since it was last read.
	stale bool
	// former is the mount table at the end of a generation; nil in the last one.
	former *mounts.Table
	// dirs are the working directories of mount(2) calls, from which relative layers of an overlay
	// are found.
	dirs []string
}

// mostReads is the maximum number of times that the mount table of a namespace is read. Sandboxes
// mount before they execute the program.
const mostReads = 64

func newViews() *views {
	host, _ := os.Readlink("/proc/self/ns/mnt") // if it fails, every namespace counts as another one
	return &views{
		host: host, byKey: make(map[viewKey]int), tables: make(map[string]mountTable), list: []*namespaceView{nil}, generations: make(map[string]int),
	}
}

// suspect records that threads may have another root or namespace from now on.
func (v *views) suspect() { v.suspected = true }

// compare checks whether a thread is in another namespace or has another root.
func (v *views) compare(tid int, r *reader) {
	if v.suspected {
		return
	}
	if ns, err := r.readlink(tid, "ns/mnt"); err == nil && string(ns) != v.host {
		v.suspect()
	}
	if root, err := r.readlink(tid, "root"); err == nil && string(root) != "/" {
		v.suspect()
	}
}

// executed is called when a thread executes a program, because a sandbox is then complete.
func (v *views) executed(tid int, r *reader) {
	if !v.suspected {
		return
	}
	if at := v.of(tid, r); at.id > 0 {
		v.list[at.id].readAgain(tid)
	}
}

// mounting is called when a thread mounts something.
func (v *views) mounting(tid int, r *reader) {
	at := v.of(tid, r)
	if at.id == 0 {
		return
	}
	n := v.list[at.id]
	n.stale = true
	if dir, err := r.readlink(tid, "cwd"); err == nil && len(n.dirs) < mostReads {
		n.dirs = append(n.dirs, string(at.inside(dir)))
	}
}

// pivot is called when a thread changes the root of its namespace, pivot_root(2). It begins a new
// generation of views. If the call fails, the new views are the same as the old ones.
func (v *views) pivot(tid int, r *reader) {
	at := v.of(tid, r)
	if at.id == 0 {
		return
	}
	n := v.list[at.id]
	text, err := os.ReadFile("/proc/" + strconv.Itoa(tid) + "/mountinfo")
	if err == nil {
		n.mounts.add(string(text))
		if table, err := mounts.ParseTable(string(text)); err == nil && n.key.root == "/" { // otherwise the descriptor of the root is the best
			n.former = table
		}
	}
	v.generations[n.key.namespace]++
}

// of returns the view of a thread.
func (v *views) of(tid int, r *reader) view {
	if !v.suspected {
		return view{}
	}
	ns, err := r.readlink(tid, "ns/mnt")
	if err != nil {
		return view{}
	}
	key := viewKey{namespace: string(ns), generation: v.generations[string(ns)]}
	root, err := r.readlink(tid, "root")
	if err != nil {
		return view{}
	}
	key.root = string(root)
	if key.namespace == v.host {
		if key.root == "/" {
			return view{}
		}
		return view{prefix: key.root}
	}
	id, ok := v.byKey[key]
	if !ok {
		id = len(v.list)
		v.byKey[key] = id
		if v.tables[key.namespace] == nil {
			v.tables[key.namespace] = make(mountTable)
		}
		n := &namespaceView{key: key, mounts: v.tables[key.namespace]}
		n.read(tid)
		v.list = append(v.list, n)
	} else if n := v.list[id]; n.stale {
		n.readAgain(tid)
	}
	return view{id: id, root: strings.TrimSuffix(key.root, "/")}
}

func (n *namespaceView) readAgain(tid int) {
	if n.stale = false; n.reads < mostReads {
		n.reads++
		n.read(tid)
	}
}

// read reads the current state of a namespace, because a sandbox under construction gets another
// root (pivot_root(2)) with the same name. Parts that may not be read remain unchanged.
func (n *namespaceView) read(tid int) {
	proc := "/proc/" + strconv.Itoa(tid)
	open := func(name string, flags int, into **os.File) {
		if fd, err := unix.Open(proc+name, flags|unix.O_CLOEXEC, 0); err == nil {
			(*into).Close() // nil is fine
			*into = os.NewFile(uintptr(fd), name)
		}
	}
	open("/root", unix.O_PATH, &n.root)
	open("/ns/mnt", unix.O_RDONLY, &n.namespace)
	if text, err := os.ReadFile(proc + "/mountinfo"); err == nil {
		n.mounts.add(string(text))
	}
}

// close closes the namespaces.
func (v *views) close() {
	for _, n := range v.list[1:] {
		n.root.Close()
		n.namespace.Close()
	}
}
