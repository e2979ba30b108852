package check

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/boot/generation"
	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/mounts"
)

// Options are what the checks work with. The zero value checks the running machine, without
// storage, declarations and homes.
type Options struct {
	// Table is the mount table; nil reads that of this process.
	Table *mounts.Table
	// Trees are the fates of its mounts; nil judges them without a sample.
	Trees *boot.Trees
	// Storage are the storage paths: absolute, clean, without symlinks. They need not exist.
	Storage []string
	// Declared are the paths that the configuration of the caller declares persistent. Those of
	// the built system are in Active.
	Declared []Declared
	// Homes are the home directories in which links are checked.
	Homes []string
	// Decisions are the directories in which users keep their decisions about paths. They need not
	// exist.
	Decisions []string
	// Known says which files programs save by rename.
	Known known.Homes
	// Active is the active system, if the caller has already read it. If it is nil, the system at
	// the path Generation is read.
	Active *generation.Generation
	// Generation is the path of the active system; "" is /run/current-system. It need not exist.
	Generation string
}

// Declared is a path that is declared persistent.
type Declared struct {
	// Path is absolute and clean.
	Path string
	// Source names the declaration.
	Source string
}

// Result is the result of a check.
type Result struct {
	ID ID
	// Severity is that of the worst finding; OK without one. It is SeverityUnknown if the check
	// was not made, or not completely, and found nothing: Gap is the reason.
	Severity Severity
	Gap      Gap
	// Err is the error of the call where Gap is Failed.
	Err error
	// Findings are in the order in which they were found. Those with the severity OK are the facts
	// that the check has verified.
	Findings []Finding
}

// checks are the implementations.
var checks = [...]func(*checker, *Result){
	RootWiped: (*checker).rootWiped, RollbackDone: (*checker).rollbackDone,
	StorageKept: (*checker).storageKept, StorageOrder: (*checker).storageOrder, StorageParents: (*checker).storageParents,
	PrivateMode: (*checker).privateMode, NixosIDs: (*checker).nixosIDs, MachineID: (*checker).machineID, RandomSeed: (*checker).randomSeed,
	SSHHostKeys: (*checker).sshHostKeys, PasswordFiles: (*checker).passwordFiles,
	HiddenData:         (*checker).hiddenData,
	DeclaredNotMounted: (*checker).declaredNotMounted, DeclaredNotStored: (*checker).declaredNotStored,
	DanglingLinks: (*checker).danglingLinks, SavedByRename: (*checker).savedByRename, StoreLinks: (*checker).storeLinks,
	MemoryFill: (*checker).memoryFill, OldRoots: (*checker).oldRoots,
	Decisions: (*checker).decisions,
}

// Run makes all checks and returns one result for each, in the order of [IDs]. What cannot be read
// is a gap in a result. The only errors are those of reading the mount table, if Options.Table is
// nil, and of the context.
func Run(ctx context.Context, options Options) ([]Result, error) {
	c, err := newChecker(ctx, options)
	if err != nil {
		return nil, err
	}
	defer c.close()
	var all []Result
	for _, id := range IDs() {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("check the machine: %w", err)
		}
		r := Result{ID: id}
		checks[id](c, &r)
		r.conclude()
		all = append(all, r)
	}
	return all, nil
}

// conclude sets the severity.
func (r *Result) conclude() {
	for _, f := range r.Findings {
		r.Severity = max(r.Severity, f.Severity)
	}
	switch {
	case r.Severity <= OK && r.Gap != NoGap:
		r.Severity = SeverityUnknown
	case r.Severity == SeverityUnknown:
		r.Severity = OK
	}
}

// add adds a finding.
func (r *Result) add(f Finding) { r.Findings = append(r.Findings, f) }

// gap records that the check is not complete. The first reason stays.
func (r *Result) gap(g Gap, err error) {
	if r.Gap == NoGap {
		r.Gap, r.Err = g, err
	}
}

// unread records an error of reading. A missing file is no gap.
func (r *Result) unread(err error) {
	switch {
	case err == nil, errors.Is(err, fs.ErrNotExist), errors.Is(err, unix.ENOTDIR):
	case errors.Is(err, fs.ErrPermission):
		r.gap(NeedsRoot, nil)
	case errors.Is(err, unix.ENOSYS):
		r.gap(Unsupported, nil)
	default:
		r.gap(Failed, err)
	}
}
