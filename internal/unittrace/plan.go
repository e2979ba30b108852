package unittrace

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/unitfile"
)

// Errors of services that cannot be traced.
var (
	ErrNoService  = errors.New("not a service that systemd has loaded")
	ErrNoCommand  = errors.New("the service has no ExecStart=")
	ErrOwnRoot    = errors.New("the service has its own root directory, in which this program is not")
	ErrManyInLine = errors.New("one line of ExecStart= has several commands")
	ErrShell      = errors.New("ExecStart= uses the shell of the user (|)")
)

// Plan is how a service is started under a trace.
type Plan struct {
	Name string
	// Running says that the service runs, and is started again afterwards.
	Running bool
	// DropIn is the text of the drop-in.
	DropIn string
	// Notes say what is not as without the trace.
	Notes []string
}

// Program is the program that traces, and the socket on which it reports.
type Program struct{ Path, Socket string }

// newPlan plans to trace a service from its facts and its unit files.
func newPlan(f facts, files []unitfile.Setting, p Program) (*Plan, error) {
	plan := &Plan{Name: f["Id"], Running: f.running()}
	unit := &unitfile.Unit{Settings: files}
	switch {
	case f["LoadState"] != "loaded" || !strings.HasSuffix(plan.Name, ".service"):
		return nil, fmt.Errorf("%s: %w", plan.Name, ErrNoService)
	case f["RootDirectory"] != "" || f["RootImage"] != "":
		return nil, fmt.Errorf("%s: %w", plan.Name, ErrOwnRoot)
	}
	var text strings.Builder
	fmt.Fprintf(&text, "# Made by list-ephemeral trace --unit %s (process %d), which starts the service under a\n"+
		"# trace and removes this file at its end. If that process is gone, the next run of\n"+
		"# list-ephemeral trace --unit removes it, or do: rm THIS-FILE; systemctl daemon-reload;\n"+
		"# systemctl try-restart %s\n[Service]\n", plan.Name, os.Getpid(), plan.Name)
	commands := 0
	for _, key := range []string{"ExecStartPre", "ExecStart"} {
		lines := slices.Collect(unit.All("Service", key))
		if len(lines) == 0 {
			continue
		}
		fmt.Fprintf(&text, "%s=\n", key)
		for _, line := range lines {
			value, err := plan.command(line.Value, f, p)
			if err != nil {
				return nil, fmt.Errorf("%s:%d: %w", line.File, line.Line, err)
			}
			fmt.Fprintf(&text, "%s=%s\n", key, value)
		}
		if key == "ExecStart" {
			commands = len(lines)
		}
	}
	if commands == 0 {
		return nil, fmt.Errorf("%s: %w", plan.Name, ErrNoCommand)
	}
	plan.adapt(&text, f, unit, p)
	plan.DropIn = text.String()
	return plan, nil
}

// command puts the tracing program in front of a command line, whose text stays as it is.
func (plan *Plan) command(line string, f facts, p Program) (string, error) {
	rest := strings.TrimLeft(line, "@-:+!|")
	flags := line[:len(line)-len(rest)]
	if strings.Contains(flags, "|") {
		return "", ErrShell
	}
	words, err := unitfile.Words(rest, unitfile.Relaxed)
	if err != nil {
		return "", err
	}
	if slices.Contains(words, ";") {
		return "", ErrManyInLine
	}
	rest = strings.TrimSpace(rest)
	if strings.Contains(flags, "@") {
		// The second word is the name that the program sees as its own.
		program, args, _ := strings.Cut(rest, " ")
		_, args, _ = strings.Cut(strings.TrimLeft(args, " "), " ")
		rest, flags = program+" "+args, strings.ReplaceAll(flags, "@", "")
		plan.note("the program sees its path as its name (@ in ExecStart=)")
	}
	options := []string{HiddenCommand, "--socket", p.Socket}
	if f["KillMode"] == "control-group" || f["Type"] == "forking" {
		options = append(options, "--group-signal", f["KillSignal"]) // all processes get it from systemd
	}
	if f["Type"] == "forking" {
		options = append(options, "--wait-all")
	}
	return flags + p.Path + " " + strings.Join(options, " ") + " -- " + rest, nil
}

// HiddenCommand is the command of this program that the drop-in runs.
const HiddenCommand = "trace-service"

// note adds a note once.
func (plan *Plan) note(text string) {
	if !slices.Contains(plan.Notes, text) {
		plan.Notes = append(plan.Notes, text)
	}
}

// adapt writes the settings without which the trace does not work.
func (plan *Plan) adapt(text *strings.Builder, f facts, unit *unitfile.Unit, p Program) {
	set := func(line, note string) {
		fmt.Fprintln(text, line)
		if note != "" {
			plan.note(note)
		}
	}
	switch kind := f["Type"]; {
	case kind == "forking":
		set("Type=exec\nPIDFile=\nKillMode=control-group", "systemd does not wait for the service to be ready (Type=forking becomes exec)")
	case strings.HasPrefix(kind, "notify"):
		set("NotifyAccess=all", "")
	}
	if usec := f["WatchdogUSec"]; usec != "" && usec != "0" && usec != "infinity" {
		set("WatchdogSec=0", "the watchdog is off")
	}
	if len(slices.Collect(unit.All("Service", "SystemCallFilter"))) > 0 {
		set("SystemCallFilter=", "SystemCallFilter= is off: it forbids calls of the tracer")
	}
	families := f["RestrictAddressFamilies"]
	switch {
	case strings.HasPrefix(families, "~") && strings.Contains(families, "AF_UNIX"):
		set("RestrictAddressFamilies=", "RestrictAddressFamilies= is off: it forbids the socket of the tracer")
	case families != "" && families != "none" && !strings.HasPrefix(families, "~") && !strings.Contains(families, "AF_UNIX"), families == "none":
		set("RestrictAddressFamilies=AF_UNIX", "AF_UNIX is allowed, for the tracer")
	}
	isRoot := (f["User"] == "" || f["User"] == "root" || f["User"] == "0") && f["DynamicUser"] != "yes"
	if isRoot && !strings.Contains(f["CapabilityBoundingSet"], "cap_sys_ptrace") {
		set("CapabilityBoundingSet=CAP_SYS_PTRACE", "CAP_SYS_PTRACE is allowed, for the tracer")
	}
	if !isRoot {
		plan.note("programs that the service runs gain no privileges (no_new_privs), as it does not run as root")
	}
	if f["NoExecPaths"] != "" {
		set("ExecPaths="+p.Path, "this program may be executed, in spite of NoExecPaths=")
	}
	plan.hidden(text, f, p)
}

// hidden makes the program and the socket visible where the sandbox hides them.
func (plan *Plan) hidden(text *strings.Builder, f facts, p Program) {
	hides := func(value string, dirs ...string) bool {
		return value != "" && value != "no" && slices.ContainsFunc(dirs, func(dir string) bool { return strings.HasPrefix(p.Path, dir) })
	}
	if hides(f["ProtectHome"], "/home/", "/root/", "/run/user/") || hides(f["PrivateTmp"], "/tmp/", "/var/tmp/") {
		fmt.Fprintf(text, "BindReadOnlyPaths=%s\n", p.Path)
	}
}
