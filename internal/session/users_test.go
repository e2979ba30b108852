package session

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/config"
)

const passwd = `root:x:0:0:System administrator:/root:/run/current-system/sw/bin/bash
nixbld1:x:30001:30000:Nix build user 1:/var/empty:/run/current-system/sw/bin/nologin
postgres:x:71:71::/var/lib/postgresql:/bin/sh
alice:x:1000:100:Alice,,,:/home//alice/:/bin/zsh
nobody:x:65534:65534::/var/empty:/bin/sh
short:x:1001
relative:x:1002:100::home/relative:/bin/sh
bob:x:ten:100::/home/bob:/bin/sh
`

func TestAccountsReadsPasswd(t *testing.T) {
	var people []string
	for _, a := range Accounts(passwd) {
		if a.IsPerson() {
			people = append(people, a.Name+" "+a.Home)
		}
	}
	if diff := cmp.Diff([]string{"alice /home/alice"}, people); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if n := len(Accounts(passwd)); n != 5 {
		t.Errorf("%d accounts", n)
	}
}

func TestOwnerOfTheHome(t *testing.T) {
	known := Accounts(passwd)
	homes := map[string]string{"zoe": "/data/zoe", "twin": "/data/zoe"}
	tests := []struct{ name, home, user, want string }{
		{"named", "/data/x", "eve", "eve"},
		{"of the configuration, the first by name", "/data/zoe", "", "twin"},
		{"of the machine", "/var/lib/postgresql", "", "postgres"},
		{"root's home", "/root", "", ""},
		{"unknown", "/data/x", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := &Session{Config: &config.Config{Home: tt.home, Snippet: config.Snippet{User: tt.user}}}
			if got := s.ownerOf(homes, known); got != tt.want {
				t.Errorf("ownerOf = %q, want %q", got, tt.want)
			}
		})
	}
}
