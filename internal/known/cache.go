package known

import (
	"io"
	"os"
	"slices"
	"syscall"

	"github.com/DaRacci/list-ephemeral/internal/paths"
)

// CacheDir reports whether a directory with this name is a cache wherever it is. It uses a list of
// names from Chromium, Electron, Firefox and developer tools.
func CacheDir(name []byte) bool { return cacheNames()[string(name)] }

// CacheDirNames returns the names for which [CacheDir] returns true, sorted.
func CacheDirNames() []string {
	names := make([]string, 0, len(cacheNames()))
	for name := range cacheNames() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Caches detects caches by location and by name. The zero value has one location, /var/cache.
// ~/.cache is detected by name.
type Caches struct {
	// Home is $XDG_CACHE_HOME, absolute and clean, or "" if it is not set.
	Home string
}

// Places returns the directories in which everything is cache.
func (c Caches) Places() []string {
	if c.Home == "" {
		return []string{"/var/cache"}
	}
	return []string{"/var/cache", c.Home}
}

// Holds reports whether a directory is a cache or is in one.
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

// TagName is the name of the file that marks its directory as a cache, if it begins with the
// signature (https://bford.info/cachedir/).
const TagName = "CACHEDIR.TAG"

const tagSignature = "Signature: 8a477f597d28d172789f06886806bc55"

// Tagged reports whether a directory has a valid CACHEDIR.TAG: a regular file, not a symlink, that
// begins with the signature. A tag that cannot be read is not valid. Tagged reads the disk, so
// call it only for directories that contain such a name.
func Tagged(dir string) bool {
	// O_NONBLOCK: opening a pipe with that name must not wait for a writer.
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
