package generation

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/unitfile"
)

// owner is what a boot sets for a path.
type owner struct{ mode, user, group string }

// tmpfiles reads SYSTEM/etc/tmpfiles.d: "L" lines declare, the lines that make directories and files
// set owner and mode.
func (r *reader) tmpfiles() {
	dir := r.at("etc/tmpfiles.d")
	r.preservation = r.exists(path.Join(dir, "preservation.conf"))
	for _, target := range r.units.Names(".target") {
		r.preservation = r.preservation || target == "preservation.target"
	}
	lines, problems := unitfile.ReadTmpfiles(r.files, unitfile.TmpfilesOptions{Specifiers: unitfile.System("")}, dir)
	for _, p := range problems {
		// Other lines do not matter here, and systemd reports them.
		if p.Line == 0 && !errors.Is(p.Err, fs.ErrNotExist) || strings.HasPrefix(strings.TrimLeft(p.Text, `'"`), "L") {
			problem := fromUnit(p, "")
			if p.Kind == unitfile.DuplicatePath {
				problem.Kind = DuplicateEntry
			}
			r.problem(problem)
		}
	}
	for _, line := range lines {
		switch {
		case line.Type == 'L':
			r.tmpfilesLink(line)
		case strings.IndexByte("dDvqQfF", line.Type) >= 0:
			clean, _, _ := cleanPath(line.Path)
			if _, known := r.owners[clean]; !known { // impermanence's own lines come first
				r.owners[clean] = owner{line.Mode, line.User, line.Group}
			}
		}
	}
}

// tmpfilesLink declares a symlink that leads to something persistent. "L" leaves a file that exists in its
// place, "L+" replaces it.
func (r *reader) tmpfilesLink(line unitfile.TmpfilesLine) {
	if line.Argument == "" {
		return // to /usr/share/factory
	}
	e := Entry{How: Symlink, Stage: System, order: orderTmpfiles, Storage: line.Argument, Source: Source{File: line.File, Line: line.Line}}
	at, initrd, ok := cleanPath(line.Path)
	if e.Path = at; initrd {
		e.Stage = Initrd
	}
	target, quoted := line.Argument, false
	if first := target[0]; (first == '"' || first == '\'') && len(target) > 1 && target[len(target)-1] == first {
		quoted = true // quotes in the argument belong to the name
	}
	if !strings.HasPrefix(target, "/") && !quoted {
		target = path.Join(path.Dir(at), target)
	}
	clean, _, fine := cleanPath(target)
	switch {
	case isPseudo(at) || fine && isManaged(clean):
		return
	case quoted:
		e.add(BrokenArgument, line.Argument)
	case !ok || !fine:
		e.add(BadPath, line.Argument)
	default:
		e.Storage = clean
	}
	r.declare(e)
}
