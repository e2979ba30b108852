package report

import (
	"fmt"
	"slices"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/sizes"
	"github.com/DaRacci/list-ephemeral/owner"
)

// By is what candidates are grouped by.
type By uint8

// The values of By.
const (
	ByUnknown By = iota
	ByOwner
	ByProgram
	ByUnit
	ByKind
)

var byNames = [...]string{"unknown", "owner", "program", "unit", "kind"}

// ByNames are the names of the values, without "unknown".
func ByNames() []string { return byNames[1:] }

// String returns the value as the command line writes it.
func (b By) String() string {
	if int(b) < len(byNames) {
		return byNames[b]
	}
	return byNames[0]
}

// ParseBy returns the value with a name, or ByUnknown.
func ParseBy(name string) By {
	for b := ByOwner; int(b) < len(byNames); b++ {
		if b.String() == name {
			return b
		}
	}
	return ByUnknown
}

// GroupKey identifies a group. Name is "" for paths of which nothing is known. Type is set with
// ByOwner only.
type GroupKey struct {
	Type owner.Type
	Name string
}

// KeyOf returns the group of an owner.
func (b By) KeyOf(o *owner.Owner) GroupKey {
	switch b {
	case ByOwner:
		if o.Name != "" {
			return GroupKey{o.Type, o.Name}
		}
	case ByProgram:
		return GroupKey{Name: o.Program}
	case ByUnit:
		return GroupKey{Name: o.Unit}
	case ByKind:
		if o.Kind != owner.KindUnknown {
			return GroupKey{Name: o.Kind.String()}
		}
	case ByUnknown:
	}
	return GroupKey{}
}

// Group is the candidates of one owner, program, unit or kind.
type Group struct {
	GroupKey

	Files  int
	Bytes  int64
	Newest time.Time // the last change of a file
}

// Count adds files with a sum of their sizes and the newest change.
func (g *Group) Count(files int, bytes int64, newest time.Time) {
	g.Files, g.Bytes = g.Files+files, sizes.Add(g.Bytes, bytes)
	if newest.After(g.Newest) {
		g.Newest = newest
	}
}

// label returns the name of the group with its type.
func (g *Group) label() string {
	switch {
	case g.Name == "":
		return "(unknown)"
	case g.Type == owner.TypeUnknown, g.Type == owner.TypeUnit:
		return printable.Name(g.Name)
	}
	return g.Type.String() + " " + printable.Name(g.Name)
}

// GroupFormat appends a group as a line of output.
type GroupFormat func(dst []byte, g *Group) []byte

// GroupText writes files, size, age of the newest file, and name in columns. Control characters in
// the name are escaped.
func GroupText(now time.Time) GroupFormat {
	return func(dst []byte, g *Group) []byte { return AppendGroup(dst, g, g.label(), now) }
}

// AppendGroup appends a line with the numbers of a group and a name, in columns.
func AppendGroup(dst []byte, g *Group, what string, now time.Time) []byte {
	return fmt.Appendf(dst, "%7d %5s %4s %s\n", g.Files, printable.Size(g.Bytes), printable.Age(now.Sub(g.Newest)), what)
}

// OwnerLoss is an owner whose files would be lost, as status --json writes it. Control characters
// in Name are escaped; it is "" for the paths whose owner is not known.
type OwnerLoss struct {
	Name    string    `json:"name"`
	Type    string    `json:"type"`
	Files   int       `json:"files"`
	Bytes   int64     `json:"bytes"`
	ModTime time.Time `json:"mtime"`
	group   *Group
}

// NewOwnerLoss returns a group of ByOwner as status --json writes it.
func NewOwnerLoss(g *Group) OwnerLoss {
	one := OwnerLoss{Name: printable.Name(g.Name), Files: g.Files, Bytes: g.Bytes, ModTime: g.Newest.UTC(), group: g}
	if g.Name != "" {
		one.Type = g.Type.String()
	}
	return one
}

// appendOwners appends the owners of status, if one of them is known.
func appendOwners(dst []byte, owners []OwnerLoss, now time.Time) []byte {
	if !slices.ContainsFunc(owners, func(o OwnerLoss) bool { return o.Name != "" }) {
		return dst
	}
	dst = append(dst, "\nby owner\n"...)
	for _, o := range owners {
		g := o.group
		dst = fmt.Appendf(dst, "%7d %6s %4s  %s\n", g.Files, printable.Size(g.Bytes), printable.Age(now.Sub(g.Newest)), g.label())
	}
	return dst
}

// groupLine is the schema of --by --json, which docs/json.md documents.
type groupLine struct {
	By      string    `json:"by"`
	Name    string    `json:"name"`
	Type    string    `json:"type"`
	Files   int       `json:"files"`
	Bytes   int64     `json:"bytes"`
	ModTime time.Time `json:"mtime"`
}

// GroupJSON writes one JSON object a line.
func GroupJSON(by By) GroupFormat {
	json := jsonline.NewEncoder()
	return func(dst []byte, g *Group) []byte {
		line := groupLine{By: by.String(), Name: printable.Name(g.Name), Files: g.Files, Bytes: g.Bytes, ModTime: g.Newest.UTC()}
		if by == ByOwner && g.Name != "" {
			line.Type = g.Type.String()
		}
		return json.Append(dst, &line)
	}
}
