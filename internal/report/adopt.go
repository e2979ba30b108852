package report

import (
	"errors"
	"fmt"

	"github.com/DaRacci/list-ephemeral/adopt"
	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/sizes"
)

// nameKept is the action and outcome of a path that the next reboot does not wipe.
const nameKept = "kept"

// ActionName returns the word for the planned action on a unit.
func ActionName(u *adopt.Unit) string {
	if u.Err != nil && IsKept(u.Err) {
		return nameKept
	}
	return u.Action.String()
}

// OutcomeName returns the word for the outcome of a unit.
func OutcomeName(r *adopt.Result) string {
	if IsKeptResult(r) {
		return nameKept
	}
	return r.Outcome.String()
}

// IsKeptResult reports whether a path was not copied because it is kept anyway.
func IsKeptResult(r *adopt.Result) bool { return r.More == 1 && IsKept(r.Problems[0].Err) }

// IsKept reports whether a path was refused because it is kept anyway.
func IsKept(err error) bool {
	return errors.Is(err, adopt.ErrNotWiped) || errors.Is(err, adopt.ErrInStorage) || errors.Is(err, adopt.ErrMounted) || errors.Is(err, adopt.ErrLinked)
}

// AdoptLine is the schema of adopt --json, which docs/json.md documents.
type AdoptLine struct {
	Path        string         `json:"path,omitempty"`
	PathBytes   string         `json:"pathBytes,omitempty"`
	Target      string         `json:"target,omitempty"`
	TargetBytes string         `json:"targetBytes,omitempty"`
	Outcome     string         `json:"outcome"`
	Files       int            `json:"files"`
	Bytes       int64          `json:"bytes"`
	Problems    []AdoptProblem `json:"problems"`
	Warnings    []AdoptProblem `json:"warnings,omitempty"`
}

// AdoptProblem is an error of a path in adopt --json.
type AdoptProblem struct {
	Path      string `json:"path,omitempty"`
	PathBytes string `json:"pathBytes,omitempty"`
	Error     string `json:"error"`
}

// SetPaths sets the path and its copy in storage.
func (l *AdoptLine) SetPaths(path, target string) {
	l.Path, l.PathBytes = jsonline.Path(path)
	l.Target, l.TargetBytes = jsonline.Path(target)
}

// Warn adds warnings.
func (l *AdoptLine) Warn(warnings []adopt.Problem) {
	for _, w := range warnings {
		l.Warnings = append(l.Warnings, NewAdoptProblem(w.Path, w.Err))
	}
}

// ProblemText returns a problem as one line, without escaping it.
func ProblemText(p adopt.Problem) string { return ShortPath(p.Path) + ": " + p.Err.Error() }

// NewAdoptProblem returns the error of a path for adopt --json.
func NewAdoptProblem(path string, err error) AdoptProblem {
	p := AdoptProblem{Error: err.Error()}
	p.Path, p.PathBytes = jsonline.Path(path)
	return p
}

// ProblemLines lists the paths that were not copied, with the reasons.
func ProblemLines(r *adopt.Result) []string {
	var lines []string
	for _, p := range r.Problems {
		lines = append(lines, ProblemText(p))
	}
	if more := r.More - len(r.Problems); more > 0 {
		lines = append(lines, fmt.Sprintf("%s: %d more could not be copied", r.Path, more))
	}
	return lines
}

// InPlace is the storage path of a plan that restores paths to where they were.
const InPlace = "/"

// AdoptPlanned returns how much a plan would copy or restore, and how much room there is.
func AdoptPlanned(plan *adopt.Plan) string {
	text := fmt.Sprintf("%s with %s would be ", Count(plan.Files, "file"), printable.Size(plan.Bytes))
	if plan.Storage == InPlace {
		return text + fmt.Sprintf("restored to where they were; / has %s free", printable.Size(plan.Free))
	}
	return text + fmt.Sprintf("copied into %s, which has %s free", plan.Storage, printable.Size(plan.Free))
}

// AdoptSummary returns how much was copied or restored, as one line.
func AdoptSummary(storage string, results []*adopt.Result) string {
	files, present, missing := 0, 0, 0
	var bytes int64
	for _, r := range results {
		files += r.Files
		bytes = sizes.Add(bytes, r.Bytes)
		switch {
		case r.Outcome == adopt.Present:
			present++
		case r.More > 0 && !IsKeptResult(r):
			missing++
		}
	}
	done, into := "copied", " into "+storage
	if storage == InPlace {
		done, into = "restored", " to where they were"
	}
	text := fmt.Sprintf("%s with %s %s%s", Count(files, "file"), printable.Size(bytes), done, into)
	if present > 0 {
		text += fmt.Sprintf(", %s already there", Count(present, "path"))
	}
	if missing > 0 {
		text += fmt.Sprintf(", %s not %s completely", Count(missing, "path"), done)
	}
	return text
}

// ShortPath returns a path for a message. It omits the middle of a very long path.
func ShortPath(name string) string {
	const most, head, tail = 300, 120, 120
	if len(name) <= most {
		return name
	}
	return name[:head] + "[...]" + name[len(name)-tail:]
}

// NoRoom returns the error for storage without enough free space.
func NoRoom(plan *adopt.Plan) error {
	return fmt.Errorf("%s has %s free, but the copies need %s", plan.Storage, printable.Size(plan.Free), printable.Size(plan.Needs))
}

// PlanLines describes a plan, one unit a line.
func PlanLines(plan *adopt.Plan) []string {
	head := fmt.Sprintf("%s with %s into %s, which has %s free:", Count(plan.Files, "file"), printable.Size(plan.Bytes), plan.Storage, printable.Size(plan.Free))
	if plan.Storage == InPlace {
		head = fmt.Sprintf("%s with %s to where they were; / has %s free:", Count(plan.Files, "file"), printable.Size(plan.Bytes), printable.Size(plan.Free))
	}
	lines := []string{head, ""}
	for i := range plan.Units {
		u := &plan.Units[i]
		line := fmt.Sprintf("%-7s %6s  %s", ActionName(u), printable.Size(u.Bytes), u.Path)
		if u.Err != nil {
			line += ": " + u.Err.Error()
		}
		lines = append(lines, line)
		for _, w := range u.Warnings {
			lines = append(lines, "  "+ProblemText(w))
		}
	}
	return lines
}
