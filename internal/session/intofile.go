package session

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/nixfile"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/nixedit"
	"github.com/DaRacci/list-ephemeral/snippet"
)

// IntoFile is a Nix file into which a snippet may be inserted.
type IntoFile struct {
	Path string
	// Places are the lists of the dialect that the file has, one a line.
	Places []string
	// rank is that of the best place.
	rank placeRank
}

// placeRank says how certain a place is.
type placeRank uint8

const (
	rankRefused placeRank = iota
	rankNew               // a list can be added
	rankList              // there is a list
)

// IntoFiles returns the files into which a snippet in the session's dialect may be inserted, those with
// its lists first. where is a file or a directory, or "" for the configured file, or the flake of this
// machine. complete is false if there may be more.
func (s *Session) IntoFiles(ctx context.Context, where string) (files []IntoFile, complete bool, err error) {
	if err := s.intoDialect(); err != nil {
		return nil, false, err
	}
	lists := editLists(snippet.Entries(nil, s.Style).Lists)
	found, err := s.findNix(ctx, where, lists)
	if err != nil {
		return nil, false, err
	}
	for _, f := range found.files {
		into := IntoFile{Path: f.Path}
		if f.err != nil {
			if len(found.files) > 1 {
				continue
			}
			return nil, false, fmt.Errorf("parse %s: %w", f.Path, f.err)
		}
		into.fill(f.parsed, lists)
		if len(into.Places) > 0 || len(found.files) == 1 {
			files = append(files, into)
		}
	}
	slices.SortStableFunc(files, func(a, b IntoFile) int { return cmp.Compare(b.rank, a.rank) })
	return files, found.complete, nil
}

// intoDialect returns an error for a dialect that has no lists.
func (s *Session) intoDialect() error {
	if !s.Style.Dialect.Nix() {
		return Misuse(fmt.Errorf("a Nix file cannot be changed in the dialect %s", s.Style.Dialect))
	}
	return nil
}

// fill describes the places of a file.
func (f *IntoFile) fill(parsed *nixedit.File, lists []nixedit.List) {
	for _, l := range lists {
		for _, c := range parsed.Candidates(l) {
			if c.New && !mentions(c.Attr, l.Path) {
				continue
			}
			if text := fmt.Sprintf("line %d: %s", c.Line, placeText(&c)); !slices.Contains(f.Places, text) {
				f.Places = append(f.Places, text)
			}
			switch {
			case c.Reason != 0:
			case c.New:
				f.rank = max(f.rank, rankNew)
			default:
				f.rank = rankList
			}
		}
	}
}

// mentions reports whether the attribute path of a place for a new binding has the option of a list.
func mentions(attr string, path []nixedit.Attr) bool {
	word := words([]nixedit.List{{Path: path}})
	return len(word) > 0 && slices.Contains(strings.Split(attr, "."), word[0])
}

// placeText describes a place in a file.
func placeText(c *nixedit.Candidate) string {
	text := printable.Name(c.Attr)
	switch {
	case c.New:
		text = "a new list in " + cmp.Or(text, "the set")
	case len(c.Paths)+c.Others > 0:
		text += " with " + report.Count(len(c.Paths)+c.Others, "element")
	}
	if c.Reason != 0 {
		text += ": " + printable.Name(cmp.Or(c.Detail, c.Reason.String()))
	}
	return text
}

// attrText returns an attribute path in Nix syntax.
func attrText(path []nixedit.Attr) string {
	var names []string
	for _, attr := range path {
		name := attr.Name
		if attr.Role == nixedit.RoleStore {
			name = `"` + name + `"`
		}
		names = append(names, name)
	}
	return strings.Join(names, ".")
}

// ChooseInto returns the file to change: the only one, or the only one with the lists of the dialect. It
// returns an error with the files if several are possible.
func (s *Session) ChooseInto(ctx context.Context, where string) (string, error) {
	if info, err := os.Stat(where); where != "" && (err != nil || !info.IsDir()) {
		return where, s.intoDialect()
	}
	files, complete, err := s.IntoFiles(ctx, where)
	switch {
	case err != nil:
		return "", err
	case len(files) == 0 && !complete:
		return "", WithRemedy(errors.New("no Nix file with lists of paths found in time"), "name the file: --into FILE, or the key snippet.file")
	case len(files) == 0:
		return "", WithRemedy(errors.New("no Nix file with lists of paths found"), "name the file: --into FILE, or the key snippet.file")
	case len(files) == 1, files[0].rank > files[1].rank:
		return files[0].Path, nil
	}
	all := []error{fmt.Errorf("%s are possible", report.Count(len(files), "file"))}
	for _, f := range files {
		all = append(all, fmt.Errorf("%s: %s", printable.Name(f.Path), strings.Join(f.Places, "; ")))
	}
	return "", WithRemedy(errors.Join(all...), "name one of them: --into FILE, or the key snippet.file")
}

// mostNamed is the number of paths in the command that copies them.
const mostNamed = 5

// NextSteps returns what to do after a file was changed, as lines.
func (p *IntoPlan) NextSteps() []string {
	rebuild := "sudo nixos-rebuild switch"
	dir := filepath.Dir(p.Path)
	for flake := dir; ; flake = filepath.Dir(flake) {
		if exists(filepath.Join(flake, "flake.nix")) {
			rebuild += " --flake " + printable.Quote(flake)
			if _, err := exec.LookPath("nh"); err == nil {
				rebuild = "nh os switch " + printable.Quote(flake)
			}
			break
		}
		if flake == "/" {
			break
		}
	}
	adopt := "copy the data before the new mounts hide it: sudo list-ephemeral adopt"
	for i, path := range p.paths {
		if i == mostNamed {
			adopt += " …"
			break
		}
		adopt += " " + printable.Quote(path)
	}
	steps := []string{adopt}
	if p.Git == nixfile.GitUntracked {
		steps = append(steps, "let the flake see the file: git add "+printable.Quote(p.Path))
	}
	return append(steps, "rebuild: "+rebuild)
}
