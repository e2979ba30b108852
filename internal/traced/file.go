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
	name string
	// former is the name of the file whose traces are kept, or "".
	former string
	as     *securefile.User
	// unfinished is the file of what is recorded while the command runs, or nil.
	unfinished *securefile.Visible
}

// unfinishedSuffix is added to the name of a file for what is recorded while the command runs.
const unfinishedSuffix = ".unfinished"

// create opens the files for writing. What is recorded during the run is an addition: without it, the
// trace is written in the end.
func (f *File) create(name string) (err error) {
	f.name = name
	if f.file, err = securefile.Create(name, securefile.Options{As: f.as}); err != nil {
		return err
	}
	f.unfinished, _ = f.file.Beside(unfinishedSuffix)
	return nil
}

// Unfinished returns the file for trace.Options.Unfinished, or nil, and the names of files of other
// runs, which were killed or are still going on.
func (f *File) Unfinished() (file *os.File, others []string) {
	if f == nil || f.unfinished == nil {
		return nil, nil
	}
	return f.unfinished.File, f.unfinished.Existing
}

// UnfinishedOf returns the name of the file with what was recorded for a file by a run that was killed,
// if there is one.
func UnfinishedOf(name string) (string, bool) {
	_, err := os.Lstat(name + unfinishedSuffix)
	return name + unfinishedSuffix, err == nil
}

// Create opens a file for writing. An existing file stays until Write has replaced it.
func Create(name string, as *securefile.User) (*File, error) {
	f := &File{as: as}
	if err := f.create(name); err != nil {
		return nil, err
	}
	return f, nil
}

// Append opens a file to whose traces Write adds another one. It need not exist. A file that contains
// something else is an error.
func Append(name string, as *securefile.User) (*File, error) {
	f := &File{former: name, as: as}
	if _, err := f.runs(); err != nil {
		return nil, err
	}
	if err := f.create(name); err != nil {
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
// They are read again, because another process may have added a trace in the meantime. If it fails,
// what was recorded during the run stays.
func (f *File) Write(runs []*trace.Report) error {
	err := f.write(runs)
	if f.unfinished != nil && (errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)) && f.makeRoom(runs) {
		f.file.Discard()
		file, createErr := securefile.Create(f.name, securefile.Options{As: f.as})
		if createErr != nil {
			return createErr
		}
		f.file = file
		err = f.write(runs)
	}
	if err == nil || f.unfinished == nil {
		return err
	}
	name := f.unfinished.Name()
	_ = f.unfinished.Close() // it was written before
	f.unfinished = nil
	return fmt.Errorf("%w; %s contains what could be recorded during the run", err, name)
}

// makeRoom empties the file of the run if the traces fit into its place, so that they are not lost
// because of it.
func (f *File) makeRoom(runs []*trace.Report) bool {
	former, err := f.runs()
	var size counter
	for _, run := range append(former, runs...) {
		err = errors.Join(err, trace.WriteReport(&size, run))
	}
	info, statErr := f.unfinished.Stat()
	return errors.Join(err, statErr) == nil && int64(size) <= info.Size() && f.unfinished.Truncate(0) == nil
}

// counter counts the bytes that are written.
type counter int64

func (c *counter) Write(text []byte) (int, error) {
	*c += counter(len(text))
	return len(text), nil
}

func (f *File) write(runs []*trace.Report) error {
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
	if f == nil {
		return
	}
	f.file.Discard()
	if f.unfinished != nil {
		f.unfinished.Remove()
		f.unfinished = nil
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
