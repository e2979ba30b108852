package session

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/boot/generation"
	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/scan"
)

// generations are the built NixOS systems of this machine. One that does not exist is nil, and so is one
// that cannot be read; unread says why for the last of those.
type generations struct {
	booted, current, next *generation.Generation
	unread                error
}

// The links to the generations, bootspec and nixos-rebuild(8). What boots next is usually the
// default profile; a boot loader entry can be set to another one.
const (
	bootedSystem  = "/run/booted-system"
	currentSystem = "/run/current-system"
	nextSystem    = "/nix/var/nix/profiles/system"
)

// readGenerations reads the generations, each system once.
func (s *Session) readGenerations() generations {
	opts := generation.Options{Root: s.options.System, Wiped: s.wipedEntry, Unlisted: s.isUnlistedDataset, Homes: s.Config.Users, Stop: s.stops}
	read := map[string]*generation.Generation{}
	var unread error
	one := func(link string) *generation.Generation {
		target, err := os.Readlink(filepath.Join(s.options.System, link))
		if err != nil {
			return nil
		}
		if read[target] == nil {
			if read[target], err = generation.Read(link, opts); err != nil {
				unread = err
			}
		}
		return read[target]
	}
	found := generations{booted: one(bootedSystem), current: one(currentSystem), next: one(nextSystem)}
	found.unread = unread
	return found
}

// wipedEntry reports whether a boot wipes a file system that a generation mounts: as what is
// mounted there now, and "/" if nothing else is known.
func (s *Session) wipedEntry(e generation.Entry) bool {
	tree := s.fates.At(e.Path)
	if e.Path == "/" {
		return tree.Fate != boot.Kept
	}
	return tree.Point == e.Path && tree.Fate == boot.Wiped
}

// isUnlistedDataset reports whether a path is on a ZFS dataset that does not look wiped. Datasets need
// no line in fstab.
func (s *Session) isUnlistedDataset(path string) bool {
	mount := s.Mounts.At(path)
	return mount.FSType == "zfs" && mount.Point != "/" && s.fates.At(path).Fate != boot.Wiped
}

// Generations returns what the built systems of this machine declare.
func (s *Session) Generations() (booted, current, next *generation.Generation) {
	return s.generations.booted, s.generations.current, s.generations.next
}

// setPersisted divides what the configuration declares into what the running machine keeps, and
// what it does not: a path that is neither mounted nor in storage is lost, or hidden by an empty
// mount at the next boot.
func (s *Session) setPersisted(rules *scan.Rules) {
	s.declared = map[string]report.Declaration{}
	s.declareConfigured(rules)
	s.declareBuilt()
	rules.Declared = slices.Sorted(maps.Keys(s.declared))
}

// declareConfigured does that for the configuration.
func (s *Session) declareConfigured(rules *scan.Rules) {
	for _, kept := range slices.Concat(s.Config.PersistedDirs, s.Config.PersistedFiles) {
		for path := range s.bothPaths(kept.Text) {
			if s.isKept(path) {
				rules.Persisted = append(rules.Persisted, scan.Persisted{Path: path, Source: kept.Origin.String(), Key: kept.Origin.Key})
				continue
			}
			d := report.Declaration{Path: path, Source: kept.Origin.String()}
			if len(s.storage) > 0 {
				d.Storage = filepath.Join(s.storage[0], path)
			}
			s.declared[path] = d
		}
	}
}

// declareBuilt adds what the systems that are active and boot next declare.
func (s *Session) declareBuilt() {
	for _, g := range []*generation.Generation{s.generations.next, s.generations.current} {
		if g == nil {
			continue
		}
		for i := range g.Entries {
			e := &g.Entries[i]
			if e.Storage == "" || e.Verdict != generation.Kept || s.isMounted(e.Path) || s.isLinkTo(e.Path, e.Storage) || s.dropped(e.Path) {
				continue
			}
			s.declared[e.Path] = report.Declaration{
				Path: e.Path, Source: report.SourceText(e.Source), Storage: e.Storage, InStorage: e.Presence != generation.Absent,
			}
		}
	}
}

// dropped reports whether the system that boots next does not keep a path, so what the active one
// declares has no effect any more.
func (s *Session) dropped(path string) bool {
	if s.generations.next == nil {
		return false
	}
	_, kept := s.generations.next.Keeps(path)
	return !kept
}

// isKept reports whether a declared path is mounted, or in a storage path.
func (s *Session) isKept(path string) bool {
	if s.isMounted(path) {
		return true
	}
	for _, dir := range s.storage {
		if s.inStorage(dir, path) {
			return true
		}
	}
	return false
}

// isMounted reports whether a path is on a mount that is not a root.
func (s *Session) isMounted(path string) bool {
	point := s.Mounts.At(path).Point
	return point != "/" && !slices.ContainsFunc(s.fates.Roots(), func(root boot.Tree) bool { return root.Point == point })
}

// isLinkTo reports whether a path is a symlink to storage.
func (s *Session) isLinkTo(path, storage string) bool {
	target, err := os.Readlink(path)
	return err == nil && target == storage
}

// inStorage reports whether a storage path has something for a path: at the same path below it, or
// relative to the home if the storage path ends in that.
func (s *Session) inStorage(dir, path string) bool {
	if !s.Mounts.At(dir).Answers() {
		return true // on a mount that may not answer, the configuration is believed
	}
	if exists(filepath.Join(dir, path)) {
		return true
	}
	below, inHome := paths.Rel(path, s.Config.Home)
	return inHome && below != "." && strings.HasSuffix(dir, s.Config.Home) && exists(filepath.Join(dir, below))
}

// Declared returns the declaration of a path, or of the nearest one above it, which the running
// machine does not carry out.
func (s *Session) Declared(path string) (report.Declaration, bool) {
	if len(s.declared) == 0 {
		return report.Declaration{}, false
	}
	for {
		if d, ok := s.declared[path]; ok {
			return d, true
		}
		if path == "/" {
			return report.Declaration{}, false
		}
		path = filepath.Dir(path)
	}
}

// declaredStorage returns the directories from which the built systems keep data at the same path
// below them, without those that are known.
func (s *Session) declaredStorage(known []string) (more []string) {
	for _, g := range []*generation.Generation{s.generations.current, s.generations.next} {
		if g == nil {
			continue
		}
		for i := range g.Entries {
			e := &g.Entries[i]
			dir, same := strings.CutSuffix(e.Storage, e.Path)
			if e.Verdict != generation.Kept || !same || dir == "" || slices.Contains(known, dir) || slices.Contains(more, dir) {
				continue
			}
			more = append(more, dir)
		}
	}
	return more
}
