package check

import (
	"os"
	"slices"
)

// SSHDLines returns the keywords of a text in the format of sshd_config(5), each with its
// arguments behind it.
func SSHDLines(text string) (lines [][]string) {
	for keyword, values := range parseSSHD(text) {
		lines = append(lines, slices.Insert(values, 0, keyword))
	}
	return lines
}

// CountHidden counts what is at a name in a directory as if a mount covered it.
func CountHidden(dir, name string) (files int, bytes int64, err error) {
	top, err := os.Open(dir)
	if err != nil {
		return 0, 0, err
	}
	defer top.Close()
	h := hiddenCount{left: mostHidden}
	err = h.entry(int(top.Fd()), name)
	return h.files, h.bytes, err
}
