package screen

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"time"
)

// clipboardTools are the programs that copy text to a clipboard, each with the environment variable
// of the display that it requires.
var clipboardTools = []struct {
	display string
	command []string
}{
	{"WAYLAND_DISPLAY", []string{"wl-copy"}},
	{"DISPLAY", []string{"xclip", "-selection", "clipboard"}},
	{"DISPLAY", []string{"xsel", "--clipboard", "--input"}},
}

// clipboardTime is the time limit of a program. A program would wait forever for a display that
// does not respond.
const clipboardTime = 2 * time.Second

// copyToClipboard copies a text with the first program that works, and returns the program's name;
// "" if none works.
func copyToClipboard(ctx context.Context, text string) string {
	for _, tool := range clipboardTools {
		if os.Getenv(tool.display) == "" {
			continue
		}
		if copyWith(ctx, tool.command, text) == nil {
			return tool.command[0]
		}
	}
	return ""
}

func copyWith(ctx context.Context, command []string, text string) error {
	ctx, cancel := context.WithTimeout(ctx, clipboardTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Stdin = strings.NewReader(text)
	// The programs stay in the background to serve the clipboard, and would keep pipes open. nil is
	// /dev/null.
	cmd.Stdout, cmd.Stderr = nil, nil
	return cmd.Run()
}

// Clipboard returns what copying uses: the name of a program, or the terminal.
func Clipboard() string {
	for _, tool := range clipboardTools {
		if os.Getenv(tool.display) != "" && isCommand(tool.command[0]) {
			return tool.command[0]
		}
	}
	return "the terminal (OSC 52)"
}

// isCommand reports whether a command is in $PATH.
func isCommand(name string) bool {
	_, err := exec.LookPath(name)
	return err == nil
}
