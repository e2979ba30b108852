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
		{"opened for writing, and not written", Write, old, Lookup},
		{"written", Write, changed, Write},
		{"opened to be made, but it was there", Create | Write, changed, Write},
		{"made", Create, made, Create},
		{"made and written", Create | Write, made, Create | Write},
		{"made in the very moment", Create, state{exists: true, born: start, modified: start, changed: start}, Create},
		{"made where births are not told", Create | Write, noBirth, Create | Write},
		{"read while somebody else writes", Read, changed, Read},
		{"linked to", Create | linked, changed, Create},
		{"linking failed", Create | linked, old, Lookup},
		{"linked to and removed", Create | linked | Delete, gone, Create | Delete},
		{"renamed to", Rename | Create, changed, Rename},
		{"renaming failed", Rename | Create, old, Lookup},
		{"removing failed", Delete, old, Lookup},
		{"removed and made again", Delete | Create | Write, made, Create | Write},
		{"removed", Delete | Lookup, gone, Delete | Lookup},
		{"made and removed", Create | Write | Delete, gone, Create | Write | Delete},
		{"removed with its directory", Delete, orphan, Delete},
		{"looked for", Lookup, never, Lookup},
		{"opened in vain", Read, never, Lookup},
		{"removing what was not there", Delete, never, Lookup},
		{"making failed", Create | Write, gone, Lookup},
	} {
		if got := judge(record{tried: tt.tried}, tt.state, start); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
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
		{"read, and writing failed", record{tried: Read | Write, done: Read}, there, Read},
		{"made", record{tried: Create | Write, done: Create | Write}, there, Create | Write},
		{"gone with its directory", record{tried: Create, done: Create}, state{}, Create},
		{"not there", record{tried: Read}, state{}, Lookup},
	} {
		if got := judgeExact(tt.rec, tt.state, start); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}
