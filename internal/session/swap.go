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

// isSwap reports whether a file is a swap file or a directory contains one. A swap file is in
// use, has a usual name, or has the signature of swap in it. Only files at most three levels
// deep are opened, because swap files are not deeper.
func (s *Session) isSwap(path string, isDir bool) bool {
	if s.swaps == nil {
		text, _ := os.ReadFile("/proc/swaps") // without it, use names and signatures
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

// containsSwap reports whether a directory directly contains a swap file.
func containsSwap(dir string) bool {
	f, err := os.Open(dir)
	if err != nil {
		return false
	}
	defer f.Close()
	const most = 16 // such directories contain little besides swap files
	names, _ := f.Readdirnames(most)
	return slices.ContainsFunc(names, func(name string) bool {
		return name == "swapfile" || hasSwapSignature(filepath.Join(dir, name))
	})
}

// swapsInUse returns the swap files in the text of /proc/swaps (proc(5)).
func swapsInUse(text string) []string {
	var files []string
	for line := range strings.SplitSeq(text, "\n") {
		if fields := strings.Fields(line); len(fields) == 5 && fields[1] == "file" {
			files = append(files, octal.Unescape(fields[0]))
		}
	}
	return files
}

// hasSwapSignature reports whether a regular file is formatted as swap (mkswap(8)). The signature
// is the last ten bytes of the first page. The size of a page depends on the machine.
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
