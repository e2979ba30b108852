package session

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/DaRacci/list-ephemeral/snippet"
)

// account is a line of passwd(5).
type account struct {
	Name, Home, gid, Shell string
	uid                    int
}

// The user numbers of people on NixOS (users-groups.nix). In systemd too, users below 1000 are
// system users, and most numbers from 60000 on have other uses (systemd's docs/UIDS-GIDS.md).
const (
	firstPerson = 1000
	lastPerson  = 59999
)

// Accounts parses the text of passwd(5). Like getpwent(3), it skips lines without the right
// fields.
func Accounts(text string) []account {
	var all []account
	for line := range strings.SplitSeq(text, "\n") {
		fields := strings.Split(line, ":")
		if len(fields) != 7 || fields[0] == "" || !filepath.IsAbs(fields[5]) {
			continue
		}
		uid, err := strconv.Atoi(fields[2])
		if err != nil {
			continue
		}
		all = append(all, account{Name: fields[0], Home: filepath.Clean(fields[5]), gid: fields[3], Shell: fields[6], uid: uid})
	}
	return all
}

// IsPerson reports whether an account belongs to a person with a home. The build users of Nix
// have numbers of people, but /var/empty as home.
func (a account) IsPerson() bool {
	return firstPerson <= a.uid && a.uid <= lastPerson &&
		!slices.Contains([]string{"/", "/var/empty", "/nonexistent", "/dev/null"}, a.Home)
}

// users returns the users for whom a snippet may contain users.<name>: those of the
// configuration, otherwise the people of this machine. The owner of the home directory comes
// first. Root is included only if the configuration names it, because in all dialects root's
// home belongs to the system.
func (s *Session) users() ([]snippet.User, error) {
	text, err := os.ReadFile("/etc/passwd")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("find the users: %w", err)
	}
	known := Accounts(string(text))
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
func (s *Session) ownerOf(homes map[string]string, known []account) string {
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
		if a.uid != 0 && s.resolved(a.Home) == s.resolved(s.Config.Home) {
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
func groupOf(name string, known []account) string {
	for _, a := range known {
		if a.Name == name {
			if g, err := user.LookupGroupId(a.gid); err == nil {
				return g.Name
			}
		}
	}
	return ""
}
