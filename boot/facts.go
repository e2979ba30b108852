package boot

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/internal/paths"
)

// facts are the machine's answers about a mount. Each question is asked once; WithSample
// reuses the answers.
type facts struct {
	mount     *mounts.Mount
	family    family
	role      Role
	top       Top
	subvolume Subvolume
	device    Device
	overlay   Overlay
	// upper is the upper directory without symlinks. If it cannot be read, it is the path where
	// it should be, and upperProblem is the reason; if it was not found, it is "".
	upper        string
	upperProblem error
	work         string
	problem      error
}

// visible returns all mounts that a path lookup reaches, that of "/" first, then sorted by
// mount point.
func visible(table *mounts.Table) []*mounts.Mount {
	return append([]*mounts.Mount{table.At("/")}, table.Points()...)
}

// gather asks the machine about all mounts.
func gather(ctx context.Context, table *mounts.Table, machine Machine) ([]*facts, error) {
	var all []*facts
	for _, mount := range visible(table) {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("judge what a boot does: %w", err)
		}
		all = append(all, ask(table, machine, mount))
	}
	return all, nil
}

// ask asks the machine about one mount: only for facts that its kind of file system has, and not
// at all if a server or another process would have to answer.
func ask(table *mounts.Table, machine Machine, mount *mounts.Mount) *facts {
	f := &facts{mount: mount, family: familyOf(mount.FSType), role: roleOf(mount)}
	if f.family == familyOverlay {
		f.overlay = ParseOverlay(mount.SuperOptions)
	}
	switch f.family {
	case familyKernel, familyFirmware, familyTrigger, familyImage, familyNetwork:
		return f
	case familyMemory, familyOverlay, familyBtrfs, familyBirth, familyTimes, familyOther:
	}
	if f.family == familyMemory && mount.Root == "/" {
		return f // certain
	}
	if !answers(table, mount.Point) {
		if f.family != familyOther { // others have no evidence
			f.problem = ErrNotAsked
		}
		if f.overlay.Upper != "" {
			f.upperProblem = ErrNotAsked
		}
		return f
	}
	var problems [3]error
	f.top, problems[0] = machine.Top(mount)
	if f.family == familyBtrfs && problems[0] == nil {
		f.subvolume, problems[1] = machine.Subvolume(mount)
	}
	if f.family != familyMemory && f.family != familyOverlay {
		f.device, problems[2] = machine.Device(mount)
	}
	if f.overlay.Upper != "" {
		f.upper, f.upperProblem = findUpper(machine, f)
		f.work = workBeside(f)
	}
	f.problem = errors.Join(problems[:]...)
	return f
}

// newRoots are the directories where initrds mount the root file system before they switch to it:
// systemd (bootup(7)) and dracut, the scripted initrd of NixOS, mkinitcpio, initramfs-tools. The
// recorded paths of overlays that are mounted there begin with them.
var newRoots = []string{"/sysroot", "/mnt-root", "/new_root", "/root"}

// errRelative is returned for an upper directory that depends on the working directory of the
// mount(2) call.
var errRelative = errors.New("the upper directory is recorded as a relative path")

// findUpper returns the upper directory of an overlay. If an initrd mounted the overlay, the
// directory has another path now than the recorded one; both are tried. If none of them can be
// confirmed, but one cannot be read, findUpper returns that one and the reason.
func findUpper(machine Machine, f *facts) (string, error) {
	recorded := filepath.Clean(f.overlay.Upper)
	if !strings.HasPrefix(recorded, "/") {
		return "", errRelative
	}
	var candidates []string
	for _, dir := range newRoots {
		if rel, ok := paths.Rel(recorded, dir); ok {
			candidates = append(candidates, filepath.Join("/", rel))
		}
	}
	candidates = append(candidates, recorded)
	hidden := ""
	var first error
	for _, path := range candidates {
		path = filepath.Join(path, f.mount.Root)
		found, err := machine.Upper(f.mount, path)
		if err == nil {
			return found, nil
		}
		if (errors.Is(err, fs.ErrPermission) || errors.Is(err, ErrNotAsked)) && hidden == "" {
			hidden, first = path, err
		}
		if first == nil {
			first = err
		}
	}
	return hidden, first
}

// workBeside returns the work directory of an overlay. It is "" where it is not recorded
// beside the upper directory, as it is everywhere in practice, and where the mount shows only a
// part of the overlay.
func workBeside(f *facts) string {
	work, upper := filepath.Clean(f.overlay.Work), filepath.Clean(f.overlay.Upper)
	beside := filepath.Dir(work) == filepath.Dir(upper) && filepath.Base(upper) == filepath.Base(f.upper)
	if f.mount.Root != "/" || f.overlay.Work == "" || !beside {
		return ""
	}
	return filepath.Join(filepath.Dir(f.upper), filepath.Base(work))
}
