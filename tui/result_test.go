package tui

import (
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/scan"
)

func TestQueryWithinAProgram(t *testing.T) {
	var s index.Store
	for _, p := range []string{"/a/firefox/config", "/a/firefox/other", "/b/config", "/c/Firefox.conf"} {
		s.AddPath([]byte(p), scan.KindFile)
	}
	l := listOf(t, &s)
	q := programQuestion("firefox")
	first, err := resultOf(t.Context(), request{listing: l, query: q, machine: fakeMachine{}})
	if err != nil {
		t.Fatal(err)
	}
	q.text = "conf"
	r, err := resultOf(t.Context(), request{listing: l, query: q, machine: fakeMachine{}, narrowed: first.narrowed})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "total", r.total, 2)
	if r.narrowed != first.narrowed {
		t.Error("the program's files were filtered again")
	}
}

func programQuestion(program string) query {
	return query{filters: filters{program: program}, view: setting.ViewFiles}
}

func TestPanicInASearchWorkerEndsTheProgramCleanly(t *testing.T) {
	var s index.Store
	s.AddPath([]byte("/etc/hosts"), scan.KindFile)
	in := request{
		listing: listOf(t, &s), query: query{text: "e", view: setting.ViewFiles}, machine: fakeMachine{kept: func(string) bool { panic("no") }},
	}
	msg, ok := resultCmd(t.Context(), 1, in)().(panicked)
	if !ok || msg.err.In != "search" {
		t.Errorf("the message is %+v, want panicked", msg)
	}
}
