package report

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/owner"
)

// OwnerOf returns what is known of a path: whose it is, and what it is for.
type OwnerOf func(path string) owner.Owner

// ownerKeys are the keys of an owner in JSON, which docs/json.md documents. Control characters in
// them are escaped. A key is "" where nothing is known, and so is its source.
type ownerKeys struct {
	Owner       string `json:"owner"`
	OwnerType   string `json:"ownerType"`
	OwnerSource string `json:"ownerSource"`
	Unit        string `json:"unit"`
	UnitSource  string `json:"unitSource"`
	DataKind    string `json:"kind"`
	KindSource  string `json:"kindSource"`
}

// newOwnerKeys returns the keys of an owner.
func newOwnerKeys(o *owner.Owner) ownerKeys {
	k := ownerKeys{Owner: printable.Name(o.Name), Unit: printable.Name(o.Unit)}
	if o.Name != "" {
		k.OwnerType, k.OwnerSource = o.Type.String(), printable.Name(OwnerSource(o.From))
	}
	if o.Unit != "" {
		k.UnitSource = printable.Name(OwnerSource(o.UnitFrom))
	}
	if o.Kind != owner.KindUnknown {
		k.DataKind, k.KindSource = o.Kind.String(), printable.Name(OwnerSource(o.KindFrom))
	}
	return k
}

// OwnerSource returns where a statement is from: "/etc/systemd/system/x.service:3: StateDirectory=x",
// or the source and the reason. It is "" if nothing is known.
func OwnerSource(e owner.Evidence) string {
	if e.Source == owner.SourceUnknown {
		return ""
	}
	where := e.Source.String()
	switch {
	case e.Source == owner.SourceKnowledge && strings.HasSuffix(e.File, "-paths.tsv"):
		where = "public configurations"
	case e.Source == owner.SourceKnowledge:
		where = "built-in knowledge"
	case e.File != "" && e.Line > 0:
		where = fmt.Sprintf("%s:%d", e.File, e.Line)
	case e.File != "":
		where = e.File
	}
	if e.Text == "" {
		return where
	}
	return where + ": " + e.Text
}

// OwnerLines describes an owner in lines: owner, unit, program, kind, usual mode and share, each
// with its source. What is not known has no line.
func OwnerLines(o *owner.Owner) []string {
	var lines []string
	add := func(name, value string, from owner.Evidence) {
		if value == "" {
			return
		}
		line := name + ": " + value
		if source := OwnerSource(from); source != "" {
			line += " (" + source + ")"
		}
		lines = append(lines, line)
	}
	if o.Name != "" {
		add("owner", o.Type.String()+" "+o.Name, o.From)
	}
	if o.Unit != o.Name || o.Type != owner.TypeUnit {
		add("unit", o.Unit, o.UnitFrom)
	}
	if o.Program != o.Name || o.Type != owner.TypeProgram {
		add("program", o.Program, o.ProgramFrom)
	}
	if len(o.Units) > 1 {
		lines = append(lines, "used by the units "+Enumerate(o.Units, "and"))
	}
	if o.Data != "" {
		lines = append(lines, "the data is in "+o.Data+", to which it is a symlink")
	}
	if o.Kind != owner.KindUnknown {
		add("kind", o.Kind.String(), o.KindFrom)
	}
	add("usual mode", usualMode(o), o.ModeFrom)
	if o.Kept {
		lines = append(lines, ShareText(o.Share))
	}
	return lines
}

// usualMode returns mode, user and group, without those that are not known.
func usualMode(o *owner.Owner) string {
	if o.Mode == "" && o.User == "" {
		return ""
	}
	return strings.TrimSpace(strings.Join([]string{cmp.Or(o.Mode, "not given"), o.User, o.Group}, " "))
}

// ShareText returns how many public configurations keep a path.
func ShareText(e known.Entry) string {
	return fmt.Sprintf("kept by %d of %d public configurations (%d %%)", e.Repositories, known.Repositories, (100*e.Repositories+known.Repositories/2)/known.Repositories)
}

// fewestBackups is how many owners have to leave a path out of backups before that is worth a line.
const fewestBackups = 2

// IgnoredText returns how many owners of public configurations leave a path out of backups, or "".
func IgnoredText(i known.Ignored) string {
	if i.Backups < fewestBackups {
		return ""
	}
	return fmt.Sprintf("%d owners of public configurations leave it out of backups (pattern %s)", i.Backups, i.Pattern)
}

// OwnerShort returns owner and kind in a few words for the screen: "unit bluetooth.service, state".
func OwnerShort(o *owner.Owner) string {
	var words []string
	if o.Name != "" {
		words = append(words, o.Type.String()+" "+o.Name)
	}
	if o.Kind != owner.KindUnknown {
		words = append(words, o.Kind.String())
	}
	return strings.Join(words, ", ")
}
