package nixedit_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/nixedit"
)

// The lists of a second home, and of two homes for the same module systems.
var (
	bobs      = lists("/home/bob", 3, "environment", "persistence", "@/keep", "users", "%bob")
	bothUsers = slices.Concat(impermanence, bobs)
	bothHomes = slices.Concat(owned(homeManager, "alice"), owned(lists("/home/bob", 0, "home", "persistence", "@/keep"), "bob"))
)

// owned returns lists of Home Manager that belong to a user.
func owned(all []nixedit.List, owner string) []nixedit.List {
	all = slices.Clone(all)
	for i := range all {
		all[i].Owner = owner
	}
	return all
}

// A computed user is one of two, so it gets the entries of only one.
func TestInsertUsesAComputedUserOnce(t *testing.T) {
	t.Parallel()
	edit := nixedit.Edit{Lists: bothUsers, Entries: []nixedit.Entry{entry(bothUsers, homeDirs, ".a"), entry(bothUsers, homeFiles+1, ".b")}}
	text := "{ me, ... }: { environment.persistence.\"/keep\".users.${me}.directories = [ \".zeta\" ]; }\n"
	_, err := parse(t, text).Insert(edit)
	if r := refusal(t, err); r.Reason != nixedit.SeveralPlaces || r.List != homeFiles+1 {
		t.Errorf("got %v of list %d", r, r.List)
	}
	text = strings.Replace(text, "[ \".zeta\" ];", "[ ]; environment.persistence.\"/keep\".users.bob.directories = [ ];", 1)
	result, err := parse(t, text).Insert(edit)
	if err != nil || len(result.Placed) != 2 {
		t.Errorf("got %v, %v", result, err)
	}
}

// TestInsertTakesAComputedUserForOneUser inserts entries of two users, or of one whom the file names. What a
// computed user has is there for one of them only.
func TestInsertTakesAComputedUserForOneUser(t *testing.T) {
	t.Parallel()
	const bobDirs = homeFiles + 1
	alice, alicesFile, bob := entry(bothUsers, homeDirs, ".a"), entry(bothUsers, homeFiles, ".f"), entry(bothUsers, bobDirs, ".b")
	bobToo := entry(bothUsers, bobDirs, ".a")
	computed := func(e nixedit.Entry) nixedit.Entry {
		e.Item = `"${x}/` + strings.TrimPrefix(e.Item, `"`)
		return e
	}
	for _, c := range []struct {
		name, text string // the text is that of the set users, or a whole file
		entries    []nixedit.Entry
		refused    nixedit.Reason
		list       int    // that is refused
		want       string // a part of the new file, in one line; "" if nothing is inserted
	}{
		{"two lists of it", "${me} = { directories = [ ]; files = [ ]; };", []nixedit.Entry{alicesFile, bob}, nixedit.SeveralPlaces, bobDirs, ""},
		{"its empty set", "${me} = { };", []nixedit.Entry{alice, bob}, nixedit.SeveralPlaces, bobDirs, ""},
		{"a second binding of it", "${me}.files = [ ];", []nixedit.Entry{alice}, nixedit.Defined, homeDirs, ""},
		{"one user", "${me} = { directories = [ ]; files = [ ]; };", []nixedit.Entry{alice, alicesFile}, 0, 0, "files = [ \".f\" ]; };"},
		{"a user who is named", "alice.directories = [ ]; ${me}.files = [ ];", []nixedit.Entry{alicesFile}, 0, 0, "alice.files = [ \".f\" ];"},
		{"it has entries of both", "${me}.directories = [ \".a\" \".b\" ];", []nixedit.Entry{alice, bob}, nixedit.SeveralPlaces, bobDirs, ""},
		{"it has an entry of one", "${me}.directories = [ \".a\" ];", []nixedit.Entry{alice, bob}, nixedit.SeveralPlaces, bobDirs, ""},
		{"it has entries that cannot be read", "${me}.directories = [ \"${x}/.a\" \"${x}/.b\" ];", []nixedit.Entry{computed(alice), computed(bob)}, nixedit.SeveralPlaces, bobDirs, ""},
		{"it has the only entry", "${me}.directories = [ \".a\" ];", []nixedit.Entry{alice}, 0, 0, ""},
		{"it has the only entry, which cannot be read", "${me}.directories = [ \"${x}/.a\" ];", []nixedit.Entry{computed(alice)}, 0, 0, ""},
		{"it has an entry of a user who is named", "${me}.directories = [ \".b\" ]; bob.files = [ ];", []nixedit.Entry{bob}, 0, 0, "bob.directories = [ \".b\" ];"},
		{"two of them, one for each", "${me}.directories = [ \".a\" ]; ${you}.directories = [ \".a\" ];", []nixedit.Entry{alice, bobToo}, 0, 0, ""},
		{"a directory of the host above", "${me}.directories = [ \".a\" ]; }; environment.persistence.\"/keep\" = { directories = [ \"/home\" ];", []nixedit.Entry{alice, bob}, 0, 0, ""},
		{"a computed storage path for the other", "${me}.directories = [ \".a\" ]; }; environment.persistence.${s}.users = { bob.directories = [ \".b\" ];", []nixedit.Entry{alice, bob}, 0, 0, ""},
		{
			"a function of the user", "{ environment.persistence.\"/keep\".users = f (me: { ${me}.directories = [ \".a\" ]; }); }",
			[]nixedit.Entry{alice, bobToo},
			0, 0, "",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			text := c.text
			if !strings.HasPrefix(text, "{") {
				text = "{ me, ... }: { environment.persistence.\"/keep\".users = { " + text + " }; }\n"
			}
			result, err := parse(t, text).Insert(nixedit.Edit{Lists: bothUsers, Entries: c.entries})
			if c.refused != 0 {
				if r := refusal(t, err); r.Reason != c.refused || r.List != c.list {
					t.Errorf("got %v of list %d", r, r.List)
				}
				return
			}
			switch {
			case err != nil:
				t.Error(err)
			case c.want == "" && (result.Text != text || len(result.Present) != len(c.entries)):
				t.Errorf("got %s with %d entries that are there, want no change", result.Text, len(result.Present))
			case !strings.Contains(strings.Join(strings.Fields(result.Text), " "), c.want):
				t.Errorf("got %s, want %s", result.Text, c.want)
			}
		})
	}
}

func TestInsertTakesAComputedHomeForOneUser(t *testing.T) {
	t.Parallel()
	alice, bob := entry(bothHomes, 0, ".a"), entry(bothHomes, 2, ".b")
	file := parse(t, `{ me, ... }: { home-manager.users.${me}.home.persistence."/keep".directories = [ ".a" ".b" ]; }`)
	_, err := file.Insert(nixedit.Edit{Lists: bothHomes, Entries: []nixedit.Entry{alice, bob}})
	r := refusal(t, err)
	if want := `the computed user "${me}" can be the one of "/home/alice" or of "/home/bob", not of both`; r.Reason != nixedit.SeveralPlaces || r.List != 2 || r.Detail != want || len(r.Candidates) > 0 {
		t.Errorf("got %v of list %d with %d places, want %q", r, r.List, len(r.Candidates), want)
	}
	for _, e := range []nixedit.Entry{alice, bob} {
		if result, err := file.Insert(nixedit.Edit{Lists: bothHomes, Entries: []nixedit.Entry{e}}); err != nil || len(result.Present) != 1 {
			t.Errorf("got %v, %v, want %s to be there", result, err, e.Path)
		}
	}
}
