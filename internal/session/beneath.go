package session

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/DaRacci/list-ephemeral/adopt"
	"github.com/DaRacci/list-ephemeral/internal/mounts"
)

// BeneathOptions allows copying what mounts cover: each path is a mount point, or below one. All
// of those mounts have to be on the same mount, whose files are copied.
func (s *Session) BeneathOptions(paths AdoptPaths, force bool) (adopt.Options, error) {
	options := adopt.Options{Force: force}
	var beneath *mounts.Mount
	for _, name := range paths.Names {
		if paths.Refused[name] != nil {
			continue
		}
		cover := s.Mounts.At(name)
		if cover.Point == "/" {
			return options, WithRemedy(fmt.Errorf("--from-beneath: nothing is mounted at %s or above it", name), "without --from-beneath, adopt copies what is visible")
		}
		on := s.Mounts.At(filepath.Dir(cover.Point))
		if beneath != nil && on != beneath {
			return options, WithRemedy(fmt.Errorf("--from-beneath: the mounts of the paths are on two mounts, %s and %s", beneath.Point, on.Point), "run adopt once for each of them")
		}
		beneath = on
	}
	if beneath == nil {
		return options, errors.New("no paths: nothing to copy")
	}
	options.Beneath = adopt.Root{Path: beneath.Point, Mount: uint64(beneath.ID)}
	options.Refuses = func(name string) error { return paths.Refused[name] }
	return options, nil
}
