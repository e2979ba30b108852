package snippet

import (
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/probe"
	"github.com/DaRacci/list-ephemeral/internal/setting"
)

// itemsForm writes elements as Render does in the form items.
func itemsForm(e Elements) string {
	var b strings.Builder
	for _, notes := range [][]Note{e.Kept, e.LeftOut} {
		for _, note := range notes {
			b.WriteString("# not written, " + note.String() + "\n")
		}
	}
	for i, l := range e.Lists {
		var names []string
		for _, attr := range l.Path {
			names = append(names, attribute(attr.Name))
		}
		first := true
		for _, entry := range e.Entries {
			if entry.List != i {
				continue
			}
			if first && b.Len() > 0 {
				b.WriteByte('\n')
			}
			if first {
				b.WriteString("# " + strings.Join(names, ".") + "\n")
			}
			first = false
			b.WriteString(entry.Text + "\n")
		}
	}
	return b.String()
}

func TestEntriesAreThoseOfRender(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(18, 11))
	for range probe.Cases(2000, 20000) {
		items, opts := hostile(r, 24)
		if !opts.Dialect.Nix() {
			continue
		}
		opts.Form = Items
		want := Render(items, opts)
		got := Entries(items, opts)
		if diff := cmp.Diff(want.Text, itemsForm(got)); diff != "" {
			t.Fatalf("%s (-Render +Entries)\n%s", opts.Dialect, diff)
		}
		notes := Snippet{LeftOut: got.LeftOut, Kept: got.Kept, Unread: got.Unread, Warnings: got.Warnings}
		want = Snippet{LeftOut: want.LeftOut, Kept: want.Kept, Unread: want.Unread, Warnings: want.Warnings}
		if diff := cmp.Diff(want, notes); diff != "" {
			t.Fatalf("notes (-Render +Entries)\n%s", diff)
		}
		for _, e := range got.Entries {
			if !slices.ContainsFunc(items, func(item Item) bool { return path.Clean(item.Path) == e.Path }) {
				t.Fatalf("%q is not selected", e.Path)
			}
		}
	}
}

func TestEntriesDescribeTheListsOfADialect(t *testing.T) {
	t.Parallel()
	attr, err := ParseAttrPath(`environment.persistence."/p"`)
	if err != nil {
		t.Fatal(err)
	}
	users := []User{{"alice", home, "users"}, {"bob", "/home/bob", ""}}
	for _, tt := range []struct {
		name  string
		opts  Options
		paths []string // of the lists of directories
		block int
		bases []string
		owner string // of the first list
	}{
		{"plain", Options{Home: home, Users: users}, []string{"user.persistence.directories", "host.persistence.directories"}, 2, []string{home, ""}, "alice"},
		{"plain with a storage path", Options{HostAttr: attr}, []string{"environment.persistence.</p>.directories"}, 3, []string{""}, ""},
		{
			"impermanence",
			Options{Dialect: setting.DialectImpermanence, Users: users},
			[]string{"environment.persistence.</persist>.directories", "environment.persistence.</persist>.users.(alice).directories", "environment.persistence.</persist>.users.(bob).directories"},
			3,
			[]string{"", home, "/home/bob"},
			"",
		},
		{"impermanence-hm", Options{Dialect: setting.DialectImpermanenceHM, Home: home, Users: users, Storage: "/keep"}, []string{"home.persistence.</keep>.directories"}, 3, []string{home}, "alice"},
		{"preservation", Options{Dialect: setting.DialectPreservation}, []string{"preservation.preserveAt.</persist>.directories"}, 3, []string{""}, ""},
		{"json", Options{Dialect: setting.DialectJSON, Users: users}, nil, 0, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var paths, bases []string
			lists := Entries(nil, tt.opts).Lists
			for i, l := range lists {
				if i == 0 && l.Owner != tt.owner {
					t.Errorf("owner %q, want %q", l.Owner, tt.owner)
				}
				if l.Block != tt.block {
					t.Errorf("block %d, want %d", l.Block, tt.block)
				}
				if l.Directories {
					paths, bases = append(paths, withRoles(l.Path)), append(bases, l.Base)
				}
			}
			if diff := cmp.Diff(tt.paths, paths) + cmp.Diff(tt.bases, bases); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// withRoles writes an attribute path with <storage> and (user).
func withRoles(attrs []Attr) string {
	var names []string
	for _, a := range attrs {
		names = append(names, map[Role]string{RoleStore: "<" + a.Name + ">", RoleUser: "(" + a.Name + ")"}[a.Role])
		if names[len(names)-1] == "" {
			names[len(names)-1] = a.Name
		}
	}
	return strings.Join(names, ".")
}
