package card

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
	"github.com/DaRacci/list-ephemeral/tui/places"
)

// Card is what is known of the row under the cursor. All texts are safe to show.
type Card struct {
	Title string
	Known string // whose it is, and what it is for
	// Share is how many of ShareOf public configurations keep the path.
	Share, ShareOf int
	Coming         places.Coming
	ComingAt       string      // the path that Coming is about, if it is below
	Sum            string      // of what is kept with it: "367 files, 71M, newest 58m ago"
	Excluded       scan.Extent // kept with it, but not in Sum
	Facts          string      // owner and mode
	Note           string      // what a traced command did to it
	Entries        []Entry
	More           int      // entries that are left out
	Text           []string // the first lines of a file, or why there are none
}

// Entry is one of the largest entries of a directory, or a place of a program.
type Entry struct {
	Name  string
	Size  int64 // in bytes; valid if Sized is set
	Sized bool
}

// Machine describes paths. Its methods may be called from several goroutines.
type Machine interface {
	// Place returns what is known of a path without reading it.
	Place(path string) places.Facts
	// Known returns a line that says whose a path is and what it is for, or "".
	Known(path string) string
	// RemovedIn returns the path in a place that the next boot no longer keeps, or "" if it is the place
	// itself.
	RemovedIn(place string) string
	// Owner returns the names of a user and a group, or "".
	Owner(uid, gid uint32) string
}

// Source makes cards. A disk can be slow, so the screen does that in a command.
type Source struct {
	*index.Listing
	Stat    index.StatFunc
	Machine Machine
	Totals  *index.Totals // of the listing, or nil
	Now     time.Time
	Title   string
	// Note returns what a traced command did to a path. It is nil without a trace.
	Note func(path string) string
	// Configurations is the number of public configurations that were counted.
	Configurations int
}

// MostLines is the maximum number of entries and of lines of text in a card.
const MostLines = 200

// HeadSize is the number of bytes read from a file to show its first lines.
const HeadSize = 16 << 10

