package watch

import (
	"path"
	"strings"
	"time"
)

// Op is a set of operations on a path. The zero value is unknown.
type Op uint8

// The operations. The kernel may report several of them in one event.
const (
	Create Op = 1 << iota // the name was made: open(2) with O_CREAT, mkdir(2), link(2), symlink(2)
	Write                 // the file was closed by a process that had opened it for writing
	Rename                // a file or directory was renamed to the name
)

var opNames = [...]string{"created", "written", "renamed"}

// Names returns the operations as words, in the order of the constants.
func (o Op) Names() []string {
	var names []string
	for i, name := range opNames {
		if o&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

// String returns the operations as words, separated by commas; "unknown" for none.
func (o Op) String() string {
	if o == 0 {
		return "unknown"
	}
	return strings.Join(o.Names(), ",")
}

// ParseOp is the inverse of Names. Unknown words are ignored.
func ParseOp(names []string) (o Op) {
	for _, name := range names {
		for i, known := range opNames {
			if name == known {
				o |= 1 << i
			}
		}
	}
	return o
}

// Event is one operation on one path, or an overflow.
type Event struct {
	// Overflow means that the kernel has dropped events of a group before this one
	// (FAN_Q_OVERFLOW). The other fields except Time are then zero.
	Overflow bool
	// Path is absolute. The file may be gone or have another name by now. It is valid during the call
	// of emit only.
	Path []byte
	// Op has at least one bit set. IsDir is set for a directory.
	Op    Op
	IsDir bool
	// Time is when the event was read, which is usually less than a millisecond after the operation.
	Time time.Time
	By   Process
}

// Process is what was found out about a process. A field is zero if the process had ended before.
type Process struct {
	PID int // in the PID namespace of the caller; 0 for a process outside
	// Exe is the path of the program, as in its own mount namespace; Comm is the name in
	// /proc/PID/comm.
	Exe, Comm string
	// Unit is the systemd unit of its control group: "nginx.service", "app-firefox-123.scope"; ""
	// without systemd.
	Unit string
}

// interpreters are programs that run scripts. The kernel sets comm to the name of the script.
var interpreters = []string{"bash", "dash", "sh", "zsh", "fish", "python", "perl", "ruby", "node", "java", "busybox", "coreutils"}

// Name returns the name of the program for people: that of the executable, without the affixes that
// Nixpkgs adds to wrapped programs, or that of the script that an interpreter runs. It returns "" if
// nothing is known.
func (p *Process) Name() string {
	if p.Exe == "" {
		return p.Comm
	}
	name := strings.TrimSuffix(path.Base(p.Exe), " (deleted)")
	if inner, wrapped := strings.CutPrefix(name, "."); wrapped {
		name = strings.TrimSuffix(inner, "-wrapped")
	}
	for _, known := range interpreters {
		if p.Comm != "" && strings.TrimRight(name, "0123456789.") == known {
			return p.Comm
		}
	}
	return name
}
