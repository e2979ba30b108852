package cli

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/snippet"
)

// styleFlags say how a snippet is written, as they were given.
type styleFlags struct{ dialect, form, storage, homeAttr, hostAttr string }

// addStyleFlags adds the flags of a command that writes snippets.
func addStyleFlags(cmd *cobra.Command, f *styleFlags) {
	flags := pflag.NewFlagSet("style", pflag.ContinueOnError)
	choiceVar(flags, &f.dialect, "dialect", "use `DIALECT`: plain, impermanence, impermanence-hm, preservation, json or paths", snippet.DialectNames()...)
	choiceVar(flags, &f.form, "form", "write the snippet as `FORM`: bindings, module or items (default bindings)", snippet.FormNames()...)
	textVar(flags, &f.storage, "storage", "", "an absolute path", "name the storage path `DIR` (default: configured or mounted)")
	textVar(flags, &f.homeAttr, "home-attr", "", "an attribute path", "set the home `ATTR` of plain (default user.persistence)")
	textVar(flags, &f.hostAttr, "host-attr", "", "an attribute path", "set the host `ATTR` of plain (default host.persistence)")
	cmd.Flags().AddFlagSet(flags)
	completesTo(cmd, "dialect", snippet.DialectNames()...)
	completesTo(cmd, "form", snippet.FormNames()...)
	completesToNothing(cmd, "home-attr", "host-attr")
	_ = cmd.MarkFlagDirname("storage")
}

// setStyle decides how the snippet is written: by the flags, else by the
// configuration, else by what the machine shows.
func (p *plan) setStyle(f styleFlags) error {
	name, source := p.config.Snippet.Dialect.String(), p.config.Snippet.DialectOrigin.String()
	if f.dialect != "" {
		name, source = f.dialect, "--dialect"
	}
	var err error
	if p.style.Dialect, err = snippet.ParseDialect(name); err != nil {
		return usageError{fmt.Errorf("%s: %w", source, err)}
	}
	if f.form != "" {
		if p.style.Form, err = snippet.ParseForm(f.form); err != nil {
			return usageError{fmt.Errorf("--form: %w", err)}
		}
		if !p.style.Dialect.Nix() {
			return usageError{fmt.Errorf("--form cannot be combined with the dialect %s", p.style.Dialect)}
		}
	}
	if p.style.Storage, err = p.storageToName(f.storage); err != nil {
		return usageError{fmt.Errorf("--storage: %w", err)}
	}
	if p.style.Storage == "/" {
		return usageError{errStorageIsRoot(p.storageSource(f.storage))}
	}
	p.style.Stores = p.storage
	if p.style.Users, err = p.users(); err != nil {
		return err
	}
	return cmp.Or(
		setAttr(&p.style.HomeAttr, f.homeAttr, "--home-attr"),
		setAttr(&p.style.HostAttr, f.hostAttr, "--host-attr"),
	)
}

// setAttrs takes the attribute paths from the configuration.
func (p *plan) setAttrs() error {
	home, host := p.config.Snippet.HomeAttr, p.config.Snippet.HostAttr
	return cmp.Or(
		setAttr(&p.style.HomeAttr, home.Text, home.Origin.String()),
		setAttr(&p.style.HostAttr, host.Text, host.Origin.String()),
	)
}

// setAttr sets an attribute path where there is a text for it.
func setAttr(to *snippet.AttrPath, text, source string) error {
	if text == "" {
		return nil
	}
	attr, err := snippet.ParseAttrPath(text)
	if err != nil {
		return usageError{fmt.Errorf("%s: %w", source, err)}
	}
	*to = attr
	return nil
}

// storageToName returns the storage path for dialects that name one: of the flag,
// else of the configuration, else the one that the machine shows to be in use.
func (p *plan) storageToName(flag string) (string, error) {
	switch {
	case flag != "" && !filepath.IsAbs(flag):
		return "", fmt.Errorf("expected an absolute path, got %q", flag)
	case flag != "" && !utf8.ValidString(flag):
		return "", fmt.Errorf("expected a path in UTF-8, got %q", flag)
	case flag != "":
		return filepath.Clean(flag), nil
	case p.config.Snippet.StoragePath.Text != "":
		return p.config.Snippet.StoragePath.Text, nil
	}
	var storage string
	storage, p.unclear = chooseStorage(p.storage, p.mounts)
	return storage, nil
}

// chooseStorage returns the storage path that most mounts show a part of, of equals the
// one with the fewest components; only those that are mounted count, if any is. Where
// that leaves several, it is the first, and unclear says so.
func chooseStorage(all []string, mounts *scan.Mounts) (storage, unclear string) {
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
		unclear = fmt.Sprintf("it is not clear which storage is meant, %s: %s is named; choose with --storage or snippet.storagePath",
			strings.Join(names, " or "), names[0])
	}
	return storage, unclear
}

// keptBy says what persists a path already, as a clause; "" if nothing does.
func (p *plan) keptBy(path string, kind scan.Kind) string {
	v := p.judge(path, kind)
	switch v.Class {
	case scan.ClassPersisted:
		return v.Detail
	case scan.ClassStorage:
		return "the storage path " + v.Detail + ", which contains it"
	case scan.ClassLinked:
		return "a symlink to " + printable.Name(v.Detail)
	case scan.ClassUnknown, scan.ClassCandidate, scan.ClassIncluded, scan.ClassRoot, scan.ClassMounted, scan.ClassSystem,
		scan.ClassExcluded, scan.ClassOutside:
	}
	for _, storage := range p.storage {
		if in, ok := p.mounts.Stored(path, storage); ok {
			return "a mount of " + printable.Name(in)
		}
	}
	return ""
}
