package watch_test

import (
	"testing"

	"github.com/DaRacci/list-ephemeral/watch"
)

func TestProgramsHaveNamesForPeople(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ exe, comm, want string }{
		{"/usr/bin/firefox", "MainThread", "firefox"},
		{"/nix/store/x-firefox/bin/.firefox-wrapped", ".firefox-wrappe", "firefox"},
		{"/usr/bin/python3.11", "borg", "borg"},
		{"/bin/sh", "backup.sh", "backup.sh"},
		{"/usr/bin/gone (deleted)", "gone", "gone"},
		{"", "comm", "comm"},
		{"/usr/bin/python3", "", "python3"},
		{"", "", ""},
	} {
		p := watch.Process{Exe: test.exe, Comm: test.comm}
		if got := p.Name(); got != test.want {
			t.Errorf("%q, %q: got %q, want %q", test.exe, test.comm, got, test.want)
		}
	}
}

func TestUnitIsTheInnermostServiceOrScope(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"a service", "0::/system.slice/nginx.service\n", "nginx.service"},
		{"a group of the service's own", "0::/system.slice/redis.service/worker\n", "redis.service"},
		{"a program of a session", "0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-firefox-12.scope\n", "app-firefox-12.scope"},
		{"version 1", "5:cpu:/\n1:name=systemd:/system.slice/cron.service\n0::/\n", "cron.service"},
		{"no unit", "0::/\n", ""},
		{"a container", "0::/docker/0123\n", ""},
		{"nothing", "", ""},
	} {
		if got := watch.UnitOfCgroup(test.text); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

func TestOperationsAreNamed(t *testing.T) {
	t.Parallel()
	for op := range watch.Op(8) {
		if got := watch.ParseOp(op.Names()); got != op {
			t.Errorf("%v is read as %v", op, got)
		}
	}
	if got := (watch.Create | watch.Write).String(); got != "created,written" {
		t.Error(got)
	}
	if got := watch.Op(0).String(); got != "unknown" {
		t.Error(got)
	}
	if got := watch.How(0).String() + watch.ByFile.String() + watch.How(99).String(); got != "unknownby fileunknown" {
		t.Error(got)
	}
}
