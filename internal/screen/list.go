package screen

import (
	"context"
	"io"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/tui"
)

// readCandidates adds the paths of a list to the screen's store, with their kinds on the disk.
func readCandidates(ctx context.Context, from io.Reader, end byte, into *index.Store) (tui.Summary, error) {
	tooLong, err := session.ReadPaths(ctx, from, end, func(path string, missing, isDir bool) {
		kind := scan.KindUnknown
		if !missing {
			kind, _, _ = scan.Stat(path) // missing paths are shown too
		}
		if kind == scan.KindUnknown && isDir {
			kind = scan.KindDir
		}
		into.AddPath([]byte(path), kind)
	})
	return tui.Summary{Errors: tooLong}, err
}