// Of describes a node. It reads the disk.
func (p Source) Of(ctx context.Context, node uint32) Card {
	path := string(p.AppendNode(nil, node))
	show := Card{Title: p.Title}
	kind, info, err := p.Stat(path)
	if err != nil {
		show.Text = []string{"it no longer exists"}
		return show
	}
	place := p.Machine.Place(path)
	show.Known, show.Share, show.ShareOf = safe(p.Machine.Known(path)), place.Kept, p.Configurations
	show.Facts, show.Coming = p.facts(info), place.Coming
	if place.Coming == places.ComingRemoved {
		show.ComingAt = safe(p.Machine.RemovedIn(path))
	}
	if p.Note != nil {
		show.Note = safe(p.Note(path))
	}
	switch {
	case index.IsDir(node):
		p.addEntries(ctx, &show, index.DirOf(node))
	case kind == scan.KindSymlink:
		if target, err := os.Readlink(path); err == nil {
			show.Text = []string{"symlink to " + safe(target)}
		}
	case kind == scan.KindFile:
		show.Sum = printable.Size(info.Size) + ", changed " + ago(p.Now, info.ModTime.Unix())
		show.Text = FirstLines(path)
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
func (p Source) facts(info scan.Info) string {
	mode := fmt.Sprintf("%04o", info.Mode.Perm())
	if owner := p.Machine.Owner(info.UID, info.GID); owner != "" {
		return safe(owner) + " " + mode
	}
	return mode
}

// addEntries adds the largest entries of a directory, and the sum of all.
func (p Source) addEntries(ctx context.Context, show *Card, dir uint32) {
	nodes := p.Children(dir)
	stats, sum := p.stats(ctx, nodes)
	show.Sum = printable.Plural(p.FilesOf(index.DirNode(dir)), "file", "files")
	if len(stats) == len(nodes) {
		show.Sum += ", " + printable.Size(sum.Size)
		if sum.ModTime > 0 {
			show.Sum += ", newest " + ago(p.Now, sum.ModTime)
		}
	}
	slices.SortStableFunc(nodes, func(a, b uint32) int { return cmp.Compare(stats[b].Size, stats[a].Size) })
	above := len(p.AppendDir(nil, dir))
	for _, node := range nodes[:min(len(nodes), MostLines)] {
		name := string(p.AppendNode(nil, node)[above:])
		if index.IsDir(node) {
			name += "/"
		}
		stat, sized := stats[node]
		show.Entries = append(show.Entries, Entry{safe(name), stat.Size, sized})
	}
	show.More = len(nodes) - len(show.Entries)
}

// stats returns the sizes of nodes, and their sum: those of what is kept with them, as in the rows.
func (p Source) stats(ctx context.Context, nodes []uint32) (known map[uint32]index.NodeStat, sum index.NodeStat) {
	known = make(map[uint32]index.NodeStat, len(nodes))
	if p.Totals != nil {
		for _, node := range nodes {
			known[node] = p.Totals.Of(node)
		}
	} else {
		for i, stat := range p.StatNodes(ctx, p.Stat, nodes) {
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

// entryBar is the width of the bar of an entry.
const entryBar = 8

// Lines renders the card in at most height lines, of at most width cells.
func (p *Card) Lines(st *draw.Styles, width, height int) (lines []string) {
	add := func(text string, style draw.Style) {
		if text != "" {
			lines = append(lines, style.Render(textcell.Truncate(text, width, st.Glyphs.Ellipsis)))
		}
	}
	if text := p.Coming.Text(); text != "" {
		style := st.Warning
		if p.Coming == places.ComingRemoved {
			style = st.Loss
		}
		for _, line := range textcell.Wrap(text, width) {
			add(line, style)
		}
		add(p.ComingAt, style)
	}
	add(p.Known, st.Dim)
	if p.Share > 0 {
		dots, style := st.Share(p.Share, p.ShareOf)
		text := fmt.Sprintf("%d of %d configurations", p.Share, p.ShareOf)
		lines = append(lines, style.Render(dots)+" "+textcell.Truncate(text, max(width-textcell.Width(dots)-1, 0), st.Glyphs.Ellipsis))
	}
	add(p.Sum, st.Bold)
	if also := draw.Excluded(p.Excluded.Files); also != "" && p.Sum != "" {
		add(also+", "+printable.Size(p.Excluded.Bytes), draw.Style{})
	}
	add(p.Facts, st.Dim)
	add(p.Note, draw.Style{})
	if len(lines) > 0 {
		lines = append(lines, "")
	}
	room := max(height-len(lines), 0)
	for i, entry := range p.Entries {
		if rest := len(p.Entries) - i + p.More; i == room-1 && rest > 1 {
			add("+ "+printable.Grouped(rest)+" more", st.Dim)
			break
		}
		lines = append(lines, p.entry(st, &entry, width))
	}
	for _, line := range p.Text {
		add(cmp.Or(line, " "), draw.Style{})
	}
	return lines[:min(len(lines), max(height, 0))]
}

// entry renders an entry. The bar is relative to the largest one.
func (p *Card) entry(st *draw.Styles, entry *Entry, width int) string {
	bar, size := "", "?"
	if entry.Sized {
		bar, size = st.PartBar(entry.Size, p.Entries[0].Size, entryBar), printable.Size(entry.Size)
	}
	var b strings.Builder
	b.WriteString(st.Bar.Render(bar))
	textcell.WriteFiller(&b, entryBar-textcell.Width(bar)+max(len(" 1.4K")-len(size), 0))
	b.WriteString(size + "  ")
	b.WriteString(textcell.Truncate(entry.Name, max(width-entryBar-len(" 1.4K  "), 0), st.Glyphs.Ellipsis))
	return b.String()
}

// FirstLines returns the first lines of a file if it is text. If a pipe or a device has replaced the
// file, FirstLines does not block on it.
func FirstLines(path string) []string {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_NOFOLLOW|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return []string{"cannot read: " + err.Error()}
	}
	f := os.NewFile(uintptr(fd), path)
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	text := make([]byte, HeadSize)
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
		if len(lines) == MostLines {
			break
		}
	}
	return lines
}

// safe makes a text from outside printable.
func safe(text string) string { return printable.Name(text) }
