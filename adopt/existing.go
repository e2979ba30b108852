package adopt

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/paths"
)

// This file compares an existing directory in storage with its source. A user who may rename
// entries in it can replace a copy in it, or a directory above the copy. So only users who could do
// the same to the source may have this right.

// ErrReplaceable is the error of a path whose copy another user could replace.
var ErrReplaceable = errors.New("its copy could be replaced")

// gain is a right to replace entries in a directory of storage that its holder does not have in the
// source directory.
type gain struct {
	storage string // the storage path
	source  *pathname
	by      gainer
	id      uint32 // of the user or group
}

// gainer is the kind of holder of a gain.
type gainer uint8

const (
	byOwner gainer = iota + 1
	byGroup
	byEveryone
	byNamedUser  // of an ACL
	byNamedGroup // of an ACL
)

// refuses returns an error if the gain lets another user replace a copy that belongs to owner. A
// group is usually the owner's private group, so it is refused only if the copy belongs to root.
func (g gain) refuses(owner uint32) error {
	var who string
	switch {
	case g.by == byOwner && owner != g.id:
		who = fmt.Sprintf("belongs to user %d, who", g.id)
	case g.by == byGroup && owner == 0:
		who = fmt.Sprintf("is writable by group %d, which", g.id)
	case g.by == byEveryone:
		who = "is writable by everyone, who"
	case g.by == byNamedUser && owner != g.id:
		who = fmt.Sprintf("is writable by user %d according to the ACLs, who", g.id)
	case g.by == byNamedGroup:
		who = fmt.Sprintf("is writable by group %d according to the ACLs, which", g.id)
	default:
		return nil
	}
	source := g.source.String()
	return replaceableError(fmt.Sprintf("%s %s could replace the copy; %s does not allow this", path.Join(g.storage, source), who, sourceName(g.storage, source)))
}

// sourceName returns the name of a source in messages that name the target too. If a path is
// restored in place, both have the same path.
func sourceName(storage, source string) string {
	if storage == "/" {
		return "the earlier state"
	}
	return source
}

type replaceableError string

func (e replaceableError) Error() string { return string(e) }

// Is makes errors.Is report ErrReplaceable.
func (e replaceableError) Is(target error) bool { return target == ErrReplaceable }

// refusedBy returns the first error of refuses for the gains.
func refusedBy(gains []gain, owner uint32) error {
	for _, g := range gains {
		if err := g.refuses(owner); err != nil {
			return err
		}
	}
	return nil
}

// withGains adds gains to those of the directories above. It leaves out gains whose holder already
// has one there.
func withGains(above, gains []gain) []gain {
	for _, g := range gains {
		if !slices.ContainsFunc(above, func(a gain) bool { return a.by == g.by && a.id == g.id }) {
			above = append(slices.Clip(above), g)
		}
	}
	return above
}

// gainsOf compares the users and groups that may replace entries in a directory of storage with
// those of its source. The current user and root are trusted.
func gainsOf(storage string, source *pathname, to, from writers) []gain {
	var gains []gain
	add := func(by gainer, id uint32) { gains = append(gains, gain{storage, source, by, id}) }
	if !isTrusted(to.uid) && !from.user(to.uid) {
		add(byOwner, to.uid)
	}
	if to.groups[to.gid] && to.gid != 0 && !from.group(to.gid) {
		add(byGroup, to.gid)
	}
	if to.others && !from.others {
		add(byEveryone, 0)
	}
	for _, uid := range slices.Sorted(maps.Keys(to.users)) {
		if to.users[uid] && uid != to.uid && !isTrusted(uid) && !from.user(uid) {
			add(byNamedUser, uid)
		}
	}
	for _, gid := range slices.Sorted(maps.Keys(to.groups)) {
		if to.groups[gid] && gid != to.gid && gid != 0 && !from.group(gid) {
			add(byNamedGroup, gid)
		}
	}
	return append(gains, undenied(storage, source, to, from)...)
}

