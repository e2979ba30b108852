package pattern

import "math"

// verdict contains the patterns that exclude a name: any is the first pattern that excludes an
// entry of any type, dir the first that excludes a directory. Each is an index into the patterns of
// a Set, or none.
type verdict struct{ any, dir int32 }

// none is greater than all indexes, so the minimum of two indexes is the first pattern.
const none = math.MaxInt32

// acquitted returns the verdict that no pattern matches.
func acquitted() verdict { return verdict{any: none, dir: none} }

// newVerdict returns the verdict of one pattern.
func newVerdict(pattern int, onlyDirs bool) verdict {
	v := verdict{any: none, dir: int32(pattern)}
	if !onlyDirs {
		v.any = v.dir
	}
	return v
}

// or returns the verdict of the patterns of v and w.
func (v verdict) or(w verdict) verdict {
	return verdict{any: min(v.any, w.any), dir: min(v.dir, w.dir)}
}

// first returns the index of the first pattern that excludes an entry, or none.
func (v verdict) first(isDir bool) int32 {
	if isDir {
		return v.dir
	}
	return v.any
}

// excludes reports whether a pattern excludes an entry.
func (v verdict) excludes(isDir bool) bool { return v.first(isDir) != none }
