package passwd_test

import (
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/passwd"
)

const accounts = `root:x:0:0:System administrator:/root:/run/current-system/sw/bin/bash
nixbld1:x:30001:30000:Nix build user 1:/var/empty:/run/current-system/sw/bin/nologin
postgres:x:71:71::/var/lib/postgresql:/bin/sh
alice:x:1000:100:Alice,,,:/home//alice/:/bin/zsh
nobody:x:65534:65534::/var/empty:/bin/sh
short:x:1001
relative:x:1002:100::home/relative:/bin/sh
bob:x:ten:100::/home/bob:/bin/sh
`

func TestParseReadsPeopleAndSkipsLinesWithoutTheRightFields(t *testing.T) {
	all := passwd.Parse(accounts)
	var people []passwd.Account
	for _, a := range all {
		if a.IsPerson() {
			people = append(people, a)
		}
	}
	want := []passwd.Account{{Name: "alice", UID: 1000, GID: "100", Home: "/home/alice", Shell: "/bin/zsh"}}
	if diff := cmp.Diff(want, people); diff != "" || len(all) != 5 {
		t.Errorf("%d accounts; people (-want +got)\n%s", len(all), diff)
	}
}

// TestParseAgreesWithTheStandardLibrary compares the accounts of this machine.
func TestParseAgreesWithTheStandardLibrary(t *testing.T) {
	text, err := os.ReadFile(passwd.Path)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, a := range passwd.Parse(string(text)) {
		if seen[a.Name] {
			continue // the first line of a name counts
		}
		seen[a.Name] = true
		u, err := user.Lookup(a.Name)
		if err != nil {
			t.Error(err)
			continue
		}
		want := passwd.Account{Name: u.Username, UID: a.UID, GID: u.Gid, Home: filepath.Clean(u.HomeDir), Shell: a.Shell}
		if got := fmt.Sprint(a.UID); got != u.Uid || a != want {
			t.Errorf("%s: got %+v, want %+v with the number %s", a.Name, a, want, u.Uid)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(accounts)
	f.Add(":::::/:\nx:x:-1:::/:\x00")
	f.Fuzz(func(t *testing.T, text string) {
		for _, a := range passwd.Parse(text) {
			if a.Name == "" || !filepath.IsAbs(a.Home) || filepath.Clean(a.Home) != a.Home {
				t.Errorf("got %+v", a)
			}
		}
	})
}

func ExampleParse() {
	for _, a := range passwd.Parse("root:x:0:0::/root:\nalice:x:1000:100::/home/alice:/bin/zsh\n") {
		fmt.Println(a.Name, a.Home, a.IsPerson())
	}
	// Output:
	// root /root false
	// alice /home/alice true
}
