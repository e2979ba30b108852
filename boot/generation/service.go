package generation

import (
	"path"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/unitfile"
)

// persistServices reads the services that impermanence makes for single files.
func (r *reader) persistServices() {
	for _, name := range r.units.Names(".service") {
		if !strings.HasPrefix(name, "persist-") {
			continue
		}
		u := r.units.Assemble(name)
		source := Source{File: u.Path, Unit: name}
		if u.State != unitfile.Loaded {
			r.problem(Problem{Kind: stateProblem(u.State), Source: source, Detail: u.State.String()})
			continue
		}
		e, ours := persistService(u)
		if !ours {
			continue
		}
		r.impermanence = true
		for _, p := range u.Problems {
			e.Problems = append(e.Problems, fromUnit(p, name))
		}
		if len(r.units.PulledInBy(name)) == 0 {
			e.add(NotWanted, "")
		}
		r.declare(e)
	}
}

// stateProblem is the problem of a unit that is not loaded.
func stateProblem(state unitfile.State) ProblemKind {
	switch state {
	case unitfile.Masked:
		return Masked
	case unitfile.Missing:
		return DanglingLink
	default:
		return UnitRefused
	}
}

// description is what impermanence has called its services since August 2021.
const description = "Bind mount or link "

// persistService returns the entry of a service. The forms of its command, in the order of time:
//
//	H-bindOrLink-MANGLED                               2021-08, a script; the description has the paths
//	H-impermanence-mount-file MOUNTPOINT TARGET DEBUG  2022-02
//	H-persistence-mount-file MOUNTPOINT TARGET METHOD DEBUG  2025-09, METHOD is auto or symlink
//
// ours is false for a service of another origin.
func persistService(u *unitfile.Unit) (e Entry, ours bool) {
	specifiers := unitfile.System(u.Name)
	e = Entry{Kind: File, How: BindOrSymlink, Stage: System, order: orderMount, Source: Source{File: u.Path, Unit: u.Name}}
	text := u.Value("Unit", "Description")
	if expanded, err := specifiers.Expand(text); err == nil {
		text = expanded
	}
	pair, described := strings.CutPrefix(text, description)
	target, mountPoint, parsed := splitPair(pair, " to ")
	var command unitfile.Command
	var wrong error
	for exec := range u.All("Service", "ExecStart") {
		e.Source.Line = exec.Line
		commands, err := unitfile.Commands(exec.Value, specifiers.Expand)
		if wrong = err; len(commands) > 0 {
			command = commands[0]
			break
		}
	}
	base := path.Base(command.Path)
	switch {
	case strings.HasSuffix(base, "-mount-file") && wrong == nil && len(command.Args) >= 2:
		e.paths(command.Args[0], command.Args[1])
		if len(command.Args) >= 4 && command.Args[2] == "symlink" {
			e.How = Symlink
		}
		if described && parsed && (target != command.Args[1] || mountPoint != command.Args[0]) {
			e.add(PairMismatch, text)
		}
	case !described && !strings.HasSuffix(base, "-mount-file") && !strings.Contains(base, "bindOrLink-"):
		return e, false
	case parsed:
		e.paths(mountPoint, target)
	default:
		e.add(BrokenArgument, text)
	}
	return e, true
}

// paths sets path and storage. In a text that systemd replaces variables in, a path with "$" is
// another one.
func (e *Entry) paths(at, storage string) {
	for i, text := range []string{at, storage} {
		clean, initrd, ok := cleanPath(text)
		if i == 0 {
			e.Path = clean
		} else {
			e.Storage = clean
		}
		if initrd {
			e.Stage = Initrd
		}
		if !ok {
			e.add(BadPath, text)
		} else if strings.Contains(text, "${") {
			e.add(BrokenArgument, text)
		}
	}
}
