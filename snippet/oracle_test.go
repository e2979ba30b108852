package snippet

import (
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/DaRacci/list-ephemeral/internal/setting"
)

// This file computes what a selection must persist, from the documented rules and independently of
// the program.

// persisted is an entry of a module, as evaluated by Nix. Extra contains the attributes other than
// the path.
type persisted struct {
	Kind, Path string
	Extra      map[string]any
}

// expected returns what a selection persists, sorted.
func expected(items []Item, opts Options) []persisted {
	all := []persisted{}
	for p, isDir := range uncovered(items, opts) {
		item := firstOf(items, p, isDir)
		home, user := homeOf(p, opts)
		if item.Kind != Ordinary || ofStranger(p, home, opts) {
			continue
		}
		if item.Kept != "" || !utf8.ValidString(strings.TrimPrefix(p, home+"/")) || opts.Dialect == setting.DialectImpermanenceHM && home == "" {
			continue
		}
		e := persisted{Kind: "file", Path: p, Extra: map[string]any{}}
		if isDir {
			e.Kind = "directory"
		}
		usual := Access{0o755, "root", "root"}
		if home != "" {
			usual.User, usual.Group = user.Name, user.Group
		}
		switch {
		case opts.Dialect == setting.DialectPlain && home != "":
		case opts.Dialect == setting.DialectPreservation:
			expectPreserved(e, item, usual, home, opts)
		case isDir:
			setAccess(e.Extra, ofHome(item.Access, home), usual)
			if p == "/var/lib/private" {
				e.Extra["mode"] = "0700"
			}
		case path.Dir(p) != home && !ofTheBoot(path.Dir(p), opts):
			set := map[string]any{}
			setAccess(set, ofHome(item.Parent, home), usual)
			if path.Dir(p) == "/var/lib/private" {
				set["mode"] = "0700"
			}
			if len(set) > 0 {
				e.Extra["parentDirectory"] = set
			}
		}
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b persisted) int { return strings.Compare(a.Path, b.Path) })
	return all
}

// ofHome returns the access that may be written for impermanence. In a home that is only the mode,
// because an owner would become the owner of the home itself.
func ofHome(a *Access, home string) *Access {
	if a == nil || home == "" {
		return a
	}
	return &Access{Mode: a.Mode}
}

// ofTheBoot reports whether no entry may change the mode and owner of a directory in hostile
// selections.
func ofTheBoot(dir string, opts Options) bool {
	for _, u := range append(opts.Users, User{Home: opts.Home}) {
		if strings.HasPrefix(path.Clean(u.Home), dir+"/") && !slices.ContainsFunc(append(opts.Users, User{Home: opts.Home}), func(u User) bool { return path.Clean(u.Home) == dir }) {
			return true
		}
	}
	switch dir {
	case "/", "/home", "/etc", "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/boot":
		return true
	}
	return false
}

// ofStranger reports whether a path is in the home of a user for whom the dialect has no list.
func ofStranger(p, home string, opts Options) bool {
	if opts.Dialect != setting.DialectPlain && opts.Dialect != setting.DialectImpermanenceHM {
		return false
	}
	found := ""
	for _, u := range opts.Users {
		if dir := path.Clean(u.Home); u.Name != "root" && strings.HasPrefix(p, dir+"/") && len(dir) > len(home) && len(dir) > len(found) {
			found = dir
		}
	}
	return found != ""
}

// expectPreserved sets the expected attributes of an item with preservation.
func expectPreserved(e persisted, item Item, usual Access, home string, opts Options) {
	ofParent := usual
	if e.Kind == "file" {
		usual.Mode = 0o644
	}
	if a := item.Access; a != nil && writable(a.User) && usual.User != "" && a.User != usual.User {
		usual.Group = "*" // the primary group of the other owner is unknown
	}
	setAccess(e.Extra, item.Access, usual)
	switch e.Path {
	case "/etc/machine-id", "/var/lib/nixos":
		e.Extra["inInitrd"] = true
	case "/etc/ssh/ssh_host_rsa_key.pub":
		e.Extra["how"], e.Extra["configureParent"] = "symlink", true
	case "/var/lib/systemd/random-seed":
		e.Extra["how"], e.Extra["configureParent"], e.Extra["inInitrd"] = "symlink", true, true
	case "/var/lib/private":
		e.Extra["mode"] = "0700"
	}
	set := map[string]any{}
	if home == "" && !ofTheBoot(path.Dir(e.Path), opts) {
		setAccess(set, item.Parent, ofParent)
		if path.Dir(e.Path) == "/var/lib/private" {
			set["mode"] = "0700"
		}
	}
	if len(set) > 0 {
		e.Extra["parent"], e.Extra["configureParent"] = set, true
	}
}

