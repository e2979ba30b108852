package trace

import (
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

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
}

// viewKey identifies a view.
type viewKey struct{ namespace, root string }

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
	root, namespace *os.File   // O_PATH; nil if they may not be opened
	path            string     // of the root, in the namespace
	mounts          mountTable // of the namespace; shared with views of other roots
	looks           int
}

// mostLooks is the maximum number of times that the mount table of a namespace is read. Sandboxes
// mount before they execute the program.
const mostLooks = 64

func newViews() *views {
	host, _ := os.Readlink("/proc/self/ns/mnt") // if it fails, every namespace counts as another one
	return &views{host: host, byKey: make(map[viewKey]int), tables: make(map[string]mountTable), list: []*namespaceView{nil}}
}

// suspect records that threads may have another root or namespace from now on.
func (v *views) suspect() { v.suspected = true }

// compare checks whether an existing thread is in another namespace or has another root.
func (v *views) compare(tid int, r *reader) {
	if ns, err := r.readlink(tid, "ns/mnt"); err == nil && string(ns) != v.host {
		v.suspect()
	}
	if root, err := r.readlink(tid, "root"); err == nil && string(root) != "/" {
		v.suspect()
	}
}

// look is called when a thread executes a program, because a sandbox is then complete.
func (v *views) look(tid int, r *reader) {
	if !v.suspected {
		return
	}
	if at := v.of(tid, r); at.id > 0 {
		if n := v.list[at.id]; n.looks < mostLooks {
			n.looks++
			n.look(tid)
		}
	}
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
	key := viewKey{namespace: string(ns)}
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
		n := &namespaceView{path: key.root, mounts: v.tables[key.namespace]}
		n.look(tid)
		v.list = append(v.list, n)
	}
	return view{id: id, root: strings.TrimSuffix(key.root, "/")}
}

// look reads the current state of a namespace, because a sandbox under construction gets another
// root (pivot_root(2)) with the same name. Parts that may not be read remain unchanged.
func (n *namespaceView) look(tid int) {
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
		n.mounts.add(string(text), n.path)
	}
}

// close closes the namespaces.
func (v *views) close() {
	for _, n := range v.list[1:] {
		n.root.Close()
		n.namespace.Close()
	}
}
