package report

import (
	"fmt"
	"time"

	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/boot/generation"
	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/scan"
)

// WipedWord answers whether a boot wipes a tree: "yes", "no" or "unknown".
func WipedWord(fate boot.Fate) string {
	switch fate {
	case boot.Wiped:
		return "yes"
	case boot.Kept:
		return "no"
	case boot.Unknown:
	}
	return "unknown"
}

// EvidenceText says what a piece of evidence is, as a clause about the tree.
func EvidenceText(e boot.Evidence) string {
	switch e.Kind {
	case boot.KindStated:
		return "stated by --root or the configuration"
	case boot.KindMemory:
		return e.FSType + " is in memory"
	case boot.KindRAMDisk:
		return "on " + e.Device + ", a disk in memory"
	case boot.KindLoop:
		return fmt.Sprintf("on %s, whose file %s is on %s, which is wiped", e.Device, e.Path, e.Tree)
	case boot.KindLoopDeleted:
		return fmt.Sprintf("on %s, whose file is deleted", e.Device)
	case boot.KindPart:
		return "it shows a part of what is mounted at " + e.Tree
	case boot.KindUpper:
		return fmt.Sprintf("the overlay's upper directory %s is on %s", e.Path, e.Tree)
	case boot.KindUpperVolatile:
		return "the overlay's upper directory is in memory (systemd.volatile)"
	case boot.KindUpperUnreachable:
		return "the overlay's upper directory " + e.Path + " cannot be reached from here"
	case boot.KindNoUpper:
		return "a read-only overlay"
	case boot.KindKernel:
		return e.FSType + " is an interface of the kernel"
	case boot.KindFirmware:
		return e.FSType + " shows memory of the firmware"
	case boot.KindImage:
		return e.FSType + " is read-only"
	case boot.KindNetwork:
		return e.FSType + " is on another machine"
	case boot.KindSubvolume:
		return "the subvolume was created at this boot (" + sinceBoot(e) + ")"
	case boot.KindHalfDone:
		return "a rollback moved the subvolume to " + e.Path + " while it was mounted"
	case boot.KindTop:
		return "the file system was created at this boot (" + sinceBoot(e) + ")"
	case boot.KindSurvivors:
		return fmt.Sprintf("%d of %d files are older than this boot", e.Old, e.Seen)
	case boot.KindUnknown:
	}
	return "unknown"
}

// sinceBoot says when something was created, relative to the boot.
func sinceBoot(e boot.Evidence) string {
	after := e.Born.Sub(e.Boot).Round(time.Second)
	if after < 0 {
		return fmt.Sprintf("%s before it, by the clock", -after)
	}
	return fmt.Sprintf("%s after it began", after)
}

// EvidenceTexts says what the evidence about a tree is.
func EvidenceTexts(tree boot.Tree) []string {
	texts := []string{}
	for _, e := range tree.Evidence {
		texts = append(texts, EvidenceText(e))
	}
	return texts
}

// Backing names a tree with its file system: "/ (ext4 /dev/vda2)".
func Backing(tree boot.Tree) string {
	return fmt.Sprintf("%s (%s %s)", tree.Point, tree.FSType, tree.Source)
}

// RootsShort names roots with their file systems in a few words: "/ on ext4", "/ on tmpfs, 2 more".
func RootsShort(roots []boot.Tree) string {
	if len(roots) == 0 {
		return ""
	}
	text := roots[0].Point + " on " + roots[0].FSType
	if len(roots) > 1 {
		text += fmt.Sprintf(", %d more", len(roots)-1)
	}
	return text
}

// DoubtText says that nothing shows that a boot wipes a tree.
func DoubtText(tree boot.Tree) string {
	if tree.Fate == boot.Kept {
		for _, e := range tree.Evidence {
			if e.Fate == boot.Kept {
				return Backing(tree) + " does not look ephemeral: " + EvidenceText(e)
			}
		}
	}
	text := "nothing shows that a boot wipes " + Backing(tree)
	for _, e := range tree.Evidence {
		return text + ": " + EvidenceText(e)
	}
	return text
}

// DoubtShort is DoubtText in a few words, for roots with doubt: "no sign that / is wiped", or "" if
// there are none.
func DoubtShort(doubtful []boot.Tree) string {
	switch len(doubtful) {
	case 0:
		return ""
	case 1:
		return "no sign that " + doubtful[0].Point + " is wiped"
	}
	return "no sign that " + Count(len(doubtful), "root") + " are wiped"
}

// LowerLayersText says that the candidates of an overlay include files that a boot brings back,
// because its upper directory cannot be read. It is "" for other trees.
func LowerLayersText(tree boot.Tree) string {
	if !ListsLower(tree) {
		return ""
	}
	return fmt.Sprintf("the upper directory of %s cannot be read from here: files of its lower layers, which a boot brings back, are listed too", Backing(tree))
}

// ListsLower reports whether the candidates of a tree include files of the lower layers of an
// overlay, because its upper directory cannot be read.
func ListsLower(tree boot.Tree) bool {
	return tree.Overlay && tree.Upper == "" && tree.UpperProblem != nil
}

// hiddenClasses are the classes that are hidden by default, as the counts name them.
var hiddenClasses = []known.Class{known.ClassRegenerated, known.ClassRuntime, known.ClassManaged, known.ClassCache}

// HiddenText says how many paths their class hides: "12 files hidden (10 cache, 2 runtime)", or "".
func HiddenText(hidden *scan.Hidden) string {
	if hidden.Total() == 0 {
		return ""
	}
	var parts []string
	for _, class := range hiddenClasses {
		if n := hidden[class]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", printable.Grouped(n), class))
		}
	}
	return fmt.Sprintf("%s hidden: %s", printable.Plural(hidden.Total(), "path", "paths"), Enumerate(parts, "and"))
}

// SourceText says where a built system declares something: "etc/fstab:12".
func SourceText(source generation.Source) string {
	text := source.File
	if source.Line > 0 {
		text = fmt.Sprintf("%s:%d", text, source.Line)
	}
	return text
}
