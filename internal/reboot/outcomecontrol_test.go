package reboot

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestOutcomeFindsProblems changes one thing in each case about a machine with a wiped root, kept
// homes and a wiped overlay on /etc. It shows that the comparison can fail.
func TestOutcomeFindsProblems(t *testing.T) {
	t.Parallel()
	file := func(text string) entry {
		return entry{kind: 'f', owner: "0644 0:0", detail: " changed 1.000000000 text " + text}
	}
	later := func(text string) entry {
		return entry{kind: 'f', owner: "0644 0:0", detail: " changed 2.000000000 text " + text}
	}
	dir := entry{kind: 'd', owner: "0755 0:0", detail: " changed 1.000000000"}
	tests := []struct {
		name  string
		wrong func(o *outcome)
		want  []string
	}{
		{"nothing", func(*outcome) {}, nil},
		{"a listed path that survives", func(o *outcome) { o.after["/srv/new"] = file("new") }, []string{`"/srv/new" exists, but should be lost`}},
		{"a listed directory that survives", func(o *outcome) { o.after["/srv"] = dir }, []string{`"/srv" exists, but should be lost`}},
		{"a lost path that is not listed", func(o *outcome) { delete(o.listed, "/srv/new") }, []string{`"/srv/new" is lost, but was not reported`}},
		{"a lost path on a tree that is not said to be wiped", func(o *outcome) { o.claimed = func(string) bool { return false } }, []string{
			`"/etc/changed" was f 0644 0:0 text user and is f 0644 0:0 text shipped`, `"/etc/link" is lost, but was not reported`,
			`"/srv" is lost, but was not reported`, `"/srv/new" is lost, but was not reported`,
		}},
		{"a symlink that is lost, and neither listed nor linked", func(o *outcome) { delete(o.linked, "/etc/link") }, []string{`"/etc/link" is lost, but was not reported`}},
		{"a change that survives where a boot restores the file", func(o *outcome) { o.after["/etc/changed"] = file("user") }, []string{
			`"/etc/changed" was changed and has kept its change, but should be as after the first boot`,
		}},
		{"a change that is lost and not listed", func(o *outcome) { delete(o.listed, "/etc/changed") }, []string{
			`"/etc/changed" was f 0644 0:0 text user and is f 0644 0:0 text shipped`,
		}},
		{"a kept file that has other contents", func(o *outcome) { o.after["/home/kept"] = file("other") }, []string{
			`"/home/kept" was f 0644 0:0 changed 1.000000000 text kept and is f 0644 0:0 changed 1.000000000 text other`,
		}},
		{"a kept file that has another time", func(o *outcome) { o.after["/home/kept"] = later("kept") }, []string{
			`"/home/kept" was f 0644 0:0 changed 1.000000000 text kept and is f 0644 0:0 changed 2.000000000 text kept`,
		}},
		{"a kept file that is lost", func(o *outcome) { delete(o.after, "/home/kept") }, []string{`"/home/kept" is lost, but was not reported`}},
		{"the mode of a directory", func(o *outcome) { o.after["/home"] = entry{kind: 'd', owner: "0700 0:0"} }, []string{`"/home" was d 0755 0:0 and is d 0700 0:0`}},
		{"a path that no boot has made", func(o *outcome) { o.after["/home/extra"] = file("extra") }, []string{`"/home/extra" has appeared`}},
		{"a shipped file that a user has deleted comes back", func(o *outcome) { o.blank["/etc/deleted"], o.after["/etc/deleted"] = file("shipped"), later("shipped") }, nil},
		{"a file of the lower layer that is listed", func(o *outcome) { o.listed["/etc/shipped"] = true }, []string{
			`"/etc/shipped" comes from the lower layer, but is listed`,
		}},
		{"a path that is listed by its name in a layer", func(o *outcome) { o.listed["/.rw/upper/x"] = true }, []string{`"/.rw/upper/x" is listed by its name in a layer`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			blank := tree{"/etc": dir, "/etc/changed": file("shipped"), "/etc/shipped": file("shipped"), "/home": dir}
			o := &outcome{
				blank: blank,
				before: tree{
					"/etc": dir, "/etc/changed": file("user"), "/etc/shipped": file("shipped"), "/etc/link": {kind: 'l', owner: "0777 0:0", detail: " to x"},
					"/home": dir, "/home/kept": file("kept"), "/srv": dir, "/srv/new": file("new"),
				},
				after:   tree{"/etc": dir, "/etc/changed": later("shipped"), "/etc/shipped": later("shipped"), "/home": dir, "/home/kept": file("kept")},
				listed:  map[string]bool{"/etc/changed": true, "/srv": true, "/srv/new": true},
				linked:  map[string]bool{"/etc/link": true},
				claimed: func(path string) bool { return !strings.HasPrefix(path, "/home") },
				kept:    func(path string) bool { return strings.HasPrefix(path, "/home") },
			}
			installed := tree{"/etc/shipped": file("shipped")}
			tt.wrong(o)
			l := &bootLayout{overlays: []string{"/etc"}, layers: []string{"/.rw/upper"}}
			if diff := cmp.Diff(tt.want, slices.Concat(o.problems(), o.fromBelow(l, installed))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
