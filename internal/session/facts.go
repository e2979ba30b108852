package session

import (
	"bytes"
	"cmp"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/internal/known"
)

// classes reads what the classes of data depend on.
func (s *Session) classes() *known.Classes { return s.classesOf(s.known) }

// ClassesOf returns the classes of data for further home directories.
func (s *Session) ClassesOf(homes ...string) *known.Classes {
	isHome := func(dir string) bool { rel, ok := s.known.Within(dir); return ok && rel == "." }
	if s.ScanRules.Classes != nil && !slices.ContainsFunc(homes, func(dir string) bool { return !isHome(dir) }) {
		return s.ScanRules.Classes()
	}
	return s.classesOf(known.HomesOf(append(s.Homes(), homes...)...))
}

func (s *Session) classesOf(homes known.Homes) *known.Classes {
	return known.NewClasses(homes, s.machineFacts(cmp.Or(s.options.System, "/")), known.ClassOptions{})
}

// machineFacts reads the facts about the system below a directory, "/" except in tests. What
// cannot be read is not a fact, so it hides nothing.
func (s *Session) machineFacts(top string) known.Machine {
	at := func(names ...string) string { return filepath.Join(append([]string{top}, names...)...) }
	system := at("run/current-system")
	m := known.Machine{Units: unitNames(at("etc/systemd/system"), at("usr/lib/systemd/system"))}
	add := func(holds bool, fact known.Fact) {
		if holds {
			m.Facts = append(m.Facts, fact)
		}
	}
	nixos := exists(at("etc/NIXOS")) || exists(system)
	add(nixos, known.FactNixOS)
	add(!nixos, known.FactOtherSystem)
	module := false
	for _, name := range m.Units {
		module = module || strings.HasPrefix(name, "home-manager-") && strings.HasSuffix(name, ".service")
	}
	add(nixos && module, known.FactHomeManagerModule)
	add(!module && s.hasHomeManager(at), known.FactHomeManagerAlone)
	if nixos {
		for _, fact := range userFacts(top, system) {
			add(true, fact)
		}
	}
	if etc := s.Mounts.At("/etc"); etc.Point == "/etc" && etc.FSType == "overlay" {
		add(strings.HasSuffix(boot.ParseOverlay(etc.SuperOptions).Upper, "/.rw-etc/upper"), known.FactEtcOverlay)
	}
	if clean, err := os.ReadFile(at("etc/.clean")); err == nil {
		m.Copied = strings.Split(strings.TrimSuffix(string(clean), "\n"), "\n")
	}
	return m
}

// hasHomeManager reports whether a user has a profile of Home Manager. Homes on mounts that may not
// respond are not read.
func (s *Session) hasHomeManager(at func(...string) string) bool {
	for _, home := range s.Homes() {
		home = s.resolved(home)
		if s.Mounts.At(home).Answers() && exists(at(home, ".local/state/nix/profiles/home-manager")) {
			return true
		}
	}
	profiles, _ := filepath.Glob(at("nix/var/nix/profiles/per-user/*/home-manager"))
	return len(profiles) > 0
}

// usersJSON finds the accounts that the activation script of NixOS declares.
var usersJSON = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`/nix/store/[0-9a-z]+-users-groups\.json`)
})

// userFacts returns how a boot of a built NixOS system writes the accounts.
func userFacts(top, system string) (facts []known.Fact) {
	script, _ := os.ReadFile(filepath.Join(system, "activate"))
	byScript := bytes.Contains(script, []byte("update-users-groups.pl"))
	switch {
	case byScript:
		facts = append(facts, known.FactUsersByScript)
	case exists(filepath.Join(system, "etc/systemd/system/systemd-sysusers.service")):
		facts = append(facts, known.FactUsersBySysusers)
	}
	if name := usersJSON().Find(script); name != nil {
		accounts, _ := os.ReadFile(filepath.Join(top, string(name)))
		if bytes.Contains(accounts, []byte(`"mutableUsers":false`)) {
			facts = append(facts, known.FactImmutableUsers)
		}
	}
	return facts
}

// unitNames returns the names of the systemd units in directories.
func unitNames(dirs ...string) (names []string) {
	for _, dir := range dirs {
		entries, _ := os.ReadDir(dir)
		for _, e := range entries {
			names = append(names, e.Name())
		}
	}
	return names
}

// exists reports whether a path exists, without following a symlink at its end.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
