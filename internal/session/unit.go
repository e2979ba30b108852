package session

import (
	"context"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/nearest"
	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/owner"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/snippet"
)

// Unit returns what a service unit declares. The name may be an alias or that of an instance of a
// template, with or without ".service". The error suggests a unit with a similar name.
func (s *Session) Unit(name string) (owner.Declaration, error) {
	if unit, ok := s.OwnerTable().Unit(name); ok {
		return unit, nil
	}
	err := fmt.Errorf("no service unit %q", name)
	names := s.UnitNames()
	for i := range names { // the suffix would make all names similar
		names[i] = strings.TrimSuffix(names[i], ".service")
	}
	if similar, ok := nearest.Name(strings.TrimSuffix(name, ".service"), names); ok {
		return owner.Declaration{}, WithRemedy(err, fmt.Sprintf("did you mean %q?", similar+".service"))
	}
	return owner.Declaration{}, err
}

// UnitNames returns the names of the service units, without those that are masked.
func (s *Session) UnitNames() []string {
	var names []string
	for _, u := range s.OwnerTable().Units() {
		if u.State == owner.StateLoaded {
			names = append(names, u.Name)
		}
	}
	return names
}

// ExplainUnit returns what a service unit declares, what of it is on the disk, and a snippet for its
// state, settings, logs and data. For an instance of a template, its name replaces "*". SetStyle must have
// been called.
func (s *Session) ExplainUnit(ctx context.Context, name string) (*report.Unit, error) {
	d, err := s.Unit(name)
	if err != nil {
		return nil, err
	}
	found := &report.Unit{Declaration: d, Unread: s.unreadOf(&d)}
	instance := instanceName(name, &d)
	if d.State == owner.StateLoaded {
		for i := range d.Directories {
			dir := &d.Directories[i]
			p := report.UnitPath{Path: instance(dir.Path), Data: instance(dir.Data), Kind: dir.Kind, Mode: dir.Mode, From: dir.From}
			found.Paths = append(found.Paths, p)
		}
		for _, sign := range d.Paths {
			p := instance(sign.Path)
			if !slices.ContainsFunc(found.Paths, func(u report.UnitPath) bool { return u.Path == p || u.Data == p }) {
				found.Paths = append(found.Paths, report.UnitPath{Path: p, Data: p, Kind: s.kindFor(&d, p), From: sign.From})
			}
		}
	}
	found.Paths = append(found.Paths, s.attributed(&d, found.Paths)...)
	if err := s.countUnit(ctx, found.Paths); err != nil {
		return nil, err
	}
	found.Snippet = s.unitSnippet(found.Paths)
	return found, nil
}

// unreadOf returns the files of a unit that could not be read.
func (s *Session) unreadOf(d *owner.Declaration) (unread []owner.Problem) {
	for _, p := range s.OwnerTable().Problems() {
		if p.Path == d.File || slices.Contains(d.DropIns, p.Path) || strings.HasSuffix(p.Path, "/"+d.Name+".d") || strings.HasSuffix(path.Dir(p.Path), "/"+d.Name+".d") {
			unread = append(unread, p)
		}
	}
	return unread
}

// kindFor returns the kind of data at a path that a unit uses, if it belongs to the unit.
func (s *Session) kindFor(d *owner.Declaration, p string) owner.Kind {
	if o := s.OwnerOf(p); o.Unit == d.Name {
		return o.Kind
	}
	return owner.KindUnknown
}

// attributed returns the directories of the system that belong to a unit by another source than its
// own file: tmpfiles.d(5), or their name.
func (s *Session) attributed(d *owner.Declaration, have []report.UnitPath) (more []report.UnitPath) {
	if d.Manager != owner.ManagerSystem || d.State != owner.StateLoaded {
		return nil
	}
	for _, dir := range []string{"/etc", "/var/cache", "/var/lib", "/var/log"} {
		if !s.Mounts.At(dir).Answers() {
			continue
		}
		entries, _ := os.ReadDir(dir)
		for _, entry := range entries {
			p := path.Join(dir, entry.Name())
			listed := func(u report.UnitPath) bool { return paths.AtOrBelow(u.Data, p) || paths.AtOrBelow(u.Path, p) }
			if o := s.OwnerOf(p); entry.IsDir() && o.Unit == d.Name && !slices.ContainsFunc(have, listed) {
				more = append(more, report.UnitPath{Path: p, Data: p, Kind: o.Kind, Mode: o.Mode, From: o.UnitFrom})
			}
		}
	}
	return more
}

// instanceName returns a function that replaces "*" in the paths of a template by the instance that
// a name has, if it has one.
func instanceName(name string, d *owner.Declaration) func(string) string {
	_, instance, _ := strings.Cut(strings.TrimSuffix(name, ".service"), "@")
	if !d.Template || instance == "" || strings.ContainsAny(instance, "/*") || instance == ".." {
		return func(p string) string { return p }
	}
	return func(p string) string { return path.Clean(strings.ReplaceAll(p, "*", instance)) }
}

// countUnit sets the verdicts on paths, and counts the candidates at or below them in one walk.
func (s *Session) countUnit(ctx context.Context, all []report.UnitPath) error {
	rules := s.ScanRules
	rules.Only = nil
	for i := range all {
		p := &all[i]
		if strings.Contains(p.Data, "*") || !s.Mounts.At(s.resolved(p.Data)).Answers() {
			continue
		}
		kind, _, err := scan.Stat(p.Data)
		p.Exists, p.Verdict = err == nil, s.Judge(p.Data, kind)
		if err == nil && (p.Verdict.Class == scan.ClassCandidate || p.Verdict.Class == scan.ClassIncluded) {
			rules.Only = append(rules.Only, p.Data)
		}
	}
	if len(rules.Only) == 0 {
		return nil
	}
	_, err := scan.List(ctx, scan.Options{Policy: scan.NewPolicy(rules), Info: true}, func(e *scan.Entry) error {
		for i := range all {
			if all[i].Exists && paths.AtOrBelow(string(e.Path), all[i].Data) {
				all[i].Lost.Add(e.Info().Size)
			}
		}
		return nil
	})
	return err
}

// unitSnippet returns the snippet for the paths of a unit that it has to remember and that are not
// kept.
func (s *Session) unitSnippet(all []report.UnitPath) string {
	var items []snippet.Item
	for i := range all {
		p := &all[i]
		worth := p.Kind == owner.KindState || p.Kind == owner.KindConfig || p.Kind == owner.KindLog || p.Kind == owner.KindData
		lost := p.Verdict.Class == scan.ClassCandidate || p.Verdict.Class == scan.ClassIncluded
		if !worth || !lost {
			continue
		}
		kind, info, _ := scan.Stat(p.Data)
		items = append(items, s.Item(p.Data, kind, info, true))
	}
	if len(items) == 0 {
		return ""
	}
	return s.Render(items).Text
}
