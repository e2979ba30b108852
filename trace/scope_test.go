package trace

import (
	"errors"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// TestScopeOpensReportsNoLookups checks that opens for reading are recorded and lookups are not.
func TestScopeOpensReportsNoLookups(t *testing.T) {
	for _, b := range []Backend{BackendNotify, BackendPtrace} {
		t.Run(b.String(), func(t *testing.T) {
			dir := t.TempDir()
			t.Chdir(dir)
			sh(t, dir, "echo x >read; echo y >statted")
			r := run(t, Options{Backend: b, Scope: ScopeOpens}, "sh", "-c", "cat read; test -e statted; echo z >written").report
			ops := map[string]Op{}
			for _, p := range r.Paths {
				ops[filepath.Base(p.Name)] |= p.Ops
			}
			if ops["read"] != Read || ops["written"]&(Create|Write) != Create|Write || ops["statted"] != 0 || r.Scope != ScopeOpens {
				t.Errorf("got read %v, written %v, statted %v, scope %v", ops["read"], ops["written"], ops["statted"], r.Scope)
			}
		})
	}
}

// TestPreparedProcessBecomesTheCommand checks Prepare, also if Run is not called or uses another back
// end.
func TestPreparedProcessBecomesTheCommand(t *testing.T) {
	for _, b := range []Backend{BackendAuto, BackendPtrace} {
		t.Run(b.String(), func(t *testing.T) {
			opts := Options{Backend: b, Path: "/bin/sh", Args: []string{"sh", "-c", "exit 7"}}
			p, err := Prepare(opts)
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			opts.Prepared = p
			r, err := Run(t.Context(), opts)
			if err != nil || r.Status != 7 {
				t.Fatalf("got %+v, %v", r, err)
			}
		})
	}
	p, err := Prepare(Options{Path: "/bin/false", Args: []string{"false"}})
	if err != nil {
		t.Fatal(err)
	}
	pid := p.child.pid
	p.Close()
	p.Close()
	if err := unix.Kill(pid, 0); !errors.Is(err, unix.ESRCH) {
		t.Errorf("the process has not ended: %v", err)
	}
	(*Prepared)(nil).Close()
}
