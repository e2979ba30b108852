package session_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/session"
)

func TestPartsSplitsJoinedErrorsByTypeAndNeverAtLineBreaks(t *testing.T) {
	a, b := errors.New("a\nb"), errors.New("c")
	for name, tt := range map[string]struct {
		err  error
		want []string
	}{
		"one error":                     {a, []string{"a\nb"}},
		"joined errors":                 {errors.Join(a, b), []string{"a\nb", "c"}},
		"joined twice":                  {errors.Join(errors.Join(a, b), b), []string{"a\nb", "c", "c"}},
		"of a usage error":              {session.Misuse(errors.Join(a, b)), []string{"a\nb", "c"}},
		"of an error with a remedy":     {session.WithRemedy(errors.Join(a, b), "wait"), []string{"a\nb", "c"}},
		"with a text around them":       {fmt.Errorf("read: %w", errors.Join(a, b)), []string{"read: a\nb\nc"}},
		"several in a text":             {fmt.Errorf("%w\n%w", a, b), []string{"a\nb\nc"}},
		"a remedy for one of them":      {errors.Join(session.WithRemedy(a, "wait"), b), []string{"a\nb", "c"}},
		"joined below a text and alone": {errors.Join(fmt.Errorf("x: %w", errors.Join(a, b))), []string{"x: a\nb\nc"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, one := range session.Parts(tt.err) {
				got = append(got, one.Error())
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
