package traced

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/trace"
)

// grouper finds the groups of paths. It reads only CACHEDIR.TAG files.
type grouper struct {
	classes *known.Classes
	roots   []string
	caches  known.Caches
	dirs    map[string]*place
}

// place is what is known of a directory.
type place struct {
	state known.WalkState
	cache bool // it is a cache, or in one
}

func newGrouper(s *session.Session, r *trace.Report) *grouper {
	return &grouper{
		classes: s.ClassesOf(homesOf(r)...), roots: s.Policy.Roots(), caches: session.Caches(),
		dirs: map[string]*place{"/": {state: known.WalkStart}},
	}
}

// homesOf returns the homes of the commands, as given and without symlinks.
func homesOf(r *trace.Report) []string {
	homes := slices.Clone(r.Homes)
	for _, home := range r.Homes {
		if resolved, err := filepath.EvalSymlinks(home); err == nil && resolved != home {
			homes = append(homes, resolved)
		}
	}
	return homes
}

// fileKinds are the kinds of files for classes of data.
var fileKinds = map[scan.Kind]known.FileKind{
	scan.KindFile: known.FileRegular, scan.KindDir: known.FileDirectory, scan.KindSymlink: known.FileSymlink,
	scan.KindSocket: known.FileSocket, scan.KindPipe: known.FilePipe,
}

// group returns the group of a path: by what was done to it, by its class of data, by the names of
// caches above it, and by its own name.
func (g *grouper) group(t *report.TracedPath) report.TraceGroup {
	switch {
	case t.Ops&(Changes|trace.Untraced) == 0:
		return report.TraceRead
	case t.Missing, t.Kind == scan.KindSocket, t.Kind == scan.KindPipe:
		return report.TraceRuntime
	}
	in := g.place(filepath.Dir(t.Name))
	class := g.class(in, t)
	switch {
	case class == known.ClassIdentity, class == known.ClassState:
		return report.TraceKeep
	case in.cache, class == known.ClassCache, class == known.ClassStateNoise, t.Kind == scan.KindDir && g.place(t.Name).cache:
		return report.TraceCache
	case class == known.ClassRuntime, class == known.ClassRegenerated, class == known.ClassManaged, class == known.ClassLog:
		return report.TraceRuntime
	case runtimeName(filepath.Base(t.Name), t.Kind, t.Size):
		return report.TraceRuntime
	}
	return report.TraceKeep
}

func (g *grouper) class(in *place, t *report.TracedPath) known.Class {
	step, _ := g.classes.Step(in.state, []byte(filepath.Base(t.Name)), fileKinds[t.Kind])
	return step.Class
}

// place returns what is known of a directory.
func (g *grouper) place(dir string) *place {
	if p := g.dirs[dir]; p != nil {
		return p
	}
	above := g.place(filepath.Dir(dir))
	p := new(place)
	step, state := g.classes.Step(above.state, []byte(filepath.Base(dir)), known.FileDirectory)
	p.state = state
	p.cache = above.cache || step.Class == known.ClassCache || g.isCache(dir)
	if slices.Contains(g.roots, dir) { // as in a scan, what is above a root says nothing about its contents
		p.state, p.cache = g.classes.Uncover(state), false
	}
	g.dirs[dir] = p
	return p
}

// isCache reports whether a directory itself is a cache.
func (g *grouper) isCache(dir string) bool {
	name := filepath.Base(dir)
	return known.CacheDir([]byte(name)) || cacheName(name) || slices.Contains(g.caches.Places(), dir) || known.Tagged(dir)
}

// cacheName reports whether a directory is named as a cache: "GPUCache", "_cacache", "plugin-cache",
// "caches". It is less certain than [known.CacheDir], which is enough here: nothing is hidden.
func cacheName(name string) bool {
	name = strings.ToLower(name)
	return strings.HasSuffix(name, "cache") || strings.HasSuffix(name, "caches") || strings.HasPrefix(name, "shader")
}

// mostLock is the maximum size of a lock, in bytes: it is empty, or contains the number and the name of
// a process and a machine. package-lock.json, Cargo.lock and others, which are data, are longer.
const mostLock = 128

// runtimeName reports whether the name of a file is that of something that belongs to a running
// program: a lock, or the ID of a process.
func runtimeName(name string, kind scan.Kind, size int64) bool {
	if kind == scan.KindDir {
		return false
	}
	lower := strings.ToLower(name)
	switch {
	case strings.HasPrefix(name, "Singleton"), strings.HasSuffix(lower, ".pid"), strings.HasSuffix(lower, ".sock"),
		strings.HasPrefix(name, ".nfs"), strings.HasPrefix(name, ".fuse_hidden"):
		return true
	case strings.HasSuffix(lower, "lock"), strings.HasSuffix(lower, "lockfile"), strings.HasPrefix(name, ".#"):
		return size <= mostLock
	}
	return false
}
