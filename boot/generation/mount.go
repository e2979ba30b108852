package generation

import (
	"path"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/unitfile"
)

// kernelTypes are file systems that show the kernel's state. They have no data of their own.
var kernelTypes = strings.Fields("autofs binfmt_misc bpf cgroup cgroup2 configfs debugfs devpts devtmpfs efivarfs fusectl hugetlbfs mqueue nfsd proc pstore " +
	"rpc_pipefs securityfs selinuxfs smackfs swap sysfs tracefs")

// BootPaths are mounted in the initrd whatever their options say: pathsNeededForBoot of
// NixOS' nixos/lib/utils.nix. Callers do not change it.
var BootPaths = strings.Fields("/ /nix /nix/store /var /var/log /var/lib /var/lib/nixos /etc /usr")

// mounts reads fstab and the mount units.
func (r *reader) mounts() {
	lines := r.fstab()
	for _, name := range r.units.Names(".mount") {
		u := r.units.Assemble(name)
		line, replaced := lines[name]
		if u.ID != u.Name {
			continue // an alias, which systemd refuses for mounts
		}
		delete(lines, name)
		e := r.mountUnit(u)
		if e.Path == "" || isPseudo(e.Path) {
			continue
		}
		r.wanted(&e, replaced && !line.has("noauto"))
		r.declare(e)
	}
	for _, line := range lines {
		r.fstabMount(line)
	}
}

// wanted adds a problem if nothing starts a mount unit.
func (r *reader) wanted(e *Entry, byFstab bool) {
	automount := strings.TrimSuffix(e.Source.Unit, ".mount") + ".automount"
	if len(r.units.PulledInBy(automount)) > 0 {
		e.OnAccess = true
		return
	}
	if !byFstab && len(r.units.PulledInBy(e.Source.Unit)) == 0 && !e.blocked() {
		e.add(NotWanted, "")
	}
}

// mountUnit returns the entry of a mount unit. Its path is "" if the unit is not about a path.
func (r *reader) mountUnit(u *unitfile.Unit) Entry {
	e := Entry{Stage: System, order: orderMount, Source: Source{File: u.Path, Unit: u.Name}}
	byName, err := unitfile.UnescapePath(strings.TrimSuffix(u.Name, ".mount"))
	if err != nil {
		byName = ""
	}
	e.Path, _, _ = cleanPath(byName)
	switch u.State {
	case unitfile.Loaded:
	case unitfile.Masked:
		e.add(Masked, "")
		return e
	default:
		for _, p := range u.Problems {
			e.Problems = append(e.Problems, fromUnit(p, u.Name))
		}
		e.add(UnitRefused, u.State.String())
		return e
	}
	for _, p := range u.Problems {
		e.Problems = append(e.Problems, fromUnit(p, u.Name))
	}
	e.fill(u, byName)
	return e
}

// fill reads the section [Mount] of a unit. byName is the path that the unit's name means.
func (e *Entry) fill(u *unitfile.Unit, byName string) {
	specifiers := unitfile.System(u.Name)
	text := func(key string) string {
		last, ok := u.Last("Mount", key)
		if !ok {
			return ""
		}
		value, err := specifiers.Expand(last.Value)
		if err != nil {
			e.add(BrokenArgument, key+"="+last.Value)
			return last.Value
		}
		return value
	}
	where := text("Where")
	if last, ok := u.Last("Mount", "Where"); ok {
		e.Source.Line = last.Line
	} else {
		where = byName
	}
	var initrd, ok bool
	if e.Path, initrd, ok = cleanPath(where); !ok {
		e.add(BadPath, where)
		return
	}
	if name, err := unitfile.EscapePath(where); err != nil || name+".mount" != u.Name {
		e.add(NameMismatch, where)
	}
	e.classify(text("What"), text("Type"), text("Options"), initrd)
}

// hasOption reports whether a list of mount options, separated by commas, has one of the names.
func hasOption(options string, names ...string) bool {
	for option := range strings.SplitSeq(options, ",") {
		if slices.Contains(names, strings.TrimSpace(option)) {
			return true
		}
	}
	return false
}

// optionValue returns the value of "name=value" in mount options, the last one.
func optionValue(options, name string) string {
	value := ""
	for option := range strings.SplitSeq(options, ",") {
		if v, ok := strings.CutPrefix(strings.TrimSpace(option), name+"="); ok {
			value = v
		}
	}
	return value
}

// classify sets what a mount is, from its four fields.
func (e *Entry) classify(what, fsType, options string, initrd bool) {
	e.Device, e.FSType, e.Options = what, fsType, options
	bindfs := fsType == "bindfs" || strings.HasSuffix(fsType, ".bindfs") || strings.HasPrefix(what, "bindfs#")
	switch {
	case what == "":
		e.add(UnitRefused, "What= is missing")
	case slices.Contains(kernelTypes, fsType):
		e.Path = ""
		return
	case hasOption(options, "bind", "rbind"):
		e.How, e.Storage = Bind, what
	case bindfs:
		e.How, e.Kind, e.Storage = BindFS, Directory, strings.TrimPrefix(what, "bindfs#")
	case fsType == "tmpfs" || fsType == "ramfs":
		e.How, e.Kind = Tmpfs, Directory
	case fsType == "overlay":
		e.How, e.Kind, e.Storage = Overlay, Directory, optionValue(options, "upperdir")
	default:
		e.How, e.Kind = OwnFileSystem, Directory
		if strings.HasPrefix(what, "/") && !paths.AtOrBelow(path.Clean(what), "/dev") {
			e.Storage = what // the file of a loop device
		}
	}
	if e.Storage != "" || e.How == Bind || e.How == BindFS {
		clean, below, ok := cleanPath(e.Storage)
		if !ok {
			e.add(BadPath, e.Storage)
		}
		e.Storage, initrd = clean, initrd || below
	}
	if initrd || hasOption(options, "x-initrd.mount") {
		e.Stage = Initrd
	}
	if e.Stage == Initrd {
		e.order = orderInitrd
	}
}
