package owner

import (
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// account is a line of passwd(5).
type account struct {
	name string
	uid  uint32
	home string // absolute and clean, or ""
	line int
}

// noLogin is the UID of the user nobody in systemd and Debian, which has no files.
const noLogin = 65534

// parsePasswd reads the text of passwd(5). Lines with another number of fields are skipped.
func parsePasswd(text string) []account {
	var all []account
	number := 0
	for line := range strings.SplitSeq(text, "\n") {
		number++
		fields := strings.Split(line, ":")
		if len(fields) != 7 || fields[0] == "" || strings.HasPrefix(line, "#") {
			continue
		}
		uid, err := strconv.ParseUint(fields[2], 10, 32)
		if err != nil {
			continue
		}
		home := ""
		if path.IsAbs(fields[5]) {
			home = path.Clean(fields[5])
		}
		all = append(all, account{fields[0], uint32(uid), home, number})
	}
	return all
}

// usersOf returns the accounts of people: root, and those with a UID of 1000 or more whose home is
// below /home.
func usersOf(accounts []account) []User {
	var users []User
	for _, a := range accounts {
		person := a.uid >= 1000 && a.uid != noLogin && strings.HasPrefix(a.home, "/home/")
		if a.home != "" && (a.uid == 0 && a.home != "/" || person) {
			users = append(users, User{a.name, a.uid, a.home})
		}
	}
	return users
}

// library is the name of the shared library of systemd's programs, with the version, and the name
// of its package in a Nix store.
var library = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`libsystemd-shared-(\d+)|-systemd-(\d+)`)
})

// systemdVersion returns the version of systemd that is installed, or 254: directories of user
// units have not moved since.
func (r *reader) systemdVersion() int {
	dirs := []string{"/usr/lib/systemd"}
	for _, entry := range r.list("/usr/lib") {
		if strings.Contains(entry.Name, "-linux-") {
			dirs = append(dirs, "/usr/lib/"+entry.Name+"/systemd")
		}
	}
	if target, err := r.files.Readlink("/run/current-system/systemd"); err == nil {
		if version := versionIn(target); version != 0 {
			return version
		}
	}
	for _, dir := range dirs {
		for _, entry := range r.list(dir) {
			if version := versionIn(entry.Name); version != 0 {
				return version
			}
		}
	}
	return 254
}

func versionIn(name string) int {
	m := library().FindStringSubmatch(name)
	if m == nil {
		return 0
	}
	version, err := strconv.Atoi(m[1] + m[2])
	if err != nil {
		return 0
	}
	return version
}
