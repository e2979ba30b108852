package session

import (
	"os/user"
	"strconv"
	"sync"
)

// Owners returns the names of users and groups by number, from /etc/passwd and /etc/group. It
// looks up each number once. It is safe for concurrent use.
type Owners struct {
	mu            sync.Mutex
	users, groups map[uint32]string
}

// NewOwners returns an empty cache.
func NewOwners() *Owners {
	return &Owners{users: map[uint32]string{}, groups: map[uint32]string{}}
}

// UserAndGroup returns "user group".
func (o *Owners) UserAndGroup(uid, gid uint32) string { return o.User(uid) + " " + o.Group(gid) }

// User returns the name of a user.
func (o *Owners) User(id uint32) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return cached(o.users, id, func(number string) (string, error) {
		u, err := user.LookupId(number)
		if err != nil {
			return "", err
		}
		return u.Username, nil
	})
}

// Group returns the name of a group.
func (o *Owners) Group(id uint32) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return cached(o.groups, id, func(number string) (string, error) {
		g, err := user.LookupGroupId(number)
		if err != nil {
			return "", err
		}
		return g.Name, nil
	})
}

// cached returns the name for a number. If there is no name, it returns the number itself, or
// "root" for 0, which is root even without passwd(5) and group(5).
func cached(names map[uint32]string, id uint32, lookup func(string) (string, error)) string {
	name, ok := names[id]
	if ok {
		return name
	}
	number := strconv.FormatUint(uint64(id), 10)
	name, err := lookup(number)
	switch {
	case err == nil:
	case id == 0:
		name = "root"
	default:
		name = number
	}
	names[id] = name
	return name
}
