package boot

import (
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/internal/paths"
)

// node is a tree while it is judged.
type node struct {
	*facts
	point  string // that of the mount, or a stated directory on it
	stated bool
	stores bool // storage is on it
	// within is the mount that shows more of the same tree; nil for the tree itself.
	within *node
	// source is the mount on which alias is the directory that this one shows.
	source *node
	alias  string
	// old and seen count the sample of this mount and of all mounts within it.
	old, seen int

	state    state
	fate     Fate
	evidence []Evidence
}

// state is how far a node is judged.
type state uint8

const (
	stateNew state = iota
	stateJudging
	stateJudged
)

// decision judges all trees from facts, without questions to the machine.
type decision struct {
	table  *mounts.Table
	boot   Time
	nodes  []*node
	byID   map[int]*node
	stated []*node // stated directories that are not mount points
}

// decide judges all trees.
func decide(t *Trees, sample *Sample) *decision {
	d := &decision{table: t.table, boot: t.boot, byID: make(map[int]*node, len(t.facts))}
	points := make(map[string]*node, len(t.facts))
	for _, f := range t.facts {
		n := &node{facts: f, point: f.mount.Point}
		d.nodes, d.byID[f.mount.ID], points[n.point] = append(d.nodes, n), n, n
	}
	relate(t.table, d.nodes)
	for _, path := range t.storage {
		for n := d.at(path); n != nil && n.point != "/"; n = n.within {
			n.stores = true
		}
	}
	for _, path := range t.stated {
		if n := points[path]; n != nil {
			n.stated = true
			continue
		}
		n := &node{facts: d.at(path).facts, point: path, stated: true}
		points[path], d.stated = n, append(d.stated, n)
	}
	if sample != nil {
		d.count(sample)
	}
	d.nodes = append(d.nodes, d.stated...)
	slices.SortFunc(d.nodes, func(a, b *node) int { return strings.Compare(a.point, b.point) })
	for _, n := range d.nodes {
		d.judge(n)
	}
	return d
}

// count adds the sample of each mount to the node of the mount, and to the nodes of mounts that
// show more of the same tree, because the sampled files are in these trees too.
func (d *decision) count(sample *Sample) {
	for _, n := range d.nodes {
		old, seen := sample.Of(n.mount.ID).count(d.boot)
		for up := n; up != nil; up = up.within {
			up.old, up.seen = up.old+old, up.seen+seen
		}
	}
}

// at returns the tree that a path is on, which has no symlink.
func (d *decision) at(path string) *node {
	found := d.byID[d.table.At(path).ID]
	if found == nil { // the same number twice: no table of a kernel
		found = d.byID[d.table.At("/").ID]
	}
	length := 0
	for _, n := range d.stated {
		if n.mount == found.mount && paths.AtOrBelow(path, n.point) && len(n.point) > length {
			found, length = n, len(n.point)
		}
	}
	return found
}

// judge judges a tree, and first the trees that it depends on. A tree that depends on itself, as an
// overlay whose upper directory seems to be inside it, is unknown.
func (d *decision) judge(n *node) Fate {
	if n.state != stateNew {
		return n.fate
	}
	n.state = stateJudging
	var evidence []Evidence
	if n.stated {
		evidence = append(evidence, Evidence{Kind: KindStated, Fate: Wiped})
	}
	switch {
	case n.stated && n.point != n.mount.Point:
	case n.within == nil:
		evidence = append(evidence, d.own(n)...)
	default:
		// The directory at "/" may have been made at this boot in a file system that is kept.
		if n.point == "/" {
			evidence = append(evidence, d.birth(n)...)
		}
		on := n.within
		if n.source == on {
			on = d.at(n.alias) // which may be in a stated directory
		}
		evidence = append(evidence, Evidence{Kind: KindPart, Fate: d.judge(on), Tree: on.point, Path: n.alias})
	}
	n.state, n.evidence, n.fate = stateJudged, evidence, decided(evidence)
	return n.fate
}

// own returns the evidence that a tree has of its own.
func (d *decision) own(n *node) []Evidence {
	kind := n.mount.FSType
	switch n.family {
	case familyMemory:
		return []Evidence{{Kind: KindMemory, Fate: Wiped, FSType: kind}}
	case familyKernel:
		return []Evidence{{Kind: KindKernel, Fate: Wiped, FSType: kind}}
	case familyFirmware:
		return []Evidence{{Kind: KindFirmware, Fate: Kept, FSType: kind}}
	case familyImage:
		return []Evidence{{Kind: KindImage, Fate: Kept, FSType: kind}}
	case familyNetwork:
		return []Evidence{{Kind: KindNetwork, Fate: Kept, FSType: kind}}
	case familyOverlay:
		return []Evidence{d.upper(n)}
	case familyTrigger:
		return nil
	case familyBtrfs, familyBirth, familyTimes, familyOther:
	}
	return slices.Concat(d.block(n.device), d.birth(n), d.survivors(n))
}

// block returns the evidence of the block device. A device is wiped if one of the devices that it
// is made of is.
func (d *decision) block(device Device) []Evidence {
	if isRAMDisk(device.Name) {
		return []Evidence{{Kind: KindRAMDisk, Fate: Wiped, Device: device.Name}}
	}
	if file, gone := strings.CutSuffix(device.LoopFile, " (deleted)"); gone {
		return []Evidence{{Kind: KindLoopDeleted, Fate: Wiped, Device: device.Name, Path: file}}
	}
	if file := device.LoopFile; strings.HasPrefix(file, "/") {
		if on := d.at(file); d.judge(on) == Wiped {
			return []Evidence{{Kind: KindLoop, Fate: Wiped, Device: device.Name, Path: file, Tree: on.point}}
		}
	}
	for _, below := range device.Below {
		if found := d.block(below); len(found) > 0 {
			return found
		}
	}
	return nil
}

// isRAMDisk reports whether a block device, or the partition, is in memory: zram, and brd's
// ram.
func isRAMDisk(name string) bool {
	for _, prefix := range []string{"zram", "ram"} {
		if rest, ok := strings.CutPrefix(name, prefix); ok && rest != "" && strings.Trim(rest, "0123456789p") == "" {
			return true
		}
	}
	return false
}

// volatileUppers are the upper directories that systemd makes on a tmpfs that it unmounts
// when the overlay is there: systemd-volatile-root (src/volatile-root/volatile-root.c) and
// systemd-nspawn (src/nspawn/nspawn-mount.c).
var volatileUppers = []string{"/run/systemd/overlay-sysroot/", "/tmp/nspawn-volatile-"}

// upper returns the evidence of an overlay.
func (d *decision) upper(n *node) Evidence {
	recorded := n.overlay.Upper
	if recorded == "" {
		return Evidence{Kind: KindNoUpper, Fate: Kept}
	}
	if n.upper != "" {
		if on := d.at(n.upper); on.mount != n.mount {
			return Evidence{Kind: KindUpper, Fate: d.judge(on), Path: n.upper, Tree: on.point}
		}
	}
	for _, prefix := range volatileUppers {
		if strings.HasPrefix(recorded, prefix) {
			return Evidence{Kind: KindUpperVolatile, Fate: Wiped, Path: recorded}
		}
	}
	return Evidence{Kind: KindUpperUnreachable, Path: recorded}
}
