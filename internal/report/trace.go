package report

import (
	"fmt"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/trace"
)

// traceLine is the schema of trace --json, which docs/json.md documents.
type traceLine struct {
	Path      string     `json:"path,omitempty"`
	PathBytes string     `json:"pathBytes,omitempty"`
	Type      string     `json:"type"`
	Ops       []string   `json:"ops"`
	Class     string     `json:"class"`
	Missing   bool       `json:"missing"`
	Size      int64      `json:"size"`
	Mode      string     `json:"mode"`
	ModTime   *time.Time `json:"mtime"`
	Group     string     `json:"group"`
	By        []traceBy  `json:"by"`
	Reread    bool       `json:"reread"`
}

// NewTraceLine returns a path for trace --json.
func NewTraceLine(t TracedPath) *traceLine {
	line := &traceLine{
		Type: t.Kind.String(), Ops: t.Ops.Names(), Class: t.Class.String(), Missing: t.Missing,
		Group: t.Group.String(), By: traceByOf(t.By), Reread: t.Reread, Size: t.Size, Mode: fmt.Sprintf("%04o", t.Mode&0o7777),
	}
	line.Path, line.PathBytes = jsonline.Path(t.Name)
	if !t.Missing {
		utc := t.ModTime.UTC()
		line.ModTime = &utc
	}
	return line
}

// ShortCommand returns a command, truncated if it is long.
func ShortCommand(command []string) string {
	const most = 40
	runes := []rune(printable.Name(strings.Join(command, " ")))
	if len(runes) > most {
		return string(runes[:most]) + "..."
	}
	return string(runes)
}

// Ending returns how a command ended.
func Ending(r *trace.Report) string {
	switch {
	case r.Unfinished:
		return "unfinished"
	case r.Attached && r.Survivors:
		return "left running"
	case r.Attached:
		return "it has ended"
	case r.TimedOut:
		return "ended by the time limit"
	case r.Signal != 0:
		return "killed by " + unix.SignalName(r.Signal)
	}
	return fmt.Sprintf("exit status %d", r.Status)
}
