package report

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"time"

	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/owner"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/watch"
)

// Lines returns an explanation as lines.
func (e *Explanation) Lines() []string {
	title := e.Verdict.Class.String()
	if e.missing() {
		title = "does not exist; " + e.fateOfNew()
	}
	lines := []string{e.Name + ": " + title}
	for _, reason := range append(e.reasons(), e.declaration(), e.what(), e.recurrence()) {
		if reason != "" {
			lines = append(lines, "  "+reason)
		}
	}
	if e.Owner != nil {
		for _, text := range OwnerLines(e.Owner) {
			lines = append(lines, "  "+text)
		}
	}
	if text := IgnoredText(e.Ignored); text != "" {
		lines = append(lines, "  "+text)
	}
	if e.Written != nil {
		lines = append(lines, "  "+WriterText(e.Written, time.Now()))
	}
	return lines
}

// explainLine is the schema of explain --json, which docs/json.md documents.
type explainLine struct {
	Path      string `json:"path,omitempty"`
	PathBytes string `json:"pathBytes,omitempty"`
	Class     string `json:"class"`
	// Wiped answers whether a boot wipes the tree that the path is on: yes, no or unknown.
	Wiped    string   `json:"wiped"`
	Evidence []string `json:"evidence"`
	Type     string   `json:"type"`
	Exists   bool     `json:"exists"`
	Error    string   `json:"error"`
	Reasons  []string `json:"reasons"`
	// Next is what the next boot changes: kept, removed or missing; empty if nothing is known.
	Next string `json:"next"`
	// DeclaredAt is the file and line in the Nix code.
	DeclaredAt string `json:"declaredAt"`
	ownerKeys
	writtenKeys
	Mode       string `json:"usualMode"`
	ModeSource string `json:"usualModeSource"`
	Known      int    `json:"known"`
	*seenKeys
}

// JSON returns the explanation as explain --json writes it.
func (e *Explanation) JSON() *explainLine {
	line := &explainLine{Class: e.Verdict.Class.String(), Type: e.Kind.String(), Exists: !e.missing(), Reasons: []string{}, Wiped: WipedWord(e.Tree.Fate), Evidence: EvidenceTexts(e.Tree)}
	line.Path, line.PathBytes = jsonline.Path(e.Name)
	for _, reason := range e.reasons() {
		line.Reasons = append(line.Reasons, printable.Name(reason))
	}
	line.DeclaredAt = printable.Name(e.DeclaredAt)
	line.Next = e.coming().word()
	line.seenKeys = newSeenKeys(e.Seen, e.Name)
	if e.Err != nil {
		line.Error = errors.Unwrap(e.Err).Error()
	}
	line.writtenKeys = newWrittenKeys(e.Written)
	if o := e.Owner; o != nil {
		line.ownerKeys = newOwnerKeys(o)
		line.Mode, line.ModeSource, line.Known = o.Mode, OwnerSource(o.ModeFrom), o.Share.Repositories
	}
	return line
}

// fateOfNew returns, as a clause, what would become of a new file at the path.
func (e *Explanation) fateOfNew() string {
	switch e.Verdict.Class {
	case scan.ClassCandidate, scan.ClassIncluded, scan.ClassRoot:
		if e.Tree.Fate != boot.Wiped {
			return "a file here would be listed"
		}
		return "a file here would be lost"
	case scan.ClassExcluded, scan.ClassHidden:
		if e.Tree.Fate == boot.Wiped {
			return "a file here would be lost, and not listed"
		}
	case scan.ClassPersisted, scan.ClassStorage:
		return "a file here would be kept"
	case scan.ClassMounted:
		return "a file here would be on another mount"
	case scan.ClassSystem, scan.ClassOutside, scan.ClassLinked, scan.ClassLayer, scan.ClassLower, scan.ClassUnknown:
	}
	return "a file here would not be listed"
}

