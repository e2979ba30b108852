package session

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/DaRacci/list-ephemeral/internal/octal"
	"github.com/DaRacci/list-ephemeral/internal/paths"
)

// IsSwap reports whether a file is a swap file, or a directory contains one: one that is
// in use, has a usual name, or begins with the signature. Only files at most three levels
// deep are opened, where swap files are.
func (s *Session) isSwap(path string, isDir bool) bool {
	if s.swaps == nil {
		text, _ := os.ReadFile("/proc/swaps") // without it, names and signatures are left
		s.swaps = append([]string{"/swapfile", "/.swapfile", "/swap.img", "/.swapvol"}, swapsInUse(string(text))...)
	}
	if slices.Contains(s.swaps, path) {
		return true
	}
	shallow := strings.Count(path, "/") <= 3
	if !isDir {
		return shallow && hasSwapSignature(path)
	}
	if slices.ContainsFunc(s.swaps, func(swap string) bool { return path != "/" && paths.Below(swap, path) }) {
		return true
	}
	return shallow && slices.Contains([]string{"swap", ".swap", "swapvol", "@swap"}, filepath.Base(path)) && containsSwap(path)
}

// ContainsSwap reports whether a directory directly contains a swap file.
func containsSwap(dir string) bool {
	f, err := os.Open(dir)
	if err != nil {
		return false
	}
	defer f.Close()
	const most = 16 // it is a directory for little else
	names, _ := f.Readdirnames(most)
	return slices.ContainsFunc(names, func(name string) bool {
		return name == "swapfile" || hasSwapSignature(filepath.Join(dir, name))
	})
}

// SwapsInUse reads the text of /proc/swaps, and returns the files in it (proc(5)).
func swapsInUse(text string) []string {
	var files []string
	for line := range strings.SplitSeq(text, "\n") {
		if fields := strings.Fields(line); len(fields) == 5 && fields[1] == "file" {
			files = append(files, octal.Unescape(fields[0]))
		}
	}
	return files
}

// HasSwapSignature reports whether a regular file is formatted as swap: ten characters at
// the end of the first page, whose size is the machine's (mkswap(8)).
func hasSwapSignature(path string) bool {
	fd, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if err != nil {
		return false
	}
	f := os.NewFile(uintptr(fd), path)
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return false
	}
	for _, page := range []int64{4 << 10, 16 << 10, 64 << 10} {
		mark := make([]byte, len("SWAPSPACE2"))
		if _, err := io.ReadFull(io.NewSectionReader(f, page-int64(len(mark)), int64(len(mark))), mark); err != nil {
			return false
		}
		if string(mark) == "SWAPSPACE2" {
			return true
		}
	}
	return false
}
