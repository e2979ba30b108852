package trace

import (
	"bytes"
	"strconv"
)

var devLinks = map[string]string{"/dev/stdin": "0", "/dev/stdout": "1", "/dev/stderr": "2"}

// magic replaces a magic link of /proc at the start of a path with its target, because the target
// may be different after the run: /proc/self/fd/5, /dev/stdin, /proc/1/cwd/x. A link that is not
// followed is not replaced.
func (v *resolver) magic(tid int, path []byte, follow bool) []byte {
	if len(path) < len("/dev/fd") || path[1] != 'p' && path[1] != 'd' {
		return path
	}
	if fd, ok := devLinks[string(path)]; ok {
		if !follow {
			return path
		}
		return v.linked(tid, path, nil, "fd", fd)
	}
	rest, ok := bytes.CutPrefix(path, []byte("/dev/fd/"))
	if ok {
		return v.magicDescriptor(tid, path, rest, follow)
	}
	rest, ok = bytes.CutPrefix(path, []byte("/proc/"))
	if !ok {
		return path
	}
	whose, rest, _ := bytes.Cut(rest, []byte("/"))
	switch {
	case string(whose) == "self" || string(whose) == "thread-self":
	default:
		n, err := strconv.Atoi(string(whose))
		if err != nil {
			return path
		}
		tid = n
	}
	if _, inner, ok := bytes.Cut(rest, []byte("task/")); ok && bytes.HasPrefix(rest, []byte("task/")) {
		whose, below, _ := bytes.Cut(inner, []byte("/"))
		if n, err := strconv.Atoi(string(whose)); err == nil {
			tid, rest = n, below
		}
	}
	link, below, deeper := bytes.Cut(rest, []byte("/"))
	switch string(link) {
	case "fd":
		return v.magicDescriptor(tid, path, below, follow)
	case "cwd", "root", "exe":
		if !deeper && !follow {
			return path
		}
		return v.linked(tid, path, below, string(link))
	}
	return path
}

// magicDescriptor resolves a path in …/fd/.
func (v *resolver) magicDescriptor(tid int, path, rest []byte, follow bool) []byte {
	fd, below, deeper := bytes.Cut(rest, []byte("/"))
	if len(fd) == 0 || !deeper && !follow {
		return path
	}
	return v.linked(tid, path, below, "fd", string(fd))
}

// linked returns the target of a link, followed by below; nil if the target is not a path.
func (v *resolver) linked(tid int, path, below []byte, link ...string) []byte {
	to, err := v.readlink(tid, link...)
	if err != nil {
		return path
	}
	if len(to) == 0 || to[0] != '/' {
		return nil
	}
	to, _ = bytes.CutSuffix(to, []byte(" (deleted)"))
	whole := append([]byte(nil), to...)
	if len(below) > 0 {
		whole = append(append(whole, '/'), below...)
	}
	return whole
}
