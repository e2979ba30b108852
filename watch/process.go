package watch

import (
	"bytes"
	"errors"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// processAge is how long a process is remembered after it was seen. The kernel gives a PID to
	// another process only after all others (32,768 at least), and a process that is still there is
	// read again each time.
	processAge = time.Minute
	// processes bounds the remembered processes, of some 200 bytes each.
	processes = 4096
)

// lookup finds the processes of events.
type lookup struct {
	known map[int]*remembered
	link  []byte
}

type remembered struct {
	Process
	seen time.Time
}

func newLookup() *lookup {
	return &lookup{known: map[int]*remembered{}, link: make([]byte, unix.PathMax)}
}

// of returns what is known of a process. With a pidfd, the result is certain to be about the process
// of the event: a process whose PID another one has by now does not get a signal through it.
func (l *lookup) of(pid, pidfd int, now time.Time) Process {
	if pid <= 0 {
		return Process{}
	}
	known := l.known[pid]
	if known != nil && now.Sub(known.seen) > processAge {
		known = nil
	}
	n, err := unix.Readlink("/proc/"+strconv.Itoa(pid)+"/exe", l.link)
	exe := l.link[:max(n, 0)]
	if known != nil && (err != nil || known.Exe == string(exe) && known.Comm != "") {
		known.seen = now
		return known.Process // err: it has ended
	}
	p := Process{PID: pid, Exe: string(exe), Comm: commOf(pid), Unit: unitOf(pid)}
	if pidfd >= 0 && errors.Is(unix.PidfdSendSignal(pidfd, 0, nil, 0), unix.ESRCH) || p.Comm == "" {
		if known != nil {
			return known.Process
		}
		return Process{PID: pid}
	}
	l.remember(p, now)
	return p
}

// executed records that a process executes a program. It still has the name of the one before.
func (l *lookup) executed(pid int, program []byte, now time.Time) {
	name := program[bytes.LastIndexByte(program, '/')+1:]
	if pid <= 0 || bytes.HasPrefix(name, []byte("ld-")) || bytes.HasPrefix(name, []byte("ld.so")) {
		return // the dynamic loader, which the kernel executes after the program
	}
	p := Process{PID: pid, Exe: string(program), Unit: unitOf(pid)}
	if known := l.known[pid]; p.Unit == "" && known != nil {
		p.Unit = known.Unit
	}
	l.remember(p, now)
}

func (l *lookup) remember(p Process, now time.Time) {
	if len(l.known) >= processes {
		clear(l.known)
	}
	l.known[p.PID] = &remembered{p, now}
}

// commOf returns the name of a process, proc_pid_comm(5), or "".
func commOf(pid int) string {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/comm")
	if err != nil {
		return ""
	}
	return string(bytes.TrimSuffix(text, []byte("\n")))
}

// unitOf returns the systemd unit of a process, or "".
func unitOf(pid int) string {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cgroup")
	if err != nil {
		return ""
	}
	return UnitOfCgroup(string(text))
}

// UnitOfCgroup returns the innermost service or scope in the text of /proc/PID/cgroup, cgroups(7);
// "" if there is none. On a machine with version 1 of control groups, the hierarchy of systemd
// counts.
func UnitOfCgroup(text string) string {
	for line := range strings.Lines(text) {
		group, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "0::")
		if !ok {
			if _, group, ok = strings.Cut(strings.TrimSuffix(line, "\n"), ":name=systemd:"); !ok {
				continue
			}
		}
		parts := strings.Split(group, "/")
		for i := len(parts) - 1; i >= 0; i-- {
			if strings.HasSuffix(parts[i], ".service") || strings.HasSuffix(parts[i], ".scope") {
				return strings.TrimPrefix(parts[i], "_") // systemd escapes names of the kernel's own files
			}
		}
	}
	return ""
}
