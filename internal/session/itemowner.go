package session

import (
	"io/fs"
	"strconv"

	"github.com/DaRacci/list-ephemeral/owner"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/snippet"
)

// addOwner adds to an item what is known of its owner: the unit that declares the path, as a
// comment, and for a path that does not exist, whether it is a directory, and mode and owner as the
// unit or tmpfiles.d(5) gives them. What is on the disk is better, so it is not changed.
func (s *Session) addOwner(item *snippet.Item, kind scan.Kind) {
	comment := !s.noComments && s.Style.Dialect.Nix()
	if !s.styled || item.Kept != "" || kind != scan.KindUnknown && !comment {
		return
	}
	o := s.OwnerOf(item.Path)
	if comment && o.Type == owner.TypeUnit && declares(o.From.Source) {
		item.Comment = o.Name
	}
	if kind != scan.KindUnknown {
		return
	}
	item.Dir = item.Dir || o.Path == item.Path && o.From.Source == owner.SourceUnitDirectory
	if mode, ok := unitMode(&o); ok && item.Dir && item.Access == nil {
		item.Access = &snippet.Access{Mode: mode, User: o.User, Group: o.Group}
	}
}

// declares reports whether a unit itself names the path. Its name alone is not enough for a comment.
func declares(source owner.Source) bool {
	return source == owner.SourceUnitDirectory || source == owner.SourceUnitPath || source == owner.SourceTmpfiles
}

// unitMode returns the mode that a unit or tmpfiles.d(5) gives a path.
func unitMode(o *owner.Owner) (fs.FileMode, bool) {
	if o.ModeFrom.Source != owner.SourceUnitDirectory && o.ModeFrom.Source != owner.SourceTmpfiles {
		return 0, false
	}
	bits, err := strconv.ParseUint(o.Mode, 8, 12)
	if err != nil {
		return 0, false
	}
	mode := fs.FileMode(bits & 0o777)
	for bit, special := range map[uint64]fs.FileMode{0o4000: fs.ModeSetuid, 0o2000: fs.ModeSetgid, 0o1000: fs.ModeSticky} {
		if bits&bit != 0 {
			mode |= special
		}
	}
	return mode, true
}
