package tui

import (
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/tui/table"
)

func TestQueryWithinAProgram(t *testing.T) {
	var s index.Store
	for _, p := range []string{"/a/firefox/config", "/a/firefox/other", "/b/config", "/c/Firefox.conf"} {
		s.AddPath([]byte(p), scan.KindFile)
	}
	l := listOf(t, &s)
	q := programQuestion("firefox")
	first, err := table.Compute(t.Context(), table.Request{Listing: l, Query: q, Machine: fakeMachine{}})
	if err != nil {
		t.Fatal(err)
	}
	q.Text = "conf"
	r, err := table.Compute(t.Context(), table.Request{Listing: l, Query: q, Machine: fakeMachine{}, Narrowed: first.Narrowed})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "total", r.Total, 2)
	if r.Narrowed != first.Narrowed {
		t.Error("the program's files were filtered again")
	}
}

func programQuestion(program string) table.Query {
	return table.Query{Filters: table.Filters{Program: program}, View: setting.ViewFiles}
}

func TestPanicInASearchWorkerEndsTheProgramCleanly(t *testing.T) {
	var s index.Store
	s.AddPath([]byte("/etc/hosts"), scan.KindFile)
	in := table.Request{
		Listing: listOf(t, &s), Query: table.Query{Text: "e", View: setting.ViewFiles}, Machine: fakeMachine{kept: func(string) bool { panic("no") }},
	}
	msg, ok := resultCmd(t.Context(), 1, in)().(panicked)
	if !ok || msg.err.In != "search" {
		t.Errorf("the message is %+v, want panicked", msg)
	}
}
