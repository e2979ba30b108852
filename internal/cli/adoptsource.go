package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/DaRacci/list-ephemeral/adopt"
	"github.com/DaRacci/list-ephemeral/internal/truepath"
)

// adoptPaths are paths to copy: without symlinks above them, except those that are refused.
type adoptPaths struct {
	names   []string
	refused map[string]error
}

// add adds a path as it was given. Copying works as root in users' directories, so only
// symlinks of root and of the invoking user are followed.
func (p *adoptPaths) add(name string, trusted []uint32) {
	resolved, err := truepath.Trusted(name, trusted...)
	if err != nil {
		if p.refused == nil {
			p.refused = map[string]error{}
		}
		p.refused[name], resolved = err, name
	}
	p.names = append(p.names, resolved)
}

// adoptPaths reads the paths, which are arguments or on stdin. It also returns how many lines
// were too long.
func (a *app) adoptPaths(ctx context.Context, f adoptFlags, args []string) (paths adoptPaths, tooLong int, err error) {
	trusted := invokers(os.Geteuid(), os.Getenv)
	err = waitFor(ctx, func() error {
		for _, arg := range args {
			name, err := filepath.Abs(arg)
			if err != nil {
				return fmt.Errorf("make %s absolute: %w", arg, err)
			}
			paths.add(name, trusted)
		}
		if len(args) > 0 {
			return nil
		}
		var err error
		tooLong, err = eachLine(ctx, a.in, lineEnd(f.read0), func(path string, _ bool) { paths.add(path, trusted) })
		return err
	})
	return paths, tooLong, err
}

// invokers returns the users whose symlinks are followed: the one that we are, and under sudo
// the one who called it.
func invokers(euid int, getenv func(string) string) []uint32 {
	users := []uint32{uint32(euid)}
	if uid, err := strconv.ParseUint(getenv("SUDO_UID"), 10, 32); err == nil && euid == 0 {
		users = append(users, uint32(uid))
	}
	return users
}

// adoptOptions says what may be copied: what lies below the roots and what is included, on the
// mounts that the table has there.
func (p *plan) adoptOptions(paths adoptPaths, force bool) adopt.Options {
	options := adopt.Options{Force: force}
	for _, name := range slices.Concat(p.policy.Roots(), p.scanRules.Include) {
		options.Roots = append(options.Roots, adopt.Root{Path: name, Mount: uint64(p.mounts.At(name).ID)})
	}
	options.Refuses = func(name string) error {
		if err := paths.refused[name]; err != nil {
			return err
		}
		return p.notWiped(name)
	}
	return options
}

// short returns a path for a message, with the middle of a very long one left out.
func short(name string) string {
	const most, head, tail = 300, 120, 120
	if len(name) <= most {
		return name
	}
	return name[:head] + "[...]" + name[len(name)-tail:]
}
