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
)

// ErrWritten is the error of a path that a process may be writing to through a shared mapping
// (mmap(2), MAP_SHARED). Such writes are not noticed: a page that is dirty already is written
// to without a system call and without a new mtime or ctime, and on tmpfs every page is. The
// copy could have some of them.
var ErrWritten = errors.New("a process may be writing to it through a shared mapping")

// writtenError names the process and the file.
type writtenError Open

func (e writtenError) Error() string {
	return fmt.Sprintf("%s (process %d) may be writing to %s through a shared mapping", e.Command, e.PID, shortened(e.Path))
}

// Is makes it ErrWritten.
func (e writtenError) Is(target error) bool { return target == ErrWritten }

// writerBelow returns an error if a process has mapped a file at or below a path.
func writerBelow(mapped []Open, name string) error {
	for _, m := range mapped {
		if m.Path == name || strings.HasPrefix(m.Path, name+"/") {
			return writtenError(m)
		}
	}
	return nil
}

// mappedFiles returns the files that are mapped while copies are made, unless that does not
// matter.
func (r *run) mappedFiles(ctx context.Context) []Open {
	if r.force {
		return nil
	}
	return mappedFiles(ctx)
}

// mappedFiles returns which processes have mapped files to write to them. The mappings of
// other users' processes are only shown to root.
func mappedFiles(ctx context.Context) []Open {
	processes, _ := os.ReadDir("/proc")
	var found []Open
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
			found = append(found, Open{pid, command, file})
		}
	}
	return found
}

// writableShared returns the files of the mappings that are writable and shared, each once,
// from proc_pid_maps(5):
//
//	7f1c2a000000-7f1c2a001000 rw-s 00000000 fe:00 131 /home/al/db
func writableShared(maps []byte) []string {
	var files []string
	for line := range bytes.Lines(maps) {
		_, rest, _ := bytes.Cut(line, []byte(" "))
		if len(rest) < 4 || rest[1] != 'w' || rest[3] != 's' {
			continue
		}
		_, file, found := bytes.Cut(rest, []byte(" /"))
		if !found {
			continue
		}
		// A newline is the only byte that is escaped.
		name := strings.ReplaceAll("/"+string(bytes.TrimSuffix(file, []byte("\n"))), `\012`, "\n")
		if len(files) == 0 || files[len(files)-1] != name {
			files = append(files, name)
		}
	}
	return files
}
