// Package leak has tests check that what they call leaves neither descriptors open nor
// goroutines running. Only tests import this package.
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

// patience is how long descriptors and goroutines have to go after a test: a goroutine may
// still be on its way out, and the runtime closes what it polls a little later.
const patience = 5 * time.Second

// Check registers a check for the end of a test: the descriptors and goroutines that are there
// beyond those of now must go. It is not for tests that run in parallel with others, whose
// descriptors they share.
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
		t.Errorf("left behind:\n%s", strings.Join(left, "\n"))
	})
}

// snapshot has how often each descriptor's target and each goroutine's creator is there.
type snapshot map[string]int

// beyond returns what is there more often than in an earlier snapshot.
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

// ofTesting reports whether a goroutine is one of package testing, or of signal.Notify,
// which is started once for the whole process.
func ofTesting(stack string) bool {
	return strings.Contains(stack, "created by testing.") || strings.Contains(stack, "created by os/signal.")
}

// descriptors returns what the open descriptors lead to. Those of the runtime, which opens them
// once and keeps them, are left out.
func descriptors() []string {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return []string{"/proc/self/fd: " + err.Error()}
	}
	var all []string
	for _, e := range entries {
		target, err := os.Readlink(filepath.Join("/proc/self/fd", e.Name()))
		if err != nil || strings.HasSuffix(target, "/fd") && strings.HasPrefix(target, "/proc/") {
			continue // the descriptor by which they are listed
		}
		if target == "anon_inode:[eventpoll]" || target == "anon_inode:[eventfd]" {
			continue
		}
		all = append(all, target)
	}
	return all
}
