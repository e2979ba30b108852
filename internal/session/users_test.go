package session

import (
	"testing"

	"github.com/DaRacci/list-ephemeral/config"
	"github.com/DaRacci/list-ephemeral/internal/passwd"
)

const accounts = `root:x:0:0:System administrator:/root:/run/current-system/sw/bin/bash
postgres:x:71:71::/var/lib/postgresql:/bin/sh
alice:x:1000:100:Alice,,,:/home//alice/:/bin/zsh
`

func TestOwnerOfTheHome(t *testing.T) {
	known := passwd.Parse(accounts)
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
