package nixfile

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Dirs returns the directories that may contain the configuration of this machine, the most likely
// first: the flake above the working directory, $NH_FLAKE, $FLAKE, /etc/nixos. dir is absolute.
func Dirs(dir string, getenv func(string) string) (dirs []string) {
	add := func(dir string) {
		if real, err := filepath.EvalSymlinks(dir); err == nil && !InStore(real) && !slices.Contains(dirs, real) {
			dirs = append(dirs, real)
		}
	}
	if flake := above(dir); flake != "" {
		add(flake)
	}
	for _, variable := range []string{"NH_FLAKE", "FLAKE"} {
		if flake := local(getenv(variable)); flake != "" {
			add(flake)
		}
	}
	add("/etc/nixos")
	return dirs
}

// above returns the nearest directory at or above dir with a flake.nix, or "".
func above(dir string) string {
	for {
		if info, err := os.Stat(filepath.Join(dir, "flake.nix")); err == nil && info.Mode().IsRegular() {
			return dir
		}
		if dir == "/" || dir == "." {
			return ""
		}
		dir = filepath.Dir(dir)
	}
}

// local returns the directory of a flake reference, or "" if it is not on this machine (nix3-flake(1)).
func local(flake string) string {
	flake, _, _ = strings.Cut(flake, "#")
	flake, _, _ = strings.Cut(flake, "?")
	for _, prefix := range []string{"path:", "git+file://", "git+file:"} {
		if dir, is := strings.CutPrefix(flake, prefix); is {
			flake = dir
			break
		}
	}
	if !filepath.IsAbs(flake) {
		return ""
	}
	return filepath.Clean(flake)
}

// Limits bound a search. The zero value means the usual limits.
type Limits struct {
	// Entries is the number of directory entries that are read, Files that of Nix files.
	Entries, Files int
	// Bytes is the size of all Nix files together. Size is that of one; larger files are skipped.
	Bytes, Size int64
}

// The usual limits. nixpkgs has 100,000 entries; the largest of 79 public configurations has 1,300
// Nix files with 4 MB.
const (
	mostEntries = 20_000
	mostFiles   = 4_000
	mostBytes   = 32 << 20
	mostSize    = 1 << 20
	deepest     = 16
)

// Find returns the Nix files below a directory that contain one of the words, sorted by path.
// Symlinks, hidden directories and files that cannot be read are skipped. complete is false if a
// limit ended the search, or ctx did.
func Find(ctx context.Context, dir string, words []string, limits Limits) (found []*File, complete bool) {
	s := search{
		ctx: ctx, words: words, entries: cmp.Or(limits.Entries, mostEntries), files: cmp.Or(limits.Files, mostFiles),
		bytes: cmp.Or(limits.Bytes, mostBytes), size: cmp.Or(limits.Size, mostSize),
	}
	complete = s.dir(dir, 0)
	slices.SortFunc(s.found, func(a, b *File) int { return strings.Compare(a.Path, b.Path) })
	return s.found, complete
}

// search is a search in progress. The numbers are what is left of the limits.
type search struct {
	ctx            context.Context
	words          []string
	entries, files int
	bytes, size    int64
	found          []*File
}

// dir searches a directory. It returns false if the search has ended.
func (s *search) dir(dir string, depth int) bool {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		name := e.Name()
		if s.entries--; s.entries < 0 || s.ctx.Err() != nil {
			return false
		}
		path := filepath.Join(dir, name)
		switch {
		case e.IsDir():
			if depth < deepest && !strings.HasPrefix(name, ".") && name != "node_modules" && !s.dir(path, depth+1) {
				return false
			}
		case e.Type().IsRegular() && strings.HasSuffix(name, ".nix"):
			if !s.file(path) {
				return false
			}
		}
	}
	return true
}

func (s *search) file(path string) bool {
	f, err := read(path, s.size)
	if err != nil {
		return true
	}
	s.files--
	s.bytes -= int64(len(f.Text))
	if s.files < 0 || s.bytes < 0 {
		return false
	}
	if slices.ContainsFunc(s.words, func(word string) bool { return strings.Contains(f.Text, word) }) {
		s.found = append(s.found, f)
	}
	return true
}
