package adopt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/internal/paths"
)

// ErrWritten is the error of a path that a process may be writing to through a shared mapping
// (mmap(2), MAP_SHARED). Such writes cannot be detected: a write to a dirty page makes no system
// call and does not change mtime or ctime, and on tmpfs every page is dirty. The copy could contain
// only some of the writes.
var ErrWritten = errors.New("a process may be writing to it through a shared mapping")

// writtenError is an ErrWritten with the process and the file.
type writtenError Open

func (e writtenError) Error() string {
	return fmt.Sprintf("%s (process %d) may be writing to %s through a shared mapping", e.Command, e.PID, shortened(e.Path))
}

// Is makes errors.Is report ErrWritten.
func (e writtenError) Is(target error) bool { return target == ErrWritten }

// mapping is a file that a process has mapped for writing.
type mapping struct {
	Open
	inode   inode  // zero if not known
	address string // as in the file names of proc_pid_map_files(5)
}

// mappings are the writable shared mappings of all processes. Inodes have to be compared too,
// because each path refers to the mount through which the file was opened.
type mappings struct {
	all     []mapping
	byInode map[inode]*mapping
	longest int // of the paths
}

// below returns an error if a process has mapped a file at or below a path.
func (m *mappings) below(name string) error {
	for i := range m.all {
		if file := m.all[i].Path; paths.AtOrBelow(file, name) {
			return writtenError(m.all[i].Open)
		}
	}
	return nil
}

// writerOf returns an error if a process has mapped a file, by any path.
func (m *mappings) writerOf(st *unix.Stat_t) error {
	if found := m.byInode[inodeOf(st)]; found != nil {
		return writtenError(found.Open)
	}
	return nil
}

// writer returns an error if a process has mapped a file of a copied unit.
func (m *mappings) writer(s *staged) error {
	if name := s.at.path.child(s.name); name.long <= m.longest {
		if err := m.below(name.String()); err != nil {
			return err
		}
	}
	for todo := []*node{s.node}; len(m.byInode) > 0 && len(todo) > 0; {
		n := todo[len(todo)-1]
		todo = append(todo[:len(todo)-1], n.kids...)
		if err := m.writerOf(&n.st); err != nil {
			return err
		}
	}
	return nil
}

// mappedFiles returns the files that are mapped now. It returns nothing if the plan is forced.
func (r *run) mappedFiles(ctx context.Context) *mappings {
	if r.force {
		return new(mappings)
	}
	return mappedFiles(ctx).of(r.sources.root.other)
}

// mappedFiles returns the files that processes have mapped for writing. Only root can read the
// mappings of other users' processes.
func mappedFiles(ctx context.Context) *mappings {
	processes, _ := os.ReadDir("/proc")
	m := &mappings{byInode: map[inode]*mapping{}}
	otherwise := devicesNotOfStat()
	for _, process := range processes {
		pid, err := strconv.Atoi(process.Name())
		if err != nil || pid == os.Getpid() || ctx.Err() != nil {
			continue
		}
		dir := filepath.Join("/proc", process.Name())
		maps, _ := os.ReadFile(filepath.Join(dir, "maps"))
		command := ""
		for _, file := range writableShared(maps) {
			if command == "" {
				comm, _ := os.ReadFile(filepath.Join(dir, "comm"))
				command = strings.TrimSuffix(string(comm), "\n")
			}
			file.PID, file.Command = pid, command
			if otherwise[file.inode.dev] {
				file.inode = inodeAt(filepath.Join(dir, "map_files", file.address))
			}
			m.all = append(m.all, file)
		}
	}
	for i := range m.all {
		f := &m.all[i]
		m.longest = max(m.longest, len(f.Path))
		if f.inode != (inode{}) {
			m.byInode[f.inode] = f
		}
	}
	return m
}

// devicesNotOfStat returns the devices in proc_pid_maps(5) and in the mount table for which stat(2)
// returns other numbers: each btrfs subvolume has its own device number, and so has each layer of
// an overlay.
func devicesNotOfStat() map[uint64]bool {
	table, _ := os.ReadFile("/proc/self/mountinfo")
	devices := map[uint64]bool{}
	all, _ := mounts.Parse(string(table))
	for _, mount := range all {
		if major, minor, ok := mount.DeviceNumbers(); ok && (mount.FSType == "btrfs" || mount.FSType == "overlay") {
			devices[unix.Mkdev(major, minor)] = true
		}
	}
	return devices
}

// inodeAt returns the inode that stat(2) returns for a mapping. It returns zero on failure, because
// only root may stat it. It does not contact the server of a network file system.
func inodeAt(name string) inode {
	var st unix.Statx_t
	err := retried(func() error { return unix.Statx(unix.AT_FDCWD, name, unix.AT_STATX_DONT_SYNC, unix.STATX_INO, &st) })
	if err != nil {
		return inode{}
	}
	return inode{unix.Mkdev(st.Dev_major, st.Dev_minor), st.Ino}
}

// writableShared returns the files of the mappings that are writable and shared, each once,
// from proc_pid_maps(5):
//
//	7f1c2a000000-7f1c2a001000 rw-s 00000000 fe:00 131 /home/al/db
func writableShared(maps []byte) []mapping {
	var files []mapping
	for line := range bytes.Lines(maps) {
		_, rest, _ := bytes.Cut(line, []byte(" "))
		if len(rest) < 4 || rest[1] != 'w' || rest[3] != 's' {
			continue
		}
		fields, file, found := bytes.Cut(rest, []byte(" /"))
		if !found {
			continue
		}
		// A newline is the only escaped byte.
		name := strings.ReplaceAll("/"+string(bytes.TrimSuffix(file, []byte("\n"))), `\012`, "\n")
		m := mapping{Open: Open{Path: name}}
		var from, to uint64
		if _, err := fmt.Sscanf(string(line), "%x-%x ", &from, &to); err == nil {
			m.address = fmt.Sprintf("%x-%x", from, to)
		}
		var major, minor uint32
		var number uint64
		if _, err := fmt.Sscanf(string(fields[4:]), "%x %x:%x %d", new(uint64), &major, &minor, &number); err == nil {
			m.inode = inode{unix.Mkdev(major, minor), number}
		}
		if last := len(files) - 1; last < 0 || files[last].Path != name || files[last].inode != m.inode {
			files = append(files, m)
		}
	}
	return files
}
