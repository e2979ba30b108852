package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/sizes"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/trace"
)

type statusFlags struct {
	json, verbose bool
	failAbove     limit
}

const statusLong = `Show what was detected (configuration, roots, storage, snippet dialect, whether commands
can be traced) and what the next reboot would wipe, including what exclude patterns hide.
Only regular files count; a sparse file counts the blocks that it takes up.`

const statusExamples = `  list-ephemeral status
  list-ephemeral status --brief                      one line, for a login message
  list-ephemeral status --fail-above 100M && reboot  unless much would be lost`

func newStatus(a *app) *cobra.Command {
	var f statusFlags
	cmd := &cobra.Command{
		Use:     "status [flags]",
		Short:   "Show what was detected and what would be lost",
		Long:    statusLong,
		Example: statusExamples,
		Args:    takesNothing,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.status(cmd.Context(), f) },
	}
	flags := cmd.Flags()
	flags.BoolVar(&a.brief, "brief", false, "print one line, for a login message or a prompt")
	flags.BoolVar(&f.json, "json", false, "print one JSON object")
	flags.Var(&value[limit]{to: &f.failAbove, read: parseLimit}, "fail-above", "fail if more than `N` files (500) or bytes (100M) would be lost")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "print each path that could not be read")
	a.exclusive(cmd, "brief", "json")
	completesToNothing(cmd, "fail-above")
	return leaveStuck(cmd)
}

// amount is how much there is of a class of files.
type amount struct {
	Files int   `json:"files"`
	Bytes int64 `json:"bytes"`
}

// add counts a file.
func (a *amount) add(bytes int64) { a.Files, a.Bytes = a.Files+1, sizes.Add(a.Bytes, bytes) }

// status is what is known of the machine, and the schema of status --json.
type status struct {
	Version  string        `json:"version"`
	Config   string        `json:"config"`
	Home     string        `json:"home"`
	Roots    []rootStatus  `json:"roots"`
	Storage  []storeStatus `json:"storage"`
	Dialect  string        `json:"dialect"`
	Names    string        `json:"storagePath"`
	Tracers  []tracer      `json:"tracers"`
	Clip     string        `json:"clipboard"`
	Mounted  int           `json:"mountedFromStorage"`
	Lost     amount        `json:"candidates"`
	Cache    amount        `json:"cache"`
	Excluded amount        `json:"excluded"`
	// Hidden is what of Excluded is neither cache nor created again at boot.
	Hidden  amount  `json:"hidden"`
	Kept    amount  `json:"persisted"`
	Trash   amount  `json:"trash"`
	Largest []stake `json:"largest"`
	Newest  []stake `json:"newest"`
	Unread  int     `json:"unread"`
}

type rootStatus struct {
	Path   string `json:"path"`
	FSType string `json:"filesystem"`
	Source string `json:"source"`
}

type storeStatus struct {
	rootStatus
	Mounted bool  `json:"mounted"`
	Free    int64 `json:"free"`
}

type tracer struct {
	Name   string `json:"name"`
	Reason string `json:"unusable"` // empty if it can be used
}

// stake is a directory or lone file that would be lost.
type stake struct {
	Path      string    `json:"path,omitempty"`
	PathBytes string    `json:"pathBytes,omitempty"`
	Files     int       `json:"files"`
	Bytes     int64     `json:"bytes"`
	ModTime   time.Time `json:"mtime"`
	text      string
}

// status prints what is known, and judges.
func (a *app) status(ctx context.Context, f statusFlags) error {
	p, err := a.plan(ctx, nil)
	if err != nil {
		return err
	}
	if err := p.setStyle(styleFlags{}); err != nil {
		return err
	}
	s := p.detected()
	stats, err := p.measure(ctx, s, a.brief)
	if err != nil {
		return whySignal(ctx, err)
	}
	if !a.brief {
		s.Tracers = tracers()
	}
	out := newWriter(a.out)
	switch {
	case f.json:
		out.buf = jsonline.NewEncoder().Append(out.buf, s)
	case a.brief:
		out.buf = fmt.Appendln(out.buf, s.brief(p.config.Home))
	default:
		out.buf = s.appendTo(out.buf, p.config.Home, time.Now())
	}
	if err := out.flush(); err != nil {
		return err
	}
	var failed error
	if why := f.failAbove.exceeded(s.atStake()); why != "" {
		say(a.err, "error", why)
		failed = exitError(exitFailed)
	}
	if len(stats.Errors) > 0 {
		failed = errors.Join(failed, a.tellUnread(stats, f.verbose))
	}
	return failed
}

// detected fills in what the machine and the configuration say.
func (p *plan) detected() *status {
	s := &status{
		Version: version(), Config: p.config.Source, Home: p.config.Home,
		Dialect: p.style.Dialect.String(), Names: p.style.Storage, Clip: clipboardName(),
		Roots: []rootStatus{}, Storage: []storeStatus{},
	}
	for _, root := range p.policy.Roots() {
		s.Roots = append(s.Roots, p.rootStatus(root))
	}
	for _, path := range p.storage {
		if kind, _, err := scan.Stat(path); err != nil || kind != scan.KindDir {
			continue
		}
		store := storeStatus{rootStatus: p.rootStatus(path), Mounted: p.mounts.At(path).Point == path}
		var st unix.Statfs_t
		if unix.Statfs(path, &st) == nil {
			store.Free = sizes.Times(st.Bavail, st.Bsize)
		}
		s.Storage = append(s.Storage, store)
		for _, mount := range p.mounts.Points() {
			if in, ok := p.mounts.Stored(mount.Point, path); ok && in != path {
				s.Mounted++
			}
		}
	}
	return s
}

func (p *plan) rootStatus(path string) rootStatus {
	m := p.mounts.At(path)
	return rootStatus{path, m.FSType, m.Source}
}

// clipboardName names what takes a snippet: a program, or the terminal.
func clipboardName() string {
	for _, tool := range clipboardTools {
		if os.Getenv(tool.display) != "" && isCommand(tool.command[0]) {
			return tool.command[0]
		}
	}
	return "the terminal (OSC 52)"
}

// tracers says which back ends work here.
func tracers() []tracer {
	var all []tracer
	for _, backend := range []trace.Backend{trace.BackendNotify, trace.BackendPtrace, trace.BackendFanotify} {
		t := tracer{Name: backend.String()}
		if err := trace.Probe(backend); err != nil {
			t.Reason = err.Error()
		}
		all = append(all, t)
	}
	return all
}
