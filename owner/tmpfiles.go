package owner

import (
	"path"
	"strconv"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/unitfile"
)

// tmpfilesDirs are the directories of tmpfiles.d(5); the earlier one wins.
var tmpfilesDirs = []string{"/etc/tmpfiles.d", "/run/tmpfiles.d", "/usr/local/lib/tmpfiles.d", "/usr/lib/tmpfiles.d", "/lib/tmpfiles.d"}

// tmpfiles reads the lines of the system, and those of each user.
func (r *reader) tmpfiles() (system []claim, users [][]claim) {
	options := unitfile.TmpfilesOptions{Specifiers: unitfile.System(""), Before254: r.systemd < 254}
	options.Specifiers.MachineID = strings.TrimSpace(r.read("/etc/machine-id"))
	// The boot changes: a path with %b is of this boot only.
	options.Specifiers.BootID = "0"
	lines, problems := unitfile.ReadTmpfiles(r.files, options, tmpfilesDirs...)
	r.unitProblems(problems)
	system = tmpfilesClaims(lines)
	for _, u := range r.users {
		o := options
		b := userBases(u, r.systemd)
		o.Specifiers.Home, o.Specifiers.User, o.Specifiers.UID = u.Home, u.Name, strconv.FormatUint(uint64(u.UID), 10)
		o.Specifiers.State, o.Specifiers.Cache, o.Specifiers.Logs, o.Specifiers.Config, o.Specifiers.Runtime = b.state, b.cache, b.logs, b.config, b.runtime
		lines, problems := unitfile.ReadTmpfiles(r.files, o, u.Home+"/.config/user-tmpfiles.d", b.runtime+"/user-tmpfiles.d",
			u.Home+"/.local/share/user-tmpfiles.d", "/usr/share/user-tmpfiles.d")
		r.unitProblems(problems)
		users = append(users, tmpfilesClaims(lines))
	}
	return system, users
}

// tmpfilesClaims returns what lines say of kinds, modes and users. The name of the owner is that of
// the file, and the table looks for its unit.
func tmpfilesClaims(lines []unitfile.TmpfilesLine) []claim {
	var all []claim
	for _, line := range lines {
		kind, ok := tmpfilesKind(line)
		if !ok {
			continue
		}
		c := claim{
			path: line.Path, glob: line.IsGlob(), kind: kind, user: ownerOf(line.User), group: ownerOf(line.Group), name: tmpfilesOwner(line.File),
			from: Evidence{SourceTmpfiles, line.File, line.Line, strings.TrimSpace(string(line.Type) + line.Modifiers + " " + line.Path)},
		}
		if c.name != "" {
			c.typ = TypePackage
		}
		// "~" masks the mode, and "Z" gives files and directories one mode: neither is the mode of the path.
		if mode := strings.TrimPrefix(line.Mode, ":"); mode != "" && mode[0] != '~' && line.Type != 'Z' {
			if text, explicit := modeOf(strings.TrimPrefix(mode, ":")); explicit {
				c.mode = text
			}
		} else if mode == "" && strings.IndexByte("dDvqQe", line.Type) >= 0 {
			c.mode, c.guess = "0755", true
		}
		all = append(all, c)
	}
	return all
}

// tmpfilesKind says what a type of line means. ok is false for lines that do not describe a path:
// x and X only protect it from ageing, and attributes and ACLs are for another source.
func tmpfilesKind(line unitfile.TmpfilesLine) (kind Kind, ok bool) {
	switch line.Type {
	case 'f', 'F':
		if line.Argument != "" {
			return KindRegenerated, true
		}
		return KindUnknown, true // made empty; what is in it later is state
	case 'w', 't', 'T', 'a', 'A', 'h', 'H', 'x', 'X', 'm':
		return KindUnknown, false
	case 'D', 'r', 'R', 'p', 'c', 'b':
		return KindRuntime, true
	case 'L', 'C':
		return KindRegenerated, true
	case 'e':
		if line.Age != "" {
			return KindCache, true
		}
	case 'd', 'v', 'q', 'Q':
		if line.Age != "" && !strings.HasPrefix(line.Path, "/tmp") && !strings.HasPrefix(line.Path, "/var/tmp") {
			return KindCache, true
		}
	}
	return KindUnknown, true
}

// ownerOf returns a user or group of tmpfiles.d without the prefix ":".
func ownerOf(name string) string { return strings.TrimPrefix(name, ":") }

// genericTmpfiles are the files of tmpfiles.d that are not of one program.
var genericTmpfiles = map[string]bool{
	"00-nixos": true, "etc": true, "home": true, "home-directories": true, "journal-nocow": true, "legacy": true, "nix-daemon": true, "portables": true,
	"preservation": true, "provision": true, "static-nodes-permissions": true, "systemd": true, "systemd-nologin": true, "systemd-tmp": true,
	"tmp": true, "var": true, "x11": true, "debian": true, "passwd": true, "static-nodes": true, "systemd-pstore": true,
}

// tmpfilesOwner returns the name of the program or unit that a file is named after, or "".
func tmpfilesOwner(file string) string {
	stem := strings.TrimSuffix(path.Base(file), ".conf")
	if genericTmpfiles[stem] {
		return ""
	}
	if number, rest, ok := strings.Cut(stem, "-"); ok { // "50-x.conf"
		if _, err := strconv.Atoi(number); err == nil {
			return rest
		}
	}
	return stem
}