// setAccess sets the parts of mode and owner that differ from the default.
func setAccess(set map[string]any, a *Access, usual Access) {
	if a == nil {
		return
	}
	if mode := octalOf(*a); mode != octalOf(usual) {
		set["mode"] = mode
	}
	if writable(a.User) && usual.User != "" && a.User != usual.User {
		set["user"] = a.User
	}
	stranger := set["user"] != nil && usual.Group == ""
	if writable(a.Group) && (stranger || usual.Group != "" && a.Group != usual.Group) {
		set["group"] = a.Group
	}
}

func writable(name string) bool { return name != "" && utf8.ValidString(name) }

// firstOf returns the item for a path that sorts first. In hostile selections, items with the same
// path differ only in fields that compare uses.
func firstOf(items []Item, p string, isDir bool) Item {
	var of []Item
	for _, item := range items {
		if path.Clean(item.Path) == p && item.Dir == isDir {
			item.Path = p
			of = append(of, item)
		}
	}
	return slices.MinFunc(of, func(a, b Item) int { return a.compare(&b) })
}

// homeOf returns the innermost home that contains a path, of the homes that the dialect supports.
func homeOf(p string, opts Options) (home string, user User) {
	users := opts.Users
	if opts.Dialect == setting.DialectPlain || opts.Dialect == setting.DialectImpermanenceHM {
		users = nil
		for _, u := range opts.Users {
			if path.Clean(u.Home) == path.Clean(opts.Home) {
				users = []User{u}
				break
			}
		}
		if users == nil {
			users = []User{{Name: "", Home: opts.Home}}
		}
	} else {
		users = slices.DeleteFunc(slices.Clone(users), func(u User) bool { return u.Name == "" })
	}
	for _, u := range users {
		dir := path.Clean(u.Home)
		if strings.HasPrefix(dir, "/") && dir != "/" && strings.HasPrefix(p, dir+"/") && len(dir) > len(home) {
			home, user = dir, u
		}
	}
	return home, user
}

// uncovered returns the paths of a selection that are not covered, and whether each is a directory.
// It includes paths with names that cannot be written.
func uncovered(items []Item, opts Options) map[string]bool {
	all := map[string]bool{}
	for _, item := range items {
		if strings.HasPrefix(item.Path, "/") && !strings.Contains(item.Path, "\x00") {
			p := path.Clean(item.Path)
			all[p] = all[p] || item.Dir
		}
	}
	delete(all, "/")
	delete(all, path.Clean(opts.Home))
	for _, u := range opts.Users {
		delete(all, path.Clean(u.Home))
	}
	for p := range all {
		if strings.HasPrefix(p+"/", "/nix/") || strings.HasPrefix(p+"/", "/run/") || slices.Contains(refusedInTests, p) {
			delete(all, p)
		}
		for _, u := range append(opts.Users, User{Home: opts.Home}) {
			if strings.HasPrefix(path.Clean(u.Home), p+"/") {
				delete(all, p)
			}
		}
	}
	if opts.Storage == "" || opts.Storage == DefaultStorage {
		delete(all, DefaultStorage)
	}
	kept := map[string]bool{}
	for p, isDir := range all {
		covered := false
		for up := path.Dir(p); up != "/"; up = path.Dir(up) {
			covered = covered || all[up]
		}
		if !covered {
			kept[p] = isDir
		}
	}
	return kept
}

// refusedInTests are the documented refused directories that occur in hostile selections.
var refusedInTests = []string{"/home", "/etc", "/usr"}

// octalOf converts the modes that occur in hostile selections.
func octalOf(a Access) string {
	bits := uint32(a.Mode & 0o777)
	switch a.Mode &^ 0o777 {
	case 0:
	case fs.ModeSticky:
		bits += 0o1000
	case fs.ModeSetgid:
		bits += 0o2000
	default:
		panic(a.Mode.String())
	}
	text := []byte("0000")
	for i := range text {
		text[i] += byte(bits >> (9 - 3*i) & 7)
	}
	return string(text)
}
