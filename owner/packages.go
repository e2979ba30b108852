package owner

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/DaRacci/list-ephemeral/internal/rootfs"
	"github.com/DaRacci/list-ephemeral/internal/sqlite"
)

// dpkgStatus is the list of packages of Debian and its derivatives, dpkg-query(1).
const dpkgStatus = "/var/lib/dpkg/status"

// mostStatus is how many bytes of the list are read. Debian with a desktop and 4,000 packages has 5 MB.
const mostStatus = 32 << 20

// rpmDatabases are where the database of rpm is: since Fedora 36, and before. rpm has used SQLite since
// version 4.16; other formats, such as the ndb of openSUSE, are not read.
var rpmDatabases = [...]string{"/usr/lib/sysimage/rpm/rpmdb.sqlite", "/var/lib/rpm/rpmdb.sqlite"}

// rpmNames is the table of the names in the database, and rpmKey the column that has them:
// lib/backend/sqlite.c of rpm.
const (
	rpmNames = "Name"
	rpmKey   = 0
)

// installed is an installed package, and the file that lists it.
type installed struct{ name, file string }

// packages returns the names of the packages that dpkg and rpm have installed.
func (r *reader) packages() []installed {
	var all []installed
	add := func(file string, names []string, err error) {
		r.note(file, err)
		for _, name := range names {
			all = append(all, installed{name, file})
		}
	}
	names, err := r.dpkgPackages()
	add(dpkgStatus, names, err)
	for _, file := range rpmDatabases {
		names, err := r.rpmPackages(file)
		add(file, names, err)
		if !errors.Is(err, os.ErrNotExist) {
			break // /var/lib/rpm leads to the other directory
		}
	}
	return all
}

// dpkgPackages reads the list of dpkg.
func (r *reader) dpkgPackages() ([]string, error) {
	file, err := r.files.File(dpkgStatus)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	names, err := parseDpkgStatus(io.LimitReader(file, mostStatus))
	if info, wrong := file.Stat(); err == nil && wrong == nil && info.Size() > mostStatus {
		err = rootfs.ErrTooLarge
	}
	return names, err
}

// parseDpkgStatus returns the installed packages of a text in the form of deb-control(5): paragraphs
// with the fields Package and Status, of which the last word is the state.
func parseDpkgStatus(text io.Reader) ([]string, error) {
	var names []string
	var name, state []byte // of the paragraph
	var hasName, hasState bool
	end := func() {
		if len(name) > 0 && bytes.HasSuffix(state, []byte(" installed")) {
			names = append(names, string(name))
		}
		name, state, hasName, hasState = name[:0], state[:0], false, false
	}
	lines := bufio.NewReaderSize(text, 64<<10)
	for inLine := false; ; {
		line, err := lines.ReadSlice('\n')
		whole := !inLine
		inLine = errors.Is(err, bufio.ErrBufferFull)
		switch {
		case !whole: // the rest of a line that is longer than the buffer
		case len(line) == 1 && line[0] == '\n':
			end()
		default:
			name, hasName = controlField(name, hasName, line, "Package:")
			state, hasState = controlField(state, hasState, line, "Status:")
		}
		if err != nil && !inLine {
			end()
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return names, err
		}
	}
}

// controlField returns the value of a field if the line is the first one with it.
func controlField(value []byte, has bool, line []byte, field string) ([]byte, bool) {
	if has || len(line) < len(field) || string(line[:len(field)]) != field {
		return value, has
	}
	return append(value, bytes.TrimSpace(line[len(field):])...), true
}

// rpmPackages reads the names in a database of rpm, with those that only its write-ahead log has.
func (r *reader) rpmPackages(name string) ([]string, error) {
	main, err := r.files.File(name)
	if err != nil {
		return nil, err
	}
	defer main.Close()
	var wal io.ReaderAt
	if file, err := r.files.File(name + "-wal"); err == nil {
		defer file.Close()
		wal = file
	} else {
		r.note(name+"-wal", err)
	}
	db, err := sqlite.Open(main, wal)
	if err != nil {
		return nil, fmt.Errorf("read the database of rpm: %w", err)
	}
	names, err := db.Column(rpmNames, rpmKey)
	if err != nil {
		err = fmt.Errorf("read the names of rpm: %w", err)
	}
	return names, err
}
