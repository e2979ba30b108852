package index

import (
	"bytes"

	"github.com/DaRacci/list-ephemeral/scan"
)

// snapshot is the contents of a Store at one time. A copy made under the lock does not change,
// because records are only appended and never modified.
type snapshot struct {
	dirs     []dirRecord
	dirNames []byte
	runs     []run
	segments []segment
	files    int
	others   int // files that are not candidates
}

// dirRecord is one directory. Its parent has a lower number. The root directory has number 0 and
// an empty name, and is its own parent.
type dirRecord struct {
	letters  Letters // of the whole path
	parent   uint32
	name     uint32 // the start of the name in dirNames
	nameSize uint32
}

// run is a sequence of files of one directory that were added consecutively. It ends where the
// next run starts.
type run struct {
	dir   uint32
	first uint32
	// sorted reports whether the names are in ascending order, without duplicates.
	sorted bool
}

// segmentFiles is the number of files in a full segment. A segment that grows
// copies at most one megabyte.
const (
	segmentShift = 16
	segmentFiles = 1 << segmentShift
)

// segment contains the files whose numbers have the same bits above the low 16.
type segment struct {
	files []FileRecord
	names []byte
}

// FileRecord is one file. Its name ends where the name of the next file starts.
type FileRecord struct {
	letters Letters // of the name alone
	// dirKind packs the number of the directory (high bits), a bit that is set if the file is
	// not a candidate, and the scan.Kind (low bits). One field keeps the record at 16 bytes
	// instead of 24.
	dirKind uint32
	name    uint32 // the start of the name in the segment's names
}

// kindBits is the number of bits of a scan.Kind.
const (
	kindBits = 3
	otherBit = 1 << kindBits
	dirShift = kindBits + 1
)

// Letters returns the letters of the name.
func (f *FileRecord) Letters() Letters { return f.letters }

// Dir returns the number of the directory that the file is in.
func (f *FileRecord) Dir() uint32 { return f.dirKind >> dirShift }

func (f *FileRecord) kind() scan.Kind    { return scan.Kind(f.dirKind & (1<<kindBits - 1)) }
func (f *FileRecord) nonCandidate() bool { return f.dirKind&otherBit != 0 }

// root returns the number of "/". It adds the record on first use.
func (t *snapshot) root() uint32 {
	if len(t.dirs) == 0 {
		t.dirs = append(t.dirs, dirRecord{letters: LettersOfByte('/')})
	}
	return 0
}

func (t *snapshot) addDir(parent uint32, name []byte) uint32 {
	t.dirs = append(t.dirs, dirRecord{
		letters:  t.dirs[parent].letters | LettersOf(name),
		parent:   parent,
		name:     uint32(len(t.dirNames)),
		nameSize: uint32(len(name)),
	})
	t.dirNames = append(t.dirNames, name...)
	return uint32(len(t.dirs) - 1)
}

func (t *snapshot) addFile(dir uint32, name []byte, entry scan.DirEntry) {
	if t.files%segmentFiles == 0 {
		t.addSegment()
	}
	s := &t.segments[len(t.segments)-1]
	f := FileRecord{
		letters: LettersOf(name),
		dirKind: dir<<dirShift | uint32(entry.Kind),
		name:    uint32(len(s.names)),
	}
	if entry.NonCandidate {
		f.dirKind |= otherBit
		t.others++
	}
	s.files = append(s.files, f)
	s.names = append(s.names, name...)
	t.files++
}

// addSegment starts a segment. The first segment grows with its contents; the others are
// allocated in full.
func (t *snapshot) addSegment() {
	if len(t.segments) == 0 {
		t.segments = append(t.segments, segment{})
		return
	}
	full := &t.segments[len(t.segments)-1]
	full.names = bytes.Clone(full.names) // drops the spare capacity
	t.segments = append(t.segments, segment{
		files: make([]FileRecord, 0, segmentFiles),
		names: make([]byte, 0, len(full.names)),
	})
}

// File returns the record and the name of a file.
func (t *snapshot) File(id uint32) (*FileRecord, []byte) {
	s := &t.segments[id>>segmentShift]
	i := int(id % segmentFiles)
	f := &s.files[i]
	end := len(s.names)
	if i+1 < len(s.files) {
		end = int(s.files[i+1].name)
	}
	return f, s.names[f.name:end]
}

// DirName returns the name of a directory. The name of "/" is empty.
func (t *snapshot) DirName(dir uint32) []byte {
	d := &t.dirs[dir]
	return t.dirNames[d.name : d.name+d.nameSize]
}

// AppendDir appends the path of a directory with its trailing slash.
func (t *snapshot) AppendDir(dst []byte, dir uint32) []byte {
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
		copy(dst[end:], t.DirName(dir))
	}
	return dst
}

// AppendPath appends the path of a file.
func (t *snapshot) AppendPath(dst []byte, id uint32) []byte {
	f, name := t.File(id)
	return append(t.AppendDir(dst, f.Dir()), name...)
}

// kind returns the kind of a file.
func (t *snapshot) kind(id uint32) scan.Kind {
	f, _ := t.File(id)
	return f.kind()
}

// Parent returns the parent of a directory. The parent of "/" is "/".
func (t *snapshot) Parent(dir uint32) uint32 { return t.dirs[dir].parent }

// DirLetters returns the letters of the path of a directory.
func (t *snapshot) DirLetters(dir uint32) Letters { return t.dirs[dir].letters }

// Dirs returns the number of directories. Their numbers are lower than it.
func (t *snapshot) Dirs() int { return len(t.dirs) }

// Files returns the number of files that were added. Their numbers are lower than it. A path that
// was added twice counts twice.
func (t *snapshot) Files() int { return t.files }

// NonCandidates returns the number of files that are not candidates.
func (t *snapshot) NonCandidates() int { return t.others }

// Runs returns the number of runs. A run is a sequence of files of one directory that were added
// consecutively, so they are adjacent in memory.
func (t *snapshot) Runs() int { return len(t.runs) }

// Run returns the directory of run i and the numbers of its files, from first up to, but not
// including, end.
func (t *snapshot) Run(i int) (dir, first, end uint32) {
	end = uint32(t.files)
	if i+1 < len(t.runs) {
		end = t.runs[i+1].first
	}
	return t.runs[i].dir, t.runs[i].first, end
}

// WithAncestors adds all ancestors of the directories in a set to the set, and returns it.
func (t *snapshot) WithAncestors(dirs Bitset) Bitset {
	for i := len(dirs)*64 - 1; i > 0; i-- { // a parent has the lower number
		if dirs[i/64] == 0 {
			i -= i % 64
			continue
		}
		if dirs.Has(uint32(i)) {
			dirs.Add(t.dirs[i].parent)
		}
	}
	return dirs
}
