package report

import (
	"fmt"
	"strings"

	"github.com/DaRacci/list-ephemeral/boot/generation"
	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/printable"
)

// Next is what the next boot keeps differently.
type Next struct {
	// System is the store path of the system that boots next.
	System        string
	Changes       []NextChange
	NotCarriedOut []NotCarriedOut
	// Unread are files of the systems that could not be read, with the reason.
	Unread []string
	// InitrdNotVisible says that entries which only the initrd has are missing here.
	InitrdNotVisible bool
}

// NextChange is a path that the next boot keeps differently.
type NextChange struct {
	Kind generation.ChangeKind
	Path string
	// From and To are where the data is now and after the next boot, or "".
	From, To string
	// Source is the declaration: of the next system, or the one that is removed.
	Source string
	// DeclaredAt is the file and line of the Nix code that declares the path now, or "".
	DeclaredAt string
	// HasData reports whether the path exists now, and InStorage whether To does.
	HasData, InStorage bool
	// Unmounted reports whether From is not mounted there now, so what is there is not in From.
	Unmounted bool
}

// Loses reports whether data is at a path that the next boot does not keep there.
func (c *NextChange) Loses() bool { return c.Kind == generation.NoLongerKept && c.HasData }

// LossText says where the data of a path is that the next boot no longer keeps.
func (c *NextChange) LossText() string { return c.Path + ": " + strings.Join(c.details(), "; ") }

// Losses returns how many of the changes lose data.
func (n *Next) Losses() (losses int) {
	for i := range n.Changes {
		if n.Changes[i].Loses() {
			losses++
		}
	}
	return losses
}

// NotCarriedOut is a declaration that has no effect.
type NotCarriedOut struct {
	NamedPath
	Source string `json:"source"`
	Reason string `json:"reason"`
}

// verdictWords say what a generation does with the data at a path.
var verdictWords = map[generation.Verdict]string{
	generation.VerdictUnknown: "unknown",
	generation.Kept:           "kept",
	generation.StorageWiped:   "storage is wiped",
	generation.Wiped:          "wiped",
	generation.Inactive:       "inactive",
}

// problemWords say why an entry is not carried out, for the kinds for which Blocks reports true.
var problemWords = map[generation.ProblemKind]string{
	generation.Masked:         "masked",
	generation.UnitRefused:    "unit refused by systemd",
	generation.NotWanted:      "not started by any target",
	generation.NoAuto:         "not mounted at boot",
	generation.NameMismatch:   "unit name does not match Where=",
	generation.BrokenArgument: "broken argument",
	generation.BadPath:        "path is relative or contains \"..\"",
	generation.DuplicateEntry: "another entry for this path counts",
	generation.HiddenByMount:  "hidden by a later mount",
	generation.LinkLoop:       "links form a loop",
	generation.OutsideHome:    "outside the home directory",
}

// NewNotCarriedOut describes an entry.
func NewNotCarriedOut(e *generation.Entry) NotCarriedOut {
	n := NotCarriedOut{NamedPath: NewNamedPath(e.Path), Source: SourceText(e.Source), Reason: verdictWords[e.Verdict]}
	for _, problem := range e.Problems {
		if problem.Kind.Blocks() {
			n.Reason = problemWords[problem.Kind]
			break
		}
	}
	return n
}

// nextSections are the changes in the order in which they are printed, the most urgent first.
var nextSections = []struct {
	kind  generation.ChangeKind
	title string
}{
	{generation.NoLongerKept, "NO LONGER KEPT after the next boot"},
	{generation.Moved, "kept elsewhere after the next boot; the old data stays behind"},
	{generation.OtherFileSystem, "another file system after the next boot"},
	{generation.KeptFromNext, "kept from the next boot on"},
}

