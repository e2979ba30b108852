// Package passwd reads the accounts of passwd(5).
package passwd

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Path is the file with the accounts of the machine.
const Path = "/etc/passwd"

// Account is a line of passwd(5).
type Account struct {
	Name string
	UID  int
	// GID is the number of the primary group, as text.
	GID string
	// Home is absolute and clean.
	Home string
	// Shell is the login shell. Empty means /bin/sh.
	Shell string
}

// The user numbers of people on NixOS (users-groups.nix). In systemd too, users below 1000 are
// system users, and most numbers from 60000 on have other uses (systemd's docs/UIDS-GIDS.md).
const (
	firstPerson = 1000
	lastPerson  = 59999
)

// Parse parses the text of passwd(5). Like getpwent(3), it skips lines without the right fields.
func Parse(text string) []Account {
	var all []Account
	for line := range strings.SplitSeq(text, "\n") {
		fields := strings.Split(line, ":")
		if len(fields) != 7 || fields[0] == "" || !filepath.IsAbs(fields[5]) {
			continue
		}
		uid, err := strconv.Atoi(fields[2])
		if err != nil {
			continue
		}
		all = append(all, Account{Name: fields[0], UID: uid, GID: fields[3], Home: filepath.Clean(fields[5]), Shell: fields[6]})
	}
	return all
}

// IsPerson reports whether an account belongs to a person with a home. The build users of Nix have
// numbers of people, but their home is /var/empty.
func (a Account) IsPerson() bool {
	return firstPerson <= a.UID && a.UID <= lastPerson &&
		!slices.Contains([]string{"/", "/var/empty", "/nonexistent", "/dev/null"}, a.Home)
}
