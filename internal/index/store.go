package index

import (
	"bytes"
	"context"
	"iter"
	"sync"
	"sync/atomic"

	"github.com/DaRacci/list-ephemeral/scan"
)

// Store contains the candidates of one scan. Any number of goroutines may add to it at once while
// others list it. The zero value is empty and ready to use. Use either AddDir and AddEntries or
// AddPath and AddNonCandidate, but not both: they identify directories in different ways.
//
// The store is a tree, not a list of strings: a table of directories, and files with the number
// of their directory and their own name. A path takes about 40 bytes (BenchmarkStoreAddDir
// reports it), compared with more than a hundred in a list of strings. The records contain no
// pointers for the garbage collector to follow.
//
// Files are numbered in order of arrival, and numbers never change. A cursor and a selection
// therefore stay on their paths while rows arrive.
type Store struct {
	mu    sync.Mutex
	added snapshot
	// byScanID maps a scan.Dir.ID to the number of the directory plus one.
	byScanID []uint32
	// byName maps a name to a directory that AddPath has added.
	byName   map[dirKey]uint32
	lastPath []byte
	lastDir  uint32
	// counts packs the number of directories (high 32 bits) and files (low 32 bits), so the
	// screen can read them without taking mu.
	counts atomic.Uint64
}

// dirKey is a name in a directory. Keys with whole paths would need space quadratic in the depth,
// and PATH_MAX does not limit lines on stdin.
type dirKey struct {
	parent uint32
	name   string
}

// AddDir adds the entries of one directory that scan.Walk visits. The parent must have been added
// before. AddDir copies the names.
func (s *Store) AddDir(d *scan.Dir) {
	s.AddEntries(d.ID, d.Parent, d.Name, d.Entries())
}

// AddEntries is like AddDir for entries from any source. parent is the id of a directory that was
// added before; id 0 is "/".
func (s *Store) AddEntries(id, parent uint32, name []byte, entries iter.Seq2[[]byte, scan.DirEntry]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.count()
	dir := s.added.root()
	if id != 0 {
		dir = s.added.addDir(s.scanned(parent), name)
	}
	if need := int(id) + 1; need > len(s.byScanID) {
		s.byScanID = append(s.byScanID, make([]uint32, need-len(s.byScanID))...)
	}
	s.byScanID[id] = dir + 1
	first := true
	for name, entry := range entries {
		if first {
			s.added.runs = append(s.added.runs, run{dir: dir, first: uint32(s.added.files), sorted: true})
			first = false
		}
		s.added.addFile(dir, name, entry)
	}
}

// scanned returns the directory with an id of a walk.
func (s *Store) scanned(id uint32) uint32 {
	if int(id) < len(s.byScanID) && s.byScanID[id] != 0 {
		return s.byScanID[id] - 1
	}
	return s.added.root()
}

// AddPath adds one absolute path, which may contain any bytes. A path that is added twice is
// listed once. AddPath copies the path.
func (s *Store) AddPath(path []byte, kind scan.Kind) { s.addPath(path, scan.DirEntry{Kind: kind}) }

// AddNonCandidate is like AddPath for a path that is not a candidate.
func (s *Store) AddNonCandidate(path []byte, kind scan.Kind) {
	s.addPath(path, scan.DirEntry{Kind: kind, NonCandidate: true})
}

func (s *Store) addPath(path []byte, entry scan.DirEntry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.count()
	for len(path) > 1 && path[len(path)-1] == '/' {
		path = path[:len(path)-1]
	}
	cut := bytes.LastIndexByte(path, '/')
	dir := s.dirOf(path[:max(cut, 0)])
	if last := len(s.added.runs) - 1; last < 0 || s.added.runs[last].dir != dir || s.added.runs[last].sorted {
		s.added.runs = append(s.added.runs, run{dir: dir, first: uint32(s.added.files)})
	}
	s.added.addFile(dir, path[cut+1:], entry)
}

// dirOf returns the number of a directory by its path. Lines usually arrive in order, so the last
// directory is cached.
func (s *Store) dirOf(path []byte) uint32 {
	dir := s.added.root()
	if len(s.byName) > 0 && bytes.Equal(path, s.lastPath) {
		return s.lastDir
	}
	if s.byName == nil {
		s.byName = make(map[dirKey]uint32)
	}
	for name := range bytes.SplitSeq(path, []byte("/")) {
		if len(name) == 0 {
			continue
		}
		child, ok := s.byName[dirKey{dir, string(name)}]
		if !ok {
			child = s.added.addDir(dir, name)
			s.byName[dirKey{dir, string(name)}] = child
		}
		dir = child
	}
	s.lastPath, s.lastDir = append(s.lastPath[:0], path...), dir
	return dir
}

// Counts returns the numbers of directories and files that have been added.
func (s *Store) Counts() (dirs, files int) {
	counts := s.counts.Load()
	return int(counts >> 32), int(uint32(counts))
}

// count publishes the numbers for Counts.
func (s *Store) count() { s.counts.Store(uint64(len(s.added.dirs))<<32 | uint64(s.added.files)) }

// List returns everything that has been added so far, sorted by path. It returns the error of ctx
// soon after ctx is done.
func (s *Store) List(ctx context.Context) (*Listing, error) { return newListing(ctx, s.snapshot()) }

// snapshot returns everything that has been added so far. Later additions do not change it.
func (s *Store) snapshot() snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.added
	// The slice headers of the last segment change when it grows, so copy them.
	t.segments = append([]segment(nil), t.segments...)
	return t
}

// Seal frees the memory that is only needed for adding. Nothing may be added afterwards.
func (s *Store) Seal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byScanID, s.byName = nil, nil
}
