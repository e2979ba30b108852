package adopt

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/paths"
)

// Open is a file that a process has open.
type Open struct {
	PID     int
	Command string // the process's name, proc_pid_comm(5)
	Path    string
}

// OpenFiles returns the processes that have a file open at or below paths, each process once with
// the first such file. Only root can see the files of other users' processes. paths must be sorted
// and contain no symlinks.
func OpenFiles(ctx context.Context, paths []string) []Open {
	processes, _ := os.ReadDir("/proc")
	var found []Open
	for _, process := range processes {
		pid, err := strconv.Atoi(process.Name())
		if err != nil || pid == os.Getpid() || ctx.Err() != nil {
			continue
		}
		if file := openBelow(pid, paths); file != "" {
			comm, _ := os.ReadFile(filepath.Join("/proc", process.Name(), "comm"))
			found = append(found, Open{pid, strings.TrimSuffix(string(comm), "\n"), file})
		}
	}
	return found
}

// openBelow returns the first file at or below paths that a process has open, or "".
func openBelow(pid int, paths []string) string {
	dir := filepath.Join("/proc", strconv.Itoa(pid), "fd")
	fds, _ := os.ReadDir(dir)
	for _, fd := range fds {
		file, err := os.Readlink(filepath.Join(dir, fd.Name()))
		if err == nil && strings.HasPrefix(file, "/") && atOrBelow(paths, file) {
			return file
		}
	}
	return ""
}

// atOrBelow reports whether a file is at or below one of the sorted paths.
func atOrBelow(sorted []string, file string) bool {
	if _, found := slices.BinarySearch(sorted, file); found {
		return true
	}
	for dir := range paths.Ancestors(file) {
		if _, found := slices.BinarySearch(sorted, dir); found {
			return true
		}
	}
	return false
}