// Explanation is a verdict on a path with the facts that explain it.
type Explanation struct {
	Name    string
	Verdict scan.Verdict
	// Tree is the tree that the path is on, with its fate.
	Tree boot.Tree
	// Upper is the path in the upper directory of an overlay, or "". If the path does not exist, that is
	// a whiteout.
	Upper string
	// ShownFrom is the path of which a bind mount shows this one, if list has it there, or "".
	ShownFrom string
	// Declared is the declaration of the path that nothing carries out, or nil.
	Declared *Declaration
	// Removed is the change by which the next boot no longer keeps the path, or nil.
	Removed *NextChange
	// DeclaredAt is the file and line of the Nix code that declares the path, or "".
	DeclaredAt string
	// Owner says whose the path is, and what it is for; nil if that is not asked.
	Owner *owner.Owner
	// Ignored is the pattern of public configurations that leaves the path out of backups.
	Ignored known.Ignored
	// Written is the last recorded write, or nil.
	Written *watch.Record
	Kind    scan.Kind
	Size    int64
	Device  string // major and minor number of a device: "8, 1"
	Err     error  // why it could not be read
	Seen    Seen   // how many earlier states have it; nil if that is not asked
	// OnScreen leaves out the flags of the command line that would list the path.
	OnScreen bool
}

// what returns the kind and size of the path, as a clause.
func (e *Explanation) what() string {
	switch {
	case e.missing():
		return ""
	case e.Err != nil:
		return "it cannot be read: " + errors.Unwrap(e.Err).Error()
	case e.Kind == scan.KindDir: // the size of a directory does not include its contents
		return "it is a directory"
	case e.Kind == scan.KindChar && e.Device == "0, 0":
		return "it is a char-device (0, 0), which overlayfs uses to mark a deleted path"
	case e.Kind == scan.KindBlock, e.Kind == scan.KindChar:
		return fmt.Sprintf("it is a %s (%s)", e.Kind, e.Device)
	}
	return fmt.Sprintf("it is a %s of %s", e.Kind, printable.Size(e.Size))
}

// recurrence says how many of the earlier states have the path, as a clause.
func (e *Explanation) recurrence() string {
	if e.Seen == nil {
		return ""
	}
	have, of := e.Seen(e.Name)
	switch {
	case of == 0:
		return "no earlier state of it was found"
	case have == of && of > 1:
		return fmt.Sprintf("the last %d states all had it", of)
	case have == of:
		return "the last state had it"
	case of == 1:
		return "the last state did not have it"
	}
	return fmt.Sprintf("%d of the last %d states had it", have, of)
}

// declaration says where the Nix code declares the path.
func (e *Explanation) declaration() string {
	if e.DeclaredAt == "" {
		return ""
	}
	text := "declared in " + e.DeclaredAt
	if e.Verdict.Class == scan.ClassCandidate && e.Declared == nil {
		text += ", but not in the running system: rebuild it"
	}
	return text
}

// fate says whether a boot wipes the tree that the path is on.
func (e *Explanation) fate() string {
	if e.Tree.Fate != boot.Wiped {
		return DoubtText(e.Tree)
	}
	text := "the next reboot wipes " + Backing(e.Tree)
	for _, evidence := range e.Tree.Evidence {
		if evidence.Fate == boot.Wiped {
			return text + ": " + EvidenceText(evidence)
		}
	}
	return text
}

// coming returns what the next boot changes about the path.
func (e *Explanation) coming() Coming {
	switch {
	case e.Declared != nil:
		return e.Declared.Coming()
	case e.Removed != nil:
		return ComingRemoved
	}
	return ComingUnknown
}

// lower says that a lower layer of the overlay may have the path, which is not known.
func (e *Explanation) lower() []string {
	if !ListsLower(e.Tree) {
		return nil
	}
	return []string{"the overlay's upper directory cannot be read from here: if a lower layer has the path, a boot brings that version back"}
}

// removal says that the next boot no longer keeps the path.
func (e *Explanation) removal() []string {
	if e.Removed == nil {
		return nil
	}
	return append([]string{"NO LONGER KEPT after the next boot"}, e.Removed.details()...)
}

// missing reports whether the path does not exist.
func (e *Explanation) missing() bool {
	return errors.Is(e.Err, syscall.ENOENT) || errors.Is(e.Err, syscall.ENOTDIR)
}

