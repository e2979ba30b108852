package session

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/snippet"
)

// Style contains the style flags as typed, before they are parsed.
type Style struct {
	Dialect, Form, Storage, HomeAttr, HostAttr string
	// NoComments leaves out the comments with the units that entries belong to.
	NoComments bool
	// Whole writes directories that belong to several programs.
	Whole bool
}

// SetStyle sets the style of the snippet from the flags, otherwise from the configuration,
// otherwise from the state of the machine.
func (s *Session) SetStyle(f Style) error {
	var err error
	s.Style.Dialect = s.Config.Snippet.Dialect
	if f.Dialect != "" {
		if s.Style.Dialect, err = setting.DialectNames.Parse(f.Dialect); err != nil {
			return Misuse(fmt.Errorf("--dialect: %w", err))
		}
	}
	if f.Form != "" {
		if s.Style.Form, err = snippet.ParseForm(f.Form); err != nil {
			return Misuse(fmt.Errorf("--form: %w", err))
		}
		if !s.Style.Dialect.Nix() {
			return Misuse(fmt.Errorf("--form cannot be combined with the dialect %s", s.Style.Dialect))
		}
	}
	if s.Style.Storage, err = s.storageToName(f.Storage); err != nil {
		return Misuse(fmt.Errorf("--storage: %w", err))
	}
	if s.Style.Storage == "/" {
		return Misuse(errStorageIsRoot(s.storageSource(f.Storage)))
	}
	s.Style.Stores, s.Style.LeaveShared = s.storage, !f.Whole
	s.styled, s.noComments = true, f.NoComments
	if s.Style.Users, err = s.users(); err != nil {
		return err
	}
	return cmp.Or(
		setAttr(&s.Style.HomeAttr, f.HomeAttr, "--home-attr"),
		setAttr(&s.Style.HostAttr, f.HostAttr, "--host-attr"),
	)
}

// setAttrs sets the attribute paths from the configuration.
func (s *Session) setAttrs() error {
	home, host := s.Config.Snippet.HomeAttr, s.Config.Snippet.HostAttr
	return cmp.Or(
		setAttr(&s.Style.HomeAttr, home.Text, home.Origin.String()),
		setAttr(&s.Style.HostAttr, host.Text, host.Origin.String()),
	)
}

// setAttr sets an attribute path where there is a text for it.
func setAttr(to *snippet.AttrPath, text, source string) error {
	if text == "" {
		return nil
	}
	attr, err := snippet.ParseAttrPath(text)
	if err != nil {
		return Misuse(fmt.Errorf("%s: %w", source, err))
	}
	*to = attr
	return nil
}

// storageToName returns the storage path for dialects that name one: from the flag, otherwise
// from the configuration, otherwise the one that is in use on this machine.
func (s *Session) storageToName(flag string) (string, error) {
	switch {
	case flag != "" && !filepath.IsAbs(flag):
		return "", fmt.Errorf("expected an absolute path, got %q", flag)
	case flag != "" && !utf8.ValidString(flag):
		return "", fmt.Errorf("expected a path in UTF-8, got %q", flag)
	case flag != "":
		return filepath.Clean(flag), nil
	case s.Config.Snippet.StoragePath.Text != "":
		return s.Config.Snippet.StoragePath.Text, nil
	}
	var storage string
	storage, s.unclear = chooseStorage(s.storage, s.Mounts)
	return storage, nil
}

// chooseStorage returns the storage path with the most mounts from it, and among equals one with
// the fewest components. If any storage path is a mount point, only mount points are considered.
// If several are still equal, it returns the first one, and unclear is a note for the snippet.
func chooseStorage(all []string, mounts *mounts.Table) (storage, unclear string) {
	mounted := slices.DeleteFunc(slices.Clone(all), func(path string) bool { return mounts.At(path).Point != path })
	if len(mounted) == 0 {
		mounted = all
	}
	uses := make(map[string]int)
	for _, mount := range mounts.Points() {
		longest := ""
		for _, path := range mounted {
			if _, ok := mounts.Stored(mount.Point, path); ok && len(path) > len(longest) {
				longest = path
			}
		}
		uses[longest]++
	}
	better := func(a, b string) int {
		return cmp.Or(cmp.Compare(uses[b], uses[a]), cmp.Compare(strings.Count(a, "/"), strings.Count(b, "/")))
	}
	slices.SortStableFunc(mounted, better)
	storage = mounted[0]
	mounted = slices.Compact(slices.DeleteFunc(mounted, func(path string) bool { return better(path, storage) != 0 }))
	if len(mounted) > 1 {
		var names []string
		for _, path := range mounted {
			names = append(names, printable.Name(path))
		}
		unclear = fmt.Sprintf("several storage paths are possible, %s: using %s; choose with --storage or snippet.storagePath",
			strings.Join(names, " or "), names[0])
	}
	return storage, unclear
}
