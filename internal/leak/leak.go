// Package leak lets tests check that the tested code leaves no descriptors open and no goroutines
// running. Only tests import this package.
package leak

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// patience is the time that descriptors and goroutines have to disappear after a test. A goroutine
// may still be ending, and the runtime closes polled descriptors a little later.
const patience = 5 * time.Second

// Check registers a check for the end of a test: there must be no more descriptors and goroutines
// than now. Do not use it in parallel tests, because they share descriptors with other tests.
func Check(t testing.TB) {
	t.Helper()
	before := take()
	t.Cleanup(func() {
		var left []string
		for deadline := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
			if left = take().beyond(before); len(left) == 0 {
				return
			}
			if time.Now().After(deadline) {
				break
			}
		}
		t.Errorf("leaked:\n%s", strings.Join(left, "\n"))
	})
}

// snapshot counts descriptors by target and goroutines by creator.
type snapshot map[string]int

// beyond returns the entries with a higher count than in an earlier snapshot.
func (s snapshot) beyond(before snapshot) []string {
	var more []string
	for what, n := range s {
		if n > before[what] {
			more = append(more, fmt.Sprintf("%d × %s", n-before[what], what))
		}
	}
	slices.Sort(more)
	return more
}

func take() snapshot {
	s := snapshot{}
	for _, name := range descriptors() {
		s["descriptor of "+name]++
	}
	buf := make([]byte, 1<<20)
	buf = buf[:runtime.Stack(buf, true)]
	for stack := range strings.SplitSeq(string(buf), "\n\n") {
		if at := strings.LastIndex(stack, "created by "); at >= 0 && !ofTesting(stack) {
			creator, _, _ := strings.Cut(stack[at:], " in goroutine ")
			s["goroutine "+creator]++
		}
	}
	return s
}

// ofTesting reports whether a goroutine belongs to package testing or to signal.Notify, which
// starts one for the whole process.
func ofTesting(stack string) bool {
	return strings.Contains(stack, "created by testing.") || strings.Contains(stack, "created by os/signal.")
}

// descriptors returns the targets of the open descriptors, except those that the runtime opens once
// and keeps.
func descriptors() []string {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return []string{"/proc/self/fd: " + err.Error()}
	}
	var all []string
	for _, e := range entries {
		target, err := os.Readlink(filepath.Join("/proc/self/fd", e.Name()))
		if err != nil || strings.HasSuffix(target, "/fd") && strings.HasPrefix(target, "/proc/") {
			continue // the descriptor of /proc/self/fd itself
		}
		if target == "anon_inode:[eventpoll]" || target == "anon_inode:[eventfd]" {
			continue
		}
		all = append(all, target)
	}
	return all
}
