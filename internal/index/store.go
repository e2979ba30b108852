package index

import (
	"bytes"
	"context"
	"iter"
	"sync"
	"sync/atomic"

	"github.com/DaRacci/list-ephemeral/scan"
)

// Store contains the candidates of one scan. Any number of goroutines may add at once,
// while others list what has been added. The zero value is empty and ready to use. It is
// filled by AddDir or by AddPath, but not by both: they recognise directories in different
// ways.
//
// It is a tree and not a list of strings: a table of directories, and files that have the
// number of their directory and only their own name. A path takes about 40 bytes
// (BenchmarkStoreAddDir reports it), where a list of strings takes more than a hundred, and
// contains no pointer that the garbage collector would have to follow.
//
// A file has a number, in order of arrival, which never changes: a cursor and a selection
// stay on their paths while rows arrive.
type Store struct {
	mu    sync.Mutex
	added snapshot
	// byScanID finds the directory of a scan.Dir.ID, plus one.
	byScanID []uint32
	// byName finds a directory that AddPath has seen.
	byName   map[dirKey]uint32
	lastPath []byte
	lastDir  uint32
	// counts packs the number of directories (high 32 bits) and files (low 32 bits), so the
	// screen can read them without taking mu.
	counts atomic.Uint64
}

// dirKey is a name in a directory. Keys by whole path would take space in the
// square of the depth, and lines on stdin have no PATH_MAX.
type dirKey struct {
	parent uint32
	name   string
}

// AddDir adds the entries of one directory that scan.Walk visits. Its parent must have been
// added before. It copies what it keeps.
func (s *Store) AddDir(d *scan.Dir) {
	s.AddEntries(d.ID, d.Parent, d.Name, d.Entries())
}

// AddEntries is AddDir for entries of any origin. Parent is the id of a directory that was
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

// scanned returns the directory that a walk has given an id.
func (s *Store) scanned(id uint32) uint32 {
	if int(id) < len(s.byScanID) && s.byScanID[id] != 0 {
		return s.byScanID[id] - 1
	}
	return s.added.root()
}

// AddPath adds one absolute path of any bytes. A path that is added twice is listed once.
// It copies what it keeps.
func (s *Store) AddPath(path []byte, kind scan.Kind) { s.addPath(path, scan.DirEntry{Kind: kind}) }

// AddNonCandidate adds a path as AddPath does, which is not a candidate.
func (s *Store) AddNonCandidate(path []byte, kind scan.Kind) {
	s.addPath(path, scan.DirEntry{Kind: kind, Refused: true})
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

// dirOf returns the number of a directory by its path. Lines usually arrive in order, so the
// last one is remembered.
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

// Counts returns how many directories and files have been added.
func (s *Store) Counts() (dirs, files int) {
	counts := s.counts.Load()
	return int(counts >> 32), int(uint32(counts))
}

// count publishes the numbers.
func (s *Store) count() { s.counts.Store(uint64(len(s.added.dirs))<<32 | uint64(s.added.files)) }

// List returns what has been added up to now, sorted by path. It ends soon after ctx does,
// with its error.
func (s *Store) List(ctx context.Context) (*Listing, error) { return newListing(ctx, s.snapshot()) }

// snapshot returns what has been added up to now. It does not change when more is added.
func (s *Store) snapshot() snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.added
	// The headers of the last segment change as it grows.
	t.segments = append([]segment(nil), t.segments...)
	return t
}

// Seal frees what only adding needs. Nothing may be added afterwards.
func (s *Store) Seal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byScanID, s.byName = nil, nil
}
