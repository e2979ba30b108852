package session

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"slices"

	"github.com/DaRacci/list-ephemeral/internal/passwd"
	"github.com/DaRacci/list-ephemeral/snippet"
)

// users returns the users for whom a snippet may contain users.<name>: those of the
// configuration, otherwise the people of this machine. The owner of the home directory comes
// first. Root is included only if the configuration names it, because in all dialects root's
// home belongs to the system.
func (s *Session) users() ([]snippet.User, error) {
	text, err := os.ReadFile(passwd.Path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("find the users: %w", err)
	}
	known := passwd.Parse(string(text))
	homes := s.Config.Users
	if len(homes) == 0 {
		homes = map[string]string{}
		for _, a := range known {
			if a.IsPerson() {
				homes[a.Name] = a.Home
			}
		}
	}
	owner := s.ownerOf(homes, known)
	if owner != "" {
		homes = mapsWith(homes, owner, s.Config.Home)
	}
	var all []snippet.User
	for name, home := range homes {
		all = append(all, snippet.User{Name: name, Home: s.resolved(home), Group: groupOf(name, known)})
	}
	slices.SortFunc(all, func(a, b snippet.User) int {
		if (a.Name == owner) != (b.Name == owner) {
			if a.Name == owner {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.Name, b.Name)
	})
	return all, nil
}

// ownerOf returns the name of the user whose home is the configured one, or "".
func (s *Session) ownerOf(homes map[string]string, known []passwd.Account) string {
	if s.Config.Snippet.User != "" {
		return s.Config.Snippet.User
	}
	named := ""
	for name, home := range homes {
		if s.resolved(home) == s.resolved(s.Config.Home) && (named == "" || name < named) {
			named = name
		}
	}
	if named != "" {
		return named
	}
	for _, a := range known {
		if a.UID != 0 && s.resolved(a.Home) == s.resolved(s.Config.Home) {
			return a.Name
		}
	}
	return ""
}

// mapsWith returns a copy of a map with one more entry.
func mapsWith(m map[string]string, key, value string) map[string]string {
	more := map[string]string{key: value}
	for k, v := range m {
		if _, there := more[k]; !there {
			more[k] = v
		}
	}
	return more
}

// groupOf returns the name of a user's primary group, or "".
func groupOf(name string, known []passwd.Account) string {
	for _, a := range known {
		if a.Name == name {
			if g, err := user.LookupGroupId(a.GID); err == nil {
				return g.Name
			}
		}
	}
	return ""
}
