package report

import (
	"fmt"

	"github.com/DaRacci/list-ephemeral/history"
	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/printable"
)

// DifferenceKind is how a path differs from what a receipt says.
type DifferenceKind uint8

// The kinds of differences.
const (
	DifferenceUnknown  DifferenceKind = iota
	DifferenceSurvived                // it was said to be lost, and is there, unchanged since the receipt
	DifferenceKept                    // it was said to be lost, and is kept now
	DifferenceGone                    // it was said to be kept, and is gone
	DifferenceType                    // it was said to be kept, and has another type
	DifferenceUnread                  // it could not be read
)

var differenceNames = [...]string{"unknown", "survived", "kept", "gone", "other-type", "unread"}

// String returns the kind in lower case, as verify --json prints it.
func (k DifferenceKind) String() string {
	if int(k) < len(differenceNames) {
		return differenceNames[k]
	}
	return differenceNames[DifferenceUnknown]
}

// Difference is a path that differs from what a receipt says.
type Difference struct {
	Path  string
	Class history.Class
	Kind  DifferenceKind
	// Detail is what keeps the path, its type in the receipt, or the error, as the kind says.
	Detail string
}

// Verified is the comparison of a receipt with the machine.
type Verified struct {
	// Path is the file of the receipt.
	Path   string
	Header history.Header
	// Gone, Again and Kept count the paths that are as the receipt says: lost and gone, lost and made
	// again by the boot or a program, kept and there.
	Gone, Again, Kept int
	Differences       []Difference
}

// Add adds a difference.
func (v *Verified) Add(path string, class history.Class, kind DifferenceKind, detail string) {
	v.Differences = append(v.Differences, Difference{path, class, kind, detail})
}

// Text returns a difference with its reason, as one line that is not escaped.
func (d *Difference) Text() string {
	switch d.Kind {
	case DifferenceSurvived:
		return d.Path + ": said to be lost, but it is there, unchanged since the receipt"
	case DifferenceKept:
		return d.Path + ": said to be lost, but it is kept now, by " + d.Detail
	case DifferenceGone:
		return d.Path + ": said to be kept, but it is gone"
	case DifferenceType:
		return d.Path + ": said to be kept, but it was a " + d.Detail
	case DifferenceUnknown, DifferenceUnread:
	}
	return d.Path + ": " + d.Detail
}

// Summary returns the counts as one line.
func (v *Verified) Summary() string {
	text := fmt.Sprintf("receipt of %s: %s lost as said, %d of them made again; %d kept as said; %s",
		v.Header.Time.Local().Format("2006-01-02 15:04:05"), Count(v.Gone+v.Again, "path"), v.Again, v.Kept, Count(len(v.Differences), "difference"))
	if !v.Header.Complete {
		text += "; the receipt is not complete: its time was over before all files were listed, and the others were not checked"
	}
	return text
}

// differenceLine is the schema of verify --json, which docs/json.md documents.
type differenceLine struct {
	Path      string `json:"path,omitempty"`
	PathBytes string `json:"pathBytes,omitempty"`
	Said      string `json:"said"`
	Found     string `json:"found"`
	Detail    string `json:"detail"`
}

// DifferenceJSON appends a difference as a JSON object on a line.
func DifferenceJSON(dst []byte, d *Difference) []byte {
	line := differenceLine{Said: d.Class.String(), Found: d.Kind.String(), Detail: d.Detail}
	line.Path, line.PathBytes = jsonline.Path(d.Path)
	return jsonline.NewEncoder().Append(dst, &line)
}

// LastLoss is what was lost at the last reboot.
type LastLoss struct {
	Files int
	Bytes int64
	// AtLeast reports that the receipt was cut off, so more may be lost.
	AtLeast bool
	// Newest is the file that was changed last, or "".
	Newest string
}

// Text returns the loss as a clause.
func (l *LastLoss) Text(home string) string {
	text := "the last reboot lost "
	if l.AtLeast {
		text += "at least "
	}
	text += Count(l.Files, "file") + ", " + printable.Size(l.Bytes)
	if l.Newest != "" {
		text += "; newest " + printable.Name(tilde(l.Newest, home))
	}
	return text
}
