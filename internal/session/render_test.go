package session_test

import (
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/snippet"
)

func TestNotesThatTheTextHasAsCommentsAreSeparate(t *testing.T) {
	items := []snippet.Item{{Path: "/srv/a", Kept: "config.json: persistedDirs[0]"}, {Path: "/srv/caf\xe9"}, {Path: "/srv/b"}}
	for _, tt := range []struct {
		dialect   setting.Dialect
		commented bool
	}{{setting.DialectPlain, true}, {setting.DialectPreservation, true}, {setting.DialectJSON, false}, {setting.DialectPaths, false}} {
		t.Run(tt.dialect.String(), func(t *testing.T) {
			s := &session.Session{Style: snippet.Options{Dialect: tt.dialect}}
			got := s.Render(items)
			for _, note := range got.Commented {
				if !strings.Contains(got.Text, note) {
					t.Errorf("no comment of the text says %q:\n%s", note, got.Text)
				}
			}
			for _, note := range got.Notes {
				if strings.Contains(got.Text, note) {
					t.Errorf("a comment of the text says %q, too:\n%s", note, got.Text)
				}
			}
			if (len(got.Commented) > 0) != tt.commented {
				t.Errorf("got the comments %q", got.Commented)
			}
		})
	}
}
