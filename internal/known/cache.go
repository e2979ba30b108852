package known

import (
	"io"
	"os"
	"slices"
	"syscall"

	"github.com/DaRacci/list-ephemeral/internal/paths"
)

// CacheDir reports whether a directory of this name is a cache wherever it is, by
// a list of names that Chromium, Electron, Firefox and developers' tools use.
func CacheDir(name []byte) bool { return cacheNames()[string(name)] }

// CacheDirNames returns the names for which [CacheDir] holds, sorted.
func CacheDirNames() []string {
	names := make([]string, 0, len(cacheNames()))
	for name := range cacheNames() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Caches tells caches by place and by name. The zero value goes by name and
// knows one place, /var/cache; ~/.cache is one by its name.
type Caches struct {
	// Home is $XDG_CACHE_HOME, absolute and clean; "" where it is not set.
	Home string
}

// Places returns the directories in which everything is cache.
func (c Caches) Places() []string {
	if c.Home == "" {
		return []string{"/var/cache"}
	}
	return []string{"/var/cache", c.Home}
}

// Holds reports whether a directory is a cache or lies in one.
func (c Caches) Holds(dir string) bool {
	for _, place := range c.Places() {
		if paths.AtOrBelow(dir, place) {
			return true
		}
	}
	for start := 1; start < len(dir); {
		end := start
		for end < len(dir) && dir[end] != '/' {
			end++
		}
		if cacheNames()[dir[start:end]] {
			return true
		}
		start = end + 1
	}
	return false
}

// TagName is the name of the file that says its directory is a cache, if it
// begins with the signature (https://bford.info/cachedir/).
const TagName = "CACHEDIR.TAG"

const tagSignature = "Signature: 8a477f597d28d172789f06886806bc55"

// Tagged reports whether a directory has a valid CACHEDIR.TAG: a regular file,
// no symlink, that begins with the signature. It reads the disk, and is to be
// asked of directories in which such a name was seen. A tag that cannot be read
// is none.
func Tagged(dir string) bool {
	// Opening a pipe of that name must not wait for a writer.
	f, err := os.OpenFile(dir+"/"+TagName, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return false
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return false
	}
	var start [len(tagSignature)]byte
	_, err = io.ReadFull(f, start[:])
	return err == nil && string(start[:]) == tagSignature
}
