package session

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"

	"github.com/DaRacci/list-ephemeral/internal/passwd"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/owner"
	"github.com/DaRacci/list-ephemeral/scan"
)

// Owners returns the names of users and groups by number, from /etc/passwd and /etc/group. It
// looks up each number once. It is safe for concurrent use.
type Owners struct {
	mu            sync.Mutex
	users, groups map[uint32]string
}

// NewOwners returns an empty cache.
func NewOwners() *Owners {
	return &Owners{users: map[uint32]string{}, groups: map[uint32]string{}}
}

// UserAndGroup returns "user group".
func (o *Owners) UserAndGroup(uid, gid uint32) string { return o.User(uid) + " " + o.Group(gid) }

// User returns the name of a user.
func (o *Owners) User(id uint32) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return cached(o.users, id, func(number string) (string, error) {
		u, err := user.LookupId(number)
		if err != nil {
			return "", err
		}
		return u.Username, nil
	})
}

// Group returns the name of a group.
func (o *Owners) Group(id uint32) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return cached(o.groups, id, func(number string) (string, error) {
		g, err := user.LookupGroupId(number)
		if err != nil {
			return "", err
		}
		return g.Name, nil
	})
}

// cached returns the name for a number. If there is no name, it returns the number itself, or
// "root" for 0, which is root even without passwd(5) and group(5).
func cached(names map[uint32]string, id uint32, lookup func(string) (string, error)) string {
	name, ok := names[id]
	if ok {
		return name
	}
	number := strconv.FormatUint(uint64(id), 10)
	name, err := lookup(number)
	switch {
	case err == nil:
	case id == 0:
		name = "root"
	default:
		name = number
	}
	names[id] = name
	return name
}

// OwnerTable returns what units, tmpfiles.d, programs and public configurations say of paths. The
// first call reads their files, in parallel (some 16 ms for 300 units and 1,000 desktop files,
// BenchmarkRead of package owner). It is safe for concurrent use.
func (s *Session) OwnerTable() *owner.Table {
	s.ownersRead.Do(func() {
		opts := owner.Options{Root: s.options.System, Users: s.ownerUsers(), Caches: Caches()}
		if s.ScanRules.Classes != nil {
			opts.Classes = s.ScanRules.Classes()
		}
		if opts.Root == "" {
			opts.Path = s.answering(filepath.SplitList(os.Getenv("PATH")))
			if dirs := filepath.SplitList(os.Getenv("XDG_DATA_DIRS")); len(dirs) > 0 {
				opts.DataDirs = s.answering(dirs)
			}
		}
		s.ownerTable = owner.Read(context.Background(), opts)
	})
	return s.ownerTable
}

// OwnerProblems returns the files and directories that OwnerTable could not read; nil if it was not
// called.
func (s *Session) OwnerProblems() []owner.Problem {
	if s.ownerTable == nil {
		return nil
	}
	return s.ownerTable.Problems()
}

// answering returns the absolute paths that are not on mounts that may not respond.
func (s *Session) answering(dirs []string) []string {
	return slices.DeleteFunc(slices.Clone(dirs), func(dir string) bool {
		return !filepath.IsAbs(dir) || !s.Mounts.At(s.resolved(dir)).Answers()
	})
}

// ownerUsers returns the users whose units, programs and directories are read: root, the people of
// this machine, and those of the configuration. Homes on mounts that may not respond are left out.
func (s *Session) ownerUsers() []owner.User {
	text, _ := os.ReadFile(filepath.Join(cmp.Or(s.options.System, "/"), "etc/passwd"))
	var users []owner.User
	add := func(name string, uid int, home string) {
		home = s.resolved(filepath.Clean(home))
		same := func(u owner.User) bool { return u.Home == home }
		if home == "/" || slices.ContainsFunc(users, same) || !s.Mounts.At(home).Answers() {
			return
		}
		users = append(users, owner.User{Name: name, UID: uint32(uid), Home: home})
	}
	accounts := passwd.Parse(string(text))
	for _, a := range accounts {
		if a.UID == 0 || a.IsPerson() {
			add(a.Name, a.UID, a.Home)
		}
	}
	for name, home := range s.Config.Users {
		add(name, uidOf(name, accounts), home)
	}
	if home := s.Config.Home; home != "" {
		add(filepath.Base(home), os.Getuid(), home)
	}
	return users
}

// uidOf returns the number of a user, or 65534, the overflow user ID.
func uidOf(name string, accounts []passwd.Account) int {
	for _, a := range accounts {
		if a.Name == name {
			return a.UID
		}
	}
	return 65534
}

// OwnerOf returns what is known of a path.
func (s *Session) OwnerOf(path string) owner.Owner { return s.OwnerTable().Of(path) }

// ProgramOf returns the name of the program that a path belongs to, or "". One program has one name.
func (s *Session) ProgramOf(path string) string {
	table := s.OwnerTable()
	name := table.Of(path).Program
	if p, ok := table.ProgramNamed(name); ok {
		return p.Name
	}
	return name
}

// declaresNothing is the error of a unit to which nothing belongs, because it is masked or refused,
// or because its file could not be read.
func (s *Session) declaresNothing(d *owner.Declaration) error {
	for _, p := range s.unreadOf(d) {
		return errors.New(report.UnreadText(p))
	}
	return fmt.Errorf("the service unit %q is %s: it declares nothing", d.Name, d.State)
}

// OwnerFilter is a filter of list: the unit and the kinds of data that a candidate must have. The
// zero value accepts all.
type OwnerFilter struct {
	Unit  string // the name of a unit as [owner.Table.Unit] accepts it, or ""
	Kinds []owner.Kind
}

// Of returns a function that reports whether a candidate passes the filter; nil if all pass. It
// fails if there is no unit of that name, or if the unit declares nothing.
func (f OwnerFilter) Of(s *Session) (func(*scan.Entry) bool, error) {
	if f.Unit == "" && len(f.Kinds) == 0 {
		return nil, nil
	}
	name := ""
	if f.Unit != "" {
		unit, err := s.Unit(f.Unit)
		if err != nil {
			return nil, err
		}
		if unit.State != owner.StateLoaded {
			return nil, s.declaresNothing(&unit)
		}
		name = unit.Name
	}
	table := s.OwnerTable()
	return func(e *scan.Entry) bool {
		o := table.Of(string(e.Path))
		if len(f.Kinds) > 0 && !slices.Contains(f.Kinds, o.Kind) {
			return false
		}
		return name == "" || o.Unit == name || slices.Contains(o.Units, name)
	}, nil
}
