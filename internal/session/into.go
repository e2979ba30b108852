package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/nixfile"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/unidiff"
	"github.com/DaRacci/list-ephemeral/nixedit"
	"github.com/DaRacci/list-ephemeral/snippet"
)

// IntoPlan is a plan to insert a snippet into a Nix file.
type IntoPlan struct {
	// Path is the file, without symlinks.
	Path string
	// Diff is the change; nil if there is nothing to insert.
	Diff []unidiff.Line
	// Added is the number of entries to insert, Present the number of those that the file has.
	Added, Present int
	// Refused are the lists whose entries cannot be inserted. LeftOut is the number of these entries,
	// and of the paths that no snippet contains.
	Refused []IntoRefusal
	LeftOut int
	// Notes are about the paths, as those of SnippetText, and about entries that the file has.
	Notes []string
	// Checks say what was proven of the new file, and what git says of the old one.
	Checks []string
	Git    nixfile.Git

	file  *nixfile.File
	text  string
	paths []string // to insert
}

// IntoRefusal says why the entries of a list cannot be inserted.
type IntoRefusal struct {
	// Text begins with the position in the file.
	Text string
	// Choices are the places of which one can be chosen.
	Choices []IntoChoice
}

// IntoChoice is a place in a file that can be chosen.
type IntoChoice struct {
	// At is the value of --at that chooses it. Text describes it.
	At, Text string
}

// PlanInto plans to insert items into a file. at are the values of --at. An error means that the file
// cannot be used at all.
func (s *Session) PlanInto(ctx context.Context, name string, at []string, items []snippet.Item) (*IntoPlan, error) {
	f, err := nixfile.Read(name)
	if err != nil {
		return nil, err
	}
	if err := f.Writable(); err != nil {
		return nil, fmt.Errorf("change %s: %w", f.Path, err)
	}
	file := parseNix(f)
	if file.err != nil {
		return nil, fmt.Errorf("parse %s: %w", f.Path, file.err)
	}
	choice, err := parseAt(at)
	if err != nil {
		return nil, err
	}
	return s.planInto(ctx, file, choice, items)
}

func (s *Session) planInto(ctx context.Context, file nixFile, at []nixedit.At, items []snippet.Item) (*IntoPlan, error) {
	elements := snippet.Entries(items, s.Style)
	p := &IntoPlan{Path: file.Path, file: file.File, text: file.Text, LeftOut: len(elements.LeftOut), Notes: s.elementNotes(&elements)}
	edit := nixedit.Edit{Lists: editLists(elements.Lists), At: at}
	for _, e := range elements.Entries {
		edit.Entries = append(edit.Entries, nixedit.Entry{List: e.List, Item: e.Text, Path: e.Path})
	}
	p.Notes = append(p.Notes, s.sourceNotes(file.Path, file.parsed)...)
	survey := file.parsed.Survey(edit.Lists)
	p.separate(file.parsed, survey, &edit, s.allLists())
	result := p.insert(survey, &edit)
	if result == nil || len(result.Changes) == 0 {
		return p, nil
	}
	p.text = result.Text
	edits := make([]unidiff.Edit, len(result.Changes))
	for i, c := range result.Changes {
		edits[i] = unidiff.Edit{Start: c.Start, End: c.End, New: c.New}
	}
	p.Diff = unidiff.Of(printable.Name(file.Path), file.Text, edits)
	return p, p.check(ctx)
}

// separate leaves out the entries for one module system if the file has only lists of the other one: Home
// Manager and NixOS do not share options. A choice with --at overrides it. known are the lists of all
// dialects.
func (p *IntoPlan) separate(f *nixedit.File, survey *nixedit.Survey, edit *nixedit.Edit, known []nixedit.List) {
	var there [2]bool // whether the file has lists of NixOS and of Home Manager
	for i := range edit.Lists {
		of := moduleSystem(&edit.Lists[i])
		there[of] = there[of] || survey.Has(i)
	}
	var entries [2]int
	for i := range edit.Entries {
		entries[moduleSystem(&edit.Lists[edit.Entries[i].List])]++
	}
	if (entries[0] == 0 || there[0]) && (entries[1] == 0 || there[1]) {
		return
	}
	for i, has := range f.Has(known) {
		of := moduleSystem(&known[i])
		there[of] = there[of] || has
	}
	if entries[0] > 0 && entries[1] > 0 && there == [2]bool{} {
		p.Notes = append(p.Notes, splitNote)
	}
	for of, missing := range entries {
		if missing == 0 || there[of] || !there[1-of] || len(edit.At) > 0 || inHomeManager(survey, edit.Lists, of) {
			continue
		}
		edit.Entries = slices.DeleteFunc(edit.Entries, func(e nixedit.Entry) bool { return moduleSystem(&edit.Lists[e.List]) == of })
		names := [2]string{"NixOS", "Home Manager"}
		p.LeftOut += missing
		p.Refused = append(p.Refused, IntoRefusal{Text: fmt.Sprintf(
			"%s: %s not inserted: the file has lists of %s only, and the paths need options of %s", printable.Name(p.Path), report.Count(missing, "path"), names[1-of], names[of])})
	}
}

// inHomeManager reports whether a list of a module system has a place below home-manager.users.
func inHomeManager(survey *nixedit.Survey, lists []nixedit.List, of int) bool {
	for i := range lists {
		if moduleSystem(&lists[i]) == of && slices.ContainsFunc(survey.Candidates(i), func(c nixedit.Candidate) bool { return strings.Contains(c.Attr, "home-manager") }) {
			return true
		}
	}
	return false
}

