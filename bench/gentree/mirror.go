package main

import (
	"bytes"
	"fmt"
	"io"
	"path"
	"strings"

	"golang.org/x/sys/unix"
)

// planMirror plans a tree of the names in list: NUL-terminated paths relative to
// source, in any order. Their kinds are those in source; parents need not be listed.
func planMirror(source string, list io.Reader) (*plan, error) {
	data, err := io.ReadAll(list)
	if err != nil {
		return nil, fmt.Errorf("read list: %w", err)
	}
	top, err := unix.Open(source, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", source, err)
	}
	defer unix.Close(top)
	b := newBuilder(0, 0)
	for item := range bytes.SplitSeq(data, []byte{0}) {
		name := strings.TrimSuffix(strings.TrimPrefix(string(item), "./"), "/")
		if name == "" {
			continue
		}
		if path.IsAbs(name) || path.Clean(name) != name || strings.HasPrefix(name+"/", "../") {
			return nil, fmt.Errorf("read list: expected a clean relative path, got %q", name)
		}
		if err := b.copy(top, name); err != nil {
			return nil, err
		}
	}
	return b.done()
}

// copy plans the entry name of the tree top.
func (b *builder) copy(top int, name string) error {
	var st unix.Stat_t
	if err := unix.Fstatat(top, name, &st, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return fmt.Errorf("stat %q: %w", name, err)
	}
	var k kind
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFDIR:
		b.dir(name)
		return nil
	case unix.S_IFREG:
		k = kindFile
	case unix.S_IFLNK:
		k = kindSymlink
	case unix.S_IFIFO:
		k = kindFIFO
	default:
		return fmt.Errorf("copy %q: unsupported file mode %o", name, st.Mode)
	}
	d := b.dir(path.Dir(name))
	d.entries = append(d.entries, entry{path.Base(name), k})
	return nil
}