// AppendTo appends the changes as text.
func (n *Next) AppendTo(dst []byte) []byte {
	if len(n.Changes) == 0 {
		dst = append(dst, "the next boot keeps what is kept now\n"...)
	}
	for _, section := range nextSections {
		first := true
		for i := range n.Changes {
			c := &n.Changes[i]
			if c.Kind != section.kind {
				continue
			}
			if first {
				dst = fmt.Appendf(dst, "%s\n", section.title)
				first = false
			}
			dst = fmt.Appendf(dst, "  %s\n", printable.Name(c.Path))
			for _, line := range c.details() {
				dst = fmt.Appendf(dst, "      %s\n", printable.Name(line))
			}
		}
	}
	if len(n.NotCarriedOut) > 0 {
		dst = append(dst, "declared, but without effect\n"...)
	}
	for _, e := range n.NotCarriedOut {
		dst = fmt.Appendf(dst, "  %s: %s (%s)\n", printable.Name(e.Raw), printable.Name(e.Reason), printable.Name(e.Source))
	}
	if n.InitrdNotVisible {
		dst = append(dst, "entries that only the initrd has are not visible here\n"...)
	}
	return dst
}

// details says where the data of a change is, and what to do.
func (c *NextChange) details() (lines []string) {
	switch c.Kind {
	case generation.NoLongerKept:
		line := "removed: " + c.Source
		switch {
		case c.Unmounted:
			line += "; it is no longer mounted, so what is there now is not in " + c.From
		case c.From != "":
			line += "; its data stays in " + c.From
		}
		lines = append(lines, line)
	case generation.Moved, generation.OtherFileSystem:
		lines = append(lines, "from "+c.From+" to "+c.To+": "+c.Source)
	case generation.KeptFromNext:
		lines = append(lines, "declared: "+c.Source)
	case generation.ChangeUnknown:
	}
	if c.DeclaredAt != "" {
		lines = append(lines, "in the Nix code: "+c.DeclaredAt)
	}
	if c.Kind != generation.NoLongerKept && c.HasData && c.To != "" && !c.InStorage {
		lines = append(lines, "storage has nothing there: run list-ephemeral adopt "+printable.ShellWord(c.Path))
	}
	return lines
}

// NextLine is the schema of status --next --json.
type NextLine struct {
	System        string          `json:"system"`
	Changes       []changeLine    `json:"changes"`
	NotCarriedOut []NotCarriedOut `json:"withoutEffect"`
	Initrd        bool            `json:"initrdNotVisible"`
	Unread        []string        `json:"unread"`
}

type changeLine struct {
	Change    string `json:"change"`
	Path      string `json:"path,omitempty"`
	PathBytes string `json:"pathBytes,omitempty"`
	From      string `json:"from"`
	To        string `json:"to"`
	Source    string `json:"source"`
	// DeclaredAt is the file and line in the Nix code.
	DeclaredAt string `json:"declaredAt"`
	HasData    bool   `json:"hasData"`
	InStorage  bool   `json:"inStorage"`
	Unmounted  bool   `json:"unmounted"`
}

// changeWords are the changes as JSON names them.
var changeWords = map[generation.ChangeKind]string{
	generation.NoLongerKept: "lost", generation.Moved: "moved", generation.OtherFileSystem: "other", generation.KeptFromNext: "kept",
}

// JSON returns the changes as status --next --json writes them.
func (n *Next) JSON() *NextLine {
	line := &NextLine{System: n.System, Changes: []changeLine{}, NotCarriedOut: n.NotCarriedOut, Initrd: n.InitrdNotVisible, Unread: []string{}}
	for _, text := range n.Unread {
		line.Unread = append(line.Unread, printable.Name(text))
	}
	for i := range n.Changes {
		c := &n.Changes[i]
		one := changeLine{DeclaredAt: printable.Name(c.DeclaredAt), Change: changeWords[c.Kind], From: c.From, To: c.To, Source: c.Source, HasData: c.HasData, InStorage: c.InStorage, Unmounted: c.Unmounted}
		one.Path, one.PathBytes = jsonline.Path(c.Path)
		line.Changes = append(line.Changes, one)
	}
	return line
}
