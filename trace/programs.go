package trace

import (
	"os"
	"slices"
	"strconv"
	"strings"
)

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
