package trace

import (
	"encoding/binary"
	"os"
	"slices"
	"strconv"
	"strings"
)

// Which program did what to a path is stored in little memory: programs have numbers, and each
// distinct set of programs with their operations is stored once. A record contains the number of a
// set. Most paths of a run have one of a few sets.

// By is a program with its operations on a path.
type By struct {
	// Program is the path of the executable (proc_pid_exe(5)) or, if that may not be read, the name of
	// the process. For a script, it is the interpreter. It is as in the mount namespace of the process.
	Program string
	Ops     Op
}

// doer is a program, by its number, with its operations.
type doer struct {
	program uint16
	ops     Op
}

// The limits of what is stored. Further programs of a path are omitted.
const (
	mostDoers   = 16 // of one path
	mostSets    = 1<<16 - 1
	mostNumbers = 1<<16 - 1
	mostThreads = 1 << 16
)

// who are the programs of a run and the sets of them. The zero value is ready to use.
type who struct {
	self     string // this program, which the command is until it has been executed
	names    []string
	numbers  map[string]uint16
	threads  map[int]uint16
	sets     [][]doer // by number; the first is empty
	byDoers  map[string]uint16
	followed map[step]uint16
	// results are the sets of a report.
	results map[doneBy][]By
}

// step adds a program with its operations to a set.
type step struct {
	set uint16
	doer
}

// doneBy is a set, limited to operations.
type doneBy struct {
	set uint16
	ops Op
}

// program returns the number of the program that a thread executes, or 0. It is read once for each
// thread, until any thread executes a program: a thread can then have another one, and another ID.
// If an ID is used again by a new thread before that, the thread gets the program of its predecessor.
func (w *who) program(tid int, r *reader) uint16 {
	if number, known := w.threads[tid]; known {
		return number
	}
	if w.threads == nil || len(w.threads) == mostThreads {
		w.threads = make(map[int]uint16)
	}
	if w.self == "" {
		w.self, _ = os.Readlink("/proc/self/exe")
	}
	number := uint16(0)
	if name := r.program(tid); name != w.self {
		number = w.number(strings.TrimSuffix(name, " (deleted)"))
	}
	w.threads[tid] = number
	return number
}

// execute forgets the programs of all threads.
func (w *who) execute() { clear(w.threads) }

// number returns the number of a program, or 0 if it has none.
func (w *who) number(name string) uint16 {
	number, known := w.numbers[name]
	if known || name == "" || len(w.names) >= mostNumbers {
		return number
	}
	if w.numbers == nil {
		w.numbers, w.names = make(map[string]uint16), []string{""}
	}
	number = uint16(len(w.names))
	w.names = append(w.names, name)
	w.numbers[name] = number
	return number
}

// append adds the next number, which may be for a name that has another one already.
func (w *who) append(name string) {
	if w.numbers == nil {
		w.numbers, w.names = make(map[string]uint16), []string{""}
	}
	if len(w.names) < mostNumbers {
		w.numbers[name] = uint16(len(w.names))
		w.names = append(w.names, name)
	}
}

// add returns the number of a set with another program and its operations. It allocates nothing for
// a step that was made before.
func (w *who) add(set, program uint16, ops Op) uint16 {
	ops &^= internal
	if program == 0 || ops == 0 {
		return set
	}
	if w.sets == nil {
		w.sets, w.byDoers, w.followed = [][]doer{nil}, make(map[string]uint16), make(map[step]uint16)
	}
	doers := w.sets[set]
	for _, d := range doers {
		if d.program == program && d.ops&ops == ops {
			return set
		}
	}
	s := step{set, doer{program, ops}}
	next, known := w.followed[s]
	if !known {
		next = w.intern(set, with(doers, s.doer))
		w.followed[s] = next
	}
	return next
}

// with returns a sorted copy of a set with another program.
func with(doers []doer, d doer) []doer {
	at, found := slices.BinarySearchFunc(doers, d, func(a, b doer) int { return int(a.program) - int(b.program) })
	doers = slices.Clone(doers)
	switch {
	case found:
		doers[at].ops |= d.ops
	case len(doers) < mostDoers:
		doers = slices.Insert(doers, at, d)
	}
	return doers
}

// intern returns the number of a set, or another number if there are too many sets.
func (w *who) intern(other uint16, doers []doer) uint16 {
	key := make([]byte, 0, 4*len(doers))
	for _, d := range doers {
		key = binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(key, d.program), uint16(d.ops))
	}
	if number, known := w.byDoers[string(key)]; known {
		return number
	}
	if len(w.sets) > mostSets {
		return other
	}
	number := uint16(len(w.sets))
	w.sets = append(w.sets, doers)
	w.byDoers[string(key)] = number
	return number
}

// union returns the number of the union of two sets.
func (w *who) union(a, b uint16) uint16 {
	if a == 0 || a == b {
		return b
	}
	if b == 0 {
		return a
	}
	for _, d := range w.sets[b] {
		a = w.add(a, d.program, d.ops)
	}
	return a
}

// of returns a set for a path on which operations took effect. Programs whose operations had no effect
// have looked the path up.
func (w *who) of(set uint16, ops Op) []By {
	if set == 0 {
		return nil
	}
	key := doneBy{set, ops}
	list, known := w.results[key]
	if known {
		return list
	}
	for _, d := range w.sets[set] {
		if d.ops &= ops; d.ops == 0 {
			d.ops = ops & Lookup
		}
		if d.ops != 0 {
			list = append(list, By{w.names[d.program], d.ops})
		}
	}
	slices.SortFunc(list, func(a, b By) int { return strings.Compare(a.Program, b.Program) })
	if w.results == nil {
		w.results = make(map[doneBy][]By)
	}
	w.results[key] = list
	return list
}

// UnionOfBy returns the programs of two lists, which are sorted by name. It does not change them.
func UnionOfBy(a, b []By) []By {
	if len(a) == 0 {
		return b
	}
	for _, by := range b {
		at, found := slices.BinarySearchFunc(a, by, func(a, b By) int { return strings.Compare(a.Program, b.Program) })
		switch {
		case found && a[at].Ops|by.Ops == a[at].Ops:
			continue
		case found:
			a = slices.Clone(a)
			a[at].Ops |= by.Ops
		default:
			a = slices.Insert(slices.Clone(a), at, by)
		}
	}
	return a
}

// programs are the names of some programs, without duplicates.
type programs []string

// mostPrograms is how many programs are named. It is enough for a message.
const mostPrograms = 16

func (p *programs) add(name string) {
	if name != "" && len(*p) < mostPrograms && !slices.Contains(*p, name) {
		*p = append(*p, name)
	}
}

// program returns the path of the program that a thread executes, or its name if the path may not be
// read (proc_pid_exe(5), proc_pid_comm(5)).
func (r *reader) program(tid int) string {
	if exe, err := r.readlink(tid, "exe"); err == nil {
		return string(exe)
	}
	name, err := os.ReadFile("/proc/" + strconv.Itoa(tid) + "/comm")
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(string(name), "\n")
}
