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
	"github.com/DaRacci/list-ephemeral/internal/textcell"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/tui/draw"
)

// preview is what the card of the row under the cursor shows. All texts are safe to show.
type preview struct {
	title string
	known string // whose it is, and what it is for
	// share is how many of shareOf public configurations keep the path.
	share, shareOf int
	sum            string // of what is kept with it: "367 files, 71M, newest 58m ago"
	facts          string // owner and mode
	note           string // the annotation
	entries        []previewEntry
	more           int // entries that are left out
	text           []string
}

// previewEntry is one of the largest entries of a directory, or a place of a program.
type previewEntry struct {
	name  string
	size  int64
	sized bool
}

// previewer makes the preview of a node. It runs in a command, because a disk can be slow.
type previewer struct {
	*index.Listing
	stat           index.StatFunc
	machine        Machine
	totals         *index.Totals // of the listing, or nil
	now            time.Time
	title          string
	annotated      bool
	configurations int
}

// headSize is the number of bytes read from a file to show its first lines.
const headSize = 16 << 10

// preview describes a node.
func (p previewer) preview(ctx context.Context, node uint32) preview {
	path := string(p.AppendNode(nil, node))
	show := preview{title: p.title}
	kind, info, err := p.stat(path)
	if err != nil {
		show.text = []string{"it no longer exists"}
		return show
	}
	place := p.machine.Place(path)
	show.known, show.share, show.shareOf = safe(p.machine.Known(path)), place.Kept, p.configurations
	show.facts = p.facts(info)
	if p.annotated {
		show.note = safe(p.machine.Annotate(path).Long)
	}
	switch {
	case index.IsDir(node):
		p.addEntries(ctx, &show, index.DirOf(node))
	case kind == scan.KindSymlink:
		if target, err := os.Readlink(path); err == nil {
			show.text = []string{"symlink to " + safe(target)}
		}
	case kind == scan.KindFile:
		show.sum = printable.Size(info.Size) + ", changed " + ago(p.now, info.ModTime.Unix())
		show.text = firstLines(path)
	}
	return show
}

// ago writes how long ago a time in seconds was.
func ago(now time.Time, seconds int64) string {
	age := printable.Age(now.Sub(time.Unix(seconds, 0)))
	if age == "new" {
		return "just now"
	}
	return age + " ago"
}

// facts returns owner and mode of a path.
func (p previewer) facts(info scan.Info) string {
	mode := fmt.Sprintf("%04o", info.Mode.Perm())
	if owner := p.machine.Owner(info.UID, info.GID); owner != "" {
		return safe(owner) + " " + mode
	}
	return mode
}

// addEntries adds the largest entries of a directory, and the sum of all.
func (p previewer) addEntries(ctx context.Context, show *preview, dir uint32) {
	nodes := p.Children(dir)
	stats, sum := p.stats(ctx, nodes)
	show.sum = printable.Plural(p.FilesOf(index.DirNode(dir)), "file", "files")
	if len(stats) == len(nodes) {
		show.sum += ", " + printable.Size(sum.Size)
		if sum.ModTime > 0 {
			show.sum += ", newest " + ago(p.now, sum.ModTime)
		}
	}
	slices.SortStableFunc(nodes, func(a, b uint32) int { return cmp.Compare(stats[b].Size, stats[a].Size) })
	above := len(p.AppendDir(nil, dir))
	for _, node := range nodes[:min(len(nodes), sideLines)] {
		name := string(p.AppendNode(nil, node)[above:])
		if index.IsDir(node) {
			name += "/"
		}
		stat, sized := stats[node]
		show.entries = append(show.entries, previewEntry{safe(name), stat.Size, sized})
	}
	show.more = len(nodes) - len(show.entries)
}

