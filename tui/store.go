package tui

import (
	"bytes"
	"iter"
	"sync"
	"sync/atomic"

	"github.com/DaRacci/list-ephemeral/scan"
)

// Store holds the candidates of one scan. Many goroutines may add at once, while
// the screen reads snapshots. The zero value is empty and ready to use. It is
// filled by AddDir or by AddPath, but not by both: each has its own way to know a
// directory again.
//
// It is a tree and not a list of strings: a table of directories, and files
// that know their directory and keep only their own name. A path takes about 40
// bytes (BenchmarkStoreAddDir reports it), where a list of strings takes more than
// a hundred, and holds no pointer that the garbage collector would have to follow.
//
// A file is known by its number, in order of arrival. The number never changes,
// so that cursor and selection stay on their paths while rows stream in.
type Store struct {
	mu   sync.Mutex
	tree tree
	// byScanID finds the directory of a scan.Dir.ID, plus one.
	byScanID []uint32
	// byName finds a directory that AddPath has seen.
	byName   map[dirKey]uint32
	lastPath []byte
	lastDir  uint32
	// counts are the directories and, in the low half, the files, for who must not
	// wait until a scan has given up mu.
	counts atomic.Uint64
}

// dirKey is a name in a directory. Keys by whole path would take space in the
// square of the depth, and lines on stdin have no PATH_MAX.
type dirKey struct {
	parent uint32
	name   string
}

// tree is what a Store holds. A copy made under the lock is a snapshot: records
// are only ever appended, and never changed.
type tree struct {
	dirs     []dirRecord
	dirNames []byte
	runs     []run
	segments []segment
	files    int
	refusals int // files that are refused
}

// dirRecord is one directory. Its parent has a lower number; the root of the
// file system is number 0, its own parent, and has no name.
type dirRecord struct {
	letters  letters // of the whole path
	parent   uint32
	name     uint32 // where it starts in dirNames
	nameSize uint32
}

// run is a row of files of the same directory that came one after the other; it
// ends where the next one starts.
type run struct {
	dir   uint32
	first uint32
	// sorted says that the names ascend, with no duplicates.
	sorted bool
}

// segmentFiles is the number of files in a full segment. A segment that grows
// copies at most one megabyte.
const (
	segmentShift = 16
	segmentFiles = 1 << segmentShift
)

// segment holds the files whose numbers share all but the low 16 bits.
type segment struct {
	files []fileRecord
	names []byte
}

// fileRecord is one file. Its name ends where the next one's starts.
type fileRecord struct {
	letters letters // of the name alone
	// dirKind is the directory's number and, in the low bits, whether it is refused
	// and the scan.Kind: one field, so that a record is 16 bytes and not 24.
	dirKind uint32
	name    uint32 // where it starts in the segment's names
}

// kindBits is how many bits a scan.Kind needs.
const (
	kindBits   = 3
	refusedBit = 1 << kindBits
	dirShift   = kindBits + 1
)

func (f *fileRecord) dir() uint32     { return f.dirKind >> dirShift }
func (f *fileRecord) kind() scan.Kind { return scan.Kind(f.dirKind & (1<<kindBits - 1)) }
func (f *fileRecord) refused() bool   { return f.dirKind&refusedBit != 0 }

// AddDir adds the entries of one directory that a walk hands over; its parent
// must have been added before. It copies what it keeps.
func (s *Store) AddDir(d *scan.Dir) {
	s.addDir(d.ID, d.Parent, d.Name, d.Entries())
}

func (s *Store) addDir(id, parent uint32, name []byte, entries iter.Seq2[[]byte, scan.DirEntry]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.count()
	dir := s.tree.root()
	if id != 0 {
		dir = s.tree.addDir(s.scanned(parent), name)
	}
	if need := int(id) + 1; need > len(s.byScanID) {
		s.byScanID = append(s.byScanID, make([]uint32, need-len(s.byScanID))...)
	}
	s.byScanID[id] = dir + 1
	first := true
	for name, entry := range entries {
		if first {
			s.tree.runs = append(s.tree.runs, run{dir: dir, first: uint32(s.tree.files), sorted: true})
			first = false
		}
		s.tree.addFile(dir, name, entry)
	}
}

// scanned returns the directory that a walk has numbered so.
func (s *Store) scanned(id uint32) uint32 {
	if int(id) < len(s.byScanID) && s.byScanID[id] != 0 {
		return s.byScanID[id] - 1
	}
	return s.tree.root()
}

