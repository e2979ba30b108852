package unittrace

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/unitfile"
	"github.com/DaRacci/list-ephemeral/trace"
)

// Errors of Run.
var (
	ErrNotRoot   = errors.New("trace --unit requires root")
	ErrNoSystemd = errors.New("systemd does not run this machine")
	ErrBusy      = errors.New("another list-ephemeral traces this service")
	// ErrNoReport means that the service has sent no report.
	ErrNoReport = errors.New("the service has sent no trace")
)

// Options are the options of Run.
type Options struct {
	Name string
	// Progress is called with what happens, as a sentence.
	Progress func(text string)
	// Program is the path of this program; "" is that of this process.
	Program string
}

const (
	pollEvery = 100 * time.Millisecond
	// reportWait is how long reports are waited for after the service was stopped. They are made when
	// the command has ended, and all paths are read once.
	reportWait = 30 * time.Second
	// startWait is how long a first connection is waited for then.
	startWait = time.Second
)

// Run restarts a service under a trace until the context is done or the service has ended, puts
// everything back, and returns the reports of its commands, in the order in which they ended. Also
// after an error, the drop-in is removed.
func Run(ctx context.Context, o Options) (reports []*trace.Report, plan *Plan, failed error) {
	if os.Geteuid() != 0 {
		return nil, nil, ErrNotRoot
	}
	if _, err := os.Stat("/run/systemd/system"); err != nil {
		return nil, nil, ErrNoSystemd
	}
	plan, held, err := prepare(ctx, o)
	if err != nil {
		return nil, nil, err
	}
	defer unlock(held)
	receiver, err := listen(plan.Name)
	if err != nil {
		return nil, plan, err
	}
	defer func() { _ = os.Remove(socketOf(plan.Name)) }()
	back := context.WithoutCancel(ctx)
	err = writeDropIn(back, plan)
	if err == nil {
		o.Progress("restarting " + plan.Name + " under the trace; Ctrl-C ends it and restarts the service without")
		_, err = systemctl(ctx, "restart", "--", plan.Name)
	}
	if err == nil {
		err = wait(ctx, plan.Name, receiver)
	}
	if ctx.Err() != nil {
		err = nil // the end of the trace
	}
	o.Progress("stopping the trace of " + plan.Name)
	err = errors.Join(err, putBack(back, plan))
	reports, failures := receiver.collect(reportWait)
	if len(reports) == 0 && err == nil {
		err = errors.Join(append([]error{ErrNoReport}, failures...)...)
	}
	return reports, plan, err
}

// prepare locks the service and plans its trace.
func prepare(ctx context.Context, o Options) (*Plan, *os.File, error) {
	f, err := show(ctx, serviceName(o.Name))
	if err != nil {
		return nil, nil, err
	}
	if f["LoadState"] != "loaded" {
		return nil, nil, fmt.Errorf("%s: %w (%s)", o.Name, ErrNoService, f["LoadState"])
	}
	held, err := lock(f["Id"])
	if err != nil {
		return nil, nil, err
	}
	if held == nil {
		return nil, nil, fmt.Errorf("%s: %w", o.Name, ErrBusy)
	}
	plan, err := planOf(f, o.Program)
	if err != nil {
		unlock(held)
		return nil, nil, err
	}
	return plan, held, nil
}

func planOf(f facts, program string) (*Plan, error) {
	if program == "" {
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		program = self
	}
	if strings.ContainsAny(program, " \t\n\"'\\%$") {
		return nil, fmt.Errorf("%s: its path cannot be written into a unit file", program)
	}
	var settings []unitfile.Setting
	for _, file := range append([]string{f["FragmentPath"]}, strings.Fields(f["DropInPaths"])...) {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read the unit: %w", err)
		}
		read, _ := unitfile.Parse(string(text), file) // systemd has loaded it
		settings = append(settings, read...)
	}
	return newPlan(f, settings, Program{Path: program, Socket: socketOf(f["Id"])})
}

// serviceName adds ".service" to a name without a suffix.
func serviceName(name string) string {
	if strings.Contains(name, ".") && unitfile.ValidName(name) {
		return name
	}
	return name + ".service"
}

// wait returns when the context is done, or when the service has ended.
func wait(ctx context.Context, name string, r *receiver) error {
	const every = 10 // polls
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if n%every != 0 || !r.idle() {
			continue
		}
		f, err := show(ctx, name)
		if err != nil || f.ended() {
			return err
		}
	}
}

// putBack removes the drop-in and starts the service without the trace, or stops it if it did not run.
func putBack(ctx context.Context, plan *Plan) error {
	err := removeDropIn(ctx, plan.Name)
	verb := "stop"
	if plan.Running {
		verb = "restart"
	}
	_, restartErr := systemctl(ctx, verb, "--", plan.Name)
	return errors.Join(err, restartErr)
}