// undenied returns the gains of users and groups that an ACL entry of the source denies writing and
// that have no ACL entry in storage.
func undenied(storage string, source *pathname, to, from writers) []gain {
	var gains []gain
	for _, uid := range slices.Sorted(maps.Keys(from.users)) {
		if _, named := to.users[uid]; !named && !from.user(uid) && uid != to.uid && !isTrusted(uid) && to.unnamed() {
			gains = append(gains, gain{storage, source, byNamedUser, uid})
		}
	}
	for _, gid := range slices.Sorted(maps.Keys(from.groups)) {
		if _, named := to.groups[gid]; !named && from.others && !from.groups[gid] && gid != 0 && to.others {
			gains = append(gains, gain{storage, source, byNamedGroup, gid})
		}
	}
	return gains
}

// isTrusted reports whether a user may replace any copy. Only the current user and root may.
func isTrusted(uid uint32) bool { return uid == 0 || int(uid) == os.Geteuid() }

// existing is the result of comparing a directory in storage with its source.
type existing struct {
	gains   []gain
	differs *Problem // nil if owner and mode are equal
}

// compareExisting compares an open directory of storage with its source.
func compareExisting(root origin, to dir, storage, source string) (existing, error) {
	from, err := root.below(source)
	if err != nil {
		return existing{}, err
	}
	defer from.close()
	return compareOpen(from, to, storage, source)
}

// compareOpen is compareExisting for an open source.
func compareOpen(from, to dir, storage, source string) (existing, error) {
	gains, err := gainsBetween(from, to, storage, absolute(source))
	if err != nil {
		return existing{}, err
	}
	there, err := fstat(to.fd)
	if err != nil {
		return existing{}, err
	}
	st, err := fstat(from.fd)
	if err != nil {
		return existing{}, err
	}
	e := existing{gains: gains}
	if text := func(st *unix.Stat_t) string {
		return fmt.Sprintf("owner %d:%d and mode %04o", st.Uid, st.Gid, st.Mode&permissions)
	}; text(&there) != text(&st) {
		e.differs = &Problem{path.Join(storage, source), fmt.Errorf("has %s, and %s has %s", text(&there), sourceName(storage, source), text(&st))}
	}
	return e, nil
}

// gainsBetween is gainsOf for open directories.
func gainsBetween(from, to dir, storage string, source *pathname) ([]gain, error) {
	there, err := writersIn(to.fd)
	if err != nil {
		return nil, fmt.Errorf("read the ACL of %s: %w", path.Join(storage, source.String()), err)
	}
	here, err := writersIn(from.fd)
	if err != nil {
		return nil, fmt.Errorf("read the ACL of %s: %w", source, err)
	}
	return gainsOf(storage, source, there, here), nil
}

// checkParents compares the existing directories above a unit's target with their sources. It
// refuses the unit if another user could replace its copy.
func (p *Plan) checkParents(root origin, store dir, u *Unit) {
	if u.Action != Copy && u.Action != Merge {
		return
	}
	from, err := root.below(path.Dir(u.Path))
	if err != nil {
		return // Run reports it
	}
	defer from.close()
	st, err := from.stat(path.Base(u.Path))
	if err != nil {
		return
	}
	var gains []gain
	for source := range paths.FromTop(u.Path) {
		e, seen := p.compared[source]
		if !seen {
			to, err := store.below(source)
			if err != nil {
				break
			}
			e, err = compareExisting(root, to, p.Storage, source)
			to.close()
			if err != nil {
				break
			}
			p.compared[source] = e
			if e.differs != nil {
				u.Warnings = append(u.Warnings, *e.differs)
			}
		}
		gains = withGains(gains, e.gains)
	}
	if err := refusedBy(gains, st.Uid); err != nil {
		u.Action, u.Err = Refuse, err
	}
}

// compare adds the gains of a directory in storage to a place. The directory is the place or one
// above it. compare returns how the directory differs from its source.
func (r *run) compare(p *place, to dir, source string) (differs *Problem, err error) {
	e, err := compareExisting(r.sources.root, to, r.path, source)
	p.gains = withGains(p.gains, e.gains)
	return e.differs, err
}
