package traced

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"syscall"

	"github.com/DaRacci/list-ephemeral/internal/securefile"
	"github.com/DaRacci/list-ephemeral/trace"
)

// File is a file to which traces are written.
type File struct {
	file *securefile.File
	// former is the name of the file whose traces are kept, or "".
	former string
	as     *securefile.User
}

// Create opens a file for writing. An existing file stays until Write has replaced it.
func Create(name string, as *securefile.User) (*File, error) {
	file, err := securefile.Create(name, securefile.Options{As: as})
	if err != nil {
		return nil, err
	}
	return &File{file: file, as: as}, nil
}

// Append opens a file to whose traces Write adds another one. It need not exist. A file that contains
// something else is an error.
func Append(name string, as *securefile.User) (*File, error) {
	f := &File{former: name, as: as}
	if _, err := f.runs(); err != nil {
		return nil, err
	}
	var err error
	if f.file, err = securefile.Create(name, securefile.Options{As: as}); err != nil {
		return nil, err
	}
	return f, nil
}

// runs reads the traces to which another one is added.
func (f *File) runs() ([]*trace.Report, error) {
	if f.former == "" {
		return nil, nil
	}
	file, err := securefile.Open(f.former, f.as)
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
		return nil, fmt.Errorf("%s: %w", f.former, err)
	}
	return runs, nil
}

// Write replaces the contents of the file, by its traces and further ones if it was opened by Append.
// They are read again, because another process may have added a trace in the meantime.
func (f *File) Write(runs []*trace.Report) error {
	former, err := f.runs()
	if err != nil {
		return err
	}
	for _, run := range append(former, runs...) {
		if err := trace.WriteReport(f.file, run); err != nil {
			return err
		}
	}
	return f.file.Commit()
}

// Discard removes what was not committed. A nil File does nothing.
func (f *File) Discard() {
	if f != nil {
		f.file.Discard()
	}
}

// Read reads the traces in a file, or those in stdin if the name is "-".
func Read(name string, stdin io.Reader) ([]*trace.Report, error) {
	from := stdin
	if name == "-" {
		name = "standard input"
	} else {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		from = file
	}
	if file, ok := from.(*os.File); ok {
		if info, err := file.Stat(); err == nil && info.IsDir() {
			return nil, fmt.Errorf("read the trace %s: %w", name, syscall.EISDIR)
		}
	}
	runs, err := trace.ReadReports(from)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return runs, nil
}

// OnlyChanges removes paths that were only read or looked up.
func OnlyChanges(runs []*trace.Report) {
	for _, r := range runs {
		r.Paths = slices.DeleteFunc(r.Paths, func(p trace.Path) bool { return p.Ops&(Changes|trace.Exec|trace.Untraced) == 0 })
	}
}
