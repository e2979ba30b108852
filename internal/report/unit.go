package report

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/owner"
	"github.com/DaRacci/list-ephemeral/scan"
)

// Unit is what a service unit declares, what of it is on the disk, and the snippet that keeps it.
type Unit struct {
	Declaration owner.Declaration
	Paths       []UnitPath
	// Unread are its files that could not be read, so what they say is missing here.
	Unread []owner.Problem
	// Snippet is the code for the paths that are worth keeping and are not kept; "" without such paths.
	Snippet string
}

// UnitPath is a directory that a unit declares, or a path that another key names.
type UnitPath struct {
	Path string // with "*" for the instance of a template
	Data string // where the data is; Path may be a symlink to it
	Kind owner.Kind
	Mode string // that of the unit; "" if it gives none
	From owner.Evidence
	// Exists reports whether Data is on the disk, and Verdict what decides about it.
	Exists  bool
	Verdict scan.Verdict
	Lost    Amount // the candidates at or below Data
}

// state returns what of the path is on the disk, and what is persisted.
func (p *UnitPath) state() string {
	switch {
	case strings.Contains(p.Data, "*"):
		return "one for each instance"
	case !p.Exists:
		return "does not exist"
	case p.Verdict.Class == scan.ClassCandidate || p.Verdict.Class == scan.ClassIncluded:
		return fmt.Sprintf("%s, %s, %s", p.Verdict.Class, Count(p.Lost.Files, "file"), printable.Size(p.Lost.Bytes))
	case p.Verdict.Class == scan.ClassPersisted:
		return "persisted: " + p.Verdict.Source
	}
	return VerdictText(p.Verdict)
}

// line describes the path.
func (p *UnitPath) line() string {
	what := "path"
	if p.Kind != owner.KindUnknown {
		what = p.Kind.String()
	}
	text := what + " " + p.Path
	if p.Data != p.Path {
		text += " (data in " + p.Data + ")"
	}
	if text += ": " + p.state(); p.Mode != "" {
		text += "; mode " + p.Mode
	}
	return text + " (" + OwnerSource(p.From) + ")"
}

// Lines returns the unit as lines. Control characters are not escaped.
func (u *Unit) Lines() []string {
	d := &u.Declaration
	lines := []string{d.Name + ": " + cmp.Or(d.Description, "no description")}
	add := func(format string, args ...any) { lines = append(lines, "  "+fmt.Sprintf(format, args...)) }
	where := d.Manager.String() + " unit " + d.File
	if len(d.DropIns) > 0 {
		where += ", with " + Enumerate(d.DropIns, "and")
	}
	add("%s", where)
	for _, p := range u.Unread {
		add("%s", UnreadText(p))
	}
	if d.State != owner.StateLoaded && !u.unread() {
		add("it is %s: it declares nothing", d.State)
	}
	if d.Program != "" {
		text := "runs " + d.Program
		if d.Package != "" {
			text += " of the package " + d.Package
		}
		switch {
		case d.Dynamic:
			text += " as a dynamic user"
		case d.User != "":
			text += " as " + d.User
		}
		add("%s", text)
	}
	for i := range u.Paths {
		add("%s", u.Paths[i].line())
	}
	if len(u.Paths) == 0 && !u.unread() {
		add("it names no paths")
	}
	if u.Snippet == "" {
		return lines
	}
	lines = append(lines, "  snippet that keeps its state, settings, logs and data:", "")
	for line := range strings.Lines(u.Snippet) {
		lines = append(lines, "    "+strings.TrimSuffix(line, "\n"))
	}
	return lines
}

// unread reports whether the unit's own file could not be read.
func (u *Unit) unread() bool {
	return slices.ContainsFunc(u.Unread, func(p owner.Problem) bool { return p.Path == u.Declaration.File })
}

// UnreadText returns what could not be read, and why: "read /etc/passwd: permission denied".
func UnreadText(p owner.Problem) string {
	if wrong := (*fs.PathError)(nil); errors.As(p.Err, &wrong) {
		return fmt.Sprintf("read %s: %v", p.Path, wrong.Err)
	}
	return fmt.Sprintf("read %s: %v", p.Path, p.Err)
}

// unitLine is the schema of explain --unit --json, which docs/json.md documents.
type unitLine struct {
	Unit        string         `json:"unit"`
	Manager     string         `json:"manager"`
	State       string         `json:"state"`
	File        string         `json:"file"`
	Description string         `json:"description"`
	User        string         `json:"user"`
	Dynamic     bool           `json:"dynamicUser"`
	Program     string         `json:"program"`
	Package     string         `json:"package"`
	Paths       []unitPathLine `json:"paths"`
	Unread      []string       `json:"unread"`
	Snippet     string         `json:"snippet"`
}

type unitPathLine struct {
	Path      string `json:"path,omitempty"`
	PathBytes string `json:"pathBytes,omitempty"`
	Kind      string `json:"kind"`
	Mode      string `json:"usualMode"`
	Source    string `json:"source"`
	Exists    bool   `json:"exists"`
	Class     string `json:"class"`
	Files     int    `json:"files"`
	Bytes     int64  `json:"bytes"`
}

// JSON returns the unit as explain --unit --json writes it.
func (u *Unit) JSON() any {
	d := &u.Declaration
	line := &unitLine{
		Unit: printable.Name(d.Name), Manager: d.Manager.String(), State: d.State.String(), File: printable.Name(d.File),
		Description: printable.Name(d.Description), User: printable.Name(d.User), Dynamic: d.Dynamic,
		Program: printable.Name(d.Program), Package: printable.Name(d.Package), Paths: []unitPathLine{}, Unread: []string{}, Snippet: u.Snippet,
	}
	for _, p := range u.Unread {
		line.Unread = append(line.Unread, printable.Name(UnreadText(p)))
	}
	for i := range u.Paths {
		p := &u.Paths[i]
		one := unitPathLine{Mode: p.Mode, Source: printable.Name(OwnerSource(p.From)), Exists: p.Exists, Files: p.Lost.Files, Bytes: p.Lost.Bytes}
		one.Path, one.PathBytes = jsonline.Path(p.Data)
		if p.Kind != owner.KindUnknown {
			one.Kind = p.Kind.String()
		}
		if p.Verdict.Class != scan.ClassUnknown {
			one.Class = p.Verdict.Class.String()
		}
		line.Paths = append(line.Paths, one)
	}
	return line
}

// DivisionText returns why a directory is usually not kept as a whole, as a clause; "" if it is.
func DivisionText(d scan.Division) string {
	switch d.Kind {
	case scan.DivisionPersisted:
		return "it is kept in part: " + printable.Name(d.Path) + " is persisted"
	case scan.DivisionMounted:
		return "it contains the mount point " + printable.Name(d.Path)
	case scan.DivisionOther:
		return "it contains " + printable.Name(d.Path) + ", which is a root or another boundary"
	case scan.DivisionShared:
		return "it belongs to several programs"
	case scan.DivisionParts:
		return "most people keep parts of it"
	case scan.DivisionLimited:
		return "the scan is limited to paths in it"
	case scan.DivisionNone:
	}
	return ""
}
