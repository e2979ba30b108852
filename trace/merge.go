package trace

import "slices"

// Merge returns the union of the reports of several runs, for example of an installation and of the
// first start. The state of a path is that after the last run with a record of it. Path.Reread is
// set for paths that one run changed and a later one read. Command, Status and other facts about a
// run are those of the last one; counts and times are summed. Merge returns nil without reports, and
// a single report unchanged. A run that is given twice counts once.
func Merge(reports ...*Report) *Report {
	if len(reports) < 2 {
		return append(reports, nil)[0]
	}
	reports = slices.Clone(reports)
	slices.SortStableFunc(reports, func(a, b *Report) int { return a.Started.Compare(b.Started) })
	reports = slices.CompactFunc(reports, func(a, b *Report) bool {
		return a.Started.Equal(b.Started) && slices.Equal(a.Command, b.Command)
	})
	last := *reports[len(reports)-1]
	all := &last
	all.Started, all.Took, all.Stats, all.Scope = reports[0].Started, 0, Stats{}, ScopeAll
	all.Homes, all.Privileged, all.Unreadable, all.KeptReadable = nil, nil, nil, nil
	paths := make(map[string]*Path)
	for _, r := range reports {
		all.Took += r.Took
		all.Scope = max(all.Scope, r.Scope)
		all.Stats.add(&r.Stats)
		all.Unfinished = all.Unfinished || r.Unfinished
		all.Truncated = all.Truncated || r.Truncated
		all.Survivors = all.Survivors || r.Survivors
		all.Homes = union(all.Homes, r.Homes)
		all.Privileged = union(all.Privileged, r.Privileged)
		all.Unreadable = union(all.Unreadable, r.Unreadable)
		all.KeptReadable = union(all.KeptReadable, r.KeptReadable)
		for i := range r.Paths {
			p := r.Paths[i]
			if former := paths[p.Name]; former != nil {
				former.follow(&p)
				continue
			}
			paths[p.Name] = &p
		}
	}
	all.Paths = make([]Path, 0, len(paths))
	for _, p := range paths {
		all.Paths = append(all.Paths, *p)
	}
	all.Paths = merged(all.Paths)
	return all
}

// follow adds a later run to a path.
func (p *Path) follow(later *Path) {
	stored := p.Ops&changing != 0 && !p.Missing
	// A run that has created the file again has read its own data.
	own := later.Ops&Create != 0
	p.Reread = p.Reread || later.Reread || stored && !own && later.Ops&(Read|Exec) != 0
	p.Missing, p.Mode, p.Size, p.ModTime = later.Missing, later.Mode, later.Size, later.ModTime
	p.Ops |= later.Ops
	p.By = UnionOfBy(p.By, later.By)
}

func (s *Stats) add(other *Stats) {
	s.Calls += other.Calls
	s.Unreadable += other.Unreadable
	s.TooLong += other.TooLong
	s.Stopped += other.Stopped
	s.Rings += other.Rings
	s.Sandboxed += other.Sandboxed
}

// union returns the names of two lists, sorted.
func union(a, b []string) []string {
	list := slices.Concat(a, b)
	slices.Sort(list)
	return slices.Compact(list)
}
