package unittrace_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/unittrace"
)

var tool = unittrace.Program{Path: "/bin/le", Socket: "/run/s"}

const loaded = "Id=x.service\nLoadState=loaded\nActiveState=active\nKillSignal=15\nCapabilityBoundingSet=cap_sys_ptrace\n"

func TestDropInStartsTheCommandUnderTheTrace(t *testing.T) {
	t.Parallel()
	const traced = "/bin/le trace-service --socket /run/s -- "
	tests := []struct {
		name, show, unit string
		want             []string // lines after [Service]
	}{
		{"a command as it is written", "Type=simple\n", "[Service]\nExecStart=/bin/a \"b c\" $X ${Y} %n '\\x20'\n", []string{"ExecStart=", "ExecStart=" + traced + "/bin/a \"b c\" $X ${Y} %n '\\x20'"}},
		{"flags stay in front", "", "[Service]\nExecStart=-+/bin/a\n", []string{"ExecStart=", "ExecStart=-+" + traced + "/bin/a"}},
		{"a name of its own", "", "[Service]\nExecStart=@/bin/a name --flag\n", []string{"ExecStart=", "ExecStart=" + traced + "/bin/a --flag"}},
		{
			"several commands, and those before", "", "[Service]\nExecStartPre=/bin/p\nExecStart=/bin/a\nExecStart=/bin/b\n",
			[]string{"ExecStartPre=", "ExecStartPre=" + traced + "/bin/p", "ExecStart=", "ExecStart=" + traced + "/bin/a", "ExecStart=" + traced + "/bin/b"},
		},
		{"only those after a reset", "", "[Service]\nExecStart=/bin/old\nExecStart=\nExecStart=/bin/new\n", []string{"ExecStart=", "ExecStart=" + traced + "/bin/new"}},
		{"a signal to the group", "KillMode=control-group\n", "[Service]\nExecStart=/bin/a\n", []string{"ExecStart=", "ExecStart=/bin/le trace-service --socket /run/s --group-signal 15 -- /bin/a"}},
		{"notify", "Type=notify-reload\nWatchdogUSec=30s\n", "[Service]\nExecStart=/bin/a\n", []string{"ExecStart=", "ExecStart=" + traced + "/bin/a", "NotifyAccess=all", "WatchdogSec=0"}},
		{
			"forking", "Type=forking\n", "[Service]\nExecStart=/bin/a\n",
			[]string{"ExecStart=", "ExecStart=/bin/le trace-service --socket /run/s --group-signal 15 --wait-all -- /bin/a", "Type=exec", "PIDFile=", "KillMode=control-group"},
		},
		{
			"a sandbox", "User=u\nRestrictAddressFamilies=AF_INET\nNoExecPaths=/\n", "[Service]\nExecStart=/bin/a\nSystemCallFilter=@basic-io\n",
			[]string{"ExecStart=", "ExecStart=" + traced + "/bin/a", "SystemCallFilter=", "RestrictAddressFamilies=AF_UNIX", "ExecPaths=/bin/le"},
		},
		{"families that are forbidden", "RestrictAddressFamilies=~AF_UNIX\n", "[Service]\nExecStart=/bin/a\n", []string{"ExecStart=", "ExecStart=" + traced + "/bin/a", "RestrictAddressFamilies="}},
		{"few capabilities", "CapabilityBoundingSet=cap_kill\n", "[Service]\nExecStart=/bin/a\n", []string{"ExecStart=", "ExecStart=" + traced + "/bin/a", "CapabilityBoundingSet=CAP_SYS_PTRACE"}},
	}
	for _, test := range tests {
		plan, err := unittrace.PlanOf(loaded+test.show, test.unit, tool)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		head, lines, _ := strings.Cut(strings.TrimSpace(plan.DropIn), "\n[Service]\n")
		if diff := cmp.Diff(test.want, strings.Split(lines, "\n")); diff != "" {
			t.Errorf("%s:\n%s", test.name, diff)
		}
		if !strings.Contains(head, "# Made by list-ephemeral trace --unit x.service") || !plan.Running {
			t.Errorf("%s: it does not say what it is: %s", test.name, head)
		}
	}
}

func TestServicesThatCannotBeTraced(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, show, unit string
		want             error
	}{
		{"masked", "Id=x.service\nLoadState=masked\n", "", unittrace.ErrNoService},
		{"not a service", "Id=x.socket\nLoadState=loaded\n", "", unittrace.ErrNoService},
		{"another root", loaded + "RootDirectory=/srv\n", "[Service]\nExecStart=/bin/a\n", unittrace.ErrOwnRoot},
		{"nothing to start", loaded, "[Service]\nExecStop=/bin/a\n", unittrace.ErrNoCommand},
		{"several commands in a line", loaded, "[Service]\nExecStart=/bin/a ; /bin/b\n", unittrace.ErrManyInLine},
		{"a shell", loaded, "[Service]\nExecStart=|/bin/a\n", unittrace.ErrShell},
	} {
		if _, err := unittrace.PlanOf(test.show, test.unit, tool); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v", test.name, err)
		}
	}
}

// FuzzPlan plans from arbitrary unit files. No line of theirs becomes another setting.
func FuzzPlan(f *testing.F) {
	f.Add("[Service]\nExecStart=@-/bin/a b \\\n c\n")
	f.Add("[Service]\nExecStart=:/bin/a \"b;c\" ';'\nExecStartPre=\n")
	f.Fuzz(func(t *testing.T, unit string) {
		plan, err := unittrace.PlanOf(loaded, unit, tool)
		if err != nil {
			return
		}
		_, lines, _ := strings.Cut(plan.DropIn, "[Service]\n")
		for line := range strings.Lines(lines) {
			key, _, ok := strings.Cut(line, "=")
			if !ok || !slices.Contains([]string{"ExecStart", "ExecStartPre", "SystemCallFilter"}, key) {
				t.Errorf("the drop-in has the line %q", line)
			}
		}
	})
}
