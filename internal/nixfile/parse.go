package nixfile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Parsed says whether Nix has parsed a text.
type Parsed uint8

// The outcomes. The zero value means unknown.
const (
	ParsedUnknown Parsed = iota
	// ParsedOK: Nix accepts the text.
	ParsedOK
	// NoNix: there is no nix-instantiate, or it did not answer.
	NoNix
	// OldNix: Nix does not accept the file as it was either, for example because of |>.
	OldNix
)

var parsedNames = [...]string{"unknown", "parsed by nix-instantiate", "not checked by Nix: there is no nix-instantiate", "not checked by Nix: nix-instantiate does not accept the file as it is"}

// String returns the outcome as a clause.
func (p Parsed) String() string { return parsedNames[min(int(p), len(parsedNames)-1)] }

// parseTime is the time limit of nix-instantiate. It parses 5 MB in about a second.
const parseTime = 20 * time.Second

// Parse runs nix-instantiate --parse on a new text of the file. It evaluates nothing, and opens no
// store. An error means that Nix accepts the old text but not the new one.
func (f *File) Parse(ctx context.Context, text string) (Parsed, error) {
	nix, err := exec.LookPath("nix-instantiate")
	if err != nil {
		return NoNix, nil
	}
	ctx, cancel := context.WithTimeout(ctx, parseTime)
	defer cancel()
	refused := parse(ctx, nix, text)
	switch {
	case refused == nil:
		return ParsedOK, nil
	case !isExit(refused) || ctx.Err() != nil:
		return NoNix, nil
	case parse(ctx, nix, f.Text) != nil:
		return OldNix, nil
	}
	return ParsedUnknown, refused
}

func isExit(err error) bool {
	var exit *exec.ExitError
	return errors.As(err, &exit) && exit.Exited()
}

func parse(ctx context.Context, nix, text string) error {
	var errs bytes.Buffer
	cmd := exec.CommandContext(ctx, nix, "--parse", "-")
	cmd.Dir, cmd.WaitDelay = "/", time.Second
	cmd.Stdin, cmd.Stderr = strings.NewReader(text), &errs
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "NIX_") {
			cmd.Env = append(cmd.Env, variable)
		}
	}
	cmd.Env = append(cmd.Env, "NIX_REMOTE=dummy://")
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("nix-instantiate --parse: %w: %s", err, strings.TrimSpace(errs.String()))
	}
	return nil
}
