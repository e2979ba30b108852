package owner

import (
	"context"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/rootfs"
	"github.com/DaRacci/list-ephemeral/internal/unitfile"
)

// systemUnitDirs is the search path of the system manager, systemd.unit(5). NixOS adds
// /etc/systemd-mutable/system where boot.extraSystemdUnitPaths names it.
var systemUnitDirs = []string{
	"/etc/systemd/system.control", "/run/systemd/system.control", "/run/systemd/transient", "/run/systemd/generator.early",
	"/etc/systemd/system", "/etc/systemd/system.attached", "/etc/systemd-mutable/system", "/run/systemd/system", "/run/systemd/system.attached",
	"/run/systemd/generator", "/usr/local/lib/systemd/system", "/lib/systemd/system", "/usr/lib/systemd/system", "/run/systemd/generator.late",
}

// userUnitDirs returns the search path of a user's manager.
func (r *reader) userUnitDirs(u User) []string {
	dirs := []string{
		u.Home + "/.config/systemd/user.control", u.Home + "/.config/systemd/user", "/etc/xdg/systemd/user", "/etc/systemd/user",
		"/run/systemd/user", u.Home + "/.local/share/systemd/user",
	}
	dirs = append(dirs, below("systemd/user", r.dataDirs(u)...)...)
	return append(dirs, "/usr/local/lib/systemd/user", "/usr/lib/systemd/user")
}

// units reads the service units of the system and of all users.
func (r *reader) units(ctx context.Context) []Declaration {
	machineID := strings.TrimSpace(r.read("/etc/machine-id"))
	host := strings.TrimSpace(r.read("/etc/hostname"))
	managers := make([][]Declaration, 1+len(r.users))
	inParallel(ctx, 0, len(managers), func(i int) {
		specifiers := unitfile.System("")
		specifiers.MachineID, specifiers.Host = machineID, host
		if i == 0 {
			like := Declaration{Manager: ManagerSystem}
			managers[i] = r.managerUnits(ctx, like, specifiers, systemBases(r.systemd), systemUnitDirs)
			managers[i] = r.quadlets(managers[i], like, specifiers, r.graphRoot(), quadletDirs)
			return
		}
		u := r.users[i-1]
		b := userBases(u, r.systemd)
		specifiers.Home, specifiers.User, specifiers.UID = u.Home, u.Name, strings.TrimPrefix(b.runtime, "/run/user/")
		specifiers.Runtime, specifiers.State, specifiers.Cache, specifiers.Logs, specifiers.Config = b.runtime, b.state, b.cache, b.logs, b.config
		like := Declaration{Manager: ManagerUser, Home: u.Home}
		managers[i] = r.managerUnits(ctx, like, specifiers, b, r.userUnitDirs(u))
		managers[i] = r.quadlets(managers[i], like, specifiers, r.userGraphRoot(u), userQuadletDirs(u, b.runtime))
	})
	return slices.Concat(managers...)
}

// managerUnits reads the service units of one search path. like has the fields that all have.
func (r *reader) managerUnits(ctx context.Context, like Declaration, specifiers unitfile.Specifiers, b bases, dirs []string) []Declaration {
	search := unitfile.Search(r.files, dirs...)
	names := search.Names(".service")
	names = append(names, r.instances(dirs)...)
	slices.Sort(names)
	names = slices.Compact(names)
	found := make([]*unitfile.Unit, len(names))
	inParallel(ctx, 0, len(names), func(i int) { found[i] = search.Assemble(names[i]) })
	var all []Declaration
	aliases := map[string][]string{}
	for _, u := range found {
		switch {
		case u == nil || u.State == unitfile.Missing:
		case u.ID != u.Name: // one owner, not two
			aliases[u.ID] = append(aliases[u.ID], u.Name)
		default:
			all = append(all, declarationOf(u, like, specifiers, b))
		}
		if u != nil {
			r.unitProblems(u.Problems)
		}
	}
	r.unitProblems(search.Problems())
	for i := range all {
		all[i].Aliases = aliases[all[i].Name]
		r.movedState(&all[i])
	}
	return all
}

// movedState finds the data of a user's unit behind the symlink that systemd 254 makes in
// ~/.local/state where ~/.config has the directory of an older version (NEWS of systemd 254).
func (r *reader) movedState(d *Declaration) {
	if d.Manager != ManagerUser {
		return
	}
	for i := range d.Directories {
		dir := &d.Directories[i]
		if dir.Kind != KindState && dir.Kind != KindLog || strings.Contains(dir.Path, "*") {
			continue
		}
		if target, err := r.files.Readlink(dir.Path); err == nil {
			if target = rootfs.LinkTarget(dir.Path, target); paths.Below(target, d.Home) {
				dir.Data = target
			}
		}
	}
}

// declarationOf reads one unit.
func declarationOf(u *unitfile.Unit, like Declaration, specifiers unitfile.Specifiers, b bases) Declaration {
	d := like
	d.Name, d.File, d.DropIns = u.ID, u.Path, u.DropIns
	d.Template = strings.Contains(u.ID, "@.")
	switch u.State {
	case unitfile.Loaded:
		d.State = StateLoaded
		d.declare(u, specifiers, b)
	case unitfile.Masked:
		d.State = StateMasked
	case unitfile.Refused:
		d.State = StateRefused
	case unitfile.Missing, unitfile.StateUnknown:
	}
	return d
}

// instances returns the instances that are pulled in by links or have drop-ins: names such as
// "x@i.service" of which the search path has only the template.
func (r *reader) instances(dirs []string) []string {
	var names []string
	add := func(name string) {
		if unitfile.ValidName(name) && strings.Contains(name, "@") && !strings.Contains(name, "@.") && strings.HasSuffix(name, ".service") {
			names = append(names, name)
		}
	}
	for _, dir := range dirs {
		for _, entry := range r.list(dir) {
			if drops, ok := strings.CutSuffix(entry.Name, ".d"); ok {
				add(drops)
				continue
			}
			pulls := strings.HasSuffix(entry.Name, ".wants") || strings.HasSuffix(entry.Name, ".requires") || strings.HasSuffix(entry.Name, ".upholds")
			if !pulls || entry.Type&(fs.ModeDir|fs.ModeSymlink) == 0 {
				continue
			}
			for _, link := range r.list(path.Join(dir, entry.Name)) {
				add(link.Name)
			}
		}
	}
	return names
}

// unitProblems keeps the files of units that could not be read. What a file says wrong is not a
// problem here: systemd ignores it, and so does the table.
func (r *reader) unitProblems(found []unitfile.Problem) {
	for _, p := range found {
		if p.Kind == unitfile.Unreadable || p.Kind == unitfile.LineTooLong {
			err := p.Err
			if err == nil {
				err = rootfs.ErrTooLarge
			}
			r.note(p.File, err)
		}
	}
}
