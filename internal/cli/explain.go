package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/tui"
)

const explainLong = `Explain for each PATH whether the next reboot wipes it, and what decided that: a mount,
the configuration, an exclude pattern. The exit status is 1 where a PATH does not exist
or could not be read.`

const explainExamples = `  list-ephemeral explain ~/.ssh/known_hosts    why is it, or is it not, in the list?
  list-ephemeral explain /etc /var/lib/docker
  list-ephemeral explain --json ~/.cache       for scripts`

func newExplain(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "explain [flags] PATH...",
		Short:   "Explain why a path is, or is not, a candidate",
		Long:    explainLong,
		Example: explainExamples,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{errors.New("explain: expected a PATH, got none")}
			}
			return takesPaths(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.explain(cmd.Context(), args, asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per line")
	return leaveStuck(cmd)
}

// explain prints the verdict on each path. Its exit status is 1 where one of them does not
// exist, or could not be read: that may be a typing error.
func (a *app) explain(ctx context.Context, args []string, asJSON bool) error {
	plan, err := a.plan(ctx, nil)
	if err != nil {
		return err
	}
	var failed error
	out, json := newWriter(a.out), jsonline.NewEncoder()
	for _, arg := range args {
		path, err := truePath(arg, false)
		if err != nil {
			return err
		}
		said := plan.explanation(path)
		if asJSON {
			out.buf = json.Append(out.buf, said.json())
		} else {
			for _, line := range said.text() {
				out.buf = append(printable.AppendName(out.buf, []byte(line)), '\n')
			}
		}
		if err := out.flush(); err != nil {
			return err
		}
		if said.err != nil {
			failed = exitError(exitFailed)
		}
	}
	return failed
}

// explanation is what explain says of a path. Its texts are not yet safe to show.
type explanation struct {
	path    string
	class   scan.Class
	kind    scan.Kind
	reasons []string
	what    string // what it is, as a clause; "" if it could not be read
	err     error  // why it could not be read
}

func (p *plan) explanation(path string) explanation {
	kind, info, err := scan.Stat(path)
	verdict := p.judge(path, kind)
	e := explanation{path: path, class: verdict.Class, kind: kind, reasons: p.reasons(path, kind, verdict), err: err}
	switch {
	case err != nil:
	case kind == scan.KindDir: // its own size says nothing of what is in it
		e.what = "it is a directory"
	case kind == scan.KindBlock, kind == scan.KindChar:
		e.what = fmt.Sprintf("it is a %s %s", kind, deviceText(path))
	default:
		e.what = fmt.Sprintf("it is a %s of %s", kind, printable.Size(info.Size))
	}
	return e
}

// missing reports whether the path does not exist.
func (e *explanation) missing() bool {
	return errors.Is(e.err, syscall.ENOENT) || errors.Is(e.err, syscall.ENOTDIR)
}

// text writes an explanation in lines.
func (e *explanation) text() []string {
	title, what := e.class.String(), e.what
	switch {
	case e.missing():
		title = "does not exist; " + fateOfNew(e.class)
	case e.err != nil:
		what = "it cannot be read: " + errors.Unwrap(e.err).Error()
	}
	lines := []string{e.path + ": " + title}
	for _, reason := range append(slices.Clip(e.reasons), what) {
		if reason != "" {
			lines = append(lines, "  "+reason)
		}
	}
	return lines
}

// explainLine is the schema of explain --json, which docs/json.md documents.
type explainLine struct {
	Path      string   `json:"path,omitempty"`
	PathBytes string   `json:"pathBytes,omitempty"`
	Class     string   `json:"class"`
	Type      string   `json:"type"`
	Exists    bool     `json:"exists"`
	Error     string   `json:"error"`
	Reasons   []string `json:"reasons"`
}

func (e *explanation) json() *explainLine {
	line := &explainLine{Class: e.class.String(), Type: e.kind.String(), Exists: !e.missing(), Reasons: []string{}}
	line.Path, line.PathBytes = jsonline.Path(e.path)
	for _, reason := range e.reasons {
		line.Reasons = append(line.Reasons, printable.Name(reason))
	}
	if e.err != nil {
		line.Error = errors.Unwrap(e.err).Error()
	}
	return line
}

// deviceText returns a device's numbers, and what they say.
func deviceText(path string) string {
	var st unix.Stat_t
	if err := unix.Lstat(path, &st); err != nil {
		return "that has vanished"
	}
	text := fmt.Sprintf("(%d, %d)", unix.Major(st.Rdev), unix.Minor(st.Rdev))
	if st.Mode&unix.S_IFMT == unix.S_IFCHR && st.Rdev == 0 {
		text += ", by which overlayfs marks what was deleted"
	}
	return text
}

// fateOfNew says what would become of a file that is made at a path of a class.
func fateOfNew(class scan.Class) string {
	switch class {
	case scan.ClassCandidate, scan.ClassIncluded, scan.ClassRoot:
		return "a file here would be lost"
	case scan.ClassExcluded:
		return "a file here would be lost, and not listed"
	case scan.ClassPersisted, scan.ClassStorage:
		return "a file here would be kept"
	case scan.ClassMounted:
		return "a file here would be on another mount"
	case scan.ClassSystem, scan.ClassOutside, scan.ClassLinked, scan.ClassUnknown:
	}
	return "a file here would not be listed"
}

// judge gives the verdict on what is on the disk: that of the policy, except for
// symlinks that contain no data of their own.
func (p *plan) judge(path string, kind scan.Kind) scan.Verdict {
	v := p.policy.Judge(path, kind == scan.KindDir)
	if v.Class == scan.ClassCandidate && kind == scan.KindSymlink {
		if target, err := os.Readlink(path); err == nil && p.leadsAway(path, target) {
			return scan.Verdict{Class: scan.ClassLinked, By: path, Detail: target}
		}
	}
	return v
}

// reasons says in sentences what a verdict means.
func (p *plan) reasons(path string, kind scan.Kind, v scan.Verdict) []string {
	by := "it"
	if v.By != path {
		by = v.By
	}
	switch v.Class {
	case scan.ClassCandidate:
		reasons := []string{"the next reboot wipes it: it is on " + p.mountText(path) + ", and nothing keeps it"}
		if kind == scan.KindUnknown { // there is nothing to wipe
			reasons[0] = "the next reboot wipes what is on " + p.mountText(path) + ", and nothing keeps this path"
		} else if kind != scan.KindFile {
			reasons = append(reasons, "not in the default listing: add --type "+kind.String())
		}
		return reasons
	case scan.ClassIncluded:
		return []string{"the configuration or --include always lists it"}
	case scan.ClassRoot:
		return []string{"the next reboot wipes what is in it (" + p.mountText(path) + ")"}
	case scan.ClassPersisted:
		return []string{fmt.Sprintf("%s is kept: %s", by, v.Detail)}
	case scan.ClassMounted:
		return []string{fmt.Sprintf("%s is a mount point: it shows %s", by, v.Detail)}
	case scan.ClassStorage:
		return []string{by + " is persistent storage"}
	case scan.ClassSystem:
		return []string{by + " is a system directory, never scanned"}
	case scan.ClassExcluded:
		return []string{fmt.Sprintf("%s matches the exclude pattern %s", by, v.Detail), "excluded paths are lost too, but not listed"}
	case scan.ClassOutside:
		return []string{"it is not below a root; name more with --root or the key roots"}
	case scan.ClassLinked:
		return []string{"it is a symlink to " + v.Detail + ": it contains no data of its own and is not listed"}
	case scan.ClassUnknown:
	}
	return nil
}

// refusal says in a few words why a path is no candidate.
func (p *plan) refusal(path string, kind scan.Kind) tui.NotListedReason {
	v := p.judge(path, kind)
	reason := v.Class.String()
	switch v.Class {
	case scan.ClassExcluded: // the pattern, without where it is written: there is little room
		pattern := v.Detail
		if where := strings.LastIndex(pattern, " ("); where >= 0 {
			pattern = pattern[:where]
		}
		reason += ": " + pattern
	case scan.ClassPersisted:
		reason += ": " + v.Detail[strings.LastIndex(v.Detail, " ")+1:] // the key
	case scan.ClassMounted:
		reason += ": " + v.Detail
	case scan.ClassUnknown, scan.ClassCandidate, scan.ClassIncluded, scan.ClassRoot, scan.ClassStorage, scan.ClassSystem,
		scan.ClassOutside, scan.ClassLinked:
	}
	return tui.NotListedReason{Reason: reason, Selectable: v.Class == scan.ClassExcluded}
}

// leadsAway reports whether a symlink ends in the store or in storage.
func (p *plan) leadsAway(path, target string) bool {
	if p.policy.Hides(filepath.Dir(path), target) {
		return true
	}
	end, err := filepath.EvalSymlinks(path)
	return err == nil && p.policy.Hides("/", end)
}

func (p *plan) mountText(path string) string {
	m := p.mounts.At(path)
	return fmt.Sprintf("%s %s at %s", m.FSType, m.Source, m.Point)
}
