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
	// rank is that of the best place, elements the number of elements in its lists.
	rank     placeRank
	elements int
}

// placeRank says how certain a place is.
type placeRank uint8

const (
	rankRefused placeRank = iota
	rankNew               // a list can be added
	rankList              // there is a list
)

// IntoFiles returns the files into which a snippet in the session's dialect may be inserted, those with
// the lists of the items first. Without items, all lists count. where is a file or a directory, or ""
// for the configured file, or the flake of this machine. complete is false if there may be more.
func (s *Session) IntoFiles(ctx context.Context, where string, items []snippet.Item) (files []IntoFile, complete bool, err error) {
	if err := s.intoDialect(); err != nil {
		return nil, false, err
	}
	elements := snippet.Entries(items, s.Style)
	lists, needed := editLists(elements.Lists), neededLists(&elements)
	found, err := s.findNix(ctx, where, lists)
	if err != nil {
		return nil, false, err
	}
	for _, f := range found.files {
		into := IntoFile{Path: f.Path}
		if f.err != nil {
			if !found.named {
				continue
			}
			return nil, false, fmt.Errorf("parse %s: %w", f.Path, f.err)
		}
		into.fill(f.parsed, lists, needed)
		if len(into.Places) > 0 || found.named {
			files = append(files, into)
		}
	}
	slices.SortStableFunc(files, func(a, b IntoFile) int {
		return cmp.Or(cmp.Compare(b.rank, a.rank), cmp.Compare(b.elements, a.elements))
	})
	return files, found.complete, nil
}

// neededLists returns which lists are in the block of an entry; all of them without entries.
func neededLists(e *snippet.Elements) []bool {
	needed := make([]bool, len(e.Lists))
	block := func(i int) []snippet.Attr { return e.Lists[i].Path[:e.Lists[i].Block] }
	for i := range needed {
		needed[i] = len(e.Entries) == 0 || slices.ContainsFunc(e.Entries, func(one snippet.Entry) bool { return slices.Equal(block(i), block(one.List)) })
	}
	return needed
}

// intoDialect returns an error for a dialect that has no lists.
func (s *Session) intoDialect() error {
	if !s.Style.Dialect.Nix() {
		return Misuse(fmt.Errorf("a Nix file cannot be changed in the dialect %s", s.Style.Dialect))
	}
	return nil
}

// fill describes the places of a file. The rank is that of the needed lists.
func (f *IntoFile) fill(parsed *nixedit.File, lists []nixedit.List, needed []bool) {
	for i, places := range parsed.CandidatesOf(lists) {
		for _, c := range places {
			if c.New && !mentions(c.Attr, lists[i].Path) {
				continue
			}
			if text := fmt.Sprintf("line %d: %s", c.Line, placeText(&c)); !slices.Contains(f.Places, text) {
				f.Places = append(f.Places, text)
			}
			switch {
			case c.Reason != 0 || !needed[i]:
			case c.New:
				f.rank = max(f.rank, rankNew)
			default:
				f.rank = rankList
				f.elements += len(c.Paths) + c.Others
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

// The numbers of files and of places in each that are printed.
const (
	mostFiles  = 10
	mostPlaces = 2
)

// ChooseInto returns the file to change: the only one, or the only one with such lists. It returns an
// error with the files if several are possible.
func (s *Session) ChooseInto(ctx context.Context, where string, items []snippet.Item) (string, error) {
	if info, err := os.Stat(where); where != "" && (err != nil || !info.IsDir()) {
		return where, s.intoDialect()
	}
	files, complete, err := s.IntoFiles(ctx, where, items)
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
	for i, f := range files {
		if i == mostFiles {
			all = append(all, fmt.Errorf("and %s with fewer elements", report.Count(len(files)-i, "file")))
			break
		}
		places := f.Places
		if len(places) > mostPlaces {
			places = append(slices.Clone(places[:mostPlaces]), "…")
		}
		all = append(all, fmt.Errorf("%s: %s", printable.Name(f.Path), strings.Join(places, "; ")))
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
			rebuild += " --flake " + printable.ShellWord(flake)
			if _, err := exec.LookPath("nh"); err == nil {
				rebuild = "nh os switch " + printable.ShellWord(flake)
			}
			break
		}
		if flake == "/" {
			break
		}
	}
	adopt := "copy the data before the new mounts hide it"
	named := p.paths[:min(len(p.paths), mostNamed)]
	if len(named) < len(p.paths) {
		adopt += fmt.Sprintf(" (the first %d of %d paths)", len(named), len(p.paths))
	}
	adopt += ": sudo list-ephemeral adopt"
	for _, path := range named {
		adopt += " " + printable.ShellWord(path)
	}
	steps := []string{adopt}
	if p.Git == nixfile.GitUntracked {
		steps = append(steps, "let the flake see the file: git add "+printable.ShellWord(p.Path))
	}
	return append(steps, "rebuild: "+rebuild)
}
