package trace

import (
	"testing"
	"time"
)

func TestJudge(t *testing.T) {
	start := time.Unix(1000, 500)
	before, after := start.Add(-time.Hour), start.Add(time.Second)
	old := state{exists: true, born: before, modified: before, changed: before}
	changed := state{exists: true, born: before, modified: after, changed: after}
	made := state{exists: true, born: after, modified: after, changed: after}
	gone := state{parentExists: true, parentChanged: true}
	never := state{parentExists: true}
	orphan := state{}
	noBirth := state{exists: true, modified: after, changed: after}
	for _, tt := range []struct {
		name  string
		tried Op
		state state
		want  Op
	}{
		{"read", Read, old, Read},
		{"looked up", Lookup, old, Lookup},
		{"executed and read", Exec | Read, old, Exec | Read},
		{"opened for writing, but not written", Write, old, Lookup},
		{"written", Write, changed, Write},
		{"opened with O_CREAT, but it existed", Create | Write, changed, Write},
		{"created", Create, made, Create},
		{"created and written", Create | Write, made, Create | Write},
		{"created at the start time", Create, state{exists: true, born: start, modified: start, changed: start}, Create},
		{"created, without birth times", Create | Write, noBirth, Create | Write},
		{"read while another process writes", Read, changed, Read},
		{"linked", Create | linked, changed, Create},
		{"link failed", Create | linked, old, Lookup},
		{"linked and deleted", Create | linked | Delete, gone, Create | Delete},
		{"renamed to", Rename | Create, changed, Rename},
		{"rename failed", Rename | Create, old, Lookup},
		{"delete failed", Delete, old, Lookup},
		{"deleted and created again", Delete | Create | Write, made, Create | Write},
		{"deleted", Delete | Lookup, gone, Delete | Lookup},
		{"created and deleted", Create | Write | Delete, gone, Create | Write | Delete},
		{"deleted with its directory", Delete, orphan, Delete},
		{"missing, looked up", Lookup, never, Lookup},
		{"missing, open failed", Read, never, Lookup},
		{"missing, delete failed", Delete, never, Lookup},
		{"create failed", Create | Write, gone, Lookup},
	} {
		if got := judge(record{tried: tt.tried}, tt.state, start); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestJudgeWithResults(t *testing.T) {
	start := time.Unix(1000, 0)
	there := state{exists: true, born: start, modified: start, changed: start}
	for _, tt := range []struct {
		name  string
		rec   record
		state state
		want  Op
	}{
		{"all failed", record{tried: Read | Write}, there, Lookup},
		{"read, but write failed", record{tried: Read | Write, done: Read}, there, Read},
		{"created", record{tried: Create | Write, done: Create | Write}, there, Create | Write},
		{"deleted with its directory", record{tried: Create, done: Create}, state{}, Create},
		{"missing", record{tried: Read}, state{}, Lookup},
	} {
		if got := judgeExact(tt.rec, tt.state, start); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}
