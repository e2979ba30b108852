package trace

import (
	"bufio"
	"context"
	"errors"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/leak"
)

func TestAttachTracesATreeAndDetaches(t *testing.T) {
	leak.Check(t)
	dir := t.TempDir()
	cmd := exec.Command("sh", "-c", "cd "+dir+"; (while [ ! -e stop ]; do echo child >>child; sleep 0.02; done; echo done by the child) & while [ ! -e stop ]; do cat /etc/hostname >parent; sleep 0.02; done; wait; echo done")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "both run", func() bool { return exists(dir+"/child") && exists(dir+"/parent") })
	ctx, cancel := context.WithCancel(t.Context())
	var r *Report
	done := make(chan error)
	go func() {
		var err error
		r, err = Attach(ctx, cmd.Process.Pid, Options{})
		done <- err
	}()
	sh(t, dir, "while [ $(wc -l <child) -lt 20 ]; do sleep 0.02; done")
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	paths := result{report: r}.paths()
	for name, want := range map[string]Op{dir + "/child": Write, dir + "/parent": Write, "/etc/hostname": Read} {
		if paths[name]&want == 0 {
			t.Errorf("%s: got %v, want %v", name, paths[name], want)
		}
	}
	if !r.Survivors {
		t.Error("Survivors is not set")
	}
	sh(t, dir, "touch stop")
	var text strings.Builder
	for in := bufio.NewScanner(out); in.Scan(); {
		text.WriteString(in.Text() + "\n")
	}
	if err := cmd.Wait(); err != nil || text.String() != "done by the child\ndone\n" {
		t.Errorf("%v, %q", err, text.String())
	}
}

func TestAttachEndsWithTheProcess(t *testing.T) {
	leak.Check(t)
	cmd := exec.Command("sh", "-c", "read x; cat /etc/hostname >/dev/null; exit 3")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r, err := Attach(t.Context(), cmd.Process.Pid, Options{Started: func(int) { in.Close() }})
	if err != nil {
		t.Fatal(err)
	}
	if r.Survivors || (result{report: r}).paths()["/etc/hostname"]&Read == 0 {
		t.Errorf("got Survivors %v, want false", r.Survivors)
	}
	var exit *exec.ExitError
	// The tracer, in the same process, has already reaped its exit status.
	if err := cmd.Wait(); err != nil && !errors.Is(err, unix.ECHILD) && (!errors.As(err, &exit) || exit.ExitCode() != 3) {
		t.Errorf("%v", err)
	}
}

func TestAttachReportsAMissingProcess(t *testing.T) {
	leak.Check(t)
	cmd := exec.Command("true")
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	if _, err := Attach(t.Context(), cmd.Process.Pid, Options{}); !errors.Is(err, unix.ESRCH) {
		t.Errorf("a process that has ended: got %v, want ESRCH", err)
	}
}
