package unitfile

import (
	"cmp"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/rootfs"
)

// ReadTmpfiles reads the files "*.conf" of directories such as /etc/tmpfiles.d and returns the
// lines that count, in the order of reading. Of equal file names, the earlier directory wins; an
// empty file or a link to /dev/null disables the files of that name. Files are read sorted by name
// over all directories, and then [Effective] decides. A missing directory is not a problem.
func ReadTmpfiles(files *rootfs.FS, opts TmpfilesOptions, dirs ...string) ([]TmpfilesLine, []Problem) {
	var problems []Problem
	chosen := map[string]string{}
	for _, dir := range dirs {
		entries, err := files.List(dir, maxEntries)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			problems = append(problems, Problem{File: dir, Kind: Unreadable, Err: err})
		}
		for _, entry := range entries {
			hidden := strings.HasPrefix(entry.Name, ".")
			if _, taken := chosen[entry.Name]; !taken && !hidden && strings.HasSuffix(entry.Name, ".conf") && entry.Type&fs.ModeDir == 0 {
				chosen[entry.Name] = path.Join(dir, entry.Name)
			}
		}
	}
	var lines []TmpfilesLine
	names := make([]string, 0, len(chosen))
	for name := range chosen {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		file := chosen[name]
		if at, _, _ := files.Resolve(file, nil); at == "/dev/null" {
			continue
		}
		content, err := files.Read(file, MaxLine)
		if err != nil {
			problems = append(problems, unreadable(file, err))
			continue
		}
		found, wrong := ParseTmpfiles(string(content), file, opts)
		lines, problems = append(lines, found...), append(problems, wrong...)
	}
	lines, wrong := Effective(lines)
	return lines, append(problems, wrong...)
}

// Effective returns the lines that count: of the lines that create, fill or remove the same path,
// the first one. Lines that only adjust what is there (z t a h m) add up, and a glob is not
// compared with a path. A line with exactly the same type, owner, mode and argument is a duplicate
// without a problem.
func Effective(lines []TmpfilesLine) ([]TmpfilesLine, []Problem) {
	type key struct {
		glob bool
		path string
	}
	first := make(map[key]TmpfilesLine, len(lines))
	var kept []TmpfilesLine
	var problems []Problem
	for _, line := range lines {
		if strings.IndexByte(creating, line.Type) < 0 {
			kept = append(kept, line)
			continue
		}
		at := key{strings.IndexByte(globbing, line.Type) >= 0, line.Path}
		earlier, taken := first[at]
		switch {
		case !taken:
			first[at] = line
			kept = append(kept, line)
		case compareContent(earlier, line) != 0:
			problems = append(problems, Problem{File: line.File, Line: line.Line, Kind: DuplicatePath, Text: string(line.Type) + line.Modifiers + " " + line.Path})
		}
	}
	return kept, problems
}

// compareContent compares lines without their places.
func compareContent(a, b TmpfilesLine) int {
	return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Mode, b.Mode), cmp.Compare(a.User, b.User), cmp.Compare(a.Group, b.Group),
		cmp.Compare(a.Age, b.Age), cmp.Compare(a.Argument, b.Argument))
}