// reasons explains a verdict in sentences.
func (e *Explanation) reasons() []string {
	v := e.Verdict
	by := "it"
	if v.By != e.Name {
		by = v.By
	}
	switch v.Class {
	case scan.ClassCandidate:
		return e.candidateReasons()
	case scan.ClassIncluded:
		return append([]string{"the configuration or --include always lists it"}, e.lower()...)
	case scan.ClassRoot:
		return append([]string{e.fate()}, e.lower()...)
	case scan.ClassPersisted:
		return append([]string{fmt.Sprintf("%s is kept: %s", by, v.Source)}, e.removal()...)
	case scan.ClassMounted:
		reasons := []string{fmt.Sprintf("%s is a mount point: it shows %s", by, mountText(v.Mount)), e.fate()}
		if e.ShownFrom != "" {
			reasons = append(reasons, "it is the same as "+e.ShownFrom+", where it is listed")
		}
		return append(reasons, e.removal()...)
	case scan.ClassStorage:
		return []string{by + " is persistent storage"}
	case scan.ClassSystem:
		return []string{by + " is a system directory, never scanned"}
	case scan.ClassExcluded:
		return []string{fmt.Sprintf("%s matches the exclude pattern %s (%s)", by, v.Pattern.Text, v.Pattern.Source), "excluded paths are not listed; list --all lists them"}
	case scan.ClassOutside:
		return []string{"it is not below a root; name its tree with --root or the key roots"}
	case scan.ClassLinked:
		return []string{"it is a symlink to " + v.Target + ": it contains no data of its own and is not listed"}
	case scan.ClassHidden:
		f := v.Finding
		return []string{
			fmt.Sprintf("%s is %s data (%s): %s", by, f.Class, f.Pattern, f.Reason),
			"such paths are not listed; list --all lists them",
		}
	case scan.ClassLayer:
		return []string{fmt.Sprintf("%s is a layer of the overlay at %s, where its files are listed", by, v.Target)}
	case scan.ClassLower:
		return []string{"a boot brings it back: it is in a lower layer of the overlay at " + v.Target + ", and the upper directory does not have it"}
	case scan.ClassUnknown:
	}
	return nil
}

// candidateReasons returns why a path is a candidate, and what is to say of it.
func (e *Explanation) candidateReasons() []string {
	reasons := []string{e.fate() + "; nothing keeps this path"}
	if e.Kind != scan.KindFile && e.Kind != scan.KindUnknown && !e.OnScreen {
		reasons = append(reasons, "not in the default listing: add --type "+e.Kind.String())
	}
	if e.Declared != nil {
		reasons = append(reasons, e.Declared.Text())
	}
	reasons = append(reasons, e.removal()...)
	switch {
	case e.Upper != "" && e.missing():
		text := "the overlay deletes it, with " + e.Upper
		if e.Tree.Fate == boot.Wiped {
			text += "; a boot brings back that of the lower layer"
		}
		reasons = append(reasons, text)
	case e.Upper != "":
		reasons = append(reasons, "the upper directory of the overlay has it: "+e.Upper)
	}
	return append(reasons, e.lower()...)
}

// VerdictText returns in a few words why a path is not a candidate.
func VerdictText(v scan.Verdict) string {
	reason := v.Class.String()
	switch v.Class {
	case scan.ClassExcluded:
		reason += ": " + v.Pattern.Text
	case scan.ClassPersisted:
		key, _, _ := strings.Cut(v.Key, "[") // without the index in the list
		reason += ": " + key
	case scan.ClassMounted:
		reason += ": " + mountText(v.Mount)
	case scan.ClassHidden:
		reason += ": " + v.Finding.Class.String()
	case scan.ClassLayer:
		reason = "layer of the overlay at " + v.Target
	case scan.ClassLower:
		reason = "in a lower layer of the overlay at " + v.Target
	case scan.ClassUnknown, scan.ClassCandidate, scan.ClassIncluded, scan.ClassRoot, scan.ClassStorage, scan.ClassSystem,
		scan.ClassOutside, scan.ClassLinked:
	}
	return reason
}

// KeptBy returns what already keeps a path, as a noun phrase; "" if nothing keeps it. mountedFrom
// is the path in storage that it is mounted from, or "".
func KeptBy(v scan.Verdict, mountedFrom string) string {
	switch v.Class {
	case scan.ClassPersisted:
		return v.Source
	case scan.ClassStorage:
		return "the storage path " + v.By + ", which contains it"
	case scan.ClassLinked:
		return "a symlink to " + printable.Name(v.Target)
	case scan.ClassUnknown, scan.ClassCandidate, scan.ClassIncluded, scan.ClassRoot, scan.ClassMounted, scan.ClassSystem,
		scan.ClassExcluded, scan.ClassHidden, scan.ClassOutside, scan.ClassLayer, scan.ClassLower:
	}
	if mountedFrom != "" {
		return "a mount of " + printable.Name(mountedFrom)
	}
	return ""
}

// mountText describes the source of a mount.
func mountText(m *mounts.Mount) string {
	if m.Root != "/" {
		return fmt.Sprintf("%s of %s %s", m.Root, m.FSType, m.Source)
	}
	return fmt.Sprintf("%s %s", m.FSType, m.Source)
}
