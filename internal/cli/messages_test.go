package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/session"
)

// captured returns the text that do writes to stderr.
func captured(t *testing.T, do func(to messages)) string {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	do(messages{file})
	text, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestMessagesAreOneLineEach(t *testing.T) {
	t.Parallel()
	const hostile = "a\nlist-ephemeral: error: FORGED\r\x1b]0;t\a\u202e\u0085\xff"
	const shown = `a\nlist-ephemeral: error: FORGED\r\e]0;t\x07\u{202e}\u{85}\xff`
	got := captured(t, func(to messages) {
		say(to, "hint", hostile)
		to.line(hostile)
		to.progress(hostile)
	})
	want := "list-ephemeral: hint: " + shown + "\n" + shown + "\n" + clearLine + shown
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReportErrorSplitsJoinedErrorsButNotTheirText(t *testing.T) {
	t.Parallel()
	one, two := errors.New("one\nerror"), errors.New("two")
	tests := []struct {
		name   string
		err    error
		want   string
		status int
	}{
		{"nothing", nil, "", exitDone},
		{"text", one, "list-ephemeral: error: one\\nerror\n", exitFailed},
		{
			"joined, in wrappers without text",
			session.Misuse(errors.Join(one, session.WithRemedy(two, "a\nb"))),
			"list-ephemeral: error: one\\nerror\nlist-ephemeral: error: two\nlist-ephemeral: hint: a\\nb\n", exitMisused,
		},
		{"two causes of one error", fmt.Errorf("%w and %w", one, two), "list-ephemeral: error: one\\nerror and two\n", exitFailed},
		{"joined below a text", fmt.Errorf("do: %w", errors.Join(one, two)), "list-ephemeral: error: do: one\\nerror\\ntwo\n", exitFailed},
		{"a status beside an error", errors.Join(two, exitError(7)), "list-ephemeral: error: two\n", 7},
		{"a status", exitError(exitFailed), "", exitFailed},
		{"a closed pipe", fmt.Errorf("write: %w", syscall.EPIPE), "", exitDone},
		{"a signal", signalError{syscall.SIGINT}, "", 130},
		{"an error with a status", statusError{two, exitNoTrace}, "list-ephemeral: error: two\n", exitNoTrace},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			status := 0
			got := captured(t, func(to messages) { status = reportError(to, tt.err) })
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			if status != tt.status {
				t.Errorf("status %d, want %d", status, tt.status)
			}
		})
	}
}
