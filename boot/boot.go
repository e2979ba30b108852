package boot

import (
	"context"
	"path/filepath"
	"slices"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/internal/paths"
)

// Options are what [Judge] works with. The zero value judges the running machine.
type Options struct {
	// Stated are the trees that the user says are wiped: absolute, clean paths without
	// symlinks. One that is not a mount point is a tree of its own.
	Stated []string
	// Storage are directories that are meant to survive, absolute and clean. The creation time of a
	// tree that contains one of them is no evidence, unless the tree is "/": a new disk for storage
	// is as young as a disk that each boot formats.
	Storage []string
	// Time is when the machine was booted. If it is zero it is read from the kernel, with Early.
	Time Time
	// Machine is asked about the mounts; nil is [ThisMachine].
	Machine Machine
	// Sample is what a walk has collected, if there was one; see [Trees.WithSample].
	Sample *Sample
}

// Tree is what a boot does to one mount, or to one stated directory.
type Tree struct {
	// Point is the mount point, or the stated directory.
	Point string
	// Mount is the mount that Point is on.
	Mount *mounts.Mount
	// FSType and Source are those of the mount: "tmpfs", "/dev/vda2".
	FSType, Source string
	Role           Role
	Fate           Fate
	// Evidence is all that was found. The first piece that shows a fate decides; later ones may
	// contradict it. It is empty if nothing was found. Callers do not change it.
	Evidence []Evidence
	// Alias is the path of the same directory in another tree, if the mount shows a part of that
	// tree, as a bind mount does. It is "" otherwise.
	Alias string
	// Overlay is whether the tree is an overlay. If it is wiped, only the files in its upper
	// directory are lost. Upper is the path of that directory, without symlinks. It is "" if the
	// directory cannot be read from here, and UpperProblem is the reason; both are empty for an
	// overlay without an upper directory. Work is the directory beside Upper in which the kernel
	// prepares files, "" if it is not known.
	Overlay      bool
	Upper, Work  string
	UpperProblem error
	// File is set if the mount point is known not to be a directory.
	File bool
	// Problem is the error of a question to the machine, or nil. The fate is judged by the other
	// answers.
	Problem error
}

// Trees are the fates of all mounts of a table. They do not change, and may be used by any
// number of goroutines.
type Trees struct {
	boot        Time
	timeProblem error
	stated      []string
	storage     []string
	table       *mounts.Table
	facts       []*facts

	decided *decision
	all     []Tree
	byNode  map[*node]int
}

// Judge returns what a boot does to each mount that a path lookup reaches. Mounts of the same
// backing (a device, a subvolume, or a part of one) have the same fate. Facts that cannot be read
// are reported in the result; the only error is that of the context.
//
// The machine is asked only about file systems whose answers come from the kernel alone, and not
// about mounts below others. So Judge never waits for a server that does not reply.
func Judge(ctx context.Context, table *mounts.Table, options Options) (*Trees, error) {
	t := &Trees{boot: options.Time, table: table, stated: slices.Clone(options.Stated), storage: slices.Clone(options.Storage)}
	machine := options.Machine
	if machine == nil {
		machine = ThisMachine(table)
	}
	if t.boot == (Time{}) {
		t.boot, t.timeProblem = ReadTime()
		t.boot.Early = earlyClock(table, machine)
	}
	var err error
	if t.facts, err = gather(ctx, table, machine); err != nil {
		return nil, err
	}
	t.decide(options.Sample)
	return t, nil
}

// WithSample returns the fates that a sample shows together with what was asked before. The
// machine is not asked again.
func (t *Trees) WithSample(sample *Sample) *Trees {
	with := &Trees{boot: t.boot, timeProblem: t.timeProblem, stated: t.stated, storage: t.storage, table: t.table, facts: t.facts}
	with.decide(sample)
	return with
}

func (t *Trees) decide(sample *Sample) {
	t.decided = decide(t, sample)
	t.byNode = make(map[*node]int, len(t.decided.nodes))
	for i, n := range t.decided.nodes {
		t.byNode[n] = i
		t.all = append(t.all, n.tree())
	}
}

// tree returns the result for a node.
func (n *node) tree() Tree {
	tree := Tree{
		Point: n.point, Mount: n.mount, FSType: n.mount.FSType, Source: n.mount.Source, Role: n.role, Fate: n.fate, Evidence: n.evidence,
		Alias: n.alias, Overlay: n.family == familyOverlay, UpperProblem: n.upperProblem, File: n.top.File, Problem: n.problem,
	}
	if n.upperProblem == nil {
		tree.Upper, tree.Work = n.upper, n.work
	}
	if rel, ok := paths.Rel(n.point, n.mount.Point); ok && rel != "." { // a stated directory
		tree.File = false
		if tree.Upper != "" {
			tree.Upper = filepath.Join(tree.Upper, rel)
		}
	}
	return tree
}

// All returns all trees, sorted by mount point.
func (t *Trees) All() []Tree { return slices.Clone(t.all) }

// At returns the tree that a path is on. The path is absolute and clean, and has no symlink.
func (t *Trees) At(path string) Tree { return t.all[t.byNode[t.decided.at(path)]] }

// Time returns the time of the boot with which other times were compared. The error says why it
// could not be read.
func (t *Trees) Time() (Time, error) { return t.boot, t.timeProblem }