// stats returns the sizes of nodes, and their sum: those of what is kept with them, as in the rows.
func (p previewer) stats(ctx context.Context, nodes []uint32) (known map[uint32]index.NodeStat, sum index.NodeStat) {
	known = make(map[uint32]index.NodeStat, len(nodes))
	if p.totals != nil {
		for _, node := range nodes {
			known[node] = p.totals.Of(node)
		}
	} else {
		for i, stat := range p.StatNodes(ctx, p.stat, nodes) {
			known[nodes[i]] = stat
		}
	}
	for _, node := range nodes {
		if stat := known[node]; !p.NonCandidate(node) {
			sum.Size = sizes.Add(sum.Size, stat.Size)
			sum.ModTime = max(sum.ModTime, stat.ModTime)
		}
	}
	return known, sum
}

// previewProgram describes a program.
func (m *app) previewProgram(of *program) preview {
	show := preview{
		title: programName(of), known: safe(of.Owner.Type), share: of.Kept, shareOf: m.opts.Configurations,
		sum: printable.Plural(len(of.all), "place", "places") + ", " + printable.Plural(of.Stat.Files, "file", "files"),
	}
	if of.Sized {
		show.sum += ", " + printable.Size(of.Stat.Size)
	}
	totals := m.overview.of(m.list.result.from)
	for _, node := range of.all[:min(len(of.all), sideLines)] {
		entry := previewEntry{name: m.pathText(node)}
		if totals != nil {
			entry.size, entry.sized = totals.Of(node).Size, true
		}
		show.entries = append(show.entries, entry)
	}
	slices.SortStableFunc(show.entries, func(a, b previewEntry) int { return cmp.Compare(b.size, a.size) })
	show.more = len(of.all) - len(show.entries)
	return show
}

// entryBar is the width of the bar of an entry.
const entryBar = 8

// lines renders the preview in at most height lines of width cells.
func (p *preview) lines(st *draw.Styles, width, height int) (lines []string) {
	add := func(text string, style draw.Style) {
		if text != "" {
			lines = append(lines, style.Render(textcell.Truncate(text, width, st.Glyphs.Ellipsis)))
		}
	}
	add(p.known, st.Dim)
	if p.share > 0 {
		dots, style := st.Share(p.share, p.shareOf)
		text := fmt.Sprintf("%d of %d configurations", p.share, p.shareOf)
		lines = append(lines, style.Render(dots)+" "+textcell.Truncate(text, max(width-textcell.Width(dots)-1, 0), st.Glyphs.Ellipsis))
	}
	add(p.sum, st.Bold)
	add(p.facts, st.Dim)
	add(p.note, draw.Style{})
	if len(lines) > 0 {
		lines = append(lines, "")
	}
	room := max(height-len(lines), 0)
	for i, entry := range p.entries {
		if rest := len(p.entries) - i + p.more; i == room-1 && rest > 1 {
			add("+ "+printable.Grouped(rest)+" more", st.Dim)
			break
		}
		lines = append(lines, p.entry(st, &entry, width))
	}
	for _, line := range p.text {
		add(cmp.Or(line, " "), draw.Style{})
	}
	return lines[:min(len(lines), max(height, 0))]
}

// entry renders an entry. The bar is relative to the largest one.
func (p *preview) entry(st *draw.Styles, entry *previewEntry, width int) string {
	bar, size := "", "?"
	if entry.sized {
		bar, size = st.PartBar(entry.size, p.entries[0].size, entryBar), printable.Size(entry.size)
	}
	var b strings.Builder
	b.WriteString(st.Bar.Render(bar))
	textcell.WriteFiller(&b, entryBar-textcell.Width(bar)+max(len(" 1.4K")-len(size), 0))
	b.WriteString(size + "  ")
	b.WriteString(textcell.Truncate(entry.name, max(width-entryBar-len(" 1.4K  "), 0), st.Glyphs.Ellipsis))
	return b.String()
}

// firstLines returns the first lines of a file if it is text. If a pipe or a device has replaced the
// file, firstLines does not block on it.
func firstLines(path string) []string {
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
