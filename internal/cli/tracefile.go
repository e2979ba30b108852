package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"syscall"

	"github.com/DaRacci/list-ephemeral/internal/runas"
	"github.com/DaRacci/list-ephemeral/internal/securefile"
	"github.com/DaRacci/list-ephemeral/internal/traced"
	"github.com/DaRacci/list-ephemeral/trace"
)

// traceFile is the file of --output or --append. The zero value is no file.
type traceFile struct {
	file *securefile.File
	// former is the name of the file whose traces are kept.
	former string
	as     *securefile.User
}

// traceFile opens the file of --output or --append. An existing file stays until the trace is complete.
func (f *traceFlags) traceFile(as *runas.User) (keep traceFile, err error) {
	keep.as = rightsOf(as)
	name := f.output
	if f.appendTo != "" {
		name, keep.former = f.appendTo, f.appendTo
		if _, err := keep.formerRuns(); err != nil {
			return traceFile{}, err
		}
	}
	if name == "" {
		return traceFile{}, nil
	}
	keep.file, err = securefile.Create(name, securefile.Options{As: keep.as})
	return keep, err
}

// formerRuns reads the traces to which another one is added.
func (k *traceFile) formerRuns() ([]*trace.Report, error) {
	if k.former == "" {
		return nil, nil
	}
	file, err := securefile.Open(k.former, k.as)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.Size() == 0 {
		return nil, nil
	}
	runs, err := trace.ReadReports(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", k.former, err)
	}
	return runs, nil
}

// add replaces the contents of the file by its traces and further ones. They are read again, because
// another run may have added a trace since the start.
func (k *traceFile) add(runs []*trace.Report) error {
	if k.file == nil {
		return nil
	}
	former, err := k.formerRuns()
	if err != nil {
		return err
	}
	for _, run := range append(former, runs...) {
		if err := trace.WriteReport(k.file, run); err != nil {
			return err
		}
	}
	return k.file.Commit()
}

// discard removes an incomplete file.
func (k *traceFile) discard() {
	if k.file != nil {
		k.file.Discard()
	}
}

// readTraces reads the traces of --replay.
func (a *app) readTraces(f *traceFlags) (runs []*trace.Report, err error) {
	for _, name := range f.replay {
		more, err := a.readTrace(name)
		if err != nil {
			return nil, err
		}
		runs = append(runs, more...)
	}
	if f.only != "" {
		for _, r := range runs {
			r.Paths = slices.DeleteFunc(r.Paths, func(p trace.Path) bool { return p.Ops&(traced.Changes|trace.Exec|trace.Untraced) == 0 })
		}
	}
	return runs, nil
}

// readTrace reads the traces in a file, or from standard input if its name is "-".
func (a *app) readTrace(name string) ([]*trace.Report, error) {
	file := a.in
	if name == "-" {
		name = "standard input"
	} else {
		opened, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer opened.Close()
		file = opened
	}
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return nil, fmt.Errorf("read the trace %s: %w", name, syscall.EISDIR)
	}
	runs, err := trace.ReadReports(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if runs[len(runs)-1].Truncated {
		say(a.err, "warning", name+" is truncated: paths after the last complete line are not shown")
	}
	return runs, nil
}
