package tui

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/sizes"
	"github.com/DaRacci/list-ephemeral/scan"
)

// previewer makes the preview of a node. It runs in a command, because a disk can be slow.
type previewer struct {
	*index.Listing
	stat      index.StatFunc
	machine   Machine
	annotated bool
}

// headSize is the number of bytes read from a file to show its first lines.
const headSize = 16 << 10

// preview describes a node in lines that are safe to show.
func (p previewer) preview(ctx context.Context, node uint32) []string {
	path := string(p.AppendNode(nil, node))
	lines := []string{safe(path)}
	kind, info, err := p.stat(path)
	if err != nil {
		return append(lines, "it no longer exists")
	}
	lines = append(lines, p.facts(kind, info))
	if known := p.machine.Known(path); known != "" {
		lines = append(lines, safe(known))
	}
	if p.annotated {
		if note := p.machine.Annotate(path); note.Long != "" {
			lines = append(lines, safe(note.Long))
		}
	}
	lines = append(lines, "")
	switch {
	case index.IsDir(node):
		lines = append(lines, p.children(ctx, index.DirOf(node))...)
	case kind == scan.KindSymlink:
		if target, err := os.Readlink(path); err == nil {
			lines = append(lines, "symlink to "+safe(target))
		}
	case kind == scan.KindFile:
		lines = append(lines, head(path)...)
	}
	return lines[:min(len(lines), sideLines)]
}

// facts returns one line with the metadata of a path.
func (p previewer) facts(kind scan.Kind, info scan.Info) string {
	facts := []string{info.Mode.String()}
	if owner := p.machine.Owner(info.UID, info.GID); owner != "" {
		facts = append(facts, safe(owner))
	}
	if kind == scan.KindFile {
		facts = append(facts, printable.Size(info.Size))
	}
	return strings.Join(append(facts, info.ModTime.Local().Format("2006-01-02 15:04")), "  ")
}

// children lists the largest entries of a directory.
func (p previewer) children(ctx context.Context, dir uint32) []string {
	nodes := p.Children(dir)
	known := map[uint32]index.NodeStat{}
	var sum index.NodeStat
	for i, m := range p.StatNodes(ctx, p.stat, nodes) {
		known[nodes[i]] = m
		sum.Size = sizes.Add(sum.Size, m.Size)
		sum.ModTime = max(sum.ModTime, m.ModTime)
	}
	files := printable.Plural(p.FilesOf(index.DirNode(dir)), "candidate", "candidates")
	if len(known) < len(nodes) {
		files += ", too many to add up"
	} else {
		files += ", " + printable.Size(sum.Size) + ", newest " + time.Unix(sum.ModTime, 0).Local().Format("2006-01-02 15:04")
	}
	slices.SortStableFunc(nodes, func(a, b uint32) int { return cmp.Compare(known[b].Size, known[a].Size) })
	lines := []string{files, ""}
	above := len(p.AppendDir(nil, dir))
	for _, node := range nodes[:min(len(nodes), sideLines)] {
		name := string(p.AppendNode(nil, node)[above:])
		if index.IsDir(node) {
			name += "/"
		}
		size := "?"
		if m, ok := known[node]; ok {
			size = printable.Size(m.Size)
		}
		lines = append(lines, fmt.Sprintf("%*s  %s", sizeWidth, size, safe(name)))
	}
	return lines
}

// head returns the first lines of a file if it is text. If a pipe or a device has replaced the
// file, head does not block on it.
func head(path string) []string {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_NOFOLLOW|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return []string{"cannot read: " + err.Error()}
	}
	f := os.NewFile(uintptr(fd), path)
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	text := make([]byte, headSize)
	n, err := f.Read(text)
	switch {
	case n == 0 && err != nil:
		return []string{"empty file"}
	case bytes.IndexByte(text[:n], 0) >= 0:
		return []string{"binary file"}
	}
	var lines []string
	for line := range strings.SplitSeq(string(text[:n]), "\n") {
		line = strings.ReplaceAll(strings.TrimSuffix(line, "\r"), "\t", "    ")
		lines = append(lines, safe(line))
		if len(lines) == sideLines {
			break
		}
	}
	return lines
}