// AddPath adds one absolute path, in any order and any bytes. A path that is
// there already is shown once. It copies what it keeps.
func (s *Store) AddPath(path []byte, kind scan.Kind) { s.addPath(path, scan.DirEntry{Kind: kind}) }

// AddRefused adds a path as AddPath does, which is no candidate.
func (s *Store) AddRefused(path []byte, kind scan.Kind) {
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
	if last := len(s.tree.runs) - 1; last < 0 || s.tree.runs[last].dir != dir || s.tree.runs[last].sorted {
		s.tree.runs = append(s.tree.runs, run{dir: dir, first: uint32(s.tree.files)})
	}
	s.tree.addFile(dir, path[cut+1:], entry)
}

// dirOf returns the number of a directory by its path. Lines mostly come in
// order, so the last one is remembered.
func (s *Store) dirOf(path []byte) uint32 {
	dir := s.tree.root()
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
			child = s.tree.addDir(dir, name)
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
func (s *Store) count() { s.counts.Store(uint64(len(s.tree.dirs))<<32 | uint64(s.tree.files)) }

// snapshot returns what has been added up to now. What is added later does not
// show in it.
func (s *Store) snapshot() tree {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tree
	// The headers of the last segment change as it grows.
	t.segments = append([]segment(nil), t.segments...)
	return t
}

// seal frees what only adding needs.
func (s *Store) seal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byScanID, s.byName = nil, nil
}

// root returns the number of "/", which is there from the first use on.
func (t *tree) root() uint32 {
	if len(t.dirs) == 0 {
		t.dirs = append(t.dirs, dirRecord{letters: letterOf['/']})
	}
	return 0
}

func (t *tree) addDir(parent uint32, name []byte) uint32 {
	t.dirs = append(t.dirs, dirRecord{
		letters:  t.dirs[parent].letters | lettersOf(name),
		parent:   parent,
		name:     uint32(len(t.dirNames)),
		nameSize: uint32(len(name)),
	})
	t.dirNames = append(t.dirNames, name...)
	return uint32(len(t.dirs) - 1)
}

func (t *tree) addFile(dir uint32, name []byte, entry scan.DirEntry) {
	if t.files%segmentFiles == 0 {
		t.addSegment()
	}
	s := &t.segments[len(t.segments)-1]
	f := fileRecord{
		letters: lettersOf(name),
		dirKind: dir<<dirShift | uint32(entry.Kind),
		name:    uint32(len(s.names)),
	}
	if entry.Refused {
		f.dirKind |= refusedBit
		t.refusals++
	}
	s.files = append(s.files, f)
	s.names = append(s.names, name...)
	t.files++
}

// addSegment starts a segment. The first grows with what it holds, the others
// will surely be large.
func (t *tree) addSegment() {
	if len(t.segments) == 0 {
		t.segments = append(t.segments, segment{})
		return
	}
	full := &t.segments[len(t.segments)-1]
	full.names = bytes.Clone(full.names) // without the room to grow
	t.segments = append(t.segments, segment{
		files: make([]fileRecord, 0, segmentFiles),
		names: make([]byte, 0, len(full.names)),
	})
}

// file returns the record and the name of a file.
func (t *tree) file(id uint32) (*fileRecord, []byte) {
	s := &t.segments[id>>segmentShift]
	i := int(id % segmentFiles)
	f := &s.files[i]
	end := len(s.names)
	if i+1 < len(s.files) {
		end = int(s.files[i+1].name)
	}
	return f, s.names[f.name:end]
}

// dirName returns the name of a directory; that of the root is empty.
func (t *tree) dirName(dir uint32) []byte {
	d := &t.dirs[dir]
	return t.dirNames[d.name : d.name+d.nameSize]
}

// appendDir appends the path of a directory with its trailing slash.
func (t *tree) appendDir(dst []byte, dir uint32) []byte {
	size := 1
	for d := dir; d != 0; d = t.dirs[d].parent {
		size += int(t.dirs[d].nameSize) + 1
	}
	start := len(dst)
	dst = append(dst, make([]byte, size)...)
	dst[start] = '/'
	for end := len(dst); dir != 0; dir = t.dirs[dir].parent {
		dst[end-1] = '/'
		end -= int(t.dirs[dir].nameSize) + 1
		copy(dst[end:], t.dirName(dir))
	}
	return dst
}

// appendPath appends the path of a file.
func (t *tree) appendPath(dst []byte, id uint32) []byte {
	f, name := t.file(id)
	return append(t.appendDir(dst, f.dir()), name...)
}

// kind returns what a file is.
func (t *tree) kind(id uint32) scan.Kind {
	f, _ := t.file(id)
	return f.kind()
}
