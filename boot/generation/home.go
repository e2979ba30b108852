package generation

import (
	"errors"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/unitfile"
)

// errLoop is the error of links that the kernel would not follow either.
var errLoop error = unix.ELOOP

// homeServices reads Home Manager as a module of NixOS: home-manager-USER.service, whose command
// ends with the path of the user's generation.
func (r *reader) homeServices() {
	for _, name := range r.units.Names(".service") {
		escaped, ours := strings.CutPrefix(strings.TrimSuffix(name, ".service"), "home-manager-")
		if !ours {
			continue
		}
		u := r.units.Assemble(name)
		source := Source{File: u.Path, Unit: name}
		if u.State != unitfile.Loaded {
			r.problem(Problem{Kind: stateProblem(u.State), Source: source, Detail: u.State.String()})
			continue
		}
		user := u.Value("Service", "User")
		if user == "" {
			user, _ = unitfile.Unescape(escaped)
		}
		generation := ""
		for exec := range u.All("Service", "ExecStart") {
			source.Line = exec.Line
			if commands, err := unitfile.Commands(exec.Value, unitfile.System(name).Expand); err == nil && len(commands) > 0 {
				if args := commands[0].Args; len(args) > 0 {
					generation = args[len(args)-1]
				}
			}
		}
		if generation == "" {
			continue // a service of another origin
		}
		home := ""
		for required := range u.All("Unit", "RequiresMountsFor") {
			if words, err := unitfile.Words(required.Value, unitfile.Undo); err == nil && len(words) > 0 && home == "" {
				home = words[0]
			}
		}
		r.home(generation, user, home, source)
	}
}

// profile reads a profile of Home Manager that is not part of the system.
func (r *reader) profile(p Profile) {
	r.home(p.Path, p.User, p.Home, Source{File: p.Path})
}

// home reads a generation of Home Manager. Where it comes from may belong to a user, so
// only the store is read.
func (r *reader) home(generation, user, home string, source Source) {
	// The links of a profile are outside of the store, and only the last target is read.
	at, _, err := r.files.Resolve(generation, nil)
	if err == nil && !paths.Below(at, store) {
		r.problem(Problem{Kind: NotInStore, Source: source, Path: at, Detail: generation})
		return
	}
	if err != nil {
		kind := kindOf(err)
		if errors.Is(err, fs.ErrNotExist) {
			kind = DanglingLink
		}
		r.problem(Problem{Kind: kind, Source: source, Detail: generation, Err: err})
		return
	}
	clean, _, ok := cleanPath(r.homeOf(at, user, home))
	if !ok || clean == "/" {
		r.problem(Problem{Kind: HomeUnknown, Source: source, Path: clean, Detail: user})
		return
	}
	files, _, err := r.files.Resolve(path.Join(at, "home-files"), func(at string) bool { return !paths.Below(at, store) })
	if err != nil || !paths.Below(files, store) {
		r.problem(Problem{Kind: NotInStore, Source: source, Path: files, Detail: generation, Err: err})
		return
	}
	tree := &linkTree{dir: files, at: clean, left: maxEntries, base: Entry{How: Symlink, Stage: System, order: orderHome, Source: Source{Unit: source.Unit}}}
	r.links(tree, "", 0)
	r.userUnits(files, clean)
}

// checkHome is the line of GEN/activate that has the home directory, since Home Manager 22.11.
var checkHome = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^\s*checkHomeDirectory (.+)$`)
})

// homeOf returns the home directory of a user: stated, of the list of users, of the caller, or of
// the activation script of the home.
func (r *reader) homeOf(generation, user, stated string) string {
	for _, home := range []string{stated, r.homes[user], r.opts.Homes[user]} {
		if home != "" {
			return home
		}
	}
	script, err := r.files.Read(path.Join(generation, "activate"), maxScript)
	if err != nil {
		return ""
	}
	if m := checkHome().FindSubmatch(script); m != nil {
		text := strings.TrimSpace(string(m[1]))
		if inner, ok := strings.CutPrefix(text, `"`); ok {
			text = strings.TrimSuffix(inner, `"`)
		}
		if words, ok := shellWords(text); ok && len(words) == 1 {
			return words[0]
		}
	}
	return ""
}

// userUnits reads the services of impermanence's old module for Home Manager, which mounted
// directories with bindfs(1) until 2025: "Bind mount TARGET at MOUNTPOINT".
func (r *reader) userUnits(files, home string) {
	search := unitfile.Search(r.files, path.Join(files, ".config/systemd/user"))
	for _, name := range search.Names(".service") {
		if !strings.HasPrefix(name, "bindMount-") {
			continue
		}
		u := search.Assemble(name)
		e := Entry{Kind: Directory, How: BindFS, Stage: System, order: orderHome, Source: Source{File: u.Path, Unit: name}}
		if u.State != unitfile.Loaded {
			r.problem(Problem{Kind: stateProblem(u.State), Source: e.Source, Detail: u.State.String()})
			continue
		}
		text := u.Value("Unit", "Description")
		pair, ours := strings.CutPrefix(text, "Bind mount ")
		if !ours {
			continue
		}
		target, mountPoint, ok := splitPair(pair, " at ")
		if !ok {
			e.add(BrokenArgument, text)
		} else if e.paths(mountPoint, target); !paths.Below(e.Path, home) {
			e.add(OutsideHome, home)
		}
		r.impermanence = true
		r.declare(e)
	}
	for _, p := range search.Problems() {
		r.problem(fromUnit(p, ""))
	}
}