// moduleSystem returns 0 for a list of NixOS, 1 for one of Home Manager.
func moduleSystem(l *nixedit.List) int {
	if l.Base != "" && !slices.ContainsFunc(l.Path, func(a nixedit.Attr) bool { return a.Role == nixedit.RoleUser }) {
		return 1
	}
	return 0
}

// insert inserts the entries of the lists that are not refused.
func (p *IntoPlan) insert(survey *nixedit.Survey, edit *nixedit.Edit) *nixedit.Result {
	for len(edit.Entries) > 0 {
		result, err := survey.Insert(edit.Entries, edit.At)
		if err == nil {
			p.paths = added(edit.Entries, result.Present)
			for _, present := range result.Present {
				p.Notes = append(p.Notes, fmt.Sprintf("%s is declared already: %s:%d%s",
					printable.Name(edit.Entries[present.Entry].Path), printable.Name(p.Path), present.Line, reservation(&present.Declaration)))
			}
			p.Present = len(result.Present)
			p.Added = len(p.paths)
			return result
		}
		var refusal *nixedit.RefusalError
		if !errors.As(err, &refusal) {
			refusal = &nixedit.RefusalError{Detail: err.Error(), List: -1}
		}
		left := len(edit.Entries)
		edit.Entries = slices.DeleteFunc(edit.Entries, func(e nixedit.Entry) bool { return refusal.List < 0 || e.List == refusal.List })
		if len(edit.Entries) == left { // the refused list has no entries
			refusal.List, edit.Entries = -1, nil
		}
		p.refuse(refusal, edit.Lists, left-len(edit.Entries))
	}
	return nil
}

// added returns the paths of the entries that a file does not have.
func added(entries []nixedit.Entry, present []nixedit.Present) (paths []string) {
	for i, e := range entries {
		if !slices.ContainsFunc(present, func(p nixedit.Present) bool { return p.Entry == i }) {
			paths = append(paths, e.Path)
		}
	}
	return paths
}

// refuse adds the lines about a refusal.
func (p *IntoPlan) refuse(r *nixedit.RefusalError, lists []nixedit.List, entries int) {
	p.LeftOut += entries
	at := p.Path
	if r.Line > 0 {
		at += fmt.Sprintf(":%d:%d", r.Line, r.Column)
	}
	list := ""
	if r.List >= 0 && r.List < len(lists) {
		list = " in " + attrText(lists[r.List].Path)
	}
	refused := IntoRefusal{Text: fmt.Sprintf("%s: %s%s not inserted: %s", printable.Name(at), report.Count(entries, "path"), printable.Name(list), printable.Name(r.Detail))}
	refused.Choices = intoChoices(r.Candidates)
	p.Refused = append(p.Refused, refused)
}

// intoChoices returns the places that can be chosen. A line with several places is not enough to choose
// one of them.
func intoChoices(places []nixedit.Candidate) (choices []IntoChoice) {
	onLine := map[int]int{}
	for _, c := range places {
		if c.Choosable {
			onLine[c.Line]++
		}
	}
	for _, c := range places {
		if !c.Choosable {
			continue
		}
		at := strconv.Itoa(c.Line)
		if onLine[c.Line] > 1 && c.Attr != "" {
			at += ":" + c.Attr
		}
		choices = append(choices, IntoChoice{at, placeText(&c)})
	}
	return choices
}

// check describes what was proven of the new text, and asks Nix and git.
func (p *IntoPlan) check(ctx context.Context) error {
	// nixedit.Insert has parsed the new text, and nixedit.Verify has compared it with the old one.
	p.Checks = append(p.Checks, "checked: the new file is the old one with "+printable.Plural(p.Added, "new entry", "new entries"))
	parsed, err := p.file.Parse(ctx, p.text)
	if err != nil {
		return fmt.Errorf("check the new text of %s: %w", p.Path, err)
	}
	p.Checks = append(p.Checks, parsed.String())
	if names := p.file.Links(); names > 1 {
		p.Checks = append(p.Checks, fmt.Sprintf("the file has %d names (hard links); only this one gets the new text", names))
	}
	p.Git = p.file.Uncommitted(ctx)
	switch p.Git {
	case nixfile.GitModified:
		p.Checks = append(p.Checks, "git: the file has uncommitted changes")
	case nixfile.GitUntracked:
		p.Checks = append(p.Checks, "git: the file is not tracked, so a flake does not see it")
	case nixfile.GitClean:
		p.Checks = append(p.Checks, "git: the file has no uncommitted changes")
	case nixfile.GitNone, nixfile.GitUnknown:
	}
	return ctx.Err()
}

// Write replaces the file by the planned text. It refuses a file that changed after it was read.
func (p *IntoPlan) Write() error { return p.file.Write(p.text) }

// elementNotes returns the notes about the paths of a snippet.
func (s *Session) elementNotes(e *snippet.Elements) (notes []string) {
	for _, note := range e.Unread {
		notes = append(notes, printable.Name(note.Path)+": "+note.Reason)
	}
	for _, all := range [][]snippet.Note{e.Kept, e.LeftOut} {
		for _, note := range all {
			notes = append(notes, "not written, "+note.String())
		}
	}
	for _, note := range e.Warnings {
		notes = append(notes, note.String())
	}
	if s.unclear != "" && s.Style.Dialect.NamesStorage() && len(e.Entries) > 0 {
		notes = append(notes, s.unclear)
	}
	return notes
}
