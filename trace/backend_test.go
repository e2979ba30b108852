package trace

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

func TestUnsupportedBackEndsAreSkipped(t *testing.T) {
	without := func(what string) starter {
		return func(Options) (*session, error) { return nil, fmt.Errorf("needs %s: %w", what, ErrUnsupported) }
	}
	opts := Options{Path: "/bin/true", Args: []string{"true"}, Drop: Uninteresting}
	s, err := startFirst(opts, []starter{without("a newer kernel"), startPtrace})
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.finish(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r.Backend != BackendPtrace || len(r.Rejected) != 1 || !strings.Contains(r.Rejected[0], "needs a newer kernel") {
		t.Errorf("got back end %s, rejected %q", r.Backend, r.Rejected)
	}
	_, err = startFirst(opts, []starter{without("a newer kernel"), without("luck")})
	if !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), "needs a newer kernel") || !strings.Contains(err.Error(), "needs luck") {
		t.Errorf("%v", err)
	}
	broken := func(Options) (*session, error) { return nil, unix.EMFILE }
	if _, err := startFirst(opts, []starter{broken, startPtrace}); !errors.Is(err, unix.EMFILE) {
		t.Errorf("an error other than ErrUnsupported: got %v, want EMFILE", err)
	}
}

func TestErrorsNameTheBackEnd(t *testing.T) {
	for _, b := range backends {
		if err := Probe(b); err != nil {
			t.Errorf("%s: %v", b, err)
		}
	}
	cmd := inside(t, "both back ends")
	got := run(t, Options{Backend: BackendPtrace, Env: cmd.Env}, cmd.Args...)
	if !strings.Contains(got.out, "ptrace attach to the command: operation not permitted") {
		t.Errorf("%s", got.out)
	}
}

func TestFanotifyRecordsOpens(t *testing.T) {
	probe.Need(t, probe.Fanotify)
	if err := Probe(BackendFanotify); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	sh(t, dir, "echo o >old; echo w >written; echo u >untouched")
	pastTick(dir + "/untouched")
	got := run(t, Options{Backend: BackendFanotify}, "sh", "-c", "cd "+dir+"; cat old >/dev/null; echo x >new; echo y >>written; stat untouched >/dev/null; grep NoNewPrivs /proc/self/status; exit 4")
	paths := got.paths()
	for name, want := range map[string]Op{"old": Read, "new": Create | Write, "written": Write, "untouched": 0} {
		if op := paths[filepath.Join(dir, name)]; op&^Read != want&^Read || op&want != want {
			t.Errorf("%s: got %v, want %v", name, op, want)
		}
	}
	if got.report.Status != 4 || got.out != "NoNewPrivs:\t0\n" {
		t.Errorf("got status %d, output %q", got.report.Status, got.out)
	}
	if !slices.ContainsFunc(got.report.Paths, func(p Path) bool { return strings.HasSuffix(p.Name, "/cat") && p.Ops&Exec != 0 }) {
		t.Error("the execution of cat is not in the report")
	}
}

func TestFanotifyNamesWhatWasRenamedAfterwards(t *testing.T) {
	probe.Need(t, probe.Fanotify)
	dir := t.TempDir()
	got := run(t, Options{Backend: BackendFanotify}, "sh", "-c", "cd "+dir+"; echo x >a; echo y >t; mkdir d; mv a d/b; mv t u; echo z >gone; rm gone")
	paths := got.paths()
	for name, want := range map[string]Op{"d/b": Create | Write, "u": Create | Write} {
		if op := paths[filepath.Join(dir, name)]; op&want != want {
			t.Errorf("%s: got %v, want %v", name, op, want)
		}
	}
	for _, p := range got.report.Paths {
		if exists(p.Name) == p.Missing {
			t.Errorf("%s: got Missing %v", p.Name, p.Missing)
		}
	}
}

func TestAllowedRingsAreCounted(t *testing.T) {
	probe.Need(t, probe.IOURing)
	eachBackend(t, func(t *testing.T, b Backend) {
		got := run(t, Options{Backend: b, AllowRing: true}, compileC(t, "behave"), "ring")
		if got.out != "io_uring ok\n" || got.report.Stats.Rings != 1 {
			t.Errorf("got output %q, %d rings", got.out, got.report.Stats.Rings)
		}
	})
}

func TestProgramsWithTheirOwnListener(t *testing.T) {
	behave := compileC(t, "behave")
	for b, want := range map[Backend]string{BackendNotify: "listener Device or resource busy\n", BackendPtrace: "listener ok\n"} {
		if got := run(t, Options{Backend: b}, behave, "listener"); got.out != want {
			t.Errorf("%s: got %q, want %q", b, got.out, want)
		}
	}
}
