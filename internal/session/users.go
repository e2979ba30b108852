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

// The user numbers of people, as NixOS gives them (users-groups.nix); systemd too
// calls those below 1000 the system's, and from 60000 on has other uses for most
// (systemd's docs/UIDS-GIDS.md).
const (
	firstPerson = 1000
	lastPerson  = 59999
)

// Accounts reads the text of passwd(5). Lines that have not its fields are passed over,
// as getpwent(3) does.
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

// IsPerson reports whether an account is somebody's who may have a home to keep. The
// builders of Nix have numbers of people and an empty home.
func (a account) IsPerson() bool {
	return firstPerson <= a.uid && a.uid <= lastPerson &&
		!slices.Contains([]string{"/", "/var/empty", "/nonexistent", "/dev/null"}, a.Home)
}

// users returns those for whom a snippet may have a users.<name>, the owner of the
// home directory first: those that the configuration names, else the people of this
// machine. Root's home is no user's unless the configuration says so, because what
// lies there is the system's in all dialects.
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

// OwnerOf returns the name of the user whose home is the configured one, or "".
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

// mapsWith returns a map with one more entry, and leaves the given one as it is.
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
