package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/tui"
)

func newExplain(a *app) *cobra.Command {
	return leaveStuck(&cobra.Command{
		Use:   "explain PATH...",
		Short: "Say why a path is, or is not, a candidate",
		Args:  cobra.MinimumNArgs(1),
		RunE:  func(cmd *cobra.Command, args []string) error { return a.explain(cmd.Context(), args) },
	})
}

// explain prints the verdict on each path. Its exit status is 1 where one of them does not
// exist, or could not be read: that may be a typing error.
func (a *app) explain(ctx context.Context, args []string) error {
	plan, err := a.plan(ctx, nil)
	if err != nil {
		return err
	}
	var failed error
	out := newWriter(a.out)
	for _, arg := range args {
		path, err := truePath(arg, false)
		if err != nil {
			return err
		}
		said := plan.explanation(path)
		for _, line := range said.lines {
			out.buf = append(printable.AppendName(out.buf, []byte(line)), '\n')
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

// explanation is what explain says of a path, in lines that are not yet safe to show; err
// is why the path could not be read.
type explanation struct {
	lines []string
	err   error
}

// explain says what a path is and why, in lines that are not yet safe to show.
func (p *plan) explain(path string) []string { return p.explanation(path).lines }

func (p *plan) explanation(path string) explanation {
	kind, info, err := scan.Stat(path)
	verdict := p.judge(path, kind)
	missing := errors.Is(err, syscall.ENOENT) || errors.Is(err, syscall.ENOTDIR)
	title := verdict.Class.String()
	if missing {
		title = "does not exist; " + fateOfNew(verdict.Class)
	}
	lines := []string{path + ": " + title}
	for _, line := range p.reasons(path, kind, verdict) {
		lines = append(lines, "  "+line)
	}
	switch {
	case missing:
	case err != nil:
		lines = append(lines, fmt.Sprintf("  it cannot be read: %s", errors.Unwrap(err)))
	case kind == scan.KindDir: // its own size says nothing of what is in it
		lines = append(lines, "  it is a directory")
	case kind == scan.KindBlock, kind == scan.KindChar:
		lines = append(lines, fmt.Sprintf("  it is a %s %s", kind, deviceText(path)))
	default:
		lines = append(lines, fmt.Sprintf("  it is a %s of %s", kind, printable.Size(info.Size)))
	}
	return explanation{lines, err}
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

// judge gives the verdict on what is on the disk: that of the policy, but for
// symlinks that hold no data of their own.
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
			reasons = append(reasons, fmt.Sprintf("list shows it with --type %s", kind))
		}
		return reasons
	case scan.ClassIncluded:
		return []string{"the configuration or --include always lists it"}
	case scan.ClassRoot:
		return []string{"what is in it is wiped at the next reboot (" + p.mountText(path) + ")"}
	case scan.ClassPersisted:
		return []string{fmt.Sprintf("%s is kept: %s", by, v.Detail)}
	case scan.ClassMounted:
		return []string{fmt.Sprintf("%s is a mount point: it shows %s", by, v.Detail)}
	case scan.ClassStorage:
		return []string{by + " is where persistent data lives"}
	case scan.ClassSystem:
		return []string{by + " is a system directory, which is never scanned"}
	case scan.ClassExcluded:
		return []string{fmt.Sprintf("%s matches the exclude pattern %s", by, v.Detail), "what is excluded is lost as well, but not listed"}
	case scan.ClassOutside:
		return []string{"no tree above it is known to be wiped; --root or the key roots name others"}
	case scan.ClassLinked:
		return []string{"it leads to " + v.Detail + ", so it holds no data of its own and is not listed"}
	case scan.ClassUnknown:
	}
	return nil
}

// refusal says in a few words why a path is no candidate.
func (p *plan) refusal(path string, kind scan.Kind) tui.Refusal {
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
	return tui.Refusal{Reason: reason, Selectable: v.Class == scan.ClassExcluded}
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
